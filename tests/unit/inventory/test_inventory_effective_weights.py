# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the role counts the same weights as the agent does with the file of the role."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.effective_weights import counted
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.semantics.tracking import KINDS, counting
from role_template import files
from two_hosts import hosts

SCRIPTS = [{"name": "c", "script": "/bin/true", "weight": -20}, {"name": "d", "script": "/bin/true", "weight": 7}]
PROCESSES = [{"name": "p", "process": "x", "weight": -254}, {"name": "q", "process": "y"}]
FILES = [{"name": "f", "file": "/run/f"}, {"name": "g", "file": "/run/g", "weight": 0},
         {"name": "h", "file": "/run/h", "weight": -3, "reverse": True}]  # fmt: skip
UNIT, OTHER = {"unit": "a.service", "weight": -9}, {"unit": "a.service", "weight": -8}
EVERYTHING = {"scripts": SCRIPTS, "track_processes": PROCESSES, "track_files": FILES}
TRACKED = {"track_process": ["p", "q"], "track_unit": [UNIT], "track_interface": [{"name": "eth0", "weight": -6}],
           "track_gateways": [{"address": "192.168.8.1", "weight": -5}, "192.168.8.2"],
           "track_tcp": [{"address": "127.0.0.1", "port": 80, "weight": 4}]}  # fmt: skip


def both_ways(monkeypatch, group, own, **said):
    """Return (of the role, of the agent): for each member, kind of tracker -> the weights that count."""
    seen = []
    monkeypatch.setattr(instances, "weights", lambda pairs, *_rest: seen.append([pair[0] for pair in pairs]))
    entries = [{"virtual_ipaddress": ["192.168.8.100/24"]}, {"virtual_ipaddress": ["192.168.8.101/24"], **own}]
    groups = [{"name": "G", "group": ["VI_1", "VI_2"], **group}] if group is not None else []
    text = files(hosts(instances=entries, sync_groups=groups, **said))["node-a"]
    report = inspect(text, "node-a.conf")
    assert not report.problems, report.problems
    agent = [
        sorted(each.weight for kind in KINDS if kind != "files" for each in getattr(track, kind) if each.weight)
        for track in counting(report.configuration).values()
    ]
    numbers = any(each.weight for track in counting(report.configuration).values() for each in track.files)
    units = [seen[0]] if group is not None else [[draft] for draft in seen[0]]
    role, unknown = [], False
    for unit in units:
        found = counted(unit)
        unknown = unknown or found.unknown
        for index in range(len(unit)):
            role.append(sorted(abs(each.drops[index]) for each in found.events if each.drops[index]))
    return (role, unknown), ([sorted(map(abs, weights)) for weights in agent], numbers)


@pytest.mark.parametrize(
    "group",
    [
        None,
        {},
        {"sync_group_tracking_weight": True},
        {"track_script": ["c", {"name": "d", "weight": 0}], "track_unit": [OTHER], "track_process": ["p"]},
        {"track_script": [{"name": "c", "weight": 30}], "track_unit": [UNIT], "sync_group_tracking_weight": True},
        {"track_interface": [{"name": "eth0", "weight": -6}], "track_file": ["h"]},
        {"track_gateways": [{"address": "192.168.8.2", "interface": "eth0", "weight": -3}], "track_file": ["g"]},
    ],
)
@pytest.mark.parametrize(
    ("own", "both"),
    [
        ({}, {}),
        (TRACKED, {}),
        ({"track_script": [{"name": "c", "weight": 0}, "d"], "track_file": ["f"]}, TRACKED),
        ({"track_file": ["g"], "track_script": [{"name": "d", "weight": -7, "reverse": True}]}, {}),
        ({"track_file": ["g", {"name": "h", "weight": 0}], "track_unit": [OTHER]}, {"track_script": ["c"]}),
    ],
)
def test_the_role_counts_what_the_agent_counts(monkeypatch, group, own, both):
    role, agent = both_ways(monkeypatch, group, own, **EVERYTHING, **both)
    assert role == agent


def test_a_weight_that_is_not_counted_is_idle(monkeypatch):
    seen = []
    monkeypatch.setattr(instances, "weights", lambda pairs, *_rest: seen.append([pair[0] for pair in pairs]))
    entries = [{"virtual_ipaddress": ["192.168.8.100/24"]}, {"virtual_ipaddress": ["192.168.8.101/24"]}]
    groups = [{"name": "G", "group": ["VI_1", "VI_2"]}]
    instances.instances(hosts(instances=entries, sync_groups=groups, scripts=SCRIPTS, track_script=["c"]))
    found = counted(seen[0])
    assert (found.events, found.unknown) == ([], False)
    assert {each.why[0] for each in found.idle} == {
        "weight -20 of c does not count in a member of the sync group G"
    }  # fmt: skip
