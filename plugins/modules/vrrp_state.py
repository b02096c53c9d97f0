#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_state
short_description: Move mastership, or tell who has it
version_added: 0.1.0
description:
  - Makes a node master of an instance, or its standby, and waits until that is so.
  - The wanted state stays until another one is set, or until the agent is stopped. A restart, an upgrade or a crash
    does not end it, and with a O(reason) or O(expires) a stop and a boot do not either. With O(state=auto) the
    priorities decide again.
  - The old master keeps the addresses until the new one has them, so clients lose nothing.
  - keepalived has no command for this. With O(program=keepalived) the module changes the priority in its file, for all
    instances of a sync group, and reloads it. The file must be one of P(hotstandby.vrrp.ha_pair#role). The state stays
    over a boot, and a deployment keeps it.
options:
  name:
    description:
      - Name of the instance. You can leave it out where the node has only one.
    type: str
  state:
    description:
      - V(master) makes this node the master.
      - V(backup) lets the peer be master; this node takes over only when the peer is gone.
      - V(auto) ends both, and the priorities decide again.
      - Without it the module only returns the present state.
    type: str
    choices: [master, backup, auto]
  reason:
    description:
      - Why V(master) or V(backup) is wanted, in one line of at most 200 characters. C(hotstandby status), RV(after) and
        the log show it.
      - A wanted state with O(reason) or O(expires) also stays when the agent is stopped and when the node boots.
      - What you leave out stays as it is where the same state is wanted already.
    type: str
    version_added: 0.4.0
  expires:
    description:
      - Not with keepalived.
      - When the wanted state ends by itself, as with V(auto). The priorities decide again then; a node that may not
        preempt does not take mastership back.
      - A duration, such as V(90) (seconds), V(30m), V(2h) or V(1d12h), counted from when the module asks the agent.
      - Or a time in the form of ISO 8601 with its time zone, such as V(2026-11-30T14:30:00Z). It must be in the future
        by the clock of the node, and less than ten years away.
      - A duration that is given again moves the end, so the result is changed. A play that must be idempotent gives a
        time.
    type: str
    version_added: 0.4.0
  wait:
    description:
      - Whether to wait. With V(master) it waits until the node has the virtual addresses. With V(backup) it waits until
        the node has given them up and hears the new master.
      - Without waiting the result is a prediction, and RV(after) is the state right after the request.
    type: bool
    default: true
  timeout:
    description:
      - For how many seconds to wait at most. 0 means not to wait.
      - When the time is over the module fails and takes its request back.
    type: float
    default: 15
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.program
  - hotstandby.vrrp.attributes.runtime_dir
  - hotstandby.vrrp.attributes.action_group
attributes:
  check_mode:
    description: Predicts whether mastership would move, and fails where the agent would refuse.
notes:
  - The result is changed only when mastership moved, or without waiting when the module predicts it. A V(auto) that
    moves nothing is no change. With O(reason) or O(expires) it is also changed when these change, or when the state was
    not wanted before.
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_info
"""

EXAMPLES = r"""
- name: Tell who is master
  hotstandby.vrrp.vrrp_state:
  register: now

- name: Make this node master
  hotstandby.vrrp.vrrp_state:
    name: VI_1
    state: master

- name: Give up mastership before maintenance
  hotstandby.vrrp.vrrp_state:
    state: backup

- name: Keep this node a standby until the power supply is replaced, four hours at most
  hotstandby.vrrp.vrrp_state:
    state: backup
    reason: power supply
    expires: 4h

- name: Let priorities decide again
  hotstandby.vrrp.vrrp_state:
    state: auto
"""

RETURN = r"""
before:
  description: The instance before, in the shape of RV(hotstandby.vrrp.vrrp_info#module:instances).
  returned: success
  type: dict
after:
  description: The instance afterwards. In check mode only its C(state) is a prediction.
  returned: success
  type: dict
msg:
  description: One sentence.
  returned: always
  type: str
  sample: "VI_1: MASTER because it was promoted"
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_STATE
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_state import run


def main():
    """Move mastership of one instance, or tell who has it, and exit with the result."""
    end(AnsibleModule(argument_spec=VRRP_STATE, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
