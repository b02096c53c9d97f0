# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the status of an agent as metrics, in the format of OpenMetrics 1.0 or in the text format of Prometheus 0.0.4.

Their names end like those of keepalived-exporter where they mean the same, and the labels ``iname``, ``intf`` and
``vrid`` are the same, too. No label has a value that changes with the state, so a failover breaks no series. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, field
from typing import Any, Optional

PREFIX = "hotstandby_"
STATES = {"INIT": 0, "BACKUP": 1, "MASTER": 2, "FAULT": 3, "STOP": 4}  # 0 to 3 as keepalived numbers them
GAUGE, COUNTER, INFO = "gauge", "counter", "info"
REAL_TIME = ("SCHED_FIFO", "SCHED_RR", "SCHED_DEADLINE")
_SUFFIXES = {COUNTER: "_total", INFO: "_info"}

Status = Mapping[str, Any]


@dataclass
class Family:
    """It is a metric with its samples. ``name`` has no prefix, and no suffix of its kind."""

    name: str
    kind: str
    text: str
    samples: list[tuple[dict[str, str], float]] = field(default_factory=list)

    def add(self, labels: Mapping[str, Any], value: Any) -> None:
        """Add a sample, unless there is no value: an agent of an older release does not tell everything."""
        if value is not None:
            self.samples.append(({name: str(each) for name, each in labels.items()}, float(value)))

    def lines(self, openmetrics: bool) -> Iterator[str]:
        """Yield its lines; none where it has no sample."""
        if not self.samples:
            return
        sample = f"{PREFIX}{self.name}{_SUFFIXES.get(self.kind, '')}"
        # The text format knows no suffixes and no kind "info".
        named = f"{PREFIX}{self.name}" if openmetrics else sample
        yield f"# HELP {named} {self.text}"
        yield f"# TYPE {named} {GAUGE if self.kind == INFO and not openmetrics else self.kind}"
        for labels, value in self.samples:
            said = ",".join(f'{name}="{_escaped(each)}"' for name, each in labels.items())
            yield f"{sample}{{{said}}} {value:.15g}" if said else f"{sample} {value:.15g}"


def as_text(status: Optional[Status], openmetrics: bool) -> list[str]:
    """Return the lines of all metrics; None is an agent that does not answer."""
    answers = Family("up", GAUGE, "Whether the agent answers.")
    answers.add({}, status is not None)
    families = [answers]
    if status is not None:
        families += [*_of_the_agent(status), *_of_the_peer(status), *_of_instances(status["instances"])]
    lines = [line for family in families for line in family.lines(openmetrics)]
    return [*lines, "# EOF"] if openmetrics else lines


def _of_the_agent(status: Status) -> list[Family]:
    families = [
        _single("build", INFO, "The release of the agent.", 1, version=status.get("version", "")),
        _single("uptime_seconds", GAUGE, "Since the start of the agent.", status.get("uptime_s")),
        _single("drained", GAUGE, "Whether the node is drained.", status.get("drained")),
        _single("drain_left_seconds", GAUGE, "Until the drain ends by itself.", _left(status.get("maintenance"))),
        _single("stopping", GAUGE, "Whether the agent gives everything up, to end.", status.get("stopping")),
        _single(
            "config_trial_seconds", GAUGE, "Until an unconfirmed configuration is dropped.", status.get("confirm_s")
        ),
        _single("warnings", GAUGE, "Warnings about the whole agent.", _count(status.get("warnings"))),
        *_of_the_process(status.get("realtime") or {}),
    ]
    discarded = Family("packets_discarded", COUNTER, "VRRP packets that belong to no instance, or are none.")
    for reason, count in (status.get("discarded") or {}).items():
        discarded.add({"reason": reason}, count)
    return [*families, discarded]


