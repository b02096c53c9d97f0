# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the prefix length of a line does not show: the address is an end of a subnet that this machine has."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface
from types import SimpleNamespace

import pytest
from agent_fakes import instance

from vrrp.agent.life.subnets import end_misfits
from vrrp.config.model import VirtualAddress


def misfits(line, *own):
    config = replace(instance(), addresses=(VirtualAddress(ip_interface(line)),))
    there = [SimpleNamespace(address=ip_interface(address)) for address in own]
    return [text for text, _hint in end_misfits(config, SimpleNamespace(on=lambda device: there))]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("10.9.8.255/32", ["10.9.8.255 is the broadcast address of 10.9.8.0/24"]),
        ("10.9.8.255/16", ["10.9.8.255 is the broadcast address of 10.9.8.0/24"]),
        ("10.9.8.0/32", ["10.9.8.0 is the network address of 10.9.8.0/24"]),
        ("10.9.8.255/24", []),  # the file alone says so
        ("10.9.8.9/32", []),
    ],
)
def test_an_end_of_a_subnet_of_the_machine(line, text):
    assert misfits(line, "10.9.8.1/24", "10.9.8.2/24") == text


def test_neither_a_single_address_nor_a_virtual_one_makes_a_subnet():
    assert misfits("10.9.8.255/32", "10.9.8.255/24", "10.9.8.1/32", "fd00::1/64") == []
