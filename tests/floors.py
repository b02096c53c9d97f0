# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It says on which floor each folder and file of the library is, from the lowest floor up.

A file imports from its own floor and from those below, for types as well. tests/unit/test_house.py keeps this, and
tests/picture.py draws it.
"""

from __future__ import annotations

import ast
from pathlib import Path

LIBRARY = Path(__file__).parents[1] / "plugins" / "module_utils"

FOLDERS = (("report", "vrrp"), ("keepalived", "inventory", "pair_simulation"), ("deployment",), ("drill",))
# The package vrrp: the files and folders in one line do not import each other.
PACKAGE = (
    ("ip_types",),
    ("argv", "runtime", "streams", "protocol"),
    ("config",),
    ("agent", "simulation"),
    (
        *(
            "client",
            "cli_check",
            "cli_colour",
            "cli_events",
            "cli_findings",
            "cli_follow",
            "cli_history",
            "cli_status",
            "cli_table",
            "cli_watch",
            "metrics",
            "metrics_endpoint",
            "metrics_http",
            "metrics_service",
            "terminal",
        ),
        *("simulation_arguments", "simulation_command", "simulation_input", "simulation_questions", "cli"),
    ),
)
CONFIG = (
    ("model", "syntax"),
    ("keywords",),
    ("semantics",),
    ("diff", "format", "loader", "version_differences"),
)
AGENT = (
    ("errors", "journal", "log", "log_messages", "scheduler", "statistics"),
    ("netlink",),
    ("process",),
    ("addresses",),
    ("network",),
    ("notify",),
    ("track",),
    ("ports",),
    (
        *("address_repair", "advertiser", "instance", "instance_actions", "instance_reporter", "instance_tracking"),
        *("instances", "interface_state", "refusals", "restart_memory", "router_inputs", "sync_groups"),
    ),
    ("config_source", "dumps", "history", "parsed_file", "peer", "preflight"),
    (
        *("address_conflicts", "cleanup", "deadlines", "graceful_restart", "housekeeping", "instance_events"),
        *("instance_manager", "kernel_events", "service_status", "shutdown", "startup"),
    ),
    ("control",),
    ("daemon", "environment", "main"),
)
INSIDE = {(): FOLDERS, ("vrrp",): PACKAGE, ("vrrp", "config"): CONFIG, ("vrrp", "agent"): AGENT}

Module = tuple[str, ...]  # below LIBRARY: ("vrrp", "agent", "log")


def module_of(path: Path) -> Module:
    """Return the name of a file below LIBRARY; that of a package ends with its folder."""
    parts = path.relative_to(LIBRARY).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


MODULES = {module_of(path): path for path in sorted(LIBRARY.rglob("*.py"))}


def imported(module: Module) -> set[Module]:
    """Return the files of the library that this one imports, anywhere in it and for any purpose."""
    path = MODULES[module]
    package = path.relative_to(LIBRARY).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (*package[: len(package) - node.level + 1], *(node.module.split(".") if node.module else ()))
            # `from . import log` names a module, `from .log import Log` names something in one.
            found |= {(*base, alias.name) if (*base, alias.name) in MODULES else base for alias in node.names}
    return found & set(MODULES)


def floor_in(folder: Module, module: Module) -> int:
    """Return the floor inside ``folder`` that a file below it is on."""
    name = module[len(folder)]
    return next(at for at, names in enumerate(INSIDE[folder]) if name in names)