def _of_the_process(realtime: Mapping[str, Any]) -> list[Family]:
    policy, yields, longest_ms = (realtime.get(key) for key in ("policy", "yields", "gc_pause_max_ms"))
    real_time = None if policy is None else policy in REAL_TIME
    pause_s = None if longest_ms is None else longest_ms / 1000
    return [
        _single("real_time", GAUGE, "Whether the agent has real-time scheduling.", real_time),
        _single("memory_locked", GAUGE, "Whether its memory is locked.", realtime.get("memory_locked")),
        _single("scheduling_yields", COUNTER, "Pauses for other processes, after a second without rest.", yields),
        _single("gc_pause_max_seconds", GAUGE, "The longest collection of garbage.", pause_s),
    ]


def _count(found: Optional[Sized]) -> Optional[int]:
    return None if found is None else len(found)


def _left(maintenance: Optional[Status]) -> Optional[float]:
    """Return the seconds until a drain or hold ends by itself; None where it does not."""
    return (maintenance or {}).get("expires_in_s")


def _of_the_peer(status: Status) -> list[Family]:
    """Return what the other node of the pair told beside VRRP; no sample where nothing is known, or told."""
    peer = status.get("peer") or {}
    ready = Family("standby_ready", GAUGE, "Whether the standby of this MASTER can take over, as it tells itself.")
    drained = Family("standby_drained", GAUGE, "Whether that standby is not ready because it is drained.")
    for each in status["instances"]:
        labels = {"iname": each["name"], "intf": each.get("interface", ""), "vrid": each.get("virtual_router_id", "")}
        standby = each.get("standby") or {}
        ready.add(labels, standby.get("ready"))
        drained.add(labels, standby.get("planned"))
    discarded = Family("peer_status_discarded", COUNTER, "Messages of the peer that were not accepted, by the reason.")
    for reason, count in (peer.get("discarded") or {}).items():
        discarded.add({"reason": reason}, count)
    warnings = len(peer["warnings"]) if "warnings" in peer else None
    return [
        ready,
        drained,
        _single("peer_status_seen_seconds", GAUGE, "Since the last message of the peer.", peer.get("heard_s")),
        _single("peer_status_warnings", GAUGE, "Warnings about the peer: see hotstandby status.", warnings),
        _single("peer_clock_offset_seconds", GAUGE, "So far the peer's clock is ahead.", peer.get("clock_s")),
        discarded,
    ]


def _single(name: str, kind: str, text: str, value: Any, **labels: str) -> Family:
    family = Family(name, kind, text)
    family.add(labels, value)
    return family


# The name, what it means, and the key of an instance's status. Booleans are 0 and 1.
_GAUGES = (
    ("vrrp_priority", "The effective priority.", "priority"),
    ("vrrp_base_priority", "The priority of the configuration.", "base_priority"),
    ("vrrp_advert_interval_seconds", "The configured advertisement interval.", "advert_int_s"),
    ("vrrp_takeover_seconds", "After so long without an advertisement it becomes MASTER.", "takeover_s"),
    ("vrrp_state_age_seconds", "Since the last change of the state.", "since_s"),
    ("vrrp_version", "The version of VRRP.", "version"),
    ("vrrp_preempt", "Whether it takes mastership from a lower priority.", "preempt"),
    ("vrrp_yielding", "Whether this MASTER gives up, and waits for the next one.", "yielding"),
)
_COUNTERS = (
    ("advertisements_sent", "Advertisements sent.", "sent"),
    ("advertisements_send_errors", "Advertisements that the kernel did not send.", "send_errors"),
    ("advertisements_received", "Valid advertisements received.", "received"),
    ("priority_zero_sent", "Advertisements with priority 0 sent.", "priority_zero_sent"),
    ("priority_zero_received", "Advertisements with priority 0 received.", "priority_zero_received"),
    ("become_master", "Changes to MASTER.", "became_master"),
    ("vrrp_transitions", "Changes of the state.", "transitions"),
    ("addresses_put_back", "Virtual addresses that somebody removed and the agent restored.", "addresses_put_back"),
    ("split_brains", "Times that another MASTER was heard by this MASTER.", "split_brains"),
    ("address_conflicts", "Times that another host claimed an address.", "address_conflicts"),
)
# What an instance has besides its addresses: the key of its status, the name, and what is present.
_PLACES = (
    ("excluded", "excluded_address", "address of virtual_ipaddress_excluded is on its interface"),
    ("routes", "route", "kernel has the virtual route"),
    ("rules", "rule", "kernel has the virtual rule"),
)
_LABELS = {"excluded": "ip_address"}
_CHECKS = (
    ("ok", "Whether a tracked script, interface, process or file is well."),
    ("weight", "The weight of the check; 0: it decides about FAULT."),
    ("reverse", "Whether the check counts the other way round."),
    ("value", "The number in a tracked file."),
)


