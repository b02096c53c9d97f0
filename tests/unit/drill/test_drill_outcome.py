# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the verdict on a drill: what passes, what does not, and what the report tells."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.outcome import instances
from test_drill_owners import INSTALLS, RELEASES, record
from test_drill_readiness import node

AWAY = {"best_s": 2.6, "middle_s": 3.1, "worst_s": 3.6}
GONE = [{"msg": "no route to host"}, {"msg": "there is no fault of a drill"}]
NONE = {"best_s": 0.0, "middle_s": 0.0, "worst_s": 0.0}
QUIET = record()  # of an instance that did nothing
LOOK = {"sent": 1000.0, "received": 1000.2, "started": 1000.1, "ended": 1000.1}


def counts(lost_s=3.0, sent=2000, **more):
    losses = [{"from_s": 2.0, "to_s": 2.0 + lost_s, "count": int(lost_s * 100)}] if lost_s else []
    return {"started_at": 1000.0, "seconds": 20.0,
            "counts": [{"address": "192.168.8.100", "sent": sent, "lost": int(lost_s * 100), "lost_s": lost_s,
                        "longest_s": lost_s, "losses": losses, "longest_gap_s": 0.01, **more}]}  # fmt: skip


def drill(kind="agent", **more):
    """Return what was noted of a drill of web-a in which web-b took over and gave back."""
    events = {
        "web-a": record((1012, "start"), (1015, "expire", INSTALLS)),
        "web-b": record((1005, "expire", INSTALLS), (1015.1, "advertisement", RELEASES)),
    }
    return {
        "pair": "web", "kind": kind, "victim": "web-a", "standby": "web-b", "masters": {"VI_1": "web-a"},
        "probed": {"VI_1": "192.168.8.100"},
        "service": "nginx.service", "connects": False, "began_at": 1000.0, "ended_at": 1021.0,
        "clocks": {"web-a": [LOOK], "web-b": [LOOK]}, "probe_clock": LOOK, "failed": "", "events": events, "unread": {},
        "fault": {"began_at": 1002.0}, "undone": [{"msg": "no route to host"}, {"ended_at": 1012.0}], "probe": counts(),
        "after": {"web-a": node("MASTER"), "web-b": node("BACKUP", number=6)}, **more,
    }  # fmt: skip


def judged(expected=AWAY, **more):
    [found] = instances(drill(**more), {"VI_1": expected})
    return found


def test_a_failover_that_lost_what_was_expected():
    found = judged()
    assert (found["passed"], found["remarks"]) == (True, [])
    assert found["measured"] == {"sent": 2000, "lost": 300, "longest_s": 3.0}
    assert found["expected"] == AWAY
    assert found["addresses"] == ["192.168.8.100/24"]
    assert found["timeline"] == {
        "from_s": 0.0, "to_s": 20.0, "hosts": ["web-a", "web-b"],
        "owners": [
            {"host": "web-a", "from_s": 0.0, "to_s": 2.0},
            {"host": "web-b", "from_s": 5.0, "to_s": 15.1},
            {"host": "web-a", "from_s": 15.0, "to_s": 20.0},
        ],
        "faults": [{"at_s": 2.0, "text": "agent of web-a killed"}],
        "notes": [{"at_s": 12.0, "text": "agent of web-a started again"}],
        "lost": [{"from_s": 2.0, "to_s": 5.0, "count": 300}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "begin", "end"),
    [
        ("node", "web-a isolated", "web-a on the network again"),
        ("service", "nginx.service stopped on web-a", "nginx.service started again on web-a"),
    ],
)
def test_the_fault_in_words(kind, begin, end):
    timeline = judged(kind=kind)["timeline"]
    assert [each["text"] for each in (*timeline["faults"], *timeline["notes"])] == [begin, end]


SWITCHOVER = {
    "kind": "switchover", "fault": {}, "undone": [],
    "events": {
        "web-a": record((1002.1, "advertisement", RELEASES), (1012, "promote", INSTALLS)),
        "web-b": record((1002, "promote", INSTALLS), (1012.1, "advertisement", RELEASES)),
    },
}  # fmt: skip


def test_a_killed_agent_has_the_addresses_until_a_probe_is_lost():
    later = [{"from_s": 3.5, "to_s": 5.0, "count": 150}]
    [first] = [each for each in judged(probe=counts(1.5, losses=later))["timeline"]["owners"] if not each["from_s"]]
    assert first == {"host": "web-a", "from_s": 0.0, "to_s": 3.5}


