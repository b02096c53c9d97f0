# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that take functions get the daemon's own: what they call back reaches every instance."""

from __future__ import annotations

import asyncio
import io
from types import SimpleNamespace

import pytest
from agent_fakes import FakeScheduler, table

from vrrp.agent.telling.log import Log
from vrrp.agent.watches.links import longest_down_s
from vrrp.agent.wiring import address_ports_of, checks_of, conflicts_of, links_of


class FakeDaemon:
    """``done`` is what it was asked for."""

    def __init__(self, *intervals_cs):
        self.done = []
        self.scheduler = FakeScheduler(7.0)
        self.log = Log(io.StringIO())
        self.network = SimpleNamespace(kernel=SimpleNamespace(table=table()))
        self.links = SimpleNamespace(trouble=lambda name: "", usable=lambda name: True)
        running = {f"VI_{number}": self._instance(number, own) for number, own in enumerate(intervals_cs, 1)}
        self.instances = SimpleNamespace(
            running=running, all=lambda: iter(running.values()), virtual=frozenset(), held_elsewhere="addresses"
        )

    def _instance(self, number, interval_cs):
        config = SimpleNamespace(interface="eth0", down_timer_adverts=3, advert_int_cs=interval_cs)
        router = SimpleNamespace(master_interval_cs=100)
        return SimpleNamespace(
            config=config, router=router, interface_changed=lambda now: self.done.append((f"VI_{number}", now))
        )

    def checks_changed(self):
        self.done.append("checks")


def play(scenario):
    async def run():
        return scenario()

    return asyncio.run(run())


def test_when_a_wait_of_an_interface_has_ended_all_look_and_the_checks_do():
    daemon = FakeDaemon(100, 20)
    play(lambda: links_of(daemon))._changed()
    assert daemon.done == [("VI_1", 7.0), ("VI_2", 7.0), "checks"]


@pytest.mark.parametrize(("intervals_cs", "shortest_cs"), [((100, 20), 20), ((200,), 100), ((100,), 100)])
def test_an_interface_may_be_down_for_no_longer_than_any_backup_there_misses_adverts(intervals_cs, shortest_cs):
    links = play(lambda: links_of(FakeDaemon(*intervals_cs)))
    assert links._bound_s("eth0") == longest_down_s(3, shortest_cs)
    assert links._bound_s("eth1") is None


def test_a_check_that_says_something_else_tells_the_daemon_under_its_guard():
    daemon = FakeDaemon()
    checks = play(lambda: checks_of(daemon))
    checks._changed()
    assert daemon.done == ["checks"] and daemon.scheduler.callbacks == [daemon.checks_changed]


def test_conflicts_have_the_clock_of_the_daemon():
    daemon = FakeDaemon()
    assert play(lambda: conflicts_of(daemon))._clock() == 7.0


def test_addresses_and_static_ones_have_the_same_ports():
    daemon = FakeDaemon()
    daemon.leases, daemon.network.announcer = "leases", "announcer"
    daemon.foundation = SimpleNamespace(firewall="firewall", promotion="promotion", routes_held="routes")
    ports = address_ports_of(daemon)
    assert (ports.kernel, ports.log, ports.arm) == (daemon.network.kernel, daemon.log, daemon.scheduler.arm)
    assert (ports.leases, ports.announcer, ports.firewall, ports.promotion) == (
        *("leases", "announcer"),
        *("firewall", "promotion"),
    )
    assert (ports.held_elsewhere, ports.routes_held_elsewhere) == ("addresses", "routes")
