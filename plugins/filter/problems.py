# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.problems returns the problems of an inventory's description of a pair."""

from __future__ import annotations

DOCUMENTATION = r"""
name: problems
short_description: List the errors in the inventory of a pair
version_added: 0.1.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Checks the variables of the two hosts of a pair, together with their network facts.
  - Returns all errors at once, with the host, the variable, the rule and the fix. Where Ansible knows the line of the
    inventory, this is added. No message contains a password.
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.pair
options:
  groups:
    description:
      - The groups of the inventory. Where there are not two hosts, the message names what to write.
    type: dict
    version_added: 0.4.0
seealso:
  - plugin: hotstandby.vrrp.instances
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Check the inventory
  ansible.builtin.assert:
    that: problems | length == 0
    fail_msg: "{{ problems }}"
  vars:
    problems: "{{ groups['ha_pair'] | hotstandby.vrrp.problems(hostvars) }}"
"""

RETURN = r"""
_value:
  description: One line for each problem; empty when there is none.
  type: list
  elements: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError, VariableProblem
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.host import FACTS, PREFIX
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instance_variables import FIELDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.origin import locate, misread

_SECRET = tuple(word for word, known in FIELDS.items() if known.secret)
_UNREAD = (FACTS, *(PREFIX + word for word in _SECRET))


def problems(hosts, variables, groups=None):
    """Return one line for each problem of the pair ``hosts``."""
    found = [problem for host in hosts for problem in _misread(host, variables[host])]
    try:
        instances({host: variables[host] for host in hosts}, locate, groups or {})
    except PairError as error:
        found += error.problems
    return [str(problem) for problem in found]


def _misread(host, variables):
    """Yield a problem for each number that YAML reads as another one than the user wrote."""
    for name in variables:
        if name.startswith(PREFIX) and name not in _UNREAD:
            for value in _numbers(variables[name]):
                text = misread(value)
                if text is not None:
                    hint = f"write {text.lstrip('0')}" if text.startswith("0") else "put it in quotes"
                    yield VariableProblem(host, name, f"YAML reads {text} as the number {value}", hint, locate(value))


def _numbers(value):
    if isinstance(value, dict):
        value = [each for word, each in value.items() if word not in _SECRET]
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"problems": problems}