def test_a_switchover_loses_nothing():
    found = judged(NONE, probe=counts(0), **SWITCHOVER)
    assert (found["passed"], found["remarks"]) == (True, [])
    assert found["timeline"]["faults"] == [{"at_s": 2.0, "text": "web-b promoted"}]
    assert found["timeline"]["notes"] == [{"at_s": 12.0, "text": "web-a promoted"}]


def test_a_switchover_that_lost_one_probe_has_failed():
    found = judged(NONE, probe=counts(0.01), **SWITCHOVER)
    assert (found["passed"], found["remarks"][0]) == (False, "1 probes were lost, where none was expected")


def test_probes_lost_before_the_fault_do_not_count():
    early = {"from_s": 0.5, "to_s": 1.5, "count": 100}
    losses = [early, {"from_s": 2.0, "to_s": 5.5, "count": 350}]
    found = judged(probe=counts(4.5, losses=losses))
    assert found["passed"]
    assert found["remarks"] == ["100 of these probes were lost before the drill did anything: they do not count"]


@pytest.mark.parametrize("slow", ["probe_clock", "clocks"])
def test_a_loss_that_may_be_of_the_fault_by_the_clocks_counts(slow):
    far = {**LOOK, "received": 1001.5}  # so the clock may be 1.4 s behind
    losses = [{"from_s": 0.5, "to_s": 1.5, "count": 100}, {"from_s": 2.0, "to_s": 5.5, "count": 350}]
    more = {"probe_clock": far} if slow == "probe_clock" else {"clocks": {"web-a": [far], "web-b": [LOOK]}}
    assert not judged(probe=counts(4.5, losses=losses), **more)["passed"]


@pytest.mark.parametrize(
    ("kind", "expected", "lost_s", "passed"),
    [
        ("node", AWAY, 0, False),
        ("node", AWAY, 1.5, False),
        ("node", AWAY, 1.7, True),
        ("agent", AWAY, 0, False),
        ("agent", AWAY, 0.1, True),
        ("node", {"best_s": 0.06, "middle_s": 0.1, "worst_s": 0.2}, 0, False),
        ("node", {"best_s": 0.04, "middle_s": 0.1, "worst_s": 0.2}, 0, True),  # not five probes
        ("agent", {"best_s": 0.06, "middle_s": 0.1, "worst_s": 0.2}, 0, True),  # it is faster than systemd
        ("service", AWAY, 0, True),
    ],
)
def test_a_probe_that_loses_less_than_it_has_to_did_not_ask_the_pair(kind, expected, lost_s, passed):
    found = judged(expected, kind=kind, probe=counts(lost_s))
    assert found["passed"] is passed, found["remarks"]
    text = f"only {lost_s:.2f} s were lost, where {expected['best_s']:.2f} s were expected at best"
    assert passed or found["remarks"][0] == f"{text}: the probe asked elsewhere"


@pytest.mark.parametrize(("gap_s", "passed"), [(0.5, True), (0.52, False)])
def test_a_probe_that_was_late_cannot_say_that_nothing_was_lost(gap_s, passed):
    found = judged(NONE, probe=counts(0, longest_gap_s=gap_s), **SWITCHOVER)
    assert found["passed"] is passed
    assert found["remarks"][0].startswith(f"the probe itself was late by up to {gap_s - 0.01:.2f} s")


def test_a_long_interval_is_not_late():
    found = judged(NONE, probe=counts(0, sent=20, longest_gap_s=1.0), **SWITCHOVER)
    assert (found["passed"], found["remarks"]) == (True, [])


def test_losses_that_are_not_listed_are_judged():
    listed = [{"from_s": 2.0, "to_s": 2.01, "count": 1}]
    found = judged(probe=counts(6.0, losses=listed))
    assert (found["passed"], found["remarks"][0][:22]) == (False, "no answer for 6.00 s i")
    found = judged(NONE, probe=counts(6.0, losses=listed), **SWITCHOVER)
    assert (found["passed"], found["remarks"][0][:20]) == (False, "600 probes were lost")


