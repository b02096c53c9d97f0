# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find in the status of an agent what is wrong, and what is so on purpose, in words with what to do."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from .protocol.constants import PRIORITY_OWNER
from .protocol.priority import CheckResult
from .protocol.terms import Terms

WARNING, NOTE = "warning", "note"

# What to do about a fault, by the words in which the agent tells it.
REMEDIES = (
    (r"interface (\S+) does not exist", r"make \1, or name another interface in the file"),
    (r"interface (\S+) is down", r"ip link set \1 up"),
    (r"interface (\S+) has no carrier", r"look at the cable of \1 and at the port of the switch"),
    (r"interface (\S+) has been up for less", "it waits for interface_up_down_delays"),
    (r"interface (\S+) has no (IPv4|link-local IPv6) address", r"give \1 an address of its own"),
    (r"duplicate address detection is under way", "wait a second"),
    (r"_src_ip \S+ is not on this host", "correct the line, or set this address"),
    (r"^\w+ \S+ (failed|is good)", "mend what it checks"),
)


class Finding(NamedTuple):
    """It is one sentence. A ``kind`` WARNING is something wrong, a NOTE is on purpose or over in a moment."""

    kind: str
    text: str


def of_agent(answer: dict[str, Any]) -> list[Finding]:
    """Return what concerns the whole node. An older agent sends less."""
    found = [Finding(WARNING, text) for text in answer.get("warnings") or ()]
    if answer.get("stopping"):
        found.append(Finding(NOTE, "the agent is stopping"))
    if answer.get("drained"):
        terms = words(answer.get("maintenance"))
        found.append(Finding(NOTE, f"this node is drained{terms} (hotstandby undrain lets it take part again)"))
    if answer.get("confirm_s") is not None:
        text = "it goes back to the configuration before, unless it hears a master that has the new one"
        found.append(Finding(NOTE, f"in {answer['confirm_s']:.0f} s {text}"))
    peer = answer.get("peer")
    if peer is not None:
        told = [text for instance in answer["instances"] for text in instance.get("warnings") or ()]
        found += [Finding(WARNING, text) for text in peer["warnings"] if not _within(text, told)]
        if peer["drained"]:
            found.append(_drained_peer(peer_name(peer), answer.get("drained")))
    return found


def _drained_peer(name: str, this_too: Any) -> Finding:
    """Return that the other node is drained. That is on purpose, but where both are, nobody has the addresses."""
    if this_too:
        text = f"the peer {name} is drained, too, so no node has the addresses (hotstandby undrain on one of them)"
        return Finding(WARNING, text)
    return Finding(NOTE, f"the peer {name} is drained (hotstandby undrain there lets it take part again)")


def _within(text: str, told: list[str]) -> bool:
    """Return whether an instance has told the reason already, there after other words than the name of the node."""
    reason = text.partition(": ")[2]
    return bool(reason) and any(each.endswith(reason) for each in told)


def peer_name(peer: dict[str, Any]) -> str:
    """Return the name of the other node of the pair with its address; it has told none before it is heard."""
    return f"{peer['name']} ({peer['address']})" if peer["name"] else str(peer["address"])


def of_instance(instance: dict[str, Any]) -> list[Finding]:
    """Return what concerns one instance. An older agent sends less."""
    name, state, why = instance["name"], instance["state"], instance["why"]
    found = [Finding(WARNING, f"{fault}{_remedy(fault)}") for fault in instance.get("faults") or ()]
    lost = missing(instance)
    if lost:
        reason = "the agent tries again, and journalctl -u hotstandby says why the kernel refuses it"
        found.append(Finding(WARNING, f"{', '.join(lost)} is not on this node, which is MASTER ({reason})"))
    checks = [check_result(check) for check in instance.get("checks") or ()]
    found += [Finding(WARNING, _lowered(instance, check)) for check in checks if _lowers(check)]
    found += [Finding(WARNING, text) for text in instance.get("warnings") or ()]
    if _priority_counts(instance) and any(map(_steers, checks)):
        makeup = ", ".join(f"{reason['name']} {reason['delta']:+d}" for reason in instance["reasons"])
        found.append(Finding(NOTE, f"the priority is {_of_base(instance)}: {makeup}"))
    if instance.get("hold"):
        done, terms = {"master": "promoted", "backup": "demoted"}[instance["hold"]], words(instance.get("maintenance"))
        found.append(Finding(NOTE, f"it is {done}{terms} (hotstandby release {name} lets the priorities decide again)"))
    if instance.get("yielding") or state == "INIT":
        found.append(Finding(NOTE, why))
    return found


