# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the rolling update: its order, where it stops, and who is master afterwards."""

from __future__ import annotations

import pytest
from fake_nodes import DROP, heard, living, pair, play

REASON = "rolling update (host {} of 2): run rolling_update.yml again to finish, or drain.yml -e undrain={}"
TASKS = """\
- name: Do the work
  ansible.builtin.shell: echo "tasks on {{ inventory_hostname }}" >> {{ log }}
- name: Take a step
  ansible.builtin.fail: {msg: the disk is full}
  when: inventory_hostname in broken | default([])
"""


def asked_for(asked):
    """Return what a module was asked for, without the program of the host."""
    return {name: value for name, value in asked[2].items() if name != "program"}


def nodes(number=4, first="MASTER", second="BACKUP", **more):
    vip = f"192.168.8.{100 + number}/24"
    return [living(number, first, number, vip, **more), living(number + 1, second, number, vip, **more)]


def drained(found, reason):
    """Return a node as it is while it is drained for ``reason``."""
    stop = {"state": "STOP", "why": "STOP because this node is drained", "addresses_present": []}
    agent = {"drained": True, "maintenance": {"reason": reason, "by": "root", "expires": None}}
    return {**found, "agent": agent, "instances": [{**each, **stop} for each in found["instances"]]}


def group(name, number=4, found=None, **variables):
    return pair(name, found or nodes(number), vip=f"192.168.8.{100 + number}/24", **variables)


def fleet(**children):
    return {"ha_pair": {"children": children}}


def update(folder, groups, *arguments, tasks=TASKS, **options):
    (folder / "work.yml").write_text(tasks)
    return play(folder, groups, "rolling_update", "-e", f"update_tasks={folder}/work.yml", *arguments, **options)


def of(done, name):
    """Return what was done on the hosts of a pair, in this order."""
    return [line for line in done.done if line.partition(" on ")[2].startswith(f"{name}-")]


def lines(done):
    """Return the result and the text of each pair at the end of a play."""
    table = done.output.rpartition('"PAIR ')[2].partition("]")[0].splitlines()[1:]
    rows = [line.strip().strip('",').split(maxsplit=2) for line in table if line.strip()]
    return {name: (result, what) for name, result, what in rows}


def both(name, *, hold=()):
    """Return what a whole update does."""
    first, last = f"{name}-b", f"{name}-a"
    return [
        f"vrrp_drain on {first}", f"tasks on {first}", f"vrrp_drain on {first}",
        f"vrrp_drain on {last}", f"tasks on {last}", *hold, f"vrrp_drain on {last}",
    ]  # fmt: skip


def deaf(number, opened=False):
    """Return the nodes of a pair, of which the second one drops what the first one sends.

    ``opened``: that ends once its firewall is open.
    """
    found = nodes(number)
    drop = {**DROP, "peer": f"192.168.8.{number}"}
    found[0]["heard"] = heard(number, number + 1, 10)
    found[1]["heard"] = heard(number + 1, number, 0, drops=[drop])
    if opened:
        found[1]["heard_opened"] = heard(number + 1, number, 10)
    return found


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """Return an update of several pairs, of which some are broken, each in another way."""
    folder = tmp_path_factory.mktemp("several")
    work = TASKS + "- ansible.builtin.command: echo\n"
    again = deaf(40, opened=True)
    drop = {**DROP, "peer": "192.168.8.41"}
    again[0]["stages"] = [["tasks on again-a", {"heard": heard(40, 41, 0, drops=[drop])}]]
    children = fleet(
        web=group("web", 4),
        standby=group("standby", 8, broken=["standby-b"]),
        master=group("master", 12, broken=["master-a"]),
        alone=group("alone", 16, nodes(16, second="FAULT")),
        other=group("other", 20, [nodes(20)[0], drained(nodes(20)[1], "new disk")]),
        policy=group("policy", 24, ha_pair_failback="sometimes"),
        deaf=group("deaf", 32, deaf(32)),
        closed=group("closed", 36, deaf(36, opened=True), ha_pair_open_firewall=True),
        again=group("again", 40, again, again_b={"ha_pair_open_firewall": True}),
        two=group("two", 28, two_a={"ha_pair_failback": "never"}, two_b={"ha_pair_failback": "manual"}),
    )
    return update(folder, children, tasks=work)


