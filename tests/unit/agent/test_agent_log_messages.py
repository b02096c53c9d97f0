# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log has keepalived's words, as existing alert rules look for them."""

from __future__ import annotations

import pytest
from agent_fakes import PEER, advertisement

from vrrp.agent import log_messages
from vrrp.agent.statistics import Conflict


def test_a_state():
    assert (
        log_messages.entering("VI_1", "MASTER", "it was promoted") == "(VI_1) Entering MASTER STATE (it was promoted)"
    )


@pytest.mark.parametrize(
    ("holds", "said"),
    [
        (True, "(VI_1) Master received priority 0 message from 192.168.8.6"),
        (False, "(VI_1) Backup received priority 0 advertisement from 192.168.8.6"),
    ],
)
def test_a_priority_0(holds, said):
    assert log_messages.priority_zero("VI_1", PEER, holds) == said


@pytest.mark.parametrize(
    ("ours", "said"),
    [(100, "higher priority 200, ours 100"), (200, "same priority 200 but higher IP address than ours")],
)
def test_a_better_master(ours, said):
    expected = f"(VI_1) Master received advert from 192.168.8.6 with {said}"
    assert log_messages.outbid("VI_1", advertisement(200), PEER, ours) == expected


def test_two_owners_are_a_mistake_of_the_configuration():
    said = log_messages.outbid("VI_1", advertisement(255), PEER, 255)
    assert said == (
        "(VI_1) Master received advert from 192.168.8.6 with same priority 255 but higher IP address than ours. "
        "A mistake of the configuration: priority 255 is for one node only, the owner of the addresses"
    )
    assert "mistake" not in log_messages.outbid("VI_1", advertisement(255), PEER, 254)


@pytest.mark.parametrize(("theirs", "mistaken"), [(255, True), (254, False), (90, False)])
def test_another_master_beside_an_owner(theirs, mistaken):
    said = log_messages.rival("VI_1", "192.168.8.6", theirs, 255)
    assert ("mistake of the configuration" in said) is mistaken
    assert ("lower priority" in said) is not mistaken


def test_a_rival():
    assert log_messages.rival("VI_1", "192.168.8.6", 90, 100).startswith(
        "(VI_1) Received advert from 192.168.8.6 with lower priority 90, ours 100, forcing new election"
    )


def test_the_effective_priority_is_said_as_keepalived_says_it():
    assert log_messages.effective_priority("VI_1", 100, 80) == "(VI_1) Changing effective priority from 100 to 80"


def test_a_packet_that_is_not_believed():
    said = log_messages.refused("VI_1", PEER, "received a 1 auth, expecting 0!")
    assert said == "(VI_1) received a 1 auth, expecting 0! (discarded a packet from 192.168.8.6)"


@pytest.mark.parametrize(
    ("vrid", "said"),
    [
        (51, "Unknown VRID(51) received on interface(eth0) from 192.168.8.6. ignoring..."),
        (None, "VRRP packet too short on interface(eth0) from 192.168.8.6. ignoring..."),
    ],
)
def test_a_packet_for_nobody_here(vrid, said):
    assert log_messages.stranger(vrid, "eth0", PEER) == said


def test_a_master_that_is_silent():
    assert log_messages.timeout("VI_1") == "(VI_1) Receive advertisement timeout"


def test_a_lower_master():
    expected = "(VI_1) received lower priority (90) advert from 192.168.8.6 - discarding"
    assert log_messages.lower("VI_1", advertisement(90), PEER) == expected


def test_an_address_that_somebody_has_deleted():
    expected = "Netlink reflector reports IP 192.168.8.100 removed from eth0"
    assert log_messages.taken_off("192.168.8.100", "eth0") == expected


@pytest.mark.parametrize(
    ("owner", "remedy"),
    [
        (False, "Take the address off that host"),
        (
            True,
            "Is that host the other node: write a priority below 255 there, and give this node a second address that "
            "the other one hears it from. If not, take the address off it",
        ),
    ],
)
def test_another_host_with_our_address(owner, remedy):
    found = Conflict("eth0", bytes.fromhex("020000000009"), 10.0)
    said = "02:00:00:00:00:09 on eth0 claims 192.168.8.6 too: some clients reach that host instead of us"
    assert log_messages.conflict("VI_1", PEER, found, owner) == f"(VI_1) {said}. {remedy}"
