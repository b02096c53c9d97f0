# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.changes says in words what a deployment changes on a running pair."""

from __future__ import annotations

DOCUMENTATION = r"""
name: changes
short_description: Say what a new configuration changes on a running pair
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Turns the results of M(hotstandby.vrrp.vrrp_config) in check mode on both hosts of a pair into sentences. They name
    each changed field with its old and new value, whether both nodes change in step, and whether mastership moves.
options:
  _input:
    description:
      - For each host the result of M(hotstandby.vrrp.vrrp_config).
    type: dict
    required: true
  later:
    description:
      - The same of a second comparison. A host that has a result here has it instead of the first one.
    type: dict
    default: {}
  keepalived:
    description:
      - The hosts that run keepalived.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Say what changes
  ansible.builtin.debug:
    msg: "{{ differences | hotstandby.vrrp.changes }}"
"""

RETURN = r"""
_value:
  description: One line for each change.
  type: list
  elements: str
  sample: ["VI_1: virtual_router_id 51 -> 77 in step; nobody loses a packet; mastership stays"]
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.changes import changes as in_words


def changes(differences, later=None, keepalived=()):
    """Return the lines about the last comparison of each host."""
    later = {host: result for host, result in (later or {}).items() if "plan" in result}
    return in_words({**differences, **later}, list(keepalived))


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"changes": changes}
