# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reporter counts, logs and notifies what happens to an instance."""

from __future__ import annotations

import io
from ipaddress import ip_address
from types import SimpleNamespace

import pytest
from agent_fakes import OWN, PEER, Bench, advertisement, instance

from vrrp.agent.instance_reporter import InstanceReporter, Lifecycle
from vrrp.agent.log import Log
from vrrp.agent.statistics import Conflict
from vrrp.config.model.configuration import Authentication, Globals
from vrrp.protocol.actions import Notify
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import NEVER, Backup, Master, MasterSeen, Parameters

GROUP = "224.0.0.18"
VIP = "192.168.8.100/24"


def test_equal_priorities_are_told_apart_by_address():
    bench = Bench(instance()).master()
    bench.instance.heard(advertisement(100), PEER, 11.0)
    expected = "(VI_1) Master received advert from 192.168.8.6 with same priority 100 but higher IP address than ours"
    assert expected in bench.lines()


def test_priority_zero_of_many_sources_is_counted_and_hardly_logged():
    """Twenty seconds of forged packets were 224,189 lines."""
    bench = Bench(instance()).start()
    bench.instance.heard(advertisement(), PEER, 1.0)
    for number in range(5000):
        source = ip_address(f"192.168.8.{10 + number % 140}")
        bench.instance.heard(advertisement(priority=0), source, 1.0)
    assert bench.instance.reporter.counters.priority_zero_received == 5000
    assert [line for line in bench.lines() if "priority 0" in line] == [
        "(VI_1) Backup received priority 0 advertisement from 192.168.8.10"
    ]
    bench.instance.heard(advertisement(), PEER, 1.0)
    bench.instance.heard(advertisement(priority=0), PEER, 1.0)
    assert bench.lines()[-1] == "(VI_1) Backup received priority 0 advertisement from 192.168.8.6", "the master's own"


def test_priority_zero_is_logged_and_counted():
    bench = Bench(instance()).start()
    bench.instance.heard(advertisement(0), PEER, 1.0)
    assert bench.instance.reporter.counters.priority_zero_received == 1
    assert "(VI_1) Backup received priority 0 advertisement from 192.168.8.6" in bench.lines()


@pytest.mark.parametrize(("fields", "told"), [({}, 0), ({"mcast_src_ip": OWN}, 1)])
def test_a_packet_from_our_address_is_reported_if_the_source_is_configured(fields, told):
    bench = Bench(instance(**fields)).master()
    bench.instance.refused("own", OWN, "its source is our own address", 20.0, 1.0)
    assert bench.instance.reporter.counters.discarded == {"own": 1}
    assert len(bench.instance.reporter.discards.recent(20.0)) == told


def test_a_discard_is_remembered_until_its_sender_is_understood():
    bench = Bench(instance(advert_int_cs=200)).start(6.0)
    bench.instance.refused("interval", PEER, "mismatch", 10.0, 1.0)
    assert bench.instance.reporter.counters.discarded == {"interval": 1}
    (entry,) = bench.instance.reporter.discards.recent(16.9)  # by our own interval, which is longer
    assert (entry.reason, entry.source, entry.detail, entry.until) == ("interval", PEER, "mismatch", 17.0)
    bench.instance.heard(advertisement(200, interval_cs=200), PEER, 12.0)
    assert bench.instance.reporter.discards.recent(12.0) == []
    bench.instance.refused("interval", PEER, "mismatch", 13.0, 1.0)
    bench.instance.reconfigure(instance(advert_int_cs=200), Globals(), 13.1)  # the same
    assert len(bench.instance.reporter.discards.recent(13.1)) == 1
    bench.instance.reconfigure(instance(advert_int_cs=100), Globals(), 13.1)
    assert bench.instance.reporter.discards.recent(13.1) == []


def test_a_segment_that_takes_nothing_is_counted_and_logged_once():
    bench = Bench(instance()).start(6.0)
    bench.sender.error = "Network is unreachable"
    for now in (10.0, 11.0, 12.0):
        bench.instance.expire(now)
    assert bench.instance.reporter.counters.send_errors == 3
    assert [line for line in bench.lines() if "Cant send" in line] == [
        "(VI_1) Cant send advert to 224.0.0.18 (Network is unreachable)"
    ]


def test_no_password_in_any_text():
    bench = Bench(instance(authentication=Authentication("PASS", "s3cret"))).master()
    bench.stop(11.0)
    expected, config = bench.instance.authenticator.expectation, bench.instance.config
    assert "s3cret" not in bench.text.getvalue() + repr(expected) + repr(config)


def test_a_second_master_is_counted_logged_and_the_last_event():
    bench = Bench(instance()).master()
    bench.instance.expire(11.0)
    bench.instance.heard(advertisement(50), PEER, 11.5)
    assert bench.instance.reporter.counters.split_brains == 1
    assert bench.instance.reporter.last_event == "split brain: 192.168.8.6 was MASTER too, with priority 50, ours 100"
    assert any("there were two masters" in line for line in bench.lines())
    bench.instance.heard(advertisement(50), PEER, 12.6)
    assert bench.instance.reporter.counters.split_brains == 1


