# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at a node: what its agent says, beside what its kernel has."""

from __future__ import annotations

import time
from typing import Any, Optional

from ..vrrp.client import AgentError, AgentUnreachable, Client
from . import process, release
from .links import links
from .mastership import at_rest

_POLL_S = 0.1  # each costs a few milliseconds of a node that is just starting


class Observer:
    """Looks through the agent's control socket and through rtnetlink. Nothing that it does changes anything."""

    def __init__(self, runtime_dir: str):
        self._client = Client(runtime_dir)
        self._silence = ""

    def wait_until_settled(self, timeout_s: float) -> None:
        """Return when every instance is settled, or has ended as the node is drained, or when the time is over."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            status = self._status()
            if status and at_rest(status):
                return
            time.sleep(_POLL_S)

    def observe(self, count: int, interval_s: float) -> dict[str, Any]:
        """Look ``count`` times. Raises OSError when the kernel tells nothing."""
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
            "release": release.current(),
            "running_release": process.release_of(agent["pid"]) if agent else None,
            "agent": agent,
            "instances": instances,
            "interfaces": interfaces,
            "samples": samples,
        }

    def _status(self) -> Optional[dict[str, Any]]:
        try:
            status = self._client.status()
        except (AgentError, AgentUnreachable) as error:
            self._silence = str(error)
            return None
        self._silence = ""
        return status


def _sample(instance: dict[str, Any], interfaces: list[dict[str, Any]]) -> dict[str, Any]:
    """What a proof needs. ``held`` is the kernel's word: the VIPs that are on any interface of the node."""
    kernel = {entry["address"] for link in interfaces for entry in link["addresses"]}
    return {
        "state": instance["state"],
        "why": instance["why"],
        "source": instance["source"],
        "master": instance["master"] and instance["master"]["address"],
        "addresses": instance["addresses"],
        "held": [address for address in instance["addresses"] if address in kernel],
    }
