# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what a master says of its standby: from what that told last, and from its silence. Time is an argument."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vrrp.protocol.peer_report import InstanceReport, NodeReport, PeerReport
from vrrp.protocol.peer_session import MALFORMED, REPLAY, SIGNATURE, UNPROVEN
from vrrp.protocol.peer_view import PeerFinding, PeerView

NODE = NodeReport("web-b", "0.4.0", "r1", 1e9)
GOOD = InstanceReport("VI_1", "BACKUP", 90, "1:a")
MASTER_SINCE = 0.0


def view(now=100.0):
    return PeerView("192.168.8.6", 61112, now, "r1")


def told(*reports, node=NODE, at=100.0, seen=None, wall=1e9):
    """Return a view that has heard these reports in one message."""
    found = view() if seen is None else seen
    found.heard(PeerReport(node, reports), wall, at)
    return found


def standby(seen, now, since=MASTER_SINCE, digest="1:a", name="VI_1"):
    found = seen.standby(name, digest, since, now)
    return found.ready, found.finding.text if found.finding else ""


def test_a_backup_that_was_heard_is_ready():
    assert standby(told(GOOD), 101.0) == (True, "")
    assert told(GOOD).standby("VI_1", "1:a", 0.0, 101.0).report == GOOD


def test_at_first_nothing_is_known_and_then_the_silence_counts():
    seen = view(100.0)
    assert standby(seen, 105.0) == (None, "")
    assert standby(seen, 105.1) == (False, "nothing was heard of it since the agent started here")
    assert "UDP port 61112" in seen.silence(105.1).remedy


def test_a_standby_that_falls_silent_is_not_ready():
    seen = told(GOOD)
    assert standby(seen, 105.0) == (True, "")
    assert standby(seen, 112.4) == (False, "nothing was heard of it for 12 s")
    assert standby(told(GOOD, seen=seen, at=113.0), 113.0) == (True, "")


def test_a_dead_agent_is_known_sooner_where_its_kernel_says_so():
    seen = told(GOOD)
    seen.nobody_at = 101.0
    assert standby(seen, 102.0) == (True, ""), "it may be starting again"
    assert standby(seen, 102.1) == (False, "no agent listens there on UDP port 61112")
    assert "systemctl start hotstandby" in seen.silence(102.1).remedy
    assert standby(told(GOOD, seen=seen, at=103.0), 104.9) == (True, ""), "that was before"


def test_a_standby_that_was_stopped():
    stopping = replace(NODE, stopping=True)
    seen = told(replace(GOOD, state="STOP"), node=stopping)
    assert standby(seen, 101.0) == (False, "its agent is stopping")
    assert standby(seen, 110.0) == (False, "its agent was stopped 10 s ago")


def test_a_drained_standby():
    assert standby(told(replace(GOOD, state="STOP"), node=replace(NODE, drained=True)), 100.0) == (
        False,
        "it is drained",
    )


@pytest.mark.parametrize(
    ("node", "at", "expected"),
    [
        (NODE, 101.0, False),
        (NODE, 110.0, False),
        (replace(NODE, stopping=True), 101.0, True),
        (replace(NODE, stopping=True), 110.0, True),
        (replace(NODE, drained=True), 101.0, True),
        (replace(NODE, drained=True), 110.0, True),
    ],
)
def test_one_that_was_stopped_by_an_order_is_known_from_one_that_is_silent(node, at, expected):
    """It may be MASTER yet, until it has handed over."""
    assert told(replace(GOOD, state="MASTER"), node=node).standby("VI_1", "1:a", 0.0, at).stopped is expected


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (
            replace(GOOD, state="FAULT", troubles=("script chk failed", "interface eth1 is down")),
            "it is in FAULT: script chk failed; interface eth1 is down",
        ),
        (replace(GOOD, state="FAULT"), "it is in FAULT: it does not say why"),
        (replace(GOOD, state="INIT"), "it is in INIT"),
        (
            replace(GOOD, priority=70, troubles=("chk_tomcat fails",)),
            "chk_tomcat fails there, which leaves it priority 70",
        ),
    ],
)
def test_a_standby_that_cannot_take_over(report, text):
    assert standby(told(report), 100.0) == (False, text)


def test_another_release_is_doubted_unless_its_digest_compares():
    other = replace(NODE, release="r2")
    (doubt,) = told(GOOD, node=other).doubts(100.0)
    assert doubt.text == "it runs another release of the agent (0.4.0)"
    assert standby(told(GOOD, node=other), 100.0) == (True, "")
    assert standby(told(replace(GOOD, digest="1:b"), node=other), 100.0) == (None, ""), "which may be for a moment"


def test_a_configuration_that_does_not_fit_counts_when_that_lasts():
    unlike, why = replace(GOOD, digest="1:b"), "its configuration of VI_1 does not fit that of this node"
    seen = told(unlike)
    assert standby(seen, 100.5) == (None, ""), "both may be changing"
    told(unlike, seen=seen, at=102.0)
    assert standby(seen, 103.4) == (None, "")
    assert standby(seen, 103.5) == (False, why)
    told(GOOD, seen=seen, at=104.0)
    assert standby(seen, 104.0) == (True, "")
    assert standby(seen, 105.0, digest="1:b") == (None, ""), "and again, when this node has another one"
    assert standby(seen, 106.0) == (True, "")
    assert standby(seen, 107.0, digest="1:b") == (None, "")
    told(unlike, seen=seen, at=120.0)
    assert standby(seen, 120.0) == (None, ""), "it was silent in between"


