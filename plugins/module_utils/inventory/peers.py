# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It checks whether the two hosts of a pair can hear each other: own addresses and unicast peers."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any, Optional

from .errors import Locate, VariableProblem
from .host import PREFIX, Host
from .instance import PairInstance
from .network import own_address

_INSTEAD = f"or leave it out and say {PREFIX}unicast: true"


def peers(pair: tuple[PairInstance, PairInstance], problems: list[VariableProblem], locate: Locate) -> None:
    """Check one instance on both hosts."""
    _one_address(pair, problems, locate)
    for draft, other in (pair, pair[::-1]):
        if "unicast_peer" in draft.said and draft.values.get("unicast_peer"):
            _named(draft, other.host, problems, locate)
    speaking = [draft for draft in pair if draft.values.get("unicast_peer")]
    if len(speaking) == 1 and "unicast_peer" in speaking[0].said:
        (draft,) = speaking
        other = pair[0] if draft is pair[1] else pair[1]
        variable, value = draft.said["unicast_peer"]
        text = f"{draft.host.name} has peers, and {other.host.name} has none, so that it multicasts"
        hint = f"name {draft.host.name} as a peer on {other.host.name}, {_INSTEAD} for both"
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))


def _one_address(pair: tuple[PairInstance, PairInstance], problems: list[VariableProblem], locate: Locate) -> None:
    here, there = pair
    address = own_address(here)
    if address is not None and address == own_address(there):
        variable, value = here.said.get("interface", here.said["virtual_ipaddress"])
        text = f"{here.host.name} and {there.host.name} both have {address}"
        hint = "are they one machine? look at ansible_host of both, or give each an address of its own"
        problems.append(VariableProblem(here.host.name, variable, text, hint, locate(value)))


def _named(draft: PairInstance, other: Host, problems: list[VariableProblem], locate: Locate) -> None:
    variable, value = draft.said["unicast_peer"]
    named = {line.split()[0]: _entry(value, line) for line in draft.values["unicast_peer"]}
    found = [(said, each) for address, each in named.items() for said in [_objection(draft, address, other)] if said]
    theirs = _addresses(other)
    elsewhere = any(ip_address(address).is_link_local for address in named)  # the list of addresses does not have these
    if not found and theirs and not elsewhere and not theirs & set(named):
        text = f"{', '.join(named)} is no address of {other.name}"
        found = [((text, f"it has {other.network()}"), value)]
    for (text, hint), each in found:
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(each)))


def _objection(draft: PairInstance, address: str, other: Host) -> Optional[tuple[str, str]]:
    if address in {vip.address for vip in (*draft.vips, *draft.excluded)}:
        return f"{address} is a virtual address of {draft.name}", f"name {other.name}'s own address, {_INSTEAD}"
    if address in _addresses(draft.host):
        return f"{address} is {draft.host.name} itself", f"name {other.name} alone, {_INSTEAD} for both"
    return None


def _addresses(host: Host) -> set[str]:
    """Return all own addresses of a host that are known."""
    return {*host.addresses, *(str(own.ip) for nic in host.nics.values() for own in (*nic.own, *nic.alone))}


def _entry(value: Any, line: str) -> Any:
    """Return the text that the user wrote for this peer, to name its line; else the whole value."""
    for entry in value if isinstance(value, (list, tuple)) else ():
        if " ".join(str(entry).split()) == line:
            return entry
    return value
