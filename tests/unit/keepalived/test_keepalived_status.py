# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test keepalived in the form of our own status: state, master, priority, and why."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.mastership import settled
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.dump import parse
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.status import instances
from recorded_dumps import recorded, text

VIP = ("eth0", "192.168.8.100/24")


def told(name, now, *present):
    return {each["name"]: each for each in instances(recorded(name), now, set(present))}


def test_a_status_of_a_master_of_version_2():
    found = told("v2-pass.master", 1795373590.0, VIP)["VI_1"]
    assert (found["state"], found["priority"], found["base_priority"], found["version"]) == ("MASTER", 100, 100, 2)
    assert found["master"] == {"address": "192.168.8.4", "priority": 100, "seen_s": 0.0}
    assert (found["addresses"], found["addresses_present"]) == (["192.168.8.100/24"], ["192.168.8.100/24"])
    assert (found["advert_int_s"], found["virtual_router_id"], found["interface"]) == (1.0, 51, "eth0")
    assert found["why"] == "MASTER because keepalived says so; our 100"
    assert settled(found)


@pytest.mark.parametrize("line", ["Last transition", "Advert interval"])
def test_a_master_of_another_release_that_tells_no_time_is_settled(line):
    without = "\n".join(
        each for each in text("v2-pass.master").splitlines() if each.strip().partition(" = ")[0] != line
    )
    (found,) = instances(parse(without), 1795373590.0, {VIP})
    assert None in (found["since_s"], found["advert_int_s"])
    assert settled(found)


def test_a_backup_of_version_2_says_whom_it_hears_and_when():
    # It would stop waiting at 593.182962, after 3.648437 s of silence: so it heard the master at 589.534525.
    found = told("v2-pass.backup", 1795373590.0)["VI_1"]
    assert found["master"] == {"address": "192.168.8.4", "priority": 100, "seen_s": 0.465}
    assert found["peers"] == [found["master"]]
    assert found["why"] == "BACKUP because 192.168.8.4 advertises 100 > our 90"
    assert found["since_s"] == 6.081
    assert settled(found)


def test_a_status_of_version_3_by_unicast_with_nopreempt():
    found = told("v3-unicast.master", 1795373594.0)["VI_1"]
    assert (found["version"], found["advert_int_s"], found["preempt"]) == (3, 0.5, False)
    assert found["unicast_peers"] == ["192.168.8.6"]
    assert found["addresses"] == ["192.168.8.100/24", "192.168.8.101/24"]
    assert not settled(found)  # the kernel has none of them


def test_ipv6_speaks_from_its_link_local_address():
    found = told("v3-ipv6.backup", 1795373600.0)["VI_6"]
    assert found["source"] == "fe80::60a2:87ff:fe0d:f992"
    assert found["master"]["address"] == "fe80::9087:e8ff:fec3:627f"
    assert found["addresses"] == ["fe80::60/64", "fd00:8::60/64"]


def test_tracked_scripts_and_interfaces_explain_the_priority():
    found = told("sync-group.backup", 1795373632.0)["alone"]
    assert (found["base_priority"], found["priority"]) == (90, 96)
    makeup = "base 90, chk_good +10, file level +3, process nosuch -7"
    assert found["why"] == f"BACKUP because 192.168.8.4 advertises 106 > our 96 ({makeup})"
    assert [(each["name"], each["ok"], each["weight"]) for each in found["checks"]] == [
        ("chk_good", True, 10),
        ("level", False, 1),
        ("nosuch", False, -7),
    ]


def test_a_fault_says_which_script_or_interface():
    found = told("fault-script", 1795373633.0)["VI_1"]
    assert (found["state"], found["faults"]) == ("FAULT", ["script chk_bad failed"])
    assert (found["priority"], found["reasons"]) == (80, [{"name": "chk_slow", "delta": -20, "text": "failed"}])
    assert (found["master"], found["peers"]) == (None, [])
    assert told("fault-link", 1795373645.0)["VI_1"]["why"] == "FAULT because interface eth0 is down"


def test_a_member_of_a_group_is_in_fault_because_of_another():
    broken = text("sync-group.backup").replace("State = BACKUP", "State = FAULT", 2)
    found = instances(parse(broken), 1795373632.0, set())
    assert found[0]["faults"] == ["outside of its sync group G1 is in FAULT"]
    assert found[2]["state"] == "BACKUP"


def test_a_priority_that_does_not_add_up_is_not_explained():
    odd = text("sync-group.backup").replace("Effective priority = 96", "Effective priority = 50")
    found = instances(parse(odd), 1795373632.0, set())[2]
    assert (found["priority"], found["reasons"]) == (50, [])


@pytest.mark.parametrize("line", ["Master router = ", "Effective priority = ", "Using src_ip = ", "Interface = "])
def test_a_missing_line_raises_no_exception(line):
    kept = "\n".join(each for each in text("v2-pass.backup").splitlines() if line not in each)
    (found,) = instances(parse(kept), 1795373590.0, set())
    assert found["state"] == "BACKUP"
