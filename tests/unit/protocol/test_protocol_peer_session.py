# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that messages between the nodes of a pair are accepted once, from who has the key, and after a restart again."""

from __future__ import annotations

import hashlib
import hmac
import struct
from ipaddress import ip_address

import pytest

from vrrp.protocol.peer_session import MALFORMED, OVERHEAD, RECENT, REPLAY, SIGNATURE, UNPROVEN, MessageRefused, Session

A, B = ip_address("192.168.8.4"), ip_address("192.168.8.6")
KEY, OTHER = bytes(range(32)), bytes(range(32, 64))


class Octets:
    """They are random numbers that a test can foresee: each is another one."""

    def __init__(self, first=1) -> None:
        self.number = first

    def __call__(self, length):
        self.number += 1
        return self.number.to_bytes(length, "big")


RANDOM = Octets()


def session(own=A, peer=B, keys=(KEY,), random=RANDOM):
    return Session(keys, own, peer, random)


def said(receiver, message):
    """Return what becomes of a message: its content, or why it is refused."""
    try:
        return receiver.verify(message)[1]
    except MessageRefused as refused:
        return refused.reason


def acquainted(**b):
    """Return two sessions that have accepted each other."""
    one, two = session(), session(B, A, **b)
    assert said(two, one.sign(1, b"")) == UNPROVEN
    assert said(one, two.sign(1, b"")) == b"", "it has answered the challenge of the first message"
    assert said(two, one.sign(1, b"")) == b""
    return one, two


def test_two_nodes_accept_each_other_after_one_message_each():
    one, two = acquainted()
    for number in range(3):
        assert said(two, one.sign(1, b"%d" % number)) == b"%d" % number
        assert said(one, two.sign(1, b"%d" % number)) == b"%d" % number


def test_the_frame_is_that_of_the_description():
    """Another program of another day has to make the same octets, so they are put together here by hand."""
    sender = session(random=Octets(0))
    message = sender.sign(7, b"content")
    head = (
        b"hspr" + b"\7" + bytes(3) + (1).to_bytes(8, "big") + (2).to_bytes(8, "big") + bytes(8) + struct.pack("!Q", 1)
    )
    signed = b"hotstandby peer status" + A.packed + B.packed + head + b"content"
    assert message == head + b"content" + hmac.new(KEY, signed, hashlib.sha256).digest()[:16]
    assert len(message) == OVERHEAD + len(b"content")


def test_the_version_and_the_begin_of_a_session_are_told():
    one, two = session(), session(B, A)
    assert said(two, one.sign(1, b"")) == UNPROVEN
    assert one.verify(two.sign(9, b"new")) == (9, b"new", True)
    assert one.verify(two.sign(9, b"new")) == (9, b"new", False)


def test_a_message_is_accepted_once():
    one, two = acquainted()
    first, second = one.sign(1, b"1"), one.sign(1, b"2")
    assert said(two, second) == b"2"
    assert [said(two, first), said(two, second)] == [REPLAY, REPLAY]


def test_a_message_is_worth_nothing_on_the_way_back():
    one, _two = acquainted()
    assert said(one, one.sign(1, b"")) == SIGNATURE


def test_every_changed_octet_is_found():
    one, two = acquainted()
    message = one.sign(1, b"content")
    for at in range(len(message)):
        changed = message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]
        assert said(two, changed) in (SIGNATURE, MALFORMED), at
    assert said(two, message) == b"content", "none of these has used up its number"


@pytest.mark.parametrize("message", [b"", b"hspr", b"x" * 60, b"hspr" + bytes(51)])
def test_bytes_that_are_no_message_are_malformed(message):
    assert said(session(), message) == MALFORMED


def test_a_shortened_message_is_refused():
    one, two = acquainted()
    assert said(two, one.sign(1, b"content")[:-1]) == SIGNATURE


def test_another_key_is_refused():
    assert said(session(B, A, keys=(OTHER,)), session().sign(1, b"")) == SIGNATURE


def test_while_the_key_changes_both_are_accepted_and_the_first_signs():
    one, two = session(keys=(KEY, OTHER)), session(B, A, keys=(OTHER, KEY))
    assert said(session(B, A, keys=(KEY,)), one.sign(1, b"")) == UNPROVEN
    assert said(session(A, B, keys=(OTHER,)), two.sign(1, b"")) == UNPROVEN
    assert said(two, one.sign(1, b"")) == UNPROVEN
    assert said(one, two.sign(1, b"")) == b""


