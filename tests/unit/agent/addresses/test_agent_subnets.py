# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests check which addresses belong to a subnet of this machine, also with misleading prefix lengths."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface

import pytest
from agent_fakes import eth, instance, marked, table

from vrrp.agent.addresses.subnets import Subnets, broadcast_addresses, end_misfits, width_misfits
from vrrp.agent.netlink.links import ActualAddress
from vrrp.config.model.configuration import Configuration, VirtualAddress


def subnets(*instances, on_machine=(), static=()):
    return Subnets(Configuration("f", instances=instances, static_addresses=static), table(addresses=on_machine))


def misfits(line, *own):
    """Return the errors and the warnings about ends of subnets."""
    config = instance(addresses=(line,), line=7)
    machine, configuration = table(addresses=own), Configuration("f", instances=(config,))
    warned = [text for text, _hint in end_misfits(config, Subnets(configuration, machine))]
    return [problem.text for problem in broadcast_addresses(configuration, machine)], warned


IS_BROADCAST = ["vrrp_instance VI_1: 10.9.8.255 is the broadcast address of 10.9.8.0/24 on eth0"]


@pytest.mark.parametrize(
    ("line", "errors", "warnings"),
    [
        ("10.9.8.255/32", IS_BROADCAST, []),
        ("10.9.8.255/16", IS_BROADCAST, []),
        ("10.9.8.255/25", [], []),  # the file alone says so
        ("10.9.8.0/32", [], ["10.9.8.0 is the network address of 10.9.8.0/24"]),
        ("10.9.8.255/24", [], []),
        ("10.9.8.9/32", [], []),
        ("10.7.8.255/32", [], []),
    ],
)
def test_an_end_of_a_subnet_of_the_machine(line, errors, warnings):
    assert misfits(line, "10.9.8.1/24", "10.9.8.2/24") == (errors, warnings)


def test_single_and_virtual_addresses_make_no_subnet():
    assert misfits("10.9.8.255/32", "10.9.8.255/24", "10.9.8.1/32", "fd00::1/64") == ([], [])
    assert misfits("fd00::/128", "fd00::1/64") == ([], [])


def test_an_end_of_a_subnet_is_allowed_in_the_middle_of_another_one():
    assert misfits("10.9.8.255/32", "10.9.8.1/24", "10.9.0.1/16") == ([], [])
    assert misfits("10.9.255.255/32", "10.9.8.1/24", "10.9.0.1/16")[0] != []


def test_a_broadcast_address_of_another_interface_is_refused():
    config = replace(instance(line=7), excluded=(VirtualAddress(ip_interface("10.9.8.255/32"), device="eth1"),))
    machine = table(eth("eth0", 2), eth("eth1", 3), addresses=("192.168.8.4/24",))
    machine.remember(ActualAddress(3, ip_interface("10.9.8.1/24")))
    (problem,) = broadcast_addresses(Configuration("/f.conf", instances=(config,)), machine)
    assert str(problem) == (
        "/f.conf:7:1: error: vrrp_instance VI_1: 10.9.8.255 is the broadcast address of 10.9.8.0/24 on eth1. "
        "RFC 1122 3.2.1.3: no host has it (choose another address)"
    )


@pytest.mark.parametrize(
    ("line", "text", "hint"),
    [
        ("10.9.8.9/24", None, None),
        ("10.9.8.9/32", None, None),
        ("10.9.8.9/8", "10.9.8.9/8 is wider than 10.9.8.0/24 of eth0: it says that all of 10.0.0.0/8 is there", "/24"),
        ("10.9.8.9/0", "10.9.8.9/0 is wider than 10.9.8.0/24 of eth0: it says that all of 0.0.0.0/0 is there", "/24"),
        ("10.7.8.9/8", None, None),  # it is outside, which is said
        (
            "fd00:9::9/16",
            "fd00:9::9/16 is wider than fd00:9::/64 of eth0: it says that all of fd00::/16 is there",
            "/64",
        ),
        ("192.0.2.9/8", None, None),
    ],
)
def test_a_prefix_length_that_takes_in_more_than_the_subnet(line, text, hint):
    config = instance(addresses=(line,))
    found = list(width_misfits(config, subnets(config, on_machine=("10.9.8.1/24", "fd00:9::1/64", "fe80::1/64"))))
    assert found == ([] if text is None else [(text, f"write {line.split('/')[0]}{hint}")])


