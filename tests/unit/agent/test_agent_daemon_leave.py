# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests cover special cases of leaving, and many takeovers at once."""

from __future__ import annotations

import pytest
from agent_fakes import PEER, Bench, advertisement, instance
from running_daemon import VIP, from_peer, left_behind

from vrrp.config.model.configuration import Globals
from vrrp.protocol.states import SavedRouterState, State


def test_an_answer_that_comes_too_late_keeps_nothing(rig, play):
    """A second SIGTERM did not wait for systemctl: everything is given up, and no instance may advertise again."""

    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            machine.agent.shutdown.done.set()
            machine.agent.shutdown.drop_everything()
            machine.socket().sent.clear()
            machine.agent.shutdown.leave(restart=True)
            assert machine.socket().sent == []
            assert machine.agent.shutdown.restarting is None

    play(scenario)


def test_without_a_ledger_a_restart_is_handed_over(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            machine.agent.graceful_restart.state_file.failed = "no room"
            machine.socket().sent.clear()
            machine.agent.shutdown.leave(restart=True)
            assert [priority for priority, _group in machine.socket().sent] == [0]

    play(scenario)


def test_a_successor_gets_a_fresh_lease(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            machine.now = 104.2
            before = len(machine.kernel.renewed)
            machine.agent.shutdown.leave(restart=True)
            assert len(machine.kernel.renewed) > before

    play(scenario)


def test_a_leaving_instance_stays_in_the_ledger_with_its_addresses(rig, play):
    async def scenario():
        async with rig() as machine:
            machine.due(104.0)
            machine.agent.manager.remove(machine.agent.instances.running["VI_1"], machine.now)
            machine.agent.graceful_restart.write()
            (entry,) = left_behind(machine).entries
            assert [str(address) for _index, address in entry.installed] == [VIP]

    play(scenario)


def test_a_master_that_is_outbid_in_the_last_moment_is_not_kept():
    bench = Bench(instance()).master()
    assert bench.instance.keep_for_restart(11.0)
    bench.instance.heard(advertisement(200), PEER, 11.01)
    assert not bench.instance.restart.kept
    bench.instance.abort(20.0)
    assert ("release", VIP) in bench.done


def test_an_instance_that_never_began_releases_what_it_inherited():
    bench = Bench(instance())
    bench.kernel.install(list(bench.instance.addresses.wanted))
    bench.instance.addresses.inherit([(2, instance().addresses[0].address)])
    bench.instance.restart.saved = SavedRouterState(State.MASTER, 10.0, 100)
    bench.instance.abort(20.0)
    assert bench.done[-1] == ("release", VIP)


@pytest.mark.parametrize(("pause_s", "rests"), [(0.0015, True), (0.0025, False)])
def test_a_busy_channel_is_read_once_in_a_millisecond(rig, play, monkeypatch, pause_s, rests):
    async def scenario():
        async with rig() as machine:
            rested = []
            ((_place, receiver),) = machine.agent.network.receivers.items()
            monkeypatch.setattr(receiver, "throttle", lambda: rested.append(receiver))
            machine.socket().waiting.append(from_peer())
            receiver.read()
            machine.now += pause_s
            receiver.read()
            assert bool(rested) is rests

    play(scenario)


def test_a_busy_channel_that_was_closed_does_not_rest(rig, play, monkeypatch):
    """A callback that is late first does what is due, which closes the receiver of an instance that has left."""

    async def scenario():
        async with rig() as machine:
            rested = []
            ((_place, receiver),) = machine.agent.network.receivers.items()
            monkeypatch.setattr(receiver, "throttle", lambda: rested.append(receiver))
            receiver.read()
            machine.agent.network.close()
            receiver.read()
            assert rested == []

    play(scenario)


@pytest.mark.parametrize(("lease_s", "lent"), [(0, 1), (None, 0)])
def test_a_restart_gives_a_lifetime_only_to_addresses_without_a_lease(lease_s, lent):
    bench = Bench(instance(), settings=Globals(vip_lease_s=lease_s)).master()
    lifetimes = []
    install = bench.kernel.install
    bench.kernel.install = lambda wanted, lifetime_s=0: lifetimes.append(lifetime_s) or install(wanted)
    assert bench.instance.keep_for_restart(11.0)
    assert lifetimes == [5] * lent  # a mandate of 3.008 s, in whole seconds, and one more
