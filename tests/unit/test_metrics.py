# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the metrics by the parsers of Prometheus, and the command that prints them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from cli_parts import STATUS
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse

from vrrp import cli
from vrrp.agent.statistics import Counters
from vrrp.client import AgentUnreachable
from vrrp.metrics import as_text

EXTENSIONS = Path(__file__).parents[2] / "extensions"
RULES = EXTENSIONS / "prometheus" / "hotstandby.rules.yml"
pytest_plugins = ["cli_parts"]
pytestmark = pytest.mark.usefixtures("machine")

COUNTS = {
    "sent": 12, "send_errors": 0, "received": 3, "priority_zero_sent": 1, "priority_zero_received": 0,
    "became_master": 2, "transitions": 5, "addresses_put_back": 0, "split_brains": 0, "address_conflicts": 1,
    "discarded": {"authentication failed": 4},
}  # fmt: skip
FULL = {
    "version": "0.4.0", "config_sha256": "ab12", "uptime_s": 61.5, "drained": False, "stopping": False,
    "confirm_s": 60.0,
    "maintenance": {"reason": None, "by": None, "expires": "2026-11-30T14:30:00Z", "expires_in_s": 900.5},
    "realtime": {"policy": "SCHED_RR", "priority": 10, "nice": -20, "memory_locked": True, "yields": 2,
                 "gc_pause_max_ms": 1.5},
    "warnings": ["one"],
    "discarded": {"no such virtual router": 7}, "config": "/etc/hotstandby/hotstandby.conf",
    "instances": [{
        "name": "V\"I\\1", "state": "BACKUP", "interface": "eth0", "virtual_router_id": 51, "priority": 90,
        "base_priority": 100, "advert_int_s": 1.0, "takeover_s": 3.609, "since_s": 12.25, "hold": "backup",
        "version": 3, "preempt": True, "yielding": False, "maintenance": {"expires_in_s": 60.0},
        "excluded": [{"text": "192.168.9.100/24 dev eth1", "present": True}],
        "routes": [{"text": "default via 192.168.8.1", "present": False}],
        "rules": [{"text": "from 192.168.8.100 lookup 7", "present": True}],
        "faults": [], "warnings": ["one", "two"], "conflicts": [], "addresses": ["192.168.8.100/24", "fd00::1/64"],
        "addresses_present": ["fd00::1/64"], "master": {"address": "192.168.8.4", "priority": 100, "seen_s": 0.4},
        "peers": [{"address": "192.168.8.4", "priority": 100, "seen_s": 0.4}],
        "checks": [{"name": "chk_tomcat", "kind": "script", "ok": None, "weight": -10},
                   {"name": "eth1", "kind": "interface", "ok": False, "weight": 0},
                   {"name": "load", "kind": "file", "ok": True, "weight": 2, "reverse": True, "value": -7}],
        "counters": COUNTS, "standby": {"ready": False, "planned": True},
    }],
    "peer": {"heard_s": 0.5, "clock_s": -3.5, "warnings": ["late"], "discarded": {"replay": 2}},
}  # fmt: skip
OF = {"iname": 'V"I\\1', "intf": "eth0", "vrid": "51"}


