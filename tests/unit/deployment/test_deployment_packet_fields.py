# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each octet of an advertisement is in a named field, and that a password is never shown."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.packet_fields import differences, fields
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.network import ip_headers
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol.ipsec_ah import seal
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol.packet import (
    MESSAGE_ONLY,
    PSEUDO_HEADER,
    Advertisement,
    encode,
)

VIP = "192.168.8.100"


def packet(version=2, source="192.168.8.4", vips=(VIP,), priority=100, kind=PSEUDO_HEADER, trailer=b"", **more):
    here, group = ip_address(source), ip_address("ff02::12" if ":" in source else "224.0.0.18")
    said = Advertisement(version, 51, priority, tuple(map(ip_address, vips)), 100, checksum_kind=kind, **more)
    return ip_headers.write(here, group, encode(said, here, group) + trailer)


def sealed():
    here, group = ip_address("192.168.8.4"), ip_address("224.0.0.18")
    return seal(
        b"secret", 1, 1, here, group, 255, 0xC0, encode(Advertisement(2, 51, 100, (), 100, auth_type=2), here, group)
    )


KINDS = {
    "v2": packet(),
    "v3": packet(3),
    "IPv6": packet(3, "fe80::4", ("fd00:8::100",)),
    "auth_hmac": packet(3, trailer=bytes(28)),
    "AH": sealed(),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_packet_does_not_differ_from_itself_and_a_changed_octet_is_found(name):
    whole = KINDS[name]
    assert differences(whole, whole) == []
    for at in range(len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        assert differences(whole, changed), f"octet {at}"


def named(ours, theirs):
    return {each.field: (each.ours, each.theirs) for each in differences(ours, theirs)}


def test_a_difference_has_the_name_of_its_field_and_both_values():
    assert named(packet(), packet(priority=90)) == {"priority": ("100", "90")}
    assert named(packet(), packet(vips=(VIP, "192.168.8.101"))) == {
        "total length": ("40", "44"), "number of addresses": ("1", "2"), "addresses": (VIP, f"{VIP}, 192.168.8.101"),
    }  # fmt: skip
    assert set(named(packet(), packet(3))) == {
        "total length", "version and type", "authentication type", "checksum", "password", "reserved",
        "advertisement interval",
    }  # fmt: skip


def test_another_checksum_is_named_by_its_kind_and_one_that_follows_is_none():
    assert named(packet(3), packet(3, kind=MESSAGE_ONLY)) == {
        "checksum": ("right, with the pseudo-header", "right, of the VRRP message alone")
    }
    wrong = packet(3)
    wrong = wrong[:26] + b"\0\0" + wrong[28:]
    assert named(packet(3), wrong)["checksum"][1].startswith("wrong")


def test_a_password_is_compared_and_not_shown():
    found = differences(packet(auth_type=1, auth_data=b"Zw9kTr4q"), packet(auth_type=1, auth_data=b"Xq7bL2vN"))
    assert [each.field for each in found] == ["password"]
    assert "Zw9k" not in str(found) and "Xq7b" not in str(found)
    assert "Zw9k" not in str([each.text for each in fields(packet(auth_type=1, auth_data=b"Zw9kTr4q")).values()])


def test_bytes_that_are_no_advertisement_give_one_field():
    assert list(fields(b"no packet")) == ["packet"]
