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
  - Installs the agent of this collection on a node, with its command C(hotstandby), its system user and its systemd
    service. Each version of the agent is a release with a directory of its own.
  - The controller sends the agent with its only dependency, the pure Python library C(pyroute2), once for each
    release. The node needs no package repository, no C(pip) and no compiler.
  - The module installs a release beside the one in use, tries it, and then makes it the current one in one step. It
    keeps the release before.
  - It does not start or restart the service. M(hotstandby.vrrp.vrrp_config) starts it with a file, and
    M(ansible.builtin.systemd_service) restarts it. With O(state=absent) it stops the
    agent first, so that the agent hands its addresses over.
  - With O(metrics_listen), O(metrics_socket) or O(metrics_textfile) there is a second service,
    C(hotstandby-metrics), which the module starts, restarts after a change, and removes when none of them is said.
  - With O(program=keepalived) the module enables the service C(keepalived), whose package must be there. It takes no
    other option than O(state). V(absent) stops and disables the service, and removes the file if
    P(hotstandby.vrrp.ha_pair#role) has written it. A file of somebody else and its service stay. The package stays,
    too.
options:
  state:
    description:
      - With V(present) the agent of this collection is installed, and its service is enabled.
      - With V(absent) the agent is removed, with its configuration and its user.
    type: str
    choices: [present, absent]
    default: present
  switch_user:
    description:
      - Whether check and notify scripts run as other users than C(hotstandby).
      - The agent then gets the capabilities to become another user, in addition to the two that VRRP needs.
    type: bool
    default: false
  writable_paths:
    description:
      - Directories that check and notify scripts write to. All other directories are read-only for the agent and the
        programs that it starts.
    type: list
    elements: path
    default: []
  metrics_listen:
    description:
      - Address and port at which the metrics of the agent are served to Prometheus, at C(/metrics), such as
        V(192.168.8.4:9165) or V([fd00::4]:9165). With V(0.0.0.0:9165) it is every address of the node.
      - There is no authentication. All who reach that port can read the metrics.
      - The port is 1024 or above. The module does not open it in a firewall.
    type: str
    default: ""
    version_added: 0.4.0
  metrics_socket:
    description:
      - Whether the metrics are served on the unix socket C(/run/hotstandby-metrics/metrics.sock), for a proxy with
        authentication or TLS. Members of the group C(hotstandby) may use it.
    type: bool
    default: false
    version_added: 0.4.0
  metrics_textfile:
    description:
      - A path whose name ends with C(.prom) in the directory that the textfile collector of node_exporter reads, such
        as V(/var/lib/prometheus/node-exporter/hotstandby.prom). The directory must exist.
      - The module makes a link there. It points to a file that is written every 15 seconds.
    type: path
    default: ""
    version_added: 0.4.0
  _archive:
    description:
      - Internal. The action plugin says here where it has put the sources of the release.
    type: path
extends_documentation_fragment:
  - hotstandby.vrrp.attributes
  - hotstandby.vrrp.attributes.program
  - hotstandby.vrrp.attributes.action_group
attributes:
  action:
    description: A part of the module runs on the controller.
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

- name: Let Prometheus ask the node, and node_exporter as well
  hotstandby.vrrp.vrrp_agent:
    metrics_listen: "{{ ansible_host }}:9165"
    metrics_textfile: /var/lib/prometheus/node-exporter/hotstandby.prom

- name: Remove everything
  hotstandby.vrrp.vrrp_agent:
    state: absent
"""

RETURN = r"""
version:
  description: Version of the agent, or of the keepalived that is installed; empty where none is.
  returned: when O(state=present)
  type: str
  sample: 0.1.0
release:
  description: The release that is current now, named by a digest of its content.
  returned: when O(state=present)
  type: str
  sample: 3b1f0c2a9d4e5f60
running_release:
  description: The release from which the running agent was started; null while no agent is running.
  returned: when O(state=present)
  type: str
  sample: 3b1f0c2a9d4e5f60
restart_required:
  description: Whether the running agent has to be restarted, because it is of another release or another unit.
  returned: when O(state=present)
  type: bool
  sample: false
changes:
  description: What was changed, or would be in check mode, by its path or name.
  returned: always
  type: list
  elements: str
  sample: [/usr/local/lib/hotstandby/current]
  version_added: 0.4.0
running:
  description: Whether the service was running when the module began.
  returned: always
  type: bool
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.arguments import VRRP_AGENT
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_agent import run
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import end


def main():
    """Install or remove the agent, as the options say, and exit with the result."""
    end(AnsibleModule(argument_spec=VRRP_AGENT, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
