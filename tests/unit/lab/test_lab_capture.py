# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what the lab reads in frames, which are bytes from a real capture."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from lab.capture import Arp, Frame, Vrrp, assert_in_time, intervals

V2 = bytes.fromhex(
    "01005e000012 aa5448e035cf 0800"
    "45c00028 00010000 ff70d0f5 c0a80804 e0000012"
    "21336401 0101ffff c0a80864 3131313100000000"
    "000000000000"  # Ethernet padding
)
GRATUITOUS = bytes.fromhex(
    "ffffffffffff aa5448e035cf 0806 0001 0800 06 04 0001 aa5448e035cf c0a80864 ffffffffffff c0a80864"
)
REQUEST = bytes.fromhex(
    "ffffffffffff aa5448e035cf 0806 0001 0800 06 04 0001 aa5448e035cf c0a80804 000000000000 c0a80864"
)


def test_vrrp_without_the_padding():
    frame = Frame(1.0, V2)
    assert frame.source_mac == "aa:54:48:e0:35:cf"
    seen = frame.vrrp
    assert seen == Vrrp(ip_address("192.168.8.4"), ip_address("224.0.0.18"), 255, V2[34:54])
    assert (seen.version, seen.vrid, seen.priority, frame.arp) == (2, 51, 100, None)


def test_arp_gratuitous_or_not():
    vip = ip_address("192.168.8.100")
    assert Frame(1.0, GRATUITOUS).arp == Arp(1, "aa:54:48:e0:35:cf", vip, vip)
    assert Frame(1.0, GRATUITOUS).arp.gratuitous
    assert not Frame(1.0, REQUEST).arp.gratuitous
    assert Frame(1.0, GRATUITOUS).vrrp is None


def test_a_frame_that_is_too_short_is_no_packet():
    assert Frame(1.0, b"").vrrp is None and Frame(1.0, GRATUITOUS[:20]).arp is None


def test_intervals_lie_between_the_times():
    assert intervals([1.0, 1.5, 3.0]) == [0.5, 1.5]


@pytest.mark.parametrize("gaps", [[], [0.1, 0.1], [0.1, 0.15], [0.1, 0.16, 0.1], [0.249]])
def test_one_delay_of_the_machine_is_none_of_ours(gaps):
    assert_in_time(gaps, 0.1)


@pytest.mark.parametrize("gaps", [[0.16, 0.1, 0.16], [0.1, 0.25], [0.9]])
def test_a_sender_that_is_late_again_or_by_intervals_is_not_in_time(gaps):
    with pytest.raises(AssertionError, match="without an advertisement"):
        assert_in_time(gaps, 0.1)