def test_the_standby_is_updated_first_and_the_master_when_the_standby_is_back(several):
    assert of(several, "web") == both("web")
    said = [asked_for(asked) for asked in several.asked if asked[1].startswith("web-")]
    assert said == [
        {"state": "drained", "reason": REASON.format(1, "web-b")}, {"state": "active"},
        {"state": "drained", "reason": REASON.format(2, "web-a")}, {"state": "active"},
    ]  # fmt: skip


def test_several_pairs_go_side_by_side(several):
    drains = [line for line in several.done if line.startswith("vrrp_drain on")]
    assert set(drains[:3]) == {"vrrp_drain on web-b", "vrrp_drain on standby-b", "vrrp_drain on master-b"}


def test_a_task_that_fails_on_the_standby_leaves_the_master_alone(several):
    assert of(several, "standby") == ["vrrp_drain on standby-b", "tasks on standby-b", "vrrp_drain on standby-b"]
    [_drain, noted] = [asked_for(asked) for asked in several.asked if asked[1] == "standby-b"]
    assert noted == {"state": "drained", "reason": REASON.format(1, "standby-b").replace("2)", "2, failed)")}
    assert (
        "standby-b failed (the tasks of the update): the update failed in 'Take a step', and the host stays drained: "
        in several.output
    )
    assert "the disk is full" in several.output


def test_a_task_that_fails_on_the_former_master_leaves_its_peer_master(several):
    assert of(several, "master") == [*both("master")[:-1], "vrrp_drain on master-a"]
    last = [asked_for(asked) for asked in several.asked if asked[1] == "master-a"][-1]
    assert last["state"] == "drained" and "(host 2 of 2, failed)" in last["reason"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("alone", "VI_1 on alone-b: it is FAULT, so nobody stands by"),
        ("other", "VI_1 on other-b: it is drained"),
        ("policy", "ha_pair_failback: 'sometimes' is not a policy: say never, manual, immediate, or after: SECONDS"),
        ("two", "ha_pair_failback: two-a has never, two-b has manual: give both hosts one policy"),
    ],
)
def test_a_pair_that_cannot_be_updated_is_not_touched(several, name, why):
    assert of(several, name) == []
    assert why in several.output


def test_the_play_fails_and_names_each_pair(several):
    assert several.returncode == 2
    assert [name for name, (result, _why) in lines(several).items() if result == "ok"] == ["web", "closed"]
    assert len(lines(several)) == 10


def test_a_host_that_does_not_hear_its_peer_after_its_tasks_stays_drained(several):
    assert of(several, "deaf") == both("deaf")[:2], several.output
    (row,) = [line for line in several.output.rpartition('"PAIR ')[2].splitlines() if "deaf " in line]
    assert "deaf-b: VRRP (IP protocol 112) of deaf-a to 224.0.0.18 arrives on eth0, but this host drops it" in row
    assert "Allow it: nft x; or say ha_pair_open_firewall: true. So deaf-b stays drained, as both hosts would be" in row


def test_a_firewall_is_opened_before_a_booted_host_takes_part_again(several):
    opened = [*both("closed")[:2], "vrrp_firewall on closed-b", *both("closed")[2:]]
    assert of(several, "closed") == opened, several.output


def test_the_second_host_stays_drained_if_only_the_first_opened_its_firewall(several):
    opened = [*both("again")[:2], "vrrp_firewall on again-b", *both("again")[2:-1]]
    assert of(several, "again") == opened, several.output
    assert "So again-a stays drained, as both hosts would be master" in several.output


@pytest.mark.parametrize(
    ("policy", "asked"),
    [
        ("never", {"state": "master", "name": "VI_1"}),
        (
            "manual",
            {"state": "master", "name": "VI_1",
             "reason": "rolling update: to give back, switchover.yml -e to=web-a"},
        ),
        (
            {"after": 300},
            {"state": "master", "name": "VI_1", "expires": 300,
             "reason": "rolling update: ends by itself, and web-a is master again"},
        ),
    ],
)  # fmt: skip
def test_a_policy_holds_mastership_before_the_former_master_is_back(tmp_path, policy, asked):
    done = update(tmp_path, fleet(web=group("web", ha_pair_failback=policy)))
    assert done.returncode == 0, done.output
    assert done.done == both("web", hold=["vrrp_state on web-b"])
    assert [asked_for(each) for each in done.asked if each[0] == "vrrp_state"] == [asked]


