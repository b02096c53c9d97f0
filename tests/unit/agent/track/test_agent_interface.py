# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of an interface that wait before they count, in virtual time."""

from __future__ import annotations

import io
from dataclasses import replace
from ipaddress import ip_interface

import pytest
from agent_fakes import Bench, eth, instance, table

from vrrp.agent.log import Log
from vrrp.agent.track.interface import Links, longest_down_s
from vrrp.config.model.configuration import Configuration, InterfaceDelay, SyncGroup, VirtualAddress
from vrrp.config.model.trackers import Tracked, Tracking


class Timer:
    def __init__(self, at, callback):
        self.at, self.callback, self.cancelled = at, callback, False

    def cancel(self):
        self.cancelled = True


class Parts:
    """Links over a table that one changes; ``pass_`` lets time go by."""

    def __init__(self, *delays, tracked=(), bound_s=None, first=None):
        self.now = 0.0
        self.timers = []
        self.told = 0
        self.text = io.StringIO()
        self.table = table(*(first or (eth(), eth("eth1", 3))))
        self.bound_s = bound_s
        self.links = Links(lambda: self.table, self._later, self._changed, lambda name: self.bound_s, Log(self.text))
        self.apply(*delays, tracked=tracked)

    def apply(self, *delays, tracked=()):
        track = Tracking(interfaces=tuple(Tracked(name) for name in tracked))
        return self.links.apply(Configuration("f", instances=(instance(track=track),), interface_delays=tuple(delays)))

    def _later(self, delay_s, callback):
        self.timers.append(Timer(self.now + delay_s, callback))
        return self.timers[-1]

    def _changed(self):
        self.told += 1

    def becomes(self, *links):
        self.table = table(*links)
        return self.links.look()

    def pass_(self, seconds):
        self.now += seconds
        for timer in [each for each in self.timers if each.at <= self.now and not each.cancelled]:
            self.timers.remove(timer)
            timer.callback()

    def says(self, name="eth0"):
        return self.links.trouble(name)


DOWN, UP = (eth(running=False), eth("eth1", 3)), (eth(), eth("eth1", 3))
DELAY = InterfaceDelay("eth0", 1.5, 3.0)


def test_without_a_delay_it_counts_at_once():
    parts = Parts(tracked=("eth1",))
    assert parts.becomes(eth(), eth("eth1", 3, running=False)) is True
    assert parts.says("eth1") == "has no carrier"
    assert parts.becomes(eth(), eth("eth1", 3, up=False)) is False
    assert parts.says("eth1") == "is down"
    assert parts.becomes(eth()) is False
    assert parts.says("eth1") == "does not exist"
    assert parts.becomes(*UP) is True
    assert parts.says("eth1") == "" and parts.links.usable("eth1")
    lines = [line.split(" ", 2)[2] for line in parts.text.getvalue().splitlines()]
    assert lines == ["Netlink reports eth1 down", "Netlink reports eth1 up"]


def test_an_interface_that_nobody_tracks_is_as_the_kernel_says():
    parts = Parts()
    assert parts.becomes(*DOWN) is False
    assert parts.says() == "has no carrier"


def test_an_interface_that_a_sync_group_tracks_is_told_of():
    parts = Parts()
    group = SyncGroup("G", 1, ("VI_1",), track=Tracking(interfaces=(Tracked("eth1"),)))
    parts.links.apply(Configuration("f", instances=(instance(),), sync_groups=(group,)))
    assert parts.becomes(eth(), eth("eth1", 3, running=False)) is True
    assert (parts.says("eth1"), parts.says()) == ("has no carrier", "")


def test_down_counts_when_it_has_lasted():
    parts = Parts(DELAY)
    assert parts.becomes(*DOWN) is False
    parts.pass_(1.4)
    assert (parts.says(), parts.told) == ("", 0)
    parts.pass_(0.2)
    assert (parts.says(), parts.told) == ("has no carrier", 1)
    assert not parts.links.usable("eth0")


