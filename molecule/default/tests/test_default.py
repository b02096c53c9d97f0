# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the pair as seen from a third machine. The last test removes it."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest
import yaml
from conftest import A, B, Pair, poll

from lab.probe_process import Probe
from lab.run import CHECKOUT, Run
from lab.testbed import CLIENT, VIP, Testbed

CONFIG = "/etc/hotstandby/hotstandby.conf"


def password_of(path: str = "inventory.yml") -> str:
    """Return the password of the inventory."""
    with open(path) as inventory:
        return yaml.safe_load(inventory)["ha_pair"]["vars"]["ha_pair_auth_pass"]


def status(host) -> dict:
    """Return the first instance as the agent of a node tells it."""
    return json.loads(host.check_output("hotstandby status --json"))["instances"][0]


def test_the_service_runs_without_privileges_it_does_not_need(pair: Pair) -> None:
    for name, host in pair.each():
        service = host.service("hotstandby")
        assert service.is_running and service.is_enabled, name
        pid = host.check_output("systemctl show --property MainPID --value hotstandby")
        assert host.process.get(pid=pid).user != "root", name


def test_real_keepalived_accepts_the_file(pair: Pair) -> None:
    for name, _host in pair.each():
        pair.judge(name, CONFIG)


def test_the_file_is_for_root_and_the_agent_only(pair: Pair) -> None:
    for name, host in pair.each():
        assert password_of() in host.file(CONFIG).content_string, name
        assert host.file(CONFIG).mode & 0o007 == 0, name


def test_a_alone_has_the_address_and_serves_the_page(pair: Pair) -> None:
    pair.settled_on(A)
    assert status(pair.a)["state"] == "MASTER"
    assert status(pair.b)["state"] == "BACKUP"


def test_the_journal_and_the_metrics_tell_the_same_change_of_state(pair: Pair) -> None:
    for host, state, number in ((pair.a, "MASTER", 2), (pair.b, "BACKUP", 1)):
        found = host.check_output("journalctl --unit hotstandby --output json --lines 1 HOTSTANDBY_INSTANCE=VI_1")
        entry = json.loads(found)
        assert (entry["HOTSTANDBY_STATE"], entry["PRIORITY"]) == (state, "6"), entry
        assert entry["MESSAGE"] == f"(VI_1) Entering {state} STATE ({entry['HOTSTANDBY_REASON']})"
        assert re.search(
            rf'^hotstandby_vrrp_state{{iname="VI_1".*}} {number}$', host.check_output("hotstandby metrics"), re.M
        )


def test_a_drained_node_takes_no_part_until_it_is_undrained(pair: Pair, tmp_path) -> None:
    """Drain, restart, deploy to and undrain a node: a client loses nothing."""

    def drain(state: str) -> None:
        task = {"hotstandby.vrrp.vrrp_drain": {"state": state}}
        play = {"hosts": A, "gather_facts": False, "tasks": [task]}
        (tmp_path / f"{state}.yml").write_text(yaml.safe_dump([play]))
        assert "changed=1" in pair.play(str(tmp_path / state))

    pair.settled_on(A)
    with Probe(pair.bed.client, VIP) as probe:
        drain("drained")
        pair.settled_on(B)
        pair.a.check_output("systemctl restart hotstandby")
        with pytest.raises(AssertionError, match="The master is not touched while its standby is not ready"):
            pair.play("ha_pair", "--extra-vars", "ha_pair_advert_int=2")
        with pytest.raises(AssertionError, match="on node-a: it is drained; undrain it with vrrp_drain state=active"):
            pair.play("ha_pair", "--extra-vars", "ha_pair_advert_int=2 ha_pair_force=true")
        assert [(status(host)["advert_int_s"], status(host)["state"]) for _name, host in pair.each()] == [
            (2, "STOP"),
            (2, "MASTER"),
        ]
        with pytest.raises(AssertionError, match="it is drained"):
            pair.play("ha_pair")
        pair.settled_on(B)
        drain("active")
        pair.settled_on(A)
        report = probe.report()
    # Probes that a node busy with Ansible loses without a move are due to this machine.
    assert [(move.to_node, move.lost_ms) for move in report.moves] == [(B, 0), (A, 0)], str(report)
    pair.play("ha_pair")


def test_no_password_in_the_output_that_says_it_changes(pair: Pair, tmp_path) -> None:
    new = tmp_path / "new.yml"
    new.write_text("ha_pair_auth_pass: Xq7bL2vN\n")
    output = pair.play("ha_pair", "--check", "--diff", "-vvv", "--extra-vars", f"@{new}")
    assert password_of() not in output
    assert "Xq7bL2vN" not in output
    assert "auth_pass" in output, "the diff shows that the line changes"


