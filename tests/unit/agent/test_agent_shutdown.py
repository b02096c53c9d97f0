# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""At the end of a process some mastership is handed over, some is kept for a successor, and then it may exit."""

from __future__ import annotations

import asyncio
import io
from types import SimpleNamespace

import pytest
from agent_fakes import Bench, FakeScheduler, instance

from vrrp.agent import shutdown
from vrrp.agent.log import Log
from vrrp.agent.shutdown import Shutdown

VIP, GROUP = "192.168.8.100/24", "224.0.0.18"


class Parts:
    """It keeps the calls of the parts in ``done``; the instances have their own lists."""

    def __init__(self, *benches, present=False, kept=True, mates=None):
        self.benches, self.done, self.text = benches, [], io.StringIO()
        self.each = [bench.instance for bench in benches]
        tell = self.done.append
        self.shutdown = Shutdown(
            SimpleNamespace(running={each.name: each for each in self.each}, all=lambda: iter(self.each)),
            mates or (lambda one: [one]),
            SimpleNamespace(renew=lambda now: tell(("renew", now))),
            [self.closable("macvlans"), self.closable("static")],
            can_restart=lambda: kept,
            service_manager=SimpleNamespace(stopping=lambda: tell("stopping"), present=present),
            scheduler=FakeScheduler(12.0),
            log=Log(self.text),
        )

    def closable(self, name):
        return SimpleNamespace(close=lambda leave: self.done.append((name, leave)))

    def lines(self):
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]


def master(name="VI_1", **fields):
    return Bench(instance(name, **fields)).master()


def fast(name="VI_1", **fields):
    """Return a MASTER with another interval, which has just advertised at 12.0."""
    bench = Bench(instance(name, **fields)).start(8.0)
    while bench.instance.deadline < 12.0:
        bench.instance.expire(bench.instance.deadline)
    bench.done.clear()
    return bench


def inside(act):
    """Run ``act`` in a loop, which an event of asyncio needs on old versions of Python."""

    async def scenario():
        return act()

    return asyncio.run(scenario())


class TestStop:
    def test_without_a_service_manager_it_is_a_clean_stop(self):
        def act():
            bench = master()
            parts = Parts(bench)
            parts.shutdown.stop()
            assert (parts.shutdown.begun, parts.shutdown.restarting, parts.shutdown.failed) == (True, False, False)
            assert bench.done == [("send", 0, GROUP)]
            assert parts.done == ["stopping", ("renew", 13.0)]
            assert parts.lines() == ["Stopping"]
            assert not parts.shutdown.done.is_set()

        inside(act)

    def test_a_second_one_does_not_wait(self):
        def act():
            bench = master()
            parts = Parts(bench)
            parts.shutdown.stop()
            parts.shutdown.stop()
            assert parts.shutdown.done.is_set()
            assert parts.lines() == ["Stopping"]

        inside(act)

    @pytest.mark.parametrize("restart", [True, False])
    def test_the_service_manager_is_asked_what_follows(self, monkeypatch, restart):
        asked = []
        monkeypatch.setattr(shutdown, "own_unit", lambda: "hotstandby.service")
        monkeypatch.setattr(shutdown, "restart_wanted", lambda unit: asked.append(unit) or restart)

        async def scenario():
            parts = Parts(master(), present=True)
            parts.shutdown.stop()
            assert parts.shutdown.restarting is None
            while parts.shutdown.restarting is None:
                await asyncio.sleep(0)
            return parts.shutdown.restarting, parts.lines()

        text = "Stopping, a restart follows" if restart else "Stopping"
        assert asyncio.run(asyncio.wait_for(scenario(), 30)) == (restart, [text])
        assert asked == ["hotstandby.service"]

    def test_a_process_that_belongs_to_no_service_asks_nobody(self, monkeypatch):
        monkeypatch.setattr(shutdown, "own_unit", lambda: "")

        def act():
            parts = Parts(present=True)
            parts.shutdown.stop()
            return parts.shutdown.restarting, parts.shutdown.done.is_set()

        assert inside(act) == (False, True)


