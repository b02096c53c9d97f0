# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds the interface, the prefix lengths and the own address of an instance on its host."""

from __future__ import annotations

from typing import Any, Optional

from ..vrrp.config.semantics.subnets import end_of
from ..vrrp.ip_types import Interface
from .errors import Locate, VariableProblem
from .host import PREFIX, Nic
from .instance import PairInstance
from .vip import VirtualIp


def place(draft: PairInstance, problems: list[VariableProblem], locate: Locate) -> None:
    """Set the interface of an instance and the prefix lengths of its VIPs, by the network of the host."""
    host = draft.host
    if not host.nics:
        text, hint = "its network is unknown", "run the play on both hosts of the pair, without --limit"
        problems.append(VariableProblem(host.name, PREFIX + "interface", text, hint))
        return
    for vip in (*draft.vips, *draft.excluded):
        _refuse_own(draft, vip, problems, locate)
    if "interface" in draft.said:
        name, said = draft.values.get("interface"), draft.said["interface"]
        if name is not None and not _exists(draft, said, name, problems, locate):
            return
    elif draft.vips:
        _find_interface(draft, problems, locate)
    if "interface" not in draft.values:
        return
    draft.vips = [_settle(draft, vip, problems, locate) for vip in draft.vips]
    for vip in draft.excluded:  # excluded addresses may be outside every subnet
        if not vip.device or _exists(draft, draft.source(vip), vip.device, problems, locate):
            _fit(draft, vip, host.nics[vip.device or draft.values["interface"]], problems, locate)


def own_address(draft: PairInstance) -> Optional[Interface]:
    """Return the host's address in the subnet of the first VIP, or its first one without a subnet; else None."""
    nic = draft.host.nics.get(draft.values.get("interface", ""))
    if nic is None or not draft.vips:
        return None
    virtual = {vip.interface.ip for vip in draft.vips}
    alone = (each for each in nic.without_subnet(draft.vips[0].interface.version) if each.ip not in virtual)
    return nic.covers(draft.vips[0]) or next(alone, None)


def _refuse_own(draft: PairInstance, vip: VirtualIp, problems: list[VariableProblem], locate: Locate) -> None:
    for nic in draft.host.nics.values():
        if any(own.ip == vip.interface.ip for own in nic.own):
            variable, value = draft.source(vip)
            text = f"{vip.address} is {draft.host.name}'s own address on {nic.name}"
            hint = "a virtual address must be one that no machine has"
            problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))


def _fit(draft: PairInstance, vip: VirtualIp, nic: Nic, problems: list[VariableProblem], locate: Locate) -> None:
    """Report a VIP that is a network or broadcast address of the host, or makes a route that is too wide."""
    around = nic.around(vip)
    text = hint = ""
    for own in around:
        end = end_of(vip.interface.ip, own)
        if end:
            text = f"{vip.address} is the {end} address of {own.network}, a subnet of {draft.host.name}"
            hint = "choose one that a host can have"
    if around and vip.masked and not text and not {"peer", "noprefixroute"} & set(dict(vip.options)):
        there, widest = vip.interface.network, min(own.network.prefixlen for own in around)
        if there.prefixlen < widest:
            text = f"{vip.interface} makes a connected route to all of {there}, and {nic.name} has {nic.shown()}"
            hint = f"write {vip.address}/{widest}, or add noprefixroute"
    if text:
        variable, value = draft.source(vip)
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))


def _exists(
    draft: PairInstance, said: tuple[str, Any], name: str, problems: list[VariableProblem], locate: Locate
) -> bool:
    if name in draft.host.nics:
        return True
    variable, value = said
    hint = f"it has {draft.host.network()}"
    problems.append(VariableProblem(draft.host.name, variable, f"there is no interface {name}", hint, locate(value)))
    return False


def _find_interface(draft: PairInstance, problems: list[VariableProblem], locate: Locate) -> None:
    vip = next((vip for vip in draft.vips if not vip.device), draft.vips[0])
    fitting = [nic for nic in draft.host.nics.values() if nic.covers(vip)]
    variable, value = draft.source(vip)
    if len(fitting) == 1:
        draft.values["interface"] = fitting[0].name
    elif fitting:
        text = f"{vip.address} lies in a subnet of each of {', '.join(nic.name for nic in fitting)}"
        hint = f"say which with {PREFIX}interface"
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))
    else:
        text = f"{vip.address} is outside every subnet of every interface"
        hint = f"it has {draft.host.network()}"
        lone = [nic for nic in draft.host.nics.values() if nic.without_subnet(vip.interface.version)]
        if lone and draft.values.get("unicast") and len(lone) == 1:
            draft.values["interface"] = lone[0].name
            return
        if lone:
            address = lone[0].without_subnet(vip.interface.version)[0]
            hint = f"{address} of {lone[0].name} has no subnet: say which interface with {PREFIX}interface"
        problems.append(VariableProblem(draft.host.name, variable, text, hint, locate(value)))


def _settle(draft: PairInstance, vip: VirtualIp, problems: list[VariableProblem], locate: Locate) -> VirtualIp:
    """Return the VIP with a prefix length: its own, or that of the subnet, as /32 would make a route of its own."""
    if vip.device and not _exists(draft, draft.source(vip), vip.device, problems, locate):
        return vip
    nic: Nic = draft.host.nics[vip.device or draft.values["interface"]]
    own = nic.covers(vip)
    if own is None and nic.without_subnet(vip.interface.version):
        return vip  # the user named the interface, or there is only one
    if own is None:
        variable, value = draft.source(vip)
        text = f"{vip.address} is outside every subnet of {nic.name}"
        hint = f"it has {nic.shown() or 'no address'}"
        problem = VariableProblem(draft.host.name, variable, text, hint, locate(value))
        # It may have been reported when its interface was looked for.
        said = any(known.host == problem.host and known.text.startswith(f"{vip.address} ") for known in problems)
        if not said:
            problems.append(problem)
        return vip
    _fit(draft, vip, nic, problems, locate)
    if "peer" in dict(vip.options):
        return vip  # the prefix length is the peer's
    return vip if vip.masked else vip.with_prefix(own.network.prefixlen)
