# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel removes an address that is not renewed."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from agent_fakes import instance, table, want
from fake_kernel import FakeKernel

import vrrp
from vrrp.agent.addresses import lifetime
from vrrp.agent.addresses.lifetime import Leases, lifetime_s
from vrrp.config.model.configuration import Globals

MODULE_UTILS = Path(vrrp.__file__).parents[1]
VIP = "192.168.8.100/24"


@pytest.mark.parametrize(
    ("fields", "expected_s"),
    [
        ({}, 3),  # 3.61 s until the peer takes over
        ({"priority": 254}, 3),  # 3.0078125 s
        ({"advert_int_cs": 1000}, 3),
        ({"advert_int_cs": 10}, 2),
        ({"advert_int_cs": 75, "priority": 62}, 3),  # 3.0039 s, VRRPv2: the skew is of a second
        ({"advert_int_cs": 75, "priority": 64}, 2),  # 2.25 + 0.75 = 3 s
        ({"advert_int_cs": 90, "priority": 254, "version": 3}, 2),
        ({"advert_int_cs": 90, "priority": 100, "version": 3}, 3),  # 3.2484375 s
    ],
)
def test_a_lease_is_as_short_as_a_restart_and_the_peer_allow(fields, expected_s):
    assert lifetime_s(instance(**fields), Globals()) == expected_s


@pytest.mark.parametrize("configured_s", [0, 2, 5, 60])
def test_a_configured_lease_counts(configured_s):
    for config in (instance(), instance(advert_int_cs=10)):
        assert lifetime_s(config, Globals(vip_lease_s=configured_s)) == configured_s


@pytest.fixture
def leases():
    kernel = FakeKernel([], table())
    made = Leases(kernel)

    def renewed():
        made.now += 1
        kernel.renewed.clear()
        made.renew(made.now)
        return kernel.renewed

    made.now = 100.0

    made.renewed = renewed
    made.kernel = kernel
    return made


def test_each_address_is_renewed_with_its_own_lifetime(leases):
    leases.hold("one", [want(VIP), want("192.168.8.101/24")], 3)
    leases.hold("two", [want("192.168.8.102/24")], 2)
    assert leases.renewed() == [f"{VIP} 3", "192.168.8.101/24 3", "192.168.8.102/24 2"]
    assert len(leases.renewed()) == 3


def test_an_address_that_is_not_held_is_not_renewed(leases):
    assert leases.renewed() == []
    leases.hold("one", [want(VIP)], 3)
    leases.hold("two", [want("192.168.8.102/24")], 3)
    assert len(leases.renewed()) == 2
    leases.hold("one", (), 0)
    assert leases.renewed() == ["192.168.8.102/24 3"]
    leases.hold("one", (), 0)
    leases.hold("two", [], 3)
    assert leases.renewed() == []


def test_new_held_addresses_replace_the_old_ones(leases):
    leases.hold("one", [want(VIP)], 3)
    leases.renewed()
    leases.hold("one", [want("192.168.8.101/24")], 2)
    assert leases.renewed() == ["192.168.8.101/24 2"]


def test_a_lifetime_of_0_is_none(leases):
    leases.hold("one", [want(VIP)], 3)
    leases.hold("one", [want(VIP)], 0)
    assert leases.renewed() == []


def test_a_held_lease_ignores_later_changes_of_the_wanted_list(leases):
    wanted = [want(VIP)]
    leases.hold("one", wanted, 3)
    wanted.append(want("192.168.8.101/24"))
    assert leases.renewed() == [f"{VIP} 3"]


def test_a_renewal_is_encoded_once(leases, monkeypatch):
    leases.hold("one", [want(VIP)], 3)
    assert leases.renewed() == [f"{VIP} 3"]
    monkeypatch.setattr(leases.kernel, "renewals", None)
    assert leases.renewed() == [f"{VIP} 3"]


def test_three_renewals_may_fail_before_the_shortest_lease_ends():
    assert lifetime.RENEWAL_S * 4 <= lifetime.SHORT_S


