# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recent discards of an instance are known as long as they come, in bounded memory."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from vrrp.agent.network.discards import SOURCES_MAX, Discarded, Discards

SOURCES = [ip_address(f"192.168.8.{number}") for number in range(1, 255)]
A, B = SOURCES[:2]


def known(discards, now):
    return [(each.reason, str(each.source)) for each in discards.recent(now)]


@pytest.mark.parametrize("interval_s", [0.01, 1.0, 40.95, 255.0])
def test_a_discard_is_known_while_such_packets_come(interval_s):
    discards = Discards()
    for number in range(5):
        discards.note("interval", A, f"detail {number}", 100.0 + number * interval_s, interval_s)
    last = 100.0 + 4 * interval_s
    until = last + 3 * interval_s + 1.0
    assert discards.recent(until - 0.001) == [Discarded("interval", A, "detail 4", until)]
    assert discards.recent(until) == []
    assert not discards.known


def test_each_reason_and_each_source_is_known_by_itself():
    discards = Discards()
    for reason, source in (("version", A), ("interval", A), ("interval", B), ("version", A)):
        discards.note(reason, source, "", 100.0, 1.0)
    assert known(discards, 100.5) == [("version", str(A)), ("interval", str(A)), ("interval", str(B))]


def test_a_source_that_is_understood_is_forgotten_at_once():
    discards = Discards()
    for reason, source in (("version", A), ("interval", A), ("interval", B)):
        discards.note(reason, source, "", 100.0, 1.0)
    discards.accepted(A)
    assert known(discards, 100.5) == [("interval", str(B))]
    discards.accepted(B)
    assert not discards.known


def test_forged_sources_displace_no_source_that_still_speaks():
    discards = Discards()
    for now in range(100, 200):
        discards.note("auth_pass", A, "", now, 1.0)
        for source in SOURCES[1:]:
            discards.note("auth_pass", source, "", now + 0.5, 1.0)
        assert sum(map(len, discards.known.values())) == SOURCES_MAX
        assert ("auth_pass", str(A)) in known(discards, now + 0.9)
    discards.note("ttl", B, "", 199.0, 1.0)
    assert ("ttl", str(B)) in known(discards, 199.9)  # another reason has room of its own


def test_a_place_is_free_when_its_source_has_gone():
    discards = Discards()
    for source in SOURCES[:SOURCES_MAX]:
        discards.note("ttl", source, "", 100.0, 1.0)
    late = SOURCES[SOURCES_MAX]
    discards.note("ttl", late, "", 103.9, 1.0)
    assert ("ttl", str(late)) not in known(discards, 103.9)
    discards.note("ttl", late, "", 104.0, 1.0)
    assert known(discards, 104.0) == [("ttl", str(late))]
