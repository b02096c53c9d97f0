# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.proof: what was seen on the nodes of a pair in, a verdict out."""

from __future__ import annotations

DOCUMENTATION = r"""
name: proof
short_description: Judge whether a pair works
version_added: 0.1.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Looks at samples that M(hotstandby.vrrp.vrrp_info) took on each node of a pair, and tells whether in every one of
    them there was exactly one master, with the virtual addresses on it alone, and a standby that hears it.
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
- name: Prove that the pair works
  ansible.builtin.assert:
    that: (seen | hotstandby.vrrp.proof(['VI_1'])).proven
  vars:
    seen: "{{ dict(groups['ha_pair'] | zip(groups['ha_pair'] | map('extract', hostvars, 'vrrp'))) }}"
"""

RETURN = r"""
_value:
  description:
    - C(proven), C(problems), C(masters) with the node for each instance, and C(table), lines to show.
    - C(warnings) are what the agents warn of, such as advertisements that they discard; they prove nothing, but often
      they are the reason for the problems.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.pair.proof import proof


class FilterModule:
    """What Ansible asks a filter plugin for."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"proof": proof}
