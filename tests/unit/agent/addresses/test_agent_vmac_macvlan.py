# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A macvlan is described by its instance, and settings of this machine may prevent its use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from agent_fakes import eth, instance, table

from vrrp.agent.addresses import vmac
from vrrp.agent.addresses.vmac import Macvlan, fault_of, macvlan_of, misfit_of, setting
from vrrp.agent.netlink.links import Link
from vrrp.config.model.configuration import Vmac

MAC_51 = bytes.fromhex("00005e000133")
WANTED = Macvlan("vrrp.51", "eth0", MAC_51, 4)
RIGHT = Link(9, "vrrp.51", MAC_51, kind="macvlan", parent=2)


@pytest.mark.parametrize(
    ("addresses", "fields", "expected"),
    [
        (["192.168.8.100/24"], {}, Macvlan("vrrp.51", "eth0", bytes.fromhex("00005e000133"), 4)),
        (
            ["192.168.8.100/24"],
            {"interface": "eth1", "virtual_router_id": 255},
            Macvlan("vrrp.255", "eth1", bytes.fromhex("00005e0001ff"), 4),
        ),
        (["fd00:8::100/64"], {"virtual_router_id": 1}, Macvlan("vrrp.1", "eth0", bytes.fromhex("00005e000201"), 6)),
    ],
)
def test_an_instance_says_which_macvlan_it_lives_on(addresses, fields, expected):
    assert macvlan_of(instance(addresses=addresses, vmac=Vmac(), **fields)) == expected


@pytest.mark.parametrize(
    ("link", "is_it"),
    [
        (RIGHT, True),
        (replace(RIGHT, name="other", index=7, up=False), True),
        (replace(RIGHT, kind="ipvlan"), False),
        (replace(RIGHT, mac=bytes.fromhex("00005e000134")), False),
        (replace(RIGHT, parent=3), False),
    ],
)
def test_kind_and_address_and_parent_make_it_the_right_one(link, is_it):
    assert WANTED.is_it(link, table()) is is_it


@pytest.mark.parametrize(("parent", "is_it"), [(0, True), (2, False)])
def test_without_the_interface_below_it_has_no_parent(parent, is_it):
    assert WANTED.is_it(replace(RIGHT, parent=parent), table(eth("eth1", 3))) is is_it


def test_a_macvlan_without_a_carrier_is_no_fault_of_its_own():
    filled = table()
    filled.names["vrrp.51"] = replace(RIGHT, running=False)
    assert fault_of(instance(vmac=Vmac()), filled) is None


class TestSetting:
    @pytest.mark.parametrize(
        ("interface", "name"),
        [("no-such-interface", "rp_filter"), ("all", "no_such_setting"), ("..", "tcp_congestion_control")],
    )
    def test_where_there_is_no_number_there_is_none(self, interface, name):
        assert setting(interface, name) is None

    def test_a_number_of_the_kernel_is_read(self):
        """A setting of IPv4 that is the same on nearly every machine, by the way of the interfaces."""
        assert setting("..", "ip_default_ttl") == int(Path("/proc/sys/net/ipv4/ip_default_ttl").read_text())


class TestMisfit:
    @pytest.mark.parametrize(
        ("config", "rp_filter", "fits"),
        [
            (instance(vmac=Vmac()), 1, False),
            (instance(vmac=Vmac()), 0, True),
            (instance(vmac=Vmac()), 2, True),
            (instance(vmac=Vmac()), None, True),
            (instance(), 1, True),
            (instance(addresses=["fd00:8::100/64"], vmac=Vmac()), 1, True),
        ],
    )
    def test_a_strict_reverse_path_filter_does_not_go_with_ipv4_on_a_macvlan(
        self, monkeypatch, config, rp_filter, fits
    ):
        monkeypatch.setattr(vmac, "setting", lambda *key: {("all", "rp_filter"): rp_filter}[key])
        text = "packets for its addresses arrive on vrrp.51 and are dropped: net.ipv4.conf.all.rp_filter is 1"
        assert misfit_of(config) == (None if fits else (text, "set it to 0 or 2"))
