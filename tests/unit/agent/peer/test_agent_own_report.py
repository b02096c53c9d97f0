# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what a node tells about its instances: states, troubles, and a digest of what both must have alike."""

from __future__ import annotations

import dataclasses
from ipaddress import ip_address

import pytest
from agent_fakes import Bench, instance

from vrrp import __version__
from vrrp.agent.peer import own_report
from vrrp.agent.peer.own_report import OwnReport, digest
from vrrp.config.model.configuration import Authentication, AuthHmac, HmacKey
from vrrp.protocol.peer_report import InstanceReport, NodeReport
from vrrp.protocol.priority import CheckResult

PASSWORD = Authentication("PASS", "1111")


def told(bench):
    (report,) = OwnReport().instances([bench.instance])
    return report


def test_the_state_and_the_priority_are_told():
    bench = Bench(instance(priority=90)).start(1.0)
    assert told(bench) == InstanceReport("VI_1", "BACKUP", 90, digest(bench.instance.config))
    assert told(Bench(instance()).master()).state == "MASTER"


@pytest.mark.parametrize(
    ("check", "troubles"),
    [
        (CheckResult("chk", "script", False), ("script chk failed",)),
        (CheckResult("chk", "script", True), ()),
        (CheckResult("chk", "script", None, 10), ()),
        (CheckResult("chk", "script", False, -10), ("chk fails",)),
        (CheckResult("chk", "script", False, 10), ("chk fails",)),
        (CheckResult("chk", "script", True, 10), ()),
        (CheckResult("chk", "script", True, 10, reverse=True), ("chk fails",)),
        (CheckResult("80", "tcp", False, 10), ("tcp 80 fails",)),
        (CheckResult("load", "file", False, -1, value=5), ()),
        (CheckResult("load", "file", False, 1, value=-60), ()),
        (CheckResult("load", "file", False, 1, reverse=True, value=5), ()),
        (CheckResult("load", "file", False, 1, value=5), ()),
        (CheckResult("load", "file", True, 1, value=0), ()),
        (CheckResult("load", "file", False, value=5), ("file load failed",)),
        (
            CheckResult("load", "file", False, 100, value=-3),
            ("file load failed: it says -3, which times its weight is -300",),
        ),
        (CheckResult("eth1", "interface", False, -10, "is down"), ("eth1 fails",)),
        (CheckResult("chk", "script", False, 10, reverse=True), ()),
    ],
)
def test_checks_that_fail_are_troubles_with_and_without_weight(check, troubles):
    bench = Bench(instance()).start(1.0)
    bench.instance.tracking.check_results([check], 2.0)
    assert told(bench).troubles == troubles


def changed(**fields):
    return digest(dataclasses.replace(instance(authentication=PASSWORD), **fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"virtual_router_id": 52},
        {"version": 3},
        {"addresses": instance(addresses=("192.168.8.101/24",)).addresses},
        {"excluded": instance(addresses=("192.168.9.100/24",)).addresses},
        {"advert_int_cs": 200},
        {"authentication": None},
        {"unicast_peers": (ip_address("192.168.8.6"),)},
        {"down_timer_adverts": 4},
        {"mcast_dst_ip": ip_address("224.0.0.99")},
        {"hmac": AuthHmac((HmacKey(1, b"x" * 32),), 1)},
    ],
    ids=str,
)
def test_the_digest_is_another_one_where_the_two_would_not_fit(fields):
    assert changed(**fields) != changed()


@pytest.mark.parametrize(
    "fields",
    [
        {"priority": 1, "interface": "eth9", "nopreempt": True, "unicast_src_ip": ip_address("192.168.8.4"), "line": 9},
        {"authentication": Authentication("PASS", "2222")},
        {"addresses": instance(addresses=("192.168.8.100/32",)).addresses},
    ],
    ids=str,
)
def test_the_digest_is_the_same_where_nodes_may_differ_and_for_any_secret(fields):
    """A digest of a password would let a listener try passwords until one fits."""
    assert changed(**fields) == changed()


def test_the_digest_leaves_out_keys_and_the_interval_of_version_3():
    hmac = [AuthHmac((HmacKey(1, secret),), 1) for secret in (b"x" * 32, b"y" * 32)]
    assert changed(hmac=hmac[0]) == changed(hmac=hmac[1])
    assert changed(version=3, advert_int_cs=10) == changed(version=3)


def test_the_order_of_addresses_does_not_matter_and_the_format_is_told():
    two = instance(addresses=("192.168.9.100/24", "192.168.9.101/24")).addresses
    assert changed(excluded=two) == changed(excluded=two[::-1])
    assert changed().startswith("1:")


def test_a_digest_is_kept_until_the_configuration_changes():
    own, config = OwnReport(), instance()
    assert own.digest(config) is own.digest(config)
    assert own.digest(instance(virtual_router_id=52)) != digest(config)


def test_the_node_report_has_the_version_and_always_a_name():
    assert own_report.node("web-a", 5.0, True, False) == NodeReport("web-a", __version__, "", 5.0, True, False)
    assert own_report.node(None, 5.0, False, False).name


def test_the_release_is_the_folder_of_the_code(monkeypatch):
    assert own_report.release() == ""
    monkeypatch.setattr(own_report, "__file__", "/usr/local/lib/x/releases/1a2b/vrrp/agent/peer/own_report.py")
    assert own_report.release() == "1a2b"
