# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log names a few sources of discarded packets for each reason and period."""

from __future__ import annotations

from ipaddress import ip_address

from vrrp.agent.network.receiver import PERIOD_S, SOURCES_MAX, RejectLogLimiter

SOURCES = [ip_address(f"192.168.8.{number}") for number in range(1, 255)]


def named(complaints, now, reason="ttl", sources=SOURCES):
    return [source for source in sources if complaints.wanted(reason, source, now)]


def test_a_source_is_named_once_in_a_period():
    complaints = RejectLogLimiter()
    assert [complaints.wanted("ttl", SOURCES[0], now) for now in (100.0, 100.1, 159.9, 160.0, 161.0)] == [
        *(True, False, False, True, False)
    ]


def test_only_the_first_sources_of_a_flood_are_named():
    complaints = RejectLogLimiter()
    assert named(complaints, 100.0) == SOURCES[:SOURCES_MAX]
    assert complaints.full("ttl")
    assert named(complaints, 100.0 + PERIOD_S - 0.001) == []
    assert named(complaints, 100.0 + PERIOD_S) == SOURCES[:SOURCES_MAX]


def test_every_reason_names_sources_of_its_own():
    complaints = RejectLogLimiter()
    named(complaints, 100.0)
    assert named(complaints, 100.0, "vrid", SOURCES[:1]) == SOURCES[:1]
    assert not complaints.full("vrid")
