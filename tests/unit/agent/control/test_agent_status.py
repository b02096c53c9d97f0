# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A status tells what the agent and its instances are, in values that JSON has."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from agent_fakes import OWN, PEER, Bench, advertisement, instance, table

from vrrp import __version__
from vrrp.agent.control.status import AgentInfo, agent_status, check_status, instance_status, master, routes_status, why
from vrrp.agent.statistics import QUESTIONS, Conflict, Counters
from vrrp.config.model.configuration import Authentication, Configuration, Globals, VirtualAddress
from vrrp.config.model.routes import NextHop, Route, Rule
from vrrp.protocol.priority import CheckResult

VIP = "192.168.8.100/24"
VIP_HOST = ip_address("192.168.8.100")
COUNTERS = {
    **dict.fromkeys(("sent", "send_errors", "received", "priority_zero_sent", "priority_zero_received"), 0),
    **dict.fromkeys(("became_master", "transitions", "addresses_put_back", "split_brains", "address_conflicts"), 0),
    "discarded": {},
}
BEFORE_THE_START = {
    "name": "VI_1",
    "state": "INIT",
    "sync_group": None,
    "interface": "eth0",
    "virtual_router_id": 51,
    "version": 2,
    "base_priority": 100,
    "priority": 100,
    "advert_int_s": 1.0,
    "takeover_s": 3.609,
    "preempt": True,
    "source": "192.168.8.4",
    "unicast_peers": [],
    "addresses": [VIP],
    "addresses_present": [],
    "excluded": [],
    "routes": [],
    "rules": [],
    "hold": None,
    "maintenance": None,
    "yielding": False,
    "master": None,
    "peers": [],
    "standby": None,
    "conflicts": [],
    "since_s": None,
    "transitions": 0,
    "faults": [],
    "reasons": [],
    "checks": [],
    "why": "INIT because it waits for the end of vrrp_startup_delay",
    "warnings": [],
    "last_event": "not started",
    "counters": COUNTERS,
}


def shown(bench, now, *names):
    found = instance_status(bench.instance, now, bench.kernel.table)
    assert json.loads(json.dumps(found)) == found
    return {name: found[name] for name in names} if names else found


def test_an_instance_that_has_not_started():
    assert shown(Bench(instance()), 5.0) == BEFORE_THE_START


def test_the_status_shows_the_configuration():
    fields = {"version": 3, "priority": 90, "advert_int_cs": 25, "nopreempt": True, "unicast_peers": (PEER,)}
    excluded = (VirtualAddress(ip_interface("fd00::100/64")),)
    bench = Bench(instance(name="a", virtual_router_id=7, excluded=excluded, **fields))
    assert shown(bench, 0.0) == {
        **BEFORE_THE_START,
        **{"name": "a", "virtual_router_id": 7, "version": 3, "base_priority": 90, "priority": 90},
        **{"advert_int_s": 0.25, "takeover_s": 0.912, "preempt": False, "unicast_peers": ["192.168.8.6"]},
        "excluded": [{"text": "fd00::100/64", "present": False, "no_track": False}],
    }


def test_a_master_has_its_addresses_and_is_whom_it_names():
    bench = Bench(instance(addresses=(VIP, "192.168.8.101/24"))).master(10.0)
    bench.kernel.somebody_deletes("192.168.8.101/24")
    found = shown(bench, 12.3456, "state", "addresses", "addresses_present", "master", "since_s", "transitions", "why")
    assert found == {
        "state": "MASTER",
        "addresses": [VIP, "192.168.8.101/24"],
        "addresses_present": [VIP],
        "master": {"address": "192.168.8.4", "priority": 100, "seen_s": 0.0},
        "since_s": 2.346,
        "transitions": 2,
        "why": "MASTER because no master was heard; our 100",
    }


def test_an_address_beside_a_peer_is_present_with_the_prefix_of_the_peer():
    pair = VirtualAddress(ip_interface("192.168.8.100/32"), peer=ip_interface("192.168.8.200/30"))
    bench = Bench(instance(addresses=(), excluded=(pair,))).master()
    excluded = [{"text": "192.168.8.100/30", "present": True, "no_track": False}]
    assert shown(bench, 20.0, "excluded") == {"excluded": excluded}


def test_a_virtual_address_beside_a_peer_is_told_as_the_kernel_lists_it():
    pair = VirtualAddress(ip_interface("192.168.8.100/32"), peer=ip_interface("192.168.8.200/30"))
    bench = Bench(replace(instance(addresses=()), addresses=(pair,))).master()
    found = shown(bench, 20.0, "addresses", "addresses_present")
    assert found == {"addresses": ["192.168.8.100/30"], "addresses_present": ["192.168.8.100/30"]}


