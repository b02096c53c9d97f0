# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test a machine on the segment: its process starts, is frozen and dies, and its kernel keeps the addresses."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from vrrp.protocol.packet import Advertisement
from vrrp.protocol.states import Parameters, SavedRouterState, State
from vrrp.simulation.client import SimulatedClient
from vrrp.simulation.clock import Clock
from vrrp.simulation.kernel import ProcessState
from vrrp.simulation.lan import Lan
from vrrp.simulation.node import SOCKET_BUFFER, Node
from vrrp.simulation.observer import Observer
from vrrp.simulation.timeline import Timeline

OWN = Parameters(2, 51, 100, 100, ip_address("192.0.2.4"))
DOWN_S = 3.609375  # 3 * 1 s and 156/256 s
VIP = (ip_address("192.0.2.100"),)


class Peer:
    """It only listens, and advertises when a test says so."""

    name, source, answers = "b", ip_address("192.0.2.6"), False

    def __init__(self, clock):
        self.clock = clock
        self.heard = []

    def receive(self, said, sender):
        self.heard.append((self.clock.now, said.priority))


class Parts:
    """It holds ``node`` and a peer on a segment without delay."""

    def __init__(self, parameters=OWN, **options):
        self.clock, self.timeline = Clock(), Timeline(trace=options.pop("trace", False))
        self.lan = Lan(self.clock, ["a", "b"], 1, (0.0, 0.0))
        given = {"addresses": VIP, "lease_s": 3.0, **options}
        self.node = Node("a", parameters, self.clock, self.lan, self.timeline, Observer(), **given)
        self.peer = Peer(self.clock)
        self.lan.nodes = {"a": self.node, "b": self.peer}
        self.lan.client = SimulatedClient(self.clock, self.lan, self.timeline)

    def started(self, until=0.0):
        self.node.start()
        self.clock.run(until)
        return self

    def peer_says(self, priority):
        self.node.receive(Advertisement(2, 51, priority, VIP, 100), self.peer)

    def notes(self, kind):
        return [(entry.at, entry.value) for entry in self.timeline.entries if (entry.node, entry.kind) == ("a", kind)]

    def texts(self):
        return [entry.text for entry in self.timeline.entries if entry.node == "a"]


