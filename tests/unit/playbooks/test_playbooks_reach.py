# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what the role does with two hosts that do not hear each other, before anything changes."""

from __future__ import annotations

from fake_nodes import DROP, HOSTS, heard, living, node, pair, play

PLAYBOOK = f"""
- hosts: {HOSTS}
  gather_facts: false
  tasks:
    - ansible.builtin.import_role: {{name: hotstandby.vrrp.ha_pair, tasks_from: preflight.yml}}
    - ansible.builtin.import_role: {{name: hotstandby.vrrp.ha_pair, tasks_from: reach.yml}}
"""


def found(deaf=False, **warned):
    """Return the two nodes; b hears nothing until its firewall is open."""
    good = heard(6, 4, 10)
    bad = heard(6, 4, 0, drops=[DROP])
    return [
        node(4, heard=heard(4, 6, 10, **warned)),
        node(6, heard=bad if deaf else good, heard_opened=good),
    ]


def tried(folder, nodes, *arguments, **variables):
    return play(folder, {"ha_pair": pair("web", nodes, **variables)}, "reach", *arguments, text=PLAYBOOK)


def test_hosts_that_hear_each_other_go_on(tmp_path):
    done = tried(tmp_path, found())
    assert done.returncode == 0 and done.done == [] and "warning" not in done.output, done.output


def apart():
    """Return two nodes that tried it one after the other, so nothing arrived, and whose addresses others manage."""
    managers = {"eth0": {"name": "NetworkManager", "file": "lan", "keep": "", "netplan": False}}
    nodes = [node(4, heard=heard(4, 6, 0, managers=managers)), node(6, heard=heard(6, 4, 0))]
    for each in nodes:
        [result] = each["heard"]["reached"]
        result["arrived"] = {"multicast": 0, "unicast": 0}
    return nodes


def test_a_pair_whose_hosts_did_not_test_vrrp_together_is_unknown(tmp_path):
    children = {"web": pair("web", apart()), "db": pair("db", found(), vip="192.168.8.110/24")}
    done = play(tmp_path, {"ha_pair": {"children": children}}, "preflight")
    assert done.returncode == 0, done.output
    table = done.output.rpartition('"PAIR ')[2]
    assert '"web   unknown  web-a: it is unknown whether VRRP of web-b gets to web-a: the two did not try it' in table
    assert '"db    ok       -"' in table, table
    assert "warning: web-a: NetworkManager manages eth0 (connection lan): nmcli connection up" in done.output


def test_a_host_that_drops_vrrp_stops_its_pair_with_the_rule(tmp_path):
    done = tried(tmp_path, found(deaf=True))
    assert done.returncode == 2 and done.done == [], done.output
    assert "stopped, because web-b: VRRP" in done.output and done.output.count("failed=1") == 2
    assert "web-b: VRRP (IP protocol 112) of web-a to 224.0.0.18 arrives on eth0, but this host drops it" in done.output
    assert (
        "chain input of table inet filter: policy drop. Allow it: nft x; or say ha_pair_open_firewall: true"
        in done.output
    )


def test_the_firewall_of_that_host_alone_is_opened_where_the_user_wants_it(tmp_path):
    done = tried(tmp_path, found(deaf=True), ha_pair_open_firewall=True)
    assert done.returncode == 0, done.output
    assert done.done == ["vrrp_firewall on web-b"]
    assert tried(tmp_path, found(), ha_pair_open_firewall=True).done == []


def test_a_closed_port_of_the_peer_status_is_a_warning_or_opened(tmp_path):
    closed = {**DROP, "protocol": "udp", "port": 61112, "kind": "unicast"}
    nodes = found()
    nodes[1].update(heard=heard(6, 4, 10, drops=[DROP, closed]), heard_opened=heard(6, 4, 10))
    done = tried(tmp_path, nodes)
    assert done.returncode == 0 and done.done == [], done.output
    assert "warning: web-b: what 192.168.8.4 tells web-b beside VRRP, for the status (UDP port 61112)" in done.output
    done = tried(tmp_path, nodes, ha_pair_open_firewall=True)
    assert done.returncode == 0 and done.done == ["vrrp_firewall on web-b"], done.output
    assert "warning" not in done.output
    ((_name, _host, arguments),) = [each for each in done.asked if each[0] == "vrrp_firewall"]
    assert [each["protocol"] for each in arguments["reach"]] == ["udp"], "VRRP was heard, so no rule is in its way"


def test_a_firewall_that_is_open_and_still_drops_stops_the_pair(tmp_path):
    nodes = found(deaf=True)
    nodes[1]["heard_opened"] = nodes[1]["heard"]
    done = tried(tmp_path, nodes, ha_pair_open_firewall=True)
    assert done.returncode == 2 and "this host drops it: by nftables" in done.output
    assert done.done == ["vrrp_firewall on web-b"]


def test_check_mode_opens_nothing_and_goes_on(tmp_path):
    done = tried(tmp_path, found(deaf=True), "--check", "-e", "ha_pair_open_firewall=true")
    assert done.returncode == 0 and done.done == [], done.output
    assert tried(tmp_path, found(deaf=True), "--check").returncode == 2


def test_check_mode_names_what_no_opened_firewall_mends(tmp_path):
    closed = {**DROP, "protocol": "udp", "port": 61112, "kind": "unicast"}
    for drops in ([closed], [DROP, closed]):
        nodes = found(missing_capabilities=["CAP_NET_RAW"])
        nodes[1].update(heard=heard(6, 4, 0 if DROP in drops else 10, drops=drops))
        done = tried(tmp_path, nodes, "--check", "-e", "ha_pair_open_firewall=true")
        assert done.returncode == 2 and "CAP_NET_RAW" in done.output, done.output
        assert "this host drops it" not in done.output, done.output


def test_a_warning_is_shown_and_stops_nobody(tmp_path):
    file = "/etc/systemd/network/10-eth0.network"
    networkd = {"eth0": {"name": "systemd-networkd", "file": file, "keep": "", "netplan": False}}
    done = tried(tmp_path, found(managers=networkd))
    assert done.returncode == 0 and "warning: web-a: systemd-networkd manages eth0" in done.output, done.output


def test_a_pair_whose_standby_hears_the_master_does_not_try(tmp_path):
    nodes = [living(4, "MASTER", 4, heard=heard(4, 6, 0)), living(6, "BACKUP", 4, heard=heard(6, 4, 0))]
    done = tried(tmp_path, nodes)
    assert done.returncode == 0 and "skipping: [web-b]" in done.output, done.output


def test_the_preflight_finds_a_master_that_cannot_hear_its_standby(tmp_path):
    deaf = heard(4, 6, 0, drops=[{**DROP, "peer": "192.168.8.6"}])
    nodes = [living(4, "MASTER", 4, heard=deaf), living(6, "BACKUP", 4, heard=heard(6, 4, 10))]
    done = play(tmp_path, {"ha_pair": pair("web", nodes)}, "preflight")
    assert done.returncode == 2 and done.done == [], done.output
    assert "web-a: VRRP (IP protocol 112) of web-b to 224.0.0.18 arrives on eth0, but this host drops it" in done.output
