# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test each playbook over several pairs, of which some are broken: these are named, and the others go on."""

from __future__ import annotations

import re

import pytest
from fake_nodes import living, node, pair, play

CHANGES = {"changes": ["vrrp_agent", "vrrp_config"]}


def nodes(number, first="MASTER", second="BACKUP", **more):
    """Return two nodes, 192.168.8.NUMBER and the next one, with the address 192.168.8.100+NUMBER."""
    vip = f"192.168.8.{100 + number}/24"
    return [living(number, first, number, vip, **more), living(number + 1, second, number, vip, **more)]


def group(name, number, found=None, **variables):
    """Return a pair with the address 192.168.8.100+NUMBER; its nodes are good ones unless ``found`` are others."""
    return pair(name, found or nodes(number), vip=f"192.168.8.{100 + number}/24", **variables)


def fleet(**children):
    return {"ha_pair": {"children": children}}


def lines(done):
    """Return the result and the text of each pair at the end of a play."""
    table = done.output.rpartition('"PAIR ')[2].partition("]")[0].splitlines()[1:]
    rows = [line.strip().strip('",').split(maxsplit=2) for line in table if line.strip()]
    return {name: (result, *what) for name, result, *what in rows}


UNREACHABLE = {"unreachable": True}


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """Return a deployment of six pairs: two are good, and four are broken, each in another way."""
    children = fleet(
        split=group("split", 4, nodes(4, second="MASTER")),
        web=group("web", 8),
        refusing=group(
            "refusing", 12, [nodes(12, **CHANGES)[0], {**nodes(12, **CHANGES)[1], "refuses": ["vrrp_config"]}]
        ),
        gone=group("gone", 16, [nodes(16, **CHANGES)[0], UNREACHABLE]),
        misspelt=group("misspelt", 20, nodes(20, **CHANGES), ha_pair_prioritty=7),
        db=group("db", 24, nodes(24, **CHANGES)),
    )
    return play(tmp_path_factory.mktemp("several"), children, "ha_pair")


def test_a_deployment_ends_with_one_line_for_each_pair(several):
    found = lines(several)
    assert several.returncode == 2
    assert {name: line[0] for name, line in found.items()} == {
        "split": "FAILED", "web": "ok", "refusing": "FAILED", "gone": "FAILED", "misspelt": "FAILED", "db": "ok"
    }  # fmt: skip
    assert found["web"] == ("ok", "VI_1: web-a MASTER, web-b BACKUP")
    assert "refusing-b: " in found["refusing"][1] and "this node refuses vrrp_config" in found["refusing"][1]
    assert found["gone"][1].startswith("gone-b is unreachable (look at each host): ")
    assert "ha_pair_prioritty: there is no such variable" in found["misspelt"][1]


def test_both_hosts_of_a_broken_pair_stop_before_they_change_anything(several):
    hosts = {line.partition(" on ")[2] for line in several.done if line.startswith("vrrp_config")}
    assert hosts == {"db-a", "db-b"}


def test_the_recap_has_both_hosts_of_each_broken_pair(several):
    failed = {line.split()[0] for line in several.output.splitlines() if "failed=1" in line}
    assert failed == {f"{name}-{letter}" for name in ("split", "refusing", "gone", "misspelt") for letter in "ab"}


def test_a_pair_by_the_limit_alone_is_a_play_of_one(tmp_path):
    done = play(tmp_path, fleet(web=group("web", 4), db=group("db", 8)), "ha_pair", "--limit", "web")
    assert done.returncode == 0, done.output
    assert list(lines(done)) == ["web"]


GROUPS = {
    "one": "a pair is two hosts, and this group has 1: one-a",
    "three": "a pair is two hosts, and this group has 3: three-a, three-b, three-c "
    "(make a group of each two hosts below it)",
    "twice": "twice-a is in 2 pairs, twice and other: a host is in one",
}


@pytest.fixture(scope="module")
def no_pairs(tmp_path_factory):
    """Return a deployment of a good pair, beside groups that are no pairs, each for another reason."""
    children = fleet(
        one={"hosts": {"one-a": {"found": node(4)}}},
        three={"hosts": {f"three-{letter}": {"found": node(5 + number)} for number, letter in enumerate("abc")}},
        twice=group("twice", 8),
        other={"hosts": {"twice-a": {}, "other-b": {"found": node(10)}}},
        good=group("good", 20, nodes(20, **CHANGES)),
    )
    return play(tmp_path_factory.mktemp("no_pairs"), children, "ha_pair")


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_that_is_no_pair_is_named_and_the_others_go_on(no_pairs, name):
    assert no_pairs.returncode == 2
    assert GROUPS[name] in lines(no_pairs)[name][1]
    assert lines(no_pairs)["good"][0] == "ok"
    assert {line.partition(" on ")[2] for line in no_pairs.done} == {"good-a", "good-b"}


