# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.stopped says why a host of a pair cannot go on after a step."""

from __future__ import annotations

DOCUMENTATION = r"""
name: stopped
short_description: Say why a host of a pair cannot go on
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns sentences where a host of a pair, or the other host, failed in a step of a play or was unreachable.
  - What fails on one host of a pair stops both of its hosts, and no other pair of the play.
options:
  _input:
    description:
      - The name of the host.
    type: str
    required: true
  hosts:
    description:
      - The hosts of the pair.
    type: list
    elements: str
    required: true
  hostvars:
    description:
      - The variables of the hosts, with the registered results of the role P(hotstandby.vrrp.ha_pair#role).
    type: dict
    required: true
  step:
    description:
      - The name of the variable with the registered result of the last step.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Go on only where both hosts did it
  ansible.builtin.assert:
    that: inventory_hostname | hotstandby.vrrp.stopped(groups['ha_pair'], hostvars, '__ha_pair_before') | length == 0
"""

RETURN = r"""
_value:
  description: Sentences; none where both hosts did the step.
  type: list
  elements: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.results import stopped as find

# The registered results of the role's steps on a node.
STEPS = (
    *("__ha_pair_before", "__ha_pair_probed", "__ha_pair_opened", "__ha_pair_reached", "__ha_pair_scripts"),
    *(
        "__ha_pair_release",
        "__ha_pair_difference",
        "__ha_pair_late_difference",
        "__ha_pair_ready",
        "__ha_pair_agent",
        "__ha_pair_new_config",
    ),
    *(
        "__ha_pair_started",
        "__ha_pair_restarted",
        "__ha_pair_waited",
        "__ha_pair_tried",
        "__ha_pair_now",
        "__ha_pair_config",
    ),
    *(
        "__ha_pair_standby_config",
        "__ha_pair_moved",
        "__ha_pair_taken_back",
        "__ha_pair_released",
        "__ha_pair_settled",
        "__ha_pair_undrained",
    ),
    *("__ha_pair_drained", "__ha_pair_updated", "__ha_pair_healthy", "__ha_pair_held"),
)


def stopped(host, hosts, hostvars, step):
    """Return the sentences."""
    known = {each: hostvars[each] for each in hosts}
    done = {each: {name: known[each][name] for name in STEPS if name in known[each]} for each in hosts}
    return find(host, done, step)


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"stopped": stopped}
