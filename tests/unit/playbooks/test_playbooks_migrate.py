# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test a migration from keepalived and the way back: their order, what forbids them, and where they stop."""

from __future__ import annotations

import re

import pytest
import yaml
from fake_nodes import living, play, under_keepalived

VIP = "192.168.8.100/24"
ENTRY = {"name": "VI_1", "interface": "eth0", "virtual_router_id": 51, "advert_int": 1, "virtual_ipaddress": [VIP]}
NAMED = {**ENTRY, "auth_pass": "vault_ha_pair_auth_pass"}
GAP = {"keyword": "virtual_server", "file": "/etc/keepalived/keepalived.conf", "line": 3, "why": "the load balancer",
       "instead": "leave it", "decisive": True}  # fmt: skip


def keepalived(number, state, master, **more):
    """Return a node that runs keepalived, with a password in its file, which is shown only where secrets are."""
    found = under_keepalived(living(number, state, master, vip=VIP), NAMED, 100 if number == 4 else 90)
    told = found["answers"]["vrrp_config_info"]
    told["vault"] = ["vault_ha_pair_auth_pass"]
    secret = {"shared": {"ha_pair_instances": [{**ENTRY, "auth_pass": "Zw9kTr4q"}]}, "host": told["variables"]["host"]}
    found["answers"]["vrrp_config_info secrets"] = {"variables": secret}
    return {**found, **more}


def as_ours(number, state, master):
    """Return what a node is found with once our agent runs there."""
    found = living(number, state, master, vip=VIP)
    words = ("program", "release", "instances", "samples", "running", "interfaces")
    return {**{word: found[word] for word in words}, "keepalived": {}}


def migrating():
    """Return the two nodes, which become what the steps of a migration make of them."""
    return [
        keepalived(4, "MASTER", 4, stages=[
            ["vrrp_state on web-b", as_keepalived(4, "BACKUP", 5)],
            ["vrrp_config on web-a", as_ours(4, "BACKUP", 5)],
            [r"vrrp_config on web-a[\s\S]*vrrp_state on web-b", as_ours(4, "MASTER", 4)],
        ]),
        keepalived(5, "BACKUP", 4, stages=[
            ["vrrp_config on web-b", as_ours(5, "BACKUP", 4)],
            ["vrrp_state on web-b", as_ours(5, "MASTER", 5)],
            [r"vrrp_config on web-a[\s\S]*vrrp_state on web-b", as_ours(5, "BACKUP", 4)],
        ]),
    ]  # fmt: skip


def as_keepalived(number, state, master):
    found = keepalived(number, state, master)
    return {word: found[word] for word in ("program", "instances", "samples", "interfaces", "keepalived")}


def group(nodes, **variables):
    hosts = {f"web-{letter}": {"found": found} for letter, found in zip("ab", nodes)}
    return {"web": {"hosts": hosts, "vars": {"ha_pair_group": "web", **variables}}}


def migrate(folder, nodes, *arguments, **variables):
    return play(folder, group(nodes, **variables), "migrate_from_keepalived", "-e", "ha_pair_group=web", *arguments)


def turns(output, task):
    """Return the hosts that did a task, in order."""
    return re.findall(
        r"^(?:ok|changed): \[([^]]*)]", "\n".join(re.findall(rf": {task}] .*\n((?:.+\n)*)", output)), re.M
    )


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_an_inventory_that_keeps_keepalived_is_refused_at_first(tmp_path, arguments):
    done = migrate(tmp_path, migrating(), *arguments, ha_pair_engine="keepalived")
    assert (done.returncode, done.done) == (2, []), done.output
    assert "web-a: ha_pair_engine says keepalived" in done.output


