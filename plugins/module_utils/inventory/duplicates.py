# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds virtual addresses, and virtual router IDs on one interface, that a host has in two instances."""

from __future__ import annotations

from typing import Any

from .errors import Locate, VariableProblem
from .host import PREFIX
from .instance import PairInstance
from .vip import VirtualIp


def duplicates(of_host: list[PairInstance], problems: list[VariableProblem], locate: Locate) -> None:
    """Report each address and each virtual router that is there twice.

    Of two instances with one ID on one interface, each would accept the advertisements of the other one.
    """
    seen: dict[tuple[Any, Any, int], PairInstance] = {}
    addresses: dict[str, PairInstance] = {}
    twice = set()
    for draft in of_host:
        there = [vip.address for vip in (*draft.vips, *draft.excluded)]
        for vip in (*draft.vips, *draft.excluded):
            before = addresses.setdefault(vip.address, draft)
            # Members of a group move together, so an excluded address may belong to several of them.
            shared = draft.group is not None and draft.group == before.group and vip in draft.excluded
            if (draft.name, vip.address) in twice or (before is draft and there.count(vip.address) == 1):
                continue
            if before is draft or not shared or vip.address in {each.address for each in before.vips}:
                problems.append(_twice(vip, before, draft, locate))
                twice.add((draft.name, vip.address))
    named_twice = {name for name, _address in twice}
    for draft in of_host:
        if draft.name in named_twice:
            continue  # the same ID follows from the same address
        interface, number = draft.values.get("interface"), draft.values.get("virtual_router_id")
        if interface is None or number is None or not draft.vips:
            continue
        key = (interface, number, draft.vips[0].interface.version)
        if key in seen:
            variable, value = draft.said.get("virtual_router_id", draft.said["virtual_ipaddress"])
            text = f"{seen[key].name} and {draft.name} both have virtual router ID {number} on {interface}"
            if "virtual_router_id" not in draft.said:
                text += f", which is the last octet of {draft.vips[0].address}"
            hint = f"give each instance a virtual_router_id of its own in {PREFIX}instances"
            problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))
        seen.setdefault(key, draft)


def _twice(vip: VirtualIp, before: PairInstance, draft: PairInstance, locate: Locate) -> VariableProblem:
    variable, value = draft.source(vip)
    text, hint = f"{vip.address} is there twice", "name it once"
    if before is not draft:
        text += f", in {before.name} and {draft.name}"
    if vip in draft.excluded and before is not draft and variable.count("[") == 0:
        hint = f"that variable is for every instance: say it in an entry of {PREFIX}instances"
    return VariableProblem(draft.host.name, variable, text, hint, locate(value))
