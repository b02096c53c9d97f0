# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the status of several pairs, and that no playbook ends without an error where it did nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible import context
from ansible.errors import AnsibleFilterError
from ansible.utils.context_objects import CLIArgs
from ansible_collections.hotstandby.vrrp.plugins.filter.play_hosts import play_hosts
from fake_nodes import TOP, living, node, pair, play

GROUPS = {"all": ["a", "b", "c"], "ungrouped": [], "lb": ["a", "b"], "client": ["c"], "nobody": []}
GOOD = [living(4, "MASTER", 4), living(6, "BACKUP", 4)]


def test_one_pair_has_a_table_and_what_is_wrong_is_no_success(tmp_path):
    for found, message in (
        (GOOD, "web-b  VI_1"),
        ([living(4, "MASTER", 4), living(6, "MASTER", 6)], "VI_1: web-a and web-b are both master"),
        ([{"unreachable": True}, GOOD[0]], "web-a: UNREACHABLE: "),
        ([node(4), node(6)], "web-b: NO AGENT: not installed: run ha_pair"),
    ):
        done = play(tmp_path, {"ha_pair": {"children": {"web": pair("web", found)}}}, "status")
        assert message in done.output
        assert done.output.count("NODE  ") == 1
        assert done.returncode == (0 if found is GOOD else 2)


def test_no_such_group_is_an_error_that_says_what_to_write(tmp_path):
    done = play(tmp_path, {"lb": pair("lb", GOOD, ha_pair_group="lb")}, "status")
    assert done.returncode != 0
    said = "no group ha_pair in the inventory (groups are: lb): say -e ha_pair_group=NAME"
    assert said in " ".join(done.output.split())


@pytest.fixture
def syntax(monkeypatch):
    """Return ``syntax(bool, ...)``, which sets whether this is a syntax check, and other words of the command line."""
    return lambda value, **more: monkeypatch.setattr(context, "CLIARGS", CLIArgs({"syntax": value, **more}))


PLAYBOOKS = sorted(path for path in (TOP / "playbooks").glob("*.yml") if path.stem != "ticket")  # about an event


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_playbook_asks_whether_there_are_hosts(playbook: Path):
    for each in yaml.safe_load(playbook.read_text(encoding="utf-8")):
        expected = "{{ ha_pair_group | default('ha_pair') | hotstandby.vrrp.play_hosts(groups, ansible_play_hosts_all"
        assert each["hosts"].startswith(expected)


@pytest.mark.parametrize(
    ("group", "hosts", "message"),
    [
        (
            "ha_pair",
            ["a", "b"],
            "no group ha_pair in the inventory .groups are: client, lb, nobody.: say -e ha_pair_gr",
        ),
        ("nobody", ["a", "b"], "the group nobody has no hosts"),
        ("lb", ["c"], "--limit leaves out every host of the group lb .a, b."),
    ],
)
def test_a_group_without_hosts_is_an_error(syntax, group, hosts, message):
    syntax(False)
    with pytest.raises(AnsibleFilterError, match=message):
        play_hosts(group, GROUPS, hosts)
    syntax(True)
    assert play_hosts(group, GROUPS, hosts) == group


def test_somebody_to_work_on(syntax):
    syntax(False)
    assert play_hosts("lb", GROUPS, ["b"]) == "lb"


OURS = str(TOP / "playbooks" / "status.yml")
STEPS = ["install", "configure", "verify"]


@pytest.mark.parametrize("playbook", [OURS, "hotstandby.vrrp.status"])
@pytest.mark.parametrize(
    ("asked", "tags", "message"),
    [
        (["nosuch"], (), r"no task of this playbook has the tag nosuch \(it has no tags\): correct --tags"),
        (["install"], (), "has the tag install .it has no tags"),
        (["instal", "verify", "x"], STEPS, r"has the tag instal, x \(tags are: install, configure, verify\)"),
        (["untagged"], STEPS, "has the tag untagged"),
        (["never"], (), "has the tag never"),
    ],
)
def test_a_tag_that_no_task_has(syntax, playbook, asked, tags, message):
    syntax(False, tags=asked, args=[playbook])
    with pytest.raises(AnsibleFilterError, match=message):
        play_hosts("lb", GROUPS, ["a"], tags)


@pytest.mark.parametrize(
    ("asked", "tags", "played"),
    [
        (["all"], (), [OURS]),
        (["verify", "install"], STEPS, [OURS]),
        (["tagged"], STEPS, [OURS]),
        (["untagged"], (), [OURS]),
        (["nginx"], STEPS, ["/srv/site.yml"]),
        (["nginx"], STEPS, [OURS, "/srv/site.yml"]),
    ],
)
def test_a_tag_that_some_task_has(syntax, asked, tags, played):
    syntax(False, tags=asked, args=played)
    assert play_hosts("lb", GROUPS, ["a"], tags) == "lb"


@pytest.mark.parametrize("playbook", ["status", "switchover", "drain", "remove"])
def test_no_playbook_ends_green_where_a_tag_leaves_nothing_of_it(tmp_path, playbook):
    done = play(tmp_path, {"ha_pair": pair("web", GOOD)}, playbook, "--tags", "install")
    assert done.returncode != 0 and done.done == []
    assert "no task of this playbook has the tag install (it has no tags)" in " ".join(done.output.split())