def test_a_host_beside_the_pairs_is_named_and_they_go_on(tmp_path):
    groups = fleet(web=group("web", 4), good=group("good", 20, nodes(20, **CHANGES)))
    groups["ha_pair"]["hosts"] = {"alone": {"found": node(40)}}
    done = play(tmp_path, groups, "ha_pair")
    assert done.returncode == 2
    assert "alone: in the group ha_pair itself, whose groups web, good are the pairs" in lines(done)["ha_pair"][1]
    assert lines(done)["good"][0] == "ok"
    assert {line.partition(" on ")[2] for line in done.done} == {"good-a", "good-b"}


@pytest.mark.parametrize("limit", [[], ["--limit", "web:good"]])
def test_two_pairs_with_one_address_are_stopped_before_anything_changes(tmp_path, limit):
    groups = fleet(
        web=group("web", 4, nodes(4, **CHANGES)), db=group("db", 8, nodes(8, **CHANGES)), good=group("good", 12)
    )
    groups["ha_pair"]["children"]["db"]["vars"]["ha_pair_vips"] = ["192.168.8.104/24"]
    done = play(tmp_path, groups, "ha_pair", *limit)
    assert (done.returncode, done.done) == (2, [])
    assert "the pairs web (VI_1) and db (VI_1) both have 192.168.8.104" in lines(done)["web"][1]
    assert lines(done)["good"][0] == "ok"


def test_two_sites_may_have_the_same_addresses(tmp_path):
    site_b = group("db", 4, ha_pair_segment="site_b")
    done = play(tmp_path, fleet(web=group("web", 4), db=site_b), "ha_pair")
    assert done.returncode == 0, done.output


def test_two_pairs_with_one_virtual_router_id_are_stopped(tmp_path):
    number = {"ha_pair_virtual_router_id": 51}
    done = play(tmp_path, fleet(web=group("web", 4, **number), db=group("db", 8, **number)), "ha_pair")
    assert (done.returncode, done.done) == (2, [])
    assert "both have virtual router id 51 on 192.168.8.0/24" in lines(done)["db"][1]


@pytest.mark.parametrize("words", [(), ("-e", "ha_pair_group=lb", "--limit", "web")], ids=["two fleets", "limit"])
def test_pairs_of_groups_with_other_names_are_compared(tmp_path, words):
    number = {"ha_pair_virtual_router_id": 51}
    web, db = group("web", 4, **number), group("db", 8, **number, ha_pair_group="lb")
    groups = {"ha_pair": {"children": {"web": web}}, "lb": {"children": {"db": db}}}
    done = play(tmp_path, {"lb": {"children": {"web": web, "db": db}}} if words else groups, "ha_pair", *words)
    assert (done.returncode, done.done) == (2, [])
    assert "the pairs web (VI_1) and db (VI_1) both have virtual router id 51" in lines(done)["web"][1]


def test_a_switchover_moves_each_pair_that_can_move(tmp_path):
    done = play(tmp_path, fleet(web=group("web", 4), db=group("db", 8, nodes(8, second="FAULT"))), "switchover")
    assert done.done == ["vrrp_state on web-b"]
    assert lines(done)["db"][1].endswith("No node of the pair can take over. A standby has to be BACKUP and alive:")
    assert "did not become its only master" in lines(done)["web"][1], "these nodes do not move"


@pytest.mark.parametrize("to", ["db-b", "db-b,web-b"])
def test_a_switchover_to_named_hosts_leaves_the_other_pairs_alone(tmp_path, to):
    children = fleet(web=group("web", 4), db=group("db", 8), last=group("last", 12))
    done = play(tmp_path, children, "switchover", "-e", f"to={to}")
    assert {line.partition(" on ")[2] for line in done.done} == set(to.split(","))
    assert lines(done)["last"][0] == "ok"


def weighed(number, *priorities):
    """Return a BACKUP and a MASTER. ``priorities`` has for each its base and the weights of its checks."""
    found = nodes(number, "BACKUP", "MASTER")
    for one, (base, *weights) in zip(found, priorities):
        reasons = [{"name": "chk", "delta": weight, "text": "chk failed"} for weight in weights]
        one["instances"][0].update(base_priority=base, priority=base + sum(weights), reasons=reasons)
    return found


def test_a_promotion_ends_where_the_priorities_agree_with_it(tmp_path):
    children = fleet(
        higher=group("higher", 4, weighed(4, (100,), (90,))),
        failed=group("failed", 8, weighed(8, (100, -20), (90,))),
        other=group("other", 12, weighed(12, (90,), (100, -5, -10))),
        equal=group("equal", 16, weighed(16, (100, -10), (90,))),
        least=group("least", 20, weighed(20, (90, -100), (1,))),
    )
    done = play(tmp_path, children, "switchover", "-e", "to=higher-a,failed-a,other-a,equal-a,least-a")
    ended = {host for name, host, words in done.asked if name == "vrrp_state" and words["state"] == "auto"}
    assert ended == {"higher-a", "other-a"}, done.output


