# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It installs and removes the agent on a node as a whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from . import completion, files, man_page, paths, running_release, unit
from .account import Account
from .change import Change, DeploymentError
from .exporter import Exporter
from .exporter_unit import Outlets
from .interpreter import interpreter
from .module_io import CommandRunner
from .release import Release
from .service import Service, ServiceState

# It imports every module of the release, and the parts of pyroute2 that the agent uses. That compiles them, and shows
# whether the agent runs here.
PROOF = """\
import importlib, os, pkgutil, sys, types
sys.path.insert(0, sys.argv[1])
package = sys.modules["release"] = types.ModuleType("release")
package.__path__ = [sys.argv[1]]
for name in sys.argv[2:]:
    folder = os.path.join(sys.argv[1], name)
    if os.path.isdir(folder):
        importlib.import_module("release." + name)
    for module in pkgutil.walk_packages([folder], f"release.{name}."):
        importlib.import_module(module.name)
try:
    sys.modules["release.vrrp.agent.netlink.pyroute2_import"].load_all()
except ImportError as error:
    sys.exit(f"it cannot import pyroute2: {error}")
"""


@dataclass(frozen=True)
class Wanted:
    """It describes the wanted installation."""

    release: Release
    switch_user: bool = False
    writable: Sequence[str] = ()
    outlets: Outlets = Outlets()


class Installation:
    """It is the installation on this node. Its methods only look; the changes that they return act."""

    def __init__(self, run: CommandRunner, discovered: Optional[str] = None):
        """Take ``discovered``, the interpreter that the inventory names; None is the one that runs this."""
        self._run = run
        self._service = Service(run)
        self._exporter = Exporter(run)
        self._account = Account(paths.USER, run)
        self._discovered = self._python = discovered or sys.executable

    def condition(self) -> ServiceState:
        """Return the state of the service in systemd. Raises DeploymentError without systemd."""
        self._service.demand_systemd()
        return self._service.condition()

    def present(self, wanted: Wanted, condition: ServiceState) -> list[Change]:
        """Return the changes that are missing, in the order in which they must be applied.

        Raises DeploymentError where this node cannot run the agent.
        """
        if sys.version_info < paths.MINIMUM_PYTHON:
            raise DeploymentError(
                f"the agent needs Python {'.'.join(map(str, paths.MINIMUM_PYTHON))} or later, and {sys.executable} is"
                f" {sys.version.split()[0]}: set ansible_python_interpreter to a later one"
            )
        self._python = interpreter(self._discovered, self._run)
        homes, ping = unit.in_a_home(self._python), unit.everybody_may_ping()
        units = files.file(paths.UNIT, unit.text(wanted.switch_user, wanted.writable, homes, ping), 0o644)
        enabled = self._service.enabled(condition)
        metrics, metrics_start = self._exporter.present(wanted.outlets, homes, wanted.release.id)
        read = units or enabled or metrics or condition.stale
        return [
            *self._account.present(),
            # The agent reads its file and never writes it; only root replaces it.
            *files.directory(paths.CONFIG_DIRECTORY, 0o750, self._root_and_group),
            *wanted.release.changes(self._prove),
            *files.file(paths.COMMAND, paths.text(self._python), 0o755),
            *files.file(paths.MAN_PAGE, man_page.TEXT, 0o644),
            *files.file(paths.COMPLETION, completion.TEXT, 0o644),
            *units,
            *enabled,
            *metrics,
            *([self._service.reloaded()] if read else []),
            *metrics_start,
        ]

    def absent(self, condition: ServiceState) -> list[Change]:
        """Return the changes that remove everything, in an order that hands the addresses over first."""
        units = files.gone(paths.UNIT)
        return [
            *self._exporter.absent(),
            *self._service.stopped(condition),
            *self._service.disabled(condition),
            *units,
            *([self._service.forgotten()] if units else []),
            *files.gone(paths.COMMAND),
            *files.gone(paths.MAN_PAGE),
            *files.gone(paths.COMPLETION),
            *files.gone(paths.LIBRARY),
            *files.gone(paths.CONFIG_DIRECTORY),
            *files.gone(paths.RUNTIME_DIRECTORY),
            *files.gone(paths.STATE_DIRECTORY),
            *self._account.absent(),
        ]

    @staticmethod
    def running_release(condition: ServiceState) -> Optional[str]:
        """Return the id of the release that the running agent was started from; None where no agent runs."""
        return running_release.release_of(condition.pid) if condition.pid else None

    def outdated(self, wanted: Wanted, condition: ServiceState, changes: Sequence[Change]) -> bool:
        """Return whether the running agent is of another release, or was started with another unit.

        It looks at the running process, not only at the changes: so the next run makes a restart that was missed.
        """
        if not condition.running:
            return False
        if self.running_release(condition) != wanted.release.id:
            return True
        if any(change.subject == paths.UNIT for change in changes):
            return True
        start = running_release.started_at(condition.pid)
        return start is not None and os.path.exists(paths.UNIT) and os.stat(paths.UNIT).st_mtime > start

    def _root_and_group(self) -> tuple[int, int]:
        return 0, self._account.owner()[1]

    def _prove(self, directory: str) -> None:
        try:
            # -I: independent of the environment, the modules are imported from this directory, and compiled.
            self._run([self._python, "-I", "-c", PROOF, directory, *paths.PACKAGES])
        except DeploymentError as error:
            raise DeploymentError(f"the new release does not run on this node, so nothing names it: {error}") from error
