# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try to get a green play that hides something, and a master that is changed before its standby is proven."""

from __future__ import annotations

import copy
import json

import pytest
from fake_nodes import living, node, pair, play

CONFIG = {"changes": ["vrrp_config"]}

IN_STEP = {
    "peer_must_follow": True,
    "instances": [
        {"kind": "changed", "name": "VI_1", "peer_must_follow": True,
         "changes": [{"field": "virtual_router_id", "old": 51, "new": 100, "peer_must_follow": True}]}
    ],
}  # fmt: skip


def two(state_one, state_two, number=4, **more):
    """Return a node with VI_1 and VI_2 in these states."""
    found = living(number, state_one, number, **more)
    second = copy.deepcopy(found["instances"][0])
    vip = "192.168.8.101/24"
    second.update(name="VI_2", state=state_two, addresses=[vip], virtual_router_id=101,
                  addresses_present=[vip] if state_two == "MASTER" else [])  # fmt: skip
    found["instances"].append(second)
    seen = copy.deepcopy(found["samples"][0]["instances"]["VI_1"])
    seen.update(state=state_two, addresses=[vip], held=[vip] if state_two == "MASTER" else [],
                master="192.168.8.6" if number == 4 else "192.168.8.4")  # fmt: skip
    found["samples"][0]["instances"]["VI_2"] = seen
    found["samples"][0]["instances"]["VI_1"]["master"] = "192.168.8.4"
    return found


INSTANCES = {"ha_pair_vips": ["192.168.8.100/24", "192.168.8.101/24"]}


def shared(**more):
    """Return two nodes of which each is master of one instance, and which change in step."""
    return [
        two("MASTER", "BACKUP", 4, plan=IN_STEP, **CONFIG, **more),
        two("BACKUP", "MASTER", 6, plan=IN_STEP, **CONFIG, **more),
    ]


TWO = {
    "ha_pair_instances": [
        {"name": "VI_1", "virtual_ipaddress": ["192.168.8.100/24"], "master": "node-a"},
        {"name": "VI_2", "virtual_ipaddress": ["192.168.8.101/24"], "master": "node-b"},
    ]
}


def group(nodes, **more):
    found = pair("node", nodes, **{**TWO, **more})
    if "ha_pair_instances" in found["vars"]:
        del found["vars"]["ha_pair_vips"]
    return {"ha_pair": found}


def test_a_step_that_a_node_refuses_is_shown_in_the_line_of_its_pair(tmp_path):
    nodes = shared()
    nodes[1]["refuses"] = nodes[0]["refuses"] = ["vrrp_state"]
    done = play(tmp_path, group(nodes), "ha_pair")
    assert done.returncode == 2
    assert "this node refuses vrrp_state" in done.output.rpartition('"PAIR ')[2]


def test_a_second_run_ends_the_promotions_of_the_first(tmp_path):
    """The first one promoted node-b of VI_1, and failed when it tried the file."""
    nodes = [two("BACKUP", "BACKUP", 4, plan=IN_STEP, **CONFIG), two("MASTER", "MASTER", 6, plan=IN_STEP, **CONFIG)]
    for each in (*nodes[0]["samples"][0]["instances"].values(),):
        each["master"] = "192.168.8.6"
    nodes[1]["instances"][0].update(hold="master", maintenance={"reason": "a change in step"})
    done = play(tmp_path, group(nodes), "ha_pair")
    assert "vrrp_state on node-b" in done.done


DEAF = [living(4, "MASTER", 4, plan=IN_STEP, **CONFIG), living(6, "FAULT", 4, plan=IN_STEP, **CONFIG)]


def test_a_master_whose_standby_is_not_ready_is_not_configured(tmp_path):
    """Point 3: a master whose standby is not ready is not touched, unless ha_pair_force is said."""
    done = play(tmp_path, {"ha_pair": pair("node", DEAF)}, "ha_pair")
    assert done.returncode == 2
    assert "vrrp_config on node-a" not in done.done


