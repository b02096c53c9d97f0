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
  - What is asked for here holds until it is asked otherwise, or until the agent is stopped; a restart, an upgrade and a
    crash do not end it. V(auto) lets the priorities decide again.
  - Moving is make before break, so that clients lose nothing.
options:
  name:
    description:
      - Name of the instance. May be left out where the node has only one.
    type: str
  state:
    description:
      - V(master) makes this node the master.
      - V(backup) lets the peer be master; this node takes over only when the peer is gone.
      - V(auto) ends either.
      - Without it the module only tells what is.
    type: str
    choices: [master, backup, auto]
  wait:
    description:
      - Whether to wait. As V(master) a node has to have the virtual addresses, as V(backup) it has to hear the new
        master and to have given them up.
      - Without waiting the result is what is predicted to come of it, and RV(after) is what was seen meanwhile.
    type: bool
    default: true
  timeout:
    description:
      - For how many seconds at most. 0 is not to wait.
      - When the time is over the module fails, and what was asked for holds no longer.
    type: float
    default: 15
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.runtime_dir
  - hotstandby.vrrp.attributes.action_group
attributes:
  check_mode:
    description: Predicts whether mastership would move, and fails where the agent would refuse.
notes:
  - The result is changed only when mastership moved, or without waiting when it is predicted to. Ending a hold that
    moves nothing is no change.
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
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.answer import end
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_STATE
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_state import run


def main():
    """Move mastership of one instance, or tell who has it, and exit with the result."""
    end(AnsibleModule(argument_spec=VRRP_STATE, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
