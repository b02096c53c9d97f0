# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play the playbooks for pairs with keepalived on one host or on both, without nodes."""

from __future__ import annotations

from fake_nodes import living, node, pair, play

CONFIG = {"changes": ["vrrp_config"]}
IN_STEP = {
    "peer_must_follow": True,
    "instances": [
        {"kind": "changed", "name": "VI_1", "peer_must_follow": True,
         "changes": [{"field": "virtual_router_id", "old": 51, "new": 100, "peer_must_follow": True}]}
    ],
}  # fmt: skip
FILE = "/etc/keepalived/keepalived.conf"


def kept(number, state, master, **more):
    """Return a node on which keepalived runs instead of the agent."""
    found = living(number, state, master, **{"peer_keys": [], **more})
    found.update(program="keepalived", release=None, keepalived={"config": FILE, "instances": [], "msg": ""})
    for instance in found["instances"]:
        instance["takeover_s"] = 3.609
    return found


def both(nodes, **more):
    return {"ha_pair": pair("node", nodes, ha_pair_engine="keepalived", **more)}


def one(nodes, **more):
    """Return a pair whose second host runs keepalived."""
    return {"ha_pair": pair("node", nodes, node_b={"ha_pair_engine": "keepalived"}, **more)}


def asked(done, *words):
    """Return (host, these arguments) of each module that would have changed a node."""
    return [(name, host, *(arguments.get(word) for word in words)) for name, host, arguments in done.asked]


def spaces(text):
    return " ".join(text.split())


def test_a_good_pair_is_proven_and_nothing_is_done(tmp_path):
    nodes = [kept(4, "MASTER", 4), kept(6, "BACKUP", 4)]
    for groups in (both(nodes), one([living(4, "MASTER", 4, peer_keys=[]), nodes[1]])):
        done = play(tmp_path, groups, "ha_pair")
        assert done.returncode == 0, done.output
        assert done.asked == []
        assert "VI_1: node-a MASTER, node-b BACKUP" in done.output


def test_the_package_is_looked_for_on_hosts_with_keepalived_of_a_new_pair(tmp_path):
    done = play(tmp_path, one([node(4), node(6)]), "ha_pair", "--check")
    assert done.returncode == 0, done.output
    _before, _task, after = done.output.partition("Install keepalived where it is missing]")
    told = after.partition("\nTASK ")[0]
    assert "skipping: [node-a]" in told, done.output
    assert "ok: [node-b]" in told or "changed: [node-b]" in told, done.output


def test_two_keepalived_change_in_step_the_standby_stopped_first(tmp_path):
    nodes = [kept(4, "MASTER", 4, plan=IN_STEP, **CONFIG), kept(6, "BACKUP", 4, plan=IN_STEP, **CONFIG)]
    done = play(tmp_path, both(nodes), "ha_pair")
    assert done.returncode == 0, done.output
    assert asked(done, "program", "confirm", "start") == [
        ("vrrp_config", "node-b", "keepalived", 60, None),
        ("vrrp_config", "node-a", "keepalived", None, None),
        ("vrrp_config", "node-b", "keepalived", None, True),
    ]
    assert (
        "VI_1: virtual_router_id 51 -> 100 in step; keepalived of the standby is stopped meanwhile, so nobody stands "
        "by; nobody has the addresses for a Master_Down_Interval" in spaces(done.output)
    )


def test_in_a_mixed_pair_keepalived_is_stopped_whoever_was_master(tmp_path):
    nodes = [living(4, "BACKUP", 6, plan=IN_STEP, peer_keys=[], **CONFIG), kept(6, "MASTER", 6, plan=IN_STEP, **CONFIG)]
    done = play(tmp_path, one(nodes), "ha_pair")
    assert done.returncode == 0, done.output
    assert asked(done, "program", "state") == [
        ("vrrp_state", "node-a", "hotstandby", "master"),
        ("vrrp_config", "node-b", "keepalived", None),
        ("vrrp_config", "node-a", "hotstandby", None),
        ("vrrp_config", "node-b", "keepalived", None),
        ("vrrp_state", "node-a", "hotstandby", "auto"),
        ("vrrp_state", "node-b", "keepalived", "master"),
        ("vrrp_state", "node-b", "keepalived", "auto"),
    ]
    assert "keepalived of node-b is stopped meanwhile, so nobody stands by; nobody loses a packet" in spaces(
        done.output
    )


REFUSED = {"msg": "this node refuses the file"}
# Where a change in step of a pair ends whose keepalived was stopped: what each of its two nodes does, and whether
# keepalived runs again.
ENDS = {
    "refused": ({"fails_at": ["vrrp_config", 2, REFUSED]}, {}, True),
    "stopping": ({}, {"fails_at": ["vrrp_config", 2, REFUSED]}, True),
    "lost": ({"lost_at": ["vrrp_config", 2]}, {}, False),
    "changed": ({"stages": [["vrrp_config on changed-a", {"changes": []}]]},
                {"fails_at": ["vrrp_config", 3, REFUSED]}, False),
}  # fmt: skip


