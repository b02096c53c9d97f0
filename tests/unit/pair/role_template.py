# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's template, rendered without Ansible: what its variables are worth, then the file of each host."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.derivation import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.sections import sections
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.nativetypes import NativeEnvironment

ROLE = Path(__file__).parents[3] / "roles" / "ha_pair"
_WORKED_OUT = ("ha_pair_commands", "ha_pair_runs_scripts")


def _flatten(values: Any) -> list[Any]:
    return [each for value in values for each in (value if isinstance(value, list) else [value])]


def _items(mapping: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in mapping.items()]


def _listed(function: Any) -> Any:
    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> list[Any]:
        return list(function(*arguments, **options))

    return call


def files(hosts: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The file of each host. ``hosts`` has each one's variables by their full names."""
    defaults, worked_out, template = _role()
    plan = instances(hosts)
    found = {}
    for host, said in hosts.items():
        values = {
            **defaults,
            "ha_pair_router_id": host,
            **{name: value for name, value in said.items() if value is not None},
            "inventory_hostname": host,
            "ha_pair_plan": plan,
            "ha_pair_sections": sections(said, plan[host]),
        }
        for name in _WORKED_OUT:
            values[name] = worked_out[name].render(values)
        found[host] = template.render(values)
    return found


@functools.cache
def _role() -> tuple[dict[str, Any], dict[str, Any], Any]:
    """The role's defaults, what is worked out of its variables, and its template, which take a while to compile."""
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    role_vars = yaml.safe_load((ROLE / "vars" / "main.yml").read_text(encoding="utf-8"))
    native = NativeEnvironment(undefined=StrictUndefined)
    native.filters.update(flatten=_flatten, dict2items=_items)
    native.tests["match"] = lambda value, pattern: re.match(pattern, value) is not None
    for name in ("map", "select", "selectattr"):  # Ansible makes lists of what these return
        native.filters[name] = _listed(native.filters[name])
    # As Ansible does: the first newline after a block goes, the file keeps its last one.
    plain = Environment(
        loader=FileSystemLoader(ROLE / "templates"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    worked_out = {name: native.from_string(role_vars[name]) for name in _WORKED_OUT}
    return defaults, worked_out, plain.get_template("hotstandby.conf.j2")
