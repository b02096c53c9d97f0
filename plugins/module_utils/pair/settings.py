# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for a whole host: its global_defs, and what stands beside the instances in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .host import PREFIX, Host
from .problem import Locate, Problem
from .readers import (
    command,
    interface,
    lease,
    line,
    listed,
    name,
    number,
    one_word,
    path,
    refuse_others,
    switch,
    user,
    whole,
)

Read = Callable[[Any], Any]
_INTERVAL = number(0.000001, 4294, "seconds between two frames")
_PAUSES = ("garp_interval", "gna_interval")
_TIMEOUT = whole(1, 1000, "seconds")


def fifo(value: Any) -> Any:
    """A path, or a mapping of it, the user that owns it, and the script that reads it."""
    if not isinstance(value, Mapping):
        return path(value)
    refuse_others(value, ("path", "user", "script"), "a FIFO")
    if value.get("path") is None:
        raise ValueError("a mapping names its path")
    found = {"path": path(value["path"])}
    for word, read in (("user", user), ("script", command)):
        if value.get(word) is not None:
            found[word] = read(value[word])
    return found


def delay(value: Any) -> dict[str, Any]:
    """An interface, and for how many seconds it must be down or up before that counts."""
    if not isinstance(value, Mapping) or value.get("interface") is None or value.get("down") is None:
        raise ValueError("it is a mapping of interface, down and optionally up (seconds)")
    refuse_others(value, ("interface", "down", "up"), "a delay")
    seconds = number(0, 255, "seconds")
    found = {"interface": interface(value["interface"]), "down": seconds(value["down"])}
    return {**found, **({"up": seconds(value["up"])} if value.get("up") is not None else {})}


def garp_group(value: Any) -> dict[str, Any]:
    """Interfaces, and the pauses that hold for them taken together."""
    if not isinstance(value, Mapping) or not value.get("interfaces"):
        raise ValueError("it is a mapping of interfaces, and garp_interval or gna_interval (seconds)")
    refuse_others(value, ("interfaces", *_PAUSES), "a garp group")
    found: dict[str, Any] = {"interfaces": listed(interface)(value["interfaces"])}
    found.update({word: number(0, 4294, "seconds")(value[word]) for word in _PAUSES if value.get(word) is not None})
    return found


def track_group(value: Any) -> dict[str, Any]:
    """A name for instances, by which static addresses, routes and rules name them."""
    if not isinstance(value, Mapping) or value.get("name") is None or not value.get("group"):
        raise ValueError("it is a mapping of name and group")
    refuse_others(value, ("name", "group"), "a track group")
    return {"name": name(value["name"]), "group": listed(name)(value["group"])}


# In the order of the configuration file.
SETTINGS: Mapping[str, Read] = {
    "vip_lease": lease,
    "vrrp_startup_delay": number(0.001, 4294, "seconds"),
    "vrrp_delay_after_boot": number(0.001, 4294, "seconds"),
    "vrrp_garp_interval": _INTERVAL,
    "vrrp_gna_interval": _INTERVAL,
    "default_interface": interface,
    "vmac_prefix": name,
    "log_unknown_vrids": switch,
    "notify_fifo": fifo,
    "vrrp_notify_fifo": fifo,
    "fifo_write_vrrp_states_on_reload": switch,
    "startup_script": command,
    "startup_script_timeout": _TIMEOUT,
    "shutdown_script": command,
    "shutdown_script_timeout": _TIMEOUT,
    "interface_up_down_delays": listed(delay),
    "garp_groups": listed(garp_group),
    "track_groups": listed(track_group),
    "static_ipaddress": listed(line),
    "static_routes": listed(line),
    "static_rules": listed(line),
}


# What the role itself does; nothing of it is in the file.
CONDUCT: Mapping[str, Read] = {
    "enable_script_security": switch,
    "writable_paths": listed(path),
    "verify_timeout": number(0, 3600, "seconds until nothing moves any more"),
    "verify_samples": whole(1, 1000, "looks at each host"),
    "verify_interval": number(0, 3600, "seconds between two looks"),
}


def settings(host: Host, problems: list[Problem], locate: Locate) -> None:
    """Judge each of them."""
    for word, read in {**SETTINGS, **CONDUCT, "router_id": one_word}.items():
        # The role has a router_id where nobody says one, and would write what is blank.
        value = host.variables.get(PREFIX + word) if word == "router_id" else host.said(word)
        if value is None:
            continue
        try:
            read(value)
        except ValueError as error:
            problems.append(Problem(host.name, PREFIX + word, str(error), where=locate(value)))
