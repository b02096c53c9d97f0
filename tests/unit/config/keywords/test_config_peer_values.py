# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a line of peer_status names the other node of the pair, or is refused with the likely fix."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from converted_lines import refusal, statement

from vrrp.config.keywords.peer_values import PEER_STATUS, peer_status
from vrrp.config.model.configuration import PeerStatus

PEER, OWN = ip_address("192.168.8.4"), ip_address("192.168.8.3")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("peer_status 192.168.8.4", PeerStatus(PEER, None, 61112, "/etc/hotstandby/peer.key")),
        ("peer_status 192.168.8.4 from 192.168.8.3", PeerStatus(PEER, OWN)),
        ("peer_status 192.168.8.4 key /k port 1024 from 192.168.8.3", PeerStatus(PEER, OWN, 1024, "/k")),
        ("peer_status fd00::4 from fd00::3", PeerStatus(ip_address("fd00::4"), ip_address("fd00::3"))),
        (
            "peer_status 169.254.8.4 from 169.254.8.3",
            PeerStatus(ip_address("169.254.8.4"), ip_address("169.254.8.3")),
        ),
    ],
)
def test_a_line_is_read(line, expected):
    assert peer_status(statement(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "peer_status",
            ("peer_status names no address", PEER_STATUS, "peer_status 192.168.8.4 from 192.168.8.3", None),
        ),
        (
            "peer_status fe80::1",
            (
                '"fe80::1" is a link-local address, which says nothing without an interface',
                PEER_STATUS,
                "name another address of that node, of either IP version",
                13,
            ),
        ),
        (
            "peer_status 192.168.8.4 from 192.168.8.4",
            ("192.168.8.4 is on both ends", PEER_STATUS, "name the address of the other node first", None),
        ),
        (
            "peer_status 192.168.8.4 from fd00::1",
            ("fd00::1 and 192.168.8.4 are not of one IP version", PEER_STATUS, "name two addresses of one", None),
        ),
        ("peer_status 224.0.0.18", ('"224.0.0.18" is not the address of a host on a link', "", "", 13)),
        ("peer_status 192.168.8.4 port 80", ("the port 80 is out of range", "the port is 1024 to 65535", "", 30)),
        (
            "peer_status 192.168.8.4 key peer.key",
            ("the file of the key is not an absolute path", PEER_STATUS, "key /PATH", 29),
        ),
        (
            "peer_status 192.168.8.4 form 192.168.8.3",
            ('unknown option "form" of peer_status', PEER_STATUS, "did you mean from?", 25),
        ),
        ("peer_status 192.168.8.4 port 2000 port 2001", ("port is given twice", "", "remove one", 35)),
        ("peer_status 192.168.8.4 from", ("from takes a value, none is given", "", "", 25)),
    ],
)
def test_a_wrong_line_is_refused(line, expected):
    assert refusal(peer_status, line) == expected