@pytest.mark.parametrize(("lost_s", "passed"), [(3.85, True), (3.95, False)])
def test_a_loss_may_be_a_little_longer_than_expected_at_worst(lost_s, passed):
    found = judged(probe=counts(lost_s))
    assert found["passed"] is passed
    assert passed or found["remarks"] == ["no answer for 3.95 s in all, where 3.60 s were expected at worst"]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"failed": "web-a failed (make the fault): no nft"}, "web-a failed (make the fault): no nft"),
        (
            {"after": {"web-a": node("MASTER"), "web-b": node("MASTER", number=6)}},
            "VI_1 on web-a: web-b is master as well",
        ),
        (
            {"after": {"web-a": node("BACKUP", master=6), "web-b": node("MASTER", number=6, master=6)}},
            "web-a was master of VI_1 before, and web-b is now",
        ),
        ({"after": {"web-a": node("MASTER"), "web-b": {}}}, "VI_1 on web-b: no agent answers (it was not asked)"),
        (
            {"undone": [{"msg": "no route to host"}, {"msg": "'nft' ended with status 1: broken"}]},
            "nothing tells that the fault on web-a was undone: 'nft' ended with status 1: broken",
        ),
        ({"undone": [{}, {}]}, "nothing tells that the fault on web-a was undone: it gave no answer"),
        ({"events": {"web-a": QUIET, "web-b": QUIET}}, "no other node than web-a took over VI_1"),
        (
            {"events": {"web-a": QUIET, "web-b": ""}, "unread": {"web-a": "", "web-b": "no answer within 5 s"}},
            "web-b does not tell what it did with VI_1: no answer within 5 s",
        ),
        (
            {"events": {"web-a": QUIET, "web-b": record(instance="VI_2")}},
            "web-b does not tell what it did with VI_1: hotstandby events has no record of it",
        ),
        ({"probe": {}}, "no probe told what VI_1 lost"),
    ],
)
def test_a_drill_fails_for_each_of_these_reasons(more, text):
    found = judged(**more)
    assert (found["passed"], found["remarks"][0]) == (False, text)


def test_an_instance_of_the_other_node_need_not_move():
    found = judged(NONE, masters={"VI_1": "web-b"}, events={"web-a": QUIET, "web-b": QUIET}, probe=counts(0), after={
        "web-a": node("BACKUP", master=6), "web-b": node("MASTER", number=6, master=6)
    })  # fmt: skip
    assert found["passed"], found["remarks"]


def test_an_instance_of_the_other_node_may_lose_nothing():
    found = judged(NONE, masters={"VI_1": "web-b"}, events={"web-a": QUIET, "web-b": QUIET}, probe=counts(20), after={
        "web-a": node("BACKUP", master=6), "web-b": node("MASTER", number=6, master=6)
    })  # fmt: skip
    assert (found["passed"], found["remarks"][0]) == (False, "2000 probes were lost, where none was expected")


def test_a_drill_after_which_the_simulation_has_no_answer_has_failed():
    found = judged({**AWAY, "for_good": True})
    assert (found["passed"], found["remarks"][0][:39]) == (False, "the simulation expects no answer at all")


@pytest.mark.parametrize(
    ("expected", "more", "text"),
    [
        (AWAY, {"undone": GONE}, "web-a undid the fault by its own timer: the controller could not do it"),
        (AWAY, {"kind": "node"}, "while web-a was isolated, nobody reached the addresses on it"),
        (AWAY, {"probe": counts(longest_gap_s=0.51)}, "the probe itself was late by up to 0.50 s"),
        (None, {}, "the simulation says nothing of this, so the loss was not judged"),
        (None, {"kind": "service"}, "the probe asked the host and not the service: with -e drill_port=PORT"),
    ],
)
def test_a_passed_drill_has_remarks(expected, more, text):
    found = judged(expected, **more)
    assert found["passed"]
    assert any(each.startswith(text) for each in found["remarks"]), found["remarks"]


def test_the_times_of_a_node_with_another_clock_are_corrected():
    ahead = {**LOOK, "started": 1060.1, "ended": 1060.1}
    events = {"web-a": drill()["events"]["web-a"],
              "web-b": record((1065, "expire", INSTALLS), (1075.1, "advertisement", RELEASES))}  # fmt: skip
    found = judged(clocks={"web-a": [LOOK], "web-b": [ahead]}, events=events)
    [owner] = [each for each in found["timeline"]["owners"] if each["host"] == "web-b"]
    assert (owner["from_s"], owner["to_s"]) == (pytest.approx(5, abs=0.11), pytest.approx(15.1, abs=0.11))
    assert found["remarks"] == ["the clock of web-b differs from the controller's; corrected within 0.10 s"]


def test_each_instance_is_judged_by_itself():
    second = {**drill()["after"]["web-a"]}
    found = instances(drill(masters={"VI_2": "web-b", "VI_1": "web-a"}, after={"web-a": second, "web-b": second}), {})
    assert [each["name"] for each in found] == ["VI_1", "VI_2"]
