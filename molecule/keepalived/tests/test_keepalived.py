# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what keepalived's file can say, with an agent without privileges behind the restrictions of its unit.

node-a is master of the sync group "both" (the instances four and six), node-b of the instance mac. The tests that move
something put it back. The last ones end the agents.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import A, B, Pair, poll

from lab.testbed import VIP

CONFIG = "/etc/hotstandby/hotstandby.conf"
FIFO, FIFO_OF_ANOTHER = "/run/hotstandby/states", "/run/hotstandby/vrrp"
VIP6 = "fd00:8::100"
EXCLUDED = ("192.168.8.101", "fd00:8::101")
GROUP = {VIP, VIP6, *EXCLUDED}
MAC_VIP, MACVLAN, MAC = "192.168.8.110", "vrrp.110", "00:00:5e:00:01:6e"
ROUTES = {"10.9.0.0/16", "10.10.0.0/16"}
KEEPALIVED = """\
vrrp_instance VI_K {
    interface eth0
    virtual_router_id 77
    priority 50
    virtual_ipaddress {
        192.168.8.177/24
    }
}
"""


def has(pair: Pair, name: str) -> dict[str, Any]:
    """Return what the kernel of a node has of all that a master has."""
    host = pair.bed.segment.hosts[name]
    addresses = {entry.partition("/")[0] for entry in host.addresses("")}
    routes = json.loads(host.ip("-j", "route", "show", "table", "all", "proto", "18") or "[]")
    rules = json.loads(host.ip("-j", "rule") or "[]")
    return {
        "addresses": addresses & {*GROUP, MAC_VIP},
        "routes": {entry["dst"] for entry in routes},
        "rules": [entry["priority"] for entry in rules if entry["priority"] not in (0, 32766, 32767)],
        "closed": VIP6 in host.run(["nft", "list", "ruleset"]).stdout,
    }


def master_of(group: bool, mac: bool) -> dict[str, Any]:
    return {
        "addresses": (GROUP if group else set()) | ({MAC_VIP} if mac else set()),
        "routes": ROUTES if group else set(),
        "rules": [1000] if group else [],
        "closed": group,
    }


def settled(pair: Pair, group: str = A, mac: str = B) -> None:
    """Wait until each node has what it should, and check in every sample that it has nothing else."""
    expected = [master_of(name == group, name == mac) for name in (A, B)]
    poll(lambda: [has(pair, name) for name in (A, B)], expected, "who has what")
    for _sample in range(5):
        assert [has(pair, name) for name in (A, B)] == expected
        time.sleep(0.05)


def instances(pair: Pair, name: str) -> dict[str, Any]:
    """Return what the agent of a node says of each instance; empty without an agent."""
    told = pair.bed.node(name).run(["hotstandby", "status", "--json"])
    found = json.loads(told.stdout)["instances"] if told.returncode == 0 else []
    return {entry["name"]: entry for entry in found}


def states(pair: Pair, name: str) -> list[str]:
    return [entry["state"] for entry in instances(pair, name).values()]


def heard(pair: Pair, name: str, instance: str) -> int:
    return instances(pair, name)[instance]["counters"]["received"]


def at_rest(pair: Pair) -> None:
    """Wait for the initial state, in which every standby has heard its master since it was started."""
    settled(pair)
    expected = [["MASTER", "MASTER", "BACKUP"], ["BACKUP", "BACKUP", "MASTER"]]
    poll(lambda: [states(pair, name) for name in (A, B)], expected, "the states")
    waiting = [(A, "mac"), (B, "four"), (B, "six")]
    poll(lambda: [bool(heard(pair, *each)) for each in waiting], [True] * 3, "whether the master is heard")


def why(pair: Pair, name: str, instance: str) -> str:
    return instances(pair, name)[instance]["why"]


def with_history(pair: Pair, report: Any) -> str:
    """Return the report with what node-a remembers of its mastership, as that says why it moved."""
    return f"{report}\n{shell(pair, A, 'hotstandby history')}"


def shell(pair: Pair, name: str, script: str) -> str:
    return pair.bed.node(name).run(["sh", "-euc", script], check=True).stdout


def main_pid(pair: Pair, name: str) -> str:
    return shell(pair, name, "systemctl show --property=MainPID --value hotstandby").strip()


@pytest.fixture(scope="module", autouse=True)
def client(pair: Pair) -> None:
    """Give the client an IPv6 address, too."""
    pair.bed.client.ip("address", "replace", "fd00:8::50/64", "dev", "eth0", "nodad")


