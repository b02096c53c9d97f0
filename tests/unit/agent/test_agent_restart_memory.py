# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance leaves its state to the process that follows, and takes that of the one before."""

from __future__ import annotations

import pytest
from agent_fakes import PEER, Bench, advertisement, eth, instance

from vrrp.agent import restart_memory
from vrrp.agent.restart_memory import RestartMemory
from vrrp.config.model.configuration import Globals
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import NEVER, Master, Parameters, SavedRouterState, State, Yielding

GROUP = "224.0.0.18"
VIP = "192.168.8.100/24"


def since_now(bench):
    """Return the list of the heartbeats from now on."""
    bench.beats.clear()
    return bench.beats


class TestSignsOfLife:
    """A heartbeat is positive for a MASTER, negative for another state or while mastership is given up."""

    def test_a_master_gives_one_with_each_advertisement(self):
        bench = Bench(instance()).master()
        beats = since_now(bench)
        bench.instance.expire(11.0)
        bench.instance.expire(11.5)
        bench.instance.expire(12.0)
        assert beats == [11.0, 12.0]

    def test_a_backup_with_each_that_it_hears(self):
        bench = Bench(instance()).start()
        beats = since_now(bench)
        bench.instance.heard(advertisement(200), PEER, 1.0)
        bench.instance.heard(advertisement(50), PEER, 2.0)
        assert beats == [-1.0, -2.0]

    def test_a_takeover_and_its_end(self):
        bench = Bench(instance()).start(6.0)
        beats = since_now(bench)
        bench.instance.expire(10.0)
        assert {*beats} == {10.0}
        beats.clear()
        bench.links_become(eth(up=False))
        assert {*beats} == {-11.0}

    @pytest.mark.parametrize("why", ["stop", "demote", "drain", "outbid"])
    def test_an_instance_that_gives_up_is_no_master_for_its_successor(self, why):
        bench = Bench(instance()).master()
        beats = since_now(bench)
        if why == "outbid":
            bench.instance.heard(advertisement(200), PEER, 11.0)
        else:
            getattr(bench.instance.inputs, why)(11.0)
        assert {*beats} == {-11.0}

    def test_a_master_that_was_frozen_is_none_for_its_successor(self):
        bench = Bench(instance()).master()
        beats = since_now(bench)
        bench.instance.expire(14.0)
        assert (bench.state, {*beats}) == ("BACKUP", {-14.0})


class TestKeepForRestart:
    def test_a_master_says_so_once_more_and_is_not_dropped(self):
        bench = Bench(instance()).master()
        beats = since_now(bench)
        assert bench.instance.keep_for_restart(10.5) is True
        bench.instance.abort(20.0)
        assert (bench.done, beats) == ([("send", 100, GROUP)], [10.5])

    @pytest.mark.parametrize("why", [None, "demote", "stop"])
    def test_an_instance_that_is_no_master_is_not_kept(self, why):
        bench = Bench(instance()).start() if why is None else Bench(instance()).master()
        if why:
            getattr(bench.instance.inputs, why)(10.5)
        bench.done.clear()
        assert bench.instance.keep_for_restart(10.6) is False
        assert bench.done == []


