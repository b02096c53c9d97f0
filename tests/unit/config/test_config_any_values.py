# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that any words behind a keyword or on a line of a list give a value, or a refusal with words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrrp.config.keywords.address_values import _FLAGS, _OPTIONS
from vrrp.config.keywords.route_values import _WORDS, KINDS, UNSUPPORTED
from vrrp.config.keywords.rule_values import _ACTIONS, _CONVERTERS
from vrrp.config.keywords.table import Block, Keyword, blocks
from vrrp.config.syntax.diagnostics import Invalid, Location
from vrrp.config.syntax.parser import Statement, Word

TEXT = """
    weight reverse noreverse 0 1 -1 254 255 65536 4294967296 0.5 .5 1e9 0x1f 99999999999 eth0 VI_1 /bin/true \\ ' "
    192.0.2.1/24 192.0.2.1 192.0.2.1/33 127.0.0.1 ::1 fe80::1%eth0 fe80::/10 10.0.0.0/8 10.0.0.1/8 224.0.0.9
    ff02::9 ff05::9 MASTER PASS on off maybe hex: hex:00 hex:zz file: file:x file:/x time name all 02:00:00:00:00
    01:00:00:00:00:01 ::::: group
    http://127.0.0.1/ http://[ http://[::1]:99999/ https://u:p@[::1]/ status 200 200-100 200,,300 body (
    (?P<a>.) host verify timeout interval rise fall initial overwrite min_ttl max_ttl netlink_notify_msg 1/2 1/ / -
"""
WORDS = TEXT.split()
EVERY = sorted({*WORDS, *_OPTIONS, *_FLAGS, *_WORDS, *UNSUPPORTED, *KINDS, *_CONVERTERS, *_ACTIONS}) + [
    "",
    "\0",
    "\udc80",
]
PLACE = Location("f", 1, 1)
CONVERTERS = [
    (f"{block.name} {entry.name}", entry.convert, True)
    for block in blocks()
    for entry in block.keywords.values()
    if isinstance(entry, Keyword) and entry.convert is not None
] + [(block.name, block.item, False) for block in blocks() if isinstance(block, Block) and block.item is not None]


@pytest.mark.parametrize(
    ("keyword", "convert", "headed"), CONVERTERS, ids=[name for name, _convert, _head in CONVERTERS]
)
@settings(deadline=None, max_examples=30)
@given(words=st.lists(st.sampled_from(EVERY), max_size=7))
def test_any_words_become_a_value_or_a_refusal(keyword, convert, headed, words):
    written = ["keyword", *words] if headed else words or ["x"]
    statement = Statement(tuple(Word(text, PLACE) for text in written), " ".join(written))
    try:
        convert(statement)
    except Invalid as invalid:
        assert invalid.text
        assert "\n" not in invalid.text