def test_a_backup_names_whom_it_heard():
    bench = Bench(instance()).start(1.0)
    bench.instance.heard(advertisement(200), PEER, 2.0)
    seen = {"address": "192.168.8.6", "priority": 200, "seen_s": 0.124}
    found = shown(bench, 2.1236, "state", "master", "peers", "why", "addresses_present")
    why_backup = "BACKUP because 192.168.8.6 advertises 200 > our 100"
    assert found == {"state": "BACKUP", "master": seen, "peers": [seen], "why": why_backup, "addresses_present": []}
    assert master(bench.instance, 3.0) == {**seen, "seen_s": 1.0}


@pytest.mark.parametrize(("adverts", "waits_s"), [(3, 3.609), (2, 2.609), (5, 5.609)])
def test_a_takeover_takes_as_many_advertisements_as_may_be_missed(adverts, waits_s):
    assert shown(Bench(instance(down_timer_adverts=adverts)), 0.0, "takeover_s") == {"takeover_s": waits_s}


def test_a_takeover_takes_as_long_as_the_interval_that_was_heard():
    bench = Bench(instance(version=3, advert_int_cs=13)).start(1.0)
    assert shown(bench, 2.0, "takeover_s") == {"takeover_s": 0.469}
    bench.instance.heard(advertisement(200, version=3, interval_cs=50), PEER, 2.0)
    assert shown(bench, 2.1, "takeover_s") == {"takeover_s": 1.805}


def test_the_status_of_a_master_names_the_packets_that_it_discards():
    bench = Bench(instance()).master(10.0)
    mismatch = "advertisement interval mismatch mine=1 sec rcv'd=2 sec"
    bench.instance.refused("interval", PEER, mismatch, 20.0, 2.0)
    clause = f"discards what 192.168.8.6 sends: {mismatch}"
    told = {
        "why": f"MASTER because no master was heard; our 100; {clause}",
        "warnings": [f"{clause} (write the same advert_int on both nodes)"],
    }
    assert shown(bench, 26.9, "why", "warnings") == told
    assert shown(bench, 27.0, "why", "warnings") == {
        "why": "MASTER because no master was heard; our 100",
        "warnings": [],
    }


def test_a_master_that_nobody_hears_says_so():
    bench = Bench(instance()).start(6.0)
    bench.sender.error = "Operation not permitted"
    bench.instance.expire(10.0)
    clause = "nobody hears it: this host refuses to send its advertisements (Operation not permitted)"
    assert shown(bench, 14.0, "why", "warnings") == {
        "why": f"MASTER because no master was heard; our 100; {clause}",
        "warnings": [f"{clause} (a firewall of this host drops them: let IP protocol 112 out)"],
    }


def test_a_backup_that_hears_its_master_is_explained_by_that():
    bench = Bench(instance()).start(1.0)
    bench.instance.heard(advertisement(200), PEER, 2.0)
    bench.instance.refused("addresses", ip_address("192.168.8.50"), "it carries none", 2.1, 1.0)
    found = shown(bench, 2.2, "why", "warnings")
    assert found["why"] == "BACKUP because 192.168.8.6 advertises 200 > our 100"
    assert found["warnings"][0].startswith("192.168.8.50 uses virtual router id 51 too, with other addresses (")


def test_a_fault_is_told_with_what_the_checks_say():
    bench = Bench(instance()).start(1.0)
    checks = [
        CheckResult("web", "script", False, detail="exit status 1"),
        CheckResult("load", "file", None, -2, value=5),
        CheckResult("eth1", "interface", True, -20, reverse=True),
    ]
    bench.instance.tracking.check_results(checks, 2.0)
    assert shown(bench, 2.0, "state", "priority", "base_priority", "faults", "reasons", "why") == {
        "state": "FAULT",
        "priority": 90,
        "base_priority": 100,
        "faults": ["script web failed: exit status 1"],
        "reasons": [{"name": "file load", "delta": -10, "text": "failed"}],
        "why": "FAULT because script web failed: exit status 1",
    }
    words = ("name", "kind", "ok", "weight", "detail", "reverse", "value")
    assert shown(bench, 2.0, "checks")["checks"] == [
        dict(zip(words, ("web", "script", False, 0, "exit status 1", False, None))),
        dict(zip(words, ("load", "file", None, -2, "", False, 5))),
        dict(zip(words, ("eth1", "interface", True, -20, "", True, None))),
    ]
    assert list(check_status(checks[0])) == list(words)


