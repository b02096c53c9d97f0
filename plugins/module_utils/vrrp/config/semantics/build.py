# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes the model of the sections, and checks the rules between lines and between instances.

Each rule is a small function that reports what it finds. The model is built from the rest, and must not be used where
an error was found. Where keepalived accepts a file and ignores a line of it, so do we, with a warning.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..model.configuration import Configuration, Instance, VirtualAddress
from ..syntax.diagnostics import Diagnostics, show
from ..syntax.suggest import did_you_mean
from .globals import read_globals
from .instance import Context, InstanceRules
from .own_addresses import judge_virtual_hosts
from .sections import Section, Setting
from .sync_groups import garp_groups, groups_by_member, interface_delays, sync_groups, track_groups, with_backups
from .track_definitions import FILES, no_virtual_gateways, sections_of, track_definitions

#: Blocks whose names are looked up, each kind in a list of its own.
_NAMED = (
    ("vrrp_script",),
    ("vrrp_track_process",),
    FILES,
    ("vrrp_instance",),
    ("vrrp_sync_group",),
    ("track_group",),
)

_FIRST_PREFERENCE = 16384  # as keepalived: the next rule of the same IP version gets one less


def build(root: Section, path: str, complete: bool, findings: Diagnostics) -> Configuration:
    """Return the model of a file. ``complete`` is False where braces are missing: then no missing line is reported.

    The result must not be used when ``findings`` holds errors.
    """
    globals_, defaults = read_globals(root.inside("global_defs"), findings)
    known = track_definitions(root, complete, findings)
    _preferences(root, findings)
    context = Context(globals_, defaults, known, groups_by_member(root), complete, findings)
    sections = root.inside("vrrp_instance")
    built = [
        (section, instance) for section in sections if (instance := InstanceRules(section, context).build()) is not None
    ]
    for names in _NAMED:
        _unique_names(sections_of(root, *names), findings)
    built = _unique_router_ids(built, findings)
    _unique_addresses(root, findings)
    no_virtual_gateways(root, findings)
    judge_virtual_hosts(root, findings)
    instances = _with_vmac_names(_own_vmac_names(built, findings), globals_.vmac_prefix)
    groups = sync_groups(root, instances, context)
    instances = with_backups(instances, groups)
    _track_groups_exist(root, findings)
    statics = {
        field: tuple(item.value for block in root.inside(name) for item in block.items)
        for field, name in _STATIC.items()
    }
    statics["static_addresses"] = tuple(
        item if item.device else replace(item, device=globals_.default_interface)
        for item in statics["static_addresses"]
    )
    return Configuration(
        path,
        globals_,
        scripts=known.scripts,
        instances=tuple(instances),
        processes=known.processes,
        files=known.files,
        sync_groups=groups,
        garp_groups=garp_groups(root, complete, findings),
        interface_delays=interface_delays(root, instances, findings),
        track_groups=track_groups(root, context),
        **statics,
    )


_STATIC = {
    "static_addresses": "static_ipaddress",
    "static_routes": "static_routes",
    "static_rules": "static_rules",
}


def _unique_names(sections: list[Section], findings: Diagnostics) -> None:
    first: dict[str, Section] = {}
    for section in sections:
        if not section.name:
            continue
        before = first.setdefault(section.name, section)
        if before is not section:
            there = before.place.seen_from(section.place)
            findings.error(
                section.place,
                f"{section.block.name} {show(section.name)} is defined already in {there}",
                "each name stands once",
                "give it another name",
            )


def _unique_router_ids(
    instances: list[tuple[Section, Instance]], findings: Diagnostics
) -> list[tuple[Section, Instance]]:
    """Report instances that share interface, IP version and VRID. Return all; allowed ones have ``shares_vrid``.

    These three show which instance a packet is for. Where two instances share them, source and destination must.
    """
    known: dict[Any, list[tuple[Section, Instance]]] = {}
    result = []
    for section, instance in instances:
        key = (instance.interface, instance.virtual_router_id, instance.ip_version)
        others = known.setdefault(key, [])
        before = next((other for other, each in others if not _told_apart(each, instance)), None)
        if before is None and others:
            before = others[0][0]
            findings.tolerated(
                section.settings["virtual_router_id"].place,
                _taken(instance, before, section),
                "RFC 9568 5.2.3: one for each link. keepalived runs it, because their peers differ, and so do we",
                "use another number from 1 to 255, on every node",
            )
            instance = replace(instance, shares_vrid=True)
        elif before is not None:
            findings.error(
                section.settings["virtual_router_id"].place,
                _taken(instance, before, section),
                "RFC 9568 5.2.3: one virtual router for each VRID on a link, unless their unicast peers differ",
                "use another number from 1 to 255",
            )
        others.append((section, instance))
        result.append((section, instance))
    return result


def _taken(instance: Instance, before: Section, section: Section) -> str:
    where = f"{show(before.name)} in {before.place.seen_from(section.place)}"
    return f"virtual_router_id {instance.virtual_router_id} on {instance.interface} is taken by {where}"


