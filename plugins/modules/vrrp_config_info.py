#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_config_info
short_description: Read a keepalived.conf as variables of the role
version_added: 0.3.0
description:
  - Reads any C(keepalived.conf) of a node as that node would, with its included files, parameters and conditional
    lines. It returns the variables with which P(hotstandby.vrrp.ha_pair#role) writes the same configuration.
  - It lists what these variables cannot express, with the line, the reason, and what to do instead.
  - It changes nothing, and needs neither keepalived nor the agent.
options:
  path:
    description:
      - Where the file is.
    type: path
    default: /etc/keepalived/keepalived.conf
  config_id:
    description:
      - The name with which C(@word) lines are compared. keepalived takes it from its option C(-i).
      - The default is the first label of the node's host name.
    type: str
  secrets:
    description:
      - Whether to return passwords and keys. The task then needs C(no_log=true).
      - Otherwise each of them is the name of a variable for Ansible Vault; RV(vault) lists these names.
    type: bool
    default: false
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.action_group
attributes:
  check_mode:
    description: It only reads.
  diff_mode:
    description: It only reads.
    support: N/A
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_config
  - module: hotstandby.vrrp.vrrp_info
"""

EXAMPLES = r"""
- name: Read the configuration of keepalived
  hotstandby.vrrp.vrrp_config_info:
  register: old

- name: Write it as variables of the host
  ansible.builtin.copy:
    content: "{{ old.variables.shared | combine(old.variables.host) | to_nice_yaml }}"
    dest: "host_vars/{{ inventory_hostname }}/keepalived.yml"
    mode: "0600"
  delegate_to: localhost

- name: Show what has to be done by hand
  ansible.builtin.debug:
    var: old.not_carried_over
"""

RETURN = r"""
variables:
  description: The variables of the role. Both parts are empty where there are RV(problems).
  returned: success
  type: dict
  contains:
    shared:
      description: Variables of both hosts of the pair.
      type: dict
    host:
      description:
        - Variables of this host alone, such as its state, priority and own address.
        - Where the instances of a host differ in these, the whole C(ha_pair_instances) is here.
      type: dict
  sample:
    shared:
      ha_pair_instances:
        - name: VI_1
          interface: eth0
          virtual_router_id: 51
          advert_int: 1
          version: 2
          auth_pass: "{{ vault_ha_pair_auth_pass }}"
          virtual_ipaddress: [192.168.8.100/24]
    host:
      ha_pair_router_id: NodeA
      ha_pair_state: MASTER
      ha_pair_priority: 100
not_carried_over:
  description: Lines that the variables do not express, in their order.
  returned: success
  type: list
  elements: dict
  contains:
    keyword:
      description: The keyword.
      type: str
    file:
      description: The file that contains it.
      type: str
    line:
      description: Its line.
      type: int
    why:
      description: Why it is not carried over.
      type: str
    instead:
      description: What to do instead.
      type: str
    decisive:
      description:
        - Whether keepalived does something by it that the agent would not do, or it decides who is master.
        - Such a line stops a migration; the others are remarks.
      type: bool
      version_added: 0.4.0
  sample:
    - keyword: smtp_server
      file: /etc/keepalived/keepalived.conf
      line: 4
      why: the agent sends no e-mail
      instead: send it from a notify script
      decisive: false
problems:
  description: Errors in the file, with their lines. They contain no password.
  returned: success
  type: list
  elements: str
warnings_of_file:
  description: Warnings about the file, with their lines.
  returned: success
  type: list
  elements: str
vault:
  description: Names of the variables for passwords and keys, to be put into Ansible Vault.
  returned: success
  type: list
  elements: str
  sample: [vault_ha_pair_auth_pass]
files:
  description: The file and the files that it includes.
  returned: success
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_keepalived import import_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import here, node_config_id, read_text
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.syntax.diagnostics import ConfigError


def main():
    """Read the keepalived.conf, and exit with the role's variables and with what they cannot say."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "default": "/etc/keepalived/keepalived.conf"},
            "config_id": {"type": "str"},
            "secrets": {"type": "bool", "default": False, "no_log": False},
        },
        supports_check_mode=True,
    )
    path, config_id = module.params["path"], module.params["config_id"]
    try:
        text = read_text(path)
    except ConfigError as error:
        module.fail_json(msg=str(error))
    found = import_file(text, path, config_id or node_config_id(), here(), module.params["secrets"])
    module.exit_json(
        changed=False,
        variables={"shared": found.shared, "host": found.host},
        not_carried_over=found.not_carried_over(),
        problems=found.problems,
        warnings_of_file=found.warnings,
        vault=found.vaulted,
        files=found.files,
    )


if __name__ == "__main__":
    main()