def test_the_service_is_as_restricted_as_ever(pair: Pair) -> None:
    for name, _host in pair.each():
        assert "hotstandby.service: 2.0 OK" in shell(pair, name, "systemd-analyze security hotstandby | tail -n 1")
        status = shell(pair, name, f"cat /proc/{main_pid(pair, name)}/status")
        assert "CapEff:\t0000000000003000" in status, "NET_ADMIN and NET_RAW"
        assert "NoNewPrivs:\t1" in status
        assert "Seccomp:\t2" in status
        checked = pair.bed.node(name).run(["hotstandby", "check", CONFIG])
        assert (checked.returncode, checked.stderr) == (0, "")
        assert checked.stdout == f"{CONFIG}: ok, 3 instances (four, six, mac)\n"


def test_one_master_of_the_group_one_of_the_other(pair: Pair) -> None:
    at_rest(pair)
    for name in (A, B):
        links = json.loads(pair.bed.segment.hosts[name].ip("-j", "link", "show", "dev", MACVLAN))
        assert links[0]["address"] == MAC
    promoted = [shell(pair, name, "cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries") for name in (A, B)]
    assert promoted[0] == "1\n"


def test_the_client_reaches_what_accepts(pair: Pair) -> None:
    def answers(address: str) -> bool:
        return pair.bed.client.run(["ping", "-c", "1", "-W", "1", address]).returncode == 0

    assert [answers(address) for address in (VIP, MAC_VIP, *EXCLUDED)] == [True] * 4
    assert not answers(VIP6), "six says no_accept"
    neighbours = {entry["dst"]: entry.get("lladdr") for entry in json.loads(pair.bed.client.ip("-j", "neigh", "show"))}
    assert neighbours[MAC_VIP] == MAC
    assert neighbours[VIP6] == pair.bed.node(A).mac, "it answers who asks for its Ethernet address"


