# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.drill_objections returns what forbids a drill."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drill_objections
short_description: Say what forbids a drill
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Checks the variables of the playbook C(drill.yml). The time of day is that of the controller now.
options:
  _input:
    description:
      - The hosts of the pair.
    type: list
    elements: str
    required: true
  said:
    description:
      - The variables of the user, such as C(drill) and C(drill_window), by their names; null where one is not set.
    type: dict
    required: true
  known:
    description:
      - All hosts of the inventory.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Check what to do
  ansible.builtin.assert:
    that: groups['web'] | hotstandby.vrrp.drill_objections(said, groups['all']) | length == 0
  vars:
    said:
      drill: [switchover]
      drill_seconds: 10
      drill_interval: 0.01
"""

RETURN = r"""
_value:
  description: A sentence for each thing that forbids it.
  type: list
  elements: str
"""

import time

from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.options import objections


def drill_objections(pair, said, known):
    """Return a sentence for each thing that forbids the drill of a pair."""
    return objections(said, list(pair), set(known), time.strftime("%H:%M"))


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"drill_objections": drill_objections}