class TestChange:
    """The tests check that what a successor must know is saved when it changes, also where the state stays."""

    def standby(self):
        """Return a standby, and the list of its requests to save from now on."""
        saved = []
        bench = Bench(instance(version=3), remember=lambda: saved.append(bench.instance.router.master_interval_cs))
        bench.start()
        bench.instance.heard(advertisement(200, version=3, interval_cs=100), PEER, 1.0)
        saved.clear()
        return bench, saved

    @pytest.mark.parametrize("interval_cs", [10, 4095])
    def test_a_standby_learns_another_interval(self, interval_cs):
        bench, saved = self.standby()
        for second in (2.0, 3.0, 4.0):
            bench.instance.heard(advertisement(200, version=3, interval_cs=interval_cs), PEER, second)
        assert saved == [interval_cs]

    def test_the_same_interval_is_not_saved_again(self):
        bench, saved = self.standby()
        bench.instance.heard(advertisement(200, version=3, interval_cs=100), PEER, 2.0)
        assert saved == []

    def test_a_longer_interval_of_a_master_is_saved_when_it_has_been_advertised(self):
        saved = []
        bench = Bench(instance(version=3), remember=lambda: saved.append(bench.instance.router.master_interval_cs))
        bench.master()
        saved.clear()
        bench.instance.reconfigure(instance(version=3, advert_int_cs=500), Globals(), 10.5)
        bench.instance.expire(11.0)
        assert saved[-1] == 500

    @pytest.mark.parametrize("verb", ["promote", "demote"])
    def test_a_hold_begins_and_ends(self, verb):
        bench, saved = self.standby()
        for word in (verb, "release"):
            saved.clear()
            getattr(bench.instance.inputs, word)(2.0)
            assert saved, word

    def test_a_promotion_ends_as_another_router_outbids_it(self):
        bench, saved = self.standby()
        bench.instance.inputs.promote(2.0)
        saved.clear()
        bench.instance.heard(advertisement(255, version=3, interval_cs=100), PEER, 2.5)
        assert (bench.instance.router.hold, len(saved)) == (None, 1)


def remembering(state=State.MASTER, last_at=10.0):
    return RestartMemory(lambda now: None, SavedRouterState(state, last_at, 100, "master"))


class TestMemory:
    def test_the_saved_state_is_taken_once(self):
        memory = remembering()
        assert memory.take() == SavedRouterState(State.MASTER, 10.0, 100, "master")
        assert memory.take() is None

    @pytest.mark.parametrize(("state", "ends_at"), [(State.MASTER, 10.0 + 3 + 2 / 256), (State.BACKUP, None)])
    def test_a_master_had_a_mandate(self, state, ends_at):
        assert remembering(state).mandate_ends_at(instance()) == ends_at

    def test_without_a_process_before_there_is_none(self):
        assert RestartMemory(lambda now: None, None).mandate_ends_at(instance()) is None

    def test_until_it_starts_a_successor_would_go_on_with_the_same(self):
        memory, router = remembering(), VirtualRouter(Parameters(2, 51, 100, 300))
        assert memory.to_save(router) == SavedRouterState(State.MASTER, 10.0, 100, "master")
        memory.take()
        assert memory.to_save(router) == SavedRouterState(State.INIT, 0.0, 300)

    @pytest.mark.parametrize(("condition", "state"), [(Master(NEVER), State.MASTER), (Yielding(20.0), State.BACKUP)])
    def test_an_instance_that_gives_up_is_saved_as_backup(self, condition, state):
        router = VirtualRouter(Parameters(2, 51, 100, 100))
        router.condition = condition
        assert RestartMemory(lambda now: None, None).to_save(router).state is state

    @pytest.mark.parametrize(("fields", "lifetime_s"), [({}, 5), ({"advert_int_cs": 10, "version": 3}, 2)])
    def test_addresses_wait_for_a_successor_longer_than_its_mandate(self, fields, lifetime_s):
        assert restart_memory.lifetime_s(instance(**fields)) == lifetime_s


def test_a_hold_that_an_operator_ends_before_the_start_is_forgotten():
    saved = SavedRouterState(State.MASTER, 1.0, 100, "master")
    memory = RestartMemory(lambda now: None, saved)
    memory.forget_hold()
    assert memory.take() == SavedRouterState(State.MASTER, 1.0, 100, None)
    memory.forget_hold()
    assert memory.take() is None


def test_outbid_in_the_last_moment_it_leaves_nothing():
    bench = Bench(instance()).master()
    assert bench.instance.keep_for_restart(10.5)
    bench.instance.heard(advertisement(200), PEER, 10.6)
    assert bench.instance.restart.kept is False