@pytest.mark.parametrize(
    ("checks", "group", "text"),
    [
        ([], None, "the end of vrrp_startup_delay"),
        ([], "G", "the end of vrrp_startup_delay or for the others of sync group G"),
        ([CheckResult("a", "script", True)], None, "the end of vrrp_startup_delay"),
        ([CheckResult("a", "script", None, 5)], None, "the end of vrrp_startup_delay"),
        ([CheckResult(name, "script", None) for name in "ab"], "G", "the first result of a, b"),
    ],
)
def test_an_instance_says_what_it_waits_for_before_its_start(checks, group, text):
    bench = Bench(instance())
    bench.instance.tracking.checks = tuple(checks)
    bench.instance.router.group = group
    assert why(bench.instance, 0.0) == f"INIT because it waits for {text}"


def test_without_a_source_there_is_none():
    bench = Bench(instance(), filled=table(addresses=()))
    assert shown(bench, 0.0, "source", "state")["source"] is None


def test_routes_and_rules_in_the_words_of_ip():
    route = Route(ip_network("192.168.110.0/24"), hops=(NextHop(ip_address("192.168.8.254")),), no_track=True)
    rule = Rule(4, source=ip_network("192.168.2.0/24"), table=100, priority=100)
    bench = Bench(instance(routes=(route,), rules=(rule,)))
    texts = ("192.168.110.0/24 via 192.168.8.254", "100: from 192.168.2.0/24 lookup 100")
    for present in (False, True):
        assert routes_status(bench.instance) == {
            "routes": [{"text": texts[0], "present": present, "no_track": True}],
            "rules": [{"text": texts[1], "present": present, "no_track": False}],
        }
        bench.master()


def test_the_whole_agent(tmp_path):
    path = tmp_path / "a.conf"
    path.write_text("")
    path.chmod(0o644)
    config = instance(authentication=Authentication("PASS", "sesame"))
    discarded = Counters()
    discarded.discard("vrid")
    agent = AgentInfo(
        Configuration(str(path), Globals(router_id="node-a"), instances=(config,)),
        digest="0a",
        started_at=100.0,
        stopping=False,
        drained=True,
        discarded=discarded.discarded,
    )
    instances = [Bench(config).instance, Bench(instance(name="VI_2")).instance]
    found = agent_status(agent, instances, table(), 101.23456)
    assert [each["name"] for each in found.pop("instances")] == ["VI_1", "VI_2"]
    assert set(found.pop("realtime")) >= {"policy", "priority", "nice", "memory_locked"}
    assert found == {
        "version": __version__,
        "pid": os.getpid(),
        "config": str(path),
        "config_sha256": "0a",
        "confirm_s": None,
        "uptime_s": 1.235,
        "router_id": "node-a",
        "stopping": False,
        "drained": True,
        "maintenance": None,
        "warnings": [
            f"{path}:1:1: warning: the file has mode 0644. "
            f"It holds a password, which only its owner may read (chmod 600 {path})"
        ],
        "discarded": {"vrid": 1},
    }


def test_another_host_with_our_address_is_told_for_five_minutes():
    bench = Bench(instance()).master()
    bench.instance.reporter.conflicts[VIP_HOST] = Conflict("eth0", bytes.fromhex("020000000009"), 100.0)
    entry = {"address": "192.168.8.100", "mac": "02:00:00:00:00:09", "interface": "eth0", "seen_s": 12.0}
    clause = "02:00:00:00:00:09 on eth0 claims 192.168.8.100 too, 12 s ago"
    found = shown(bench, 112.0, "conflicts", "why", "warnings")
    assert found["conflicts"] == [entry]
    assert found["why"].endswith(f"; {clause}")
    assert found["warnings"] == [f"{clause} (take the address off that host)"]
    assert shown(bench, 400.0, "conflicts", "warnings") == {"conflicts": [], "warnings": []}


def test_another_host_that_does_not_answer_for_it_any_more_is_not_told():
    bench = Bench(instance()).master()
    mac = bytes.fromhex("020000000009")
    bench.instance.reporter.conflicts[VIP_HOST] = Conflict("eth0", mac, 100.0, unanswered=QUESTIONS + 1)
    assert shown(bench, 112.0, "conflicts", "warnings") == {"conflicts": [], "warnings": []}
    bench.instance.reporter.conflicts[VIP_HOST] = Conflict("eth0", mac, 100.0, unanswered=QUESTIONS)
    assert len(shown(bench, 112.0, "conflicts")["conflicts"]) == 1


