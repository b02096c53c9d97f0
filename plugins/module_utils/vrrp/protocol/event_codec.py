# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a journal as JSON lines, and read it back: a header, then one object for each entry.

Values keep their names: a dataclass is an object whose ``is`` names it and that leaves out what is at its default, an
address is its text, a deadline that does not come is ``"never"``. Passwords are never written: an advertisement is
written without its authentication data.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Optional

from . import actions, packet, states
from .event_log import Event, EventLog
from .router import VirtualRouter

FORMAT = 1
NEVER_TEXT = "never"
SECRET = frozenset({"auth_data"})
ADDRESSES = frozenset({"addresses", "source", "address"})

# The arguments of each input beside ``now``, in their order.
INPUTS: dict[str, tuple[str, ...]] = {
    "start": ("memory",),
    "advertisement": ("advertisement", "source"),
    "expire": (),
    "priority_changed": ("priority",),
    "fault_changed": ("faults",),
    "source_changed": ("source",),
    "conflict": ("address", "mac"),
    "link_changed": (),
    "parameters_changed": ("parameters",),
    "promote": (),
    "demote": (),
    "release": (),
    "note": ("text",),
    "drain": (),
    "undrain": (),
    "stop": (),
    "abort": (),
    "cease": (),
    "wait": ("until",),
    "group_changed": ("group",),
    "group_fault_changed": ("faults", "until"),
    "join": (),
    "give_up": ("until", "patient", "reason"),
    "release_addresses": (),
    "refresh": (),
}
RENAMED = {"let_go": "release_addresses"}  # inputs by the names that older records have

KINDS = {
    kind.__name__: kind
    for module in (actions, packet, states)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind)
}

# The fields and defaults of each kind (MISSING where there is none), without the secret ones.
TOLD = {
    kind: tuple((field.name, field.default) for field in fields(kind) if field.name not in SECRET)
    for kind in KINDS.values()
}


class RecordError(ValueError):
    """The text is not a record; the message says where and why."""


@dataclass(frozen=True)
class Header:
    """It says whose record it is. ``monotonic`` and ``wall`` are the same moment; ``lost`` entries are missing."""

    instance: str
    interface: str
    vrid: int
    agent: str
    monotonic: float
    wall: float
    lost: int = 0

    def wall_time(self, at: float) -> float:
        """Return seconds since 1970 of ``at``, absolute monotonic seconds."""
        return self.wall + (at - self.monotonic)


@dataclass(frozen=True)
class Step:
    """It is one entry of a record: ``times`` inputs from ``at`` to ``until``, monotonic seconds.

    ``after`` has the router's attributes after the first input; ``last`` those that the rest of a run has changed.
    """

    at: float
    until: float
    times: int
    longest_gap_s: float
    name: str
    arguments: dict[str, Any]
    actions: tuple[actions.Action, ...]
    after: dict[str, Any]
    last: dict[str, Any]


@dataclass(frozen=True)
class Record:
    """It holds the inputs and the actions of one instance."""

    header: Header
    steps: tuple[Step, ...]


# Writing


def written(header: Header, journal: EventLog, limit: Optional[int] = None) -> Iterator[dict[str, Any]]:
    """Yield the objects of a record, the header first, then the newest ``limit`` entries (all of them if None)."""
    entries = list(journal)
    left_out = 0 if limit is None else max(len(entries) - limit, 0)
    head = {field.name: getattr(header, field.name) for field in fields(header)}
    yield {"hotstandby_record": FORMAT, **head, "lost": journal.lost + left_out}
    parameters = None
    for entry in entries[left_out:]:
        yield _object(entry, journal.attributes, parameters)
        parameters = _after(entry, journal.attributes)["parameters"]


def line(value: dict[str, Any]) -> str:
    """Return one object as one line, without its end."""
    return json.dumps(value, separators=(", ", ": "), allow_nan=False)


def _after(entry: Event, attributes: tuple[str, ...]) -> dict[str, Any]:
    return dict(zip(attributes, entry.after))


def _object(entry: Event, attributes: tuple[str, ...], parameters: object) -> dict[str, Any]:
    after = _after(entry, attributes)
    if after["parameters"] is parameters:
        del after["parameters"]  # they are those of the entry before
    found: dict[str, Any] = {"at": entry.first_at}
    if entry.count > 1:
        found.update(until=entry.last_at, times=entry.count, longest_gap_s=round(entry.longest_gap_s, 6))
    found["input"] = entry.name
    if entry.arguments:
        found["arguments"] = {name: encode(value) for name, value in zip(INPUTS.get(entry.name, ()), entry.arguments)}
    found["actions"] = encode(entry.actions)
    found["after"] = {name.lstrip("_"): encode(value) for name, value in after.items()}
    if entry.count > 1:
        found["last"] = {"condition": encode(entry.condition), "master": encode(entry.master)}
    return found


