# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the advertisements of old releases of keepalived: they are the octets that we send.

Recorded from keepalived 2.0.19, 2.1.5, 2.2.4, 2.2.7, 2.2.8, 2.3.4 and 2.4.3, each with the same file. Every release
sent the first two frames. The third is that of 2.2.4 and later, the fourth that of 2.0.19.
"""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from vrrp.protocol import packet
from vrrp.protocol.constants import AUTH_NONE, AUTH_PASS
from vrrp.protocol.packet import MESSAGE_ONLY, PSEUDO_HEADER, Advertisement

A, B, GROUP = IPv4Address("192.168.8.4"), IPv4Address("192.168.8.6"), IPv4Address("224.0.0.18")
PASSWORD = b"1111\0\0\0\0"


def vips(*last):
    return tuple(IPv4Address(f"192.168.8.{number}") for number in last)


@pytest.mark.parametrize(
    "octets, source, destination, advertisement",
    [
        (
            "21336e0201017b4cc0a80864c0a808653131313100000000",
            A,
            GROUP,
            Advertisement(2, 51, 110, vips(100, 101), 100, AUTH_PASS, PASSWORD, MESSAGE_ONLY),
        ),
        (
            "31346e010032ee45c0a8086e",
            A,
            GROUP,
            Advertisement(3, 52, 110, vips(110), 50, AUTH_NONE, bytes(8), PSEUDO_HEADER),
        ),
        (
            "313571010032029fc0a80878",
            A,
            B,
            Advertisement(3, 53, 113, vips(120), 50, AUTH_NONE, bytes(8), PSEUDO_HEADER),
        ),
        (
            "31355d010032169fc0a80878",
            B,
            A,
            Advertisement(3, 53, 93, vips(120), 50, AUTH_NONE, bytes(8), PSEUDO_HEADER),
        ),
    ],
    ids=["version 2", "version 3", "unicast", "unicast of 2.0.19"],
)
def test_an_advertisement_of_any_release_is_read_and_written_alike(octets, source, destination, advertisement):
    assert packet.decode(bytes.fromhex(octets), source, destination) == advertisement
    assert packet.encode(advertisement, source, destination).hex() == octets