class TestLife:
    def test_before_it_starts_it_does_nothing(self):
        node = Parts().node
        assert (node.process, node.running, node.answers, node.speaks, node.eligible) == (
            ProcessState.ENDED, False, False, False, False,
        )  # fmt: skip

    def test_a_node_becomes_master_at_its_deadline(self):
        parts = Parts().started(3.6)
        assert parts.node.eligible and not parts.node.speaks
        parts.clock.run(5.0)
        assert parts.notes("state") == [(0.0, "BACKUP"), (DOWN_S, "MASTER")]
        assert parts.notes("address") == [(DOWN_S, "on")]
        assert parts.peer.heard == [(DOWN_S, 100), (4.0, 100), (5.0, 100)]
        assert (parts.node.answers, parts.node.speaks, parts.node.announced_at) == (True, True, DOWN_S)

    def test_its_own_clock_sets_the_beat_and_a_lag_makes_it_late(self):
        assert Parts(epoch_s=0.25).started(5.0).peer.heard == [(DOWN_S, 100), (3.75, 100), (4.75, 100)]
        assert Parts(lag_s=0.125).started(5.0).peer.heard == [(DOWN_S + 0.125, 100), (4.125, 100)]

    def test_every_advertisement_is_noted_where_somebody_wants_to_see_it(self):
        assert Parts(trace=True).started(4.5).notes("advertisement") == [(DOWN_S, "100"), (4.0, "100")]
        assert Parts().started(4.5).notes("advertisement") == []

    def test_started_twice_it_lives_once(self):
        parts = Parts().started(1.0)
        parts.node.start()
        assert parts.node.lives == 1

    def test_a_stop_ends_the_process_when_the_addresses_have_gone(self):
        parts = Parts().started(10.0)
        assert parts.node.command("stop")
        assert (parts.node.process, parts.node.answers, parts.node.eligible) == (ProcessState.RUNNING, True, False)
        parts.clock.run(12.0)
        assert (parts.node.process, parts.node.answers) == (ProcessState.ENDED, False)
        assert parts.notes("state")[-1] == (11.04609375, "STOP")  # 255/256 s and 0.05 s
        assert parts.notes("address")[-1] == (11.04609375, "off")

    def test_a_crash_leaves_the_addresses_to_their_lease(self):
        parts = Parts().started(10.0)
        parts.node.crash()
        assert parts.node.memory == SavedRouterState(State.MASTER, 10.0, 100)
        assert (parts.node.answers, parts.node.lease_lasts()) == (True, True)
        parts.clock.run(20.0)
        assert parts.notes("address")[-1] == (12.609375, "off")  # renewed each half second since the takeover
        assert not parts.node.lease_lasts()

    def test_a_process_that_starts_within_the_mandate_goes_on(self):
        parts = Parts().started(10.0)
        parts.node.crash()
        parts.clock.run(11.5)
        parts.node.restart()
        assert parts.notes("state")[-1] == (11.5, "MASTER")
        assert (parts.node.lives, parts.node.memory) == (2, None)
        parts.clock.run(20.0)
        assert parts.notes("address")[-1] == (11.5, "on")

    def test_a_process_that_starts_later_removes_what_was_left_behind(self):
        parts = Parts(lease_s=0.0).started(10.0)  # no lease: the kernel keeps them
        parts.node.crash()
        parts.clock.run(20.0)
        assert parts.node.answers
        parts.node.restart()
        assert parts.notes("address")[-1] == (20.0, "off")
        assert "removes the addresses that were left behind" in parts.texts()

    def test_a_second_crash_forgets_nothing(self):
        parts = Parts().started(10.0)
        parts.node.crash()
        memory = parts.node.memory
        parts.node.crash()
        assert parts.node.memory is memory

    def test_without_a_lease_of_its_own_the_timers_decide(self):
        assert Parts(lease_s=None).node.kernel.lease_s == 3.0
        assert Parts(replace(OWN, interval_cs=50), lease_s=None).node.kernel.lease_s == 2.0
        assert Parts(lease_s=0.0).node.kernel.lease_s == float("inf")


class TestPause:
    def test_a_resumed_process_reads_waiting_packets_first(self):
        parts = Parts().started(10.0)
        parts.node.pause()
        parts.clock.run(11.0)
        parts.peer_says(200)
        assert parts.node.router.state is State.MASTER and not parts.node.speaks
        parts.node.resume()
        parts.clock.run(11.0)
        assert (parts.node.running, parts.node.router.yielding) == (True, True)
        assert parts.peer.heard[-1] == (11.0, 100)  # its last advertisement

    def test_the_socket_takes_so_many_packets(self):
        parts = Parts().started(1.0)
        parts.node.pause()
        for number in range(SOCKET_BUFFER + 10):
            parts.peer_says(200 if number < 256 else 201)
        parts.node.resume()
        assert parts.node.router.master.priority == 200

    def test_addresses_that_had_ended_come_back_where_it_is_still_master(self):
        parts = Parts(replace(OWN, interval_cs=1000)).started(40.0)
        parts.node.pause()
        parts.clock.run(45.0)
        assert parts.notes("address")[-1][1] == "off"
        parts.node.resume()
        assert parts.notes("address")[-1] == (45.0, "on")
        assert parts.texts()[-1] == "puts the addresses back that had ended"

    def test_a_node_that_expires_before_it_reads_acts_on_old_news(self):
        parts = Parts(drains_first=False).started(3.0)
        parts.node.pause()
        parts.clock.run(4.0)
        parts.peer_says(200)
        parts.node.resume()
        assert parts.notes("state")[-1] == (4.0, "MASTER")
        assert Parts().started(3.0).notes("state") == [(0.0, "BACKUP")]


