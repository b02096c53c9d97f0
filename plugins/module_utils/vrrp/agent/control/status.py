# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent reports its status as plain dictionaries, ready for JSON."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Optional

from ... import __version__
from ...config.model.configuration import Configuration
from ...protocol import explain
from ...protocol.constants import PRIORITY_OWNER
from ...protocol.priority import CheckResult
from ...protocol.states import State
from ..address_conflicts import owns
from ..addresses.desired import place_of, present
from ..instance import VrrpInstance
from ..log_messages import conflict_remedy
from ..netlink.links import InterfaceTable
from ..preflight.file_permissions import exposed
from ..process import scheduling
from ..statistics import CONFLICT_S
from .warnings import TWO_OWNERS_REMEDY, clauses, warnings

CONFLICTS_TOLD = 3  # of one instance, in a sentence

# The terms of an instance's hold as values, and in words those that explain its state (:mod:`.maintenance`).
TermsOf = Callable[[VrrpInstance], tuple[Optional[dict[str, Any]], str]]
# What is known of its standby, of which this node is MASTER (:mod:`..peer.other_node`).
StandbyOf = Callable[[VrrpInstance], Optional[dict[str, Any]]]
# The members of its sync group that are not ready, by name (:mod:`..sync_groups`).
AwaitedOf = Callable[[VrrpInstance], Sequence[str]]


def no_terms(instance: VrrpInstance) -> tuple[None, str]:
    """Return that its hold has no terms."""
    return None, ""


def no_standby(instance: VrrpInstance) -> None:
    """Return that nothing is known of a standby."""


def no_awaited(instance: VrrpInstance) -> tuple[str, ...]:
    """Return that no member of a sync group is waited for."""
    return ()


@dataclass(frozen=True)
class AgentInfo:
    """It keeps what belongs to no instance. ``digest`` is of the file in force, ``discarded`` counts by reason.

    ``maintenance`` are the terms of the drain.
    """

    configuration: Configuration
    digest: str
    started_at: float  # monotonic seconds
    stopping: bool
    drained: bool
    discarded: Mapping[str, int]
    maintenance: Optional[dict[str, Any]] = None
    confirm_s: Optional[float] = None  # so long it waits for a master that has the changed configuration, too


def agent_status(
    agent: AgentInfo,
    instances: Iterable[VrrpInstance],
    table: InterfaceTable,
    now: float,
    terms: TermsOf = no_terms,
    standby: StandbyOf = no_standby,
    awaited: AwaitedOf = no_awaited,
) -> dict[str, Any]:
    """Return the status of the whole agent. Times are seconds before ``now`` (monotonic seconds)."""
    return {
        "version": __version__,
        "pid": os.getpid(),
        "config": agent.configuration.path,
        "config_sha256": agent.digest,
        "confirm_s": agent.confirm_s,
        "uptime_s": round(now - agent.started_at, 3),
        "router_id": agent.configuration.globals.router_id,
        "stopping": agent.stopping,
        "drained": agent.drained,
        "maintenance": agent.maintenance,
        "realtime": scheduling.state(),
        "warnings": [str(each) for each in exposed(agent.configuration.path, agent.configuration)],
        "instances": [instance_status(each, now, table, terms, standby, awaited) for each in instances],
        "discarded": dict(agent.discarded),
    }


