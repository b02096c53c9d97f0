# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test a deployment, from the inventory to the proof, without nodes."""

from __future__ import annotations

import re

import pytest
from fake_nodes import HOSTS, living, node, pair, play

GOOD = [living(4, "MASTER", 4), living(6, "BACKUP", 4)]
DISCARDED = "192.168.8.6 advertises every 2 s, and we every 1 s"
SPLIT = [living(4, "MASTER", 4, warnings=[DISCARDED]), living(6, "MASTER", 6)]


def refused(folder, groups, message, *arguments, **options):
    done = play(folder, groups, "ha_pair", *arguments, **options)
    assert done.returncode not in (0, 124), done.output
    assert message in " ".join(done.output.split()), done.output
    assert done.done == []
    return done


def test_serial_changes_nothing_and_is_named(tmp_path):
    site = (
        "- hosts: ha_pair\n  gather_facts: false\n  serial: 1\n  any_errors_fatal: true\n"
        "  roles: [hotstandby.vrrp.ha_pair]\n"
    )
    refused(tmp_path, {"ha_pair": pair("node", GOOD)}, "Leave out `serial`", text=site)


def test_a_host_without_root_stops_the_deployment_in_check_mode(tmp_path):
    nodes = [node(4, root=False), node(6)]
    refused(tmp_path, {"ha_pair": pair("node", nodes)}, "this needs root: connect as root or add --become", "--check")


def test_a_stranger_with_the_address_stops_a_first_deployment_in_check_mode(tmp_path):
    answer = {"address": "192.168.8.100", "mac": "02:00:00:00:00:4d", "interface": "eth0"}
    advertiser = {"interface": "eth0", "source": "192.168.8.50", "virtual_router_id": 100, "version": 2,
                  "priority": 100, "addresses": ["192.168.8.200"]}  # fmt: skip
    heard = {"answers": [answer], "advertisers": [advertiser]}
    for told, message in (
        (heard, "192.168.8.100 (VI_1) is in use: 02:00:00:00:00:4d answers for it on eth0 of node-b"),
        ({**heard, "answers": []}, "192.168.8.50 advertises virtual router id 100 on eth0 of node-b too"),
    ):
        refused(tmp_path, {"ha_pair": pair("node", [node(4), node(6, heard=told)])}, message, "--check")


def test_an_answer_for_an_address_of_the_pair_does_not_stop_the_deployment(tmp_path):
    heard = {"answers": [{"address": "192.168.8.100", "mac": "02:00:00:00:00:4d", "interface": "eth0"}]}
    nodes = [living(4, "MASTER", 4, heard=heard), living(6, "BACKUP", 4, heard=heard)]
    done = play(tmp_path, {"ha_pair": pair("node", nodes)}, "ha_pair")
    assert done.returncode == 0, done.output


def test_a_first_deployment_that_nobody_objects_to_goes_on(tmp_path):
    done = play(tmp_path, {"ha_pair": pair("node", [node(4), node(6)])}, "ha_pair")
    assert "vrrp_agent on node-a" in done.done, done.output


def test_a_new_pair_with_one_broken_host_is_not_started(tmp_path):
    done = play(tmp_path, {"ha_pair": pair("node", [node(4), node(6, refuses=["vrrp_agent"])])}, "ha_pair")
    assert done.returncode == 2, done.output
    assert "stopped, because node-b failed (install or remove the agent)" in " ".join(done.output.split()), done.output
    assert done.done == ["vrrp_agent on node-a"], done.output


STEPS = {"install": ["vrrp_agent"], "configure": ["vrrp_config"], "verify": []}


CHANGES = {"changes": ["vrrp_agent", "vrrp_config"]}
CHANGED = [living(4, "MASTER", 4, **CHANGES), living(6, "BACKUP", 4, **CHANGES)]


def changed(done):
    """Return the modules that would have changed both nodes, each once."""
    return sorted({line.partition(" on ")[0] for line in done.done if " on node-" in line})


@pytest.mark.parametrize("tag", STEPS)
def test_a_tag_does_its_step_and_no_other(tmp_path, tag):
    done = play(tmp_path, {"ha_pair": pair("node", CHANGED)}, "ha_pair", "--tags", tag)
    assert done.returncode == 0, done.output
    assert changed(done) == STEPS[tag]
    assert ("VI_1      node-b  BACKUP" in done.output) == (tag == "verify")


