# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_agent on a node."""

from __future__ import annotations

from typing import Any

from ..vrrp import __version__
from . import files
from .archive import unpack
from .change import DeploymentError, apply, as_diff
from .installation import Installation, PyrouteMissing, Wanted
from .module_io import Run
from .payload import agent_sources


def run(module: Any) -> dict[str, Any]:
    """Make the changes, or only list them in check mode, and return the result. Raises DeploymentError.

    Where pyroute2 is missing and was not sent, nothing is changed, and the result says so.
    """
    installation = Installation(Run(module.run_command), module.params.get("_python"))
    condition = installation.condition()
    result: dict[str, Any] = {"running": condition.running}
    if module.params["state"] == "present":
        wanted = wanted_installation(module)
        if module.params.get("_release") not in (None, wanted.release().id):
            return {"damaged": True}
        try:
            changes = installation.present(wanted, condition, module.check_mode)
        except PyrouteMissing:
            return {"changed": False, "pyroute2_missing": True}
        result.update(
            version=__version__,
            release=wanted.release().id,
            running_release=installation.running_release(condition),
            restart_required=installation.outdated(wanted, condition, changes),
        )
    else:
        changes = installation.absent(condition)
    if not module.check_mode:
        apply(changes)
    result.update(changed=bool(changes), changes=[change.subject for change in changes], diff=as_diff(changes))
    return result


def wanted_installation(module: Any) -> Wanted:
    """Return the installation that the options ask for. Raises DeploymentError where pyroute2 is unknown or damaged."""
    digest, archive = module.params["_pyroute2_digest"], module.params["_pyroute2_archive"]
    if not digest:
        raise DeploymentError("the action plugin hotstandby.vrrp.vrrp_agent has to call this module")
    sent = None
    if archive:
        try:
            sent = unpack(files.read(archive) or b"")
        except ValueError as error:
            raise DeploymentError(f"pyroute2 did not arrive whole: {error}") from error
    return Wanted(
        agent=agent_sources(),
        pyroute2=digest,
        sent=sent,
        switch_user=module.params["switch_user"],
        writable=module.params["writable_paths"],
    )
