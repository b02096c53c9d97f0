# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn configuration files into virtual routers: their instances, and what these hear of each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Optional

from .agent.network import advertisement, ip_headers
from .agent.network.authentication import Authenticator
from .agent.preflight import host
from .config import loader
from .config.model.configuration import Configuration, Instance, SyncGroup
from .config.model.trackers import Tracking
from .config.semantics.tracking import counting, healthy
from .config.syntax.diagnostics import ConfigError, Problem
from .ip_types import Address
from .protocol.packet import PacketError
from .protocol.priority import verdict
from .protocol.validation import Discard, accept
from .simulation.faults import FaultError
from .simulation.lan import Judge
from .simulation.scenario import Machine

NOON = 1_000_000_000.0  # of all nodes: their clocks agree


@dataclass
class NodeFile:
    """It is one node and what its file says."""

    name: str
    configuration: Configuration


def read(paths: Iterable[str]) -> list[NodeFile]:
    """Read every file. Raises ConfigError with the problems of all of them."""
    nodes: list[NodeFile] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            nodes.append(_read_one(path))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return nodes


def _read_one(path: str) -> NodeFile:
    text = loader.read_text(path)
    first = loader.inspect(text, path, "", loader.here())
    name = first.configuration and first.configuration.globals.router_id
    name = "-".join((name or Path(path).stem).split())
    # lines that begin with @NAME are this node's
    report = loader.inspect(text, path, name.partition(".")[0], loader.here())
    problems = report.problems
    if report.configuration is not None:
        problems += host.unsupported(report.configuration)
    if report.configuration is None or problems:
        raise ConfigError(problems)
    return NodeFile(name, report.configuration)


def demand_distinct(nodes: list[NodeFile]) -> None:
    """Raise FaultError where two nodes have the same name, or where a file has no vrrp_instance."""
    seen: dict[str, str] = {}
    for node in nodes:
        path = node.configuration.path
        if node.name in seen:
            raise FaultError(
                f"{path}:1: this node is called {node.name}, as the one of {seen[node.name]}. Every node needs a name "
                "of its own (give each file its router_id in global_defs)"
            )
        if not node.configuration.instances:
            raise FaultError(f"{path}:1: there is no vrrp_instance in it (write one: vrrp_instance VI_1 {{ ... }})")
        seen[node.name] = path


@dataclass
class Shared:
    """It is one virtual router on one segment, shared by some nodes. Everything is by the name of the node."""

    members: dict[str, Instance] = field(default_factory=dict)
    leases: dict[str, Optional[int]] = field(default_factory=dict)
    tracked: dict[str, Tracking] = field(default_factory=dict)
    sources: dict[str, Address] = field(default_factory=dict)
    made_up: set[str] = field(default_factory=set)  # nodes whose file does not tell the source

    @property
    def label(self) -> str:
        """Return the name that the first node's instance has."""
        return self._first.name

    @property
    def vrid(self) -> int:
        """Return the virtual router id, which is the same on all of its nodes."""
        return self._first.virtual_router_id

    @property
    def addresses(self) -> str:
        """Return the virtual addresses of the first node's instance as one text for people."""
        return ", ".join(str(entry.address) for entry in self._first.addresses) or "no address"

    @property
    def names(self) -> set[str]:
        """Return every word that means this one after ``on``."""
        return {word for each in self.members.values() for word in (each.name, each.interface)}

    @property
    def _first(self) -> Instance:
        return next(iter(self.members.values()))

    def machines(self) -> tuple[Machine, ...]:
        """Return the nodes as they begin: every check succeeds."""
        return tuple(_machine(name, self) for name in self.members)

    def judge(self) -> Judge:
        """Return a function that says why the receiver discards a real packet of the sender."""
        said: dict[tuple[str, str, int], Optional[str]] = {}

        def judge(receiver: str, sender: str, priority: int) -> Optional[str]:
            key = receiver, sender, priority
            if key not in said:
                said[key] = _refusal(self, *key)
            return said[key]

        return judge


def virtual_routers(nodes: list[NodeFile]) -> list[Shared]:
    """Group instances: the same virtual router id on an interface of the same name, or one of the same addresses."""
    found: list[Shared] = []
    for node in nodes:
        tracked = counting(node.configuration)
        for instance in node.configuration.instances:
            home = next((each for each in found if node.name not in each.members and _belongs(instance, each)), None)
            if home is None:
                home = Shared()
                found.append(home)
            home.members[node.name] = instance
            home.leases[node.name] = node.configuration.globals.vip_lease_s
            home.tracked[node.name] = tracked[instance.name]
    for virtual in found:
        _find_sources(virtual, [node.name for node in nodes])
    return found


