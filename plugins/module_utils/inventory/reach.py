# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It judges whether advertisements get from each node of a pair to the other, and says what is in the way. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional

from .host import NodeFacts

MULTICAST, UNICAST = "multicast", "unicast"
OUT, IN = "out", "in"
_NUMBERS = {"vrrp": 112, "ah": 51}
_IN_A_HEADER = {"vrrp": "", "ah": " with auth_type AH"}
GROUPS = {4: "224.0.0.18", 6: "ff02::12"}

_MULTICAST_AFTER_S = 1.0  # deployment/reach.py: no multicast is sent before that
_OVERLAP_S = 0.5  # both must have worked at the same time for so long
_ENOUGH = 8  # advertisements by unicast in the same time, which tells the same as the clocks


@dataclass(frozen=True)
class Direction:
    """It is the way from one host to the other. ``sent`` and ``got`` are the results of the attempt at its two ends."""

    sender: str
    receiver: str
    sent: Mapping[str, Any]
    got: Mapping[str, Any]
    together: bool  # both hosts certainly worked on the attempt at the same time

    @property
    def kind(self) -> str:
        """Return how the pair sends: multicast or unicast."""
        return MULTICAST if MULTICAST in self.sent["sent"] else UNICAST

    @property
    def destination(self) -> str:
        """Return to which address the pair sends."""
        group = str(self.sent.get("group") or GROUPS[6 if ":" in self.sent["peer"] else 4])
        return group if self.kind == MULTICAST else str(self.sent["peer"])


class Obstacle(NamedTuple):
    """It is what stops the advertisements of a way, and on which host. ``drop`` is the firewall's rule, if one does."""

    host: str
    text: str
    drop: Optional[Mapping[str, Any]] = None