@pytest.mark.parametrize("tag", STEPS)
def test_the_pair_is_judged_whatever_the_tag(tmp_path, tag):
    nodes = {"ha_pair": pair("node", GOOD, ha_pair_prioritty=7)}
    refused(tmp_path, nodes, "ha_pair_prioritty: there is no such variable", "--tags", tag)


def test_a_tag_of_ones_own_asks_for_all_of_it(tmp_path):
    nodes = [living(4, "MASTER", 4, outdated=True), living(6, "BACKUP", 4)]
    task = "{ansible.builtin.import_role: {name: hotstandby.vrrp.ha_pair}, tags: mine}"
    site = f"- hosts: {HOSTS}\n  gather_facts: false\n  tasks: [{task}]\n"
    done = play(tmp_path, {"ha_pair": pair("node", nodes)}, "", "--check", "--tags", "mine", text=site)
    assert "TASK [hotstandby.vrrp.ha_pair : Restart the agent]" in done.output, done.output


def test_a_tag_that_is_left_out_is_the_users_choice(tmp_path):
    nodes = [living(4, "MASTER", 4, warnings=[DISCARDED], **CHANGES), living(6, "MASTER", 6, **CHANGES)]
    done = play(tmp_path, {"ha_pair": pair("node", nodes)}, "ha_pair", "--skip-tags", "verify")
    assert done.returncode == 0, done.output
    assert changed(done) == ["vrrp_agent", "vrrp_config"]
    nodes = {"ha_pair": pair("node", GOOD, ha_pair_prioritty=7)}
    refused(tmp_path, nodes, "ha_pair_prioritty: there is no such variable", "--skip-tags", "verify")


def test_an_unknown_tag_is_an_error_that_lists_those_that_exist(tmp_path):
    groups = {"ha_pair": pair("node", GOOD)}
    message = "no task of this playbook has the tag nosuch (tags are: install, configure, verify)"
    refused(tmp_path, groups, message, "--tags", "nosuch")
    refused(tmp_path, groups, message, "--tags", "verify,nosuch")
    listed = play(tmp_path, groups, "ha_pair", "--list-tags")
    assert "TASK TAGS: [always, configure, install, verify]" in listed.output


def test_a_file_for_an_agent_that_is_to_be_restarted_takes_the_tag_install(tmp_path):
    older = [
        living(4, "MASTER", 4, running_release="q", outdated=True, **CHANGES),
        living(6, "BACKUP", 4, running_release="r"),
    ]
    refused(tmp_path, {"ha_pair": pair("node", older)}, "Add the tag install", "--tags", "configure")
    done = play(tmp_path, {"ha_pair": pair("node", older)}, "ha_pair", "--tags", "configure,install")
    assert done.returncode == 0, done.output
    assert changed(done) == ["vrrp_agent", "vrrp_config"]


def test_the_file_alone_installs_nothing(tmp_path):
    done = play(tmp_path, {"ha_pair": pair("node", [node(4), node(6)])}, "ha_pair", "--tags", "configure")
    assert changed(done) == ["vrrp_config"]


def test_a_new_pair_gets_one_key_with_its_files_and_nobody_sees_it(tmp_path):
    done = play(tmp_path, {"ha_pair": pair("node", [node(4), node(6)])}, "ha_pair", "-vvv", "--diff")
    keys = {host: arguments["peer_key"] for name, host, arguments in done.asked if name == "vrrp_config"}
    (key,) = set(keys.values())
    assert (len(keys), len(key)) == (2, len("hex:") + 64)
    assert key.removeprefix("hex:") not in done.output


def test_a_key_is_replaced_on_both_hosts_before_the_next_step(tmp_path):
    both = {"ha_pair": pair("node", [living(4, "MASTER", 4), living(6, "BACKUP", 4)])}
    done = play(tmp_path, both, "ha_pair", "-vvv", "--diff", "-e", "ha_pair_rotate_peer_key=true")
    assert done.returncode == 0, done.output
    asked = [(host, arguments) for _name, host, arguments in done.asked]
    assert [arguments["state"] for _host, arguments in asked] == [
        *("accepted", "accepted"),
        *("signs", "signs"),
        *("only", "only"),
    ]
    assert [{host for host, _arguments in asked[at : at + 2]} for at in (0, 2, 4)] == [{"node-a", "node-b"}] * 3
    (key,) = {arguments["key"] for _host, arguments in asked}
    assert key.removeprefix("hex:") not in done.output


OUTDATED = [living(4, "MASTER", 4, outdated=True), living(6, "BACKUP", 4, outdated=True)]


