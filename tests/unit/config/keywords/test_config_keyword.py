# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an entry of the schema's table says how it is written, and whether it works, is ignored or refused."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict

import pytest

from vrrp.config.keywords import values as to
from vrrp.config.keywords.keyword import (
    IGNORED,
    REFUSED,
    SAID,
    WORKS,
    Block,
    Keyword,
    Variable,
    foreign,
    ignored,
    refused,
    table,
    variable,
)


def test_there_are_three_standings():
    assert (WORKS, IGNORED, REFUSED) == ("works", "ignored", "refused")


def test_a_keyword_has_these_defaults():
    assert asdict(Keyword("priority", None, "priority", "1-255", "the highest becomes MASTER")) == {
        "name": "priority",
        "convert": None,
        "field": "priority",
        "values": "1-255",
        "help": "the highest becomes MASTER",
        "once": False,
        "addition": False,
        "many": False,
        "standing": "works",
        "instead": "",
        "harmless": (),
        "foreign": False,
        "variable": None,
    }


def test_a_block_has_these_defaults():
    assert asdict(Block("global_defs", "what holds for the whole node")) == {
        "name": "global_defs",
        "help": "what holds for the whole node",
        "keywords": {},
        "item": None,
        "items": "",
        "not_in_items": (),
        "named": False,
        "secret": False,
        "addition": False,
        "standing": "works",
        "instead": "",
        "foreign": False,
        "variable": None,
    }


def test_the_defaults_of_a_variable():
    assert asdict(SAID) == {
        "name": "",
        "reader": "",
        "least": None,
        "most": None,
        "shared": False,
        "secret": False,
        "off": "",
    }
    assert Variable() == SAID


def test_a_keyword_with_a_variable():
    assert variable("a", to.flag, "b", "", "words") == Keyword("a", to.flag, "b", "", "words", variable=SAID)
    assert variable("a", to.flag, "b", "", "words", once=True, shared=True, most=5) == Keyword(
        "a", to.flag, "b", "", "words", once=True, variable=Variable(shared=True, most=5)
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "{ ... }"),
        ({"named": True}, "NAME { ... }"),
        ({"items": "ADDRESS"}, "{ ADDRESS }"),
        ({"named": True, "items": "ADDRESS"}, "NAME { ADDRESS }"),
    ],
)
def test_a_block_is_written_with_or_without_a_name(fields, expected):
    assert Block("b", "a block", **fields).values == expected


def test_a_table_finds_its_entries_by_name_and_keeps_their_order():
    one, two = ignored("b", "", "why"), Block("a", "a block")
    found = table(one, two)
    assert found == {"b": one, "a": two}
    assert list(found) == ["b", "a"]
    assert table() == {}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            ignored("debug", "0-4", "the log says what it says"),
            Keyword("debug", None, "debug", "0-4", "the log says what it says", standing="ignored"),
        ),
        (
            ignored("debug", "0-4", "why", "hotstandby status"),
            Keyword("debug", None, "debug", "0-4", "why", standing="ignored", instead="hotstandby status"),
        ),
        (
            refused("vrf", "NAME", "why", "interface NAME"),
            Keyword("vrf", None, "vrf", "NAME", "why", standing="refused", instead="interface NAME"),
        ),
        (
            refused("vrf", "NAME", "why", "interface NAME", ("never",)),
            Keyword(
                "vrf", None, "vrf", "NAME", "why", standing="refused", instead="interface NAME", harmless=("never",)
            ),
        ),
        (
            foreign("lvs_flush", "the load balancer"),
            Keyword("lvs_flush", None, "lvs_flush", "...", "the load balancer", standing="ignored", foreign=True),
        ),
        (
            foreign("lvs_sync", "the load balancer", "NAME"),
            Keyword("lvs_sync", None, "lvs_sync", "NAME", "the load balancer", standing="ignored", foreign=True),
        ),
    ],
)
def test_a_keyword_that_does_not_work_has_no_converter(entry, expected):
    assert entry == expected


@pytest.mark.parametrize("entry", [ignored("a", "", "why"), Block("a", "a block")])
def test_an_entry_cannot_be_changed(entry):
    with pytest.raises(FrozenInstanceError):
        entry.standing = WORKS


def test_two_blocks_do_not_share_their_keywords():
    assert Block("a", "one").keywords is not Block("b", "two").keywords
