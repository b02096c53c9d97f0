# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It checks the variables of a whole host and those of the role itself, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..vrrp.config.keywords.table import ROOT
from ..vrrp.metrics_endpoint import endpoint
from . import engine
from .errors import Locate, VariableProblem
from .failback import failback
from .host import PREFIX, Host
from .value_types import Read, listed, number, path, switch, whole
from .variables import kind_of, variables

# They are in the order of the configuration file. Lists of definitions have modules of their own.
SETTINGS: Mapping[str, Read] = {
    word: kind_of(entry).read
    for word, entry in variables(ROOT).items()
    if entry.variable is not None and entry.variable.reader != "entries"
}


def listen(value: Any) -> str:
    """Return an address with a port, at which the metrics are served."""
    endpoint(str(value))
    return str(value)


def textfile(value: Any) -> str:
    """Return a path that node_exporter reads: it takes the files whose name ends with .prom."""
    if not path(value).endswith(".prom"):
        raise ValueError(f"'{value}' does not end with .prom, so node_exporter would not read it")
    return str(value)


# Variables of the role itself; none of them is in the file.
ROLE_VARIABLES: Mapping[str, Read] = {
    "engine": engine.read,
    "writable_paths": listed(path),
    "open_firewall": switch,
    "metrics_listen": listen,
    "metrics_socket": switch,
    "metrics_textfile": textfile,
    "peer_status": switch,
    "peer_port": whole(1024, 65535, "a UDP port that needs no right"),
    "rotate_peer_key": switch,
    "verify_timeout": number(0, 3600, "seconds until nothing moves any more"),
    "verify_samples": whole(1, 1000, "looks at each host"),
    "verify_interval": number(0, 3600, "seconds between two looks"),
    "force": switch,
    "confirm": number(1, 600, "seconds until a standby goes back to its configuration before"),
    "failback": failback,
    "update_timeout": number(1, 86400, "seconds for a boot, and for a host to be healthy after its update"),
}


def settings(host: Host, problems: list[VariableProblem], locate: Locate) -> None:
    """Check each of these variables of ``host``, and report bad values."""
    for word, read in {**SETTINGS, **ROLE_VARIABLES}.items():
        # router_id has a default in the role; a blank one would be written to the file.
        value = host.variables.get(PREFIX + word) if word == "router_id" else host.said(word)
        if value is None:
            continue
        try:
            read(value)
        except ValueError as error:
            problems.append(VariableProblem(host.name, PREFIX + word, str(error), where=locate(value)))
