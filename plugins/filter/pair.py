# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.pair returns all that follows for a host from variables and facts of both hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pair
short_description: Work out what follows for a host of a pair
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Works out once what the role P(hotstandby.vrrp.ha_pair#role) needs of a pair, from what it has noted of both hosts.
  - The other filters of this collection answer the single questions.
options:
  _input:
    description:
      - The names of the two hosts.
    type: list
    elements: str
    required: true
  host:
    description:
      - Whose the result is.
    type: str
    required: true
  only_checks:
    description:
      - Whether nothing is deployed, so that the hosts of a pair that works try to reach each other too.
    type: bool
    default: false
  migrates:
    description:
      - Whether keepalived on the hosts is no problem, as the hosts are migrated from it.
    type: bool
    default: false
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.inventory
seealso:
  - plugin: hotstandby.vrrp.problems
    plugin_type: filter
  - plugin: hotstandby.vrrp.instances
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Work it out
  ansible.builtin.set_fact:
    pair: "{{ groups['ha_pair'] | hotstandby.vrrp.pair(hostvars, groups, inventory_hostname) }}"
  no_log: true # the passwords are among it
"""

RETURN = r"""
_value:
  description:
    - C(objections) are sentences that this host is to show; C(plan) are the instances of both hosts, empty where they
      cannot be worked out; C(names) are those of the instances of this host, C(probes) what it is to ask the segment
      for, C(attempts) how it tries to reach its peer, C(sections) the lines of its file, C(runs_scripts) and
      C(switch_user) what scripts need, C(compares_clocks) whether clocks matter, C(told) a sentence for each instance
      about what its C(takeover_within) came to.
    - C(engines) has the program of each host, C(running) are the hosts where it does VRRP, and C(outdated) those whose
      agent was started from another release than the one that is installed.
    - C(peer_key_steps) are the steps by which both hosts get the same key for what they tell each other, and
      C(peer_key) of the first host is a new one.
  type: dict
"""

import secrets

from ansible_collections.hotstandby.vrrp.plugins.filter.problems import problems
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory import peer_status
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.attempts import attempts
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.clocks import compared
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.commands import runs_scripts, switches_user
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.engine import engine_of, outdated, running
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.node_conflicts import conflicts
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.render import sections
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.strangers import probes
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.takeover import told
from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.origin import locate


def pair(hosts, hostvars, groups, host, only_checks=False, migrates=False):
    """Return what follows for ``host`` from what the role has noted of both hosts."""
    hosts = list(hosts)
    known = {each: hostvars[each] for each in hosts}  # Ansible computes the variables of a host at each use
    said = {each: known[each].get("__ha_pair_said") or {} for each in hosts}
    found = {each: known[each].get("__ha_pair_before") or {} for each in hosts}
    beside = {each: {**found[each], "keepalived": {}} for each in hosts} if migrates else found
    targets = {each: known[each].get("ansible_host") or "" for each in hosts}
    engines = {each: engine_of(said[each]) for each in hosts}
    wrong = problems(hosts, said, groups)
    plan = {} if wrong else instances(said, locate)
    result = {
        "plan": plan,
        "engines": engines,
        "running": running(hosts, found, engines),
        "outdated": outdated(hosts, found),
        "objections": conflicts(hosts, beside, targets, plan, engines)[host] + (wrong if host == hosts[0] else []),
        **{"names": [], "probes": [], "attempts": [], "sections": {}, "told": []},
        **{"peer_key_steps": [], "peer_key": "", "runs_scripts": False, "switch_user": False, "compares_clocks": False},
    }
    line = peer_status.line(hosts, host, said, found, plan) if plan else ""
    if line:
        result["peer_key_steps"] = list(peer_status.key_steps(hosts, found, peer_status.rotates(hosts, said)))
        result["peer_key"] = f"hex:{secrets.token_hex(32)}" if result["peer_key_steps"] and host == hosts[0] else ""
    if plan:
        mine, own = said[host], plan[host]
        result.update(
            names=[instance["name"] for instance in own],
            probes=probes(hosts, found, plan)[host],
            attempts=attempts(hosts, found, plan, only_checks)[host]
            + peer_status.ways(hosts, host, said, found, plan, only_checks),
            sections=with_line(sections(mine, own), line),
            runs_scripts=runs_scripts(mine, own),
            compares_clocks=compared(own),
            switch_user=switches_user(mine, own),
            told=[f"{each['name']}: {told(each)}" for each in own if told(each)],
        )
    return result


def with_line(sections, line):
    """Return the sections with a further line of global_defs."""
    return {**sections, "global_defs": [*sections["global_defs"], *([line] if line else [])]}


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"pair": pair}
