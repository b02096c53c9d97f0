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
  - A drained node has given up every virtual address and takes none, even when its peer fails. Its agent keeps running
    and reloads a changed configuration.
  - The node keeps its addresses until another master has them, so clients lose nothing.
  - In VRRP a standby does not send, so no node knows whether there is one. The module first demotes the node, which
    keeps every address until it hears another master. It drains the node when each instance has another master. Where
    no other node takes over, the node goes on as before, and the module fails.
  - A drain stays over a restart, an upgrade and a crash of the agent. It ends when the service is stopped and when the
    node boots, unless it has a O(reason) or O(expires).
  - With O(program=keepalived) each instance gets the lowest priority in the file, which is reloaded. The node then is
    a standby that takes over only from a node that is gone. Where an instance has C(nopreempt) the service is restarted
    instead, because its peer does not take over from a lower priority; that costs clients the time until the peer
    notices. The drain stays over a boot.
options:
  state:
    description:
      - V(drained) gives up every virtual address and takes none.
      - V(active) takes part again; the priorities decide which instances the node is master of.
    type: str
    choices: [drained, active]
    default: drained
  force:
    description:
      - Whether to drain the node even where no other node may take over.
        B(Without a living standby this takes the service down.)
    type: bool
    default: false
  reason:
    description:
      - Why the node is drained, in one line of at most 200 characters. C(hotstandby status), RV(after) and the log
        show it.
      - A drain with O(reason) or O(expires) also stays when the service is stopped and when the node boots.
      - What you leave out stays as it is on a node that is drained already.
    type: str
    version_added: 0.4.0
  expires:
    description:
      - Not with keepalived.
      - When the drain ends by itself. The node then takes part again, as after V(active).
      - A duration, such as V(90) (seconds), V(30m), V(2h) or V(1d12h), counted from when the module asks the agent.
      - Or a time in the form of ISO 8601 with its time zone, such as V(2026-11-30T14:30:00Z). It must be in the future
        by the clock of the node, and less than ten years away.
      - A duration that is given again moves the end, so the result is changed. A play that must be idempotent gives a
        time.
    type: str
    version_added: 0.4.0
  wait:
    description:
      - Whether to wait. With V(drained) it waits until every instance is in STOP and the kernel has no virtual address
        any more. With V(active) it waits until each is MASTER, or BACKUP behind a master that is heard, and mastership
        no longer moves.
      - A node that is master cannot be drained without waiting, unless O(force=true), because it takes time to see
        whether another node takes over.
      - Without waiting RV(after) is the state right after the change.
    type: bool
    default: true
  timeout:
    description:
      - For how many seconds to wait at most. 0 means not to wait.
      - When the time is over the module fails, and takes back a drain that it began.
      - Another node takes over within three advertisement intervals and the skew, or not at all. So V(15) is enough
        for intervals of up to 3 seconds.
      - A node with C(preempt_delay) counts as V(active) when it is a standby at the end of this time.
    type: float
    default: 15
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.program
  - hotstandby.vrrp.attributes.runtime_dir
  - hotstandby.vrrp.attributes.action_group
attributes:
  check_mode:
    description: Predicts whether the node would be drained. It cannot tell whether a standby would take over.
notes:
  - The result is changed only when the node was not in the wanted state yet, or when the reason or the end changed.
  - Draining ends a promotion by M(hotstandby.vrrp.vrrp_state) on this node. A demotion stays.
  - While one node of a pair is drained there is no standby. So P(hotstandby.vrrp.ha_pair#role) deploys to it and then
    fails with the name of the drained node.
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

- name: Take this node out of service for two hours, also over a reboot
  hotstandby.vrrp.vrrp_drain:
    reason: kernel update
    expires: 2h

- name: Take this node out of service until Monday morning
  hotstandby.vrrp.vrrp_drain:
    reason: new power supply
    expires: "2026-11-30T06:00:00+01:00"

- name: Take the service down, because there is no standby
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
    maintenance:
      description:
        - Why it was drained and until when; null where neither was said. It has C(reason), C(by) (who asked),
          C(expires) (ISO 8601, UTC) and C(expires_in_s), the seconds that are left. Each is null where it was not
          given.
      type: dict
      version_added: 0.4.0
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
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_DRAIN
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_drain import run
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end


def main():
    """Drain the node, or let it take part again, and exit with the result."""
    end(AnsibleModule(argument_spec=VRRP_DRAIN, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
