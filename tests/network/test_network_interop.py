# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pair of any two kinds: our agent with itself, and with Debian's keepalived as either side.

The article's life of a pair: A master, A cut off without a word, A back, A stopped, A started again.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

import pytest

from lab.article import ADDRESS_A, ADDRESS_B, VIP, Instance, pair, unicast_pair
from lab.capture import Capture, Vrrp
from lab.peers import Agent, Keepalived, wait_owner

TOLERANCE_S = 0.010  # what detection may take beyond Master_Down_Interval


@dataclass(frozen=True)
class Mode:
    name: str
    a: Instance
    b: Instance
    destination: str = "224.0.0.18"
    auth_type: int = 0
    auth_data: bytes = bytes(8)
    starts_again: bool = True  # four seconds in VRRPv2; on unicast the healed cut is the only way back that is tried


MODES = [
    Mode("v2-pass-multicast", *pair(), auth_type=1, auth_data=b"1111\0\0\0\0"),
    Mode(
        "v2-pass-unicast",
        *unicast_pair(),
        destination=ADDRESS_B,
        auth_type=1,
        auth_data=b"1111\0\0\0\0",
        starts_again=False,
    ),
    Mode("v3-multicast", *pair(version=3, advert_int=0.1)),
]
KINDS = [(Agent, Agent), (Agent, Keepalived), (Keepalived, Agent)]


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
@pytest.mark.parametrize("a_kind, b_kind", KINDS, ids=lambda kind: kind.kind)
def test_life_of_a_pair(wire, figure, mode, a_kind, b_kind):
    wire.segment.hub()
    title = f"{mode.name}, {a_kind.kind} -> {b_kind.kind}"
    with Capture(wire.client) as capture:
        a, b = wire.start_pair(a_kind, b_kind, mode.a, mode.b)
        _check_advertisement(capture.wait(lambda seen: seen.adverts(source=ADDRESS_A), 5)[-1][1], mode)

        report = wire.lost(lambda: wire.segment.cut("a"), answers_then=wire.b)
        down_ms = mode.b.master_down_interval_s * 1000
        figure(f"{title}: cut off, {report.longest_outage_ms:.0f} ms lost (Master_Down_Interval {down_ms:.0f} ms)")
        assert report.longest_outage_ms >= down_ms - mode.b.advert_int * 1000 - 100, f"took over too early: {report}"
        if b_kind is Agent:
            assert report.longest_outage_ms <= down_ms + TOLERANCE_S * 1000, str(report)

        wire.segment.heal("a")
        wire.settled(a, b)

        skew_ms = (mode.b.master_down_interval_s - 3 * mode.b.advert_int) * 1000
        report = wire.lost(a.stop, answers_then=wire.b)
        figure(f"{title}: clean stop, {report.lost_ms:.0f} ms lost (skew {skew_ms:.0f} ms)")
        assert report.longest_outage_ms <= skew_ms + 50, str(report)
        assert any(vrrp.priority == 0 for _unused, vrrp in capture.adverts(source=ADDRESS_A)), (
            "A stopped without a word"
        )
        wait_owner(wire.segment, VIP, "b")

        if not mode.starts_again:
            return
        report = wire.lost(a.start, answers_then=wire.a)
        figure(f"{title}: give back, {report.lost_ms:.0f} ms lost")
        wire.settled(a, b)


def _check_advertisement(seen: Vrrp, mode: Mode) -> None:
    assert (str(seen.source), str(seen.destination), seen.ttl) == (ADDRESS_A, mode.destination, 255)
    advertisement = seen.decoded()  # its checksum is right
    assert advertisement.version == mode.a.version
    assert advertisement.vrid == 51
    assert advertisement.priority == 100
    assert advertisement.addresses == (ip_address(VIP),)
    assert advertisement.interval_cs == round(mode.a.advert_int * 100)
    assert (advertisement.auth_type, advertisement.auth_data) == (mode.auth_type, mode.auth_data)
