# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.rollback works out how a pair goes back to keepalived."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollback
short_description: Work out how a pair goes back to keepalived
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Works out from what the hosts of a pair run in which order keepalived replaces the agent, so that clients lose
    least, and what that costs.
options:
  _input:
    description:
      - The names of the two hosts.
    type: list
    elements: str
    required: true
  looks:
    description:
      - For each host the result of M(hotstandby.vrrp.vrrp_info).
    type: dict
    required: true
  file:
    description:
      - Which file keepalived gets.
    type: str
    choices: [old, today]
    default: old
  tests:
    description:
      - For each host the result of a command that prints the version of keepalived and tests that file.
    type: dict
    default: {}
  imported:
    description:
      - For each host the result of M(hotstandby.vrrp.vrrp_config_info) for that file. A virtual address of the agent
        that is not in it is an objection.
    type: dict
    default: {}
  path:
    description:
      - Where that file is.
    type: str
    default: the file of keepalived
  drops:
    description:
      - Whether it is accepted that nobody has these addresses. Then each is a warning of the plan.
    type: bool
    default: false
seealso:
  - plugin: hotstandby.vrrp.migration
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Say what would be done
  ansible.builtin.debug:
    msg: "{{ (groups['ha_pair'] | hotstandby.vrrp.rollback(looks)).plan }}"
"""

RETURN = r"""
_value:
  description:
    - C(order) are the hosts, that first which gets keepalived first. C(objections) are sentences about what forbids it,
      C(plan) is what would be done.
  type: dict
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory import rollback as of_pair

_DROPS = "say -e rollback_file=today, add it to that file, or accept it with -e rollback_drops=true"


def rollback(hosts, looks, file="old", tests=None, imported=None, path="the file of keepalived", drops=False):
    """Return what was worked out for the pair of ``hosts``."""
    hosts = list(hosts)
    dropped = of_pair.dropped(looks, imported or {}, path)
    return {
        "order": of_pair.order(hosts, looks),
        "objections": of_pair.objections(hosts, looks, file)
        + of_pair.refusals(tests or {})
        + ([] if drops else [f"{text}: {_DROPS}" for text in dropped]),
        "plan": of_pair.plan(hosts, looks)
        + of_pair.complaints(tests or {})
        + ([f"warning: {text}" for text in dropped] if drops else []),
    }


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"rollback": rollback}
