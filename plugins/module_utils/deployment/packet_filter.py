# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds the rules of a packet filter that drop a packet. Pure: chains are read by nftables_rules and iptables_rules.

A test whether a rule matches may have no answer, as for a rule with a rate. What such a rule drops, and what is dropped
behind one that may accept, is not sure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Optional

from ..vrrp.ip_types import Address
from ..vrrp.protocol.constants import AH_PROTOCOL, VRRP_PROTOCOL

UDP_PROTOCOL = 17
NAMES = {VRRP_PROTOCOL: "vrrp", AH_PROTOCOL: "ah", UDP_PROTOCOL: "udp"}
ACCEPT, DROP, CONTINUE, RETURN, JUMP, GOTO = "accept", "drop", "continue", "return", "jump", "goto"
IN, OUT = "in", "out"
_DEPTH_MAX = 16  # the kernel's own limit for jumps


@dataclass(frozen=True)
class Packet:
    """It is a packet that comes in or goes out by ``interface``.

    It is VRRP, an IP Authentication Header, or UDP with the same ``port`` at both ends.
    """

    direction: str
    interface: str
    source: Address
    destination: Address
    protocol: int = VRRP_PROTOCOL
    port: int = 0
    first: bool = False  # neither it nor an answer to it has got through before

    @property
    def version(self) -> int:
        """Return its IP version."""
        return self.source.version

    @property
    def peer(self) -> Address:
        """Return the address at the other end."""
        return self.source if self.direction == IN else self.destination

    @property
    def name(self) -> str:
        """Return its protocol as in /etc/protocols."""
        return NAMES[self.protocol]

    def has_protocol(self, value: object) -> bool:
        """Return whether a rule means its protocol, by name or number."""
        return str(value) in (self.name, str(self.protocol))

    @property
    def established(self) -> Optional[bool]:
        """Return whether the kernel takes it for an answer; None where that depends on the peer.

        One to a group never is. Of UDP with one port each end sends once a second, so each packet but the first answers
        the other's.
        """
        return False if self.multicast or self.first else True if self.port else None

    @property
    def multicast(self) -> bool:
        """Return whether it goes to a group."""
        return self.destination.is_multicast


@dataclass(frozen=True)
class FilterRule:
    """It is one rule: ``matches`` returns None where it cannot tell, ``target`` is the chain of a jump."""

    matches: Callable[[Packet], Optional[bool]]
    verdict: str
    text: str
    target: str = ""


@dataclass
class Chain:
    """It is a chain. A base chain has a ``direction``, and the policy for what no rule decides."""

    name: str
    place: str  # for messages
    direction: str = ""
    drops_rest: bool = False
    version: int = 0  # 4 or 6 where it sees only that IP version
    rules: list[FilterRule] = field(default_factory=list)


@dataclass(frozen=True)
class Drop:
    """It is a rule that drops the packet, or a policy. ``sure`` is False where that depends on something else."""

    base: Chain
    chain: Chain  # where the rule is: the base chain, or one that it jumps to
    text: str
    sure: bool


def drops(chains: Mapping[str, Chain], packet: Packet) -> list[Drop]:
    """Return what drops the packet, from every base chain of its direction."""
    found: list[Drop] = []
    for chain in chains.values():
        if chain.direction == packet.direction and chain.version in (0, packet.version):
            found += _Walk(chains, packet).base(chain)
    return found


class _Walk:
    """It is the way of one packet through one base chain."""

    def __init__(self, chains: Mapping[str, Chain], packet: Packet) -> None:
        self._chains, self._packet = chains, packet
        self._found: list[Drop] = []
        self._sure = True
        self._accepting = 0  # rules on the way that accept, or may

    def base(self, base: Chain) -> list[Drop]:
        """Return what drops the packet on this way."""
        if self._through(base, base, 0) == CONTINUE and base.drops_rest:
            self._found.append(Drop(base, base, f"policy {DROP}", self._sure))
        return self._found

    def _through(self, base: Chain, chain: Chain, depth: int) -> str:
        """Return ACCEPT or DROP where the packet certainly ends in this chain, else CONTINUE."""
        for rule in chain.rules:
            matches = rule.matches(self._packet)
            end = CONTINUE if matches is False else self._apply(base, chain, rule, matches is True, depth)
            if end in (ACCEPT, DROP, RETURN):
                return CONTINUE if end == RETURN else end
        return CONTINUE

    def _apply(self, base: Chain, chain: Chain, rule: FilterRule, certain: bool, depth: int) -> str:
        if rule.verdict == DROP:
            self._found.append(Drop(base, chain, rule.text, self._sure and certain))
        elif rule.verdict in (JUMP, GOTO):
            return self._jump(base, rule, certain, depth)
        elif rule.verdict in (ACCEPT, RETURN):
            self._accepting += 1
            self._sure = self._sure and certain
        return rule.verdict if certain else CONTINUE

    def _jump(self, base: Chain, rule: FilterRule, certain: bool, depth: int) -> str:
        if rule.target not in self._chains or depth >= _DEPTH_MAX:
            return CONTINUE
        sure, accepting = self._sure, self._accepting
        self._sure = sure and certain
        end = self._through(base, self._chains[rule.target], depth + 1)
        if not certain:
            self._sure = sure and self._accepting == accepting
            return CONTINUE
        return RETURN if end == CONTINUE and rule.verdict == GOTO else end


def within(address: Address, text: str) -> Optional[bool]:
    """Return whether an address is ``text``: an address, a network or FIRST-LAST; None where it is none of these."""
    first, dash, last = text.partition("-")
    try:
        if dash:
            ends = ip_address(first), ip_address(last)
            return ends[0].version == address.version and int(ends[0]) <= int(address) <= int(ends[1])
        return address in ip_network(text, strict=False)
    except (TypeError, ValueError):
        return None


def named(name: str, pattern: str, end: str) -> bool:
    """Return whether an interface fits a pattern, whose ``end`` (``*`` or ``+``) stands for any rest."""
    return name.startswith(pattern[:-1]) if pattern.endswith(end) else name == pattern


def every(answers: Sequence[Optional[bool]]) -> Optional[bool]:
    """Return whether all are True: False where one is False, else None where one is unknown."""
    return False if False in answers else None if None in answers else True


def some(answers: Sequence[Optional[bool]]) -> Optional[bool]:
    """Return whether one is True: None where none is and one is unknown."""
    return True if True in answers else None if None in answers else False


def opposite(answer: Optional[bool]) -> Optional[bool]:
    """Return the other answer; None stays unknown."""
    return None if answer is None else not answer