def reach(
    hosts: Sequence[str], looks: Mapping[str, NodeFacts], opens: Collection[str] = ()
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the errors and the warnings of each host, as sentences. ``looks`` are the results of the attempts.

    ``opens`` are the hosts whose firewall is opened after this look: what its rules drop is no error there.
    """
    errors: dict[str, list[str]] = {host: [] for host in hosts}
    warnings: dict[str, list[str]] = {host: [] for host in hosts}
    for way in directions(hosts, looks):
        if way.got["heard"][way.kind]:
            continue
        fault = _fault(way, looks)
        if fault is not None:
            if fault.drop is None or fault.host not in opens:
                errors[fault.host].append(f"{fault.host}: {fault.text}")
        else:
            text = f"it is unknown whether VRRP of {way.sender} gets to {way.receiver}: the two did not try it together"
            warnings[way.receiver].append(f"{way.receiver}: {text} (give Ansible more forks, or run it again)")
    return errors, warnings


def directions(hosts: Sequence[str], looks: Mapping[str, NodeFacts]) -> Iterator[Direction]:
    """Yield each way that was tried from both ends."""
    for sender in hosts:
        for receiver in hosts:
            for sent in _reached(looks, sender) if sender != receiver else ():
                for got in _reached(looks, receiver):
                    same = (got["source"], got["peer"]) == (sent["peer"], sent["source"])
                    same = same and _protocol(got) == _protocol(sent)
                    if same and set(got["sent"]) == set(sent["sent"]):
                        together = got["arrived"][UNICAST] >= _ENOUGH or _overlapped(looks[sender], looks[receiver])
                        yield Direction(sender, receiver, sent, got, together)


def _fault(way: Direction, looks: Mapping[str, NodeFacts]) -> Optional[Obstacle]:
    """Return what stops the advertisements; None where that is unknown."""
    kind = way.kind
    if way.sent["refused"][kind] and not way.sent["sent"][kind]:
        return _refused(way, looks)
    if way.got["arrived"][kind]:
        return _dropped(way, looks)
    if not way.together:
        drop = drop_of(looks[way.receiver], way.got, kind, IN, sure=True)
        return None if drop is None else _dropped(way, looks, tried=False)
    return Obstacle(way.receiver, _lost(way))


def _refused(way: Direction, looks: Mapping[str, NodeFacts]) -> Obstacle:
    interface, why = way.sent["interface"], way.sent["refused"][way.kind]
    text = f"the kernel sends no {_called(way)} from {interface} to {way.destination}: {why}"
    drop = drop_of(looks[way.sender], way.sent, way.kind, OUT)
    if drop is not None:
        return Obstacle(way.sender, f"{text}; {dropped_by(drop)}. {remedy(drop)}", drop)
    if why == "Operation not permitted":
        text += ". A firewall of this host drops it: look at the output of nft list ruleset and iptables-save"
    return Obstacle(way.sender, text)


def _dropped(way: Direction, looks: Mapping[str, NodeFacts], tried: bool = True) -> Obstacle:
    interface = way.got["interface"]
    said = f"{_called(way)} of {way.sender} to {way.destination}"
    text = f"{said} arrives on {interface}, but this host drops it" if tried else f"{said} is dropped on {interface}"
    drop = drop_of(looks[way.receiver], way.got, way.kind, IN)
    if drop is not None:
        return Obstacle(way.receiver, f"{text}: {dropped_by(drop)}. {remedy(drop)}", drop)
    if (_settings(looks[way.receiver]).get("rp_filter") or {}).get(interface) == 1:
        advice = f"sysctl -w net/ipv4/conf/{interface}/rp_filter=2"
        return Obstacle(
            way.receiver, f"{text}, and rp_filter is 1: has it another route to {way.sent['source']}? ({advice})"
        )
    return Obstacle(way.receiver, f"{text}. Look at nft list ruleset and iptables-save")


def _lost(way: Direction) -> str:
    where = f"{way.got['interface']} of {way.receiver}"
    text = f"no {_called(way)} of {way.sender} to {way.destination} arrives on {where}"
    if way.kind == MULTICAST and way.got["arrived"][UNICAST]:
        return (
            f"{text}, but what is sent to {way.sent['peer']} alone does: this network drops multicast. "
            "Say ha_pair_unicast: true, or let the switch pass multicast (IGMP snooping without a querier)"
        )
    if way.got.get("answers"):
        return (
            f"{text}, though {way.sent['source']} answers ARP there: the network between them drops the protocol. "
            f"Allow IP protocol {_NUMBERS[_protocol(way.sent)]} in the cloud's security group, the hypervisor or "
            "the switch"
        )
    return f"{text}, nor anything else from there: are both on one segment (VLAN, bridge, cabling)?"


def drop_of(
    look: NodeFacts, entry: Mapping[str, Any], kind: str, direction: str, sure: bool = False
) -> Optional[Mapping[str, Any]]:
    """Return the firewall rule of a host that drops this: first one that certainly does, else one that may."""
    wanted = (entry["interface"], entry["peer"], kind, direction, _protocol(entry))
    drops = [
        drop
        for drop in _settings(look).get("drops") or ()
        if (*(drop[word] for word in ("interface", "peer", "kind", "direction")), _protocol(drop)) == wanted
        and (drop["sure"] or not sure)
    ]
    return next((drop for drop in drops if drop["sure"]), drops[0] if drops else None)


def _protocol(entry: Mapping[str, Any]) -> str:
    return str(entry.get("protocol") or "vrrp")


def _called(way: Direction) -> str:
    """Return what is sent, in words."""
    protocol = _protocol(way.sent)
    return f"VRRP{_IN_A_HEADER[protocol]} (IP protocol {_NUMBERS[protocol]})"


def dropped_by(drop: Mapping[str, Any]) -> str:
    """Return which rule drops something, in words."""
    certainty = "by" if drop["sure"] else "probably by"
    return f"{certainty} {drop['tool']}, {drop['place']}: {drop['rule']}"


def remedy(drop: Mapping[str, Any]) -> str:
    """Return what allows it. The role changes no policy of firewalld, and those are what drops packets that go out."""
    if drop["tool"] == "firewalld" and drop["direction"] == OUT:
        return f"Allow it: {drop['remedy']}"
    return f"Allow it: {drop['remedy']}; or say ha_pair_open_firewall: true"


def _reached(looks: Mapping[str, NodeFacts], host: str) -> Sequence[Mapping[str, Any]]:
    return (looks.get(host) or {}).get("reached") or ()


def _settings(look: NodeFacts) -> Mapping[str, Any]:
    return look.get("preflight") or {}


def _overlapped(sender: NodeFacts, receiver: NodeFacts) -> bool:
    """Return whether the receiver certainly listened while the sender sent, by the controller's clock.

    The controller knows when it asked and when it had the answer; the attempt was somewhere between.
    """
    one, two = sender.get("clock") or {}, receiver.get("clock") or {}
    if "received" not in one or "received" not in two:
        return False
    spans = [(clock, clock["ended"] - clock["started"]) for clock in (one, two)]
    latest_starts = [clock["received"] - length for clock, length in spans]
    earliest_ends = [clock["sent"] + length for clock, length in spans]
    together_s: float = min(earliest_ends) - max(latest_starts[0] + _MULTICAST_AFTER_S, latest_starts[1])
    return together_s >= _OVERLAP_S
