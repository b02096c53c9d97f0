# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the sentences that people read."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest
from routers import ARTICLE_B, A, T, advert, backup, master

from vrrp.protocol.explain import why
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import State


@pytest.mark.parametrize(
    ("parameters", "heard", "makeup", "sentence"),
    [
        (ARTICLE_B, 100, "", "BACKUP because 192.168.8.4 advertises 100 > our 90"),
        (
            ARTICLE_B,
            100,
            "base 100, chk_tomcat -10",
            "BACKUP because 192.168.8.4 advertises 100 > our 90 (base 100, chk_tomcat -10)",
        ),
        (ARTICLE_B, 90, "", "BACKUP because 192.168.8.4 advertises 90, equal to our 90"),
        (ARTICLE_B, 80, "", "BACKUP because 192.168.8.4 advertises 80 < our 90; it takes over in 2.6 s"),
        (
            replace(ARTICLE_B, preempt=False),
            80,
            "",
            "BACKUP because 192.168.8.4 advertises 80 < our 90, and nopreempt leaves it there",
        ),
        (
            replace(ARTICLE_B, preempt_delay_s=2),
            80,
            "",
            "BACKUP because 192.168.8.4 advertises 80 < our 90; it takes over in 2.0 s",
        ),
    ],
)
def test_a_backup_names_the_master_that_it_hears(parameters, heard, makeup, sentence):
    router = backup(parameters)
    router.advertisement(advert(heard), A, T + 1)
    assert why(router, T + 1, makeup) == sentence


def test_of_two_owners_the_backup_says_that_it_is_a_mistake():
    router, winner = VirtualRouter(replace(ARTICLE_B, priority=255)), ip_address("192.168.8.200")
    router.start(T)
    router.advertisement(advert(255), winner, T + 1)
    router.expire(router.deadline)
    router.advertisement(advert(255), winner, T + 2)
    assert router.state is State.BACKUP
    assert why(router, T + 2) == (
        "BACKUP because 192.168.8.200 advertises 255, equal to our 255. "
        "A mistake of the configuration: priority 255 is for one node only, the owner of the addresses"
    )


def test_a_backup_without_a_master_says_when_it_takes_over():
    assert why(backup(), T + 1) == "BACKUP because it has just started; it takes over in 2.6 s; our 90"


def test_a_master_says_what_made_it_master():
    router = backup()
    router.advertisement(advert(100), A, T)
    router.advertisement(advert(0), A, T + 0.5)
    router.expire(T + 2)
    assert why(router, T + 2) == "MASTER because 192.168.8.4 advertised priority 0: it stops; our 90"


def test_promotion_and_demotion_are_named():
    router = backup()
    router.promote(T)
    assert why(router, T) == "MASTER because it was promoted; our 254 (promoted)"
    router.demote(T + 1)
    assert why(router, T + 1) == (
        "MASTER, giving up because it was demoted: it keeps the addresses until a peer has taken over"
    )
    router.advertisement(advert(100), A, T + 2)
    router.expire(T + 3)
    assert why(router, T + 3) == "BACKUP because 192.168.8.4 advertises 100 > our 1 (demoted)"


@pytest.mark.parametrize(
    ("besides", "end"),
    [((), ""), (("a",), "; a"), (("a", "b"), "; a; b"), (("a", "b", "c", "d"), "; a; b; and 2 more")],
)
def test_a_router_without_a_master_adds_other_reasons(besides, end):
    waiting, leading = backup(), master()
    for router in (waiting, leading):
        assert why(router, T + 1, "", besides) == why(router, T + 1) + end


def test_a_router_with_a_master_or_a_fault_adds_no_other_reasons():
    heard, broken = backup(), master()
    heard.advertisement(advert(100), A, T + 1)
    broken.fault_changed(("interface eth0 is down",), T)
    for router in (heard, broken):
        assert why(router, T + 1, "", ("a",)) == why(router, T + 1)


def test_the_end_of_a_wait_is_never_in_the_past():
    assert "in 0.0 s" in why(backup(), T + 100)


def test_a_fault_names_what_is_wrong():
    router = master()
    router.fault_changed(("interface eth0 is down",), T)
    assert why(router, T) == "FAULT because interface eth0 is down"


DOWN = 'it had the fault "interface eth0 is down", which is over'


def test_a_fault_that_is_over_is_told_as_the_past():
    router = VirtualRouter(replace(ARTICLE_B, priority=255))
    router.start(T)
    router.fault_changed(("interface eth0 is down",), T + 1)
    router.fault_changed((), T + 2)
    assert why(router, T + 2) == f"MASTER because {DOWN}, and it owns the address; our 255"


def test_a_fault_of_the_group_that_is_over_is_told_as_the_past():
    router = master()
    router.group_fault_changed(("interface eth0 is down",), T + 5, T)
    router.group_fault_changed((), T + 5, T + 1)
    assert why(router, T + 1).startswith(f"MASTER, giving up because {DOWN}: it keeps")
    router.expire(router.deadline)
    assert why(router, T + 6) == f"MASTER because {DOWN}, but nobody took over; our 90"


def test_a_master_that_was_heard_before_a_fault_is_not_named():
    router = backup()
    router.advertisement(advert(100), A, T)
    router.fault_changed(("interface eth0 is down",), T + 1)
    router.fault_changed((), T + 100)
    assert why(router, T + 101) == f"BACKUP because {DOWN}; it takes over in 2.6 s; our 90"


def test_a_drained_node_with_a_fault_is_drained():
    router = master()
    router.drain(T)
    router.fault_changed(("interface eth0 is down",), T + 0.1)
    assert router.state is State.STOP
    assert (
        why(router, T + 1) == "STOP because this node is drained; it would be in FAULT because interface eth0 is down"
    )
    router.fault_changed((), T + 2)
    assert why(router, T + 3) == "STOP because this node is drained"
    idle = backup(ARTICLE_B)
    idle.fault_changed(("interface eth0 is down",), T)
    idle.drain(T + 1)
    assert why(idle, T + 1) == "STOP because this node is drained; it would be in FAULT because interface eth0 is down"


def test_a_router_that_was_undrained_says_so():
    router = backup()
    router.drain(T)
    router.undrain(T + 50)
    assert why(router, T + 51) == "BACKUP because this node was drained until now; it takes over in 2.6 s; our 90"
    router = master()
    router.drain(T)
    router.undrain(T + 0.1)
    assert why(router, T + 0.2).startswith("MASTER, giving up because this node was drained: it keeps")


def test_the_terms_of_a_drain_and_of_a_hold_are_told_where_they_explain():
    terms = " by anna: disk, until 14:30 UTC, 25 min left"
    router = master()
    router.demote(T)
    assert why(router, T, terms=terms).startswith("MASTER, giving up because it was demoted: it keeps")
    router.drain(T)
    assert why(router, T, terms=terms).startswith(f"MASTER, giving up because this node is drained{terms}: it keeps")
    router.expire(router.deadline)
    assert why(router, T + 9, terms=terms) == f"STOP because this node is drained{terms}"
    router = backup()
    router.promote(T)
    assert why(router, T, terms=terms) == f"MASTER because it was promoted; our 254 (promoted{terms})"
