# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.proof returns a verdict on what was seen on the nodes of a pair."""

from __future__ import annotations

DOCUMENTATION = r"""
name: proof
short_description: Check whether a pair works
version_added: 0.1.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Checks the samples that M(hotstandby.vrrp.vrrp_info) took on each node of a pair. In every sample there must be
    exactly one master, which alone has the virtual addresses, and a standby that hears it.
options:
  _input:
    description:
      - For each node the result of M(hotstandby.vrrp.vrrp_info).
    type: dict
    required: true
  names:
    description:
      - The names of the instances that the pair shares.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Check that the pair works
  ansible.builtin.assert:
    that: (seen | hotstandby.vrrp.proof(['VI_1'])).proven
  vars:
    seen: "{{ dict(groups['ha_pair'] | zip(groups['ha_pair'] | map('extract', hostvars, 'vrrp'))) }}"
"""

RETURN = r"""
_value:
  description:
    - C(proven) says whether the pair works. C(problems) is a list of sentences, C(masters) has the node for each
      instance, C(table) has lines to show.
    - C(risks) are the problems for which a change may cost a client something. A problem is no risk where no node has
      the instance or can take it, as where both are in FAULT.
    - C(warnings) are warnings of the agents, such as advertisements that they discard. They are often the cause of the
      problems.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.verify import proof


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"proof": proof}
