# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_agent on a node of keepalived."""

from __future__ import annotations

import os
from typing import Any

from ..vrrp.config.syntax.redact import mask_secrets
from .change import Change, DeploymentError, apply, as_diff
from .keepalived_file import KeepalivedFile
from .module_io import CommandRunner

PACKAGE = "keepalived"


def run(module: Any) -> dict[str, Any]:
    """Enable the service, or stop and disable it and remove the file of our role; in check mode only list that.

    Raises DeploymentError.
    """
    file = KeepalivedFile(CommandRunner(module.run_command))
    condition = file.service.condition()
    result: dict[str, Any] = {"running": condition.running}
    if module.params["state"] == "present":
        if not file.installed() and not module.check_mode:
            raise DeploymentError(f"there is no program keepalived on this node: install the package {PACKAGE}")
        changes = file.service.enabled(condition)
        if not file.installed():
            changes.insert(0, Change(PACKAGE, "", "installed\n", lambda: None))
        result.update(version=file.version(), release=None, running_release=None, restart_required=False)
    else:
        # A file of somebody else, and its service, are not touched.
        ours = [*file.service.stopped(condition), *file.service.disabled(condition), _removed(file)]
        changes = ours if file.is_ours else []
    if not module.check_mode:
        apply(changes)
    result.update(changed=bool(changes), changes=[change.subject for change in changes], diff=as_diff(changes))
    return result


def _removed(file: KeepalivedFile) -> Change:
    return Change(file.path, mask_secrets(file.text), "", lambda: os.unlink(file.path))