def test_a_node_that_starts_again_is_accepted_and_its_recordings_are_not():
    one, two = acquainted()
    recorded = [two.sign(1, b"old") for _number in range(3)]
    assert said(one, recorded[0]) == b"old"
    again = session(B, A)
    assert said(one, again.sign(1, b"new")) == UNPROVEN, "it does not know the challenge yet"
    assert said(again, one.sign(1, b"")) == UNPROVEN
    assert said(one, again.sign(1, b"new")) == b"new"
    assert [said(one, message) for message in recorded] == [UNPROVEN] * 3, "not even those that were never delivered"
    assert said(one, again.sign(1, b"new")) == b"new"
    assert said(again, one.sign(1, b"x")) == b"x"


def test_a_receiver_that_starts_again_refuses_what_was_recorded_before():
    one, two = acquainted()
    recorded = two.sign(1, b"old")
    again = session()
    assert said(again, recorded) == UNPROVEN
    assert said(two, again.sign(1, b"")) == b"", "the challenge in the recording is still good"
    assert said(again, recorded) == UNPROVEN
    assert said(again, two.sign(1, b"new")) == b"new"


def test_both_start_again():
    one, two = acquainted()
    recorded = [one.sign(1, b"old"), two.sign(1, b"old")]
    one, two = session(), session(B, A)
    assert [said(two, recorded[0]), said(one, recorded[1])] == [UNPROVEN, UNPROVEN]
    assert said(two, one.sign(1, b"")) == UNPROVEN
    assert said(one, two.sign(1, b"")) == b""
    assert said(two, one.sign(1, b"")) == b""


def test_recordings_do_not_disturb_two_that_know_each_other():
    one, two = acquainted()
    stranger = session(B, A).sign(1, b"")  # made with the key, by a session of another day
    for _number in range(5):
        assert said(one, stranger) == UNPROVEN
        assert said(two, one.sign(1, b"1")) == b"1"
        assert said(one, two.sign(1, b"2")) == b"2"


def test_messages_that_were_held_back_are_worth_nothing():
    """Else whoever is in the path could play them later, after the sender has died."""
    one, two = acquainted()
    held = [two.sign(1, b"%d" % number) for number in range(9)]
    for _turn in range(RECENT - 1):
        one.renew()
    assert said(one, held[0]) == b"0", "a few turns may be lost"
    one.renew()
    assert [said(one, message) for message in held[1:]] == [UNPROVEN] * 8
    assert [said(one, message) for message in held] == [REPLAY] * 9
    assert said(two, one.sign(1, b"x")) == b"x"
    assert said(one, two.sign(1, b"y")) == b"y", "the living sender goes on"


def test_after_an_outage_both_accept_each_other_again():
    one, two = acquainted()
    for _turn in range(RECENT + 3):
        for each in (one, two):
            each.renew()
            each.sign(1, b"lost")
    assert said(two, one.sign(1, b"")) == UNPROVEN
    assert said(one, two.sign(1, b"back")) == b"back"
    assert said(two, one.sign(1, b"back")) == b"back"


def test_an_ended_session_does_not_begin_again_with_an_old_answer():
    one, two = acquainted()
    one.renew()
    assert said(two, one.sign(1, b"")) == b""
    held = two.sign(1, b"old")
    again = session(B, A)
    one.renew()
    assert said(again, one.sign(1, b"")) == UNPROVEN
    assert said(one, again.sign(1, b"new")) == b"new"
    assert said(one, held) == UNPROVEN, "its answer is recent, and spent"


def test_turns_that_are_lost_or_cross_do_not_matter():
    one, two = session(), session(B, A)
    accepted = []
    for number in range(60):
        for each in (one, two):
            each.renew()
        first, second = one.sign(1, b"%d" % number), two.sign(1, b"%d" % number)
        if number % 3:
            accepted.append(said(two, first))
        if number % 4:
            said(one, second)
    assert accepted[4:] == [b"%d" % number for number in range(60) if number % 3][4:]


def test_lost_messages_do_not_matter():
    one, two = session(), session(B, A)
    for number in range(40):
        message = one.sign(1, b"")
        if number % 3 == 0:
            said(two, message)
        message = two.sign(1, b"")
        if number % 4 == 0:
            said(one, message)
    assert said(two, one.sign(1, b"x")) == b"x"
    assert said(one, two.sign(1, b"y")) == b"y"
