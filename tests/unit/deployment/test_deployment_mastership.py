# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a status tells which node is master, and which one will be."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.mastership import (
    at_rest,
    can_be_removed,
    has_master,
    is_backup,
    is_idle,
    is_master,
    is_stable,
    predict,
)

VIP = "192.168.8.100/24"
OTHER = "192.168.8.6"


def heard(priority, seen_s=0.2):
    return {"address": OTHER, "priority": priority, "seen_s": seen_s}


def instance(state, **more):
    master = heard(100) if state == "BACKUP" else {"address": "192.168.8.4", "priority": 100, "seen_s": 0.0}
    return {
        "state": state,
        "addresses": [VIP],
        "addresses_present": [VIP] if state == "MASTER" else [],
        "master": master,
        "peers": [],
        "priority": 100 if state == "MASTER" else 90,
        "base_priority": 100 if state == "MASTER" else 90,
        "advert_int_s": 1.0,
        "preempt": True,
        "hold": None,
        "faults": [],
        "reasons": [],
        "since_s": 600.0,
        **more,
    }


def test_a_master_has_its_addresses():
    assert is_master(instance("MASTER"))
    assert not is_master(instance("MASTER", addresses_present=[]))
    assert not is_master(instance("BACKUP"))


def test_a_backup_hears_a_master_and_has_given_the_addresses_up():
    assert is_backup(instance("BACKUP"))
    assert not is_backup(instance("BACKUP", master=None))
    assert not is_backup(instance("BACKUP", addresses_present=[VIP]))


@pytest.mark.parametrize(
    ("found", "quiet"),
    [
        (instance("MASTER"), True),
        (instance("MASTER", addresses_present=[]), False),
        (instance("MASTER", peers=[heard(90)]), True),
        (instance("MASTER", peers=[heard(150)]), False),  # it advertises, and it will win
        (instance("MASTER", peers=[heard(150, seen_s=60)]), True),  # it advertised once, long ago
        (instance("MASTER", peers=[heard(254, seen_s=0.5)], since_s=0.4), True),  # it was overtaken since
        (instance("BACKUP"), True),
        (instance("BACKUP", priority=150), False),  # it is about to take over
        (instance("BACKUP", priority=150, preempt=False), True),
        (instance("BACKUP", master=None), False),
        (instance("INIT", master=None), False),
        (instance("FAULT", master=None), False),
    ],
)
def test_these_instances_are_settled_or_not(found, quiet):
    assert is_stable(found) is quiet


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (instance("BACKUP"), "master", "MASTER"),
        (instance("MASTER"), "master", "MASTER"),
        (instance("MASTER"), "backup", "BACKUP"),
        (instance("BACKUP"), "backup", "BACKUP"),
        (instance("MASTER"), "auto", "MASTER"),
        (instance("BACKUP"), "auto", "BACKUP"),
        (instance("FAULT", faults=["eth0 is down"]), "master", None),
        (instance("FAULT", faults=["eth0 is down"]), "backup", "FAULT"),
        # held as master with the lower priority: the peer takes over when the hold ends
        (instance("MASTER", hold="master", priority=254, base_priority=90, peers=[heard(100)]), "auto", "BACKUP"),
        (instance("MASTER", hold="master", priority=254, base_priority=100, peers=[heard(90)]), "auto", "MASTER"),
        (instance("MASTER", hold="master", base_priority=100, peers=[heard(90)],
                  reasons=[{"delta": -20}]), "auto", "BACKUP"),
        # what an overtaken promotion once advertised is not what the peer would advertise now
        (instance("MASTER", hold="master", priority=254, peers=[heard(254)]), "auto", "MASTER"),
        # held as backup with the higher priority: it takes over when the hold ends
        (instance("BACKUP", hold="backup", priority=1, base_priority=150), "auto", "MASTER"),
        (instance("BACKUP", hold="backup", priority=1, base_priority=150, preempt=False), "auto", "BACKUP"),
        (instance("BACKUP", hold="backup", priority=1, base_priority=90), "auto", "BACKUP"),
    ],
)  # fmt: skip
def test_the_state_after_each_move_is_predicted(before, wanted, after):
    assert predict(before, wanted) == after


@pytest.mark.parametrize(
    ("found", "yes"),
    [
        (instance("MASTER"), True),
        (instance("BACKUP", master=heard(100, seen_s=0.5)), True),
        (instance("BACKUP", master=heard(100, seen_s=0.6)), False),
        (instance("BACKUP", master=None), False),
        (instance("STOP", master=heard(100, seen_s=0.5)), True),
    ],
)
def test_these_instances_are_served_or_not(found, yes):
    assert has_master(found, 0.5) is yes


# None is for what keepalived's dump does not have.


@pytest.mark.parametrize("unknown", [("since_s",), ("advert_int_s",), ("since_s", "advert_int_s")])
def test_a_master_since_an_unknown_time_compares_every_peer(unknown):
    known = dict.fromkeys(unknown)
    assert is_stable(instance("MASTER", **known))
    assert at_rest({"instances": [instance("MASTER", **known)]})
    assert not is_stable(instance("MASTER", peers=[heard(150, seen_s=0.2)], **known))


@pytest.mark.parametrize(("unknown", "quiet"), [("since_s", True), ("advert_int_s", False)])
def test_the_known_time_bounds_which_peers_count(unknown, quiet):
    found = instance("MASTER", peers=[heard(150, seen_s=60)], since_s=100.0, advert_int_s=1.0)
    assert is_stable({**found, unknown: None}) is quiet


def test_a_peer_without_a_time_may_have_spoken_long_ago():
    assert is_stable(instance("MASTER", peers=[heard(150, seen_s=None)]))
    assert not has_master(instance("BACKUP", master=heard(100, seen_s=None)), 0.5)


@pytest.mark.parametrize(
    ("found", "ended", "missed_by_nobody"),
    [
        (instance("STOP"), True, True),
        (instance("STOP", addresses_present=[VIP]), False, False),
        (instance("INIT"), True, True),
        (instance("INIT", addresses_present=[VIP]), False, False),
        (instance("FAULT", master=None), False, True),
        (instance("BACKUP", master=heard(100, seen_s=0.5)), False, True),
        (instance("BACKUP", master=heard(100, seen_s=0.6)), False, False),
        (instance("BACKUP", addresses_present=[VIP]), False, False),
        (instance("MASTER"), False, False),
    ],
)
def test_these_instances_are_dispensable_or_gone(found, ended, missed_by_nobody):
    assert (is_idle(found), can_be_removed(found, 0.5)) == (ended, missed_by_nobody)


@pytest.mark.parametrize(
    ("standby", "known"),
    [
        (None, True),
        ({"ready": True, "why": ""}, True),
        ({"ready": False, "why": "it is drained"}, True),
        ({"ready": None, "why": "its messages are of version 2"}, True),
        ({"ready": None, "why": ""}, False),
    ],
)
def test_a_master_is_at_rest_when_it_knows_of_its_standby(standby, known):
    assert at_rest({"instances": [{**instance("MASTER"), "standby": standby}]}) is known


def test_a_node_is_at_rest_when_every_instance_is():
    assert at_rest({"instances": [instance("MASTER"), instance("BACKUP")]})
    assert not at_rest({"drained": False, "instances": [instance("MASTER"), instance("STOP")]})
    assert at_rest({"drained": True, "instances": [instance("STOP"), instance("INIT")]})
    assert not at_rest({"drained": True, "instances": [instance("STOP"), instance("MASTER")]})
