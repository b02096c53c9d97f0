# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that no rule against replays keeps a router from hearing a living peer, with any clocks and restarts."""

from __future__ import annotations

import pytest

from vrrp.protocol import ipsec_ah
from vrrp.protocol.anti_replay import ReplayWindow, SendSequence

NOW = 1_790_000_000.0
WINDOW_S = 5
INTERVALS_S = [0.01, 0.1, 0.25, 1.0, 3.0]


class Ah:
    """It is one router with ``auth_type AH``."""

    def __init__(self, name):
        self.name, self._counter = name, ipsec_ah.Counter()

    def say(self, wall):
        return self._counter.take(wall)

    def hear(self, sender, number, wall):
        return self._counter.heard(sender, number)


class KeepalivedAh:
    """It is keepalived with ``auth_type AH``: one sequence for all routers of a pair, which begins at its start."""

    def __init__(self, name):
        self.name, self._number = name, 0

    def say(self, wall):
        self._number += 1
        return self._number

    def hear(self, sender, number, wall):
        new = number > self._number
        self._number = max(self._number, number)
        return new


class Hmac:
    """It is one router with ``auth_hmac``."""

    window_s = WINDOW_S

    def __init__(self, name):
        self.name, self._sequence, self._marks = name, SendSequence(), ReplayWindow()

    def say(self, wall):
        return self._sequence.take(wall, self.window_s)

    def hear(self, sender, number, wall):
        return self._marks.accept(sender, number, wall, self.window_s)


class Monotonic(Hmac):
    window_s = None


class Remembering(Hmac):
    """It keeps after a restart what it has heard before; so does :class:`RememberingMonotonic`."""

    kept: dict = {}  # noqa: RUF012 - by name: stands for the runtime directory

    def __init__(self, name):
        super().__init__(name)
        if name in self.kept:
            self._marks.restore(*self.kept[name])

    def hear(self, sender, number, wall):
        accepted = super().hear(sender, number, wall)
        self.kept[self.name] = self._marks.heard, wall
        return accepted


class RememberingMonotonic(Remembering):
    window_s = None


SCHEMES = [Ah, Hmac, Monotonic, Remembering, RememberingMonotonic]


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(Remembering, "kept", {})


def exchange(a, b, wall, ahead_s=0.0, crossing=True):
    """Let both speak, B's clock ``ahead_s`` ahead of A's. Return whether B heard A, and A heard B."""
    said_a = a.say(wall)
    if not crossing:
        heard_a = b.hear(a.name, said_a, wall + ahead_s)
        return heard_a, a.hear(b.name, b.say(wall + ahead_s), wall)
    said_b = b.say(wall + ahead_s)  # before what A says has arrived
    return b.hear(a.name, said_a, wall + ahead_s), a.hear(b.name, said_b, wall)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("interval_s", INTERVALS_S)
@pytest.mark.parametrize("crossing", [True, False])
def test_two_masters_hear_each_other_each_time(scheme, interval_s, crossing):
    a, b = scheme(b"A"), scheme(b"B")
    for step in range(50):
        assert exchange(a, b, NOW + step * interval_s, crossing=crossing) == (True, True), step


@pytest.mark.parametrize("ahead_s", [-86400.0, -3600.0, -1.0, -0.2, 0.2, 1.0, 3600.0, 86400.0])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_two_masters_whose_clocks_differ_hear_each_other(scheme, ahead_s):
    if scheme in (Hmac, Remembering) and abs(ahead_s) > WINDOW_S:
        ahead_s = WINDOW_S * (1 if ahead_s > 0 else -1)  # what is further off is refused as stale, with a log line
    a, b = scheme(b"A"), scheme(b"B")
    for step in range(50):
        assert exchange(a, b, NOW + step, ahead_s) == (True, True), step


@pytest.mark.parametrize("who", ["A", "B", "both"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_router_that_starts_again_is_heard_at_once(scheme, who):
    a, b = scheme(b"A"), scheme(b"B")
    for step in range(50):
        if step % 10 == 5:
            a = scheme(b"A") if who in ("A", "both") else a
            b = scheme(b"B") if who in ("B", "both") else b
        assert exchange(a, b, NOW + step) == (True, True), step


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_router_that_was_alone_for_long_hears_the_other_again(scheme):
    a, b = scheme(b"A"), scheme(b"B")
    exchange(a, b, NOW)
    for step in range(600):
        a.say(NOW + step)  # a segment that is cut: both go on
        b.say(NOW + step)
    assert exchange(a, b, NOW + 600) == (True, True)


@pytest.mark.parametrize("behind_s", [3600.0, 86400.0])
def test_an_ah_router_with_a_late_clock_is_heard_after_it_has_heard_the_other(behind_s):
    a, b = Ah(b"A"), Ah(b"B")
    exchange(a, b, NOW, -behind_s)
    b = Ah(b"B")
    exchange(a, b, NOW + 1, -behind_s)
    assert exchange(a, b, NOW + 2, -behind_s) == (True, True)


def test_an_ah_router_forgets_at_its_restart_because_keepalived_does():
    """Test that keepalived may begin at 1 again: a receiver with older marks would not hear it, and take over."""
    keepalived, ours = KeepalivedAh(b"K"), Ah(b"A")
    assert all(ours.hear(b"K", keepalived.say(NOW + step), NOW + step) for step in range(20))
    keepalived = KeepalivedAh(b"K")
    first = keepalived.say(NOW + 30)
    assert Ah(b"A").hear(b"K", first, NOW + 30)
    assert not ours.hear(b"K", first, NOW + 30)  # a router without a restart keeps its marks
    assert keepalived.hear(b"A", ours.say(NOW + 31), NOW + 31)  # until keepalived has heard it once
    assert ours.hear(b"K", keepalived.say(NOW + 32), NOW + 32)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_replay_is_refused_all_the_same(scheme):
    a, b = scheme(b"A"), scheme(b"B")
    recorded = [a.say(NOW + step / 10) for step in range(20)]
    assert all(b.hear(b"A", number, NOW + 2) for number in recorded)
    assert not any(b.hear(b"A", number, NOW + 3) for number in recorded)


@pytest.mark.parametrize("scheme", [Remembering, RememberingMonotonic])
def test_a_replay_is_refused_after_a_restart_of_the_receiver(scheme):
    a, b = scheme(b"A"), scheme(b"B")
    recorded = [a.say(NOW + step / 10) for step in range(20)]
    assert all(b.hear(b"A", number, NOW + 2) for number in recorded)
    b = scheme(b"B")
    assert not any(b.hear(b"A", number, NOW + 3) for number in recorded)
    assert b.hear(b"A", a.say(NOW + 4), NOW + 4)


@pytest.mark.parametrize("scheme", [Remembering, RememberingMonotonic])
def test_after_clocks_were_a_day_ahead_two_restarts_suffice(scheme):
    a, b = scheme(b"A"), scheme(b"B")
    assert b.hear(b"A", a.say(NOW + 86400), NOW + 86400)
    a = scheme(b"A")
    Remembering.kept[b"B"] = Remembering.kept[b"B"][0], NOW  # B's clock was wrong, too, and both are right now
    b = scheme(b"B")
    assert b.hear(b"A", a.say(NOW), NOW)
