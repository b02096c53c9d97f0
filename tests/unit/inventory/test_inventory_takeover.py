# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the interval follows from how soon a dead master is to be replaced, and that the promise is kept."""

from __future__ import annotations

import json
import re
import shlex
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory import takeover
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.protocol import timers
from hypothesis import given
from hypothesis import strategies as some
from role_template import files
from two_hosts import VIP, hosts, interfaces

from vrrp import cli

DOCUMENT = Path(__file__).parents[3] / "docs" / "takeover.md"
SCRIPT = {"name": "chk", "script": "/bin/true"}


def plan(node_a=None, node_b=None, **both):
    return instances(hosts(node_a, node_b, **{"vips": [VIP], **both}))


def problems(node_a=None, node_b=None, **both):
    with pytest.raises(PairError) as caught:
        plan(node_a, node_b, **both)
    return [str(problem) for problem in caught.value.problems]


def derived(**both):
    found = plan(**both)
    values = [(own[0]["version"], own[0]["advert_int"], own[0]["takeover"]["at_most"]) for own in found.values()]
    assert values[0] == values[1]
    return values[0]


@pytest.mark.parametrize(
    ("within", "interval", "at_most"),
    [
        (0.5, 0.13, 0.485),  # 3 x 0.13 + 166/256 x 0.13 + 0.01
        ("0.5", 0.13, 0.485),
        (0.047, 0.01, 0.047),
        (0.25, 0.06, 0.229),
        (1, 0.27, 0.996),
        (2.5, 0.68, 2.491),
        (4, 1.09, 3.987),
        (3.66, 1, 3.659),
        (60, 16.44, 59.991),
        (149.413, 40.94, 149.378),
    ],
)
def test_the_interval_is_the_longest_that_keeps_the_promise(within, interval, at_most):
    assert derived(takeover_within=within) == (3, interval, at_most)


def test_without_a_promise_version_and_interval_are_those_of_keepalived():
    (own,) = plan()["node-a"]
    assert (own["version"], own["advert_int"], "takeover" in own, takeover.told(own)) == (2, 1, False, None)


@given(
    within=some.decimals("0.08", "40.9", places=4),
    priorities=some.lists(some.integers(1, 254), min_size=2, max_size=2, unique=True),
    adverts=some.integers(1, 5),
    more=some.integers(0, 3),
)
def test_any_promise_is_kept_and_a_longer_interval_would_break_it(within, priorities, adverts, more):
    vips = [f"192.168.8.{100 + number}/24" for number in range(more + 1)]
    said = ({"priority": priority} for priority in priorities)
    found = plan(*said, vips=vips, takeover_within=within, down_timer_adverts=adverts)
    margin_s = 0.01 + 0.0005 * more
    for own in found["node-a"]:
        cs = round(own["advert_int"] * 100)

        def worst_s(interval_cs):
            return margin_s + max(
                timers.master_down_interval_s(3, priority, interval_cs, adverts) for priority in priorities
            )

        assert worst_s(cs) <= float(within) + 1e-9
        assert worst_s(cs + 1) > float(within) - 1e-9 or cs == 4095
        assert own["takeover"]["at_most"] == pytest.approx(min(worst_s(cs) + 0.0005, float(within)), abs=0.00051)
        assert own["takeover"]["at_most"] >= worst_s(cs) - 1e-9


@given(some.decimals("0.06", "140", places=4), some.integers(1, 255), some.lists(some.sampled_from([4, 6]), max_size=9))
def test_the_takeover_time_is_the_master_down_interval_and_the_agent_time(within, priority, others):
    agent_s = takeover.agent_time_s(others)
    cs = takeover.longest_interval_cs(Fraction(within), agent_s, priority)
    waits_s = timers.master_down_interval_s(3, priority, cs)
    assert float(takeover.takes_s(cs, agent_s, priority) - agent_s) == pytest.approx(waits_s)


@pytest.mark.parametrize(
    ("priorities", "interval"),
    [((254, 253), 0.16), ((101, 100), 0.13), ((100, 1), 0.12), ((255, 200), 0.15), ((255, 1), 0.12)],
)
def test_the_host_with_the_lower_priority_is_the_slower_one(priorities, interval):
    found = plan(*({"priority": priority} for priority in priorities), takeover_within=0.5)
    assert {own[0]["advert_int"] for own in found.values()} == {interval}


