# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the dumps of each release of keepalived are read alike.

Each was recorded from a keepalived of that release, two of it on one segment. The 2.1.5 is Debian's. It ends with a
signal where one of several instances is a unicast one, so there "alone" is multicast.
"""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import stats
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.dump import parse
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.status import instances
from recorded_dumps import FOLDER

RELEASES = FOLDER / "releases"
MULTICAST = ("2.1.5",)
CHECKS = [
    {"name": "chk_good", "kind": "script", "ok": True, "weight": 10, "detail": ""},
    {"name": "level", "kind": "file", "ok": True, "weight": 1, "detail": "it says 0"},
    {"name": "nosuch", "kind": "process", "ok": False, "weight": -7, "detail": "0 of 1"},
]


def dump(name):
    return parse((RELEASES / f"{name}.txt").read_text(encoding="utf-8"))


def told(name):
    return {each["name"]: each for each in instances(dump(name), 0.0, set())}


def recorded(kind):
    return sorted(path.name[: -len(f".{kind}.txt")] for path in RELEASES.glob(f"*.{kind}.txt"))


def test_there_is_a_dump_of_each_release_that_distributions_carry():
    assert {"2.0.19", "2.1.5", "2.2.4", "2.2.8", "2.3.4", "2.4.3"} <= set(recorded("backup"))


@pytest.mark.parametrize("version", recorded("backup"))
def test_a_backup_is_read_with_all_that_it_tells(version):
    found = told(f"{version}.backup")
    inside, outside, alone = found["inside"], found["outside"], found["alone"]
    assert {each["state"] for each in found.values()} == {"BACKUP"}
    assert (inside["version"], inside["virtual_router_id"], inside["interface"]) == (2, 51, "eth0")
    assert inside["addresses"] == ["192.168.8.100/24", "192.168.8.101/24"]
    assert inside["excluded"] == ["fd00:8::100/64"]
    assert (inside["base_priority"], inside["priority"], inside["advert_int_s"]) == (90, 90, 1.0)
    assert (inside["master"]["address"], inside["master"]["priority"]) == ("192.168.8.4", 110)
    assert (outside["version"], outside["advert_int_s"], outside["preempt"]) == (3, 0.5, True)
    assert (alone["preempt"], alone["source"]) == (False, "192.168.8.6")
    assert alone["unicast_peers"] == ([] if version in MULTICAST else ["192.168.8.4"])
    assert (alone["checks"], alone["priority"]) == (CHECKS, 93)
    assert alone["why"].endswith("our 93 (base 90, chk_good +10, process nosuch -7)")
    assert all(each["takeover_s"] and each["since_s"] is not None for each in found.values())


@pytest.mark.parametrize("version", recorded("master"))
def test_a_master_is_read_with_its_addresses(version):
    found = told(f"{version}.master")
    assert {each["state"] for each in found.values()} == {"MASTER"}
    assert found["inside"]["addresses"] == ["192.168.8.100/24", "192.168.8.101/24"]


@pytest.mark.parametrize("version", recorded("fault"))
def test_a_fault_has_its_reason(version):
    assert {each["state"] for each in told(f"{version}.fault").values()} == {"FAULT"}
    assert told(f"{version}.fault")["inside"]["faults"] == ["interface eth0 is down"]


@pytest.mark.parametrize("flag, reason", [
    ("base i/f down", "the interface below eth0 is down"),
    ("duplicate VRID", "another instance has its virtual_router_id"),
])  # fmt: skip
def test_a_flag_of_a_fault_is_told(flag, reason):
    """The lines are those of keepalived 2.3.4's vrrp_data.c."""
    text = (RELEASES / "2.3.4.fault.txt").read_text(encoding="utf-8").replace("     i/f down", f"     {flag}")
    assert instances(parse(text), 0.0, set())[0]["faults"] == ["interface eth0 is down", reason]


@pytest.mark.parametrize("line", ["   Status = INIT", "   Init state = INIT\n   Status = BAD"])
def test_a_check_that_has_not_run_yet_is_unknown(line):
    """keepalived before 2.2.5 writes the first line, a later one the other two."""
    text = (RELEASES / "2.0.19.backup.txt").read_text(encoding="utf-8").replace("   Status = GOOD", line)
    alone = instances(parse(text), 0.0, set())[2]
    assert [check["ok"] for check in alone["checks"] if check["kind"] == "script"] == [None]


@pytest.mark.parametrize("version", recorded("backup"))
def test_groups_and_globals_are_there_and_no_password(version):
    found = dump(f"{version}.backup")
    assert found.groups["G1"].lists["VRRP member instances"] == ["inside", "outside"]
    assert found.globals.get("Router ID") == "node-b"
    assert "1111" not in repr(found)


@pytest.mark.parametrize("version", recorded("stats"))
def test_the_counters_are_read(version):
    counters = stats.parse((RELEASES / f"{version}.stats.txt").read_text(encoding="utf-8"))
    assert set(counters) == {"inside", "outside", "alone"}
    assert counters["outside"]["received"] > 5 and counters["outside"]["sent"] == 0
