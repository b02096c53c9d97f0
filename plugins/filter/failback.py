# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.failback returns who is master of a pair after a rolling update."""

from __future__ import annotations

DOCUMENTATION = r"""
name: failback
short_description: Read the failback policy of a pair
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Reads the variable C(ha_pair_failback) of both hosts of a pair, and checks that it is one policy.
options:
  _input:
    description:
      - For each host of the pair the value of the variable.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the policy
  ansible.builtin.debug:
    msg: "{{ {'web-a': 'never', 'web-b': 'never'} | hotstandby.vrrp.failback }}"
"""

RETURN = r"""
_value:
  description: The C(policy), its C(seconds), and a C(problem), which is empty where there is none.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.failback import agreed


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"failback": agreed}