@pytest.mark.parametrize(
    ("script", "of_b", "at_most"),
    [
        ({"weight": -60}, {}, 0.476),  # node-b with 30: 3 + 226/256 intervals of 0.12 s
        ({"weight": 20}, {}, 0.485),  # a bonus only makes it faster
        ({"weight": -20, "reverse": True}, {}, 0.485),
        ({"weight": 20, "reverse": True}, {}, 0.495),
        ({"weight": -253}, {}, 0.49),
        ({}, {}, 0.485),
        ({"weight": -60}, {"track_script": []}, 0.472),  # node-a falls to 40, and is the slower one
    ],
)
def test_checks_that_lower_a_priority_count(script, of_b, at_most):
    found = plan(None, of_b, takeover_within=0.5, scripts=[{**SCRIPT, **script}])
    assert {own[0]["takeover"]["at_most"] for own in found.values()} == {at_most}


def test_a_tracked_number_can_lower_a_priority_to_the_least():
    tracked = {"track_files": [{"name": "level", "file": "/run/level", "weight": 1}], "track_file": ["level"]}
    assert derived(takeover_within=0.5, **tracked) == (3, 0.12, 0.49)


def test_missed_advertisements_count_of_each_host():
    found = plan(None, {"down_timer_adverts": 5}, takeover_within=0.5)
    assert {own[0]["advert_int"] for own in found.values()} == {0.08}


def test_each_further_instance_takes_half_a_millisecond_or_more():
    assert takeover.agent_time_s() == Fraction(1, 100)
    assert takeover.agent_time_s([4] * 254) == Fraction(137, 1000)
    assert takeover.agent_time_s([6] * 254) == Fraction(391, 1000)
    assert takeover.agent_time_s([4, 6]) == Fraction(12, 1000)
    vips = [f"192.168.8.{number}/24" for number in range(50, 250)]
    found = plan(vips=vips, takeover_within=0.5)
    assert {each["advert_int"] for own in found.values() for each in own} == {0.1}


def test_an_instance_can_have_a_promise_of_its_own():
    entries = [
        {"virtual_ipaddress": [VIP], "takeover_within": 0.5},
        {"virtual_ipaddress": ["192.168.8.101/24"]},
        {"virtual_ipaddress": ["192.168.8.102/24"], "takeover_within": 2},
    ]
    found = plan(vips=None, instances=entries)["node-b"]
    assert [(each["version"], each["advert_int"]) for each in found] == [(3, 0.13), (2, 1), (3, 0.54)]


def test_ipv6_and_a_version_that_is_said_are_no_matter():
    assert derived(takeover_within=0.5, version=3)[:2] == (3, 0.13)
    of_each = ({"interfaces": interfaces(f"fd00:8::{number}/64")} for number in (4, 6))
    found = plan(*of_each, vips=["fd00:8::100/64"], virtual_router_id=7, takeover_within=1)
    assert [(own[0]["version"], own[0]["advert_int"]) for own in found.values()] == [(3, 0.27), (3, 0.27)]


def test_instances_of_both_versions_of_ip_count_by_their_own():
    of_each = ({"interfaces": interfaces(f"192.168.8.{number}/24", f"fd00:8::{number}/64")} for number in (4, 6))
    vips = [VIP, *(f"fd00:8::{number:x}/64" for number in range(0x90, 0x96))]
    of_ipv4, of_ipv6, *_others = plan(*of_each, vips=vips, takeover_within=0.383)["node-a"]
    assert (of_ipv4["advert_int"], of_ipv6["advert_int"]) == (0.09, 0.1)  # 19 ms and 18 ms of the agent


def test_a_blank_promise_is_none():
    assert plan(takeover_within=" ")["node-a"][0]["version"] == 2


@pytest.mark.parametrize("value", [0, -1, "soon", True, "nan", "inf", "1e99", [0.5], {"s": 1}])
def test_a_takeover_time_that_is_no_valid_number_is_refused(value):
    text = f"'{value}' is not a number from 0.001 to 10000: seconds until a dead master is replaced"
    assert problems(takeover_within=value) == [f"{host}: ha_pair_takeover_within: {text}" for host in hosts()]