@pytest.mark.parametrize(
    ("former", "other", "held"),
    [((90, 0), (100, -20), True), ((100, -20), (90, 0), True), ((90, -5), (100, -5), False)],
    ids=["now", "when its check is good again", "never"],
)
def test_mastership_is_held_where_the_former_master_could_take_it_back(tmp_path, former, other, held):
    found = nodes()
    for one, (base, weight) in zip(found, (former, other)):
        one["instances"][0].update(base_priority=base, reasons=[{"name": "chk", "delta": weight, "text": "failed"}])
    done = update(tmp_path, fleet(web=group("web", found=found, ha_pair_failback="never")))
    assert done.returncode == 0, done.output
    assert done.done == both("web", hold=["vrrp_state on web-b"] if held else [])


# A node of these tests stays drained, so the check after its host fails.
@pytest.mark.parametrize(
    ("number", "steps"), [(1, both("web")[:3]), (2, both("web", hold=["vrrp_state on web-b"])[3:])]
)
def test_an_update_that_stopped_goes_on_from_there(tmp_path, number, steps):
    found = nodes()
    if number == 1:
        found[1] = drained(found[1], REASON.format(1, "web-b").replace("2)", "2, failed)"))
    else:
        found = [drained(found[0], REASON.format(2, "web-a")), living(5, "MASTER", 5, "192.168.8.104/24")]
    done = update(tmp_path, fleet(web=group("web", found=found, ha_pair_failback="never")))
    assert done.done == steps, done.output


def test_check_mode_says_what_is_done_on_which_host(tmp_path):
    done = update(tmp_path, fleet(web=group("web")), "--check", "-e", "update_packages=nginx,curl update_reboot=true")
    assert (done.returncode, done.asked, done.done) == (0, [], [])
    steps = (
        f"drain, packages nginx, curl, tasks of {tmp_path}/work.yml, boot, wait until healthy, "
        "try whether the hosts hear each other, undrain"
    )
    assert done.output.index(f"web-b: {steps}") < done.output.index(f"web-a: {steps}"), done.output
    assert "failback: immediate" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Say what to do: -e update_tasks=FILE"),
        (["-e", "update_tasks=nosuch.yml"], "update_tasks: there is no file {}/nosuch.yml on the controller"),
        (["-e", "update_tasks=hosts.json"], "hosts.json is not a list of tasks"),
        (["-e", "update_tasks=empty.yml"], "empty.yml is not a list of tasks"),
        (["-e", "update_tasks=playbook.yml"], "playbook.yml is not a list of tasks (a playbook has them below"),
        (["-e", "update_tasks=broken.yml"], "web-a: Read the file {}/broken.yml: "),
        (
            ["-e", "update_reboot=true", "-e", '{"ha_pair_failback": {"after": 300, "never": true}}'],
            "it names 2 policies",
        ),
        (["-e", "update_reboot=true ha_pair_update_timeout=soon"], "ha_pair_update_timeout has to be 1 or more"),
    ],
)  # fmt: skip
def test_a_wrong_command_changes_nothing(tmp_path, arguments, message):
    (tmp_path / "empty.yml").write_text("---\n")
    (tmp_path / "playbook.yml").write_text("- hosts: all\n  tasks: []\n")
    (tmp_path / "broken.yml").write_text("- name: [\n")
    done = play(tmp_path, fleet(web=group("web")), "rolling_update", *arguments)
    assert (done.returncode, done.asked) == (2, [])
    assert message.format(tmp_path) in done.output


def test_a_file_that_ansible_cannot_read_changes_nothing(tmp_path):
    done = update(tmp_path, fleet(web=group("web")), tasks="- nosuch.nosuch.nosuch: {}\n")
    assert done.returncode != 0 and done.asked == []
    assert "nosuch.nosuch.nosuch" in done.output


def test_a_host_that_is_not_healthy_after_its_tasks_stays_drained(tmp_path):
    found = nodes()
    found[1]["instances"][0]["faults"] = ["eth0 is down"]
    done = update(tmp_path, fleet(web=group("web", found=found)), "-e", "ha_pair_update_timeout=1")
    assert done.done == ["vrrp_drain on web-b", "tasks on web-b"]
    assert "web-b is not healthy after 1 s, and stays drained: VI_1: eth0 is down" in done.output


WITH_HANDLER = """\
- name: Do the work
  ansible.builtin.include_role: {name: "{{ log | dirname }}/nginx"}
"""
NGINX = {
    "tasks": """\
- ansible.builtin.command: echo
  notify: Restart nginx
""",
    "handlers": """\
- name: Restart nginx
  ansible.builtin.shell: echo "tasks on {{ inventory_hostname }}" >> {{ log }}
  failed_when: inventory_hostname in broken | default([])
""",
}


