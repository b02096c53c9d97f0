# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a good file becomes a model, with every keyword and every default."""

from __future__ import annotations

from ipaddress import IPv4Interface, IPv6Interface, ip_address

import pytest

from vrrp.config.loader import load
from vrrp.config.model.configuration import (
    Authentication,
    Configuration,
    Globals,
    GratuitousArp,
    Instance,
    NotifyCommand,
    NotifyScripts,
    VirtualAddress,
    Vmac,
)
from vrrp.config.model.trackers import Script, Tracked, Tracking

LEAST = "vrrp_instance VI_1 { interface eth0\n virtual_router_id 51\n virtual_ipaddress { 192.0.2.1 } }\n"


def instance(lines="", globals_=""):
    text = LEAST.rstrip()[:-1] + f"\n{lines}\n}}\n"
    return load(text + f"global_defs {{\n{globals_}\n}}\n", "f").instances[0]


def test_an_empty_file_is_an_empty_configuration():
    assert load("", "f") == Configuration(path="f")


def test_the_least_instance_has_every_default():
    assert load(LEAST, "f").instances == (
        Instance(
            name="VI_1",
            interface="eth0",
            virtual_router_id=51,
            line=1,
            addresses=(VirtualAddress(IPv4Interface("192.0.2.1/32")),),
            initial_state="BACKUP",
            priority=100,
            advert_int_cs=100,
            version=2,
            nopreempt=False,
            preempt_delay_s=0.0,
            notify=NotifyScripts(),
            garp=GratuitousArp(5.0, 5, 0.0, 1, 5.0, 5, 0.0),
        ),
    )


def test_every_keyword_reaches_the_model():
    text = """\
global_defs {
    router_id "Node A"
    vrrp_version 2
    script_user nobody nogroup
    enable_script_security
    vrrp_garp_master_delay 1
    vrrp_garp_master_repeat 2
    vrrp_garp_master_refresh 3
    vrrp_garp_master_refresh_repeat 4
    vrrp_garp_lower_prio_delay 6
    vrrp_garp_lower_prio_repeat 7
    vrrp_garp_interval 0.001
}
vrrp_script chk_a {
    script "/bin/check 'a b' c"
    interval 0.5
    timeout 3
    rise 2
    fall 3
    weight -20
    user tomcat
    init_fail
}
vrrp_script chk_b {
    script /bin/true
    interval 5
}
vrrp_instance VI_1
{
    state MASTER
    interface eth0
    virtual_router_id 7
    priority 200
    version 3
    advert_int 0.25
    virtual_ipaddress {
        192.0.2.1/24 brd 192.0.2.255 dev eth1 label eth1:vip scope link
        192.0.2.2/24 brd +
    }
    unicast_src_ip 198.51.100.1
    unicast_peer {
        198.51.100.2
        198.51.100.3
    }
    track_script {
        chk_a
        chk_b weight 10
    }
    notify "/bin/notify --all" tomcat web
    notify_master /bin/master root
    notify_backup "/bin/backup \\"x y\\""
    notify_fault /bin/fault
    notify_stop /bin/stop
    garp_master_delay 10
    garp_lower_prio_repeat 0
}
"""
    assert load(text, "f") == Configuration(
        path="f",
        globals=Globals("Node A", 2, "nobody", "nogroup", True),
        scripts=(
            Script("chk_a", ("/bin/check", "a b", "c"), 0.5, 3.0, 2, 3, -20, "tomcat", None, True),
            Script("chk_b", ("/bin/true",), 5.0, 5.0),
        ),
        instances=(
            Instance(
                name="VI_1",
                interface="eth0",
                virtual_router_id=7,
                line=28,
                addresses=(
                    VirtualAddress(IPv4Interface("192.0.2.1/24"), "eth1", "192.0.2.255", "eth1:vip", "link"),
                    VirtualAddress(IPv4Interface("192.0.2.2/24"), broadcast="+"),
                ),
                initial_state="MASTER",
                priority=200,
                advert_int_cs=25,
                version=3,
                unicast_src_ip=ip_address("198.51.100.1"),
                unicast_peers=(ip_address("198.51.100.2"), ip_address("198.51.100.3")),
                track=Tracking(scripts=(Tracked("chk_a", -20), Tracked("chk_b", 10))),
                notify=NotifyScripts(
                    master=NotifyCommand(("/bin/master",), "root"),
                    backup=NotifyCommand(("/bin/backup", "x y")),
                    fault=NotifyCommand(("/bin/fault",)),
                    stop=NotifyCommand(("/bin/stop",)),
                    any=NotifyCommand(("/bin/notify", "--all"), "tomcat", "web"),
                ),
                garp=GratuitousArp(10.0, 2, 3.0, 4, 6.0, 0, 0.001),
            ),
        ),
    )


def test_the_password_is_read_as_quoted():
    lines = 'authentication {\nauth_type PASS\nauth_pass "ab #1!"\n}'
    assert instance(lines).authentication == Authentication("PASS", "ab #1!")


@pytest.mark.parametrize(
    ("lines", "globals_", "version"),
    [
        ("", "", 2),
        ("", "vrrp_version 3", 3),
        ("version 2", "vrrp_version 3", 2),
        ("version 3", "vrrp_version 2", 3),
    ],
)
def test_the_version_comes_from_the_instance_or_from_global_defs(lines, globals_, version):
    assert instance(lines, globals_).version == version