def moving_together(nodes: list[NodeFile], virtuals: list[Shared]) -> list[list[Shared]]:
    """Return the virtual routers that move as one: their instances are in one sync group on any node."""
    found = [[virtual] for virtual in virtuals]
    for node in nodes:
        for group in node.configuration.sync_groups:
            touched = [each for each in found if any(_is_in(virtual, node.name, group) for virtual in each)]
            if len(touched) > 1:
                found = [each for each in found if each not in touched] + [[one for each in touched for one in each]]
    return sorted(found, key=lambda each: virtuals.index(each[0]))


def without_group(nodes: list[NodeFile], together: list[Shared]) -> frozenset[str]:
    """Return the nodes whose file has no sync group of all these virtual routers."""
    return frozenset(
        node.name
        for node in nodes
        if not any(
            all(_is_in(virtual, node.name, group) for virtual in together) for group in node.configuration.sync_groups
        )
    )


def _is_in(virtual: Shared, node: str, group: SyncGroup) -> bool:
    return node in virtual.members and virtual.members[node].name in group.members


def _belongs(instance: Instance, virtual: Shared) -> bool:
    own = {entry.address.ip for entry in instance.addresses}
    for other in virtual.members.values():
        if other.virtual_router_id != instance.virtual_router_id or other.ip_version != instance.ip_version:
            continue
        if other.interface == instance.interface or own & {entry.address.ip for entry in other.addresses}:
            return True
    return False


def _find_sources(virtual: Shared, order: list[str]) -> None:
    """Find sources: unicast_src_ip; else the unicast_peer of the others that is left over; else an invented address."""
    members, sources = virtual.members, virtual.sources
    for name, instance in members.items():
        if instance.unicast_src_ip is not None:
            sources[name] = instance.unicast_src_ip
    for name, instance in members.items():
        if name in sources:
            continue
        peers = {peer for other, each in members.items() if other != name for peer in each.unicast_peers}
        free = peers - set(instance.unicast_peers) - set(sources.values())
        if len(free) == 1:
            sources[name] = free.pop()
        else:
            six = instance.ip_version == 6
            sources[name] = ip_address(("fe80::" if six else "192.0.2.") + str(order.index(name) + 1))
            virtual.made_up.add(name)


def _machine(name: str, virtual: Shared) -> Machine:
    instance = virtual.members[name]
    delta = verdict(instance.priority, healthy(virtual.tracked[name])).priority - instance.priority
    lease_s = virtual.leases[name]
    return Machine(
        name,
        advertisement.parameters(instance, virtual.sources[name]),
        epoch_s=instance.advert_int_cs / 200,  # faults at whole seconds then fall between two advertisements
        check_delta=delta,
        lease_s=None if lease_s is None else float(lease_s),
    )


def _refusal(virtual: Shared, receiver: str, sender: str, priority: int) -> Optional[str]:
    theirs, ours = virtual.members[sender], virtual.members[receiver]
    source, own = virtual.sources[sender], virtual.sources[receiver]
    if theirs.unicast_peers and own not in theirs.unicast_peers:
        return f"{own} is no unicast_peer of {sender}"
    if theirs.unicast_peers and not ours.unicast_peers:
        return f"{sender} sends to its unicast_peers, {receiver} listens to the multicast group"
    if ours.unicast_peers and not theirs.unicast_peers:
        return f"{sender} sends to the multicast group, {receiver} listens to its unicast_peers"
    speaker, listener = (Authenticator(_with_keys(each), wall=lambda: NOON) for each in (theirs, ours))
    speaker.take(_with_keys(theirs), source)
    listener.take(_with_keys(ours), own)
    to = str(own if theirs.unicast_peers else advertisement.group(theirs))
    packet = next(packet for packet, destination in speaker.packets(priority) if destination == to)
    received = ip_headers.read(packet)
    if received is None:
        return "its packet has no whole header"
    try:
        if advertisement.ah_key(theirs) is not None and advertisement.ah_key(ours) is not None:
            listener.open(packet)
        accept(received.payload, source, received.destination, received.hops, listener.expectation, NOON)
    except Discard as discard:
        return discard.detail
    except PacketError as error:
        return error.detail
    return None


def _with_keys(instance: Instance) -> Instance:
    """Fill in keys that lie in files on the nodes: keys of the same number count as the same."""
    if instance.hmac is None:
        return instance
    keys = tuple(key if key.file is None else replace(key, secret=b"%032d" % key.key_id) for key in instance.hmac.keys)
    return replace(instance, hmac=replace(instance.hmac, keys=keys))
