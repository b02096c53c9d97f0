# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that lines of ``@hotstandby``, ``use_vmac`` and ``vrrp_strict`` are read or refused."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from smallest_file import LEAST, configuration, errors, instance, warnings

from vrrp.config.model.configuration import Vmac
from vrrp.config.model.trackers import TrackedHttp, TrackedTcp, TrackedUnit

LOCAL = ip_address("127.0.0.1")
URL = "http://127.0.0.1:8080/health"


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        ("track_tcp 127.0.0.1 80", "tcp", TrackedTcp(LOCAL, 80, 1.0, 1.0, 1, 3, 0)),
        (
            "track_tcp ::1 65535 timeout 0.5 interval 2 rise 2 fall 4 weight -9",
            "tcp",
            TrackedTcp(ip_address("::1"), 65535, 2.0, 0.5, 2, 4, -9),
        ),
        ("track_tcp 192.0.2.1 80", "tcp", TrackedTcp(ip_address("192.0.2.1"), 80)),
        (f"track_http {URL}", "http", TrackedHttp(URL, ((200, 399),), None, None, False, 2.0, 2.0, 1, 3, 0)),
        (f"track_http {URL} interval 0.5", "http", TrackedHttp(URL, interval_s=0.5, timeout_s=0.5)),
        (
            f'track_http {URL} status 200-299,401 body "all ok" host example.com verify fall 1',
            "http",
            TrackedHttp(URL, ((200, 299), (401, 401)), "all ok", "example.com", True, fall=1),
        ),
        ("track_http https://[::1]/", "http", TrackedHttp("https://[::1]/")),
        ("track_http http://localhost/", "http", TrackedHttp("http://localhost/")),
        ("track_unit nginx", "units", TrackedUnit("nginx.service", 1.0, 1.0, 1, 1, 0)),
        ("track_unit a@b.socket weight 5", "units", TrackedUnit("a@b.socket", weight=5)),
    ],
)
def test_a_line_of_our_own_is_read(line, kind, expected):
    assert getattr(instance(f"@hotstandby {line}").track, kind) == (expected,)
    group = f"vrrp_sync_group G {{\ngroup {{\nVI_1\n}}\n@hotstandby {line}\n}}"
    assert getattr(configuration("", "", group).sync_groups[0].track, kind) == (expected,)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("track_tcp 127.0.0.1", "track_tcp takes an address and a port"),
        ("track_tcp localhost 80", '"localhost" is not an IP address'),
        ("track_tcp 127.0.0.1 0", "the port 0 is out of range"),
        ("track_tcp 127.0.0.1 80 host x", 'unknown option "host" of track_tcp. ADDRESS PORT [interval SECONDS]'),
        ("track_tcp 127.0.0.1 80 timeout 2", "timeout 2 is longer than interval 1"),
        ("track_http", "track_http names no URL"),
        ("track_http ftp://127.0.0.1/", "is not a URL for a check"),
        ("track_http http://127.0.0.1:99999/", "is not a URL"),
        ("track_http http://example.com/", 'the host "example.com" of a URL is not an address'),
        ("track_http http://u:p@127.0.0.1/", "the URL holds a user, a password or a fragment"),
        (f"track_http {URL} status 99", 'status "99" is no range of HTTP. status 200, 200-399 or 200-299,401'),
        (f"track_http {URL} status 400-200", 'status "400-200" is no range of HTTP'),
        (f"track_http {URL} host a/b", '"a/b" is not the name of a host'),
        (f"track_http {URL} verify verify", "verify is given twice"),
        (f"track_http {URL} timeout 3", "timeout 3 is longer than interval 2"),
        ("track_unit", "track_unit names no unit"),
        ("track_unit -x", '"-x" is not the name of a systemd unit'),
        ("track_unit a\n@hotstandby track_unit a.service", "track_unit asks for the same thing as line 12"),
    ],
)
def test_a_line_that_is_refused(line, expected):
    (error,) = errors(f"@hotstandby {line}")
    assert expected in error


def test_no_password_of_a_url_is_repeated():
    assert "sesame" not in "".join(errors("@hotstandby track_http http://u:sesame@127.0.0.1/"))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("use_vmac", Vmac()),
        ("use_vmac vip0", Vmac("vip0")),
        ("use_vmac name group", Vmac("group")),
        ("use_vmac 2:0:5E:10:0:33 vip0 netlink_notify_msg", Vmac("vip0", "02:00:5e:10:00:33")),
        ("use_vmac 02:00:5e:10:00", Vmac(None, "02:00:5e:10:00:33")),
        ("use_vmac\nvmac_xmit_base", Vmac(xmit_base=True)),
        ("use_vmac\nvirtual_ipaddress_excluded {\n192.0.2.9/24 use_vmac\n}", Vmac()),
    ],
)
def test_use_vmac_is_read(lines, expected):
    assert instance(lines).vmac == expected
    assert warnings(lines) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("use_vmac a b", 'use_vmac has two names, the second is "b"'),
        ("use_vmac 02:00:00", '"02:00:00" is not a MAC address'),
        ("use_vmac 01:00:5e:10:00:33", "the MAC address 01:00:5e:10:00:33 is multicast"),
        ("use_vmac 00:00:5e:00:01:33", "is one of VRRP's own"),
        ("use_vmac group 7", "use_vmac ... group is not supported"),
        ("use_vmac name", "name takes a value, none is given"),
    ],
)
def test_use_vmac_that_is_refused(lines, expected):
    (error,) = errors(lines)
    assert expected in error


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "use_vmac\nvirtual_ipaddress_excluded {\n192.0.2.9/24 dev eth1 use_vmac\n}",
            "14:1: warning: use_vmac has no effect behind 192.0.2.9. it lives on eth1 itself, with its own Ethernet"
            " address (an instance of its own on that interface)",
        ),
        (
            "virtual_ipaddress_excluded {\n192.0.2.9/24 use_vmac\n}",
            "13:1: warning: use_vmac has no effect behind 192.0.2.9. it lives on eth0 itself, with its own Ethernet"
            " address (add use_vmac to the instance)",
        ),
        (
            "use_vmac\nvirtual_ipaddress_excluded {\n2001:db8::9/64\n2001:db8::8/64 dev eth1\n}",
            "14:1: warning: 2001:db8::9 lives on a macvlan that has the Ethernet address of IPv4. RFC 9568 7.3 has one"
            " for each family (an instance of its own for IPv6)",
        ),
    ],
)
def test_values_that_a_macvlan_cannot_have_are_refused(lines, expected):
    assert warnings(lines) == [expected]


