# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.drill_outcome returns a verdict on a drill."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drill_outcome
short_description: Judge a drill
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Works out who owned the virtual addresses during a drill, and compares what a client lost with what the simulation
    expects.
options:
  _input:
    description:
      - The hosts of the pair.
    type: list
    elements: str
    required: true
  pair:
    description:
      - The name of the pair.
    type: str
    required: true
  seconds:
    description:
      - How long the fault was to last.
    type: float
    required: true
  connects:
    description:
      - Whether the probe connects to a TCP port.
    type: bool
    default: false
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.inventory
"""

EXAMPLES = r"""
- name: Judge the drill
  ansible.builtin.set_fact:
    outcome: "{{ groups['web'] | hotstandby.vrrp.drill_outcome(hostvars, groups, 'web', 10) }}"
"""

RETURN = r"""
_value:
  description:
    - For each instance of the pair its timeline, what was expected and measured, whether it C(passed), and remarks.
  type: list
  elements: dict
"""

import time

from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.options import CONTROLLER
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.outcomes import cause

_LOOKS = ("__ha_pair_before", "__ha_pair_drill_back", "__ha_pair_waited", "__ha_pair_seen")


def drill_outcome(hosts, hostvars, groups, pair, seconds, connects=False):
    """Return the instances of a report."""
    # Ansible loads every filter of the collection with the first one, and only a drill needs the simulation.
    from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.outcome import instances

    known = {host: hostvars[host] for host in hosts}

    def noted(host, name):
        return known[host].get(name) or {}

    def counted(name):
        return next((noted(host, name) for host in hosts if "counts" in noted(host, name)), {})

    plan = noted(hosts[0], "__ha_pair_drill")
    failures = {host: known[host]["__ha_pair_failed"] for host in hosts if known[host].get("__ha_pair_failed")}
    remote = (known[hosts[0]].get("drill_probe_host") or CONTROLLER) != CONTROLLER
    undone = [noted(plan["victim"], name) for name in ("__ha_pair_drill_undone", "__ha_pair_drill_undone_late")]
    looks = {host: [noted(host, name).get("clock") for name in _LOOKS] for host in hosts}
    return instances(
        {
            **plan,
            "pair": pair,
            "connects": connects,
            "clocks": {host: [look for look in found if look] for host, found in looks.items()},
            "began_at": float(known[hosts[0]]["__ha_pair_drill_began_at"]),
            "ended_at": time.time(),
            "failed": cause(failures),
            "fault": noted(plan["victim"], "__ha_pair_drill_fault"),
            "undone": undone,
            "probe": counted("__ha_pair_drill_probe"),
            # The controller has its own clock.
            "probe_clock": counted("__ha_pair_drill_probed").get("clock") if remote else None,
            "events": {host: noted(host, "__ha_pair_drill_events").get("stdout") for host in hosts},
            "unread": {host: _why_unread(noted(host, "__ha_pair_drill_events")) for host in hosts},
            "after": {host: noted(host, "__ha_pair_seen") for host in hosts},
        },
        _expected(hosts, hostvars, groups, pair, plan, float(seconds), connects),
    )


def _why_unread(command):
    """Return why a command gave no record, or "" where it gave one."""
    if command.get("rc") == 0:
        return ""
    return command.get("stderr") or command.get("msg") or "hotstandby events was not run"


def _expected(hosts, hostvars, groups, pair, plan, seconds, connects):
    """Return the expected loss of each instance, none where the inventory cannot be simulated."""
    # Ansible loads every filter of the collection with the first one, and only a drill needs the simulation.
    from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.expected import expected
    from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.pair_files import simulated_pair

    simulated = simulated_pair(pair, hosts, hostvars, groups)
    return {} if simulated is None else expected(simulated, plan, seconds, connects)


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"drill_outcome": drill_outcome}
