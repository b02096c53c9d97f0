# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds conflicts between a deployment and what is on the nodes of a pair. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address, ip_interface
from types import MappingProxyType
from typing import Any, Optional

from ..vrrp.protocol.constants import VERSION_2
from . import real_time
from .engine import KEEPALIVED
from .host import NodeFacts, PlannedInstances
from .vip import address_of

CONFIG = "/etc/keepalived/keepalived.conf"


def conflicts(
    hosts: Sequence[str],
    found: Mapping[str, NodeFacts],
    targets: Mapping[str, str],
    plan: Mapping[str, PlannedInstances],
    engines: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, list[str]]:
    """Return for each host the conflicts that must be solved before a change, as sentences.

    ``targets`` are the addresses by which the controller reaches the hosts, ``plan`` the instances of each,
    ``engines`` the program of those that do not run our agent.
    """
    said: dict[str, list[str]] = {host: [] for host in hosts}
    for host in hosts:
        if found[host].get("root") is False:
            said[host].append(f"{host}: this needs root: connect as root or add --become")
            continue  # without root the results are not complete
        said[host] += _virtual_target(host, targets.get(host, ""), plan.get(host, ()))
        if engines.get(host) == KEEPALIVED:
            said[host] += _of_keepalived(host, found[host])
        else:
            said[host] += _beside_keepalived(host, found[host].get("keepalived") or {}, plan.get(host, ()))
        said[host] += real_time.refused(host, found[host], plan.get(host, ()))
    for index, host in enumerate(hosts):
        for other in hosts[:index]:
            said[host] += _one_machine(other, host, found[other], found[host])
    return said


def _one_machine(first: str, second: str, one: NodeFacts, two: NodeFacts) -> list[str]:
    """Report two hosts with the same addresses and machine id. A copied machine has only the same machine id."""
    ids = {one.get("machine_id"), two.get("machine_id")} - {None, ""}
    addresses = _own_addresses(one)
    if len(ids) > 1 or not addresses or addresses != _own_addresses(two):
        return []
    text = f"{first} and {second} both have {', '.join(sorted(addresses))}, and the same machine id"
    return [f"{text}: are they one machine? (look at ansible_host of both)"]


def _own_addresses(found: NodeFacts) -> set[str]:
    return {
        entry["address"]
        for link in found.get("interfaces") or ()
        if not link["loopback"]
        for entry in link["addresses"]
        if not entry["secondary"]
        and entry["address"] not in (link.get("virtual_addresses") or ())
        and not ip_interface(entry["address"]).ip.is_link_local
    }


def _virtual_target(host: str, target: str, instances: PlannedInstances) -> list[str]:
    try:
        address = str(ip_address(str(target).strip("[]")))
    except ValueError:  # a name
        return []
    for instance in instances:
        if address in {address_of(each) for each in _virtual(instance)}:
            text = f"{host}: ansible_host {address} is a virtual address of {instance['name']}"
            return [f"{text}, which leads to whichever host is master: say an address of the host's own"]
    return []


def _beside_keepalived(host: str, keepalived: Mapping[str, Any], instances: PlannedInstances) -> list[str]:
    """Report what keepalived and our agent would both do on this node. Other instances of keepalived may run."""
    if not keepalived:
        return []
    who = f"keepalived ({keepalived['config']}) runs VRRP on this node"
    advice = "stop it, on the standby first (systemctl disable --now keepalived on both hosts), then deploy again;"
    advice += " back: remove.yml, then systemctl enable --now keepalived"
    if keepalived.get("msg"):
        return [f"{host}: {who}, and does not tell what of: {keepalived['msg']}. If it has a virtual address: {advice}"]
    clashes = []
    for theirs in keepalived["instances"]:
        for ours in instances:
            clash = _clash(theirs, ours)
            if clash:
                clashes.append(f"{theirs['name']} has {clash} of {ours['name']}{_whole_seconds(theirs, ours)}")
    return [f"{host}: {who}: {'; '.join(clashes)}. {advice[0].upper()}{advice[1:]}"] if clashes else []


def _of_keepalived(host: str, found: NodeFacts) -> list[str]:
    """Report what keeps the keepalived of this node from being the one of the role."""
    if found.get("program") == "hotstandby":
        advice = "run remove.yml with ha_pair_engine=hotstandby first, which stops the agent"
        return [f"{host}: ha_pair_engine is keepalived, and the agent runs on this node: {advice}"]
    config = (found.get("keepalived") or {}).get("config")
    if config and config != CONFIG:
        advice = f"let its service read {CONFIG}, or stop it"
        return [f"{host}: keepalived runs on this node with {config}, which is not the file of its service: {advice}"]
    return []


def _whole_seconds(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """Return that the version of keepalived cannot keep the takeover time of ``ours``, where that is so."""
    takeover = ours.get("takeover")
    if not takeover or theirs.get("version") != VERSION_2:
        return ""
    return f" in version 2, which cannot keep takeover_within {takeover['within']:g}"


def _clash(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Optional[str]:
    virtual = [address_of(each) for each in _virtual(ours)]
    addresses = [address_of(each) for each in (*theirs["addresses"], *(theirs.get("excluded") or ()))]
    shared = [address for address in virtual if address in addresses]
    if shared:
        return f"the virtual address {', '.join(shared)}"
    number, interface = ours.get("virtual_router_id"), ours.get("interface")
    same_router = (theirs["virtual_router_id"], theirs["interface"]) == (number, interface)
    if same_router and _versions(addresses) & _versions(virtual):
        return f"the virtual router id {number} on {interface}"
    return None


def _virtual(instance: Mapping[str, Any]) -> list[Any]:
    return [*(instance.get("virtual_ipaddress") or ()), *(instance.get("virtual_ipaddress_excluded") or ())]


def _versions(addresses: Iterable[str]) -> set[int]:
    return {ip_address(address).version for address in addresses}
