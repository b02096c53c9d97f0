# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.stopped says why a host of a pair cannot go on after a step."""

from __future__ import annotations

DOCUMENTATION = r"""
name: stopped
short_description: Say why a host of a pair cannot go on
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Returns sentences where a host of a pair, or the other host, failed in a step of a play or was unreachable.
  - What fails on one host of a pair stops both of its hosts, and no other pair of the play.
options:
  _input:
    description:
      - The name of the host.
    type: str
    required: true
  hosts:
    description:
      - The hosts of the pair.
    type: list
    elements: str
    required: true
  hostvars:
    description:
      - The variables of the hosts, with the registered results of the role P(hotstandby.vrrp.ha_pair#role).
    type: dict
    required: true
  step:
    description:
      - The name of the variable with the registered result of the last step.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Go on only where both hosts did it
  ansible.builtin.assert:
    that: inventory_hostname | hotstandby.vrrp.stopped(groups['ha_pair'], hostvars, '__ha_pair_before') | length == 0
"""

RETURN = r"""
_value:
  description: Sentences; none where both hosts did the step.
  type: list
  elements: str
"""

from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.results import stopped as find

# The registered results of the role's steps on a node, with what each does.
STEPS = {
    "__ha_pair_before": "look at each host",
    "__ha_pair_imported": "read the file of keepalived",
    "__ha_pair_secret": "read the passwords in the file of keepalived",
    "__ha_pair_written": "write the inventory",
    "__ha_pair_compared": "compare what is sent",
    "__ha_pair_gave_up": "stop keepalived",
    "__ha_pair_keepalived_test": "check that keepalived is there, with a file that it takes",
    "__ha_pair_handed_over": "stop our agent",
    "__ha_pair_given_file": "give keepalived the file of today",
    "__ha_pair_keepalived": "start keepalived",
    "__ha_pair_right_file": "check which file keepalived has read",
    "__ha_pair_seen": "look who is master",
    "__ha_pair_seen_again": "look again who is master",
    "__ha_pair_probed": "ask the network",
    "__ha_pair_opened": "open or close the firewall",
    "__ha_pair_reached": "try again whether the hosts hear each other",
    "__ha_pair_scripts": "check the scripts",
    "__ha_pair_release": "compare the release",
    "__ha_pair_difference": "compare the configuration",
    "__ha_pair_late_difference": "compare the configuration after the restart",
    "__ha_pair_ready": "look whether the standby can take over",
    "__ha_pair_agent": "install or remove the agent",
    "__ha_pair_last_agent": "remove the agent of the master",
    "__ha_pair_key": "write the key for what the hosts tell each other",
    "__ha_pair_started": "configure and start a new agent",
    "__ha_pair_enabled": "enable the agent",
    "__ha_pair_disabled": "disable keepalived",
    "__ha_pair_restarted": "restart the agent",
    "__ha_pair_waited": "wait until mastership no longer moves",
    "__ha_pair_now": "look who is master before the change",
    "__ha_pair_moved": "become master",
    "__ha_pair_tried": "try the configuration on the standby",
    "__ha_pair_config": "configure the master",
    "__ha_pair_standby_config": "configure the standby",
    "__ha_pair_released": "end a promotion",
    "__ha_pair_taken_back": "become master again",
    "__ha_pair_settled": "let the priorities decide again",
    "__ha_pair_updated": "the tasks of the update",
    "__ha_pair_healthy": "wait until the host is healthy",
    "__ha_pair_held": "keep mastership where it is",
    "__ha_pair_undrained": "undrain",
    "__ha_pair_drained": "drain",
    "__ha_pair_drill_possible": "check that the fault can be made and undone",
    "__ha_pair_drill_probed": "check that the probe is answered",
    "__ha_pair_drill_lasts": "make a file for the probe",
    "__ha_pair_drill_job": "begin the probe",
    "__ha_pair_drill_probes": "wait until the first probes are sent",
    "__ha_pair_drill_moved": "become master",
    "__ha_pair_drill_fault": "make the fault",
}


def stopped(host, hosts, hostvars, step):
    """Return the sentences."""
    known = {each: hostvars[each] for each in hosts}
    done = {each: {words: known[each][name] for name, words in STEPS.items() if name in known[each]} for each in hosts}
    return find(host, done, STEPS[step])


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"stopped": stopped}