def encode(value: Any) -> Any:
    """Return ``value`` as JSON values. An unknown type becomes its name: writing a record never fails."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is float:
        return value if math.isfinite(value) else NEVER_TEXT
    if kind is tuple or kind is list:
        return [encode(each) for each in value]
    if kind is IPv4Address or kind is IPv6Address:
        return str(value)
    if kind is states.State:
        return value.value
    found = {"is": kind.__name__}
    if kind in TOLD:
        found.update((name, encode(held)) for name, held in told(value))
    return found


def told(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a dataclass that are not at their defaults, and never a secret."""
    for name, default in TOLD[type(value)]:
        held = getattr(value, name)
        if held != default:
            yield name, held


# Reading


def read(text: str) -> list[Record]:
    """Return the records that a text holds, one after the other. Raises :class:`RecordError`."""
    records: list[tuple[Header, list[Step]]] = []
    for number, content in enumerate(text.splitlines(), 1):
        if not content.strip():
            continue
        try:
            found = json.loads(content)
            if "hotstandby_record" in found:
                records.append((_header(found), []))
            elif not records:
                raise RecordError("it does not begin with a header: is this a record?")
            else:
                header, steps = records[-1]
                steps.append(_step(found, steps[-1].after if steps else {}))
        except RecordError as error:
            raise RecordError(f"line {number}: {error}") from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise RecordError(
                f"line {number}: this is no entry of a record ({type(error).__name__}: {error})"
            ) from error
    if not records:
        raise RecordError("it is empty")
    return [Record(header, tuple(steps)) for header, steps in records]


def _header(found: dict[str, Any]) -> Header:
    if found["hotstandby_record"] != FORMAT:
        raise RecordError(f"format {found['hotstandby_record']}, this release reads format {FORMAT}")
    return Header(**{field.name: found[field.name] for field in fields(Header)})


def _step(found: dict[str, Any], before: dict[str, Any]) -> Step:
    name = RENAMED.get(found["input"], found["input"])
    if name not in INPUTS:
        raise RecordError(f"there is no input {name}: it is one of {', '.join(INPUTS)}")
    after = _attributes(found["after"])
    if "parameters" not in after:
        after["parameters"] = before["parameters"]
    if not isinstance(after["parameters"], states.Parameters) or not hasattr(after["condition"], "deadline"):
        raise RecordError("it does not say what the router was like")
    arguments = _attributes(found.get("arguments", {}))
    if not set(arguments) <= set(INPUTS[name]):
        raise RecordError(f"{name} takes no {', '.join(set(arguments) - set(INPUTS[name]))}")
    return Step(
        at=float(found["at"]),
        until=float(found.get("until", found["at"])),
        times=int(found.get("times", 1)),
        longest_gap_s=float(found.get("longest_gap_s", 0.0)),
        name=name,
        arguments=arguments,
        actions=decode("actions", found["actions"]),
        after=after,
        last=_attributes(found.get("last", {})),
    )


def _attributes(found: dict[str, Any]) -> dict[str, Any]:
    return {name: decode(name, value) for name, value in found.items()}


def decode(name: str, value: Any) -> Any:
    """Return the value that :func:`encode` made ``value`` of; ``name`` is the field that holds it."""
    if isinstance(value, list):
        return tuple(decode(name, each) for each in value)
    if isinstance(value, dict):
        kind = KINDS.get(str(value.get("is")))
        if kind is None:
            raise RecordError(f"{name} is a {value.get('is')}, which this release does not know")
        given = {each: decode(each, held) for each, held in value.items() if each != "is"}
        if kind is states.SavedRouterState:
            given["state"] = states.State(given["state"])
        if kind is actions.RivalHeard:
            given["address"] = str(given["address"])
        return kind(**given)
    if isinstance(value, str) and name in ADDRESSES:
        return ip_address(value)
    return states.NEVER if value == NEVER_TEXT and name.endswith("_at") else value


def restored(after: dict[str, Any]) -> VirtualRouter:
    """Return a router that is as :attr:`Step.after` says. Attributes that a record lacks are as in a new router."""
    router = VirtualRouter(after["parameters"])
    move(router, after)
    return router


def move(router: VirtualRouter, attributes: dict[str, Any]) -> None:
    """Put attributes of a record into ``router``."""
    known = attributes_of(router.parameters)
    vars(router).update({known[name]: value for name, value in attributes.items() if name in known})


def attributes_of(parameters: states.Parameters) -> dict[str, str]:
    """Return the attributes of a router, by their names in a record."""
    return {name.lstrip("_"): name for name in vars(VirtualRouter(parameters))}