def test_a_lease_is_renewed_twice_a_second_or_when_the_loop_is_awake_before(leases):
    leases.hold("one", [want(VIP)], 3)
    renewed_at = []
    for step in range(60):  # the loop is awake every 0.03 s
        leases.kernel.renewed.clear()
        leases.renew(200 + 0.03 * step)
        if leases.kernel.renewed:
            renewed_at.append(step)
    assert renewed_at == [0, 14, 28, 42, 56]  # 0.42 s is the first time that is no more than 0.1 s early
    assert leases.deadline == pytest.approx(200 + 0.03 * 56 + 0.5)


def test_without_a_lease_there_is_no_deadline(leases):
    assert leases.deadline == math.inf
    leases.hold("one", [want(VIP)], 0)
    assert leases.deadline == math.inf
    leases.hold("one", [want(VIP)], 3)
    assert leases.deadline <= leases.now
    leases.hold("one", (), 0)
    assert leases.deadline == math.inf


@pytest.mark.parametrize(("count", "expected"), [(16, 0.5), (17, 1.0)])
def test_many_ipv6_addresses_are_renewed_half_as_often(leases, count, expected):
    leases.hold("four", [want(f"192.168.8.{number}/24") for number in range(100, 150)], 3)
    leases.hold("six", [want(f"2001:db8::{number}/64") for number in range(1, 1 + count)], 3)
    leases.renew(200.0)
    leases.renew(202.0)
    assert leases.deadline == 202.0 + expected
    leases.hold("six", (), 0)
    leases.renew(204.0)
    leases.renew(206.0)
    assert leases.deadline == 206.5


def test_a_late_renewal_is_not_made_up_for(leases):
    leases.hold("one", [want(VIP)], 3)
    leases.renew(200.0)
    leases.renew(207.3)
    assert leases.deadline == pytest.approx(207.8)


# What follows asks a real kernel, in a network namespace of its own.

PROGRAM = """
import os, select, socket, sys, time
from ipaddress import ip_interface
from vrrp.agent.netlink.address_request import DesiredAddress
from vrrp.agent.netlink.links import AddressChanged
from vrrp.agent.addresses.lifetime import Leases
from vrrp.agent.netlink.kernel import Kernel

os.system("ip link set lo up; ip link add eth0 type veth peer name eth1; ip link set eth0 up; ip link set eth1 up;"
          "ip addr add 192.168.8.4/24 dev eth0")
kernel = Kernel()
index = kernel.table.names["eth0"].index

def want(address):
    return DesiredAddress(index, ip_interface(address))

def there():
    return os.popen("ip -o addr show dev eth0").read()

def poll(condition, within_s):
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "it did not happen in time: " + there()
        time.sleep(0.02)

def events(*addresses):  # and not of those that the kernel gives itself, at its own time
    return [each.added for each in kernel.read_events()
            if isinstance(each, AddressChanged) and str(each.present.address) in addresses]
"""