def test_an_instance_that_nobody_hears_says_why_and_what_to_do():
    bench = Bench(instance()).start(6.0)
    bench.sender.error = "Operation not permitted"
    for now in (10.0, 11.0, 12.0, 13.0, 14.0):
        bench.instance.expire(now)
    bench.instance.heard(advertisement(90), PEER, 14.5)
    assert shown(bench, 15.0, "state", "why", "warnings") == {
        "state": "FAULT",
        "why": "FAULT because its own kernel refuses its advertisements (Operation not permitted), "
        "and 192.168.8.6 advertises 90",
        "warnings": [
            "nobody hears it: this host refuses to send its advertisements (Operation not permitted) "
            "(a firewall of this host drops them: let IP protocol 112 out)"
        ],
    }


OWNERS = "priority 255 is for one node only, whose own addresses these are: write less on the other one"


def test_the_winner_of_two_owners_says_so():
    bench = Bench(instance(priority=255)).start()
    bench.instance.heard(advertisement(255), OWN - 1, 1.5)  # the lower address loses
    clause = "192.168.8.3 has priority 255 too, 12 s ago"
    assert shown(bench, 13.5, "state", "why", "warnings") == {
        "state": "MASTER",
        "why": f"MASTER because it has just started, and it owns the address; our 255; {clause}",
        "warnings": [f"{clause} ({OWNERS})"],
    }
    assert shown(bench, 301.5, "warnings") == {"warnings": []}


def test_the_winner_forgets_a_loser_that_stops():
    bench = Bench(instance(priority=255)).start()
    bench.instance.heard(advertisement(255), OWN - 1, 1.5)
    bench.instance.heard(advertisement(0), OWN - 1, 2.0)
    assert shown(bench, 2.5, "state", "warnings") == {"state": "MASTER", "warnings": []}


def test_the_loser_of_two_owners_says_that_the_configuration_is_wrong():
    bench = Bench(instance(priority=255)).start()
    bench.instance.heard(advertisement(255), PEER, 1.5)
    bench.instance.expire(1.6)
    found = shown(bench, 2.5, "state", "why", "warnings")
    assert found["state"] == "BACKUP"
    assert "A mistake of the configuration: priority 255 is for one node only" in found["why"]
    assert found["warnings"] == [f"192.168.8.6 has priority 255 too, 1 s ago ({OWNERS})"]


@pytest.mark.parametrize(("ours", "theirs"), [(100, 255), (254, 255), (255, 254), (255, 100)])
def test_one_owner_is_as_it_should_be(ours, theirs):
    bench = Bench(instance(priority=ours)).start()
    bench.instance.heard(advertisement(theirs), OWN - 1, 1.5)
    assert shown(bench, 2.5, "warnings") == {"warnings": []}


def test_an_owner_is_not_told_to_take_its_address_off_a_deaf_standby():
    bench = Bench(instance(priority=255)).start()
    for address in (VIP_HOST, OWN):
        bench.instance.reporter.conflicts[address] = Conflict("eth0", bytes.fromhex("020000000009"), 100.0)
    virtual, own = shown(bench, 112.0, "warnings")["warnings"]
    assert virtual.endswith(
        "(is that host the other node: write a priority below 255 there, and give this node a second address that the "
        "other one hears it from. If not, take the address off it)"
    )
    assert own.endswith("(take the address off that host)")


def test_a_standby_reports_no_address_conflict():
    bench = Bench(instance()).start()
    bench.instance.reporter.conflicts[VIP_HOST] = Conflict("eth0", bytes.fromhex("020000000009"), 1.0)
    assert shown(bench, 2.0, "conflicts", "warnings") == {"conflicts": [], "warnings": []}


def test_a_standby_that_is_not_ready_is_in_the_reason_and_a_warning():
    bench = Bench(instance()).master(10.0)
    why = "web-b, the standby of VI_1, is not ready: its agent is stopping"
    said = {"ready": False, "why": why, "remedy": "systemctl start hotstandby there", "planned": False}
    found = instance_status(bench.instance, 10.0, bench.kernel.table, standby=lambda instance: said)
    assert found["standby"] == said
    assert found["why"] == f"MASTER because no master was heard; our 100; {why}"
    assert found["warnings"] == [f"{why} (systemctl start hotstandby there)"]
    found = instance_status(
        bench.instance, 10.0, bench.kernel.table, standby=lambda instance: {**said, "planned": True}
    )
    assert found["why"].endswith(why) and found["warnings"] == []


def test_a_standby_that_is_ready_is_no_warning():
    bench = Bench(instance()).master(10.0)
    said = {"ready": True, "why": "", "remedy": "", "planned": False}
    found = instance_status(bench.instance, 10.0, bench.kernel.table, standby=lambda instance: said)
    assert (found["standby"], found["warnings"]) == (said, [])
    assert found["why"] == "MASTER because no master was heard; our 100"
