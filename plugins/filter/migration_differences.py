# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.migration_differences compares an inventory with keepalived's files."""

from __future__ import annotations

DOCUMENTATION = r"""
name: migration_differences
short_description: Compare an inventory with keepalived's files
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Compares the instances of an inventory with those of keepalived's files, host by host. A password is not shown.
options:
  _input:
    description:
      - For each host its instances, as P(hotstandby.vrrp.instances#filter) returns them.
    type: dict
    required: true
  looks:
    description:
      - For each host the result of M(hotstandby.vrrp.vrrp_info).
    type: dict
    required: true
  imported:
    description:
      - For each host the result of M(hotstandby.vrrp.vrrp_config_info), with the secrets.
    type: dict
    required: true
seealso:
  - plugin: hotstandby.vrrp.migration
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Compare them
  ansible.builtin.debug:
    msg: "{{ ours | hotstandby.vrrp.migration_differences(looks, imported) }}"
"""

RETURN = r"""
_value:
  description:
    - For each host C(differences), sentences about the values that differ, and C(missing), about instances that only
      keepalived has.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.filter.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.migration import differences, inventory


def migration_differences(ours, looks, imported):
    """Return how the instances of each host differ from those of its file. Raises AnsibleFilterError with problems."""
    hosts = list(ours)
    return differences(ours, instances(hosts, inventory(hosts, looks, imported)))


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"migration_differences": migration_differences}