def test_of_two_subnets_around_it_the_wider_one_counts():
    config = instance(addresses=("10.9.8.9/16",))
    assert list(width_misfits(config, subnets(config, on_machine=("10.9.8.1/24", "10.9.0.1/16")))) == []


@pytest.mark.parametrize("option", [{"noprefixroute": True}, {"peer": ip_interface("10.9.8.2/8")}])
def test_without_a_route_no_prefix_length_is_too_wide(option):
    config = instance(addresses=("10.9.8.9/8",))
    config = replace(config, addresses=(replace(config.addresses[0], **option),))
    assert list(width_misfits(config, subnets(config, on_machine=("10.9.8.1/24",)))) == []


@pytest.mark.parametrize(
    ("version", "own", "virtual", "told"),
    [
        (4, "10.9.8.1/24", "10.77.0.1/24", "eth0: 10.9.8.0/24"),
        (4, "10.9.8.1/32", "10.77.0.1/32", "eth0: 10.9.8.1/32 has no subnet"),
        (6, "fd00:8::1/64", "fd00:77::1/64", "eth0: fd00:8::/64"),
        (6, "fd00:8::1/128", "fd00:77::1/128", "eth0: fd00:8::1/128 has no subnet"),
        (6, "fe80::1/64", "fd00:77::1/64", "eth0: it has no other IPv6 address but link-local ones"),
    ],
)
def test_a_virtual_address_of_any_instance_is_no_subnet(version, own, virtual, told):
    second = replace(instance("VI_2"), addresses=(), excluded=instance(addresses=(virtual,)).addresses)
    found = subnets(instance(), second, on_machine=(own, virtual))
    found = subnets(instance(), second, on_machine=(own, virtual))
    assert found.told("eth0", version) == told


def test_an_address_that_an_agent_has_set_makes_no_subnet():
    machine = table(addresses=("10.9.8.1/24",))
    machine.remember(marked("10.77.0.1/24"))
    assert Subnets(Configuration("f"), machine).told("eth0", 4) == "eth0: 10.9.8.0/24"


def test_an_owners_addresses_and_static_ones_make_a_subnet():
    owner = instance(addresses=("10.77.0.1/24",), priority=255)
    static = (VirtualAddress(ip_interface("10.66.0.1/24"), device="eth0"),)
    found = subnets(owner, on_machine=("10.77.0.1/24",), static=static)
    assert [str(each.network) for each in found.of("eth0", 4)] == ["10.77.0.0/24", "10.66.0.0/24"]


def outside(config, machine):
    found = Subnets(Configuration("f", instances=(config,)), machine).outside(config)
    return [(device, str(entry.address)) for device, entry in found]


@pytest.mark.parametrize("line", ["10.9.8.9/32", "10.9.8.9/24", "fd00:9::9/128", "fe80::9/64"])
def test_an_address_inside_of_a_subnet_is_found(line):
    assert outside(instance(addresses=(line,)), table(addresses=("10.9.8.1/24", "fd00:9::1/64"))) == []


@pytest.mark.parametrize("line", ["10.77.0.1/32", "10.77.0.1/24", "fd00:77::1/128", "fd00:77::1/64"])
def test_an_address_outside_of_every_subnet_is_found(line):
    machine = table(addresses=("10.9.8.1/24", "fd00:9::1/64", line))
    assert outside(instance(addresses=(line,)), machine) == [("eth0", line)]


@pytest.mark.parametrize("line", ["10.77.0.1/32", "fd00:77::1/128"])
def test_on_a_loopback_interface_nothing_is_outside(line):
    config = instance(addresses=(line,))
    config = replace(config, addresses=(replace(config.addresses[0], device="lo"),))
    machine = table(eth("eth0", 2), replace(eth("lo", 1), loopback=True))
    machine.remember(ActualAddress(1, ip_interface("127.0.0.1/8")))
    assert outside(config, machine) == []
