# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.failure returns the first line of what a failed task says."""

from __future__ import annotations

DOCUMENTATION = r"""
name: failure
short_description: Return the first line of what a failed task says
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns the first line of the message of a failed result. For a loop it is that of the first item that failed.
options:
  _input:
    description:
      - The result, such as C(ansible_failed_result).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Note what failed
  ansible.builtin.set_fact:
    reason: "{{ ansible_failed_result | hotstandby.vrrp.failure }}"
"""

RETURN = r"""
_value:
  description: One line.
  type: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.results import message


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"failure": message}
