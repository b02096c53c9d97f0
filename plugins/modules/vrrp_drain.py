#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_drain
short_description: Take a node out of service for maintenance, and back
version_added: 0.2.0
description:
  - A drained node has given up every virtual address and takes none, whatever happens to its peer. Its agent goes on
    running, and a changed configuration is taken.
  - Moving is make before break, so that clients lose nothing.
  - Whether there is a standby that can take over cannot be looked up, as a standby does not speak in VRRP. So the node
    is demoted first, with every address kept until another master has been heard, and is drained only when each of its
    instances is served by somebody else. Where nobody takes over the node goes on as before, and the module fails.
  - A drain outlives a restart of the agent, an upgrade and a crash. It ends when the service is stopped and when the
    node boots, as it is kept in C(/run).
options:
  state:
    description:
      - V(drained) gives up everything and takes nothing.
      - V(active) takes part again; the priorities decide what the node is master of.
    type: str
    choices: [drained, active]
    default: drained
  force:
    description:
      - Whether to drain the node even though nobody may take over.
        B(Without a living standby this takes the service down.)
    type: bool
    default: false
  wait:
    description:
      - Whether to wait. With V(drained) every instance has to be in STOP, and no virtual address may be left in the
        kernel. With V(active) each has to be MASTER, or BACKUP behind a master that is heard, and nothing may be about
        to move.
      - A node that is master cannot be drained without waiting, unless O(force=true), as only time tells whether
        somebody takes over.
      - Without waiting RV(after) is what was seen at once.
    type: bool
    default: true
  timeout:
    description:
      - For how many seconds at most. 0 is not to wait.
      - When the time is over the module fails. A drain is taken back then, as far as the module began it.
      - Nobody has taken over when three advertisement intervals and the skew have passed, so V(15) is enough for
        intervals of up to 3 seconds.
      - A node with C(preempt_delay) is V(active) as a standby when the time is over.
    type: float
    default: 15
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.runtime_dir
  - hotstandby.vrrp.attributes.action_group
attributes:
  check_mode:
    description: Predicts whether the node would be drained. Whether a standby would take over it cannot tell.
notes:
  - The result is changed only when the node was not yet what it is to be.
  - Draining ends what M(hotstandby.vrrp.vrrp_state) has promoted on this node. A demotion stays.
  - While one node of a pair is drained there is no standby, so P(hotstandby.vrrp.ha_pair#role) deploys to it and then
    fails, naming the drained node.
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_state
  - module: hotstandby.vrrp.vrrp_info
"""

EXAMPLES = r"""
- name: Take this node out of service
  hotstandby.vrrp.vrrp_drain:

- name: Upgrade its packages
  ansible.builtin.apt:
    upgrade: dist

- name: Let it take part again
  hotstandby.vrrp.vrrp_drain:
    state: active

- name: Take the service down, as there is no standby
  hotstandby.vrrp.vrrp_drain:
    force: true
"""

RETURN = r"""
before:
  description: The node before.
  returned: success
  type: dict
  contains:
    drained:
      description: Whether it was drained.
      type: bool
    instances:
      description: Its instances, in the shape of RV(hotstandby.vrrp.vrrp_info#module:instances).
      type: list
      elements: dict
after:
  description: The node afterwards, in the shape of RV(before). In check mode it is a prediction.
  returned: success
  type: dict
msg:
  description: One sentence.
  returned: always
  type: str
  sample: "this node is drained: VI_1 STOP"
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.answer import end
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_DRAIN
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_drain import run


def main():
    """Drain the node, or let it take part again, and exit with the result."""
    end(AnsibleModule(argument_spec=VRRP_DRAIN, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
