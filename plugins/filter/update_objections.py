# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.update_objections returns what forbids a rolling update."""

from __future__ import annotations

DOCUMENTATION = r"""
name: update_objections
short_description: Say what forbids a rolling update
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Checks the variables of the playbook C(rolling_update.yml).
options:
  _input:
    description:
      - The variables of the user, such as C(update_tasks) and C(update_packages), by their names. C(is_file) says
        whether C(update_tasks) is a file of the controller, C(is_list) whether there is a list of tasks in it, and
        C(keepalived) are the hosts of the pair that run keepalived.
    type: dict
    required: true
  failback:
    description:
      - The result of P(hotstandby.vrrp.failback#filter).
    type: dict
    required: true
seealso:
  - plugin: hotstandby.vrrp.failback
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Check what to do
  ansible.builtin.assert:
    that: said | hotstandby.vrrp.update_objections(policies | hotstandby.vrrp.failback) | length == 0
  vars:
    policies: {web-a: never, web-b: never}
    said:
      update_packages: [nginx]
      ha_pair_update_timeout: 300
"""

RETURN = r"""
_value:
  description: A sentence for each thing that forbids it.
  type: list
  elements: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.update_options import objections


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"update_objections": objections}