def test_agents_of_another_release_are_restarted_standbys_first(tmp_path):
    done = play(tmp_path, {"ha_pair": pair("node", OUTDATED)}, "ha_pair", "--tags", "install")
    assert done.returncode == 0, done.output
    restart = "restart hotstandby.service"
    assert done.done == ["vrrp_agent on node-b", restart, "vrrp_agent on node-a", restart]


def test_the_tag_verify_restarts_no_agent(tmp_path):
    done = play(tmp_path, {"ha_pair": pair("node", OUTDATED)}, "ha_pair", "--tags", "verify")
    assert (done.returncode, done.done) == (0, []), done.output


DEAF = [living(4, "MASTER", 4, outdated=True), living(6, "FAULT", 4, outdated=True)]


def test_a_master_whose_standby_is_not_ready_is_not_touched(tmp_path):
    done = play(tmp_path, {"ha_pair": pair("node", DEAF)}, "ha_pair", "--tags", "install")
    assert done.returncode == 2
    assert "VI_1 on node-b: it is FAULT, so nobody stands by" in done.output
    assert "say -e ha_pair_force=true: then clients may lose" in " ".join(done.output.split())
    assert done.done == ["vrrp_agent on node-b", "restart hotstandby.service"]


def test_force_changes_it_all_the_same_and_says_what_it_costs(tmp_path):
    done = play(tmp_path, {"ha_pair": pair("node", DEAF)}, "ha_pair", "--tags", "install", "-e", "ha_pair_force=true")
    assert done.done[2:] == ["vrrp_agent on node-a", "restart hotstandby.service"]
    assert "Clients may lose the address:" in done.output


def test_a_module_that_fails_on_one_host_stops_the_other_host(tmp_path):
    nodes = [living(4, "MASTER", 4, **CHANGES), living(6, "BACKUP", 4, refuses=["vrrp_agent"], **CHANGES)]
    done = play(tmp_path, {"ha_pair": pair("node", nodes)}, "ha_pair")
    assert done.returncode == 2
    assert done.done == []
    assert "ha_pair  FAILED  node-b: " in done.output and "this node refuses vrrp_agent" in done.output


MISTAKES = {
    "a number in words": ({"ha_pair_priority": "high"}, "ha_pair_priority: 'high' is not a whole number from 1 to 255"),
    "a misspelt variable": ({"ha_pair_vip": "192.168.8.9"}, "there is no such variable (did you mean ha_pair_vips?)"),
    "a misspelt interface": (
        {"ha_pair_interface": "etho0"},
        "there is no interface etho0 (it has eth0",
    ),
    "one priority for both": ({"ha_pair_priority": 100}, "both have priority 100 for VI_1"),
    "a text for a list": ({"ha_pair_scripts": "/bin/check"}, "ha_pair_scripts: it is a list of mappings"),
    "a misspelt word": ({"ha_pair_scripts": [{"name": "c", "script": "/bin/true", "intervall": 2}]}, "mean interval?"),
    "a time in words": ({"ha_pair_verify_interval": "1s"}, "ha_pair_verify_interval: '1s' is not a number"),
    "two lists of peers": ({"ha_pair_unicast_peer": ["192.168.8.4", "192.168.8.6"]}, "192.168.8.4 is node-a itself"),
}


@pytest.mark.parametrize(("said", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_the_inventory_is_one_message(tmp_path, said, message):
    done = refused(tmp_path, {"ha_pair": pair("node", [node(4), node(6)], **said)}, message)
    assert "Traceback" not in done.output
    assert len(done.output) < 8000, "the whole description of the role is no message"


def test_the_first_process_loads_the_filters_also_in_a_playbook_of_the_user(tmp_path):
    """Else each process, one for each host and task, compiles them. Only the first one says what it imports."""
    text = """
- hosts: ha_pair
  gather_facts: false
  tasks: [{ansible.builtin.import_role: {name: hotstandby.vrrp.ha_pair}}]
"""
    nodes = [living(4, "MASTER", 4), living(6, "BACKUP", 4)]
    settings = {"PYTHONPROFILEIMPORTTIME": "1"}
    done = play(tmp_path, {"ha_pair": pair("web", nodes)}, "", text=text, settings=settings)
    assert done.returncode == 0, done.output
    assert len(re.findall(r"^import time:.*[.]plugins[.]module_utils[.]inventory[.]results$", done.output, re.M)) == 1
