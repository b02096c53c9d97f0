# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment, from the inventory to the proof, without nodes."""

from __future__ import annotations

import pytest
from fake_nodes import living, node, pair, play

GOOD = [living(4, "MASTER", 4), living(6, "BACKUP", 4)]
DISCARDED = "192.168.8.6 advertises every 2 s, and we every 1 s"
SPLIT = [living(4, "MASTER", 4, warnings=[DISCARDED]), living(6, "MASTER", 6)]


def fleet(**pairs):
    """A group of groups, each child a pair of its own."""
    children = {name: pair(name, nodes, ha_pair_group=name) for name, nodes in pairs.items()}
    return {"ha_pair": {"children": children}}


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """A play over five pairs."""
    gone = [living(4, "MASTER", 4), node(6)]
    warned = [living(4, "MASTER", 4, warnings=[DISCARDED]), living(6, "BACKUP", 4)]
    groups = fleet(first=SPLIT, web=GOOD, gone=gone, warned=warned, last=SPLIT)
    return play(tmp_path_factory.mktemp("several"), groups, "ha_pair")


def test_each_pair_of_a_play_is_proven_and_each_broken_one_is_named(several):
    assert several.returncode == 2
    for name in ("first", "last"):
        assert f"VI_1 on {name}-a: {name}-b is master as well" in several.output
        assert f"warning: VI_1 on {name}-a: {DISCARDED}" in several.output
    assert "VI_1      web-b  BACKUP" in several.output
    assert {line.split()[0].rpartition("-")[0] for line in several.output.splitlines() if "failed=1" in line} == {
        "first", "gone", "last"
    }  # fmt: skip


def test_a_host_that_is_gone_at_the_end_hides_no_other_pair(several):
    assert "VI_1 on gone-b: no agent answers" in several.output


def test_a_warning_alone_is_shown_and_fails_nothing(several):
    assert f"warning: VI_1 on warned-a: {DISCARDED}" in several.output


def refused(folder, groups, message, *arguments, **options):
    done = play(folder, groups, "ha_pair", *arguments, **options)
    assert done.returncode not in (0, 124), done.output
    assert message in " ".join(done.output.split()), done.output
    assert done.done == []


def test_strategy_free_changes_nothing(tmp_path):
    refused(tmp_path, {"ha_pair": pair("node", GOOD)}, "Stop strategy free, which lets one host", strategy="free")


def test_serial_changes_nothing_and_is_named(tmp_path):
    site = (
        "- hosts: ha_pair\n  gather_facts: false\n  serial: 1\n  any_errors_fatal: true\n"
        "  roles: [hotstandby.vrrp.ha_pair]\n"
    )
    refused(tmp_path, {"ha_pair": pair("node", GOOD)}, "Leave out `serial`", text=site)


def test_what_the_nodes_have_stops_the_deployment_in_check_mode_too(tmp_path):
    nodes = [node(4, root=False), node(6)]
    refused(tmp_path, {"ha_pair": pair("node", nodes)}, "this needs root: connect as root or add --become", "--check")


def test_a_stranger_with_the_address_stops_a_first_deployment_in_check_mode_too(tmp_path):
    answer = {"address": "192.168.8.100", "mac": "02:00:00:00:00:4d", "interface": "eth0"}
    advertiser = {"interface": "eth0", "source": "192.168.8.50", "virtual_router_id": 100, "version": 2,
                  "priority": 100, "addresses": ["192.168.8.200"]}  # fmt: skip
    heard = {"answers": [answer], "advertisers": [advertiser]}
    for told, message in (
        (heard, "192.168.8.100 (VI_1) is in use: 02:00:00:00:00:4d answers for it on eth0 of node-b"),
        ({**heard, "answers": []}, "192.168.8.50 advertises virtual router id 100 on eth0 of node-b too"),
    ):
        refused(tmp_path, {"ha_pair": pair("node", [node(4), node(6, heard=told)])}, message, "--check")


def test_nobody_is_asked_about_what_the_pair_has(tmp_path):
    heard = {"answers": [{"address": "192.168.8.100", "mac": "02:00:00:00:00:4d", "interface": "eth0"}]}
    nodes = [living(4, "MASTER", 4, heard=heard), living(6, "BACKUP", 4, heard=heard)]
    done = play(tmp_path, {"ha_pair": pair("node", nodes)}, "ha_pair")
    assert done.returncode == 0, done.output


def test_a_first_deployment_that_nobody_objects_to_goes_on(tmp_path):
    done = play(tmp_path, {"ha_pair": pair("node", [node(4), node(6)])}, "ha_pair")
    assert "vrrp_agent on node-a" in done.done, done.output