def test_handlers_run_on_a_host_before_it_takes_part_again(tmp_path):
    for part, text in NGINX.items():
        (tmp_path / "nginx" / part).mkdir(parents=True)
        (tmp_path / "nginx" / part / "main.yml").write_text(text)
    done = update(tmp_path, fleet(web=group("web"), db=group("db", 8, broken=["db-b"])), tasks=WITH_HANDLER)
    assert of(done, "web") == both("web"), done.output
    assert of(done, "db") == ["vrrp_drain on db-b", "tasks on db-b", "vrrp_drain on db-b"], done.output
    assert "the update failed in 'Restart nginx', and the host stays drained" in done.output
    assert done.returncode == 2


THEN_END = """\
- name: Leave the play
  ansible.builtin.meta: end_host
  when: inventory_hostname in lost
"""
THEN_LOST = """\
- name: Ask by ssh
  ansible.builtin.command: echo
  when: inventory_hostname in lost
  vars: {ansible_connection: ssh, ansible_ssh_executable: "{{ log | dirname }}/ssh"}
- name: Do what comes after it
  ansible.builtin.shell: echo "tasks on {{ inventory_hostname }}" >> {{ log }}
"""


def test_a_host_that_is_lost_in_its_tasks_stays_drained_and_its_peer_stops(tmp_path):
    (tmp_path / "ssh").write_text("#!/bin/sh\necho no route to host >&2\nexit 255\n")
    (tmp_path / "ssh").chmod(0o755)
    done = update(tmp_path, fleet(web=group("web", lost=["web-b"])), tasks=TASKS + THEN_LOST)
    assert done.done == ["vrrp_drain on web-b", "tasks on web-b"], done.output
    assert "the tasks of the update did not come to their end (ssh was lost, or" in done.output
    assert done.returncode != 0


def test_a_host_whose_tasks_end_the_play_stays_drained_and_its_peer_stops(tmp_path):
    done = update(tmp_path, fleet(web=group("web", lost=["web-b"])), tasks=TASKS + THEN_END)
    assert done.done == ["vrrp_drain on web-b", "tasks on web-b"], done.output
    assert "or they have meta: end_host or end_play), and the host stays drained" in done.output
    assert done.returncode != 0


def test_where_one_failure_stops_all_hosts_each_pair_says_so(tmp_path):
    groups = fleet(web=group("web", broken=["web-b"]), db=group("db", 8))
    done = update(tmp_path, groups, tasks=TASKS + "  any_errors_fatal: true\n")
    assert of(done, "db") == ["vrrp_drain on db-b", "tasks on db-b", "vrrp_drain on db-b"], done.output
    rows = done.output.rpartition('"PAIR ')[2]
    assert "the update failed in 'Take a step', and the host stays drained: the disk is full" in rows, rows
    assert "db-b failed (the tasks of the update): the update failed in 'its tasks', and the host stays drained" in rows
    assert "drained: another host failed in a task that stops all of them (any_errors_fatal or run_once)" in rows, rows


@pytest.mark.parametrize("how", ["end_play", "end_batch"])
def test_tasks_that_end_the_play_of_all_pairs_are_no_success(tmp_path, how):
    tasks = TASKS + THEN_END.replace("end_host", how)
    done = update(tmp_path, fleet(web=group("web", lost=["web-b"]), db=group("db", 8, lost=[])), tasks=tasks)
    assert sorted(done.done) == [f"{what} on {host}" for what in ("tasks", "vrrp_drain") for host in ("db-b", "web-b")]
    assert done.returncode == 2
    assert done.output.count('"PAIR ') == 1
    for name, (result, why) in lines(done).items():
        told = f"{name}-b failed (the tasks of the update): the tasks of the update did not come to their end"
        assert result == "FAILED" and why.startswith(told)


def test_an_update_that_ends_early_is_no_success_after_one_that_did_not(tmp_path):
    (tmp_path / "first.yml").write_text(TASKS)
    (tmp_path / "second.yml").write_text(TASKS + THEN_END.replace("end_host", "end_play"))
    imported = (
        "- ansible.builtin.import_playbook: hotstandby.vrrp.rolling_update\n  vars: {{update_tasks: {}/{}.yml}}\n"
    )
    twice = "".join(imported.format(tmp_path, name) for name in ("first", "second"))
    done = play(tmp_path, fleet(web=group("web", lost=["web-b"])), "", text=twice)
    assert done.done == [*both("web"), "vrrp_drain on web-b", "tasks on web-b"], done.output
    assert done.returncode == 2 and lines(done)["web"][0] == "FAILED", done.output
