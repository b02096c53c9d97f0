# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.peer_key makes the key with which the nodes of a pair tell each other how they do."""

from __future__ import annotations

DOCUMENTATION = r"""
name: peer_key
short_description: Make a key for the nodes of a pair
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns a new random key at each use, in the form that M(hotstandby.vrrp.vrrp_peer_key) takes.
options:
  _input:
    description:
      - The names of the hosts that get it. They do not matter to the key.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Make a key
  ansible.builtin.set_fact:
    new_key: "{{ groups['ha_pair'] | hotstandby.vrrp.peer_key }}"
  no_log: true
"""

RETURN = r"""
_value:
  description: A key of 32 random octets.
  type: str
"""

import secrets


def peer_key(hosts):
    """Return a key that nobody can foresee, for these hosts."""
    return f"hex:{secrets.token_hex(32)}"


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"peer_key": peer_key}