def test_keepalived_runs_again_only_beside_a_peer_with_the_old_values(tmp_path):
    children = {}
    for number, (name, (here, there, _again)) in enumerate(ENDS.items()):
        first, vip = 20 + 10 * number, f"192.168.8.{110 + number}/24"
        found = [living(first, "MASTER", first, vip, plan=IN_STEP, peer_keys=[], **CONFIG, **here),
                 kept(first + 1, "BACKUP", first, vip=vip, plan=IN_STEP, **CONFIG, **there)]  # fmt: skip
        children[name] = pair(name, found, vip=vip, **{f"{name}_b": {"ha_pair_engine": "keepalived"}})
    done = play(tmp_path, {"ha_pair": {"children": children}}, "ha_pair")
    assert done.returncode == 2
    _before, _task, after = done.output.partition("Start keepalived with the old file]")
    started = after.partition("\nTASK ")[0]
    rows = done.output.rpartition('"PAIR ')[2]
    for name, (here, _there, again) in ENDS.items():
        (row,) = [line for line in rows.splitlines() if f'"{name} ' in line]
        assert (f"ok: [{name}-b]" in started) == again, done.output
        if again:
            assert f"{name}-{'a' if here else 'b'}: " in row, "it says which node"
            assert f"this node refuses the file. keepalived on {name}-b runs again, with its old file" in row
        else:
            assert f"keepalived on {name}-b is stopped, and nobody stands by: run it again" in row
            assert f"only where {name}-a has the old values, or is dead" in row


def test_an_agent_that_runs_and_a_file_elsewhere_stop_the_deployment(tmp_path):
    elsewhere = kept(6, "BACKUP", 4)
    elsewhere["keepalived"]["config"] = "/srv/ka.conf"
    for bad, message in (
        (living(6, "BACKUP", 4), "ha_pair_engine is keepalived, and the agent runs on this node"),
        (elsewhere, "keepalived runs on this node with /srv/ka.conf, which is not the file of its service"),
    ):
        done = play(tmp_path, one([living(4, "MASTER", 4), bad]), "ha_pair")
        assert (done.returncode, done.asked) == (2, []), done.output
        assert message in spaces(done.output)


def test_a_metrics_address_for_keepalived_is_refused_before_any_change(tmp_path):
    nodes = [living(4, "MASTER", 4), kept(6, "BACKUP", 4)]
    done = play(tmp_path, one(nodes, ha_pair_metrics_listen="192.168.8.4:9165"), "ha_pair")
    assert (done.returncode, done.asked) == (2, []), done.output
    assert "node-b: ha_pair_metrics_listen: keepalived serves no metrics" in spaces(done.output)


def test_a_switchover_says_what_it_costs_and_frees_a_held_master_first(tmp_path):
    nodes = [kept(4, "BACKUP", 6), kept(6, "MASTER", 6)]
    nodes[1]["instances"][0]["hold"] = "master"
    done = play(tmp_path, both(nodes), "switchover")
    assert asked(done, "program", "state")[:2] == [
        ("vrrp_state", "node-b", "keepalived", "auto"),
        ("vrrp_state", "node-a", "keepalived", "master"),
    ]
    assert "takes over after Master_Down_Interval (3.609 s)" in spaces(done.output)


def test_a_drain_or_an_update_with_an_end_and_a_drill_are_refused(tmp_path):
    nodes = [living(4, "MASTER", 4), kept(6, "BACKUP", 4)]
    done = play(tmp_path, one(nodes), "drain", "-e", "drain=node-b", "-e", "expires=2h")
    assert (done.returncode, done.asked) == (2, []), done.output
    assert "expires: node-b runs keepalived (ha_pair_engine)" in spaces(done.output)
    update = ("-e", "update_reboot=true", "-e", "ha_pair_failback='after: 30'")
    done = play(tmp_path, one(nodes), "rolling_update", *update)
    assert (done.returncode, done.asked) == (2, []), done.output
    assert "ha_pair_failback: keepalived (node-b) ends nothing by itself" in spaces(done.output)
    done = play(tmp_path, one(nodes), "drill", "-e", "drill=switchover")
    assert (done.returncode, done.asked) == (2, []), done.output
    assert "ha_pair_engine: node-b runs keepalived, which records no events" in spaces(done.output)


def test_a_node_of_each_kind_is_removed_by_its_own_means(tmp_path):
    nodes = [living(4, "MASTER", 4), kept(6, "BACKUP", 4)]
    done = play(tmp_path, one(nodes), "remove")
    assert {each for each in asked(done, "program", "state") if each[0] == "vrrp_agent"} == {
        ("vrrp_agent", "node-a", "hotstandby", "absent"),
        ("vrrp_agent", "node-b", "keepalived", "absent"),
    }