@pytest.mark.parametrize("globals_", ["", "global_defs { vrrp_version 2 }"])
def test_ipv6_is_version_3(globals_):
    (found,) = load(LEAST.replace("192.0.2.1", "fe80::1/64") + globals_, "f").instances
    assert found.version == 3
    assert found.addresses == (VirtualAddress(IPv6Interface("fe80::1/64")),)


def test_an_ipv6_address_without_a_prefix_has_128_bits():
    (found,) = load(LEAST.replace("192.0.2.1", "fe80::1"), "f").instances
    assert found.addresses == (VirtualAddress(IPv6Interface("fe80::1/128")),)


@pytest.mark.parametrize(
    ("written", "centiseconds"),
    [("1", 100), ("255", 25500), ("2.00", 200), ("0.01", 1), (".5", 50), ("40.95", 4095), ("0.29", 29), ("1.", 100)],
)
def test_advert_int_is_read_in_centiseconds(written, centiseconds):
    version = "version 2\n" if centiseconds > 4095 else "version 3\n"
    assert instance(f"{version}advert_int {written}").advert_int_cs == centiseconds


@pytest.mark.parametrize(
    ("lines", "state", "priority"),
    [
        ("", "BACKUP", 100),
        ("state BACKUP", "BACKUP", 100),
        ("state MASTER", "MASTER", 255),
        ("priority 255", "MASTER", 255),
        ("priority 254", "BACKUP", 254),
        ("state BACKUP\npriority 255", "BACKUP", 255),
        ("state MASTER\npriority 1", "MASTER", 1),
    ],
)
def test_state_and_priority_follow_from_each_other(lines, state, priority):
    found = instance(lines)
    assert (found.initial_state, found.priority) == (state, priority)


@pytest.mark.parametrize(
    ("lines", "nopreempt", "delay_s"),
    [
        ("nopreempt", True, 0.0),
        ("preempt_delay 4.5", False, 4.5),
        ("nopreempt\npreempt_delay 4", True, 0.0),
        ("state MASTER\nnopreempt", False, 0.0),
        ("state MASTER\npreempt_delay 4", False, 0.0),
        ("priority 255\nnopreempt", False, 0.0),
        ("state BACKUP\npriority 255\nnopreempt", False, 0.0),
        ("nopreempt\npreempt", False, 0.0),
        ("preempt\nnopreempt", True, 0.0),
    ],
)
def test_preemption_as_it_is_in_force(lines, nopreempt, delay_s):
    found = instance(lines)
    assert (found.nopreempt, found.preempt_delay_s) == (nopreempt, delay_s)


def test_lower_prio_follows_the_global_values_of_a_new_master():
    found = instance("garp_master_delay 9\ngarp_master_repeat 9", "vrrp_garp_master_delay 1\nvrrp_garp_master_repeat 2")
    assert found.garp == GratuitousArp(9.0, 9, 0.0, 1, 1.0, 2, 0.0)


def test_blocks_of_one_kind_add_up():
    found = instance(
        "virtual_ipaddress { 192.0.2.2/24 }\nauthentication { auth_type PASS }\nauthentication { auth_pass x }"
    )
    assert [str(item.address) for item in found.addresses] == ["192.0.2.1/32", "192.0.2.2/24"]
    assert found.authentication == Authentication("PASS", "x")


def test_the_order_of_the_file_is_kept():
    text = "".join(LEAST.replace("VI_1", f"VI_{n}").replace("51", str(n)).replace("2.1", f"2.{n}") for n in (3, 1, 2))
    assert [(item.name, item.line) for item in load(text, "f").instances] == [("VI_3", 1), ("VI_1", 4), ("VI_2", 7)]


SIX, FOUR = IPv6Interface("fd00:8::100/64"), IPv4Interface("192.0.2.1/24")


@pytest.mark.parametrize(
    ("addresses", "peers", "version"),
    [
        ((FOUR,), (), 4),
        ((SIX,), (), 6),
        ((SIX,), (ip_address("192.0.2.9"),), 6),
        ((), (ip_address("fd00:8::6"),), 6),
        ((), (), 4),
    ],
)
def test_the_ip_version_of_an_instance(addresses, peers, version):
    virtual = tuple(map(VirtualAddress, addresses))
    assert Instance("VI_1", "eth0", 51, 1, addresses=virtual, unicast_peers=peers).ip_version == version


OWN, OTHER = ip_address("192.0.2.4"), ip_address("192.0.2.6")


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({}, None),
        ({"mcast_src_ip": OTHER}, OTHER),
        ({"unicast_src_ip": OWN, "mcast_src_ip": OTHER}, OWN),
    ],
)
def test_the_source_that_the_file_names(fields, source):
    assert Instance("VI_1", "eth0", 51, 1, **fields).configured_source == source


@pytest.mark.parametrize(
    ("vmac", "lives_on", "speaks_on"),
    [
        (None, "eth0", "eth0"),
        (Vmac(), "vrrp.51", "vrrp.51"),
        (Vmac(name="vip0"), "vip0", "vip0"),
        (Vmac(xmit_base=True), "vrrp.51", "eth0"),
    ],
)
def test_the_interfaces_of_addresses_and_advertisements(vmac, lives_on, speaks_on):
    found = Instance("VI_1", "eth0", 51, 1, vmac=vmac)
    assert (found.lives_on, found.speaks_on) == (lives_on, speaks_on)