@pytest.mark.parametrize("digest", ["2:a", ""])
def test_digests_of_two_formats_are_not_compared(digest):
    why = "its configuration of VI_1 cannot be compared: it runs another release"
    assert standby(told(replace(GOOD, digest=digest)), 100.0) == (None, why)
    assert standby(told(replace(GOOD, digest=digest, state="FAULT")), 100.0)[0] is False, "the fault is worse"


def test_two_instances_with_different_states():
    seen = told(GOOD, replace(GOOD, name="VI_2", state="FAULT", troubles=("x",)))
    assert standby(seen, 100.0) == (True, "")
    assert standby(seen, 100.0, name="VI_2") == (False, "it is in FAULT: x")


def test_an_instance_that_the_other_node_does_not_have():
    seen = told(GOOD)
    assert standby(seen, 101.0, name="VI_2") == (None, ""), "another message may tell of it"
    for at in (101.0, 102.0, 103.0, 104.0, 105.0, 106.0):
        told(GOOD, seen=seen, at=at)
    assert standby(seen, 106.0, name="VI_2") == (False, "it does not have VI_2")


def test_an_instance_that_the_other_node_no_longer_has():
    seen = told(GOOD, replace(GOOD, name="VI_2"))
    for at in range(101, 107):
        told(GOOD, seen=seen, at=float(at))
        seen.forget_old(float(at))
    assert standby(seen, 106.0, name="VI_2") == (False, "it does not have VI_2")
    assert list(seen._told) == ["VI_1"]


def test_two_masters_count_when_that_lasts():
    master, seen = replace(GOOD, state="MASTER"), view()
    for at in (100.0, 101.0, 102.0):
        told(master, seen=seen, at=at)
    assert standby(seen, 102.5) == (None, ""), "one of them may be giving up"
    told(master, seen=seen, at=103.0)
    assert standby(seen, 103.0) == (False, "it is MASTER, too")
    assert "IP protocol 112" in seen.standby("VI_1", "1:a", MASTER_SINCE, 103.0).finding.remedy
    assert standby(seen, 103.0, since=101.0) == (None, ""), "this node has taken over two seconds ago"
    assert standby(told(GOOD, seen=seen, at=104.0), 104.0) == (True, "")


def test_a_newer_version_is_said():
    seen = told(GOOD)
    seen.heard_newer(2, 101.0)
    text = "its messages are of version 2, and this agent reads no more than version 1"
    assert standby(seen, 101.0) == (None, text)
    assert [each.text for each in seen.doubts(101.0)] == [text]
    fresh = view()
    fresh.heard_newer(2, 101.0)
    assert standby(fresh, 101.0) == (None, text)
    assert standby(told(GOOD, seen=seen, at=102.0), 102.0) == (True, "")


@pytest.mark.parametrize(("wall", "text"), [(1e9 - 9, "its clock is 9 s ahead"), (1e9 + 9, "its clock is 9 s behind")])
def test_clocks_that_are_apart_are_a_doubt_and_nothing_more(wall, text):
    seen = told(GOOD, wall=wall)
    assert [each.text for each in seen.doubts(100.0)] == [text]
    assert standby(seen, 100.0) == (True, "")
    assert told(GOOD, wall=1e9 + 1.9).doubts(100.0) == []


def discard(seen, reason, *times):
    for at in times:
        seen.discard(reason, at)
    return seen


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (SIGNATURE, "somebody sends messages with its address that are not signed with the key"),
        (REPLAY, "somebody sends its messages again"),
        (MALFORMED, "what comes from UDP port 61112 there is no message"),
    ],
)
def test_messages_that_are_discarded_are_told_while_there_are_many(reason, text):
    seen = discard(told(GOOD, at=110.0), reason, 106.0, 107.0, 108.0, 109.0)
    assert seen.doubts(110.0) == []
    discard(seen, reason, 110.0)
    assert [each.text for each in seen.doubts(112.0)] == [text]
    assert standby(seen, 112.0) == (True, "")
    told(GOOD, seen=seen, at=116.0)
    assert seen.doubts(116.1) == [], "the first of them was more than ten seconds ago"
    assert seen.discarded == {reason: 5}


def test_a_standby_with_another_key_is_silent():
    seen = discard(view(), SIGNATURE, *(100.0 + number for number in range(8)))
    assert standby(seen, 107.0) == (False, "its messages are signed with another key than that of this node")
    assert seen.doubts(107.0) == []


def test_a_standby_that_does_not_hear_us_is_not_a_silent_one():
    seen = discard(told(GOOD), UNPROVEN, *(101.0 + number for number in range(9)))
    assert standby(seen, 109.0) == (False, "its messages answer none that this node has sent lately")
    assert "UDP port 61112 on the way to it" in seen.silence(109.0).remedy


def test_messages_of_a_session_that_has_not_proven_itself_are_no_doubt():
    assert discard(told(GOOD), UNPROVEN, *[100.0] * 9).doubts(100.0) == []


def test_a_send_error_explains_the_silence_of_the_peer():
    seen = view()
    seen.unsent = "Network is unreachable"
    assert standby(seen, 106.0) == (False, "this node cannot send to 192.168.8.6: Network is unreachable")


def test_without_a_key_that_is_what_is_said():
    seen = view()
    seen.problem = PeerFinding("the key file cannot be read", "run the playbook")
    assert standby(seen, 100.0) == (False, "the key file cannot be read")
    assert str(seen.silence(100.0)) == "the key file cannot be read (run the playbook)"


def test_the_other_node_has_a_name_once_it_was_heard():
    assert view().name == "192.168.8.6"
    assert told(GOOD).name == "web-b"
    assert told(GOOD, node=replace(NODE, name="")).name == "192.168.8.6"
