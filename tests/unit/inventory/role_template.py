# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It renders the role's template without Ansible: the file of each host."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.commands import runs_scripts
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.render import sections
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROLE = Path(__file__).parents[3] / "roles" / "ha_pair"


def files(hosts: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the file of each host. ``hosts`` has the variables of each by their full names."""
    defaults, template = _role()
    plan = instances(hosts)
    found = {}
    for host, said in hosts.items():
        pair = {"sections": sections(said, plan[host]), "runs_scripts": runs_scripts(said, plan[host])}
        own = {name: value for name, value in said.items() if value is not None}
        found[host] = template.render({**defaults, "ha_pair_router_id": host, **own, "__ha_pair": pair})
    return found


@functools.cache
def _role() -> tuple[dict[str, Any], Any]:
    """Return the role's defaults, and its template; the template is compiled once, as that takes time."""
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    # As in Ansible: the first newline after a block is removed, the last one of the file is kept.
    plain = Environment(
        loader=FileSystemLoader(ROLE / "templates"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    return defaults, plain.get_template("hotstandby.conf.j2")