def test_the_standby_migrates_first_then_the_former_master(tmp_path):
    done = migrate(tmp_path, migrating())
    assert done.returncode == 0, done.output
    steps = [line for line in done.done if "peer_key" not in line]
    assert sorted(steps[:2]) == ["vrrp_agent on web-a", "vrrp_agent on web-b"]
    moved = [line for line in steps[2:] if ".service" not in line or line == "stop keepalived.service"]
    assert moved == [
        "stop keepalived.service", "vrrp_config on web-b", "vrrp_state on web-b",
        "stop keepalived.service", "vrrp_config on web-a", "vrrp_state on web-b",
        *["stop keepalived.service"] * 2,
    ]  # fmt: skip
    assert steps.count("disable keepalived.service") == 4
    assert [each[2] for each in done.asked if each[0] == "vrrp_state"] == [
        {"name": "VI_1", "state": "master"}, {"name": "VI_1", "state": "auto"},
    ]  # fmt: skip
    assert "web   ok      VI_1: web-a MASTER, web-b BACKUP" in done.output


def test_check_mode_says_the_plan_and_changes_nothing(tmp_path):
    done = migrate(tmp_path, migrating(), "--check", "-e", f"migrate_to={tmp_path}/new")
    assert (done.returncode, done.done, done.asked) == (0, [], []), done.output
    plan = done.output.partition("Say the plan")[2]
    assert (
        plan.index("web-b: keepalived is stopped")
        < plan.index("web-b: our agent takes over")
        < plan.index("web-a: keepal")
    )
    assert "identification: ours 0, theirs 7 (the kernel numbers the packets)" in done.output
    assert not (tmp_path / "new").exists()


def test_the_inventory_is_written_where_the_user_says_with_names_for_secrets(tmp_path):
    done = migrate(tmp_path, migrating(), "-e", f"migrate_to={tmp_path}/new")
    assert done.returncode == 0, done.output
    shared = yaml.safe_load((tmp_path / "new/group_vars/web.yml").read_text())
    assert shared == {"ha_pair_instances": [NAMED]}
    assert "Zw9kTr4q" not in done.output
    own = yaml.safe_load((tmp_path / "new/host_vars/web-b.yml").read_text())
    assert own == {"ha_pair_state": "BACKUP", "ha_pair_priority": 90}


def test_a_file_of_somebody_else_is_not_replaced(tmp_path):
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars/web-b.yml").write_text("mine: true\n")
    done = migrate(tmp_path, migrating(), "-e", f"migrate_to={tmp_path}")
    assert (done.returncode, done.done) == (2, []), done.output
    assert "web-b.yml: not written by this playbook" in done.output
    assert (tmp_path / "host_vars/web-b.yml").read_text() == "mine: true\n"


def refused_by(change):
    nodes = migrating()
    change(nodes)
    return nodes


