# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the ICMP messages of a probe, octet by octet, and which replies count."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.echo import answered, request

TOKEN = b"abcdefgh"
HEADER = bytes.fromhex("4500002800004000400100000a0000010a000002")


def reply(version, number, token=TOKEN):
    kind = {4: 0, 6: 129}[version]
    return bytes([kind]) + b"\0" * 7 + token + number.to_bytes(4, "big")


def test_a_request_of_ipv4_has_a_checksum_by_rfc_1071():
    message = request(4, TOKEN, 7)
    assert (message[:2], message[4:]) == (b"\x08\0", bytes.fromhex("00000007") + TOKEN + bytes.fromhex("00000007"))
    words = [int.from_bytes(message[at : at + 2], "big") for at in range(0, len(message), 2)]
    assert sum(words) % 0xFFFF == 0


def test_a_request_of_ipv6_leaves_the_checksum_to_the_kernel():
    assert request(6, TOKEN, 70000)[:8] == bytes.fromhex("8000000000001170")


@pytest.mark.parametrize(
    ("version", "packet", "raw", "number"),
    [
        (4, reply(4, 5), False, 5),
        (4, HEADER + reply(4, 70000), True, 70000),
        (6, reply(6, 5), True, 5),
        (6, reply(6, 5), False, 5),
        (4, reply(4, 5, b"stranger"), False, None),
        (4, request(4, TOKEN, 5), False, None),
        (6, reply(4, 5), False, None),
        (4, reply(4, 5)[:-1], False, None),
        (4, HEADER, True, None),
        (4, b"", True, None),
        (6, b"", False, None),
    ],
)
def test_only_a_reply_with_the_token_counts(version, packet, raw, number):
    assert answered(version, packet, raw, TOKEN) == number
