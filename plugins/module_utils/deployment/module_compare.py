# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It does the work of the module vrrp_compare on a node."""

from __future__ import annotations

import time
from ipaddress import ip_interface
from typing import Any

from ..keepalived import reader
from ..keepalived import status as keepalived_status
from ..vrrp.agent.netlink.links import InterfaceTable, dump
from ..vrrp.config.model.configuration import Configuration
from ..vrrp.config.syntax.redact import mask_secrets
from .change import DeploymentError
from .config_file import ConfigFile
from .wire_comparison import Priority, compare, instance_of
from .wire_listener import Heard, listen


def run(module: Any) -> dict[str, Any]:
    """Check the file beside the running keepalived, listen, and return what was compared; change and send nothing.

    Raises DeploymentError where keepalived does not run or tells nothing, and where the file is bad.
    """
    content = module.params["content"]
    module.no_log_values.discard(content)
    module.params["content"] = mask_secrets(content)
    instances = _keepalived()
    hosts = [ip_interface(text).ip for each in instances for text in (*each["addresses"], *each["excluded"])]
    file = ConfigFile(module.params["path"], module.params["runtime_dir"])
    configuration, warnings = file.validate(content, hosts)
    for warning in dict.fromkeys(warnings):
        module.warn(warning)

    def enough(heard: list[Heard]) -> bool:
        return _names(configuration) <= {each.name for each in map(_instance, heard) if each is not None}

    def _instance(heard: Heard) -> Any:
        return instance_of(heard, configuration) if heard.received.payload[2] else None

    try:
        table = dump(InterfaceTable())
        interfaces = [each.interface for each in configuration.instances]
        heard = listen(interfaces, enough, module.params["timeout"])
    except OSError as error:
        raise DeploymentError(f"the interfaces cannot be listened to, which needs root: {error}") from error
    priorities = {each["name"]: Priority(each["base_priority"], each["priority"]) for each in instances}
    compared = compare(configuration, heard, table, priorities, time.time())
    return {
        "changed": False,
        "instances": compared,
        "problems": [problem for each in compared for problem in each["problems"]],
    }


def _names(configuration: Configuration) -> set[str]:
    return {each.name for each in configuration.instances}


def _keepalived() -> list[dict[str, Any]]:
    """Return keepalived's own status of its instances. Raises DeploymentError where it does not tell it."""
    found: list[dict[str, Any]] = []
    running = reader.find()
    if not running:
        raise DeploymentError("no keepalived does VRRP in this network namespace: there is nothing to compare with")
    for process in running:
        try:
            dumped, now = reader.dump_of(process)
        except reader.ReadError as error:
            raise DeploymentError(str(error)) from error
        found += keepalived_status.instances(dumped, now, ())
    return found
