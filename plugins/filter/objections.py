# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.objections returns the agent's objections to a configuration, without any node."""

from __future__ import annotations

DOCUMENTATION = r"""
name: objections
short_description: List the errors of a configuration before it is on any node
version_added: 0.1.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Reads a C(keepalived.conf) with the agent's own reader, on the controller.
  - Mistakes that the agent accepts because keepalived does, such as a password that is cut, are errors here.
  - Only a node knows whether a script exists; M(hotstandby.vrrp.vrrp_config) checks this in check mode.
options:
  _input:
    description:
      - The whole file.
    type: str
    required: true
  host:
    description:
      - The host of the file, for the messages.
    type: str
    required: true
seealso:
  - module: hotstandby.vrrp.vrrp_config
"""

EXAMPLES = r"""
- name: Check the file
  ansible.builtin.assert:
    that: objections | length == 0
    fail_msg: "{{ objections }}"
  vars:
    file: "{{ lookup('ansible.builtin.template', 'keepalived.conf.j2') }}"
    objections: "{{ file | hotstandby.vrrp.objections(inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One line for each error, with the line of the file. It contains no password.
  type: list
  elements: str
"""

import functools
from dataclasses import replace

from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.preflight.host import unsupported
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.syntax.diagnostics import ERROR
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.syntax.redact import mask_secrets

_PATH = "/etc/hotstandby/hotstandby.conf"


def objections(text, host):
    """Return one line for each error of the configuration ``text`` of ``host``."""
    return list(_objections(str(text), host))


@functools.lru_cache(maxsize=16)
def _objections(text, host):
    """Return the errors. A text is parsed once, as a task uses it in its condition and in its message."""
    report = inspect(text, _PATH)
    # A mistake that keepalived accepts is a warning in a user's file, and an error in a file of the role.
    tolerated = tuple(replace(problem, severity=ERROR) for problem in report.tolerated)
    problems = report.problems + tolerated or unsupported(report.configuration)
    lines = mask_secrets(text).split("\n")
    return [f"{host}: {problem}, in the line: {lines[problem.line - 1].strip()}" for problem in problems]


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"objections": objections}
