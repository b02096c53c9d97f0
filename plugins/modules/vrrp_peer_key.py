#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_peer_key
short_description: Give a node the key with which the nodes of a pair tell each other how they do
version_added: 0.4.0
description:
  - Writes the key file of C(peer_status), readable by the agent's user alone, and has a running agent read the key, but
    not its configuration. It compares the file, and what the agent has in force.
  - Where the agent does not read it, the module fails, and the file before is back. An agent whose configuration has no
    C(peer_status) reads it when it gets one.
  - Both nodes of a pair must have the same key. A new one goes to both in three steps, each on both nodes before the
    next one, so that no message is refused meanwhile. The first time, the last step alone will do.
  - No result, difference or message contains a key. A digest stands for it.
options:
  key:
    description:
      - The key, 32 to 64 octets, as text or as V(hex:) and pairs of hexadecimal digits.
    type: str
    required: true
  state:
    description:
      - With V(accepted) the node accepts what is signed with this key, and signs with the one that it had.
      - With V(signs) it signs with this key, and still accepts the one that it had.
      - With V(only) it has no other key.
    type: str
    choices: [accepted, signs, only]
    default: only
  path:
    description:
      - The key file, as the line C(peer_status) names it.
    type: path
    default: /etc/hotstandby/peer.key
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.runtime_dir
  - hotstandby.vrrp.attributes.action_group
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_config
  - module: hotstandby.vrrp.vrrp_info
"""

EXAMPLES = r"""
- name: Give both nodes a key
  hotstandby.vrrp.vrrp_peer_key:
    key: "{{ vault_peer_key }}"
  no_log: true

- name: Replace it without a message that is refused
  hotstandby.vrrp.vrrp_peer_key:
    key: "{{ vault_new_peer_key }}"
    state: "{{ item }}"
  loop: [accepted, signs, only]
  no_log: true
"""

RETURN = r"""
keys:
  description: Digests of the keys that the file has, the one that signs first. Equal digests are equal keys.
  returned: success
  type: list
  elements: str
  sample: [5e8a0b7d1c22]
reloaded:
  description: Whether an agent was running and has read the key.
  returned: success
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_PEER_KEY
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_peer_key import run


def main():
    """Write the key file where it differs, and exit with the result."""
    end(AnsibleModule(argument_spec=VRRP_PEER_KEY, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
