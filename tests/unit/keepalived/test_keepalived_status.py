# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test keepalived in the form of our own status: state, master, priority, and why."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.mastership import is_stable
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
    assert is_stable(found)


def test_host_routes_and_macvlans_are_compared_as_the_kernel_has_them():
    """keepalived leaves /32 and /128 out, and names the interface with that below it."""
    dump = text("v2-pass.master").replace("192.168.8.100/24 dev eth0", "192.168.8.100 dev vrrp.51@eth0")
    dump = dump.replace("Interface = eth0\n", "Interface = vrrp.51, vmac on eth0\n", 1)
    (found,) = instances(parse(dump), 1795373590.0, {("vrrp.51", "192.168.8.100/32")})
    assert found["addresses"] == found["addresses_present"] == ["192.168.8.100/32"]
    assert found["interface"] == "eth0"


def test_a_keepalived_that_does_not_tell_how_long_it_waits():
    without = text("v2-pass.master").replace("Master down timer", "Another timer")
    assert [each["takeover_s"] for each in instances(parse(without), 1795373590.0, {VIP})] == [None]


@pytest.mark.parametrize("line", ["Last transition", "Advert interval"])
def test_a_master_of_another_release_that_tells_no_time_is_settled(line):
    without = "\n".join(
        each for each in text("v2-pass.master").splitlines() if each.strip().partition(" = ")[0] != line
    )
    (found,) = instances(parse(without), 1795373590.0, {VIP})
    assert None in (found["since_s"], found["advert_int_s"])
    assert is_stable(found)


def test_a_backup_of_version_2_says_whom_it_hears_and_when():
    # It would stop waiting at 593.182962, after 3.648437 s of silence: so it heard the master at 589.534525.
    found = told("v2-pass.backup", 1795373590.0)["VI_1"]
    assert found["master"] == {"address": "192.168.8.4", "priority": 100, "seen_s": 0.465}
    assert found["peers"] == [found["master"]]
    assert found["why"] == "BACKUP because 192.168.8.4 advertises 100 > our 90"
    assert found["since_s"] == 6.081
    assert is_stable(found)


def test_a_status_of_version_3_by_unicast_with_nopreempt():
    found = told("v3-unicast.master", 1795373594.0)["VI_1"]
    assert (found["version"], found["advert_int_s"], found["preempt"]) == (3, 0.5, False)
    assert found["takeover_s"] == 1.766
    assert found["unicast_peers"] == ["192.168.8.6"]
    assert found["addresses"] == ["192.168.8.100/24", "192.168.8.101/24"]
    assert not is_stable(found)  # the kernel has none of them


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


def changed(name, *replacements, now=1795373632.0):
    said = text(name)
    for before, after in replacements:
        assert before in said, before
        said = said.replace(before, after)
    return instances(parse(said), now, set())


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        (90, "BACKUP because 192.168.8.4 advertises 90, equal to our 90"),
        (80, "BACKUP because 192.168.8.4 advertises 80 < our 90"),
    ],
)
def test_a_backup_beside_a_master_that_is_not_higher(theirs, why):
    (found,) = changed("v2-pass.backup", ("Master priority = 100", f"Master priority = {theirs}"))
    assert found["why"] == why


def test_nopreempt_is_said_where_it_leaves_a_lower_master_there():
    (found,) = changed("v3-unicast.backup", ("Master priority = 120", "Master priority = 80"))
    assert found["why"] == "BACKUP because 192.168.8.4 advertises 80 < our 110, and nopreempt leaves it there"


@pytest.mark.parametrize("stale", ["ff02::12", "192.168.8.7"])
def test_a_standby_does_not_know_its_master_before_the_next_advertisement(stale):
    """Recorded: keepalived became a standby at 1795373583.919319 by an advertisement, and told a wrong master."""
    address = ("Master router = 192.168.8.4", f"Master router = {stale}")
    (at_once,) = changed(
        "v2-pass.backup", address, ("Read timeout = 1795373593.182962", "Read timeout = 1795373587.567756")
    )
    assert (at_once["master"], at_once["peers"]) == (None, [])
    assert at_once["why"].startswith("BACKUP because no master was heard yet")
    (later,) = changed("v2-pass.backup", ("Read timeout = 1795373593.182962", "Read timeout = 1795373588.567756"))
    assert later["master"]["address"] == "192.168.8.4"


def test_a_state_that_keepalived_does_not_explain_is_said_so():
    (found,) = changed("v2-pass.backup", ("State = BACKUP", "State = INIT"))
    assert (found["state"], found["why"]) == ("INIT", "INIT: keepalived does not say why")


@pytest.mark.parametrize(
    ("replacements", "faults"),
    [
        ([("Interface = eth0", "Interface = eth9")], ["interface eth9 does not exist"]),
        ([("Using src_ip = 192.168.8.6", "Using src_ip = (none)")], ["interface eth0 has no address to speak from"]),
        (
            [("Number of config faults = 0", "Number of config faults = 1")],
            ["its configuration has faults, which keepalived's log names"],
        ),
        ([], ["keepalived does not say why"]),
    ],
)
def test_a_fault_is_explained_by_the_lines_of_the_dump(replacements, faults):
    (found,) = changed("v2-pass.backup", ("State = BACKUP", "State = FAULT"), *replacements)
    assert (found["state"], found["faults"]) == ("FAULT", faults)
    assert found["why"] == f"FAULT because {'; '.join(faults)}"


def test_another_instance_with_the_same_virtual_router_id_is_a_fault():
    said = text("v2-pass.backup").replace("State = BACKUP", "State = FAULT")
    line = next(each for each in said.splitlines() if "Virtual Router ID" in each)
    indent = line[: len(line) - len(line.lstrip())]
    (found,) = instances(parse(said.replace(line, f"{line}\n{indent}Duplicate VRID")), 1795373632.0, set())
    assert found["faults"] == ["another instance has its virtual_router_id"]


def test_a_group_without_a_member_in_fault_explains_nothing():
    found = changed("sync-group.backup", ("State = BACKUP", "State = FAULT"))
    members = [each for each in found if each["name"] != "alone"]
    assert len(members) == 2
    broken = text("sync-group.backup").replace("State = BACKUP", "State = FAULT", 1)
    first = instances(parse(broken), 1795373632.0, set())[0]
    assert first["faults"] == ["keepalived does not say why"]


@pytest.mark.parametrize(
    ("lines", "checks"),
    [
        (["eth0 weight -30"], [("eth0", "interface", True, -30, "")]),
        (["eth0, weight -30 reverse"], [("eth0", "interface", True, -30, "")]),
        (["eth9 weight -30"], [("eth9", "interface", None, -30, "")]),  # it is not in the dump
        (["eth0 weight -30", "something of a later release"], [("eth0", "interface", True, -30, "")]),
    ],
)
def test_a_tracked_interface_is_a_check(lines, checks):
    indented = "\n".join(["   Tracked interfaces :", *(f"     {line}" for line in lines), "   Tracked scripts :"])
    found = changed("sync-group.backup", ("   Tracked scripts :", indented))[2]
    assert [tuple(each.values()) for each in found["checks"] if each["kind"] == "interface"] == checks


def test_a_tracked_interface_that_is_down_says_so():
    said = text("fault-link").replace(
        "   Number of config", "   Tracked interfaces :\n     eth0 weight 0\n   Number of config"
    )
    (found,) = instances(parse(said), 1795373645.0, set())
    assert [(each["name"], each["ok"], each["detail"]) for each in found["checks"]] == [("eth0", False, "it is down")]