STAYS = [{"instance": "VI_1", "state": "MASTER", "moves": False, "why": "it stays MASTER"}]
GOOD = [
    living(4, "MASTER", 4, plan=IN_STEP, mastership=STAYS, **CONFIG),
    living(6, "BACKUP", 4, plan=IN_STEP, **CONFIG),
]
OLD = {"outdated": True, "changes": ["vrrp_agent"]}
DEAF_OLD = [living(4, "MASTER", 4, **OLD), living(6, "FAULT", 4, **OLD)]


def test_check_mode_says_what_changes_and_ends_where_the_real_run_would(tmp_path):
    def at(number, *nodes, **variables):
        """Return a pair with an address and an id of its own."""
        text = json.dumps(pair(f"pair{number}", nodes, **variables))
        return json.loads(text.replace("192.168.8.", f"192.168.{number}.").replace('"00', f'"{number:02}'))

    children = {
        "good": at(10, *GOOD),
        "deaf": at(11, *DEAF),
        "forced": at(12, *DEAF, ha_pair_force=True),
        "old": at(13, *DEAF_OLD),
        "alone": at(14, DEAF_OLD[0], node(6)),
        "healthy": at(15, living(4, "MASTER", 4, **OLD), living(6, "BACKUP", 4, **OLD)),
    }
    done = play(tmp_path, {"ha_pair": {"children": children}}, "ha_pair", "--check")
    said = " ".join(done.output.split())
    assert "VI_1: virtual_router_id 51 -> 100 in step; nobody loses a packet; mastership stays" in said, done.output
    rows = {line.split()[0].strip('"'): line for line in done.output.rpartition('"PAIR ')[2].splitlines()[1:7]}
    assert {name: row.split()[1].strip('",') for name, row in rows.items()} == {
        "good": "ok", "deaf": "FAILED", "forced": "ok", "old": "FAILED", "alone": "ok", "healthy": "ok"
    }, done.output[-3000:]  # fmt: skip
    assert "VI_1 on pair11-b: it is FAULT, so nobody stands by" in rows["deaf"]
    assert "VI_1 on pair13-b: it is FAULT, so nobody stands by" in rows["old"]
    assert (done.returncode, done.done) == (2, [])


def test_a_pair_that_is_in_fault_on_both_hosts_is_changed_and_judged(tmp_path):
    """There is no master, so nothing is lost, and the change may be what mends it."""
    both = [living(number, "FAULT", 4, plan=IN_STEP, outdated=True, **CONFIG) for number in (4, 6)]
    done = play(tmp_path, {"ha_pair": pair("node", both)}, "ha_pair")
    assert {"vrrp_config on node-a", "vrrp_config on node-b"} <= set(done.done), done.output[-3000:]
    assert len([line for line in done.done if "restart" in line]) == 2
    assert done.returncode == 2 and "VI_1: no node is master" in done.output, "it is still in FAULT"


def test_the_standby_of_now_is_changed_first_and_not_that_of_the_first_look(tmp_path):
    """The restart of the master has moved mastership, as its interval is short, and nopreempt lets it stay there."""
    nodes = [
        living(4, "MASTER", 4, outdated=True, plan=IN_STEP, later=living(4, "BACKUP", 6), **CONFIG),
        living(6, "BACKUP", 4, plan=IN_STEP, later=living(6, "MASTER", 6), **CONFIG),
    ]
    done = play(tmp_path, {"ha_pair": pair("node", nodes)}, "ha_pair")
    first = [line for line in done.done if line.startswith("vrrp_config")][0]
    assert first == "vrrp_config on node-a", done.done


def test_check_mode_says_what_changes_where_an_agent_is_restarted_first(tmp_path):
    nodes = [living(4, "MASTER", 4, outdated=True, plan=IN_STEP, changes=["vrrp_agent", "vrrp_config"]),
             living(6, "BACKUP", 4, outdated=True, plan=IN_STEP, changes=["vrrp_agent", "vrrp_config"])]  # fmt: skip
    done = play(tmp_path, {"ha_pair": pair("node", nodes)}, "ha_pair", "--check")
    assert done.done == []
    assert "What the new file changes is compared after that" in " ".join(done.output.split())


