# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the metrics, the dashboard and the alerts with a real Prometheus that scrapes a pair through a failover."""

from __future__ import annotations

import subprocess
import sys

from lab.example_pair import ADDRESS_A, ADDRESS_B, CLIENT, pair, peer_status, script
from lab.metrics import PORT, Exporter
from lab.peers import Agent, poll
from lab.prometheus import Prometheus, expressions, panels
from lab.sender import send_vrrp

FAST = {"version": 3, "advert_int": 0.1, "track_script": ("chk_true",)}
CHECK = script("chk_true", "/bin/true", interval=1)
GET = "import sys, urllib.request as r; sys.stdout.write(r.urlopen(sys.argv[1], timeout=5).read().decode())"


def owner(prometheus):
    """Return the nodes that have the address, by Prometheus."""
    (found,) = prometheus.query("hotstandby_vrrp_address_present == 1")
    return {series["metric"]["instance"] for series in found}


def empty(prometheus, asked):
    """Return the queries without a result."""
    return [each for each, result in zip(asked, prometheus.query(*asked)) if not result]


def alerts(prometheus):
    """Return for each rule whether Prometheus could evaluate it, and the nodes of its alerts, pending ones too."""
    (answer,) = prometheus.ask("/api/v1/rules")
    rules = [rule for group in answer["data"]["groups"] for rule in group["rules"]]
    return {
        rule["name"]: (rule["health"], [a["labels"].get("instance") for a in rule.get("alerts", ())]) for rule in rules
    }


def test_prometheus_sees_a_failover_and_every_panel_has_data(wire, tmp_path):
    key = tmp_path / "peer.key"
    file_a, file_b = pair(**FAST)
    agent = wire.start(Agent, wire.a, file_a, CHECK, peer_status(ADDRESS_B, ADDRESS_A, key))
    other = wire.start(Agent, wire.b, file_b, CHECK, peer_status(ADDRESS_A, ADDRESS_B, key))
    agent.wait_state("MASTER")
    with Exporter(agent, ADDRESS_A) as on_a, Exporter(other, ADDRESS_B) as on_b:
        text = wire.client.run([sys.executable, "-c", GET, f"http://{ADDRESS_A}:{PORT}/metrics"], check=True).stdout
        checked = subprocess.run(
            ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
        )
        assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
        with Prometheus(wire.client, (on_a, on_b)) as prometheus:
            poll(lambda: owner(prometheus) == {"a"}, 10, "the master is not seen")
            send_vrrp(wire.client, b"\x31\x33\x64\x01\x00\x64\x00\x00" + bytes((192, 168, 8, 100)), source=CLIENT)
            agent.kill()
            poll(lambda: owner(prometheus) == {"b"}, 10, "the failover is not seen")
            asked = [each for panel in panels() for each in expressions(panel)]
            poll(
                lambda: all(prometheus.query(*asked)), 10, "a panel has no data", lambda: str(empty(prometheus, asked))
            )
            became, down = prometheus.query('hotstandby_become_master_total{instance="b"}', "hotstandby_up == 0")
            assert [series["value"][1] for series in became] == ["1"]
            assert [series["metric"]["instance"] for series in down] == ["a"]
            poll(lambda: alerts(prometheus)["HotstandbyAgentDown"] == ("ok", ["a"]), 10, "no alert is pending")
            assert {health for health, _instances in alerts(prometheus).values()} == {"ok"}
