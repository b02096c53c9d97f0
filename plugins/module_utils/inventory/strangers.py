# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds other machines on the segment with an address or router id of a pair: questions and answers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from ..vrrp.protocol.constants import VIRTUAL_MAC
from .host import NodeFacts, PlannedInstances
from .vip import address_of

_ADVERTISEMENTS = 2  # a living master sends so many while we listen, on each host: one may be lost
_LISTEN_LEAST_S = 1.0


def probes(
    hosts: Sequence[str], found: Mapping[str, NodeFacts], plan: Mapping[str, PlannedInstances]
) -> dict[str, list[Any]]:
    """Return for each host what ``vrrp_info`` is to ask for: addresses and ids that no agent of the pair has yet.

    ``plan`` are the instances that each host gets. The router ids of unicast instances are left out: only the peer
    could hear them.
    """
    addresses = {address_of(each) for host in hosts for ours in _living(found[host]) for each in _entries(ours)}
    numbers = {_router(ours) for host in hosts for ours in _living(found[host])}
    asked: dict[str, list[Any]] = {}
    for host in hosts:
        entries: dict[str, dict[str, Any]] = {}
        for instance in plan[host]:
            for address, interface in _virtual(instance):
                if address not in addresses:
                    _entry(entries, interface)["addresses"].append(address)
            if not instance.get("unicast_peer") and _router(instance) not in numbers:
                entry = _entry(entries, instance["interface"])
                entry["virtual_router_ids"].append(instance["virtual_router_id"])
                entry["listen"] = max(entry["listen"], _ADVERTISEMENTS * float(instance.get("advert_int") or 1))
        asked[host] = list(entries.values())
    return asked


def strangers(
    hosts: Sequence[str],
    found: Mapping[str, NodeFacts],
    plan: Mapping[str, PlannedInstances],
    heard: Mapping[str, NodeFacts],
) -> dict[str, list[str]]:
    """Return for each host the other machines with an address or a virtual router id of its instances, as sentences.

    ``heard`` are the results of :func:`probes`. The two hosts are left out, with any daemon.
    """
    links = [link for host in hosts for link in found[host].get("interfaces") or ()]
    macs = {link.get("mac") for link in links}
    own = {address_of(each) for link in links for each in link["addresses"]}
    said: dict[str, list[str]] = {}
    for host in hosts:
        instances, told = plan[host], heard.get(host) or {}
        answers = [each for each in told.get("answers") or () if each["mac"] not in macs]
        advertisers = [each for each in told.get("advertisers") or () if each["source"] not in own]
        said[host] = [text for each in answers for text in _in_use(host, each, instances)]
        said[host] += [text for each in advertisers for text in _same_router(host, each, instances)]
    return said


def _in_use(host: str, answer: Mapping[str, Any], instances: PlannedInstances) -> Iterator[str]:
    virtual_macs = {_virtual_mac(version, instance) for instance in instances for version in (4, 6)}
    for instance in instances:
        if (answer["address"], answer["interface"]) in _virtual(instance) and answer["mac"] not in virtual_macs:
            text = f"{answer['address']} ({instance['name']}) is in use: {answer['mac']} answers for it"
            advice = "choose another address, or take it off that machine"
            yield f"{text} on {answer['interface']} of {host} ({advice})"


def _same_router(host: str, advertiser: Mapping[str, Any], instances: PlannedInstances) -> Iterator[str]:
    version = ip_address(advertiser["source"]).version
    router = (advertiser["virtual_router_id"], advertiser["interface"])
    for instance in instances:
        if instance.get("unicast_peer") or _router(instance) != router or _version(instance) != version:
            continue
        text = f"{advertiser['source']} advertises virtual router id {router[0]} on {router[1]} of {host} too"
        addresses = ", ".join(advertiser["addresses"]) or "no address"
        variable = "ha_pair_virtual_router_id"
        if len(instances) > 1:
            variable = f"virtual_router_id of {instance['name']} in ha_pair_instances"
        yield f"{text}, for {addresses} (say {variable}: another one, 1 to 255, or stop that router)"


def _living(found: NodeFacts) -> PlannedInstances:
    """Return the instances of our agent. Those of keepalived are left out: other machines may have them too."""
    return found.get("instances") or () if found.get("program") == "hotstandby" else ()


def _entry(entries: dict[str, dict[str, Any]], interface: str) -> dict[str, Any]:
    empty = {"interface": interface, "addresses": [], "virtual_router_ids": [], "listen": _LISTEN_LEAST_S}
    return entries.setdefault(interface, empty)


def _router(instance: Mapping[str, Any]) -> tuple[Any, Any]:
    return instance.get("virtual_router_id"), instance.get("interface")


def _version(instance: Mapping[str, Any]) -> int:
    return ip_address(_virtual(instance)[0][0]).version


def _virtual_mac(version: int, instance: Mapping[str, Any]) -> str:
    return (VIRTUAL_MAC[version] + bytes([int(instance["virtual_router_id"])])).hex(":")


def _virtual(instance: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each virtual address of a planned instance with its interface."""
    found = []
    for word in ("virtual_ipaddress", "virtual_ipaddress_excluded"):
        for line in instance.get(word) or ():
            words = str(line).split()
            interface = words[words.index("dev") + 1] if "dev" in words[:-1] else instance["interface"]
            found.append((address_of(words[0]), interface))
    return found


def _entries(living: Mapping[str, Any]) -> list[Any]:
    return [*living["addresses"], *(living.get("excluded") or ())]
