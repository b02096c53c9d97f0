# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test each input in each state: the actions, and the state afterwards. What is not listed does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from routers import ARTICLE_B, DOWN_B, TAKEOVER, A, T, advert, backup, kinds, master, sent

from vrrp.protocol.override import CommandRefused
from vrrp.protocol.router import VirtualRouter

FAULT = ("interface eth0 is down",)
INPUTS = {
    "start": lambda router: router.start(T),
    "higher": lambda router: router.advertisement(advert(100), A, T),
    "lower": lambda router: router.advertisement(advert(80), A, T),
    "zero": lambda router: router.advertisement(advert(0), A, T),
    "expire": lambda router: router.expire(T),
    "stop": lambda router: router.stop(T),
    "abort": lambda router: router.abort(T),
    "drain": lambda router: router.drain(T),
    "undrain": lambda router: router.undrain(T),
    "priority": lambda router: router.priority_changed(80, T),
    "fault": lambda router: router.fault_changed(FAULT, T),
    "mended": lambda router: router.fault_changed((), T),
    "conflict": lambda router: router.conflict(A, "02:00:00:00:00:09", T),
    "link": lambda router: router.link_changed(T),
    "refresh": lambda router: router.refresh(T),
    "promote": lambda router: router.promote(T),
    "demote": lambda router: router.demote(T),
    "release": lambda router: router.release(T),
    "join": lambda router: router.join(T),
    "give_up": lambda router: router.give_up(T + 5, False, "VI_2 gave up", T),
    "release_addresses": lambda router: router.release_addresses(T),
    "leave group": lambda router: router.group_changed(None, T),
    "parameters": lambda router: router.parameters_changed(replace(ARTICLE_B, priority=80), T),
    "source": lambda router: router.source_changed(A, T),
}


def failed():
    router = backup()
    router.fault_changed(FAULT, T)
    return router


def stopped():
    router = backup()
    router.stop(T)
    return router


def after(verb):
    """Return a MASTER that has got this command and gives up."""
    router = master()
    getattr(router, verb)(T)
    assert router.yielding
    return router


