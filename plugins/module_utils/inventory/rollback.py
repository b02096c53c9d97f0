# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It works out how a pair goes back to keepalived, in the order that loses least. Pure.

A keepalived that preempts a living keepalived loses packets. So the host that the priorities make master gets its
keepalived first, as the standby of our agent on the other host, which hands over to it by a clean stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..vrrp.config.keywords.keepalived_behaviour import COMPLAINTS, FATAL, GOOD, INSECURE, judged
from ..vrrp.config.keywords.keepalived_releases import NEWEST, UnknownRelease, release
from .host import NodeFacts
from .migration import HOTSTANDBY, KEEPALIVED, NodeConfig, masters_of
from .vip import address_of

FILES = ("old", "today")
Tests = Mapping[str, Mapping[str, Any]]  # of each host: rc, stdout with the version, stderr
_RANK = {KEEPALIVED: 0, None: 1, HOTSTANDBY: 2}
_ADDRESSES = ("virtual_ipaddress", "virtual_ipaddress_excluded")


def order(hosts: Sequence[str], looks: Mapping[str, NodeFacts]) -> list[str]:
    """Return the hosts in the order in which they get keepalived.

    A host that runs keepalived already comes first, then one that runs nothing, as nobody could take over from the
    other one before. Where both run our agent, it is the one with the higher priority in most instances.
    """
    return sorted(hosts, key=lambda host: (_RANK[looks[host].get("program")], -len(_leads(host, hosts, looks))))


def objections(hosts: Sequence[str], looks: Mapping[str, NodeFacts], file: str) -> list[str]:
    """Return what forbids the way back, as sentences with what to do."""
    found = [
        f"{host}: this needs root: connect as root or add --become"
        for host in hosts
        if looks[host].get("root") is False
    ]
    if file not in FILES:
        found.append(f"rollback_file: '{file}' is none of {', '.join(FILES)}")
    for host in hosts:
        if looks[host].get("program") == HOTSTANDBY and looks[host].get("keepalived"):
            found.append(f"{host}: both keepalived and our agent run here: stop one of them")
        if (looks[host].get("agent") or {}).get("drained"):
            found.append(f"{host}: it is drained: undrain it first (drain.yml -e undrain={host})")
    return found


def refusals(tests: Tests) -> list[str]:
    """Return which hosts have no keepalived that starts with its file, as sentences."""
    return [
        f"{host}: keepalived does not start with this file: {_said(test)}"
        for host, test in tests.items()
        if _verdict(test) == FATAL
    ]


def complaints(tests: Tests) -> list[str]:
    """Return what keepalived says of a file with which it starts, as warnings."""
    return [
        f"warning: {host}: keepalived says of its file: {_said(test)}"
        for host, test in tests.items()
        if _verdict(test) in (COMPLAINTS, INSECURE)
    ]


def dropped(looks: Mapping[str, NodeFacts], imported: Mapping[str, NodeConfig], path: str) -> list[str]:
    """Return which virtual addresses of our agent are not in the file that keepalived gets, as sentences.

    ``imported`` is what vrrp_config_info returns of that file. A file that it cannot read says nothing about addresses.
    """
    found = []
    for host, look in looks.items():
        variables = (imported.get(host) or {}).get("variables")
        if look.get("program") != HOTSTANDBY or not variables:
            continue
        theirs = set(_addresses(variables))
        ours = [entry for each in look.get("instances") or () for entry in _held(each)]
        lost = [address for address in dict.fromkeys(ours) if address not in theirs]
        if lost:
            found.append(f"{host}: {', '.join(lost)}: the agent has it, and {path} does not, so nobody would have it")
    return found


def _held(instance: Mapping[str, Any]) -> Iterator[str]:
    for each in (*(instance.get("addresses") or ()), *(instance.get("excluded") or ())):
        yield address_of(each)


def _addresses(value: Any) -> Iterator[str]:
    """Yield the virtual addresses in variables of the role, wherever they are."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name in _ADDRESSES and isinstance(each, Sequence):
                yield from map(address_of, each)
            else:
                yield from _addresses(each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from _addresses(each)


def _verdict(test: Mapping[str, Any]) -> str:
    """Return what ``keepalived --config-test`` found; GOOD where it was not asked."""
    if "rc" not in test:
        return GOOD
    try:
        named = release(test.get("stdout", "").partition("\n")[0])
    except UnknownRelease:
        named = NEWEST
    return judged(named, test["rc"], test.get("stderr", ""))


def _said(test: Mapping[str, Any]) -> str:
    return "; ".join(test.get("stderr", "").splitlines()) or f"its test ended with status {test['rc']}"


def plan(hosts: Sequence[str], looks: Mapping[str, NodeFacts]) -> list[str]:
    """Return what would be done, in order, and what it may cost."""
    first, last = order(hosts, looks)
    programs = {host: looks[host].get("program") for host in hosts}
    lines = []
    if programs[last] == HOTSTANDBY and programs[first] != KEEPALIVED:
        lines.append(f"{last}: our agent becomes master of everything")
    for host in (first, last):
        if programs[host] == KEEPALIVED:
            lines.append(f"{host}: runs keepalived already")
        elif programs[host] == HOTSTANDBY:
            keeps = ", which keeps the addresses until the other host advertises" if host == last else ""
            lines.append(f"{host}: our agent is stopped and disabled{keeps}; keepalived is enabled and started")
        else:
            lines.append(f"{host}: keepalived is enabled and started")
    return [
        *lines,
        "then the pair is checked: one master with the addresses, a standby that hears it",
        *_costs(first, last, looks),
    ]


def _costs(first: str, last: str, looks: Mapping[str, NodeFacts]) -> list[str]:
    """Return a warning for the instances in which keepalived on ``last`` takes over from that on ``first``."""
    names = [
        each["name"]
        for each in looks[last].get("instances") or ()
        if each["name"] in _leads(last, (first, last), looks)
        and each.get("preempt", True)
        and not (looks[last].get("program") == KEEPALIVED and each["name"] in masters_of(looks[last]))
    ]
    if not names:
        return []
    if not looks[first].get("instances"):
        return [
            f"warning: {first} runs nothing, so its priority is not known: where {last} has the higher one, its"
            f" keepalived takes over from that of {first} at the end, and clients may lose some packets"
        ]
    return [
        f"warning: {', '.join(names)}: {last} has the higher priority, so its keepalived takes over from that of"
        f" {first} at the end, and clients may lose some packets (nopreempt in keepalived's file prevents that)"
    ]


def _leads(host: str, hosts: Sequence[str], looks: Mapping[str, NodeFacts]) -> list[str]:
    """Return the instances in which the host has the highest priority of its own file."""
    own = _priorities(looks[host])
    others = [_priorities(looks[other]) for other in hosts if other != host]
    return [name for name, priority in own.items() if all(priority > other.get(name, 0) for other in others)]


def _priorities(look: NodeFacts) -> dict[str, Any]:
    return {each["name"]: each["base_priority"] for each in look.get("instances") or ()}
