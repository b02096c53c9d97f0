#!/usr/bin/python
# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vrrp_agent
short_description: Install the VRRP agent on a node, or remove it
version_added: 0.1.0
description:
  - Puts the agent of this collection on a node as a release of its own, with its command C(hotstandby), its system user
    and its systemd service.
  - The agent travels inside this module. Its only dependency, the pure Python library C(pyroute2), comes from the
    controller, once for each release. The node needs no package repository, no C(pip) and no compiler.
  - A release is built beside the one in use, tried, and then made the current one in one step. The release before is
    kept.
  - It starts, stops and restarts nothing, except that an agent that is removed is stopped first, so that it hands its
    addresses over. Use M(ansible.builtin.systemd_service) for the service.
options:
  state:
    description:
      - With V(present) the current release is the one of this collection, and the service is enabled.
      - With V(absent) nothing of the agent is left, its configuration and its user included.
    type: str
    choices: [present, absent]
    default: present
  switch_user:
    description:
      - Whether check and notify scripts run as other users than C(hotstandby).
      - The agent then gets the capabilities that becoming another user takes, in addition to the two that VRRP takes.
    type: bool
    default: false
  writable_paths:
    description:
      - Directories that check and notify scripts write to. For the agent and whatever it starts everything else is
        read-only.
    type: list
    elements: path
    default: []
  _pyroute2_digest:
    description:
      - Internal. The action plugin says here which C(pyroute2) belongs to the release.
    type: str
  _pyroute2_archive:
    description:
      - Internal. The action plugin says here where it has put that C(pyroute2), when the node did not have it.
    type: path
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.action_group
attributes:
  action:
    description: A part of it runs on the controller.
    support: full
requirements:
  - pyroute2 >= 0.9, with the Python of the controller
author:
  - the hotstandby.vrrp authors (@hotstandby)
seealso:
  - module: hotstandby.vrrp.vrrp_config
  - module: hotstandby.vrrp.vrrp_info
"""

EXAMPLES = r"""
- name: Install the agent
  hotstandby.vrrp.vrrp_agent:

- name: Install it for notify scripts that run as root and write below /var/lib/failover
  hotstandby.vrrp.vrrp_agent:
    switch_user: true
    writable_paths:
      - /var/lib/failover

- name: Remove everything
  hotstandby.vrrp.vrrp_agent:
    state: absent
"""

RETURN = r"""
version:
  description: Version of the agent.
  returned: when O(state=present)
  type: str
  sample: 0.1.0
release:
  description: The release that is current now, by its content.
  returned: when O(state=present)
  type: str
  sample: 3b1f0c2a9d4e5f60
running_release:
  description: The release that the living agent was started from; none while no agent lives.
  returned: when O(state=present)
  type: str
  sample: 3b1f0c2a9d4e5f60
restart_required:
  description: Whether an agent of another release, or under another unit, is living, so that it has to be restarted.
  returned: when O(state=present)
  type: bool
  sample: false
running:
  description: Whether the service was running when the module began.
  returned: always
  type: bool
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.answer import end
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_AGENT
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_agent import run


def main():
    """Install or remove the agent, as the options say, and exit with the result."""
    end(AnsibleModule(argument_spec=VRRP_AGENT, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