@pytest.mark.parametrize(
    ("within", "said", "takes", "least"),
    [
        (0.046, {}, "0.047 s, of which 0.01", 0.047),
        (0.01, {}, "0.047 s, of which 0.01", 0.047),
        (0.04, {"priority": 1}, "0.05 s, of which 0.01", 0.05),
        (0.05, {"down_timer_adverts": 10}, "0.117 s, of which 0.01", 0.117),
    ],
)
def test_a_takeover_time_that_is_too_short_is_refused_with_the_least_value(within, said, takes, least):
    text = f"{within} s is too short: with the shortest interval of version 3, 0.01 s, a takeover takes up to {takes} s"
    (told,) = problems(None, said, takeover_within=within)
    assert told == f"node-a: ha_pair_takeover_within: {text} are the agent's (say {least} or more)"
    assert plan(None, said, takeover_within=least)["node-a"][0]["advert_int"] == 0.01


def test_a_takeover_time_that_needs_too_long_an_interval_is_refused():
    text = "149.5 s is too long: the longest interval of version 3 is 40.95 s (say 149.413 or less)"
    assert problems(takeover_within=149.5) == [f"node-a: ha_pair_takeover_within: {text}"]


def test_version_2_is_refused():
    text = "version 2 sends whole seconds, and ha_pair_takeover_within 0.5 needs version 3 (leave one of them out)"
    assert problems(takeover_within=0.5, version=2) == [f"{host}: ha_pair_version: {text}" for host in hosts()]


@pytest.mark.parametrize("interval", [1, 0.13])
def test_an_interval_beside_it_is_refused_and_both_are_named(interval):
    entry = {"virtual_ipaddress": [VIP], "takeover_within": 0.5}
    text = f"an interval of {interval} beside ha_pair_instances[0].takeover_within 0.5, from which the interval follows"
    told = problems(vips=None, instances=[entry], advert_int=interval)
    assert told == [f"{host}: ha_pair_advert_int: {text} (leave one of them out)" for host in hosts()]


def test_a_password_is_refused_with_what_is_left():
    (told, _other) = problems(takeover_within=0.5, auth_pass="1111")
    assert told.endswith("(leave it out, or say auth_hmac)")


def test_both_hosts_must_say_the_same():
    text = "ha_pair_takeover_within: 0.5 here, 0.6 on node-b (both hosts must say the same)"
    assert problems({"takeover_within": 0.5}, {"takeover_within": 0.6}) == [f"node-a: {text}"]
    assert plan({"takeover_within": 0.5}, {"takeover_within": "0.50"})["node-a"][0]["advert_int"] == 0.13
    assert any("0.5 here, nothing on node-b" in told for told in problems({"takeover_within": 0.5}))


@pytest.mark.parametrize(("second", "has"), [({}, "none"), ({"takeover_within": 2}, "2")])
def test_a_sync_group_promises_as_a_whole(second, has):
    entries = [
        {"name": "a", "virtual_ipaddress": [VIP], "takeover_within": 0.5},
        {"name": "b", "virtual_ipaddress": ["192.168.8.101/24"], **second},
    ]
    group = [{"name": "G", "group": ["a", "b"]}]
    told = problems(vips=None, instances=entries, sync_groups=group)
    text = f"the sync group G takes over as a whole, and b has {has} (say the same for all members)"
    assert told[0] == f"node-a: ha_pair_instances[0].takeover_within: {text}"
    entries[1]["takeover_within"] = 0.5
    assert {each["advert_int"] for each in plan(vips=None, instances=entries, sync_groups=group)["node-a"]} == {0.13}


def test_a_bad_value_elsewhere_is_the_only_problem():
    assert all("takeover" not in told for told in problems({"priority": 300}, takeover_within=0.5))
    (told,) = problems({"down_timer_adverts": 0}, takeover_within=0.5)
    assert told.startswith("node-a: ha_pair_down_timer_adverts")


def test_the_derived_interval_is_reported_and_written_to_the_file():
    told = "takeover_within 0.5 s: version 3, advert_int 0.13 s, at most 0.485 s"
    assert takeover.told(plan(takeover_within=0.5)["node-b"][0]) == told
    for text in files(hosts(vips=[VIP], takeover_within=0.5)).values():
        assert f"vrrp_instance VI_1 {{\n    # {told}\n" in text
        assert "advert_int 0.13\n    version 3\n" in text
        assert "takeover" not in text.replace(told, "")
        (instance,) = inspect(text, "/etc/a.conf").configuration.instances
        assert (instance.version, instance.advert_int_cs) == (3, 13)