def test_use_vmac_with_unicast_means_vmac_xmit_base():
    lines = "use_vmac\nunicast_peer { 192.0.2.9 }"
    assert instance(lines).vmac == Vmac(xmit_base=True)
    assert warnings(lines) == [
        "12:1: warning: use_vmac with unicast_peer means vmac_xmit_base (add: vmac_xmit_base)",
    ]
    assert "vmac_xmit_base has no effect without use_vmac" in warnings("vmac_xmit_base")[0]


def test_each_macvlan_has_a_name():
    second = LEAST[LEAST.index("vrrp_instance") :].replace("LINES", "use_vmac")
    on_another = second.replace("VI_1", "VI_2").replace("eth0", "eth1").replace("192.0.2.1/", "192.0.2.2/")
    six = second.replace("VI_1", "VI_6").replace("192.0.2.1/24", "fe80::1/64")
    found = configuration("use_vmac", "", on_another + six).instances
    assert [item.vmac.name for item in found] == [None, "vrrp6.51", "vrrp1.51"]
    found = configuration("use_vmac", "vmac_prefix vip", on_another).instances
    assert [item.vmac.name for item in found] == ["vip.51", "vip1.51"]


@pytest.mark.parametrize(
    ("lines", "field", "value", "warning"),
    [
        ("state MASTER", "initial_state", "BACKUP", "state has no effect in strict mode"),
        ("preempt_delay 5", "preempt_delay_s", 0.0, "preempt_delay has no effect in strict mode"),
        ("down_timer_adverts 5", "down_timer_adverts", 3, "down_timer_adverts has no effect"),
        ("lower_prio_no_advert off", "lower_prio_no_advert", True, "lower_prio_no_advert has no effect"),
        ("", "lower_prio_no_advert", True, None),
        ("accept", "accept", False, "accept has no effect"),
        ("accept\nversion 3", "accept", True, None),
        ("", "accept", False, None),
        ("priority 255", "accept", True, None),
        ("use_vmac\nvmac_xmit_base", "vmac", Vmac(), "vmac_xmit_base has no effect"),
    ],
)
def test_strict_mode_takes_options_back(lines, field, value, warning):
    for own, globals_ in (("strict_mode\n", ""), ("", "vrrp_strict")):
        assert getattr(instance(own + lines, globals_), field) == value
        found = [line for line in warnings(own + lines, globals_) if "given twice" not in line]
        assert len(found) == (warning is not None)
        assert warning is None or warning in found[0]
    assert instance(lines + "\nstrict_mode off", "vrrp_strict").lower_prio_no_advert is (field == "never")


def test_strict_mode_has_no_repeats():
    garp = instance("strict_mode").garp
    assert (garp.lower_prio_repeat, garp.lower_prio_delay_s, garp.repeat) == (0, 0.0, 5)


def test_strict_mode_refuses_options():
    (error,) = errors(f"auth_hmac {{\nkey 1 {'x' * 32}\nactive_key 1\nmode permissive\n}}\nstrict_mode")
    assert "auth_hmac in strict mode enforces" in error


def test_strict_mode_tolerates_unicast():
    lines = "unicast_peer { 192.0.2.9 }\nstrict_mode"
    assert [str(peer) for peer in instance(lines).unicast_peers] == ["192.0.2.9"]
    (warning,) = warnings(lines)
    assert "unicast_peer in strict mode" in warning


def test_strict_mode_wants_a_link_local_address_first():
    six = LEAST.replace("192.0.2.1/24", "2001:db8::1/64")
    (error,) = errors("strict_mode", least=six)
    assert "the first address, 2001:db8::1, is not link-local" in error
    assert instance(least=six).version == 3


@pytest.mark.parametrize("block", ["virtual_ipaddress", "virtual_ipaddress_excluded"])
def test_dev_of_the_own_interface_is_dropped_with_a_macvlan(block):
    lines = f"use_vmac\n{block} {{\n192.0.2.7/24 dev eth0\n192.0.2.8/24 dev eth1\n192.0.2.9/24\n}}"
    found = instance(lines)
    entries = [each for each in (*found.addresses, *found.excluded) if str(each.address.ip) != "192.0.2.1"]
    assert [each.device for each in entries] == [None, "eth1", None]
    assert found.lives_on.startswith("vrrp.")
    plain = instance(lines.replace("use_vmac\n", ""))
    assert "eth0" in [each.device for each in (*plain.addresses, *plain.excluded)]
