# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the comparison with frames that keepalived 2.4.3 sent: what our agent sends differs only where it may."""

from __future__ import annotations

import socket
import sys
from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.packet_fields import BY_NATURE
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.wire_comparison import Priority, compare
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.wire_listener import advertisement
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.netlink.links import (
    ActualAddress,
    InterfaceTable,
    Link,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import inspect

sys.path.insert(0, str(Path(__file__).parents[1] / "protocol"))
from pcap import CAPTURES, timed_frames

NAMES = sorted(path.name[: -len(".master.conf")] for path in CAPTURES.glob("*.master.conf"))
ADDRESSES = {"master": ("192.168.8.4/24", "fd00:8::4/64"), "backup": ("192.168.8.6/24", "fd00:8::6/64")}


def configuration(name, role="master", change=lambda text: text):
    report = inspect(change((CAPTURES / f"{name}.{role}.conf").read_text()), "keepalived.conf")
    assert report.configuration is not None, report.problems
    return report.configuration


def heard(name, sent):
    """Return the first advertisement of the master on the interface of its file, and its time."""
    interface = configuration(name).instances[0].interface
    for at, frame in timed_frames(name):
        found = advertisement(interface, frame[14:], socket.PACKET_OUTGOING if sent else socket.PACKET_MULTICAST)
        if found is not None and found.received.payload[2] == 100:
            return found, at
    raise AssertionError(f"no advertisement in {name}")


def table(name, role, *more):
    found = InterfaceTable()
    instance = configuration(name, role).instances[0]
    found.links[1] = found.names[instance.interface] = Link(1, instance.interface, bytes.fromhex("020000000004"))
    link_local = f"{link_local_of(name)}/64" if role == "master" else "fe80::6/64"
    own = [*ADDRESSES[role], link_local, *more]
    found.addresses[1] = {ip_interface(each): ActualAddress(1, ip_interface(each)) for each in own}
    return found


def link_local_of(name):
    source = heard(name, True)[0].received.source
    return source if source.version == 6 else "fe80::4"


def compared(name, role="master", change=lambda text: text, priorities=None):
    seen, at = heard(name, role == "master")
    said = {"VI_1": Priority(100, 100)} if priorities is None else priorities
    return compare(configuration(name, role, change), [seen], table(name, role), said, at)[0]


@pytest.mark.parametrize("role", ["master", "backup"])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_matters_differs_from_what_keepalived_sends(name, role):
    found = compared(name, role)
    assert found["problems"] == []
    assert found["sends"] == (role == "master")
    assert {each["field"] for each in found["differences"]} <= set(BY_NATURE), found["differences"]
    assert all(each["by_nature"] for each in found["differences"])


CHANGES = {
    "priority 100": ("priority 101", "priority: our agent would send 101, keepalived sends 100"),
    "virtual_router_id 51": ("virtual_router_id 52", "nobody advertises virtual router id 52"),
}


@pytest.mark.parametrize("old", CHANGES)
def test_another_value_is_named_with_both(old):
    new, text = CHANGES[old]
    found = compared("v2-noauth-multicast", change=lambda whole: whole.replace(old, new))
    assert any(text in problem for problem in found["problems"]), found


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("auth_pass ", "auth_pass x", "password: our agent would send another one, keepalived sends another one"),
        ("advert_int 1", "advert_int 2", "advertisement interval: our agent would send 2 s, keepalived sends 1 s"),
        (
            "192.168.8.100",
            "192.168.8.101",
            "addresses: our agent would send 192.168.8.101, keepalived sends 192.168.8.100",
        ),
    ],
)
def test_on_the_master_each_field_that_may_not_differ_is_a_problem(old, new, problem):
    found = compared("v2-pass-multicast", change=lambda whole: whole.replace(old, new))
    assert found["problems"] == [f"VI_1: {problem}"]


def test_on_the_master_another_version_is_a_problem():
    found = compared("v2-pass-multicast", change=lambda whole: whole.replace("version 2", "version 3"))
    assert any("version and type: our agent would send version 3" in each for each in found["problems"]), found


def test_another_password_is_said_and_not_shown():
    found = compared("v2-pass-multicast", "backup", lambda whole: whole.replace("auth_pass ", "auth_pass x"))
    assert any("our agent would discard what 192.168.8.4 sends" in each for each in found["problems"]), found
    secret = configuration("v2-pass-multicast").instances[0].authentication.auth_pass
    assert secret not in str(found)


def test_a_priority_that_checks_change_may_differ():
    change = lambda whole: whole.replace("priority 100", "priority 110")  # noqa: E731
    assert compared("v2-noauth-multicast", change=change, priorities={"VI_1": Priority(110, 100)})["problems"] == []
    assert compared("v2-noauth-multicast", change=change, priorities={"VI_1": Priority(100, 100)})["problems"]


def test_an_instance_that_nobody_advertises_cannot_be_compared():
    found = compare(configuration("v2-noauth-multicast"), [], table("v2-noauth-multicast", "master"), {}, 0)[0]
    assert found["sender"] is None and "there is nothing to compare with" in found["problems"][0]


def test_a_host_without_an_address_could_not_send():
    name = "v2-noauth-multicast"
    seen, at = heard(name, True)
    empty = InterfaceTable()
    empty.links, empty.names = table(name, "master").links, table(name, "master").names
    found = compare(configuration(name), [seen], empty, {}, at)[0]
    assert any("has no address from which our agent would send" in each for each in found["problems"]), found
    assert ip_address("192.168.8.4") == seen.received.source
