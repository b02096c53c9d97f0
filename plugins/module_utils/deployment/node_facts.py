# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It looks at a node: at the status of its agent or of keepalived, and at the addresses in its kernel."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any, Optional

from ..keepalived import reader as keepalived
from ..keepalived.process import KeepalivedProcess
from ..vrrp.client import AgentError, AgentUnreachable, Client
from . import files, keepalived_status, paths, peer_key, real_time, release, running_release
from .account import owner_of
from .arguments import AUTO, HOTSTANDBY, KEEPALIVED
from .mastership import at_rest
from .node_interfaces import links

_MACHINE_ID = "/etc/machine-id"
_POLL_S = 0.1  # each poll costs a few milliseconds on a node that is just starting
_DUMP_POLL_S = 0.5  # keepalived writes a file for each poll


class NodeFactsReader:
    """It asks the agent's control socket, or reads keepalived's dump, and asks rtnetlink. It changes nothing.

    ``program`` names the program to ask; "auto" is the agent, and keepalived where no agent is running.
    """

    def __init__(self, runtime_dir: str, program: str = AUTO):
        self._client = Client(runtime_dir)
        self._wanted = program
        self._program: Optional[str] = None  # the program that answered last
        self._silence = ""

    def wait_until_settled(self, timeout_s: float) -> None:
        """Return when every instance is settled, or has ended on a drained node, or after ``timeout_s`` seconds."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            status = self._status()
            if status and self._at_rest(status):
                return
            time.sleep(_DUMP_POLL_S if self._program == KEEPALIVED else _POLL_S)

    def _at_rest(self, status: dict[str, Any]) -> bool:
        # A drained agent has ended its instances. A drained keepalived goes on with the lowest priority.
        return at_rest({**status, "drained": status.get("drained") and self._program == HOTSTANDBY})

    def observe(self, count: int, interval_s: float) -> dict[str, Any]:
        """Look ``count`` times, and return what was seen. Raises OSError where the kernel does not answer."""
        samples = []
        for number in range(count):
            if number:
                time.sleep(interval_s)
            status = self._status()
            instances = status["instances"] if status else []
            interfaces = links(instances)
            samples.append(
                {
                    "running": status is not None,
                    "instances": {instance["name"]: _sample(instance, interfaces) for instance in instances},
                }
            )
        agent = {key: value for key, value in (status or {}).items() if key != "instances"}
        return {
            "running": status is not None,
            "msg": self._silence,
            "program": self._program if status is not None else None,
            "release": release.current(),
            "running_release": running_release.release_of(agent["pid"]) if agent else None,
            "agent": agent,
            "instances": instances,
            "interfaces": interfaces,
            "samples": samples,
            "root": os.geteuid() == 0,
            "real_time": real_time.granted(),
            "peer_keys": peer_key.digests(paths.PEER_KEY, owner_of(paths.USER)),
            "machine_id": (files.read(_MACHINE_ID) or b"").decode(errors="replace").strip(),
            "keepalived": self._keepalived(agent, instances),
        }

    def _keepalived(self, agent: dict[str, Any], instances: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the keepalived of this node, also beside our agent; empty where none runs, or it is not asked for."""
        if self._wanted == HOTSTANDBY:
            return {}
        running = keepalived.find()
        if self._program == KEEPALIVED:
            return {**_started_with(running), "config": agent["config"], "instances": instances, "msg": ""}
        if not running:
            return {}
        silence, program = self._silence, self._program
        status = self._ask_keepalived()
        said, self._silence, self._program = self._silence, silence, program
        return {**_started_with(running), "instances": status["instances"] if status else [], "msg": said}

    def _status(self) -> Optional[dict[str, Any]]:
        self._silence, self._program = "", None
        if self._wanted != KEEPALIVED:
            try:
                status = self._client.status()
                self._program = HOTSTANDBY
                return status
            except AgentError as error:
                self._silence = str(error)
                return None
            except AgentUnreachable as error:
                self._silence = str(error)
        return None if self._wanted == HOTSTANDBY else self._ask_keepalived()

    def _ask_keepalived(self) -> Optional[dict[str, Any]]:
        """Return the status in the form of our agent's; None where keepalived does not tell it."""
        try:
            status = keepalived_status.read()
        except AgentUnreachable as error:
            told = str(error) == keepalived_status.NOBODY and self._silence
            self._silence = f"{self._silence}; {error}" if told else str(error)
            return None
        self._program, self._silence = KEEPALIVED, ""
        return status


def _started_with(running: Sequence[KeepalivedProcess]) -> dict[str, Any]:
    """Return the file, the name for ``@word`` lines, and the service of the first keepalived that does VRRP."""
    if not running:  # it has ended since it answered
        return {"config": "", "config_id": "", "service": "", "count": 0}
    first = running[0]
    return {"config": first.config, "config_id": first.config_id, "service": first.service, "count": len(running)}


def _sample(instance: dict[str, Any], interfaces: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a proof needs. ``held`` are the VIPs that the kernel has on any interface of the node."""
    kernel = {entry["address"] for link in interfaces for entry in link["addresses"]}
    return {
        "state": instance["state"],
        "why": instance["why"],
        "warnings": list(instance.get("warnings") or ()),
        "standby": instance.get("standby"),
        "source": instance["source"],
        "master": instance["master"] and instance["master"]["address"],
        "addresses": instance["addresses"],
        "held": [address for address in instance["addresses"] if address in kernel],
    }
