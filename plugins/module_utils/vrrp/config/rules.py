# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sections -> model: the rules between lines. Defaults, versions, families, and what two instances must not share.

Each rule is a small function that says what it finds; the model is built from what remains and is returned only if
nothing was wrong. Where keepalived accepts a file and ignores a line of it, so do we, with a warning.
"""

from __future__ import annotations

from typing import Any, Optional

from .gateways import no_virtual_gateways
from .instance_rules import InstanceRules
from .model import Configuration, Globals, Instance, VirtualAddress
from .problems import Findings, show
from .reader import Section, Setting, floats
from .trackers import Script


def build(root: Section, path: str, complete: bool, findings: Findings) -> Configuration:
    """The model of a file. ``complete`` is False when braces are missing: then nothing counts as missing inside.

    The result must not be used when ``findings`` holds errors.
    """
    defs = root.inside("global_defs")
    globals_, garp = _globals(defs)
    scripts = [script for section in root.inside("vrrp_script") if (script := _script(section, complete, findings))]
    names = [section.name for section in root.inside("vrrp_script")]
    instances = [
        (section, instance)
        for section in root.inside("vrrp_instance")
        if (instance := InstanceRules(section, globals_, garp, scripts, names, complete, findings).build())
    ]
    _unique_names(root.inside("vrrp_script"), findings)
    _unique_names(root.inside("vrrp_instance"), findings)
    _unique_router_ids(instances, findings)
    _unique_addresses(root, findings)
    no_virtual_gateways(root, findings)
    _unused_scripts(root, findings)
    return Configuration(path, globals_, tuple(scripts), tuple(instance for section, instance in instances))


def _globals(sections: list[Section]) -> tuple[Globals, dict[str, Any]]:
    """global_defs, and the garp fields that it sets for all instances."""
    merged: dict[str, Any] = {}
    for section in sections:
        merged.update({name: setting.value for name, setting in section.settings.items()})
    garp = floats({name[len("garp.") :]: value for name, value in merged.items() if name.startswith("garp.")})
    # keepalived: what follows an advertisement of lower priority is like the start of a MASTER, unless said otherwise.
    if "delay_s" in garp:
        garp.setdefault("lower_prio_delay_s", garp["delay_s"])
    if "repeat" in garp:
        garp.setdefault("lower_prio_repeat", garp["repeat"])
    user, group = _pair(merged.get("agent_script_user") or merged.get("script_user"))
    globals_ = Globals(
        router_id=merged.get("router_id"),
        vrrp_version=merged.get("vrrp_version", 2),
        script_user=user,
        script_group=group,
        enable_script_security=merged.get("enable_script_security", False),
        vip_lease_s=merged.get("vip_lease_s"),
    )
    return globals_, garp


def _pair(names: Optional[tuple[str, ...]]) -> tuple[Optional[str], Optional[str]]:
    user, group = ((*names, None, None) if names else (None, None))[:2]
    return user, group


def _script(section: Section, complete: bool, findings: Findings) -> Optional[Script]:
    if not section.has("command"):
        if complete:
            findings.error(
                section.place, f"vrrp_script {show(section.name)} has no script", hint="add: script /path/to/command"
            )
        return None
    if "command" not in section.settings:
        return None
    for name in ("interval_s", "timeout_s"):
        if section.has(name) and name in section.settings and section.settings[name].value % 1:
            setting = section.settings[name]
            findings.warning(
                setting.place,
                f"{setting.statement.keyword} {setting.value} is a fraction",
                "keepalived takes whole seconds and refuses the file",
                "fine where only hotstandby reads it",
            )
    values = floats({name: setting.value for name, setting in section.settings.items()})
    values["user"], values["group"] = _pair(values.pop("user", None))
    values.setdefault("timeout_s", values.get("interval_s", 1.0))
    return Script(section.name, **values)


def _unique_names(sections: list[Section], findings: Findings) -> None:
    first: dict[str, Section] = {}
    for section in sections:
        if not section.name:
            continue
        before = first.setdefault(section.name, section)
        if before is not section:
            findings.error(
                section.place,
                f"{section.block.name} {show(section.name)} is defined already in line {before.place.line}",
                "each name stands once",
                "give it another name",
            )


def _unique_router_ids(instances: list[tuple[Section, Instance]], findings: Findings) -> None:
    """A packet names its instance by interface, family and VRID alone."""
    first: dict[tuple[str, int, int], Instance] = {}
    for section, instance in instances:
        if not instance.addresses:
            continue
        key = (instance.interface, instance.virtual_router_id, instance.addresses[0].address.version)
        before = first.setdefault(key, instance)
        if before is not instance:
            findings.error(
                section.settings["virtual_router_id"].place,
                f"virtual_router_id {instance.virtual_router_id} on {instance.interface} is taken"
                f" by {show(before.name)} in line {before.line}",
                "RFC 9568 5.2.3: one virtual router for each VRID on a link",
                "use another number from 1 to 255",
            )


def _unique_addresses(root: Section, findings: Findings) -> None:
    first: dict[tuple[Any, str], tuple[Section, Setting]] = {}
    for section in root.inside("vrrp_instance"):
        for item in (item for block in section.inside("virtual_ipaddress") for item in block.items):
            virtual: VirtualAddress = item.value
            # A link-local address means another host on each link; any other one is one host everywhere.
            link = (virtual.device or section.get("interface") or "") if virtual.address.ip.is_link_local else ""
            owner, before = first.setdefault((virtual.address.ip, link), (section, item))
            if owner is not section:
                findings.error(
                    item.start,
                    f"{virtual.address.ip} belongs to {show(owner.name)} already, in line {before.start.line}",
                    "one instance for each address",
                    "remove one",
                )


def _unused_scripts(root: Section, findings: Findings) -> None:
    tracked = {
        item.value[0]
        for section in root.inside("vrrp_instance")
        for block in section.inside("track_script")
        for item in block.items
    }
    for section in root.inside("vrrp_script"):
        if section.name and section.name not in tracked:
            findings.warning(
                section.place,
                f"vrrp_script {show(section.name)} is tracked by no instance, so it never runs",
                hint=f"add: track_script {{ {section.name} }}",
            )
