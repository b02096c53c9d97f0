# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``@hotstandby track_gateway``: one line -> TrackedGateway, and what such lines mean together."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import converters as to
from .problems import Findings, Invalid, show
from .spelling import did_you_mean
from .syntax import Statement
from .trackers import TrackedGateway

if TYPE_CHECKING:
    from .reader import Section, Setting

SYNTAX = "ADDRESS [interval SECONDS] [timeout SECONDS] [rise N] [fall N] [weight -253-253] [interface NAME]"
INTERVAL_DEFAULT_S = Decimal(1)
_COUNT_MAX = 1000
_LONGEST_S = "3600"

_OPTIONS: dict[str, tuple[str, to.Converter]] = {
    "interval": ("interval_s", to.seconds("0.05", _LONGEST_S)),
    "timeout": ("timeout_s", to.seconds("0.01", _LONGEST_S)),
    "rise": ("rise", to.integer(1, _COUNT_MAX)),
    "fall": ("fall", to.integer(1, _COUNT_MAX)),
    "weight": ("weight", to.weight),
    "interface": ("device", to.interface),
}


def tracked_gateway(statement: Statement) -> TrackedGateway:
    """ADDRESS with its options in any order. Without ``timeout`` it may take a second, or the interval if shorter."""
    keyword = statement.words[0]
    if not statement.values:
        raise Invalid("track_gateway names no address", hint="track_gateway 192.0.2.1")
    address = to.address(Statement((keyword, statement.values[0]), ""))
    options: dict[str, Any] = {}
    places = {}
    words = iter(statement.values[1:])
    for name in words:
        if name.text not in _OPTIONS:
            hint = did_you_mean(name.text, _OPTIONS)
            raise Invalid(f"unknown option {show(name.text)} of track_gateway", SYNTAX, hint, name.place)
        field, convert = _OPTIONS[name.text]
        value = next(words, None)
        if value is None:
            raise Invalid(f"{name.text} takes a value, none is given", place=name.place)
        if field in options:
            raise Invalid(f"{name.text} is given twice", hint="remove one", place=name.place)
        options[field] = convert(Statement((name, value), ""))
        places[field] = value.place
    interval_s = options.setdefault("interval_s", INTERVAL_DEFAULT_S)
    if options.setdefault("timeout_s", min(INTERVAL_DEFAULT_S, interval_s)) > interval_s:
        raise Invalid(
            f"timeout {options['timeout_s']} is longer than interval {interval_s}",
            "a gateway is asked again when the last answer has come or is overdue",
            f"interval {options['timeout_s']}",
            places["timeout_s"],
        )
    options.update(interval_s=float(interval_s), timeout_s=float(options["timeout_s"]))
    return TrackedGateway(address, **options)


def tracked_gateways(section: Section, findings: Findings) -> tuple[TrackedGateway, ...]:
    """The gateways of one vrrp_instance, each once for an interface."""
    own = section.get("interface")
    first: dict[Any, Setting] = {}
    for item in section.many.get("track.gateways", ()):
        gateway: TrackedGateway = item.value
        before = first.setdefault((gateway.address, gateway.device or own), item)
        if before is not item:
            text = f"track_gateway {gateway.address} is given twice, first in line {before.start.line}"
            findings.error(item.start, text, hint="remove one")
    return tuple(item.value for item in first.values())


def no_virtual_gateways(root: Section, findings: Findings) -> None:
    """A virtual address answers from whoever is MASTER: from us, who do not hear ourselves, or from the peer."""
    sections = root.inside("vrrp_instance")
    virtual = {
        item.value.address.ip: item
        for section in sections
        for block in section.inside("virtual_ipaddress")
        for item in block.items
    }
    for item in (item for section in sections for item in section.many.get("track.gateways", ())):
        owner = virtual.get(item.value.address)
        if owner is not None:
            findings.error(
                item.start,
                f"track_gateway {item.value.address} is a virtual address, in line {owner.start.line}",
                "a gateway is a machine that is none of the pair",
                "name the router of the segment",
            )
