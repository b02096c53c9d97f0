# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes the configuration files of a pair of the inventory alone, without asking any host."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path

from ansible.errors import AnsibleError
from ansible_collections.hotstandby.vrrp.plugins.filter.objections import objections
from ansible_collections.hotstandby.vrrp.plugins.filter.problems import problems
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.assumed_network import assumed_network
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.commands import runs_scripts
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host import FACTS, PREFIX
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.render import sections
from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair_simulation.pair import SimulatedPair
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.simulation_input import NodeFile
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.origin import locate
from jinja2 import Environment, FileSystemLoader

_TEMPLATES = Path(__file__).resolve().parents[2] / "roles" / "ha_pair" / "templates"
# Nothing that is simulated depends on these.
_DEFAULTS = {"ha_pair_script_user": "hotstandby", "ha_pair_enable_script_security": True}
_FACTS_MISSING = (
    "a simulation asks no host, so it has only the facts of a fact cache. Give it a value that needs no facts, for "
    "this simulation with -e"
)


@dataclass
class PairFiles:
    """It is the file of each host, or else what is wrong; and for each host what was made up, as a sentence."""

    files: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    made_up: list[str] = field(default_factory=list)


def pair_files(hosts, hostvars, groups):
    """Return the files of the pair of these hosts, as the role would write them."""
    found = PairFiles()
    said = {host: _said(host, hostvars[host], found.problems) for host in hosts}
    if found.problems:
        return found
    assumed, found.made_up = assumed_network({host: {**said[host], **_known(hostvars[host])} for host in hosts})
    for host in hosts:
        said[host].update({FACTS: assumed[host]} if host in assumed else _known(hostvars[host]))
    found.problems = problems(hosts, said, groups)
    plan = {} if found.problems else instances(said, locate)
    for host, own in plan.items():
        pair = {"sections": sections(said[host], own), "runs_scripts": runs_scripts(said[host], own)}
        values = {"ha_pair_router_id": host, **_DEFAULTS, **said[host], "__ha_pair": pair}
        found.files[host] = _template().render(values)
        found.problems += objections(found.files[host], host)
    return found


def simulated_pair(name, hosts, hostvars, groups):
    """Return the pair of these hosts for a simulation; None where the inventory alone is not enough for it."""
    made = pair_files(hosts, hostvars, groups)
    if made.problems:
        return None
    return SimulatedPair(name, [NodeFile(host, inspect(text, host).configuration) for host, text in made.files.items()])


def _said(host, variables, wrong):
    """Return the variables of our prefix with their values, and note those that cannot be worked out."""
    found = {}
    for name in variables:
        if name.startswith(PREFIX):
            try:
                found[name] = _value(variables[name])
            except AnsibleError as error:
                wrong.append(f"{host}: {name}: {' '.join(str(error).split())} ({_FACTS_MISSING} {name}=...)")
    return found


def _known(variables):
    """Return what else a host's network may be known by: its address, and facts that are cached."""
    found = {}
    for name in ("ansible_host", "ansible_facts"):
        try:
            found[name] = _value(variables[name])
        except (AnsibleError, KeyError):
            continue  # it is not needed
    return found


def _value(value):
    """Return a value whose parts are worked out, too: Ansible does that only when they are read."""
    if isinstance(value, dict):
        return {name: _value(each) for name, each in value.items()}
    return [_value(each) for each in value] if isinstance(value, (list, tuple)) else value


@functools.cache
def _template():
    # As Ansible does: the first newline after a block is removed, the last one of the file is kept.
    plain = Environment(loader=FileSystemLoader(_TEMPLATES), trim_blocks=True, keep_trailing_newline=True)
    return plain.get_template("hotstandby.conf.j2")
