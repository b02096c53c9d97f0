# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the table of keywords fits the model, and is consistent."""

from __future__ import annotations

from dataclasses import fields

from vrrp.config.keywords.table import IGNORED, REFUSED, WORKS, Keyword, blocks, blocks_of
from vrrp.config.model.configuration import (
    Authentication,
    AuthHmac,
    GarpGroup,
    Globals,
    GratuitousArp,
    Instance,
    NotifyScripts,
    SyncGroup,
)
from vrrp.config.model.trackers import File, Process, Script, Tracking

MODELS = {
    "global_defs": Globals,
    "vrrp_script": Script,
    "vrrp_track_process": Process,
    "track_file": File,
    "vrrp_track_file": File,
    "vrrp_instance": Instance,
    "vrrp_sync_group": SyncGroup,
    "garp_group": GarpGroup,
    "authentication": Authentication,
    "auth_hmac": AuthHmac,
}
INNER = {
    "garp": GratuitousArp,
    "notify": NotifyScripts,
    "track": Tracking,
    "default": Instance,
    "default.notify": NotifyScripts,
}
# Fields of the table, by block, that the rules turn into other fields of the model.
DERIVED = {
    "global_defs": {
        "agent_script_user",
        "check_unicast_src",
        "default.strict_mode",
        "garp.extra_if",
        "include_check",
        "mcast_group4",
        "mcast_group6",
        "min_garp",
        "notify_fifo_script",
        "vrrp_notify_fifo_script",
    },
    "vrrp_track_process": {"delay"},
    "garp_group": {"interface"},
    "vrrp_sync_group": {"global_tracking"},
    "vrrp_instance": {
        "advert_int",
        "deleted",
        "garp.extra_if",
        "native_ipv6",
        "no_accept",
        "no_virtual_ipaddress",
        "preempt",
        "strict_mode",
        "vmac_xmit_base",
    },
}


def entries():
    return [(block, entry) for block in blocks() for entry in block.keywords.values()]


def names(model):
    return {field.name for field in fields(model)}


def test_every_keyword_that_works_lands_in_the_model():
    for block, entry in entries():
        if not isinstance(entry, Keyword) or entry.standing != WORKS or entry.field in DERIVED.get(block.name, ()):
            continue
        group, dot, name = entry.field.rpartition(".")
        assert name in names(INNER[group] if dot else MODELS[block.name]), (block.name, entry.name)


def test_every_derived_field_is_in_the_table():
    table = {(block.name, entry.field) for block, entry in entries() if isinstance(entry, Keyword)}
    assert {(block, field) for block, derived in DERIVED.items() for field in derived} <= table


def test_every_keyword_is_explained():
    for block, entry in entries():
        assert entry.help, (block.name, entry.name)
        assert not entry.help.endswith("."), (block.name, entry.name)


def test_only_keywords_that_work_have_a_converter():
    for block, entry in entries():
        if isinstance(entry, Keyword):
            assert (entry.convert is not None) is (entry.standing == WORKS), (block.name, entry.name)


def test_every_refused_keyword_says_what_to_do_instead():
    for block, entry in entries():
        assert entry.standing in (WORKS, IGNORED, REFUSED)
        assert entry.instead or entry.standing != REFUSED, (block.name, entry.name)


def test_homes_lists_the_blocks_of_a_keyword():
    assert blocks_of("priority") == ["vrrp_instance"]
    assert blocks_of("vrrp_instance") == [""]
    assert blocks_of("garp_interval") == ["garp_group"]
    assert blocks_of("track_file") == ["", "vrrp_instance", "vrrp_sync_group"]
    assert blocks_of("frobnicate") == []
