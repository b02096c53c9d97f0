# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that dumps of keepalived 2.2.7 are parsed."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.dump import DumpFormatError, parse
from recorded_dumps import FOLDER, recorded, text


def test_an_instance_has_its_values_and_lists():
    (instance,) = recorded("v3-unicast.master").instances
    assert instance.title == "VI_1"
    assert (instance.get("State"), instance.whole("Virtual Router ID")) == ("MASTER", 51)
    assert instance.lists["Virtual IP"] == [
        "192.168.8.100/24 dev eth0 scope global label eth0:1 set",
        "192.168.8.101/24 dev eth0 scope global set",
    ]
    assert instance.lists["Unicast Peer"] == ["192.168.8.6 min_ttl 0 max_ttl 255"]
    assert instance.get("Check unicast src") == "no"


def test_the_sections_are_kept_apart():
    dump = recorded("sync-group.backup")
    assert [instance.title for instance in dump.instances] == ["inside", "outside", "alone"]
    assert dump.groups["G1"].lists["VRRP member instances"] == ["inside", "outside"]
    assert (list(dump.scripts), list(dump.files), list(dump.processes)) == (["chk_good"], ["level"], ["nosuch"])
    assert list(dump.interfaces) == ["lo", "eth0"]
    assert dump.globals.get("Default interface") == "eth0"
    assert list(dump.instances[2].tracked()) == [
        ("script", "chk_good", 10, False),
        ("file", "level", 1, False),
        ("process", "nosuch", -7, False),
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_no_password_is_kept(path):
    assert "1111" not in repr(parse(path.read_text(encoding="utf-8")))


def test_the_recorded_dump_held_a_password():
    assert "Password = 1111" in text("v2-pass.master")


@pytest.mark.parametrize("bad", ["", "hello", "------< Global definitions >------\n Router ID = a\n"])
def test_a_text_that_is_no_dump_is_refused(bad):
    with pytest.raises(DumpFormatError):
        parse(bad)


def test_half_a_dump_raises_no_exception():
    whole = text("sync-group.master")
    for end in range(0, len(whole), 97):
        try:
            parse(whole[:end])
        except DumpFormatError:
            continue