def test_up_counts_when_it_has_lasted():
    parts = Parts(DELAY)
    parts.becomes(*DOWN)
    parts.pass_(2)
    parts.becomes(*UP)
    parts.pass_(2.9)
    assert parts.says() == "has been up for less than 3 s"
    parts.pass_(0.2)
    assert (parts.says(), parts.told) == ("", 2)


def test_an_interface_that_returns_in_time_causes_no_fault():
    parts = Parts(DELAY)
    for _count in range(3):
        parts.becomes(*DOWN)
        parts.pass_(1)
        parts.becomes(*UP)
        parts.pass_(1)
    assert (parts.says(), parts.told) == ("", 0)


def test_an_interface_that_was_down_from_the_start_comes_up_at_once():
    parts = Parts(DELAY, first=DOWN)
    assert parts.says() == "has no carrier"
    assert parts.becomes(*UP) is True
    assert parts.says() == ""


def test_an_interface_that_has_gone_counts_at_once():
    parts = Parts(DELAY)
    assert parts.becomes(eth("eth1", 3)) is True
    assert parts.says() == "does not exist"


@pytest.mark.parametrize(
    ("delay", "bound_s", "down_s", "up_s"),
    [
        (InterfaceDelay("eth0", 10, 20), 2.0, 2.0, 20),
        (InterfaceDelay("eth0", 10, 10), 2.0, 2.0, 2.0),  # one delay for both stays one
        (InterfaceDelay("eth0", 1, 20), 2.0, 1, 20),
        (InterfaceDelay("eth0", 10, 20), None, 10, 20),
        (InterfaceDelay("eth0", 10, 20), 0.0, None, None),  # down_timer_adverts 1
    ],
)
def test_down_never_waits_longer_than_a_backup_does(delay, bound_s, down_s, up_s):
    parts = Parts(delay, bound_s=bound_s)
    for state, waits_s in ((DOWN, down_s), (UP, up_s)):
        parts.becomes(*state)
        assert [timer.at - parts.now for timer in parts.timers] == ([] if waits_s is None else [waits_s])
        parts.pass_(100)


def test_the_longest_is_below_two_adverts():
    assert longest_down_s(3, 100) == pytest.approx(1.99609375)
    assert longest_down_s(5, 10) == pytest.approx(0.399609375)
    assert longest_down_s(1, 100) == 0.0


def test_a_reload_that_takes_the_delay_away_ends_the_wait():
    parts = Parts(DELAY)
    parts.becomes(*DOWN)
    assert parts.apply() is True
    assert parts.says() == "has no carrier"
    parts.pass_(10)
    assert parts.told == 0


def test_a_reload_that_changes_nothing_goes_on_waiting():
    parts = Parts(DELAY)
    parts.becomes(*DOWN)
    assert parts.apply(DELAY) is False
    assert parts.says() == ""
    parts.pass_(1.6)
    assert parts.says() == "has no carrier"


def test_an_instance_asks_its_links():
    parts = Parts(DELAY)
    bench = Bench(instance(), trouble=parts.links.trouble).master()
    bench.kernel.table = parts.table = table(*DOWN)
    parts.links.look()
    bench.instance.interface_changed(11.0)
    assert bench.state == "MASTER"
    parts.pass_(2)
    bench.instance.interface_changed(13.0)
    assert bench.state == "FAULT"
    assert bench.instance.router.faults == ("interface eth0 has no carrier",)


def test_once_it_has_been_up_it_waits():
    parts = Parts(DELAY, first=DOWN)
    parts.becomes(*UP)
    assert parts.becomes(*DOWN) is False
    assert parts.says() == ""
    parts.pass_(1.5)
    assert parts.says() == "has no carrier"
    assert parts.told == 1


@pytest.mark.parametrize("kind", ["addresses", "excluded"])
def test_an_interface_of_a_virtual_address_is_reported(kind):
    parts = Parts()
    there = VirtualAddress(ip_interface("172.16.5.100/24"), device="eth1")
    parts.links.apply(Configuration("f", instances=(replace(instance(), **{kind: (there,)}),)))
    parts.becomes(eth(), eth("eth1", 3, running=False))
    assert "Netlink reports eth1 down" in parts.text.getvalue()
