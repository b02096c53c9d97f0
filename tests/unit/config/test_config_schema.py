# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of keywords against the model and against itself."""

from __future__ import annotations

from dataclasses import fields

from vrrp.config.model import Globals, GratuitousArp, Instance, Notify
from vrrp.config.schema import Keyword, blocks, homes
from vrrp.config.trackers import Script, Tracking
from vrrp.config.unsupported import UNSUPPORTED

# Fields of the table that the rules turn into another field of the model.
DERIVED = {"agent_script_user": "script_user", "advert_int": "advert_int_cs", "preempt": "nopreempt"}
MODELS = {"global_defs": Globals, "vrrp_script": Script, "vrrp_instance": Instance}


def keywords():
    return [(block, entry) for block in blocks() for entry in block.keywords.values() if isinstance(entry, Keyword)]


def names(model):
    return {field.name for field in fields(model)}


def test_every_keyword_lands_in_the_model():
    for block, keyword in keywords():
        group, dot, name = DERIVED.get(keyword.field, keyword.field).rpartition(".")
        if dot:
            assert name in names({"garp": GratuitousArp, "notify": Notify, "track": Tracking}[group])
        elif block.name in MODELS:
            assert name in names(MODELS[block.name])


def test_every_keyword_is_explained():
    for block, keyword in keywords():
        assert keyword.help, (block.name, keyword.name)


def test_no_keyword_is_both_supported_and_not():
    for block in blocks():
        assert not set(block.keywords) & block.unsupported


def test_the_blocks_of_unsupported_keywords_exist():
    known = {block.name for block in blocks()} | UNSUPPORTED[""]
    assert set(UNSUPPORTED) <= known


def test_homes():
    assert homes("priority") == ["vrrp_instance"]
    assert homes("vrrp_instance") == [""]
    assert homes("garp_interval") == ["garp_group"]
    assert homes("frobnicate") == []