def _told_apart(one: Instance, other: Instance) -> bool:
    """Return whether each packet shows for which of two instances with one VRID on one link it is."""
    if one.vmac is not None and other.vmac is not None:
        return False  # both macvlans would have the same Ethernet address
    if not one.unicast_peers and not other.unicast_peers:
        return False
    if not one.unicast_peers or not other.unicast_peers:
        return True  # packets for one go to a multicast group, those for the other to this host
    sources = {one.unicast_src_ip or one.mcast_src_ip, other.unicast_src_ip or other.mcast_src_ip}
    return set(one.unicast_peers).isdisjoint(other.unicast_peers) or (None not in sources and len(sources) == 2)


def _unique_addresses(root: Section, findings: Diagnostics) -> None:
    first: dict[tuple[Any, str], tuple[Section, Setting]] = {}
    for section in root.inside("vrrp_instance"):
        for item in _addresses_of(section):
            virtual: VirtualAddress = item.value
            # A link-local address can be of a different host on each link; any other address is of one host.
            link = (virtual.device or section.get("interface") or "") if virtual.address.ip.is_link_local else ""
            owner, before = first.setdefault((virtual.address.ip, link), (section, item))
            if owner is not section:
                there = before.start.seen_from(item.start)
                findings.tolerated(
                    item.start,
                    f"{virtual.address.ip} belongs to {show(owner.name)} already, in {there}",
                    "keepalived lets both have it, and so do we: it is here while one of them is MASTER, and on two"
                    " nodes when their masters differ",
                    "remove one, or put both into a vrrp_sync_group",
                )
    for item in (item for block in root.inside("static_ipaddress") for item in block.items):
        held = first.get((item.value.address.ip, ""))
        if held is not None:
            findings.error(
                item.start,
                f"{item.value.address.ip} belongs to {show(held[0].name)}, in {held[1].start.seen_from(item.start)}",
                "a static address stays on this node",
                "remove one",
            )


def _addresses_of(section: Section) -> list[Setting]:
    names = ("virtual_ipaddress", "virtual_ipaddress_excluded")
    return [item for name in names for block in section.inside(name) for item in block.items]


def _preferences(root: Section, findings: Diagnostics) -> None:
    """Give each rule without a preference a number of its own and a warning, as keepalived does."""
    following = {4: _FIRST_PREFERENCE, 6: _FIRST_PREFERENCE}
    for section in root.sections:
        for block in [section] if section.block.name == "static_rules" else section.inside("virtual_rules"):
            for index, item in enumerate(block.items):
                if item.value.priority is None:
                    number = following[item.value.version]
                    following[item.value.version] -= 1
                    block.items[index] = replace(item, value=replace(item.value, priority=number))
                    findings.warning(
                        item.start,
                        f"a rule without a preference gets {number}",
                        "which rule comes first is then an accident",
                        "add: preference 1000",
                    )


def _track_groups_exist(root: Section, findings: Diagnostics) -> None:
    names = [section.name for section in root.inside("track_group")]
    for block in (block for name in _STATIC.values() for block in root.inside(name)):
        for item in block.items:
            name = item.value.track_group
            if name is not None and name not in names:
                text = f"there is no track_group {show(name)}"
                findings.error(item.start, text, "each needs its block", did_you_mean(name, names))


def _own_vmac_names(built: list[tuple[Section, Instance]], findings: Diagnostics) -> list[Instance]:
    """Return the instances, without a macvlan name that another one has: a macvlan has one Ethernet address."""
    first: dict[str, Section] = {}
    found = []
    for section, instance in built:
        vmac = instance.vmac
        before = section if vmac is None or vmac.name is None else first.setdefault(vmac.name, section)
        if vmac is not None and before is not section:
            findings.tolerated(
                section.settings["vmac"].start,
                f"use_vmac {vmac.name} is the macvlan of {show(before.name)} already, in"
                f" {before.place.seen_from(section.place)}",
                "keepalived ignores the name then and takes one of its own, and so do we",
                "give it another name, or none",
            )
            instance = replace(instance, vmac=replace(vmac, name=None))
        found.append(instance)
    return found


def _with_vmac_names(instances: list[Instance], prefix: str) -> list[Instance]:
    """Return the instances, each macvlan with a name; where the file gives none, it is chosen as by keepalived."""
    taken = {item.vmac.name for item in instances if item.vmac is not None and item.vmac.name is not None}
    named = []
    for item in instances:
        if item.vmac is None or item.vmac.name is not None:
            named.append(item)
            continue
        six = item.ip_version == 6
        stem, numbers = prefix[:-1], iter(["", *(["6"] if six else []), *map(str, range(1, 256))])
        name = next(
            name for name in (f"{stem}{number}.{item.virtual_router_id}" for number in numbers) if name not in taken
        )
        taken.add(name)
        usual = name == f"vrrp.{item.virtual_router_id}"  # the model has None for it
        named.append(item if usual else replace(item, vmac=replace(item.vmac, name=name)))
    return named
