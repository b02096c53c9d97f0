# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_config on a node."""

from __future__ import annotations

from typing import Any, Optional

from ..vrrp.config.diff import as_values
from ..vrrp.config.semantics.programs import from_json
from ..vrrp.config.syntax.redact import MASK, mask_secrets
from . import module_config_keepalived, paths
from .account import Account
from .arguments import KEEPALIVED
from .change import DeploymentError
from .config_file import ConfigFile, Refused
from .first_election import become_master
from .module_io import CommandRunner
from .peer_key import ONLY, KeyFile, difference, digests
from .service import Service


def run(module: Any) -> dict[str, Any]:
    """Check the file; write and reload it where needed, but not in check mode. Raises DeploymentError.

    Of the file, only the passwords are secret. If the whole file were, Ansible would hide the diff, too.
    """
    if module.params["program"] == KEEPALIVED:
        return module_config_keepalived.run(module)
    content, secret = module.params["content"], module.params["peer_key"]
    module.params["peer_key"] = MASK if secret else ""
    module.no_log_values.discard(content)
    module.params["content"] = mask_secrets(content)
    file = ConfigFile(module.params["path"] or paths.CONFIG, module.params["runtime_dir"])
    agent = file.agent()
    try:
        foreseen = file.dry_run(content, agent)
    except Refused:
        _warn(module, file.validate(content)[1])  # root may see more problems, and tells all of them at once
        raise
    if foreseen is not None and "programs" in foreseen:
        plan, warnings = foreseen["plan"], file.judge_programs(from_json(foreseen["programs"]))
        _warn(module, [*foreseen["warnings"], *warnings])
    else:
        configuration, warnings = file.validate(content)
        plan = as_values(file.plan(configuration)) if foreseen is None else foreseen["plan"]
        _warn(module, [*warnings, *([] if foreseen is None else foreseen["warnings"])])
    run = CommandRunner(module.run_command)
    service, owner = Service(run), Account(paths.USER, run).owner()
    write, reload = file.needs_write(content, owner), file.needs_reload(content, agent, foreseen)
    start = module.params["start"] and agent is None
    key, keys = _key_to_write(secret if start else "", owner), digests(paths.PEER_KEY, owner)
    confirm_s = module.params["confirm"]
    if confirm_s is not None:
        if reload and not module.check_mode:
            file.confirmed_reload(content, confirm_s)
        write = False
    elif not module.check_mode:
        if owner == (-1, -1):
            raise DeploymentError(f"there is no user {paths.USER}: run hotstandby.vrrp.vrrp_agent first")
        if write:
            file.write(content, owner)
        if reload:
            file.reload(owner)
        if key is not None:
            key.write(owner)
        if start:
            service.start()
            if file.agent() is None:  # it ran before, without its control socket, so systemd had nothing to do
                raise DeploymentError(
                    f"the service {paths.SERVICE} runs, but no agent answers in {module.params['runtime_dir']}:"
                    f" systemctl reload {paths.SERVICE} makes its control socket again"
                )
            become_master(module.params["master_of"], module.params["runtime_dir"])
    differences = [
        {
            "before_header": file.path,
            "after_header": file.path,
            "before": file.masked(),
            "after": file.marked(content),
        }
    ]
    if key is not None:
        differences.append(difference(key.path, keys, digests(key.path, owner), changed=True))
    return {
        "changed": write or reload or start,
        "written": write,
        "reloaded": reload,
        "started": start,
        "plan": plan,
        "mastership": [] if foreseen is None else foreseen["mastership"],
        "diff": differences if key is not None else differences[0],
    }


def _key_to_write(secret: str, owner: tuple[int, int]) -> Optional[KeyFile]:
    """Return the key file that has to be written; None without a key, or where it is right. Raises DeploymentError."""
    file = KeyFile(paths.PEER_KEY, secret, ONLY) if secret else None
    return None if file is None or file.is_right(owner) else file


def _warn(module: Any, warnings: list[str]) -> None:
    """Tell each warning once."""
    for warning in dict.fromkeys(warnings):
        module.warn(warning)
