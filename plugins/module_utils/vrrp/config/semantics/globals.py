# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes Globals of the blocks ``global_defs``, and collects the defaults that they set for all instances."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Optional

from ...ip_types import Address
from ..model.configuration import Fifo, Globals
from ..syntax.diagnostics import Diagnostics, show
from .sections import Section, Setting, fields_of, floats
from .track_definitions import pair

_GROUP4, _GROUP6 = "224.0.0.18", "ff02::12"  # RFC 9568 5.1.1.2, 5.1.2.2


@dataclass(frozen=True)
class Defaults:
    """It holds the defaults of the instances. ``fields`` are fields of Instance, and notify.priority_changes."""

    fields: dict[str, Any]
    garp: dict[str, Any]
    groups: dict[int, Address]  # version of IP -> multicast group, where it is not the RFC's


def read_globals(sections: list[Section], findings: Diagnostics) -> tuple[Globals, Defaults]:
    """Return the settings of all blocks ``global_defs`` of a file together; of two equal keywords the last counts."""
    settings: dict[str, Setting] = {}
    for section in sections:
        settings.update(section.settings)
    merged = {name: setting.value for name, setting in settings.items()}
    user, group = pair(merged.get("agent_script_user") or merged.get("script_user"))
    prefix = merged.get("vmac_prefix")
    worked_out = {
        "script_user": user,
        "script_group": group,
        "notify_fifo": _fifo("notify_fifo", settings, findings),
        "vrrp_notify_fifo": _fifo("vrrp_notify_fifo", settings, findings),
    }
    # Any other field is taken from the file unchanged.
    globals_ = Globals(**{**fields_of(Globals, merged), **worked_out})
    if prefix is not None:
        globals_ = replace(globals_, vmac_prefix=f"{prefix}.")
    one, other = globals_.notify_fifo, globals_.vrrp_notify_fifo
    if one is not None and other is not None and one.path == other.path:
        findings.warning(
            settings["vrrp_notify_fifo"].place,
            "vrrp_notify_fifo is notify_fifo once more",
            "keepalived ignores the second one: each line would come twice",
            "remove it",
        )
        globals_ = replace(globals_, vrrp_notify_fifo=None)
    return globals_, _defaults(merged)


def _defaults(merged: dict[str, Any]) -> Defaults:
    garp = floats({name[len("garp.") :]: value for name, value in merged.items() if name.startswith("garp.")})
    if merged.get("min_garp"):
        garp.setdefault("repeat", 1)
        garp.setdefault("delay_s", 0.0)
    # keepalived: after an advertisement of lower priority a MASTER announces as at its start, unless set otherwise.
    if "delay_s" in garp:
        garp.setdefault("lower_prio_delay_s", garp["delay_s"])
    if "repeat" in garp:
        garp.setdefault("lower_prio_repeat", garp["repeat"])
    fields = {name[len("default.") :]: value for name, value in merged.items() if name.startswith("default.")}
    groups = {
        version: merged[name]
        for version, name, usual in ((4, "mcast_group4", _GROUP4), (6, "mcast_group6", _GROUP6))
        if name in merged and str(merged[name]) != usual
    }
    return Defaults(fields, spread(garp), groups)


def spread(garp: dict[str, Any]) -> dict[str, Any]:
    """Split the value of ``extra_if`` into its two fields, and return ``garp``."""
    if "extra_if" in garp:
        garp["extra_if_s"], garp["extra_if_all"] = garp.pop("extra_if")
    return garp


def _fifo(name: str, settings: dict[str, Setting], findings: Diagnostics) -> Optional[Fifo]:
    fifo, script = settings.get(name), settings.get(f"{name}_script")
    if fifo is None:
        if script is not None:
            findings.error(
                script.place,
                f"{name}_script without {name}",
                "it has nothing to read",
                f"add: {name} /run/hotstandby/{show(name)[1:-1]}",
            )
        return None
    made: Fifo = replace(fifo.value, script=script.value) if script else fifo.value
    return made
