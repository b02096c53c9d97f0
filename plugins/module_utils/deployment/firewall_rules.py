# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It words the rules that allow a packet, in the language of each tool. Pure.

VRRP and the Authentication Header are allowed as protocols. UDP is allowed to its port, and with the peer alone.
``name`` is how a rule calls the protocol: a minimal system has no /etc/protocols, which knows vrrp.
"""

from __future__ import annotations

from .packet_filter import IN, Packet

PRIORITY = 'rule priority="-112" '  # of firewalld: no other rule has it


def nftables(packet: Packet, name: object) -> str:
    """Return what matches in nft(8)."""
    if not packet.port:
        return f"meta l4proto {name}"
    family, end = ("ip" if packet.version == 4 else "ip6"), ("saddr" if packet.direction == IN else "daddr")
    return f"{family} {end} {packet.peer} udp dport {packet.port}"


def iptables(packet: Packet, name: object) -> str:
    """Return what matches in iptables(8)."""
    if not packet.port:
        return f"-p {name}"
    return f"{'-s' if packet.direction == IN else '-d'} {packet.peer} -p {name} --dport {packet.port}"


def ufw(packet: Packet) -> str:
    """Return the whole rule for ufw(8)."""
    rule = f"allow {packet.direction} on {packet.interface} proto {packet.name}"
    if not packet.port:
        return rule
    ends = f"from {packet.peer} to any" if packet.direction == IN else f"to {packet.peer}"
    return f"{rule} {ends} port {packet.port}"


def firewalld(packet: Packet) -> str:
    """Return the whole rich rule of firewalld, for what comes in."""
    if not packet.port:
        return f'{PRIORITY}protocol value="{packet.name}" accept'
    source = f'family="ipv{packet.version}" source address="{packet.peer}"'
    return f'{PRIORITY}{source} port port="{packet.port}" protocol="{packet.name}" accept'