class TestMachine:
    def test_without_power_everything_is_gone_at_once(self):
        parts = Parts().started(10.0)
        parts.node.kill()
        assert (parts.node.up, parts.node.answers, parts.node.memory) == (False, False, None)
        parts.node.start()
        assert parts.node.process is ProcessState.ENDED
        parts.clock.run(15.0)
        parts.node.boot()
        assert (parts.node.running, parts.notes("state")[-1]) == (True, (15.0, "BACKUP"))

    def test_a_machine_that_is_up_does_not_boot(self):
        parts = Parts().started(1.0)
        parts.node.boot()
        assert parts.node.lives == 1

    def test_packets_sent_to_a_frozen_machine_are_lost(self):
        parts = Parts().started(1.0)
        parts.node.freeze()
        parts.peer_says(200)
        parts.node.thaw()
        assert parts.node.router.master is None

    def test_a_frozen_master_is_none_when_its_mandate_has_ended(self):
        parts = Parts().started(10.0)
        parts.node.freeze()
        assert (parts.node.answers, parts.node.speaks) == (False, False)
        parts.clock.run(20.0)
        parts.node.thaw()
        assert parts.notes("state")[-1] == (20.0, "BACKUP")
        assert not parts.node.answers

    def test_the_clock_of_a_suspended_machine_stands_still(self):
        parts = Parts().started(10.0)
        parts.node.freeze(suspended=True)
        parts.clock.run(20.0)
        parts.node.thaw()
        assert parts.node.monotonic() == 10.0
        assert (parts.node.speaks, parts.node.answers) == (True, True)
        parts.clock.run(21.5)
        assert parts.peer.heard[-2:] == [(10.0, 100), (21.0, 100)]

    def test_the_lease_of_a_crashed_one_goes_on_after_a_suspension(self):
        parts = Parts().started(10.0)
        parts.node.crash()
        parts.node.freeze(suspended=True)
        parts.clock.run(20.0)
        parts.node.thaw()
        parts.clock.run(30.0)
        assert parts.notes("address")[-1] == (22.609375, "off")

    def test_thawed_without_a_freeze_nothing_happens(self):
        parts = Parts().started(10.0)
        before = list(parts.timeline.entries)
        parts.node.thaw()
        assert parts.timeline.entries == before


class TestCommands:
    def test_a_refusal_is_noted(self):
        parts = Parts().started(1.0)
        parts.node.broken("interface eth0 is down")
        assert parts.node.command("promote") is False
        assert parts.texts()[-1] == "refused: it is in FAULT: interface eth0 is down. Mend that first"

    def test_without_a_process_there_is_none_to_command(self):
        assert Parts().node.command("promote") is False

    def test_a_process_that_starts_later_knows_earlier_drains_and_faults(self):
        parts = Parts(check_delta=-20)
        parts.node.drain(True)
        parts.node.broken("script chk failed")
        parts.started()
        router = parts.node.router
        assert (router.priority, router.drained, router.faults) == (80, True, ("script chk failed",))
        parts.node.drain(False)
        parts.node.broken()
        assert (router.drained, router.faults, router.state) == (False, (), State.BACKUP)

    @pytest.mark.parametrize(
        ("priority", "delta", "expected"), [(100, -20, 80), (100, -200, 1), (100, 200, 254), (255, -20, 255)]
    )
    def test_a_check_changes_the_priority_within_the_limits(self, priority, delta, expected):
        parts = Parts(replace(OWN, priority=priority)).started(1.0)
        parts.node.check_says(delta)
        assert parts.node.router.priority == expected

    def test_a_reload_keeps_what_the_checks_say(self):
        parts = Parts(check_delta=-20, lease_s=None).started(10.0)
        parts.node.reconfigure(replace(OWN, priority=150, interval_cs=50))
        assert (parts.node.router.priority, parts.node.kernel.lease_s) == (130, 2.0)
        parts.clock.run(10.5)
        assert parts.peer.heard[-1] == (10.5, 130)

    def test_a_rival_is_noted(self):
        parts = Parts().started(10.0)
        parts.peer_says(50)
        assert "hears another master: 192.0.2.6 with priority 50" in parts.texts()

    def test_an_input_of_its_group_is_taken(self):
        parts = Parts().started(10.0)
        parts.node.take("give_up", 20.0, False, "VI_2 gave up")
        parts.clock.run(10.0)
        assert (parts.node.router.yielding, parts.peer.heard[-1]) == (True, (10.0, 0))