@pytest.fixture
def in_a_namespace(tmp_path):
    def run(program):
        file = tmp_path / "program.py"
        file.write_text(PROGRAM + program)
        done = subprocess.run(
            ["unshare", "--net", sys.executable, "-B", str(file)],
            env={**os.environ, "PYTHONPATH": str(MODULE_UTILS)},
            capture_output=True,
            text=True,
            timeout=40,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    return run


ADDRESSES = ["192.168.8.100/24", "2001:db8::100/64"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_vanishes_when_its_lifetime_is_over(in_a_namespace, address):
    in_a_namespace(f"""
vip = {address!r}
began = time.monotonic()
assert kernel.install([want(vip)], 1) == []
assert vip in there(), there()
assert " tentative" not in there().split(vip)[1].splitlines()[0]
seen = []  # the kernel may tell of a new IPv6 address only when it is about to vanish
poll(lambda: vip not in there(), 10)
assert time.monotonic() - began > 0.9
poll(lambda: seen.extend(events(vip)) or seen[-1:] == [False], 5)
assert seen.count(False) == 1, seen
assert want(vip).address not in kernel.table.addresses[index]
""")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_renewed_address_stays_and_wakes_no_listener(in_a_namespace, address):
    in_a_namespace(f"""
vip = {address!r}
leases = Leases(kernel)
assert kernel.install([want(vip)], 2) == []  # a busy machine may be late by more than a second
leases.hold("one", [want(vip)], 2)
time.sleep(0.3)  # the kernel tells of a new IPv6 address a moment later
events(vip)
end = time.monotonic() + 3.2
woken = 0
while time.monotonic() < end:
    leases.renew(time.monotonic())
    assert there().count(vip) == 1, there()
    try:
        woken += want(vip).address.packed in kernel._events.recv(65536, socket.MSG_PEEK)
    except BlockingIOError:
        pass
    assert events(vip) == []
    time.sleep(0.1)
assert (woken == 0) == ("." in vip), woken  # the kernel names no requester in events about IPv6 addresses
leases.hold("one", (), 0)
leases.renew(time.monotonic() + 1)
poll(lambda: vip not in there(), 10)
""")


def test_a_lease_can_be_made_longer_and_endless(in_a_namespace):
    in_a_namespace("""
vip = "192.168.8.100/24"
assert kernel.install([want(vip)], 60) == []
assert "valid_lft 60sec preferred_lft 60sec" in there()
assert kernel.install([want(vip)], 3600) == []
assert "valid_lft 3600sec" in there()
assert kernel.install([want(vip)]) == []
assert there().split("192.168.8.100/24")[1].splitlines()[0].count("forever") == 2, there()
""")


def test_255_addresses_are_renewed_together(in_a_namespace):
    in_a_namespace("""
wanted = [want(f"192.168.{9 + number // 200}.{1 + number % 200}/32") for number in range(255)]
assert kernel.install(wanted, 60) == []
leases = Leases(kernel)
leases.hold("one", wanted, 600)
while select.select([kernel], [], [], 0)[0]:  # a portion ends after some time, too
    kernel.read_events()
leases.renew(time.monotonic() + 1)
assert there().count("valid_lft 600sec") == 255, there().count("valid_lft 600sec")
assert events(*(str(each.address) for each in wanted)) == []
""")


def test_an_installed_ipv6_address_needs_no_detection(in_a_namespace):
    in_a_namespace("""
assert kernel.install([want("2001:db8::100/64"), want("2001:db8::101/128")], 60) == []
with_subnet, single = (there().split(name)[1].splitlines()[0] for name in ("2001:db8::100/64", "2001:db8::101/128"))
assert "nodad" in with_subnet and "tentative" not in with_subnet and "deprecated" not in with_subnet
assert "nodad" in single and "preferred_lft 0sec" in single, single
kernel.renew(kernel.renewals([(want("2001:db8::101/128"), 60)]))
assert "nodad" in there().split("2001:db8::101/128")[1].splitlines()[0], there()
""")


def test_a_renewal_that_fails_is_ignored(in_a_namespace):
    in_a_namespace("""
leases = Leases(kernel)
vip = "192.168.8.100/24"
assert kernel.install([want(vip)], 60) == []
leases.hold("one", [want(vip)], 60)
os.system("ip link del eth0")
for number in range(300):
    leases.renew(time.monotonic() + number)
""")


def test_a_preferred_lifetime_ends_although_the_lease_begins_anew():
    kernel = FakeKernel([], table())
    told = []
    kernel.renewals = lambda pairs: [f"{want.address} {want.preferred_s}" for want, _lifetime in pairs]
    kernel.renew = told.extend
    made = Leases(kernel)
    made.hold("VI_1", [want("fd00:8::100/64", preferred_s=2), want("fd00:8::101/64")], 3)
    for now in (100.0, 101.0, 102.5, 103.5):
        made.renew(now)
    made.hold("VI_2", [want("fd00:8::102/64", preferred_s=0)], 3)
    made.renew(104.5)
    first = [text for text in told if text.startswith("fd00:8::100/64")]
    assert first == [f"fd00:8::100/64 {preferred_s}" for preferred_s in (2, 2, 0, 0, 0)]
    assert {text for text in told if text.startswith("fd00:8::101/64")} == {"fd00:8::101/64 None"}
    made.hold("VI_1", (), 0)  # what comes back later begins anew
    made.hold("VI_1", [want("fd00:8::100/64", preferred_s=2)], 3)
    made.renew(110.0)
    assert told[-1] == "fd00:8::100/64 2"