REFUSED = {
    "the load balancer": (
        lambda nodes: nodes[0]["answers"]["vrrp_config_info"].update(not_carried_over=[GAP]),
        "web-a: /etc/keepalived/keepalived.conf:3: virtual_server: the load balancer (leave it)",
    ),
    "another service": (
        lambda nodes: nodes[1]["keepalived"].update(service="vrrp.service"),
        "web-b: keepalived is the service vrrp.service: say -e keepalived_service=vrrp.service",
    ),
    "no master": (
        lambda nodes: nodes[0].update(instances=[{**nodes[0]["instances"][0], "state": "BACKUP"}]),
        "VI_1: no host is master: a pair has to work before it is migrated",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_migration_that_is_refused_changes_nothing(tmp_path, name):
    change, text = REFUSED[name]
    done = migrate(tmp_path, refused_by(change))
    assert (done.returncode, done.done, done.asked) == (2, [], []), done.output
    assert text in done.output


def test_a_different_password_stops_the_migration_before_keepalived_stops(tmp_path):
    nodes = migrating()
    nodes[1]["answers"]["vrrp_compare"]["problems"] = ["VI_1: password: our agent would send another one"]
    done = migrate(tmp_path, nodes)
    assert done.returncode == 2 and "stop keepalived.service" not in done.done, done.output
    assert "VI_1: password: our agent would send another one" in done.output


def test_an_agent_that_does_not_start_gives_the_host_back_to_keepalived(tmp_path):
    nodes = migrating()
    nodes[1]["refuses"] = ["vrrp_config"]
    done = migrate(tmp_path, nodes)
    assert done.returncode == 2 and "vrrp_state on web-b" not in done.done, done.output
    assert "web-b failed (configure and start a new agent): this node refuses vrrp_config" in done.output
    assert "(keepalived runs on it again)" in done.output
    after = done.done[done.done.index("stop keepalived.service") :]
    assert "stop hotstandby.service" in after and "vrrp_config on web-a" not in after


def test_a_pair_that_has_begun_goes_on_from_there(tmp_path):
    nodes = migrating()
    nodes[1] = {**nodes[1], **as_ours(5, "BACKUP", 4)}
    done = migrate(tmp_path, nodes)
    assert done.returncode == 0, done.output
    assert "vrrp_config on web-b" not in done.done and "vrrp_config on web-a" in done.done
    assert "vrrp_agent on web-b" not in done.done
    # The run before may have ended before it enabled it.
    assert turns(done.output, "Enable our agent") == ["web-b", "web-a"]


def test_a_state_that_changed_between_the_two_looks_is_looked_at_again(tmp_path):
    """Our agent may take over while it is looked at, and keepalived on the other host was looked at before."""
    nodes = migrating()
    nodes[1]["fails_at"] = ["vrrp_info", 4, {**nodes[1], **as_ours(5, "MASTER", 5), "failed": False, "changed": False}]
    done = migrate(tmp_path, nodes)
    assert done.returncode == 0, done.output
    assert "VI_1: web-a MASTER, web-b BACKUP" in done.output


def test_a_pair_that_cannot_be_migrated_stops_no_other_pair(tmp_path):
    broken = [keepalived(14, "MASTER", 14), keepalived(15, "BACKUP", 14)]
    broken[1]["answers"]["vrrp_config_info"].update(not_carried_over=[GAP])
    other = {"hosts": {f"db-{letter}": {"found": found} for letter, found in zip("ab", broken)}}
    web = group(migrating())["web"]
    done = play(
        tmp_path, {"ha_pair": {"children": {"web": {"hosts": web["hosts"]}, "db": other}}}, "migrate_from_keepalived"
    )
    assert done.returncode == 2, done.output
    assert "web   ok      VI_1: web-a MASTER, web-b BACKUP" in done.output
    assert "db    FAILED  db-b: /etc/keepalived/keepalived.conf:3: virtual_server" in done.output
    assert not [line for line in done.done if "on db-" in line]


def test_an_inventory_that_has_the_pair_counts_and_is_compared(tmp_path):
    done = migrate(
        tmp_path, migrating(), "--check", ha_pair_instances=[{**ENTRY, "nopreempt": True, "auth_pass": "Xq7bL2vN"}]
    )
    assert done.returncode == 0, done.output
    assert "web-b: VI_1 nopreempt: True in the inventory" in done.output
    assert "VI_1 auth_pass: another one" in done.output
    assert "Zw9kTr4q" not in done.output and "Xq7bL2vN" not in done.output


def ours(first="MASTER", second="BACKUP", **stages):
    """Return two nodes with our agent, which become what the steps of a way back make of them."""
    nodes = []
    for number, state, priority in ((4, first, 100), (5, second, 90)):
        master = 4 if first == "MASTER" else 5
        found = living(number, state, master, vip=VIP)
        found["instances"][0]["base_priority"] = priority
        told = {"shared": {"ha_pair_instances": [ENTRY]}, "host": {}}
        found["answers"] = {"vrrp_config_info": {"variables": told, "problems": []}}
        nodes.append(found)
    return nodes


def rollback(folder, nodes, *arguments):
    words = ("-e", "ha_pair_group=web", "-e", f"keepalived_config={folder}/keepalived.conf")
    (folder / "keepalived.conf").write_text("vrrp_instance VI_1 {}\n")
    program = folder / "bin" / "keepalived"
    program.parent.mkdir(exist_ok=True)
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    return play(folder, group(nodes), "rollback_to_keepalived", *words, *arguments)


def test_the_way_back_begins_with_the_host_that_the_priorities_make_master(tmp_path):
    done = rollback(tmp_path, ours(), "--check")
    assert (done.returncode, done.done) == (0, []), done.output
    plan = done.output.partition("Say the plan")[2]
    first, second = plan.index("web-a: our agent is stopped"), plan.index("web-b: our agent is stopped")
    assert plan.index("web-b: our agent becomes master of everything") < first < second


def test_the_way_back_takes_over_before_anything_is_stopped(tmp_path):
    done = rollback(tmp_path, ours())
    # These nodes do not change, so the play stops where it looks at the first host.
    assert done.returncode == 0 or "web" in done.output
    assert done.done[0] == "vrrp_state on web-b"
    assert done.done.index("stop hotstandby.service") > 0


def test_an_idle_host_gets_keepalived_before_the_other_agent_stops(tmp_path):
    """A run before has ended between the stop of the agent on web-b and the start of keepalived there."""
    nodes = ours()
    nothing = {"program": None, "running": False, "instances": [], "samples": [{"running": False, "instances": {}}]}
    under = {**as_keepalived(5, "BACKUP", 4), "running": True}
    under["keepalived"]["config"] = f"{tmp_path}/keepalived.conf"
    nodes[1] = {**nodes[1], **nothing, "stages": [["stop hotstandby.service", under]]}
    done = rollback(tmp_path, nodes)
    assert done.done[0] == "vrrp_state on web-a"
    assert turns(done.output, "Enable and start keepalived") == ["web-b", "web-a"]
    assert turns(done.output, "Stop and disable our agent") == ["web-b", "web-a"]
    assert done.output.index("Enable and start keepalived]") < done.output.rindex("Stop and disable our agent]")


def test_an_address_that_the_old_file_lacks_is_refused_unless_accepted(tmp_path):
    nodes = ours()
    entry = {**ENTRY, "virtual_ipaddress": ["192.168.8.99/24"]}
    told = {"variables": {"shared": {"ha_pair_instances": [entry]}, "host": {}}, "problems": []}
    nodes[0]["answers"] = nodes[1]["answers"] = {"vrrp_config_info": told}
    done = rollback(tmp_path, nodes)
    assert (done.returncode, done.done) == (2, []), done.output
    said = f"web-a: 192.168.8.100: the agent has it, and {tmp_path}/keepalived.conf does not, so nobody would have it"
    assert said in done.output and "-e rollback_drops=true" in done.output
    done = rollback(tmp_path, nodes, "--check", "-e", "rollback_drops=true")
    assert done.returncode == 0 and f"warning: {said}" in done.output, done.output


def test_keepalived_that_reads_another_file_than_the_checked_one_stops_it(tmp_path):
    nodes = ours()
    nodes[0]["stages"] = [["stop hotstandby.service", as_keepalived(4, "BACKUP", 5)]]
    done = rollback(tmp_path, nodes)
    assert done.returncode == 2 and turns(done.output, "Stop and disable our agent") == ["web-a"], done.output
    assert "web-a: keepalived reads /etc/keepalived/keepalived.conf, and not" in done.output
    assert "say -e keepalived_config=/etc/keepalived/keepalived.conf" in done.output


def test_a_wrong_word_for_the_file_is_refused(tmp_path):
    done = rollback(tmp_path, ours(), "-e", "rollback_file=new")
    assert (done.returncode, done.done) == (2, []), done.output
    assert "rollback_file: 'new' is none of old, today" in done.output


def test_a_host_without_the_file_is_refused(tmp_path):
    done = rollback(tmp_path, ours(), "-e", f"keepalived_config={tmp_path}/nosuch.conf")
    assert (done.returncode, done.done) == (2, []), done.output
    assert "nosuch.conf" in done.output