@pytest.fixture
def play(tmp_path, capsys):
    """Return a function that plays faults with the files that the role writes, and returns what the instance did."""

    def simulate(within, *faults):
        for name, text in files(hosts(vips=[VIP], takeover_within=within)).items():
            tmp_path.joinpath(f"{name}.conf").write_text(text, encoding="utf-8")
        words = [word for fault in faults for word in ("--fault", fault)]
        assert cli.main(["simulate", *map(str, sorted(tmp_path.glob("*.conf"))), *words, "--json"]) == 0
        (instance,) = json.loads(capsys.readouterr().out)["instances"]
        return instance

    return simulate


@pytest.mark.parametrize("within", [0.06, 0.25, 0.5, 1.7, 20])
def test_a_master_without_power_is_replaced_in_time_whenever_it_dies(play, within):
    at_most = plan(takeover_within=within)["node-a"][0]["takeover"]["at_most"]
    assert play(within, f"at {2 + 5 * within}: kill node-a")["loss_by_moment_s"]["max"] <= at_most <= within


@pytest.mark.parametrize("fault", ["freeze", "suspend"])
@pytest.mark.parametrize(("pause", "moves", "lost"), [(0.25, False, 0.25), (0.5, True, 0.485), (1, True, 0.485)])
def test_a_paused_machine_as_the_documentation_has_it(play, fault, pause, moves, lost):
    seen = play(0.5, f"at 10: {fault} node-a", f"at {10 + pause}: thaw node-a")
    answered = {each["value"] for each in seen["timeline"] if each["kind"] == "client"}
    assert ("node-b" in answered) is moves
    assert seen["loss_s"] <= lost + 0.001
    assert seen["answered_at_the_end_by"] == "node-a"
    owners_s = _two_owners_s(seen["timeline"])
    assert (0.05 < owners_s < 0.18) if moves and fault == "suspend" else (owners_s < 0.07), owners_s


def test_the_command_of_the_documentation_shows_a_pause(tmp_path, monkeypatch, capsys):
    [line] = re.findall(r"^PYTHONPATH=.* -m vrrp\.cli (.*)$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    for name, text in files(hosts(vips=[VIP], takeover_within=0.5)).items():
        tmp_path.joinpath(f"{name}.conf").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(shlex.split(line)) == 0
    shown = capsys.readouterr().out
    assert "11.000     node-a  fault    thaw node-a" in shown
    [lost] = re.findall(r"^expected loss: ([\d.]+) s", shown, re.MULTILINE)
    assert 0.35 <= float(lost) <= 0.47, "what the table below the command says of a pause of 1 s"


def _two_owners_s(timeline):
    """Return for how long the addresses were on both nodes; a frozen one does not count."""
    owners, still, since, total = set(), set(), 0.0, 0.0
    for each in timeline:
        if len(owners - still) > 1:
            total += each["at"] - since
        since = each["at"]
        if each["kind"] == "address":
            (owners.add if each["value"] == "on" else owners.discard)(each["node"])
        elif each["kind"] == "fault":
            (still.add if each["value"] in ("freeze", "suspend") else still.discard)(each["node"])
    return total


def test_the_table_of_the_documentation_is_what_follows():
    rows = [line.strip("|").split("|") for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    costs = [[cell.strip() for cell in row] for row in rows if len(row) == 7 and row[1].strip()[0].isdigit()]
    assert len(costs) == 7
    for within, interval, at_most, _each_second, _cpu, pause, real_time in costs:
        down_s = timers.master_down_interval_s(3, 90, round(float(interval) * 100))
        least, most = map(float, pause.split(" to "))
        mandate_s = timers.mandate_s(3, round(float(interval) * 100))
        assert (least, most) == pytest.approx((mandate_s - float(interval), mandate_s), abs=0.006), within
        assert 0 <= float(at_most) - down_s - 0.01 < 0.001
        if within != "(none)":
            own = plan(takeover_within=within)["node-a"][0]
            assert (own["advert_int"], own["takeover"]["at_most"]) == (float(interval), float(at_most))
            assert bool(real_time) is ("without_real_time" in own["takeover"])


@pytest.mark.parametrize(
    ("within", "least"), [(0.047, 0.12), (0.119, 0.12), (0.12, None), (0.5, None), (Decimal("0.1194"), 0.12)]
)
def test_short_intervals_say_what_is_possible_without_real_time(within, least):
    assert plan(takeover_within=within)["node-a"][0]["takeover"].get("without_real_time") == least
