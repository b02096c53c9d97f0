# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_config on a node of keepalived."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Optional

from ..keepalived import holds, reader
from ..vrrp.client import AgentUnreachable
from ..vrrp.config.diff import as_values
from ..vrrp.config.syntax.redact import mask_secrets
from . import keepalived_status
from .change import Change, apply
from .config_file import Refused, marked
from .keepalived_file import KeepalivedFile
from .mastership import BACKUP, MASTER
from .module_io import CommandRunner

_STANDS_BY_S = 5.0  # a check script has its first result by then
_POLL_S = 0.2


@dataclass(frozen=True)
class Steps:
    """It says what has to be done: stop keepalived, or write the file and reload or start it.

    ``tried``: this is the standby, which goes first; it has to stand by afterwards as before.
    """

    stop: tuple[Change, ...] = ()
    write: bool = False
    reload: bool = False
    start: bool = False
    tried: bool = False

    def __bool__(self) -> bool:
        return bool(self.stop or self.write or self.reload or self.start)


def run(module: Any) -> dict[str, Any]:
    """Check the file; write it, and let keepalived take it where needed, but not in check mode.

    Raises DeploymentError.
    """
    file = KeepalivedFile(CommandRunner(module.run_command), module.params["path"])
    content = module.params["content"]
    module.no_log_values.discard(content)  # only the passwords in it are secret, as with our agent
    module.params["content"] = mask_secrets(content)
    text = holds.apply(content, holds.read(file.text)) if holds.is_ours(content) else content
    before, plan = file.text, file.plan(text)
    if file.service.condition().running:  # else it is likely the sample of the package
        file.demand_replaceable()
    for warning in file.unlike(text):
        module.warn(warning)
    if file.installed() or not module.check_mode:
        file.test(text)
    steps = _steps(module.params, file, text, plan.peer_must_follow)
    copy = None if module.check_mode else _apply(file, text, steps)
    return {
        "changed": bool(steps),
        "written": steps.write,
        "reloaded": steps.reload,
        "started": steps.start,
        "stopped": bool(steps.stop),
        "backup": copy,
        "plan": as_values(plan),
        "mastership": [],
        "diff": {
            "before_header": file.path,
            "after_header": file.path,
            "before": mask_secrets(before),
            "after": marked(before, text) if before else mask_secrets(text),
        },
    }


def _steps(params: dict[str, Any], file: KeepalivedFile, text: str, peer_must_follow: bool) -> Steps:
    running = bool(reader.find())
    if params["confirm"] is not None and peer_must_follow and running:
        # It cannot listen for a file that it does not have.
        return Steps(stop=tuple(file.service.stopped(file.service.condition())))
    write = file.needs_write(text)
    return Steps(
        write=write,
        # A file that was written by a run that ended there is not in force yet.
        reload=running and (write or bool(file.differs(text))),
        start=params["start"] and not running,
        tried=params["confirm"] is not None,
    )


def _apply(file: KeepalivedFile, text: str, steps: Steps) -> Optional[str]:
    """Do the steps. Return the path of the copy of a file that was not ours."""
    kept = [each.name for each in file.instances(text)]
    states = {name: state for name, state in _states().items() if name in kept} if steps.tried else {}
    apply(steps.stop)
    copy = None
    if steps.reload:
        copy = file.put(text)
    elif steps.write:
        copy = file.write(text)
    if steps.start:
        file.start(text)
    if steps.tried and steps.reload:
        _demand_as_before(file, states)
    return copy


def _states() -> dict[str, str]:
    try:
        return {each["name"]: each["state"] for each in keepalived_status.read()["instances"]}
    except AgentUnreachable:
        return {}


def _demand_as_before(file: KeepalivedFile, states: dict[str, str]) -> None:
    """Raise Refused where an instance that stood by does not stand by with the new file; the file before is back."""
    deadline = time.monotonic() + _STANDS_BY_S
    while True:
        now = _states()
        worse = [name for name, state in states.items() if state == BACKUP and now.get(name) not in (BACKUP, MASTER)]
        if not worse:
            return
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL_S)
    file.take_back()
    text = f"the standby does not stand by with the new {file.path}, so the one before is back"
    told = [f"{name}: BACKUP before, and {now.get(name, 'not there')} with the new file" for name in worse]
    raise Refused(text, tuple(told))
