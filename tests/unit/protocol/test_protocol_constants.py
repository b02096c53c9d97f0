# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the numbers are those of the RFCs, typed again by hand."""

from __future__ import annotations

import pytest

from vrrp.protocol import constants


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("VRRP_PROTOCOL", 112),
        ("AH_PROTOCOL", 51),
        ("VRRP_TTL", 255),
        ("VERSION_2", 2),
        ("VERSION_3", 3),
        ("VERSIONS", (2, 3)),
        ("TYPE_ADVERTISEMENT", 1),
        ("VRID_MIN", 1),
        ("VRID_MAX", 255),
        ("PRIORITY_STOP", 0),
        ("PRIORITY_MIN", 1),
        ("PRIORITY_MAX", 254),
        ("PRIORITY_OWNER", 255),
        ("PRIORITY_DEFAULT", 100),
        ("AUTH_NONE", 0),
        ("AUTH_PASS", 1),
        ("AUTH_AH", 2),
        ("AUTH_DATA_LENGTH", 8),
        ("INTERVAL_V2_MAX_CS", 25500),
        ("INTERVAL_V3_MAX_CS", 4095),
        ("INTERVAL_DEFAULT_CS", 100),
        ("HEADER_LENGTH", 8),
        ("ADDRESSES_MAX", 255),
        ("MASTER_DOWN_INTERVALS", 3),
        ("SKEW_DENOMINATOR", 256),
    ],
)
def test_a_number_is_that_of_the_standard(name, number):
    assert getattr(constants, name) == number


def test_the_groups_are_those_that_iana_has_assigned():
    assert constants.VRRP_MULTICAST_IPV4.packed == bytes([224, 0, 0, 18])
    assert constants.VRRP_MULTICAST_IPV6.packed == bytes([0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12])


def test_each_ip_version_has_five_octets_of_a_virtual_router_mac():
    assert constants.VIRTUAL_MAC == {4: b"\x00\x00\x5e\x00\x01", 6: b"\x00\x00\x5e\x00\x02"}
