# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_agent on a node."""

from __future__ import annotations

from typing import Any

from ..vrrp import __version__
from . import files, module_agent_keepalived, paths
from .archive import unpack
from .arguments import KEEPALIVED
from .change import DeploymentError, apply, as_diff
from .digest import sources
from .exporter_unit import Outlets
from .installation import Installation, Wanted
from .module_io import CommandRunner
from .release import Release, current


def run(module: Any) -> dict[str, Any]:
    """Make the changes, or only list them in check mode, and return the result. Raises DeploymentError.

    Where it runs through a release that is damaged, nothing is changed, and the result says so.
    """
    if module.params["program"] == KEEPALIVED:
        return module_agent_keepalived.run(module)
    installation = Installation(CommandRunner(module.run_command), module.params.get("_python"))
    condition = installation.condition()
    result: dict[str, Any] = {"running": condition.running}
    if module.params["state"] == "present":
        wanted = wanted_installation(module)
        if not module.params["_archive"] and not wanted.release.is_current:
            return {"damaged": True}
        changes = installation.present(wanted, condition)
        result.update(
            version=__version__,
            release=wanted.release.id,
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
    """Return the installation that the options ask for. Raises DeploymentError where it has not arrived whole.

    Without an archive this runs through the release, whose own sources are the wanted ones then.
    """
    archive = module.params["_archive"]
    if not archive and current() is None:
        raise DeploymentError("the action plugin hotstandby.vrrp.vrrp_agent has to call this module")
    try:
        found = unpack(files.read(archive) or b"") if archive else sources(paths.CURRENT)
    except ValueError as error:
        raise DeploymentError(f"the release did not arrive whole: {error}") from error
    outlets = Outlets(*(module.params[f"metrics_{name}"] for name in ("listen", "socket", "textfile")))
    return Wanted(Release(found), module.params["switch_user"], module.params["writable_paths"], outlets)