@pytest.mark.parametrize("limit", [(), ("--limit", "web")], ids=["all", "limit"])
def test_a_variable_that_has_no_value_stops_its_own_pair_alone(tmp_path, limit):
    web, db = pair("web", [living(4, "MASTER", 4), living(6, "BACKUP", 4)]), pair(
        "db", [living(14, "MASTER", 14, "192.168.8.110/24"), living(16, "BACKUP", 14, "192.168.8.110/24")],
        vip="192.168.8.110/24", ha_pair_auth_pass="{{ vault_of_another_team }}")  # fmt: skip
    done = play(tmp_path, {"ha_pair": {"children": {"web": web, "db": db}}}, "ha_pair", *limit)
    table = done.output.rpartition('"PAIR ')[2]
    assert "ok      VI_1: web-a MASTER, web-b BACKUP" in table, done.output[-3000:]
    assert done.returncode == (0 if limit else 2)


def test_a_master_is_restarted_only_where_the_other_can_take_over(tmp_path):
    """Each of the two is master of an instance, and the second one is in FAULT for that of the first."""
    fault = two("FAULT", "MASTER", 6, outdated=True)
    done = play(tmp_path, group([two("MASTER", "BACKUP", 4, outdated=True), fault]), "ha_pair", "--tags", "install")
    assert (done.returncode, done.done) == (2, []), done.output
    assert "VI_1 on node-b: it is FAULT, so nobody stands by" in done.output
    standby = two("FAULT", "FAULT", 6, outdated=True)  # a restart costs nobody anything, and may mend it
    master = two("MASTER", "MASTER", 4)
    done = play(tmp_path, group([master, standby]), "ha_pair", "--tags", "install")
    assert done.done == ["vrrp_agent on node-b", "restart hotstandby.service"], done.output


LOST = {
    "compared": (["vrrp_config", 1], "b"),
    "tried": (["vrrp_config", 2], "b"),
    "master": (["vrrp_config", 2], "a"),
    "standby": (["vrrp_config", 3], "b"),
    "proof": (["vrrp_info", 2], "b"),
}


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    """Return a change in step of several pairs, each of which loses a host at another step, and of a good pair."""
    children = {}
    for number, (name, (at, host)) in enumerate(LOST.items()):
        first = 20 + 10 * number
        vip = f"192.168.8.{110 + number}/24"
        nodes = [living(first, "MASTER", first, vip, plan=IN_STEP, **CONFIG),
                 living(first + 1, "BACKUP", first, vip, plan=IN_STEP, **CONFIG)]  # fmt: skip
        nodes["ab".index(host)]["lost_at"] = at
        children[name] = pair(name, nodes, vip=vip)
    children["good"] = pair("good", [living(4, "MASTER", 4), living(6, "BACKUP", 4)])
    return play(tmp_path_factory.mktemp("lost"), {"ha_pair": {"children": children}}, "ha_pair")


@pytest.mark.parametrize(("name", "host"), [(name, host) for name, (_at, host) in LOST.items()], ids=LOST)
def test_a_host_that_is_lost_at_a_step_is_named_and_the_other_pair_goes_on(lost, name, host):
    table = lost.output.rpartition('"PAIR ')[2].partition("]")[0]
    assert lost.returncode == 2
    assert "ok      VI_1: good-a MASTER" in table, table
    assert f"{name}-{host}" in table.partition(f"{name} ")[2].splitlines()[0]
    assert "no route to host" in table.partition(f"{name} ")[2].splitlines()[0]


# A standby awaits a new instance, too: it may have the address of one that the master no longer has.
ADDED = {"peer_must_follow": False, "instances": [{"kind": "added", "name": "VI_1", "changes": []}]}

