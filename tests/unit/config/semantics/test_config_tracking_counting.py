# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an instance counts its own trackers and those of its sync group, as keepalived adds them up."""

from __future__ import annotations

from ipaddress import ip_address

from vrrp.config.model.configuration import Configuration, Instance, SyncGroup
from vrrp.config.model.trackers import Tracked, TrackedGateway, TrackedTcp, Tracking
from vrrp.config.semantics.tracking import counting, healthy
from vrrp.protocol.priority import verdict

WEIGHED = Tracking(
    scripts=(Tracked("chk", -10), Tracked("hard")),
    interfaces=(Tracked("eth1", -20, reverse=True), Tracked("eth0", -99)),
    processes=(Tracked("nginx", 5),),
    files=(Tracked("load", 1), Tracked("heavy", -2)),
    tcp=(TrackedTcp(ip_address("192.168.8.1"), 80, weight=-5), TrackedTcp(ip_address("192.168.8.1"), 81)),
)


def instance(name="VI_1", track=WEIGHED, **fields):
    return Instance(name=name, interface="eth0", virtual_router_id=51, line=1, track=track, **fields)


def counted(*instances, groups=()):
    return counting(Configuration("f", instances=instances, sync_groups=groups))["VI_1"]


def group(track=Tracking(), members=("VI_1", "VI_2"), **fields):  # noqa: B008
    return SyncGroup("G", 1, members, track=track, **fields)


def test_every_tracker_but_the_own_interface_counts_without_a_group():
    found = counted(instance())
    assert found.interfaces == (Tracked("eth1", -20, reverse=True),)
    assert (found.scripts, found.processes, found.files, found.tcp) == (
        WEIGHED.scripts,
        WEIGHED.processes,
        WEIGHED.files,
        WEIGHED.tcp,
    )


def test_another_group_does_not_count():
    track = Tracking(scripts=(Tracked("other"),))
    assert counted(instance(), groups=(group(track, members=("VI_2",)),)).scripts == WEIGHED.scripts


def test_a_tracker_of_the_group_counts_for_every_member():
    track = Tracking(scripts=(Tracked("chk", -7),), gateways=(TrackedGateway(ip_address("192.168.8.1"), weight=-3),))
    assert counted(instance(track=Tracking()), groups=(group(track),)) == track


def test_a_tracker_of_both_instance_and_group_counts_once():
    own = Tracking(scripts=(Tracked("a"), Tracked("b", -5)), interfaces=(Tracked("eth1", -5),))
    theirs = Tracking(scripts=(Tracked("a", -9), Tracked("b", -9, reverse=True)), interfaces=(Tracked("eth1", -9),))
    found = counted(instance(track=own), groups=(group(theirs, tracking_weight=True),))
    assert found.scripts == (Tracked("a"), Tracked("b", -9, reverse=True))
    assert found.interfaces == (Tracked("eth1", -9),)


def test_the_own_interface_counts_in_a_group_with_dont_track_primary():
    theirs = Tracking(interfaces=(Tracked("eth0"),))
    assert counted(instance(track=Tracking()), groups=(group(theirs),)).interfaces == ()
    primary = instance(track=Tracking(), dont_track_primary=True)
    assert counted(primary, groups=(group(theirs),)).interfaces == (Tracked("eth0"),)


def test_a_healthy_node_has_this_priority():
    track = Tracking(
        scripts=(Tracked("a", 10), Tracked("b", -20), Tracked("c", 5, reverse=True), Tracked("d")),
        interfaces=(Tracked("eth1", 2),),
        processes=(Tracked("nginx", -3, reverse=True),),
        files=(Tracked("load", 7),),
        tcp=(TrackedTcp(ip_address("192.168.8.1"), 80, weight=1),),
    )
    assert (verdict(100, healthy(track)).priority, verdict(100, healthy(track)).faults) == (108, ())
    assert [check.kind for check in healthy(track)] == [*["script"] * 4, "interface", "process", "file", "tcp"]
