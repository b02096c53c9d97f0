# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It asks and changes a service in systemd: that of the agent, or that of its metrics."""

from __future__ import annotations

import os
from dataclasses import dataclass

from . import paths
from .change import Change, DeploymentError
from .module_io import CommandRunner

_PROPERTIES = ("ActiveState", "MainPID", "UnitFileState", "NeedDaemonReload")
_LINES = 15  # of the journal


@dataclass(frozen=True)
class ServiceState:
    """It holds the state of the service in systemd. ``pid`` is 0 while nothing runs."""

    running: bool
    enabled: bool
    stale: bool  # the unit file is newer than the one that systemd has read
    pid: int


class Service:
    """It manages one service. ``run`` runs a command and raises DeploymentError where it fails.

    ``name`` is the unit, and ``what`` names it in the message of a start that fails.
    """

    def __init__(self, run: CommandRunner, name: str = paths.SERVICE, what: str = "the agent"):
        self._run = run
        self._name = name
        self._what = what

    @staticmethod
    def demand_systemd() -> None:
        """Raise DeploymentError where this machine was not started by systemd (sd_booted(3))."""
        if not os.path.isdir("/run/systemd/system"):
            raise DeploymentError("systemd does not run this machine, and the agent's service needs it")

    def condition(self) -> ServiceState:
        """Return the state of the service; it asks systemd once."""
        shown = self._run(["systemctl", "show", self._name, "--property", ",".join(_PROPERTIES)])
        said = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
        return ServiceState(
            running=said.get("ActiveState") in ("active", "activating", "reloading", "deactivating"),
            enabled=said.get("UnitFileState") == "enabled",
            stale=said.get("NeedDaemonReload") == "yes",
            pid=int(said.get("MainPID") or 0),
        )

    def reloaded(self) -> Change:
        """Return the change that makes systemd read its unit files again."""
        return Change("systemd", "", "unit files read again\n", lambda: self._systemctl("daemon-reload"))

    def enabled(self, condition: ServiceState) -> list[Change]:
        """Return the changes that start it at boot."""
        if condition.enabled:
            return []
        # systemd reads its unit files again once, after this (see reloaded).
        return [Change(self._name, "disabled\n", "enabled\n", lambda: self._systemctl("enable", "--no-reload"))]

    def disabled(self, condition: ServiceState) -> list[Change]:
        """Return the changes that no longer start it at boot."""
        if not condition.enabled:
            return []
        return [Change(self._name, "enabled\n", "disabled\n", lambda: self._systemctl("disable"))]

    def start(self, verb: str = "start") -> None:
        """Start it, or restart it, and wait until it is ready. Raises DeploymentError with the end of its journal."""
        try:
            self._systemctl(verb)
        except DeploymentError as error:
            journal = ["journalctl", "--unit", self._name, "--lines", str(_LINES), "--no-pager", "--output", "cat"]
            said = self._run(journal).strip()
            raise DeploymentError(f"{self._what} does not start: {error}\nIts journal ends with:\n{said}") from error

    def stopped(self, condition: ServiceState) -> list[Change]:
        """Return the changes that stop it in order: the agent hands its addresses over before it ends."""
        if not condition.running:
            return []
        return [Change(self._name, "running\n", "stopped\n", lambda: self._systemctl("stop"))]

    def forgotten(self) -> Change:
        """Return the change that makes systemd forget the unit file and its failures."""

        def apply() -> None:
            self._systemctl("daemon-reload")
            self._run(["systemctl", "reset-failed", self._name], accepted=(0, 1))  # 1: it knows no such unit

        return Change("systemd", f"{self._name} known\n", "", apply)

    def _systemctl(self, verb: str, *options: str) -> None:
        unit = [] if verb == "daemon-reload" else [self._name]
        self._run(["systemctl", "--quiet", *options, verb, *unit])