def samples(status, openmetrics=True):
    """Return all samples by name and labels, as a parser that is not ours reads them."""
    text = "\n".join(as_text(status, openmetrics)) + "\n"
    return {(each.name, *sorted(each.labels.items())): each.value for family in parse(text) for each in family.samples}


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("up", {}, 1),
        ("build_info", {"version": "0.4.0"}, 1),
        ("uptime_seconds", {}, 61.5),
        ("drained", {}, 0),
        ("drain_left_seconds", {}, 900.5),
        ("stopping", {}, 0),
        ("config_trial_seconds", {}, 60),
        ("warnings", {}, 1),
        ("real_time", {}, 1),
        ("memory_locked", {}, 1),
        ("scheduling_yields_total", {}, 2),
        ("gc_pause_max_seconds", {}, 0.0015),
        ("packets_discarded_total", {"reason": "no such virtual router"}, 7),
        ("vrrp_state", OF, 1),
        ("vrrp_priority", OF, 90),
        ("vrrp_base_priority", OF, 100),
        ("vrrp_advert_interval_seconds", OF, 1),
        ("vrrp_takeover_seconds", OF, 3.609),
        ("vrrp_state_age_seconds", OF, 12.25),
        ("standby_ready", OF, 0),
        ("standby_drained", OF, 1),
        ("peer_status_seen_seconds", {}, 0.5),
        ("peer_status_warnings", {}, 1),
        ("peer_clock_offset_seconds", {}, -3.5),
        ("peer_status_discarded_total", {"reason": "replay"}, 2),
        ("vrrp_hold", OF, -1),
        ("vrrp_faults", OF, 0),
        ("vrrp_warnings", OF, 2),
        ("vrrp_conflicts", OF, 0),
        ("vrrp_address_present", {**OF, "ip_address": "192.168.8.100/24"}, 0),
        ("vrrp_address_present", {**OF, "ip_address": "fd00::1/64"}, 1),
        ("vrrp_version", OF, 3),
        ("vrrp_preempt", OF, 1),
        ("vrrp_yielding", OF, 0),
        ("vrrp_hold_left_seconds", OF, 60),
        ("vrrp_excluded_address_present", {**OF, "ip_address": "192.168.9.100/24 dev eth1"}, 1),
        ("vrrp_route_present", {**OF, "text": "default via 192.168.8.1"}, 0),
        ("vrrp_rule_present", {**OF, "text": "from 192.168.8.100 lookup 7"}, 1),
        ("vrrp_master_priority", OF, 100),
        ("vrrp_master_seen_seconds", OF, 0.4),
        ("vrrp_peer_priority", {**OF, "address": "192.168.8.4"}, 100),
        ("vrrp_peer_seen_seconds", {**OF, "address": "192.168.8.4"}, 0.4),
        ("check_ok", {**OF, "name": "eth1", "kind": "interface"}, 0),
        ("check_weight", {**OF, "name": "chk_tomcat", "kind": "script"}, -10),
        ("check_reverse", {**OF, "name": "load", "kind": "file"}, 1),
        ("check_value", {**OF, "name": "load", "kind": "file"}, -7),
        ("advertisements_sent_total", OF, 12),
        ("advertisements_received_total", OF, 3),
        ("become_master_total", OF, 2),
        ("vrrp_transitions_total", OF, 5),
        ("advertisements_discarded_total", {**OF, "reason": "authentication failed"}, 4),
    ],
)
def test_a_number_of_the_status_is_a_metric(name, labels, expected):
    assert samples(FULL)[(f"hotstandby_{name}", *sorted(labels.items()))] == expected


def test_no_digest_of_the_configuration_is_told():
    """Everybody who reaches the port could try passwords with it."""
    assert FULL["config_sha256"] == "ab12" and "ab12" not in "\n".join(as_text(FULL, openmetrics=True))


def test_an_unknown_value_has_no_sample():
    found = samples(FULL)
    assert ("hotstandby_check_ok", *sorted({**OF, "name": "chk_tomcat", "kind": "script"}.items())) not in found
    unknown = {**FULL, "peer": None, "instances": [{**FULL["instances"][0], "standby": {"ready": None}}]}
    assert not [name for name, *_labels in samples(unknown) if "_standby_" in name or "peer_status" in name]
    older = samples(STATUS)
    assert not [name for name, *_labels in older if "transitions" in name or "warnings" in name]
    assert older[("hotstandby_vrrp_state", ("iname", "web"), ("intf", ""), ("vrid", ""))] == 1


def test_every_counter_of_an_instance_is_a_metric():
    counted = [name for name, *labels in samples(FULL) if name.endswith("_total") and ("vrid", "51") in labels]
    assert len(counted) == len(COUNTS) and set(COUNTS) == set(Counters().as_dict())