def _of_instances(instances: Iterable[Status]) -> list[Family]:
    state = Family("vrrp_state", GAUGE, ", ".join(f"{number}: {name}" for name, number in STATES.items()) + ".")
    gauges = [(Family(name, GAUGE, text), key) for name, text, key in _GAUGES]
    counters = [(Family(name, COUNTER, text), key) for name, text, key in _COUNTERS]
    discarded = Family("advertisements_discarded", COUNTER, "Advertisements discarded, by the reason.")
    present = Family("vrrp_address_present", GAUGE, "Whether the virtual address is on its interface.")
    places = {key: Family(f"vrrp_{name}_present", GAUGE, f"Whether the {text}.") for key, name, text in _PLACES}
    hold = Family("vrrp_hold", GAUGE, "1: promoted, -1: demoted, 0: the priorities decide.")
    hold_left = Family("vrrp_hold_left_seconds", GAUGE, "Until the hold ends by itself.")
    faults = Family("vrrp_faults", GAUGE, "Reasons that put the instance into FAULT.")
    warnings = Family("vrrp_warnings", GAUGE, "Warnings of the status: see hotstandby status.")
    conflicts = Family("vrrp_conflicts", GAUGE, "Other hosts that claim an address of this one now.")
    master_priority = Family("vrrp_master_priority", GAUGE, "The priority of the master.")
    master_age = Family("vrrp_master_seen_seconds", GAUGE, "Since the last advertisement of the master; 0 on a MASTER.")
    peer_priority = Family("vrrp_peer_priority", GAUGE, "The priority that a router advertised last.")
    peer_age = Family("vrrp_peer_seen_seconds", GAUGE, "Since the last advertisement of a router.")
    checks = [(Family(f"check_{name}", GAUGE, text), name) for name, text in _CHECKS]
    for each in instances:
        labels = {"iname": each["name"], "intf": each.get("interface", ""), "vrid": each.get("virtual_router_id", "")}
        state.add(labels, STATES.get(each["state"]))
        for family, key in gauges:
            family.add(labels, each.get(key))
        found = each.get("counters") or {}
        for family, key in counters:
            family.add(labels, found.get(key))
        for reason, count in (found.get("discarded") or {}).items():
            discarded.add({**labels, "reason": reason}, count)
        for address in each["addresses"]:
            present.add({**labels, "ip_address": address}, address in each["addresses_present"])
        for key, family in places.items():
            for place in each.get(key) or ():
                family.add({**labels, _LABELS.get(key, "text"): place["text"]}, place["present"])
        hold.add(labels, {"master": 1, "backup": -1}.get(each.get("hold") or "", 0))
        hold_left.add(labels, _left(each.get("maintenance")))
        for family, key in ((faults, "faults"), (warnings, "warnings"), (conflicts, "conflicts")):
            family.add(labels, _count(each.get(key)))
        master = each.get("master") or {}
        master_priority.add(labels, master.get("priority"))
        master_age.add(labels, master.get("seen_s"))
        for peer in each.get("peers") or ():
            peer_priority.add({**labels, "address": peer["address"]}, peer["priority"])
            peer_age.add({**labels, "address": peer["address"]}, peer["seen_s"])
        for check in each.get("checks") or ():
            for family, key in checks:
                family.add({**labels, "name": check["name"], "kind": check["kind"]}, check.get(key))
    return [
        state, *(family for family, _key in gauges), hold, hold_left, faults, warnings, conflicts, present,
        *places.values(), master_priority, master_age, peer_priority, peer_age, *(family for family, _key in checks),
        *(family for family, _key in counters), discarded,
    ]  # fmt: skip


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
