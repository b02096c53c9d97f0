# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the file says and this agent or this machine cannot do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from agent_fakes import PEER, eth, instance, table

from vrrp.agent.startcheck import misfits, unsupported
from vrrp.config.model import Configuration


def configuration(*instances):
    return Configuration("/etc/f.conf", instances=instances)


@pytest.mark.parametrize(
    ("config", "addresses"),
    [
        (instance(addresses=("2001:db8::1/64",), line=4), "2001:db8::1/64"),
        (instance(addresses=("192.168.8.1/24", "2001:db8::1/64", "fe80::1/64"), line=4), "2001:db8::1/64, fe80::1/64"),
    ],
)
def test_ipv6_is_refused_with_its_line(config, addresses):
    (problem,) = unsupported(configuration(instance(name="fine"), config))
    assert str(problem) == (
        f"/etc/f.conf:4:1: error: vrrp_instance VI_1 uses IPv6 ({addresses}), which this release does not run yet "
        "(use IPv4 addresses in this instance)"
    )


def test_ipv4_is_fine():
    assert unsupported(configuration(instance(unicast_peers=(PEER,)))) == ()


def texts(config, machine):
    return [problem.text for problem in misfits(configuration(config), machine)]


def test_what_fits_is_not_mentioned():
    assert texts(instance(), table()) == []


def test_an_interface_that_is_not_here():
    (problem,) = misfits(configuration(instance(interface="eth9", line=7)), table(eth("eth0", 2), eth("lan", 3)))
    assert str(problem) == (
        "/etc/f.conf:7:1: warning: vrrp_instance VI_1: interface eth9 does not exist on this machine "
        "(there are: eth0, lan)"
    )


def test_the_interface_of_one_address_that_is_not_here():
    config = instance()
    config = replace(config, addresses=(replace(config.addresses[0], device="eth9"),))
    assert texts(config, table()) == ["vrrp_instance VI_1: interface eth9 does not exist on this machine"]


@pytest.mark.parametrize("on_machine", [("10.0.0.1/8",), ("192.168.8.4/28",), (), ("192.168.8.100/24",)])
def test_an_address_outside_every_subnet(on_machine):
    expected = ["vrrp_instance VI_1: 192.168.8.100 is outside every subnet of eth0"]
    assert texts(instance(), table(addresses=on_machine)) == expected


def test_one_subnet_is_enough():
    assert texts(instance(addresses=("192.168.8.100/32",)), table(addresses=("10.0.0.1/8", "192.168.8.4/24"))) == []