def without_digests(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the status, or another answer, for those who may not read the file: a digest lets them try passwords."""
    peer = answer.get("peer")
    hidden = {"config_sha256": None, "peer": peer and {**peer, "keys": None}}
    return {key: hidden.get(key, value) for key, value in answer.items()}


def instance_status(
    instance: VrrpInstance,
    now: float,
    table: InterfaceTable,
    terms: TermsOf = no_terms,
    standby: StandbyOf = no_standby,
    awaited: AwaitedOf = no_awaited,
) -> dict[str, Any]:
    """Return the status of one instance: its configuration, its state, and the reasons."""
    (maintenance, words), other = terms(instance), standby(instance)
    unready = other["why"] if other is not None else ""
    config, router, verdict = instance.config, instance.router, instance.tracking.verdict
    there = {str(want.address) for want in present(instance.addresses.wanted, table)}
    vips, excluded = ([place_of(entry) for entry in entries] for entries in (config.addresses, config.excluded))
    return {
        "name": config.name,
        "state": router.state.value,
        "sync_group": router.group,
        "interface": config.interface,
        "virtual_router_id": config.virtual_router_id,
        "version": config.version,
        "base_priority": config.priority,
        "priority": router.priority,
        "advert_int_s": config.advert_int_cs / 100,
        "takeover_s": round(router.down_interval_s(), 3),  # with the interval of the master that was heard last
        "preempt": not config.nopreempt,
        "source": str(instance.tracking.source) if instance.tracking.source is not None else None,
        "unicast_peers": [str(peer) for peer in config.unicast_peers],
        "addresses": [str(address) for address in vips],
        "addresses_present": [address for address in map(str, vips) if address in there],
        "excluded": [
            {"text": text, "present": text in there, "no_track": entry.no_track}
            for text, entry in zip(map(str, excluded), config.excluded)
        ],
        **routes_status(instance),
        "hold": router.hold,
        "maintenance": maintenance,
        "yielding": router.yielding,
        "master": master(instance, now),
        "peers": instance.reporter.peers.as_list(now),
        "standby": other,
        "conflicts": conflicts(instance, now),
        "since_s": round(now - router.since, 3) if router.since is not None else None,
        "transitions": instance.reporter.counters.transitions,
        "faults": list(router.faults),
        "reasons": [{"name": entry.name, "delta": entry.delta, "text": entry.text} for entry in verdict.reasons],
        "checks": [check_status(check) for check in instance.tracking.checks],
        "why": "; ".join([why(instance, now, words, awaited(instance)), *([unready] if unready else ())]),
        "warnings": [
            *warnings(config.virtual_router_id, instance.reporter.discards.recent(now), instance.refusals.unheard(now)),
            *(f"{each} ({TWO_OWNERS_REMEDY})" for each in _other_owners(instance, now)),
            *(f"{_conflict(each)} ({_remedy(instance, each)})" for each in conflicts(instance, now)),
            *([f"{unready} ({other['remedy']})"] if other is not None and unready and not other["planned"] else ()),
        ],
        "last_event": instance.reporter.last_event,
        "counters": instance.reporter.counters.as_dict(),
    }


def routes_status(instance: VrrpInstance) -> dict[str, Any]:
    """Return its routes and rules as ip(8) prints them, and whether the kernel has them, as far as it told us."""
    found: dict[str, list[dict[str, Any]]] = {"routes": [], "rules": []}
    for way in instance.addresses.routes.wanted:
        there = instance.addresses.routes.is_there(way)
        found[f"{way.what}s"].append({"text": way.text, "present": there, "no_track": not way.track})
    return found


def check_status(check: CheckResult) -> dict[str, Any]:
    """Return the result of one check; ``value`` is the number in a tracked file."""
    said = {"name": check.name, "kind": check.kind, "ok": check.ok, "weight": check.weight, "detail": check.detail}
    return {**said, "reverse": check.reverse, "value": check.value}


def master(instance: VrrpInstance, now: float) -> Optional[dict[str, Any]]:
    """Return the master: this node, or the one that was heard last; None when none is known."""
    router = instance.router
    if router.state is State.MASTER:
        return {"address": str(instance.tracking.source), "priority": router.priority, "seen_s": 0.0}
    if router.master is None:
        return None
    seen = router.master
    return {"address": str(seen.address), "priority": seen.priority, "seen_s": round(now - seen.seen_at, 3)}


def conflicts(instance: VrrpInstance, now: float) -> list[dict[str, Any]]:
    """Return the hosts that claimed an address of ours lately. The virtual ones are ours while we hold them."""
    return [
        {
            "address": str(address),
            "mac": found.host,
            "interface": found.interface,
            "seen_s": round(now - found.seen_at, 3),
        }
        for address, found in instance.reporter.conflicts.items()
        if not found.past(now) and (address == instance.tracking.source or instance.router.holds_addresses)
    ]


def why(instance: VrrpInstance, now: float, terms: str = "", awaited: Sequence[str] = ()) -> str:
    """Return one sentence that explains the state, with the address conflicts. ``terms`` are of its drain or hold."""
    claims = [_conflict(each) for each in conflicts(instance, now)[:CONFLICTS_TOLD]]
    return "; ".join([_state(instance, now, terms, awaited), *claims])


def _other_owners(instance: VrrpInstance, now: float) -> list[str]:
    """Return which routers own the addresses of this owner too. One that lost is silent: it shows as a conflict."""
    if instance.config.priority != PRIORITY_OWNER:
        return []
    heard = instance.reporter.peers.last_said(PRIORITY_OWNER, now - CONFLICT_S)
    return [f"{address} has priority {PRIORITY_OWNER} too, {now - at:.0f} s ago" for address, at in heard]


def _remedy(instance: VrrpInstance, found: dict[str, Any]) -> str:
    return conflict_remedy(owns(instance, ip_address(found["address"])))


def _conflict(found: dict[str, Any]) -> str:
    return f"{found['mac']} on {found['interface']} claims {found['address']} too, {found['seen_s']:.0f} s ago"


def _state(instance: VrrpInstance, now: float, terms: str, awaited: Sequence[str]) -> str:
    router = instance.router
    if router.state is State.INIT:
        silent = [check.name for check in instance.tracking.checks if check.ok is None and not check.weight]
        if silent:
            return f"INIT because it waits for the first result of {', '.join(silent)}"
        group = f" or for the others of sync group {router.group}" if router.group is not None else ""
        return f"INIT because it waits for the end of vrrp_startup_delay{group}"
    besides = _other_owners(instance, now) + clauses(
        instance.virtual_router_id, instance.reporter.discards.recent(now), instance.refusals.unheard(now)
    )
    makeup = instance.tracking.verdict.explain(instance.config.priority)
    return explain.why(router, now, makeup, besides, terms, awaited)
