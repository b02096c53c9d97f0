# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a person can read what a deployment would change."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.changes import changes

from vrrp.config import loader
from vrrp.config.diff import as_values, compare


def change(field, old, new, follow=False):
    return {"field": field, "old": old, "new": new, "peer_must_follow": follow}


def entry(*found, name="VI_1", kind="changed"):
    return {"name": name, "kind": kind, "changes": list(found)}


def difference(*entries, state="MASTER", moves=False, **plan):
    mastership = [{"instance": "VI_1", "state": state, "moves": moves, "why": "its priority rises from 90 to 150"}]
    return {"plan": {"instances": list(entries), "peer_must_follow": True, **plan}, "mastership": mastership}


NUMBER = entry(change("virtual_router_id", "51", "77", True))


def test_a_change_in_step_says_what_it_costs_and_that_mastership_stays():
    both = {"a": difference(NUMBER), "b": difference(NUMBER, state="BACKUP")}
    assert changes(both) == ["VI_1: virtual_router_id 51 -> 77 in step; nobody loses a packet; mastership stays"]


def test_a_change_of_one_host_names_it_and_a_move_says_why():
    priority = entry(change("priority", "90", "150"))
    both = {"a": difference(), "b": difference(priority, state="BACKUP", moves=True)}
    assert changes(both) == ["VI_1: priority 90 -> 150; mastership moves: b: its priority rises from 90 to 150 (on b)"]


def test_the_changes_name_added_instances_globals_and_scripts():
    plan = {"globals": [change("router_id", "x", "y")], "scripts": [entry(change("weight", "0", "2"), name="chk")]}
    both = {"a": difference(entry(name="VI_2", kind="added"), **plan), "b": difference()}
    assert changes(both) == ["VI_2: added (on a)", "router_id: x -> y (on a)", "scripts chk: weight 0 -> 2 (on a)"]


def test_a_host_that_was_not_compared_and_nothing_at_all_say_nothing():
    assert changes({"a": {}, "b": {"skipped": True}}) == []
    assert changes({"a": difference(), "b": difference()}) == []


FILE = """vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    version 3
    virtual_ipaddress {
        192.168.8.100/24
    }
%s}
"""
SECRETS = {1: "0123456789abcdef" * 2, 2: "hex:" + "5a" * 32}


def signed(*ids, mode="enforce"):
    """Return a configuration with these keys, of which the last one signs; without ids nothing is signed."""
    keys = "".join(f"key {number} {SECRETS[number]}\n" for number in ids)
    return loader.load(FILE % (f"auth_hmac {{\n{keys}active_key {ids[-1]}\nmode {mode}\n}}\n" if ids else ""), "f")


STEP = " in step; nobody loses a packet"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (signed(), signed(1), f"nothing -> key 1 ******** {{1}} mode enforce{STEP}"),
        (signed(1), signed(), f"key 1 ******** {{1}} mode enforce -> nothing{STEP}"),
        (signed(1), signed(2), f"key 1 ******** {{1}} mode enforce -> key 2 ******** {{2}} mode enforce{STEP}"),
        (
            signed(1, mode="permissive"),
            signed(1),
            "key 1 ******** {1} mode permissive -> key 1 ******** {1} mode enforce",
        ),
    ],
    ids=["nothing -> enforce", "enforce -> nothing", "key 1 -> key 2", "permissive -> enforce"],
)
def test_auth_hmac_is_told_by_ids_and_modes_and_without_a_key(old, new, expected):
    both = {host: {"plan": as_values(compare(old, new))} for host in "ab"}
    (line,) = changes(both)
    words = [f"active_key {number} anti_replay time time_window 5" for number in range(3)]
    assert line == "VI_1: auth_hmac " + expected.format(*words)
    assert not any(secret.removeprefix("hex:") in line for secret in SECRETS.values())


STOPPED = "is stopped meanwhile, so nobody stands by"
GAP = "nobody has the addresses for a Master_Down_Interval"


@pytest.mark.parametrize(
    ("field", "keepalived", "cost"),
    [
        ("virtual_router_id", "ab", f"keepalived of the standby {STOPPED}; {GAP}"),
        ("version", "ab", f"keepalived of the standby {STOPPED}; nobody loses a packet"),
        ("virtual_router_id", "b", f"keepalived of b {STOPPED}; nobody loses a packet"),
        ("virtual_router_id", "", "nobody loses a packet"),
    ],
)  # fmt: skip
def test_two_keepalived_cannot_change_their_router_in_step(field, keepalived, cost):
    entries = entry(change(field, "2", "3", True))
    both = {"a": difference(entries), "b": difference(entries, state="BACKUP")}
    assert changes(both, keepalived) == [f"VI_1: {field} 2 -> 3 in step; {cost}; mastership stays"]


def test_a_new_vmac_restarts_the_instance_of_keepalived_alone():
    both = {"a": difference(entry(change("vmac", "", "vrrp.51"))), "b": difference()}
    (line,) = changes(both, ["a"])
    assert "; keepalived begins it anew, so mastership may move" in line
    assert "keepalived" not in changes(both)[0]
