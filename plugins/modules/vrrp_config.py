#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_config
short_description: Give the VRRP agent its configuration
version_added: 0.1.0
description:
  - Checks a whole C(keepalived.conf), writes it, and lets the running agent reload it.
  - A file with an error is not written. The module reports all errors at once, with their lines.
  - The agent reloads and is never restarted. Only what changed is touched. When the agent refuses the file, the module
    restores the old one and fails.
  - Where no agent is running the module only writes the file, and starts the agent with O(start).
  - The running agent tells what would change, and whether mastership would move. Where no agent is running the module
    compares the file with the one before.
  - A check or notify command that is missing, that its user may not run, or whose user does not exist, is an error.
  - No output contains a password of the file, at any verbosity. A difference only says that a password changed.
  - With O(program=keepalived) the file is tested by C(keepalived --config-test) before it is written; what that
    complains about is an error. A file that P(hotstandby.vrrp.ha_pair#role) has not written is copied first, see
    RV(backup). The service then reloads it. Where keepalived does not get its instances in force, the old file is
    restored. A state that M(hotstandby.vrrp.vrrp_state) or M(hotstandby.vrrp.vrrp_drain) has set stays.
options:
  content:
    description:
      - The whole file.
    type: str
    required: true
  path:
    description:
      - Where the file is. Its directory must exist.
      - The default is C(/etc/hotstandby/hotstandby.conf), and C(/etc/keepalived/keepalived.conf) with
        O(program=keepalived).
    type: path
  confirm:
    description:
      - Seconds for which the agent listens for the master with the file, which is not written. It is for the standby,
        before the master changes in step.
      - When it hears the master with the new configuration, the standby takes it. Until then, and where it has not
        heard it after this time, the configuration before is in force. What the master need not have is taken at once.
      - Write the file in another task, without this option, when the master has changed. The change has then no effect
        but the file.
      - At most 600. Without a running agent the option does nothing.
      - keepalived cannot listen for values that it does not have. With O(program=keepalived) the module stops it where
        the master must have the same values at the same time, see RV(plan.peer_must_follow); the next task without this
        option and with O(start) starts it. Else it takes the file at once, and must stand by as before.
    type: float
    version_added: 0.4.0
  start:
    description:
      - Whether to start the service C(hotstandby) where no agent is running, after the file was written.
      - When it does not start, the module fails with the end of its journal, and the file stays.
    type: bool
    default: false
    version_added: 0.4.0
  master_of:
    description:
      - Names of instances of which this node becomes master at once when O(start) starts the agent. Otherwise a new
        agent waits for C(Master_Down_Interval), because another router may be master.
      - Only for instances that no other node has. One that hears a master or has a fault is left to the priorities.
    type: list
    elements: str
    default: []
    version_added: 0.4.0
  peer_key:
    description:
      - The key with which the nodes of a pair tell each other how they do, as for M(hotstandby.vrrp.vrrp_peer_key).
        It is written to C(/etc/hotstandby/peer.key) before O(start) starts the agent, as the only key of the file.
      - Where an agent is running the option does nothing, and M(hotstandby.vrrp.vrrp_peer_key) changes the key.
    type: str
    default: ""
    version_added: 0.4.0
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.program
  - hotstandby.vrrp.attributes.runtime_dir
  - hotstandby.vrrp.attributes.action_group
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_agent
  - name: keepalived.conf
    description: The keywords of the file.
    link: https://www.keepalived.org/manpage.html
"""

EXAMPLES = r"""
- name: Configure from a template
  hotstandby.vrrp.vrrp_config:
    content: "{{ lookup('ansible.builtin.template', 'keepalived.conf.j2') }}"

- name: Check a file without writing it
  hotstandby.vrrp.vrrp_config:
    content: "{{ lookup('ansible.builtin.file', 'keepalived.conf') }}"
  check_mode: true
"""

RETURN = r"""
plan:
  description: The difference from the configuration in use, as the agent understands it. The same in check mode.
  returned: success
  type: dict
  contains:
    instances:
      description: The instances that are added, removed or changed.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the instance.
          type: str
        kind:
          description: One of V(added), V(removed) and V(changed).
          type: str
        changes:
          description: For each changed field its name, its old and its new value, and whether the peer must follow.
          type: list
          elements: dict
    scripts:
      description: The scripts that are added, removed or changed, in the same shape.
      type: list
      elements: dict
    globals:
      description: The changed fields of C(global_defs).
      type: list
      elements: dict
    sync_groups:
      description:
        - The sync groups that are added, removed or changed, in the same shape. So are C(processes), C(files),
          C(garp_groups), C(interface_delays), C(static_addresses), C(static_routes), C(static_rules) and
          C(track_groups).
      type: list
      elements: dict
    peer_must_follow:
      description: Whether the other node needs the same change, so that the two accept each other's advertisements.
      type: bool
mastership:
  description:
    - For each instance of the running agent whether mastership would move.
    - Empty where no agent is running, or where it uses the file already.
  returned: success
  type: list
  elements: dict
  version_added: 0.3.0
  contains:
    instance:
      description: Name of the instance.
      type: str
    state:
      description: Its state before; null for a new instance.
      type: str
    moves:
      description: Whether mastership would move; null where that depends on something that this node cannot know.
      type: bool
    why:
      description: One sentence.
      type: str
written:
  description: Whether the file had to be written.
  returned: success
  type: bool
reloaded:
  description: Whether the agent had to reload it. Always false where no agent is running.
  returned: success
  type: bool
started:
  description: Whether no agent was running and it had to be started. Always false without O(start).
  returned: success
  type: bool
  version_added: 0.4.0
stopped:
  description: Whether keepalived was stopped because of O(confirm).
  returned: with O(program=keepalived)
  type: bool
  version_added: 0.4.0
sent:
  description: When the node was asked, in seconds since 1970 by the clock of the controller.
  returned: with O(confirm)
  type: float
  version_added: 0.4.0
backup:
  description: The copy of a file that the role had not written; null where there was none.
  returned: with O(program=keepalived)
  type: str
  sample: /etc/keepalived/keepalived.conf.before-hotstandby
  version_added: 0.4.0
problems:
  description: Everything that is wrong with the file, with line, rule and likely spelling.
  returned: when the file has errors or the agent refused it
  type: list
  elements: str
  sample:
    - "/etc/hotstandby/hotstandby.conf:8:5: error: unknown keyword 'pririty' (do you mean priority?)"
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_CONFIG
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_config import run
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end


def main():
    """Give the agent its configuration file, as the options say, and exit with the result."""
    end(AnsibleModule(argument_spec=VRRP_CONFIG, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
