# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.drill_plan returns what a drill does with a pair."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drill_plan
short_description: Say what a drill does with a pair, and whether the pair is ready
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Chooses the node that is to fail, which is the master of the first instance, and judges whether the other one can
    take over.
options:
  _input:
    description:
      - For each node of the pair the result of M(hotstandby.vrrp.vrrp_info), with samples.
    type: dict
    required: true
  kind:
    description:
      - The kind of drill.
    type: str
    choices: [switchover, agent, node, service]
    required: true
  seconds:
    description:
      - How long the fault is to last.
    type: float
    required: true
  service:
    description:
      - The systemd unit to stop. Without it, the one that the instances watch with C(track_unit).
    type: str
  hostvars:
    description:
      - The variable C(hostvars). With it and O(groups), the time of a drill of a service is compared with what the
        checks need to see that it has stopped.
    type: dict
  groups:
    description:
      - The variable C(groups).
    type: dict
"""

EXAMPLES = r"""
- name: Check whether the pair is ready
  ansible.builtin.assert:
    that: (found | hotstandby.vrrp.drill_plan('node', 10)).problems | length == 0
"""

RETURN = r"""
_value:
  description:
    - C(problems) is a list of sentences, C(victim) the node that is to fail, C(standby) the other one, and C(masters)
      the master of each instance. C(service), C(interfaces) and C(addresses) are for M(hotstandby.vrrp.vrrp_fault),
      C(probed) has an address of each instance for M(hotstandby.vrrp.vrrp_probe). C(table) has lines to show. After
      C(back_s) seconds without the fault, the checks of the node and both routers have noticed that it is over.
  type: dict
"""


def drill_plan(found, kind, seconds, service=None, hostvars=None, groups=None):
    """Return what a drill of this kind does with a pair, and what forbids it."""
    # Ansible loads every filter of the collection with the first one, and only a drill needs the simulation.
    from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill import duration
    from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.readiness import plan
    from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.pair_files import simulated_pair

    made = plan(kind, found, float(seconds), service or None)
    if made["service"] and made["victim"] and hostvars is not None:
        pair = simulated_pair("", list(found), hostvars, groups)
        if pair is not None:
            timed = duration.of_service(pair, made, float(seconds))
            made.update(problems=made["problems"] + timed["problems"], back_s=timed["back_s"])
    return made


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"drill_plan": drill_plan}
