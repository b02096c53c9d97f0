# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the lab reads and sets what the kernel has in the namespace of a host, and in no other."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lab.host import LabError


def as_ip_says(host, *link):
    found = json.loads(host.ip("-j", "address", "show", *link))
    entries = [entry for interface in found for entry in interface["addr_info"] if entry["scope"] != "link"]
    return {f"{entry['local']}/{entry['prefixlen']}" for entry in entries}


def test_the_addresses_of_a_host_are_those_that_ip_shows(wire):
    ours = os.readlink("/proc/thread-self/ns/net")
    host = wire.a
    host.ip("address", "add", "10.1.1.1/24", "dev", "lo")
    host.ip("address", "add", "192.168.8.4", "peer", "192.168.8.9/32", "dev", "eth0")
    host.ip("address", "add", "192.168.8.77/24", "dev", "eth0")
    host.ip("address", "add", "fd00:8::77/64", "dev", "eth0", "nodad")
    assert host.addresses("") == as_ip_says(host) >= {"10.1.1.1/24", "192.168.8.4/32", "fd00:8::77/64"}
    assert host.addresses() == as_ip_says(host, "dev", "eth0")
    assert "10.1.1.1/24" not in host.addresses()
    assert not {"10.1.1.1/24", "192.168.8.77/24"} & wire.b.addresses("")
    host.ip("address", "del", "192.168.8.77/24", "dev", "eth0")
    assert "192.168.8.77/24" not in host.addresses()
    with pytest.raises(LabError, match="the addresses of eth7: .*No such device"):
        host.addresses("eth7")
    assert os.readlink("/proc/thread-self/ns/net") == ours, "it comes back, also after an error"


def test_many_addresses_are_all_read(wire):
    wanted = {f"10.{number // 250}.{number % 250}.1/32" for number in range(900)}
    lines = "".join(f"address add {each} dev eth0\n" for each in wanted)
    wire.a.run(["ip", "-batch", "-"], input=lines, check=True)
    assert wire.a.addresses() >= wanted


def test_a_kernel_parameter_is_set_on_one_host_only(wire):
    name = "net.ipv4.conf.eth0.arp_ignore"
    path = Path("/proc/sys", name.replace(".", "/"))
    before = wire.b.run(["cat", str(path)], check=True).stdout
    wire.a.sysctl(name, 8)
    assert [host.run(["cat", str(path)], check=True).stdout for host in (wire.a, wire.b)] == ["8\n", before]
    with pytest.raises(LabError, match="arp_ignore: .*Invalid argument"):
        wire.a.sysctl(name, "much")
