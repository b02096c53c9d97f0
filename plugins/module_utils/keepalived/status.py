# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn a dump of keepalived into the form of our agent's status. Pure.

What keepalived does not tell is None, or empty. The arithmetic of weights is the protocol's own, so that a priority is
explained in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_interface
from typing import Any, Optional

from ..vrrp.protocol.priority import CheckResult, Verdict, verdict
from .dump import Dump, DumpBlock

MASTER, BACKUP, FAULT = "MASTER", "BACKUP", "FAULT"
_BELOW_VMAC = re.compile(r"vmac on ([^,\s]+)")
_SAME_S = 0.001  # two times of a dump that are one, as it has microseconds

# Since 2.3.3 a dump names the faults of an interface. Those that are looked up here have better words.
_FLAGS = {
    "base i/f down": "the interface below {} is down",
    "duplicate VRID": "another instance has its virtual_router_id",
}


def instances(dump: Dump, now: float, present: Collection[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return each instance at ``now``, seconds since the epoch. ``present`` are (interface, address) of the kernel."""
    return [_instance(dump, record, now, present) for record in dump.instances]


def _instance(dump: Dump, record: DumpBlock, now: float, present: Collection[tuple[str, str]]) -> dict[str, Any]:
    interface = (record.get("Interface") or "").partition(",")[0]
    state = record.get("State") or "INIT"
    base, priority = record.whole("Priority") or 0, record.whole("Effective priority") or 0
    source = _address(record.get("Using src_ip"))
    checks = [_check(dump, *tracked) for tracked in record.tracked()]
    judged = _explained(verdict(base, checks), priority)
    faults = _faults(dump, record, interface, source, judged) if state == FAULT else []
    master = _master(record, state, source, priority, now)
    addresses = [(_device(line) or interface, _whole(line)) for line in record.lists.get("Virtual IP", ())]
    below = _BELOW_VMAC.search(record.get("Interface") or "")
    changed = record.number("Last transition")
    waits_us = record.number("Master down timer")
    instance = {
        "name": record.title,
        "state": state,
        "interface": below[1] if below else interface,
        "virtual_router_id": record.whole("Virtual Router ID"),
        "version": record.whole("VRRP Version"),
        "base_priority": base,
        "priority": priority,
        "advert_int_s": _interval_s(record),
        "takeover_s": round(waits_us / 1e6, 3) if waits_us else None,
        "preempt": record.get("Preempt") != "disabled",
        "source": source,
        "unicast_peers": [line.split()[0] for line in record.lists.get("Unicast Peer", ())],
        "addresses": [address for _name, address in addresses],
        "addresses_present": [address for name, address in addresses if (name, address) in present],
        "excluded": [_whole(line) for line in record.lists.get("Virtual IP Excluded", ())],
        "hold": None,
        "maintenance": None,
        "yielding": False,
        "master": master,
        "peers": [master] if master and state == BACKUP else [],
        "since_s": round(max(now - changed, 0.0), 3) if changed else None,
        "transitions": None,
        "faults": faults,
        "reasons": [{"name": each.name, "delta": each.delta, "text": each.text} for each in judged.reasons],
        "checks": [_told(check) for check in checks],
        "warnings": [],
        "last_event": None,
        "counters": {},
    }
    return {**instance, "why": _why(instance, judged)}


def _why(instance: dict[str, Any], judged: Verdict) -> str:
    state, ours, master = instance["state"], instance["priority"], instance["master"]
    makeup = judged.explain(instance["base_priority"])
    told = f"our {ours}" + (f" ({makeup})" if makeup else "")
    if state == MASTER:
        return f"MASTER because keepalived says so; {told}"
    if state == FAULT:
        return f"FAULT because {'; '.join(instance['faults'])}"
    if state != BACKUP:
        return f"{state}: keepalived does not say why"
    if master is None:
        return f"BACKUP because no master was heard yet; {told}"
    theirs = f"BACKUP because {master['address']} advertises {master['priority']}"
    if master["priority"] > ours:
        return f"{theirs} > {told}"
    if master["priority"] == ours:
        return f"{theirs}, equal to {told}"
    return f"{theirs} < {told}" + ("" if instance["preempt"] else ", and nopreempt leaves it there")


def _master(
    record: DumpBlock, state: str, source: Optional[str], priority: int, now: float
) -> Optional[dict[str, Any]]:
    if state == MASTER:
        return {"address": source, "priority": priority, "seen_s": 0.0}
    address, theirs = _address(record.get("Master router")), record.whole("Master priority")
    if state != BACKUP or address is None or not theirs or ip_interface(address).ip.is_unspecified:
        return None
    # The dump has the end of the wait for the master and its length: their difference is when it was heard.
    until, waits_us = record.number("Read timeout"), record.number("Master down timer")
    if not until or not waits_us:
        return {"address": address, "priority": theirs, "seen_s": None}
    heard_at = until - waits_us / 1e6
    # The advertisement that made it a standby sets no address: it is an older one, or of a multicast group.
    if heard_at <= (record.number("Last transition") or 0.0) + _SAME_S:
        return None
    return {"address": address, "priority": theirs, "seen_s": round(max(now - heard_at, 0.0), 3)}


def _check(dump: Dump, kind: str, name: str, weight: int, reverse: bool) -> CheckResult:
    ok: Optional[bool] = None
    value: Optional[int] = None
    detail = ""
    if kind == "interface" and name in dump.interfaces:
        detail = "" if _up(dump.interfaces[name]) else "it is down"
        ok = not detail
    elif kind == "script" and name in dump.scripts:
        script = dump.scripts[name]
        known = not (script.get("Init state", "Status") or "").startswith("INIT")  # before 2.2.5 it is in the status
        ok = script.get("Status") == "GOOD" if known else None
    elif kind == "file" and name in dump.files:
        value = dump.files[name].whole("Status") or 0
        ok, detail = value == 0, f"it says {value}"
        # Without a weight the number itself decides, and -254 or less is a fault.
        value = value if weight else None
    elif kind == "process" and name in dump.processes:
        process = dump.processes[name]
        ok = process.get("Have quorum") == "true"
        detail = f"{process.whole('Current processes')} of {process.whole('Min processes')}"
    return CheckResult(name, kind, ok, weight, detail, reverse, value)


def _told(check: CheckResult) -> dict[str, Any]:
    return {"name": check.name, "kind": check.kind, "ok": check.ok, "weight": check.weight, "detail": check.detail}


def _explained(judged: Verdict, priority: int) -> Verdict:
    """Return the verdict if it has keepalived's priority; else that priority without reasons."""
    return judged if judged.priority == priority else Verdict(priority, judged.faults, ())


def _faults(dump: Dump, record: DumpBlock, interface: str, source: Optional[str], judged: Verdict) -> list[str]:
    """Return what keeps it in FAULT. keepalived only counts the faults, so they are looked up here."""
    found = list(judged.faults)
    link = dump.interfaces.get(interface)
    if link is None:
        found.append(f"interface {interface} does not exist")
    elif not _up(link):
        found.append(f"interface {interface} is down")
    elif source is None:
        found.append(f"interface {interface} has no address to speak from")
    if record.whole("Number of config faults"):
        found.append("its configuration has faults, which keepalived's log names")
    flags = record.lists.get("Flags of interface faults", [])
    if "Duplicate VRID" in record.values and "duplicate VRID" not in flags:
        flags = [*flags, "duplicate VRID"]
    found += [_FLAGS[flag].format(interface) for flag in flags if flag in _FLAGS]
    group = record.get("Sync group")
    if group in dump.groups:
        others = [each for each in dump.groups[group].lists.get("VRRP member instances", ()) if each != record.title]
        states = {each.title: each.get("State") for each in dump.instances}
        bad = [each for each in others if states.get(each) == FAULT]
        if bad and not found:
            found.append(f"{', '.join(bad)} of its sync group {group} is in FAULT")
    return found or ["keepalived does not say why"]


def _up(link: DumpBlock) -> bool:
    words = [word.strip() for word in (link.get("State") or "").split(",")]
    return "UP" in words and "RUNNING" in words


def _interval_s(record: DumpBlock) -> Optional[float]:
    number = record.number("Advert interval")
    if number is None:
        return None
    return number / 1000 if "milli" in (record.get("Advert interval") or "") else number


def _device(line: str) -> Optional[str]:
    words = line.split()
    return words[words.index("dev") + 1].partition("@")[0] if "dev" in words[:-1] else None  # vrrp.51@eth0


def _whole(line: str) -> str:
    """Return the address of a line as the kernel has it: keepalived leaves the prefix length of a single host out."""
    return str(ip_interface(line.split(maxsplit=1)[0]))


def _address(text: Optional[str]) -> Optional[str]:
    """Return the address at the beginning of a value; None for "(none)"."""
    word = (text or "").partition(" ")[0]
    try:
        ip_interface(word)
    except ValueError:
        return None
    return word