def wrong(answer: dict[str, Any]) -> bool:
    """Return whether anything is wrong: what an administrator has asked for is not."""
    found = [*of_agent(answer), *(each for instance in answer["instances"] for each in of_instance(instance))]
    return any(each.kind == WARNING for each in found)


def missing(instance: dict[str, Any]) -> list[str]:
    """Return the virtual addresses, routes and rules that a MASTER should have and has not. An older agent sends less.

    A line with no_track is left out: it is not put back, and is not there while its interface is down.
    """
    if instance["state"] != "MASTER":
        return []
    present = instance["addresses_present"]
    found = [each for each in instance["addresses"] if each not in present]
    for key, what in (("excluded", ""), ("routes", "route "), ("rules", "rule ")):
        entries = instance.get(key) or ()
        found += [what + each["text"] for each in entries if not each["present"] and not each.get("no_track")]
    return found


def words(maintenance: Any) -> str:
    """Return the terms of a drain or a hold, as they follow a word such as "drained"."""
    if not maintenance:
        return ""
    by, reason, expires, left_s = (maintenance.get(key) for key in ("by", "reason", "expires", "expires_in_s"))
    if expires is None or left_s is None:
        return Terms(reason or "", by or "").words()
    from datetime import datetime  # half a megabyte, of which the agent itself has no use

    until = int(datetime.fromisoformat(expires.replace("Z", "+00:00")).timestamp())  # Python 3.9 reads no Z
    return Terms(reason or "", by or "", until).words(until - left_s)


def check_result(check: dict[str, Any]) -> CheckResult:
    """Return the result of a check that a status tells. An older agent sends less."""
    rest = {key: check[key] for key in ("detail", "reverse", "value") if key in check}
    return CheckResult(check["name"], check["kind"], check["ok"], check["weight"], **rest)


def _lowers(check: CheckResult) -> bool:
    """Return whether a check has failed that has a weight: without one it is a fault. A file's number is no failure."""
    return bool(check.weight) and check.value is None and check.ok is check.reverse


def _steers(check: CheckResult) -> bool:
    """Return whether the number in a file lowers the priority."""
    return check.value is not None and check.delta < 0 and not check.fault


def _lowered(instance: dict[str, Any], check: CheckResult) -> str:
    about = f"{check.kind} {check.name}"
    what = f"{about} is good, which counts reversed" if check.ok else f"{about} failed"
    detail = f": {check.detail}" if check.detail else ""
    so = ""
    if _priority_counts(instance):
        missing = f"{instance['priority']}, without the {abs(check.weight)} of its weight"
        so = f"; so the priority is {_of_base(instance) if check.delta else missing}"
    return f"{what}{detail}{so} (mend what it checks)"


def _of_base(instance: dict[str, Any]) -> str:
    return f"{instance['priority']}, of {instance.get('base_priority', instance['priority'])} in the file"


def _priority_counts(instance: dict[str, Any]) -> bool:
    """Return whether its weights decide its priority: neither a promotion does, nor that it owns the addresses."""
    return not instance.get("hold") and instance.get("base_priority") != PRIORITY_OWNER


def _remedy(fault: str) -> str:
    for pattern, remedy in REMEDIES:
        match = re.search(pattern, fault)
        if match:
            return f" ({match.expand(remedy)})"
    return ""
