# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.priorities returns which instances the priorities of a pair give to which host."""

from __future__ import annotations

DOCUMENTATION = r"""
name: priorities
short_description: Say which instances the priorities of a pair give to which host
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Compares the priorities of the hosts of a pair. A promotion, a demotion or a drain does not count.
options:
  _input:
    description:
      - For each host of the pair the result of M(hotstandby.vrrp.vrrp_info).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show of which instances the host would be master
  ansible.builtin.debug:
    msg: "{{ (found | hotstandby.vrrp.priorities)[inventory_hostname].leads }}"
"""

RETURN = r"""
_value:
  description:
    - For each host C(leads), the names of the instances in which its priority is the highest one, with the weights of
      the checks. C(takes_back) are those that it would take over from another master, now or when the checks of both
      hosts are as they should be.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.priorities import leads, takes_back


def priorities(found):
    """Return for each host the instances that its priority gives it."""
    return {host: {"leads": leads(host, found), "takes_back": takes_back(host, found)} for host in found}


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"priorities": priorities}