@pytest.mark.parametrize("status", [FULL, STATUS, None], ids=["full", "older", "no agent"])
def test_promtool_has_nothing_to_say_about_the_text_format(status):
    text = "\n".join(as_text(status, openmetrics=False)) + "\n"
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_command_prints_both_formats(agent, capsys):
    agent.answers["status"] = FULL
    assert cli.main(["metrics", "--runtime-dir", "/r"]) == 0
    assert capsys.readouterr().out.splitlines() == as_text(FULL, openmetrics=True)
    assert cli.main(["metrics", "--format", "text"]) == 0
    assert capsys.readouterr().out.splitlines() == as_text(FULL, openmetrics=False)
    assert agent.asked == [("/r", "status"), ("/run/hotstandby", "status")]


def test_without_an_agent_the_metrics_say_so(agent, capsys):
    agent.answers["status"] = AgentUnreachable("no agent answers")
    assert cli.main(["metrics"]) == 3
    told = capsys.readouterr()
    assert told.out.splitlines()[2:] == ["hotstandby_up 0", "# EOF"] and "no agent answers" in told.err


def test_each_alert_comes_when_it_should():
    """And in a failover that went well none does, nor in one that was recorded: see the files."""
    folder = EXTENSIONS.parent / "tests" / "prometheus"
    words = ["promtool", "test", "rules", str(folder / "alerts.yml"), str(folder / "failover.yml")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    tests = yaml.safe_load((folder / "alerts.yml").read_text())["tests"]
    come = {each["alertname"] for test in tests for each in test.get("alert_rule_test", ()) if each.get("exp_alerts")}
    assert come == {rule["alert"] for rule in rules() if "alert" in rule}


def rules():
    """Return all rules that the collection has for Prometheus."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def known():
    """Return the names of all metrics that an agent may have."""
    return {name for name, *_labels in samples(FULL)}


def rows(first):
    """Return the two cells of each row of the table of docs/observing.md that begins with this word."""
    page = (EXTENSIONS.parent / "docs" / "observing.md").read_text()
    table = page[page.index(f"| {first} |") :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


def test_the_page_has_every_metric():
    told = set()
    for names, _meaning in rows("metric"):
        begins = ""
        for name in re.findall(r"`(\w+)`", names):
            begins = begins if name.startswith("_") else name
            told |= {begins[:at] + name for at, sign in enumerate(begins) if sign == "_"} | {name}
    assert known() <= told
    assert {name for names, _meaning in rows("metric") for name in re.findall(r"`(hotstandby_\w+)`", names)} <= known()


def test_the_page_has_every_alert_and_after_what_time_it_comes():
    after = {re.match(r"`(\w+)`", alert)[1]: time for alert, time in rows("alert")}
    times = {rule["alert"]: rule.get("for") for rule in rules() if "alert" in rule}
    assert after == {
        alert: time.replace("m", " min").replace("h", " h") if time else "at once" for alert, time in times.items()
    }


def test_the_alerts_ask_for_metrics_that_there_are():
    asked = " ".join(rule["expr"] for rule in rules())
    assert set(re.findall(r"hotstandby_[a-z_]+", asked)) <= known()
    assert set(re.findall(r"hotstandby:[a-z_]+", asked)) == {rule["record"] for rule in rules() if "record" in rule}


def test_the_dashboard_asks_for_metrics_that_there_are():
    dashboard = json.loads((EXTENSIONS / "grafana" / "hotstandby.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += [each["definition"] for each in dashboard["templating"]["list"] if each["type"] == "query"]
    for expression in asked:
        found = set(re.findall(r"hotstandby_[a-z_]+", expression))
        assert found and found <= known(), expression


def dashboard():
    """Return the panels of the dashboard."""
    return json.loads((EXTENSIONS / "grafana" / "hotstandby.json").read_text())["panels"]


def answered(folder, values, *expected):
    """Let Prometheus answer the first query of panels; each of ``expected`` is a time, a panel, and its samples."""
    asked = {each["title"]: re.sub(r"\$\w+", ".*", each["targets"][0]["expr"]) for each in dashboard()}
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": str(value)} for name, value in values.items()],
        "promql_expr_test": [
            {"expr": asked[panel], "eval_time": at, "exp_samples": [{"labels": of, "value": n} for of, n in samples]}
            for at, panel, samples in expected
        ],
    }
    whole = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [test]}
    (folder / "tests.yml").write_text(json.dumps(whole))
    words = ["promtool", "test", "rules", str(folder / "tests.yml")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_counts_the_nodes_that_stand_by_for_each_address(tmp_path):
    """Two pairs may have instances of the same name."""
    series = {}
    for node, state, last in (("a", 2, 100), ("b", 1, 100), ("c", 2, 101), ("c", 2, 102), ("d", 3, 101), ("d", 3, 102)):
        of = f'job="j", instance="{node}", iname="VI_1", intf="eth0"'
        series[f"hotstandby_vrrp_state{{{of}}}"] = state
        series[f'hotstandby_vrrp_address_present{{{of}, ip_address="192.168.8.{last}"}}'] = int(state == 2)
    found = [(f'{{ip_address="192.168.8.{last}"}}', int(last == 100)) for last in (100, 101, 102)]
    answered(tmp_path, series, ("0m", "No standby", [("{}", 2)]), ("0m", "Nodes that stand by", found))


COUNTS_OF_PAIRS = ("No owner", "Two owners", "Silent agents", "No standby")


def test_the_dashboard_counts_pairs_whose_nodes_do_not_answer(tmp_path):
    """Of three pairs one is well, of one a node loses its power, and of one both; the agent of one more node ends.

    node_exporter tells the metrics of the pair that is lost.
    """
    series = {}
    for number, node in enumerate("abcdef"):
        of = f'job="{"node" if node in "ef" else "hotstandby"}", instance="{node}"'
        instance = f'{of}, iname="VI_1", intf="eth0"'
        address = f'{instance}, ip_address="192.168.8.{100 + number // 2}"'
        dies, is_master = node in "cef", node in "ace"
        later = "stale" if dies else "{1}x198" if node == "d" else "{0}x198"
        for name, labels, before, as_master in (
            ("hotstandby_up", of, 1, 1),
            ("hotstandby_vrrp_state", instance, 1 + is_master, 2),
            ("hotstandby_vrrp_address_present", address, int(is_master), 1),
        ):
            series[f"{name}{{{labels}}}"] = f"{before}x2 {later.format(before, as_master)}"
        series[f"up{{{of}}}"] = f"1x2 {int(not dies)}x198"
    series['up{job="hotstandby", instance="g"}'] = "1x200"
    series['hotstandby_up{job="hotstandby", instance="g"}'] = "1x2 0x198"
    wells = [("2m", panel, [("{}", 0)]) for panel in COUNTS_OF_PAIRS]
    dead = [("120m", panel, [("{}", n)]) for panel, n in zip(COUNTS_OF_PAIRS, (1, 0, 4, 2))]
    answered(tmp_path, series, *wells, *dead)


def test_where_nothing_is_known_the_dashboard_shows_nothing(tmp_path):
    """A zero would be green. An instant query does not show the last value before, either."""
    counts = [each for each in dashboard() if each["type"] == "stat"]
    other = {'up{job="node", instance="a"}': "1x10", 'up{job="node", instance="b"}': "0x10"}
    answered(tmp_path, other, *(("5m", each["title"], []) for each in counts))
    assert {(each["targets"][0]["instant"], each["targets"][0]["range"]) for each in counts} == {(True, False)}


def test_each_panel_of_the_dashboard_has_its_own_place_and_a_text():
    taken, panels = set(), dashboard()
    assert sorted(panel["id"] for panel in panels) == list(range(1, len(panels) + 1))
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken and max(x for x, _y in cells) < 24
        taken |= cells
        assert panel["title"] and panel["description"].endswith(".") and panel["targets"]


def test_the_collection_that_is_built_has_the_dashboard_and_the_alerts():
    ignored = yaml.safe_load((EXTENSIONS.parent / "galaxy.yml").read_text())["build_ignore"]
    assert not [each for each in ignored if "extensions" in each or each in ("*", "*.json", "*.yml")]