class TestLeave:
    @pytest.mark.parametrize(
        ("fields", "kept", "restart", "stays"),
        [
            ({}, True, True, True),
            ({}, True, False, False),
            ({}, False, True, False),  # the state file could not be written
            ({"version": 3, "advert_int_cs": 49}, True, True, False),  # a mandate of 1.474 s
            ({"version": 3, "advert_int_cs": 50}, True, True, True),  # of 1.504 s
            ({"down_timer_adverts": 1, "version": 3, "advert_int_cs": 74}, True, True, False),  # of two adverts
            ({"down_timer_adverts": 1, "version": 3, "advert_int_cs": 75}, True, True, True),  # of 1.506 s
        ],
    )
    def test_a_mastership_stays_where_it_outlasts_a_restart(self, fields, kept, restart, stays):
        def act():
            bench = fast(**fields)
            parts = Parts(bench, kept=kept)
            parts.shutdown.leave(restart)
            assert bench.instance.restart.kept is stays
            assert bench.instance.router.yielding is not stays
            assert [each[1] for each in bench.done if each[0] == "send"] == [100 if stays else 0]
            assert parts.shutdown.done.is_set() is stays

        inside(act)

    def test_a_sync_group_stays_as_a_whole_or_not_at_all(self):
        def act():
            one, two = master("VI_1"), fast("VI_2", version=3, advert_int_cs=20)
            parts = Parts(one, two, mates=lambda _one: [one.instance, two.instance])
            parts.shutdown.leave(restart=True)
            return [bench.instance.router.yielding for bench in (one, two)]

        assert inside(act) == [True, True]

    def test_an_instance_that_yields_already_is_not_kept(self):
        def act():
            bench = master()
            bench.instance.inputs.demote(11.0)
            Parts(bench).shutdown.leave(restart=True)
            return bench.instance.restart.kept

        assert inside(act) is False

    def test_backups_stop_at_once(self):
        def act():
            bench = Bench(instance()).start()
            parts = Parts(bench)
            parts.shutdown.leave(restart=True)
            return bench.state, parts.shutdown.done.is_set(), parts.lines()

        assert inside(act) == ("STOP", True, ["Stopping, a restart follows"])

    def test_an_answer_that_comes_too_late_changes_nothing(self):
        def act():
            bench = master()
            parts = Parts(bench)
            parts.shutdown.done.set()
            parts.shutdown.leave(restart=True)
            return bench.done, parts.done, parts.lines(), parts.shutdown.restarting

        assert inside(act) == ([], [], [], None)


def test_the_shutdown_ends_when_the_last_address_has_gone():
    def act():
        one, two = master("VI_1"), master("VI_2")
        parts = Parts(one, two)
        found = []
        parts.shutdown.end_when_released()
        found.append(parts.shutdown.done.is_set())
        parts.shutdown.leave(restart=False)
        for bench in (one, two):
            bench.instance.expire(bench.instance.deadline)
            parts.shutdown.end_when_released()
            found.append(parts.shutdown.done.is_set())
        return found

    assert inside(act) == [False, False, True]


def test_before_somebody_wants_it_to_end_it_does_not():
    def act():
        parts = Parts(Bench(instance()).start())
        parts.shutdown.end_when_released()
        return parts.shutdown.done.is_set()

    assert inside(act) is False


class TestDropEverything:
    @pytest.mark.parametrize(("restarting", "leave"), [(None, False), (False, False), (True, True)])
    def test_every_address_goes_and_a_successor_finds_the_rest(self, restarting, leave):
        def act():
            bench = master()
            parts = Parts(bench)
            parts.shutdown.restarting = restarting
            parts.shutdown.drop_everything()
            assert bench.done == [("send", 0, GROUP), ("release", VIP)]
            done = [("macvlans", leave), ("static", leave)]
            assert (parts.done, parts.shutdown.failed) == (done, False)

        inside(act)

    def test_an_instance_that_fails_does_not_keep_the_others(self):
        def act():
            one, two = master("VI_1"), master("VI_2")

            def broken(wanted):
                raise MemoryError("no room")

            one.kernel.release = broken
            parts = Parts(one, two)
            parts.shutdown.drop_everything()
            assert two.done[-1] == ("release", VIP)
            assert parts.lines() == ["error: (VI_1) cannot give up its addresses: MemoryError('no room')"]
            assert (parts.shutdown.failed, parts.done[-1]) == (True, ("static", False))

        inside(act)


def test_a_bug_ends_it_with_its_traceback_in_the_log():
    def act():
        parts = Parts(master())
        try:
            raise ZeroDivisionError("what")
        except ZeroDivisionError:
            parts.shutdown.give_up()
        lines = parts.text.getvalue().splitlines()
        assert lines[0].endswith("error: internal error, giving up everything:")
        assert lines[-1] == "ZeroDivisionError: what"
        assert (parts.shutdown.failed, parts.shutdown.begun, parts.shutdown.done.is_set()) == (True, False, True)

    inside(act)
