# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It judges the settings of the nodes of a pair that can be in the way of VRRP or of a virtual address. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_interface
from typing import Any

from .host import NodeFacts, PlannedInstance

_KEEPING = ("yes", "true", "1", "on", "static")
_EXECUTABLE_TYPES = ("bin_t", "usr_t", "lib_t", "shell_exec_t", "python_exec_t")
_ARP_LEAST = {"arp_ignore": 1, "arp_announce": 2}  # ip-sysctl: an interface answers and asks for itself alone
# What no setting prevents, as seen with NetworkManager 1.42 and ifupdown 0.8; docs/preflight.md has the tables.
_REMOVING = {
    "NetworkManager": ("connection ", "nmcli connection up, nmcli device reapply and nmcli device modify remove"),
    "ifupdown": ("", "ifdown and systemctl restart networking remove"),
}
_STRICT = 1  # rp_filter: RFC 3704 section 2.2


def node_settings(
    hosts: Sequence[str],
    looks: Mapping[str, NodeFacts],
    found: Mapping[str, NodeFacts],
    plan: Mapping[str, Sequence[PlannedInstance]],
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the errors and the warnings of each host, as sentences."""
    errors: dict[str, list[str]] = {host: [] for host in hosts}
    warnings: dict[str, list[str]] = {host: [] for host in hosts}
    for host in hosts:
        settings = (looks.get(host) or {}).get("preflight") or {}
        missing = settings.get("missing_capabilities") or ()
        if missing:
            text = f"{host}: nothing on this host can get {' and '.join(f'CAP_{each}' for each in missing)}"
            flags = " ".join(f"--cap-add {each}" for each in missing)
            errors[host].append(f"{text}, which the agent needs: start its container with {flags}")
        said = [*_selinux(settings.get("selinux") or {}), *_managers(settings.get("managers") or {})]
        for interface in dict.fromkeys(instance["interface"] for instance in plan.get(host, ())):
            said += _rp_filter(interface, settings, found.get(host) or {})
        for interface in dict.fromkeys(each["interface"] for each in plan.get(host, ()) if each.get("unicast_peer")):
            said += _arp(interface, settings, found.get(host) or {})
        warnings[host] += [f"{host}: {text}" for text in said]
    return errors, warnings


def subnets(
    hosts: Sequence[str], found: Mapping[str, NodeFacts], attempts: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the errors and the warnings where the addresses of a pair that multicasts are of different subnets."""
    errors: dict[str, list[str]] = {host: [] for host in hosts}
    warnings: dict[str, list[str]] = {host: [] for host in hosts}
    networks = {host: dict(_networks(found.get(host) or {})) for host in hosts}
    for host in hosts[1:]:
        for entry in attempts.get(host, ()):
            source, peer = entry["source"], entry["peer"]
            theirs = next((networks[each][peer] for each in hosts if each != host and peer in networks[each]), None)
            mine = networks[host].get(source)
            if mine is None or theirs is None or mine == theirs:
                continue
            text = f"{host} has {source} in {mine}, and its peer {peer} in {theirs}"
            if ip_address(peer) not in mine and not entry["unicast"]:
                advice = "multicast does not leave a subnet: say ha_pair_unicast: true, or give both one subnet"
                errors[host].append(f"{host}: {text}: {advice}")
            elif mine.prefixlen != theirs.prefixlen:
                warnings[host].append(f"{host}: {text}: the prefix lengths are different, is one of them wrong?")
    return errors, warnings


def _networks(found: NodeFacts) -> Iterator[tuple[str, Any]]:
    for link in found.get("interfaces") or ():
        for entry in link["addresses"]:
            address = ip_interface(entry["address"])
            if entry["address"] in (link.get("virtual_addresses") or ()):
                continue  # a macvlan of an instance has no other
            if address.network.prefixlen < address.max_prefixlen:  # clouds give addresses without a subnet
                yield str(address.ip), address.network


def _selinux(selinux: Mapping[str, Any]) -> Iterator[str]:
    kind = selinux.get("type")
    if selinux.get("enforcing") and kind and kind not in _EXECUTABLE_TYPES:
        yield (
            f"SELinux is enforcing, and {selinux['interpreter']} has the type {kind}, which systemd may not start: "
            "use an interpreter below /usr (ansible_python_interpreter), or restorecon it"
        )


def _managers(managers: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield a warning where the program that manages an interface may remove a virtual address, with what helps."""
    for interface, manager in managers.items():
        if manager["name"] in _REMOVING:
            where, removes = _REMOVING[manager["name"]]
            yield (
                f"{manager['name']} manages {interface} ({where}{manager['file']}): {removes} a virtual address. "
                "Before that, drain the host"
            )
        if manager["name"] != "systemd-networkd" or manager["keep"] in _KEEPING:
            continue
        name = posixpath.basename(manager["file"])
        by = "netplan and systemd-networkd manage" if manager["netplan"] else "systemd-networkd manages"
        apply = "netplan apply" if manager["netplan"] else "networkctl reload"
        yield (
            f"{by} {interface} ({manager['file']}), and may remove a virtual address when it starts: write "
            f"'[Network]' and 'KeepConfiguration=yes' into /etc/systemd/network/{name}.d/hotstandby.conf. "
            f"Before {apply}, which sets all addresses anew, drain the host"
        )


def _rp_filter(interface: str, settings: Mapping[str, Any], found: NodeFacts) -> Iterator[str]:
    """Yield a warning where the strict check drops the peer: the way back to it is by another interface, too."""
    if (settings.get("rp_filter") or {}).get(interface) != _STRICT:
        return
    for name, shared in _beside(interface, found):
        yield (
            f"rp_filter of {interface} is 1, and {name} is in {shared} as well: the kernel drops advertisements of the "
            f"peer where it answers by {name} (sysctl -w net/ipv4/conf/{interface}/rp_filter=2)"
        )


def _arp(interface: str, settings: Mapping[str, Any], found: NodeFacts) -> Iterator[str]:
    """Yield a warning where another interface claims the address of this one, to which the peer sends."""
    known = settings.get("arp") or {}
    for name, shared in _beside(interface, found):
        low = [word for word, least in _ARP_LEAST.items() if known.get(name, _ARP_LEAST).get(word, least) < least]
        if low:
            advice = " ".join(f"net/ipv4/conf/{name}/{word}={_ARP_LEAST[word]}" for word in low)
            yield (
                f"{name} is in {shared} as well as {interface}, and claims its address in ARP ({', '.join(low)}): what "
                f"the peer sends to that address may arrive on {name}, where nobody listens (sysctl -w {advice})"
            )


def _beside(interface: str, found: NodeFacts) -> Iterator[tuple[str, str]]:
    """Yield each other interface with an own address in an IPv4 subnet of this one, and that subnet."""
    networks: dict[str, set[Any]] = {}
    for link in found.get("interfaces") or ():
        networks[link["name"]] = {each for _address, each in _networks({"interfaces": [link]}) if each.version == 4}
    for name, theirs in networks.items():
        shared = theirs & networks.get(interface, set())
        if name != interface and shared:
            yield name, ", ".join(sorted(map(str, shared)))