@pytest.mark.parametrize("to", ["nosuch", "web-a,web-b"])
def test_a_switchover_to_nobody_is_refused(tmp_path, to):
    done = play(tmp_path, fleet(web=group("web", 4)), "switchover", "-e", f"to={to}")
    assert (done.returncode, done.done) == (2, [])
    assert "Each has to be a host of this play (web-a, web-b)" in " ".join(done.output.split())


def test_a_drain_takes_the_named_hosts(tmp_path):
    children = fleet(web=group("web", 4), db=group("db", 8), broken=group("broken", 12, [nodes(12)[0], UNREACHABLE]))
    done = play(tmp_path, children, "drain", "-e", "drain=web-b,broken-a")
    assert done.done == ["vrrp_drain on web-b"]
    assert {name: line[0] for name, line in lines(done).items()} == {"web": "ok", "db": "ok", "broken": "FAILED"}


def test_a_host_that_is_still_master_was_not_drained(tmp_path):
    done = play(tmp_path, fleet(web=group("web", 4)), "drain", "-e", "drain=web-a")
    assert done.returncode == 2 and "the drained host is still master" in lines(done)["web"][1]


@pytest.mark.parametrize(
    "said", [[], ["-e", "drain=nosuch"], ["-e", "drain=web-a,web-b"], ["-e", "drain=web-a undrain=web-a"]]
)
def test_a_drain_of_nobody_or_of_both_hosts_is_refused(tmp_path, said):
    done = play(tmp_path, fleet(web=group("web", 4)), "drain", *said)
    assert (done.returncode, done.done) == (2, [])
    assert "Say -e drain=HOST or -e undrain=HOST" in done.output


def test_a_pair_without_a_standby_is_not_drained_unless_it_is_forced(tmp_path):
    children = fleet(web=group("web", 4, nodes(4, second="FAULT")))
    done = play(tmp_path, children, "drain", "-e", "drain=web-a")
    assert (done.returncode, done.done) == (2, [])
    assert "web-b is FAULT because, so it does not stand by" in done.output
    forced = play(tmp_path, children, "drain", "-e", "drain=web-a ha_pair_force=true")
    assert forced.done == ["vrrp_drain on web-a"]


@pytest.fixture(scope="module")
def removal(tmp_path_factory):
    """Return a removal of four pairs; of two of them a host refuses it."""
    children = {"web": group("web", 4), "db": group("db", 8)}
    for name, number, refusing in (("standby", 12, 1), ("master", 16, 0)):
        found = nodes(number)
        found[refusing] = {**found[refusing], "refuses": ["vrrp_agent"]}
        children[name] = group(name, number, found)
    return play(tmp_path_factory.mktemp("removal"), fleet(**children), "remove")


def test_a_removal_takes_the_standbys_first(removal):
    removed = [line.partition(" on ")[2] for line in removal.done if line.startswith("vrrp_agent")]
    assert sorted(removed[:3]) == ["db-b", "master-b", "web-b"]
    assert sorted(removed[3:]) == ["db-a", "web-a"]
    for name, host in (("standby", "standby-b"), ("master", "master-a")):
        assert f"{host}: " in lines(removal)[name][1] and "this node refuses vrrp_agent" in lines(removal)[name][1]


def test_the_firewall_is_closed_after_the_agents_of_a_pair_are_gone(removal):
    closed = [line.partition(" on ")[2] for line in removal.done if line.startswith("vrrp_firewall")]
    assert sorted(closed) == ["db-a", "db-b", "web-a", "web-b"]
    last = max(number for number, line in enumerate(removal.done) if line.startswith("vrrp_agent"))
    assert all(removal.done.index(f"vrrp_firewall on {host}") > last for host in closed)


def test_the_status_has_one_line_for_each_pair_and_the_rest_of_what_is_wrong(tmp_path):
    broken = group("broken", 12, [node(12), node(13)])
    split = group("split", 16, nodes(16, second="MASTER"))
    done = play(tmp_path, fleet(web=group("web", 4), broken=broken, split=split), "status")
    assert done.returncode == 2
    text = done.output.partition('"PAIR ')[2].partition("]")[0]
    assert "ok      VI_1: web-a MASTER 5s, web-b BACKUP 5s" in text
    assert "FAILED  VI_1: split-a and split-b are both master" in text
    assert "broken: broken-b: NO AGENT: not installed: run ha_pair" in text


def test_a_batch_says_nothing_of_the_pairs_of_the_next_one(tmp_path):
    """Play one pair at a time. What has not been looked at is not ok."""
    text = """
- hosts: "{{ 'ha_pair' | hotstandby.vrrp.play_hosts(groups, ansible_play_hosts_all) }}"
  gather_facts: false
  serial: 2
  tasks: [{ansible.builtin.import_role: {name: hotstandby.vrrp.ha_pair}}]
"""
    done = play(tmp_path, fleet(db=group("db", 8), web=group("web", 4)), "", text=text)
    assert done.returncode == 0, done.output
    tables = [re.findall(r'"(db|web) +ok ', table) for table in done.output.split("Show how it ended")[1:]]
    assert tables == [["db"], ["db", "web"]], done.output
