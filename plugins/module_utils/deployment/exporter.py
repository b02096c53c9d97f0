# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It installs and removes the exporter: the service that serves the metrics of the agent."""

from __future__ import annotations

import os
from typing import Optional

from ..vrrp.metrics_endpoint import endpoint
from . import exporter_unit, files, paths, running_release
from .account import Account
from .change import Change, DeploymentError
from .exporter_unit import Outlets
from .module_io import CommandRunner
from .service import Service


class Exporter:
    """It is the exporter on this node. Its methods only look; the changes that they return act."""

    def __init__(self, run: CommandRunner):
        self._service = Service(run, paths.METRICS_SERVICE, "the service of the metrics")
        self._account = Account(paths.METRICS_USER, run, "Metrics of the VRRP agent")

    def present(self, outlets: Outlets, homes: bool, release: str) -> tuple[list[Change], list[Change]]:
        """Return the changes of its unit, and those after which it runs with that and of this release.

        Between the two, systemd has to read its unit files again. Raises DeploymentError for an impossible outlet.
        """
        if not outlets:
            return [], self.absent()
        _check(outlets)
        condition = self._service.condition()
        units = files.file(paths.METRICS_UNIT, exporter_unit.text(outlets, homes), 0o644)
        before = [*self._account.present(), *_gone(outlets.textfile), *units, *self._service.enabled(condition)]
        link = _link(outlets.textfile) if outlets.textfile else []
        runs = running_release.release_of(condition.pid) if condition.running else None
        if runs == release and not units and not condition.stale:
            return before, link
        was = f"running, of release {runs}\n" if runs else "not running\n"
        now = "started again\n" if runs == release else f"running, of release {release}\n"
        start = Change(paths.METRICS_SERVICE, was, now, lambda: self._service.start("restart"))
        return before, [*link, start]

    def absent(self) -> list[Change]:
        """Return the changes that remove it; systemd is not asked where there is no unit."""
        units = files.gone(paths.METRICS_UNIT)
        if not units:
            return []
        condition = self._service.condition()
        return [
            *self._service.stopped(condition),
            *self._service.disabled(condition),
            *_gone(None),
            *units,
            self._service.forgotten(),
            *self._account.absent(),
        ]


def _check(outlets: Outlets) -> None:
    """Raise DeploymentError where an outlet is not possible on this node."""
    if outlets.listen:
        try:
            endpoint(outlets.listen)
        except ValueError as error:
            raise DeploymentError(f"metrics_listen: {error}") from error
    path = outlets.textfile
    if not path:
        return
    if not os.path.isabs(path) or not path.endswith(".prom") or any(each.isspace() for each in path):
        raise DeploymentError(f"metrics_textfile: '{path}' is not the path of a file whose name ends with .prom")
    if not os.path.isdir(os.path.dirname(path)):
        raise DeploymentError(
            f"metrics_textfile: there is no directory {os.path.dirname(path)}: install node_exporter first, "
            "or name the directory of its option --collector.textfile.directory"
        )
    if os.path.lexists(path) and not _is_ours(path):
        raise DeploymentError(
            f"metrics_textfile: {path} is there, and not a link of ours: remove it and what writes it"
        )


def _is_ours(path: str) -> bool:
    return os.path.islink(path) and os.readlink(path) == paths.METRICS_TEXTFILE


def _link(path: str) -> list[Change]:
    """Return the changes that make the link. node_exporter follows it, so nobody else writes to its directory."""
    if _is_ours(path):
        return []
    return [Change(path, "", f"link to {paths.METRICS_TEXTFILE}\n", lambda: files.link(path, paths.METRICS_TEXTFILE))]


def _gone(wanted: Optional[str]) -> list[Change]:
    """Return the changes that remove the link of the installed unit, unless it is the wanted one."""
    path = exporter_unit.link()
    return files.gone(path) if path is not None and path != wanted and _is_ours(path) else []
