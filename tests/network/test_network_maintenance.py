# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test real agents with a drain or a hold that has a reason and an end: over a restart, a stop, a boot, and its end."""

from __future__ import annotations

import shutil

import pytest

from lab.example_pair import VIP, pair
from lab.peers import Agent, assert_one_owner, poll

FAST = {"version": 3, "advert_int": 0.1}


class Durable(Agent):
    """It is our agent with a state directory, as the service has one."""

    def arguments(self) -> list[str]:
        return [*super().arguments(), "--state-dir", str(self.folder / "state")]

    def boot(self) -> None:
        """Stop it, remove what lies in memory, and start it again."""
        self.stop()
        shutil.rmtree(self.runtime_dir)
        self.start()
        poll(self.state, 10, "it answers", self.tail)

    def crash(self) -> None:
        self.kill()
        self.start()
        poll(self.state, 10, "it answers", self.tail)

    def maintenance(self) -> dict:
        return self.client().status()["maintenance"]


@pytest.mark.parametrize("how", ["crash", "boot"])
def test_a_drain_ends_by_itself_even_across_a_restart(wire, how):
    a, b = wire.start_pair(Durable, Durable, *pair(**FAST))
    said = a.cli("drain", "--reason", "kernel update", "--expires", "8s", check=True).stdout
    assert ": kernel update, until " in said
    b.wait_state("MASTER")
    a.wait_state("STOP")
    a.crash() if how == "crash" else a.boot()
    assert a.client().status()["drained"], a.tail()
    assert a.maintenance()["reason"] == "kernel update"
    assert "STOP because this node is drained by " in a.status()["why"]
    assert_one_owner(wire.segment, VIP, "b")
    wire.settled(a, b)
    assert a.maintenance() is None
    a.wait_log(r"\(this node\) no longer drained by \w+: kernel update, until .* UTC: its time is over")
    events = " ".join(a.cli("events", check=True).stdout.split())
    assert ": kernel update, until " in events
    assert "its time is over" in events
    assert not (a.folder / "state" / "maintenance.json").exists()


def test_after_its_end_a_node_that_may_not_preempt_stands_by(wire):
    first, second = pair(**FAST, state="BACKUP", nopreempt=True)
    a = wire.start(Durable, wire.a, first)
    a.wait_state("MASTER")
    b = wire.start(Durable, wire.b, second)
    wire.settled(a, b)
    a.cli("drain", "--expires", "2s", check=True)
    b.wait_state("MASTER")
    a.wait_state("STOP")
    poll(lambda: a.state() == "BACKUP", 10, "A takes part again", a.tail)
    assert_one_owner(wire.segment, VIP, "b", samples=10, every_s=0.1)


def test_a_hold_stays_over_a_boot_and_an_end_that_passed_meanwhile_is_told(wire):
    a, b = wire.start_pair(Durable, Durable, *pair(**FAST))
    a.cli("demote", "VI_1", "--reason", "disk", "--expires", "1h", check=True)
    wire.settled(b, a)
    a.boot()
    poll(lambda: a.state() == "BACKUP", 10, "A stands by", a.tail)
    assert (a.status()["hold"], a.status()["maintenance"]["reason"]) == ("backup", "disk")
    assert "our 1 (demoted by " in a.status()["why"]
    assert_one_owner(wire.segment, VIP, "b")

    a.cli("demote", "VI_1", "--expires", "4s", check=True)
    until = a.status()["maintenance"]["expires"]
    a.stop()
    shutil.rmtree(a.runtime_dir)
    poll(lambda: wire.a.run(["date", "-u", "+%FT%TZ"]).stdout.strip() > until, 10, "the end has passed")
    a.start()
    wire.settled(a, b)
    events = " ".join(a.cli("events", check=True).stdout.split())
    assert "its time was over while the agent did not run" in events


@pytest.mark.parametrize(
    ("expires", "said"),
    [
        ("2020-01-01T00:00:00Z", "error: expires '2020-01-01T00:00:00Z' is in the past: on this node it is 20"),
        ("soon", "error: expires 'soon' is neither a duration, such as 90 (seconds), 30m, 2h or 1d12h, nor a time"),
    ],
)
def test_an_end_that_cannot_be_changes_nothing(wire, expires, said):
    a, _b = wire.start_pair(Durable, Durable, *pair(**FAST))
    for words in (["drain"], ["promote", "VI_1"], ["demote", "VI_1"]):
        done = a.cli(*words, "--expires", expires)
        assert (done.returncode, done.stderr.startswith(said)) == (1, True), done.stderr
    assert (a.state(), a.status()["hold"], a.client().status()["drained"]) == ("MASTER", None, False)


@pytest.mark.timing
def test_a_drain_that_ends_by_itself_loses_nothing(wire, figure):
    a, b = wire.start_pair(Durable, Durable, *pair(**FAST))
    with wire.probe() as probe:
        a.cli("drain", "--expires", "3s", check=True)
        b.wait_state("MASTER")
        probe.wait_answered_by("b", 10)
        poll(lambda: a.state() == "MASTER", 10, "A has it again", a.tail)
        probe.wait_answered_by("a", 10)
        b.wait_state("BACKUP")
        report = probe.report()
    figure(f"a drain for 3 s, which ends by itself: {report.sent} probes, {report.lost} lost")
    assert report.lost == 0, str(report)
    assert [move.to_node for move in report.moves] == ["b", "a"]
