# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that ``auth_hmac`` comes, goes and changes its key in step, without a walk over other modes."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from test_network_hmac import SECOND, SECRET, discarded, hmac, transitions
from test_network_in_step import change, try_on

from lab.capture import Capture
from lab.example_pair import ADDRESS_A, CLIENT, VIP, pair
from lab.peers import Agent, assert_one_owner, poll, wait_owner
from lab.sender import replay, send_vrrp
from vrrp.protocol.packet import Advertisement, encode

PLAIN = pair(version=3, advert_int=0.1)
FIRST, PERMISSIVE, BOTH, OTHER = (
    tuple(node.but(lines=lines) for node in PLAIN)
    for lines in (
        hmac(),
        hmac(mode="permissive"),
        hmac(((1, SECRET), (2, SECOND)), active=2),
        hmac(((2, SECOND),), active=2),
    )
)
CHANGES = {
    "nothing -> enforce": (PLAIN, FIRST),
    "enforce -> nothing": (FIRST, PLAIN),
    "key 1 -> key 2": (FIRST, OTHER),
    "key 1 -> keys 1 and 2, 2 signs": (FIRST, BOTH),
    "permissive -> enforce": (PERMISSIVE, FIRST),
}


@pytest.mark.timing
@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_a_change_of_auth_hmac_loses_and_discards_nothing(wire, figure, before, after):
    with Capture(wire.client) as capture:
        a, b = wire.start_pair(Agent, Agent, *before)
        moves = transitions(a, b)
        with wire.probe() as probe:
            try_on(b, after[1], 30)
            # Much longer than the standby would wait for a silent master.
            assert_one_owner(wire.segment, VIP, "a", samples=30)
            change(a, after[0])
            assert_one_owner(wire.segment, VIP, "a", samples=10)
            change(b, after[1])
            wire.settled(a, b)
            report = probe.report()
        senders = {str(frame.source) for _at, frame in capture.adverts()}
    figure(f"{report.lost} lost, discarded {discarded(a, b)}")
    assert (report.lost, discarded(a, b), transitions(a, b)) == (0, [{}, {}], moves)
    assert senders == {ADDRESS_A}


@pytest.mark.parametrize("name", ["nothing -> enforce", "enforce -> nothing", "key 1 -> key 2"])
def test_a_change_that_ends_in_the_middle_leaves_the_pair_as_it_was(wire, name):
    before, after = CHANGES[name]
    a, b = wire.start_pair(Agent, Agent, *before)
    moves = transitions(a, b)
    try_on(b, after[1], 1)
    b.wait_log("no master was heard with the new configuration: the one before stays in force")
    heard = b.status()["counters"]["received"]
    poll(lambda: b.status()["counters"]["received"] >= heard + 4, 3, "B hears A no more", b.tail)
    assert (discarded(a, b), transitions(a, b)) == ([{}, {}], moves)
    try_on(b, after[1], 30)  # it is run again, and finishes
    change(a, after[0])
    change(b, after[1])
    wire.settled(a, b)
    assert (discarded(a, b), transitions(a, b)) == ([{}, {}], moves)


@pytest.mark.parametrize("name", ["nothing -> enforce", "enforce -> nothing", "key 1 -> key 2"])
def test_a_master_that_dies_in_the_middle_is_replaced_and_comes_back(wire, name):
    """The node that takes over speaks as the dead one did, before its change and after it."""
    before, after = CHANGES[name]
    a, b = wire.start_pair(Agent, Agent, *before)
    try_on(b, after[1], 60)
    for step in ("before its change", "after it"):
        if step == "after it":
            change(a, after[0])
            b.wait_log("The new configuration is confirmed")
        a.kill()
        wire.a.ip("addr", "flush", "dev", "eth0", "to", f"{VIP}/32")
        wait_owner(wire.segment, VIP, "b")
        a.start()
        wire.settled(a, b)
        assert discarded(a, b) == [{}, {}], step


def test_no_forgery_and_no_recording_is_taken_while_the_key_changes(wire):
    a, b = wire.start_pair(Agent, Agent, *FIRST)
    moves = transitions(a, b)
    forged = encode(Advertisement(3, 51, 255, (ip_address(VIP),), 10), ip_address(CLIENT), ip_address("224.0.0.18"))

    def attack():
        refused = [sum(each.values()) for each in discarded(a, b)]
        send_vrrp(wire.client, *[forged] * 5, source=CLIENT)
        replay(wire.client, [frame.data[14:] for frame in capture.frames() if frame.vrrp is not None][:20])
        poll(lambda: sum(discarded(b)[0].values()) >= refused[1] + 20, 3, "not refused", lambda: str(discarded(b)))
        poll(lambda: sum(discarded(a)[0].values()) >= refused[0] + 5, 3, "not refused", lambda: str(discarded(a)))
        assert transitions(a, b) == moves

    with Capture(wire.client) as capture:
        capture.wait(lambda seen: len(seen.adverts(source=ADDRESS_A)) > 20, 5)
        for step in (
            lambda: try_on(b, OTHER[1], 30),
            lambda: change(a, OTHER[0]),
            lambda: change(b, OTHER[1]),
        ):
            step()
            attack()
    assert set(discarded(b)[0]) <= {"hmac_missing", "hmac_replay", "hmac_stale", "hmac_key"}
    assert_one_owner(wire.segment, VIP, "a")


def test_a_standby_that_starts_in_the_middle_goes_on_with_what_its_file_says(wire):
    """Its file is still the old one, and so is the master."""
    a, b = wire.start_pair(Agent, Agent, *PLAIN)
    try_on(b, FIRST[1], 60)
    b.kill()
    b.start()
    wire.settled(a, b)
    try_on(b, FIRST[1], 60)
    change(a, FIRST[0])
    b.wait_log("The new configuration is confirmed", count=1)
    change(b, FIRST[1])
    wire.settled(a, b)
    assert discarded(a, b) == [{}, {}]
