# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.play_hosts: the group that a playbook is for, or an error where that is nobody."""

from __future__ import annotations

DOCUMENTATION = r"""
name: play_hosts
short_description: Name the hosts of a play, or fail where there are none
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns a group for C(hosts) of a play. Ansible passes over a play that matches no host and ends without an error;
    this fails, and says what to write.
  - It fails for no syntax check, as that may be made without the inventory.
options:
  _input:
    description:
      - The name of the group.
    type: str
    required: true
  groups:
    description:
      - The groups of the inventory.
    type: dict
    required: true
  hosts:
    description:
      - The hosts that C(--limit) leaves.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Hot-standby pair
  hosts: "{{ 'lb' | hotstandby.vrrp.play_hosts(groups, ansible_play_hosts_all) }}"
  roles:
    - role: hotstandby.vrrp.ha_pair
"""

RETURN = r"""
_value:
  description: The name of the group.
  type: str
"""

from ansible import context
from ansible.errors import AnsibleFilterError

_OWN = ("all", "ungrouped")  # groups that every inventory has


def play_hosts(group, groups, hosts):
    """The filter."""
    if context.CLIARGS.get("syntax"):
        return group
    if not groups.get(group):
        named = ", ".join(sorted(name for name in groups if name not in _OWN)) or "none"
        text = f"the group {group} has no hosts" if group in groups else f"no group {group} in the inventory"
        raise AnsibleFilterError(f"{text} (groups are: {named}): say -e ha_pair_group=NAME, or -i INVENTORY")
    if not set(groups[group]) & set(hosts):
        members = ", ".join(groups[group])
        raise AnsibleFilterError(f"--limit leaves out every host of the group {group} ({members})")
    return group


class FilterModule:
    """What Ansible asks a filter plugin for."""

    def filters(self):
        return {"play_hosts": play_hosts}