STATES = {
    "INIT": lambda: VirtualRouter(ARTICLE_B),
    "BACKUP": backup,
    "MASTER": master,
    "demoted": lambda: after("demote"),
    "stopping": lambda: after("stop"),
    "FAULT": failed,
    "STOP": stopped,
}
SPEAK = "SendAdvertisement"
TAKES = {
    "INIT": {"start": (["Notify"], "BACKUP"), "stop": ([], "STOP"), "drain": ([], "STOP")},
    "BACKUP": {
        "stop": (["Notify"], "STOP"),
        "drain": (["Notify"], "STOP"),
        "fault": (["Notify"], "FAULT"),
        "promote": (TAKEOVER, "MASTER"),
    },
    "MASTER": {
        "higher": ([SPEAK], "MASTER"),
        "lower": (["RivalHeard", SPEAK, "Announce"], "MASTER"),
        "zero": ([SPEAK, "Announce"], "MASTER"),
        "stop": ([SPEAK], "MASTER"),
        "abort": ([SPEAK, "ReleaseAddresses", "Notify"], "STOP"),
        "drain": ([SPEAK], "MASTER"),
        "fault": ([SPEAK, "ReleaseAddresses", "Notify"], "FAULT"),
        "conflict": (["Announce"], "MASTER"),
        "link": (["Announce"], "MASTER"),
        "refresh": (["Announce"], "MASTER"),
        "demote": ([SPEAK], "MASTER"),
        "give_up": ([SPEAK], "MASTER"),
    },
    "demoted": {
        "abort": (["ReleaseAddresses", "Notify"], "STOP"),
        "fault": ([SPEAK, "ReleaseAddresses", "Notify"], "FAULT"),
        "promote": (TAKEOVER, "MASTER"),
    },
    "stopping": {
        "abort": (["ReleaseAddresses", "Notify"], "STOP"),
        "fault": (["ReleaseAddresses", "Notify"], "STOP"),
    },
    "FAULT": {"stop": (["Notify"], "STOP"), "drain": (["Notify"], "STOP"), "mended": (["Notify"], "BACKUP")},
    "STOP": {"start": (["Notify"], "BACKUP"), "undrain": (["Notify"], "BACKUP")},
}
REFUSES = {
    "INIT": {"promote": "it is not running", "demote": "it is not running"},
    "stopping": {"promote": "it is not running", "demote": "it is not running"},
    "STOP": {"promote": "it is not running", "demote": "it is not running"},
    "FAULT": {"promote": "it is in FAULT: interface eth0 is down. Mend that first"},
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("state", STATES)
def test_an_input_in_a_state(state, name):
    router = STATES[state]()
    before = router.state.value
    refused = REFUSES.get(state, {}).get(name)
    if refused is not None:
        with pytest.raises(CommandRefused) as caught:
            INPUTS[name](router)
        assert (str(caught.value), router.state.value, router.hold) == (refused, before, None)
    else:
        assert (kinds(INPUTS[name](router)), router.state.value) == TAKES[state].get(name, ([], before))


@pytest.mark.parametrize("name", ["priority", "conflict", "expire", "source", "release"])
@pytest.mark.parametrize("state", ["BACKUP", "MASTER", "demoted", "stopping"])
def test_these_inputs_leave_the_deadline(state, name):
    router = STATES[state]()
    deadline = router.deadline
    INPUTS[name](router)
    assert router.deadline == deadline


def test_a_drained_router_does_not_start_and_says_why():
    router = VirtualRouter(ARTICLE_B)
    router.drain(T)
    assert router.start(T) == ()
    with pytest.raises(CommandRefused, match="this node is drained. Undrain it first"):
        router.promote(T)


def test_a_promotion_over_the_highest_priority_outbids_it_for_one_interval():
    router = backup()
    router.advertisement(advert(254), A, T)
    router.promote(T)
    said = []
    while (at := router.deadline) < T + 6:
        said += [(round(at - T, 2), priority) for priority in sent(router.expire(at))]
    assert said == [(0.01, 255), (1.0, 255), (2.0, 255), (3.0, 255), (4.0, 254), (5.0, 254)]


def test_a_promotion_over_the_owner_is_refused():
    router = backup()
    router.advertisement(advert(255), A, T)
    with pytest.raises(
        CommandRefused, match=r"192.168.8.4 advertises priority 255, the owner.*Demote it there instead"
    ):
        router.promote(T)


def test_a_member_that_leaves_its_group_while_it_is_ready_takes_over_alone():
    router = backup()
    router.group_changed("G", T)
    assert router.expire(T + DOWN_B) == () and router.ready
    assert kinds(router.group_changed("G2", T + 4)) == []
    assert kinds(router.group_changed(None, T + 5)) == TAKEOVER


def test_the_owner_in_a_group_waits_for_the_others():
    router = VirtualRouter(replace(ARTICLE_B, priority=255))
    router.group_changed("G", T)
    assert kinds(router.start(T)) == ["Notify"]
    assert (router.state.value, router.ready) == ("BACKUP", True)
    assert router.reason == "it has just started, and it owns the address"


def test_a_backup_that_slept_listens_once_more_before_it_takes_over():
    router = backup()
    slept = T + DOWN_B + 1.1
    assert router.expire(slept) == ()
    assert router.state.value == "BACKUP" and router.deadline > slept
    assert kinds(router.expire(router.deadline)) == TAKEOVER


def test_a_router_that_slept_while_it_gave_up_has_no_addresses_afterwards():
    router = after("demote")
    late = router.deadline + router.down_interval_s() + 0.1
    assert kinds(router.expire(late)) == ["ReleaseAddresses", "Notify"]
    assert (router.state.value, router.reason) == ("BACKUP", "it was demoted, and slept since")