OTHER = ip_address("192.168.8.7")


class Parts:
    """A reporter, and a clock for its log."""

    def __init__(self, **fields):
        self.clock, self.text, self.told = [100.0], io.StringIO(), []
        queue = SimpleNamespace(put=lambda config, settings, state, priority: self.told.append((state, priority)))
        log = Log(self.text, clock=lambda: self.clock[0])
        self.reporter = InstanceReporter(instance(**fields), Globals(), log, queue)

    def lines(self, priority, source=PEER, condition=Backup(NEVER), master=None):  # noqa: B008
        """The lines of one advertisement that is heard."""
        before = len(self.text.getvalue().splitlines())
        router = VirtualRouter(Parameters(2, 51, 100, 100))
        router.condition, router.master = condition, master
        self.reporter.heard(advertisement(priority), source, router, self.clock[0])
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()[before:]]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Backup(NEVER), "Backup received priority 0 advertisement"),
        (Master(NEVER), "Master received priority 0 message"),
    ],
)
def test_priority_zero(condition, said):
    assert Parts().lines(0, condition=condition) == [f"(VI_1) {said} from 192.168.8.6"]


def test_the_master_that_stops_again_is_told_again_after_a_second():
    parts, followed = Parts(), MasterSeen(PEER, 200, 100, 99.0)
    assert len(parts.lines(0, master=followed)) == 1
    parts.clock[0] += 0.9
    assert parts.lines(0, master=followed) == []
    parts.clock[0] += 0.2
    assert len(parts.lines(0, master=followed)) == 1


def test_others_together_are_told_once_a_minute():
    parts = Parts()
    assert len(parts.lines(0)) == 1
    assert parts.lines(0, source=OTHER) == []
    parts.clock[0] += 61
    assert len(parts.lines(0, source=OTHER)) == 1


def test_a_lower_priority_is_told_where_it_will_be_taken_over_from():
    parts = Parts()
    assert parts.lines(90) == ["(VI_1) received lower priority (90) advert from 192.168.8.6 - discarding"]
    assert parts.lines(90) == []
    assert parts.lines(80, source=OTHER) == [], "whoever forges sources writes no line for each"
    parts.clock[0] += 61
    assert len(parts.lines(80, source=OTHER)) == 1


@pytest.mark.parametrize(
    ("priority", "condition", "fields"),
    [(90, Master(NEVER), {}), (90, Backup(NEVER), {"nopreempt": True}), (100, Backup(NEVER), {})],
)
def test_an_ordinary_advertisement_is_not_logged(priority, condition, fields):
    assert Parts(**fields).lines(priority, condition=condition) == []


@pytest.mark.parametrize(
    ("lifecycle", "state", "told"),
    [
        (Lifecycle.RUNNING, "MASTER", [("MASTER", 100)]),
        (Lifecycle.RUNNING, "STOP", [("STOP", 100)]),
        (Lifecycle.LEAVING, "STOP", [("DELETED", 100)]),
        (Lifecycle.LEAVING, "FAULT", [("FAULT", 100)]),
        (Lifecycle.REPLACED, "STOP", []),
    ],
)
def test_the_lifecycle_decides_which_state_the_notify_scripts_get(lifecycle, state, told):
    parts = Parts()
    parts.reporter.lifecycle = lifecycle
    parts.reporter.entered(Notify(state, 100, "it was stopped"))
    assert parts.told == told
    assert parts.reporter.last_event == f"entered {state}: it was stopped"
    assert (parts.reporter.counters.transitions, parts.reporter.counters.became_master) == (1, state == "MASTER")


def test_a_transition_has_fields_for_the_journal(monkeypatch):
    parts, logged = Parts(), []
    monkeypatch.setattr(Log, "info", lambda log, text, fields=None: logged.append((text, fields)))
    parts.reporter.peers.heard(PEER, 90, 1.0)
    parts.reporter.entered(Notify("MASTER", 100, "no master was heard"))
    fields = {"INSTANCE": "VI_1", "STATE": "MASTER", "PRIORITY": "100", "REASON": "no master was heard"}
    assert logged == [("(VI_1) Entering MASTER STATE (no master was heard)", {**fields, "PEER": "192.168.8.6"})]


def test_a_conflict_is_the_last_event_while_it_is_news():
    parts, found = Parts(), Conflict("eth0", bytes.fromhex("020000000009"), 100.0)
    parts.reporter.conflict(PEER, found, news=False)
    assert (parts.reporter.conflicts, parts.reporter.last_event) == ({PEER: found}, "not started")
    parts.reporter.conflict(PEER, found, news=True)
    assert parts.reporter.last_event == "02:00:00:00:00:09 claims 192.168.8.6 too"
