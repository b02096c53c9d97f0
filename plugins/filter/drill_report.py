# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hotstandby.vrrp.drill_report returns the report of the drills of a play."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drill_report
short_description: Write the report of drills
version_added: 0.4.0
author:
  - the hotstandby.vrrp authors (@hotstandby)
description:
  - Writes what P(hotstandby.vrrp.drill_outcome#filter) returned as a page, as JUnit XML, as JSON and as a table. A pair
    that stopped before that has failed.
extends_documentation_fragment:
  - hotstandby.vrrp.attributes.play
  - hotstandby.vrrp.attributes.inventory
"""

EXAMPLES = r"""
- name: Write the page
  ansible.builtin.copy:
    content: "{{ (ansible_play_hosts_all | hotstandby.vrrp.drill_report(hostvars, groups)).html }}"
    dest: drill.html
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: The texts C(html), C(junit) and C(json), and C(lines), the lines of a table with 80 columns. It
    is empty where there was no drill.
  type: dict
"""

import json
from datetime import datetime

from ansible_collections.hotstandby.vrrp.plugins.plugin_utils.group_tree import pairs_of, tree


def drill_report(hosts, hostvars, groups):
    """Return the forms of the report; none where nothing was to be done."""
    # Ansible loads every filter of the collection with the first one, and only a drill has a report.
    from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.outcomes import outcomes
    from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.junit import junit
    from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.page import page
    from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.table import lines

    names = {"judged": "__ha_pair_drill_outcome", "failed": "__ha_pair_failed"}
    noted = {host: {word: hostvars[host].get(name) for word, name in names.items()} for host in hosts}
    plain = json.loads(json.dumps(outcomes(pairs_of(hosts, hostvars, *tree(hostvars, groups)), noted)))
    if not plain:
        return {}
    pairs = ", ".join(dict.fromkeys(each["pair"] for each in plain))
    made_at = datetime.now().astimezone().isoformat(timespec="seconds")
    report = {"title": f"Drill of {pairs}", "made_at": made_at, "kind": "drill", "instances": plain}
    return {
        "html": page(report), "junit": junit(report), "json": json.dumps(report, indent=2) + "\n",
        "lines": lines(report),
    }  # fmt: skip


class FilterModule:
    """It gives Ansible the filter of this plugin."""

    def filters(self):
        """Return the filter of this plugin, by its name."""
        return {"drill_report": drill_report}