# What is done to node-a and what undoes it, the reason that it tells, and how many milliseconds may be lost: an
# instance in FAULT itself drops its addresses at once, and node-b waits its Skew_Time of 324 ms. One that follows
# another member of its group into FAULT keeps them until node-b has them.
FAULTS = {
    "track_unit": ("systemctl stop worker", "systemctl start worker", "unit worker.service", 600),
    "track_process": ("systemctl stop frontend", "systemctl start frontend", "process frontend", 0),
    "track_file": ("echo 1 > /var/lib/frontend.load", "echo 0 > /var/lib/frontend.load", "file load", 600),
    "track_interface": ("ip link set outer down", "ip link set outer up", "interface inner", 600),
    "track_tcp": ("systemctl stop page", "systemctl start page", "tcp 127.0.0.1:8080", 600),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_tracked_fault_moves_the_whole_group_and_its_repair_moves_it_back(
    pair: Pair, figure: Callable[[str], None], kind: str
) -> None:
    fault, mend, reason, lost_ms = FAULTS[kind]
    settled(pair)
    with pair.probe() as probe:
        shell(pair, A, fault)
        try:
            settled(pair, group=B)
            assert states(pair, A)[:2] == ["FAULT", "FAULT"]
            assert reason in why(pair, A, "four")
        finally:
            shell(pair, A, mend)
        settled(pair)
        report = probe.report()
    figure(f"{kind}: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert [move.to_node for move in report.moves] == [B, A], str(report)
    assert report.moves[0].lost_ms <= lost_ms, str(report)
    assert report.moves[1].lost_ms == 0, str(report)


def test_track_http_weighs_and_the_ethernet_address_moves(pair: Pair, figure: Callable[[str], None]) -> None:
    settled(pair)
    with pair.probe(MAC_VIP) as probe:
        shell(pair, B, "systemctl stop page")
        try:
            settled(pair, mac=A)
            assert "our 80" in why(pair, B, "mac")
        finally:
            shell(pair, B, "systemctl start page")
        settled(pair)
        report = probe.report()
    figure(f"track_http, use_vmac: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    # While both have the address both have the Ethernet address as well: the switch may move it once more.
    assert (report.moves[0].to_node, report.moves[-1].to_node) == (A, B), str(report)
    assert report.lost == 0, str(report)


def test_those_who_are_told(pair: Pair) -> None:
    """Read what scripts and the FIFO were told, as other users of the machine may, and in order."""
    at_rest(pair)
    shell(pair, A, "systemctl stop worker")
    poll(lambda: states(pair, B)[:2], ["MASTER", "MASTER"], "the states of B")
    for name in (A, B):
        # Not with a redirection: in a directory that all may write to, fs.protected_regular may forbid root to make it.
        shell(pair, name, "truncate --no-create --size=0 /var/lib/told/scripts /var/lib/told/fifo")
    shell(pair, A, "systemctl start worker")
    on_a = ["BACKUP four", "BACKUP six", "BACKUP both", "MASTER four", "MASTER six", "MASTER both"]

    def told(name: str, how: str) -> list[str]:
        lines = shell(pair, name, f"cat /var/lib/told/{how}").replace('"', "").splitlines()
        return [f"{words[2]} {words[1]}" for words in map(str.split, lines)]

    poll(lambda: told(A, "fifo"), on_a, "what the FIFO of A was told")
    poll(lambda: sorted(told(A, "scripts")), sorted(on_a), "what the scripts of A were told")
    poll(lambda: told(B, "fifo"), ["BACKUP four", "BACKUP six", "BACKUP both"], "what the FIFO of B was told")
    assert shell(pair, A, f"stat -c '%F %a %U' {FIFO}") == "fifo 600 hotstandby\n"
    read = shell(pair, A, f"timeout 5 runuser --user daemon -- head --lines 3 {FIFO_OF_ANOTHER}")
    assert sorted(line.split()[1] for line in read.splitlines()[:3]) == ['"four"', '"mac"', '"six"']
    assert pair.bed.node(A).run(["runuser", "--user", "nobody", "--", "cat", FIFO_OF_ANOTHER]).returncode == 1


@pytest.mark.parametrize("number", ["USR1", "USR2"])
def test_each_signal_writes_the_status(pair: Pair, number: str) -> None:
    shell(pair, A, "rm -f /run/hotstandby/status.json")
    shell(pair, A, f"systemctl kill --signal={number} --kill-who=main hotstandby")
    there = """grep --quiet '"name": "four"' /run/hotstandby/status.json"""
    poll(lambda: pair.bed.node(A).run(["sh", "-c", there]).returncode, 0, "the status")


@pytest.fixture(scope="module")
def patient(pair: Pair) -> None:
    """Deploy a longer interval, so that a Python that a busy machine starts slowly is back before a takeover."""
    pair.play("ha_pair", "--extra-vars", "ha_pair_advert_int=2")


@pytest.mark.parametrize("name", [A, B])
def test_a_crash_goes_unnoticed(patient: None, pair: Pair, figure: Callable[[str], None], name: str) -> None:
    at_rest(pair)
    before = main_pid(pair, name)
    with pair.probe(VIP if name == A else MAC_VIP) as probe:
        shell(pair, name, "systemctl kill --signal=KILL hotstandby")
        poll(lambda: bool(states(pair, name)) and main_pid(pair, name) not in (before, "0"), True, "another process")
        settled(pair)
        report = probe.report()
    figure(f"SIGKILL on {name}: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert (report.lost, report.moves) == (0, []), with_history(pair, report)


def test_a_reload_of_the_same_file_goes_unnoticed(pair: Pair) -> None:
    at_rest(pair)
    before = [main_pid(pair, name) for name in (A, B)]
    with pair.probe() as probe:
        for name in (A, B):
            shell(pair, name, "systemctl reload hotstandby")
        settled(pair)
        report = probe.report()
    assert (report.lost, report.moves) == (0, []), with_history(pair, report)
    assert [main_pid(pair, name) for name in (A, B)] == before


def test_a_key_in_a_file_and_other_words_are_taken_in_place(pair: Pair, tmp_path: Path) -> None:
    key = "hex:" + "0f" * 32
    before = [main_pid(pair, name) for name in (A, B)]
    said = yaml.safe_load(Path("inventory.yml").read_text())["ha_pair"]["vars"]["ha_pair_auth_hmac"]
    said["keys"].append({"id": 2, "file": "/etc/hotstandby/key"})
    more = {"ha_pair_auth_hmac": said, "ha_pair_vrrp_garp_interval": 0.01, "ha_pair_log_unknown_vrids": True}
    (tmp_path / "more.yml").write_text(yaml.safe_dump(more))
    for name in (A, B):
        pair.bed.node(name).write("/etc/hotstandby/key", key, "0600")
        shell(pair, name, "chown hotstandby /etc/hotstandby/key")
    with pair.probe() as probe:
        output = pair.play("ha_pair", "--diff", "--extra-vars", f"@{tmp_path}/more.yml")
        settled(pair)
        report = probe.report()
    assert "changed=1" in output
    assert said["keys"][0]["key"] not in output
    assert report.moves == [], with_history(pair, report)
    assert [main_pid(pair, name) for name in (A, B)] == before


def test_the_modules_tell_what_the_role_wrote(pair: Pair, tmp_path: Path) -> None:
    """Read back the file that the role wrote, and compare it with the inventory and vrrp_info."""
    tasks = [
        {"hotstandby.vrrp.vrrp_config_info": {"path": CONFIG}, "register": "file"},
        {"hotstandby.vrrp.vrrp_info": {}, "register": "pair"},
        {
            "ansible.builtin.copy": {
                "content": "{{ {'file': file, 'pair': pair} | to_json }}",
                "dest": f"{tmp_path}/{{{{ inventory_hostname }}}}",
            },
            "delegate_to": "localhost",
        },
    ]
    (tmp_path / "ask.yml").write_text(yaml.safe_dump([{"hosts": "ha_pair", "gather_facts": False, "tasks": tasks}]))
    pair.play(str(tmp_path / "ask"))
    told = {name: json.loads((tmp_path / name).read_text()) for name in (A, B)}
    for name in (A, B):
        assert told[name]["pair"]["program"] == "hotstandby"
        assert [entry["name"] for entry in told[name]["pair"]["instances"]] == ["four", "six", "mac"]
        assert (told[name]["file"]["not_carried_over"], told[name]["file"]["problems"]) == ([], [])
    assert [entry["state"] for entry in told[A]["pair"]["instances"]] == ["MASTER", "MASTER", "BACKUP"]
    said = yaml.safe_load(Path("inventory.yml").read_text())["ha_pair"]["vars"]
    shared = told[A]["file"]["variables"]["shared"]
    for word in ("ha_pair_notify_fifo", "ha_pair_track_processes", "ha_pair_track_files"):
        assert shared[word] == said[word]
    assert "8f3c2ad9" not in json.dumps(told)


def leftovers(pair: Pair, name: str) -> dict[str, Any]:
    host = pair.bed.segment.hosts[name]
    return {
        **has(pair, name),
        "macvlan": MACVLAN in host.ip("link"),
        "table": "hotstandby" in host.run(["nft", "list", "tables"]).stdout,
        "files": shell(pair, name, "ls -A /run/hotstandby 2>/dev/null || true").split(),
        "settings": shell(pair, name, "cd /proc/sys/net/ipv4/conf/eth0; cat promote_secondaries arp_ignore").split(),
    }


NOTHING = {**master_of(False, False), "macvlan": False, "table": False, "files": [], "settings": ["0", "0"]}


def test_a_stop_leaves_nothing_and_loses_nothing(pair: Pair, figure: Callable[[str], None]) -> None:
    settled(pair)
    with pair.probe() as probe:
        shell(pair, A, "truncate --no-create --size=0 /var/lib/told/scripts; systemctl stop hotstandby")
        settled(pair, group=B)
        left = leftovers(pair, A)
        assert {**left, "files": []} == NOTHING
        assert "marks.json" in left["files"]  # the marks of auth_hmac must survive a stop
        gone = {"ledger.json", "pulse", "control.sock", "fifos.json", "startup.done", "states", "vrrp"}
        assert not gone & set(left["files"]), left
        told = shell(pair, A, "cat /var/lib/told/scripts").splitlines()
        stopped = [f"INSTANCE {each}" for each in ("four STOP 100", "mac STOP 90", "six STOP 100")]
        assert sorted(told) == ["GROUP both STOP 0", *stopped, "end"]
        shell(pair, A, "systemctl start hotstandby")
        settled(pair)
        report = probe.report()
    figure(f"systemctl stop, systemctl start: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert report.lost == 0, str(report)
    assert [move.to_node for move in report.moves] == [B, A], str(report)


def test_the_kernel_refused_the_agent_nothing(pair: Pair) -> None:
    for name in (A, B):
        journal = shell(pair, name, "journalctl --unit=hotstandby --output=cat --no-pager")
        assert journal.count("Starting with /etc/hotstandby/hotstandby.conf, 3 instance(s)") >= 2
        bad = ("Traceback", "Permission denied", "Operation not permitted", "Read-only file system", "Task exception")
        assert [line for line in journal.splitlines() if any(word in line for word in bad)] == []


def test_remove_leaves_nothing(pair: Pair) -> None:
    pair.play("remove")
    for name, host in pair.each():
        assert leftovers(pair, name) == NOTHING
        assert host.run("systemctl cat hotstandby.service").rc != 0, name


def test_a_node_with_keepalived_instead_answers_as_well(pair: Pair, tmp_path: Path) -> None:
    pair.bed.node(B).write("/etc/keepalived/keepalived.conf", KEEPALIVED)
    shell(pair, B, "systemctl start keepalived")
    try:
        words = "{{ [seen.program, seen.instances[0].name, seen.instances[0].state] }}"
        tasks = [
            {"hotstandby.vrrp.vrrp_info": {"wait": 10}, "register": "seen"},
            {"ansible.builtin.debug": {"msg": words}},
        ]
        play = {"hosts": B, "gather_facts": False, "tasks": tasks}
        (tmp_path / "ask.yml").write_text(yaml.safe_dump([play]))
        output = " ".join(pair.play(str(tmp_path / "ask")).split())
        assert '"keepalived", "VI_K", "MASTER"' in output
    finally:
        shell(pair, B, "systemctl stop keepalived")
