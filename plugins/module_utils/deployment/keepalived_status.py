# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads the status of the keepalived on this node in the form of our agent's, with the holds of its file."""

from __future__ import annotations

import time
from typing import Any

from ..keepalived import holds, reader
from ..keepalived import status as of_dump
from ..keepalived.process import KeepalivedProcess
from ..vrrp.client import AgentUnreachable
from . import files, running_release
from .node_interfaces import links

KeepalivedStatus = dict[str, Any]
NOBODY = "no keepalived does VRRP in this network namespace"


def read(with_holds: bool = True) -> KeepalivedStatus:
    """Return the status. Several keepalived on one node are put together. Raises AgentUnreachable, OSError.

    Without holds ``base_priority`` is what the running keepalived has, else what the instance has without its hold.
    """
    running = reader.find()
    if not running:
        raise AgentUnreachable(NOBODY)
    dumps, counted = [], {}
    for each in running:
        try:
            dumps.append(reader.dump_of(each))
            counted.update(reader.counters_of(each))
        except reader.ReadError as error:
            raise AgentUnreachable(str(error)) from error
    present = [(link["name"], entry["address"]) for link in links() for entry in link["addresses"]]
    started = running_release.started_at(running[0].pid)
    instances = [each for dump, now in dumps for each in of_dump.instances(dump, now, present)]
    status: KeepalivedStatus = {
        "version": None,
        "pid": running[0].pid,
        "config": running[0].config,
        "config_sha256": None,
        "uptime_s": None if started is None else round(time.time() - started, 3),
        "router_id": dumps[0][0].globals.get("Router ID"),
        "drained": False,
        "maintenance": None,
        "instances": [{**each, "counters": counted.get(each["name"], {})} for each in instances],
        "discarded": {},
    }
    return _with_holds(status, _text(running[0])) if with_holds else status


def _text(process: KeepalivedProcess) -> str:
    return (files.read(process.root + process.config) or b"").decode(errors="replace")


def _with_holds(status: KeepalivedStatus, text: str) -> KeepalivedStatus:
    found, own = holds.read(text), holds.own_priorities(text)
    instances = []
    for each in status["instances"]:
        state, reason = found.states.get(each["name"], (None, None))
        base = own.get(each["name"], each["base_priority"])
        instances.append({**each, "hold": state, "maintenance": _terms(reason), "base_priority": base})
    drained = found.drained is not None
    return {**status, "drained": drained, "maintenance": _terms(found.drained), "instances": instances}


def _terms(reason: Any) -> Any:
    return {"reason": reason, "by": None, "expires": None, "expires_in_s": None} if reason else None
