#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_compare
short_description: Compare what the agent would send with what keepalived sends
version_added: 0.4.0
description:
  - Listens to the advertisements on a node that runs keepalived, and compares them octet for octet with those that the
    agent would send with another configuration. It sends nothing, and changes nothing.
  - It also checks the configuration on the node, as M(hotstandby.vrrp.vrrp_config) does. The addresses that keepalived
    has at the moment are no problem.
  - The agent need not be installed.
options:
  content:
    description:
      - The whole text of the configuration.
    type: str
    required: true
  path:
    description:
      - Where the file is to be. Its included files are looked for from there.
    type: path
    default: /etc/hotstandby/hotstandby.conf
  timeout:
    description:
      - For how many seconds to wait at most until each instance was heard.
    type: float
    default: 15
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.runtime_dir
  - hotstandby.vrrp.attributes.action_group
attributes:
  check_mode:
    description: It only listens.
  diff_mode:
    description: It only listens.
    support: N/A
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_config_info
  - module: hotstandby.vrrp.vrrp_config
"""

EXAMPLES = r"""
- name: Compare with what keepalived sends
  hotstandby.vrrp.vrrp_compare:
    content: "{{ lookup('ansible.builtin.file', 'hotstandby.conf') }}"
  register: compared

- name: Stop where they differ
  ansible.builtin.assert:
    that: compared.problems | length == 0
    fail_msg: "{{ compared.problems | join('\n') }}"
"""

RETURN = r"""
problems:
  description: Sentences about what must not differ; none where the agent can take the place of keepalived.
  returned: success
  type: list
  elements: str
  sample:
    - "VI_1: advertisement interval: our agent would send 2 s, keepalived sends 1 s"
instances:
  description: What was compared of each instance.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the instance.
      type: str
    sender:
      description: The address of the advertisement that was compared; null where none was heard.
      type: str
    sends:
      description:
        - Whether this node has sent it. Else it was heard from the master, and the agent would send it in its place.
      type: bool
    octets:
      description: Its length, with the IP header.
      type: int
    differences:
      description: Each field that differs. A password is compared and not shown.
      type: list
      elements: dict
      contains:
        field:
          description: Its name.
          type: str
        ours:
          description: What the agent would send.
          type: str
        theirs:
          description: What keepalived sends.
          type: str
        by_nature:
          description: Why it may differ; empty where it must not.
          type: str
    problems:
      description: The sentences about this instance.
      type: list
      elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_COMPARE
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_compare import run
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end


def main():
    """Compare the advertisements, and exit with the differences."""
    end(AnsibleModule(argument_spec=VRRP_COMPARE, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