KEEPALIVED = f"""\
vrrp_instance VI_K {{
    interface eth0
    virtual_router_id 77
    priority 50
    virtual_ipaddress {{
        {VIP}/24
    }}
}}
"""


def test_keepalived_with_the_same_address_on_a_node_stops_the_deployment(pair: Pair) -> None:
    pair.bed.node(B).write("/etc/keepalived/keepalived.conf", KEEPALIVED)
    pair.b.check_output("systemctl start keepalived")
    try:
        with pytest.raises(AssertionError, match=r"node-b: keepalived .* VI_K has the virtual address 192.168.8.100"):
            pair.play("ha_pair", "--check")
    finally:
        pair.b.check_output("systemctl stop keepalived")
    pair.settled_on(A)


def test_an_address_that_a_third_machine_has_stops_the_deployment(pair: Pair) -> None:
    vips = json.dumps({"ha_pair_vips": [f"{VIP}/24", CLIENT[1]]})
    told = rf"192.168.8.50 \(VI_2\) is in use: {pair.bed.client.mac()} answers for it on eth0 of node-a"
    with pytest.raises(AssertionError, match=told):
        pair.play("ha_pair", "--check", "--extra-vars", vips)


# What is said of the first host, whose firewall drops what arrives, and what it sends itself.
CUT = (
    r"db-a: VRRP \(IP protocol 112\) of db-b to \S+ arrives on eth0, but this host drops it: .*inet cut",
    r"db-a: the kernel sends no VRRP \(IP protocol 112\) from eth0 to .*inet cut",
)


def test_a_firewall_of_the_second_pair_is_named_and_only_that_pair_stops(pair: Pair, tmp_path) -> None:
    """Deploy two pairs: that of the scenario, and one in a lab of its own, with a firewall that drops VRRP."""
    with Testbed(Run(), owner=os.getpid()) as other:
        for hook in ("input", "output"):
            rule = f"add table inet cut; add chain inet cut {hook} {{ type filter hook {hook} priority 0; }};"
            other.segment.hosts[A].run(["nft", f"{rule} add rule inet cut {hook} ip protocol 112 drop"], check=True)
        groups = {}
        for name, bed in (("web", pair.bed), ("db", other)):
            told = json.loads((bed.run.folder / "inventory.yml").read_text())["all"]
            hosts = told["children"]["ha_pair"]["hosts"]
            group = {**told["vars"], "ha_pair_segment": name, "ha_pair_vips": [f"{VIP}/24"]}
            if name == "web":
                group["ha_pair_auth_pass"] = password_of()
            groups[name] = {"hosts": {node.replace("node", name): hosts[node] for node in hosts}, "vars": group}
        (tmp_path / "two.yml").write_text(json.dumps({"ha_pair": {"children": groups}}))
        words = ["ansible-playbook", f"--inventory={tmp_path}/two.yml", str(CHECKOUT / "playbooks" / "ha_pair.yml")]
        done = subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        installed = [
            name for name, node in other.nodes.items() if node.run(["test", "-e", "/etc/hotstandby"]).returncode == 0
        ]
    output = done.stdout + done.stderr  # the stream of a failure depends on ANSIBLE_DISPLAY_FAILED_STDERR
    assert (done.returncode, installed) == (2, []), output
    for expected in CUT:
        assert re.search(expected, output), output
    assert "VI_1      web-b  BACKUP" in output
    assert re.search(r"web +ok", output) and re.search(r"db +FAILED", output), output
    pair.settled_on(A)


def test_remove_leaves_nothing_behind_and_check_mode_works_again(pair: Pair) -> None:
    pair.play("remove")
    poll(pair.bed.owners, [], f"who has {VIP}")
    for name, host in pair.each():
        assert not host.service("hotstandby").is_running, name
        assert host.run("systemctl cat hotstandby.service").rc != 0, name
        assert host.run("pgrep --full '[h]otstandby'").rc != 0, name
        assert host.run("getent passwd hotstandby").rc != 0, name
        assert host.run("getent group hotstandby").rc != 0, name
        left = host.check_output("find / -xdev -iname '*hotstandby*' -not -path '/proc/*' -not -path '/sys/*'")
        assert left == "", name
        assert host.check_output("find /run /tmp /var/tmp -iname '*hotstandby*' -o -iname '*ansible*'") == "", name
        assert host.check_output("systemctl list-units --failed --no-legend") == "", name
    output = pair.play("ha_pair", "--check", "--diff", "-vvv")
    assert password_of() not in output
    assert pair.bed.owners() == []