# With 2 forks these 5 pairs take three turns for each task, so a standby listens three times as long: 450 s, and the
# master is changed in the first 225 s.
TIMED = {
    "good": ({}, {}),
    "late": ({"sent_ago_s": 226, "plan": ADDED}, {}),
    "clock": ({"sent_ago_s": -300}, {}),
    "hung": ({"hangs_at": ["vrrp_config", 2]}, {"ha_pair_confirm": 4}),
    "long": ({}, {"ha_pair_confirm": 400}),
}


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    """Return a change in step of pairs whose standbys were told earlier than now, or do not answer."""
    children = {}
    for number, (name, (told, variables)) in enumerate(TIMED.items()):
        first = 20 + 10 * number
        vip = f"192.168.8.{110 + number}/24"
        told = {"plan": IN_STEP, **told}
        nodes = [living(first, "MASTER", first, vip, plan=told["plan"], **CONFIG),
                 living(first + 1, "BACKUP", first, vip, **CONFIG, **told)]  # fmt: skip
        children[name] = pair(name, nodes, vip=vip, **{"ha_pair_confirm": 150, **variables})
    groups = {"ha_pair": {"children": children}}
    return play(tmp_path_factory.mktemp("timed"), groups, "ha_pair", "-f", "2")


def test_a_standby_listens_longer_where_pairs_wait_for_each_other(timed):
    asked = {host: arguments.get("confirm") for _name, host, arguments in timed.asked if arguments.get("confirm")}
    assert asked == {"good-b": 450, "late-b": 450, "clock-b": 450, "long-b": 600}, "600 is the most that an agent takes"


def test_a_master_is_changed_only_while_its_standby_listens(timed):
    changed = [host for _name, host, arguments in timed.asked if not arguments.get("confirm")]
    assert sorted(changed) == ["good-a", "good-b", "long-a", "long-b"], "nor does a standby take it alone"
    rows = {line.split()[0].strip('"'): line for line in timed.output.rpartition('"PAIR ')[2].splitlines()[1:6]}
    assert {name: row.split()[1] for name, row in rows.items()} == {
        "good": "ok", "late": "FAILED", "clock": "FAILED", "hung": "FAILED", "long": "ok"
    }  # fmt: skip
    text = "late-b listens for the new values for 450 s, and 2"
    assert text in rows["late"] and "late-a was not changed, and both hosts have the old values" in rows["late"]
    assert timed.returncode == 2


def test_a_host_that_does_not_answer_costs_the_other_pairs_a_part_of_the_time(timed):
    (row,) = [line for line in timed.output.rpartition('"PAIR ')[2].splitlines() if "hung " in line]
    assert "hung-b: Try the configuration on the standby: Task failed: Timed out after 1 second" in row, row


def test_the_order_of_a_change_is_worked_out_once_for_each_host(tmp_path):
    """Ansible works a variable out at each mention, and each task of a change names the order of the hosts."""
    count = tmp_path / "count"
    asked = f"lookup('ansible.builtin.pipe', 'echo >> {count}; echo node-b,node-a')"
    nodes = [living(4, "MASTER", 4, plan=IN_STEP, **CONFIG), living(6, "BACKUP", 4, plan=IN_STEP, **CONFIG)]
    order = tmp_path / "order.yml"
    order.write_text(json.dumps({"__ha_pair_order": f"{{{{ {asked}.split(',') }}}}"}))
    done = play(tmp_path, {"ha_pair": pair("node", nodes)}, "ha_pair", "-e", f"@{order}")
    assert done.returncode == 0 and done.done[-1] == "vrrp_config on node-b", done.output
    assert len(count.read_text().splitlines()) == 2


def test_a_pair_that_works_has_no_message_of_a_failure_worked_out(tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(json.dumps({"__ha_pair_failure": "{{ 1 // 0 }}"}))
    nodes = [living(4, "MASTER", 4), living(6, "BACKUP", 4)]
    done = play(tmp_path, {"ha_pair": pair("node", nodes)}, "ha_pair", "-e", f"@{wrong}")
    assert done.returncode == 0, done.output
