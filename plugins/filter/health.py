# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.health says what is wrong with a node after an update."""

from __future__ import annotations

DOCUMENTATION = r"""
name: health
short_description: Say what is wrong with a node after an update
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Compares two results of M(hotstandby.vrrp.vrrp_info) of one node. A node is healthy when its agent answers, each
    instance is there without a fault, and no weight got worse. It may be drained.
options:
  _input:
    description:
      - The result of M(hotstandby.vrrp.vrrp_info) now.
    type: dict
    required: true
  before:
    description:
      - The result before the update.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Wait until the node is healthy
  hotstandby.vrrp.vrrp_info:
  register: now
  until: now | hotstandby.vrrp.health(before) | length == 0
"""

RETURN = r"""
_value:
  description: Sentences; none where the node is healthy.
  type: list
  elements: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.health import health


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"health": health}
