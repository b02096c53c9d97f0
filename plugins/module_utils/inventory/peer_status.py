# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It works out what the agents of a pair tell each other beside VRRP: where to, with which key, and what came of it.

Pure. A key never leaves a node: hosts tell digests of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from operator import itemgetter
from typing import Any, NamedTuple, Optional

from . import engine
from .attempts import own_address
from .host import Host, NodeFacts
from .reach import IN, dropped_by, remedy
from .value_types import switch

PORT = 61112
SILENT_S = 5.0  # after that a peer counts as silent
VariablesByHost = Mapping[str, Mapping[str, Any]]

# How the key of a pair gets to both hosts: what is done with the new key, step by step.
FIRST = ("only",)  # nobody has one, or each another one
ROTATION = ("accepted", "signs", "only")


def line(
    hosts: Sequence[str], host: str, said: VariablesByHost, found: Mapping[str, NodeFacts], plan: Mapping[str, Any]
) -> str:
    """Return the line of ``global_defs`` of a host; empty where it is switched off, or no two addresses fit."""
    ends = _ends(hosts, host, said, found, plan)
    if ends is None:
        return ""
    port = f" port {ends.port}" if ends.port != PORT else ""
    return f"@hotstandby peer_status {ends.peer} from {ends.own}{port}"


def ways(
    hosts: Sequence[str],
    host: str,
    said: VariablesByHost,
    found: Mapping[str, NodeFacts],
    plan: Mapping[str, Any],
    proven_too: bool = False,
) -> list[dict[str, Any]]:
    """Return how a host and its peer tell each other how they do, as ``vrrp_info`` takes it in its option ``reach``.

    Nothing where both agents hear it, unless ``proven_too``.
    """
    ends = _ends(hosts, host, said, found, plan)
    if ends is None or (not proven_too and all(_hears(found[each], ends.port) for each in hosts)):
        return []
    way = {"interface": ends.interface, "protocol": "udp", "port": ends.port, "unicast": True}
    return [{**way, "source": ends.own, "peer": ends.peer}]


def _hears(found: NodeFacts, port: int) -> bool:
    peer = (found.get("agent") or {}).get("peer") or {}
    heard_s = peer.get("heard_s")
    return peer.get("port") == port and heard_s is not None and heard_s < SILENT_S


class _Ends(NamedTuple):
    """It has the two ends of what a host and its peer tell each other."""

    interface: str
    own: str
    peer: str
    port: int


def _ends(
    hosts: Sequence[str], host: str, said: VariablesByHost, found: Mapping[str, NodeFacts], plan: Mapping[str, Any]
) -> Optional[_Ends]:
    if not wanted(hosts, said):
        return None
    ports = [port for port in (int(str(value)) for value in _values(hosts, said, "peer_port")) if port != PORT]
    port = ports[0] if ports else PORT  # of both hosts: the first one that is not the usual one
    for instance in sorted(plan.get(host, ()), key=itemgetter("name")):  # so both hosts take the same one
        for other in (each for each in hosts if each != host):
            theirs = next((each for each in plan.get(other, ()) if each["name"] == instance["name"]), None)
            own = _address(found[host], instance)
            peer = None if theirs is None else _address(found[other], theirs)
            if own and peer:
                return _Ends(instance["interface"], own, peer, port)
    return None


def wanted(hosts: Sequence[str], said: VariablesByHost) -> bool:
    """Return whether both hosts run our agent, and neither has it switched off: keepalived has nobody who tells it."""
    return engine.only_agents(hosts, said) and all(map(switch, _values(hosts, said, "peer_status")))


def rotates(hosts: Sequence[str], said: VariablesByHost) -> bool:
    """Return whether one of the hosts asks for a new key."""
    return any(map(switch, _values(hosts, said, "rotate_peer_key")))


def _values(hosts: Sequence[str], said: VariablesByHost, word: str) -> list[Any]:
    found = [Host(host, said[host]).said(word) for host in hosts]
    return [value for value in found if value is not None]


def _address(found: NodeFacts, instance: Mapping[str, Any]) -> Optional[str]:
    """Return the address of a host on the interface of an instance; none that needs an interface, too."""
    address = own_address(found, {**instance, "unicast_peer": True})
    return None if address is None or _needs_interface(address) else address


def _needs_interface(address: str) -> bool:
    ip = ip_address(address)
    return ip.version == 6 and ip.is_link_local


def key_steps(hosts: Sequence[str], found: Mapping[str, NodeFacts], rotate: bool) -> tuple[str, ...]:
    """Return the steps by which both hosts get a new key; none where both have the same one, and their agents too.

    An agent has another one where a run has ended between the file and the agent.
    """
    keys = {tuple(found[host].get("peer_keys") or ()) for host in hosts}
    told = [((found[host].get("agent") or {}).get("peer") or {}).get("keys") for host in hosts]
    keys |= {tuple(each) for each in told if each is not None}
    if len(keys) == 1 and len(next(iter(keys))) == 1:
        return ROTATION if rotate else ()
    return FIRST


def closed(hosts: Sequence[str], looks: Mapping[str, NodeFacts]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return no errors, and for each host warnings of what its firewall drops: VRRP goes on without."""
    warned: dict[str, list[str]] = {host: [] for host in hosts}
    for host in hosts:
        for drop in ((looks.get(host) or {}).get("preflight") or {}).get("drops") or ():
            if drop.get("protocol") == "udp":
                way = (
                    f"what {drop['peer']} tells {host}"
                    if drop["direction"] == IN
                    else f"what {host} tells {drop['peer']}"
                )
                text = f"{way} beside VRRP, for the status (UDP port {drop['port']}), is dropped on {drop['interface']}"
                warned[host].append(f"{host}: {text} {dropped_by(drop)}. {remedy(drop)}")
    return {host: [] for host in hosts}, warned


def warnings(node: str, observation: NodeFacts) -> list[str]:
    """Return what the agent of a node warns of about the other one, without what an instance says of its standby."""
    peer = (observation.get("agent") or {}).get("peer") or {}
    instances = observation.get("instances") or ()
    reasons = {standby["why"].partition(": ")[2] for each in instances for standby in [each.get("standby")] if standby}
    shown = [text for text in peer.get("warnings") or () if text.partition(": ")[2].rpartition(" (")[0] not in reasons]
    return [f"{node}: {text}" for text in shown]
