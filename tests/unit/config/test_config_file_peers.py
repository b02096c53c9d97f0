# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that sources, peers and authentication of an instance are read."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from smallest_file import LEAST, errors, instance, warnings

from vrrp.config.model.configuration import Authentication, AuthHmac, HmacKey, TtlLimit

A, B = ip_address("192.0.2.8"), ip_address("192.0.2.9")
NOWHERE = LEAST.replace("    interface eth0\n", "")
NO_ADDRESS = LEAST.replace("        192.0.2.1/24\n", "")
KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
HMAC = f"auth_hmac {{\nkey 1 hex:{KEY}\nkey 2 file:/etc/k\nactive_key 1\nOPTIONS\n}}"


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("mcast_src_ip 192.0.2.8", {"mcast_src_ip": A, "unicast_src_ip": None}),
        ("mcast_src_ip 192.0.2.8\nunicast_peer { 192.0.2.9 }", {"mcast_src_ip": None, "unicast_src_ip": A}),
        ("unicast_src_ip 192.0.2.8\nunicast_peer { 192.0.2.9 }", {"mcast_src_ip": None, "unicast_src_ip": A}),
        ("unicast_src_ip 192.0.2.8\ntrack_src_ip", {"mcast_src_ip": A, "track_src_ip": True}),
        ("mcast_dst_ip 224.1.2.3", {"mcast_dst_ip": ip_address("224.1.2.3")}),
        ("unicast_peer { 192.0.2.9 }\nunicast_ttl 1", {"unicast_ttl": 1, "ttl_limits": ()}),
        (
            "unicast_peer {\n192.0.2.8 max_ttl 9 min_ttl 3\n192.0.2.9 min_ttl 254\n}",
            {"unicast_peers": (A, B), "ttl_limits": (TtlLimit(A, 3, 9), TtlLimit(B, 254, 255))},
        ),
        ("unicast_fault_no_peer", {"unicast_fault_no_peer": True, "unicast_peers": ()}),
        ("unicast_fault_no_peer\nunicast_peer {\n}", {"unicast_fault_no_peer": True, "unicast_peers": ()}),
        ("check_unicast_src", {"check_unicast_src": True}),
        ("dont_track_primary\nkernel_rx_buf_size 4096", {"dont_track_primary": True, "kernel_rx_buf_size": 4096}),
        ("no_accept", {"accept": False}),
        ("no_accept\naccept", {"accept": True}),
        ("no_accept\npriority 255", {"accept": True}),
        ("promote_secondaries", {"promote_secondaries": True}),
        ("auth_hmac { }", None),
    ],
)
def test_keywords_of_sources_and_peers_are_read(lines, fields):
    if fields is None:
        assert errors(lines) == ["12:1: error: auth_hmac has no key (add: key 1 file:/etc/hotstandby/vrrp.key)"]
        return
    found = instance(lines)
    assert {name: getattr(found, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("unicast_ttl 9", "12:13: warning: unicast_ttl has no effect without unicast_peer (remove it)"),
        (
            "track_src_ip",
            "12:1: warning: track_src_ip has no effect without unicast_src_ip or mcast_src_ip (remove it)",
        ),
        (
            "mcast_dst_ip 224.0.0.9\nunicast_peer { 192.0.2.9 }",
            "12:14: warning: mcast_dst_ip has no effect with unicast_peer (remove one)",
        ),
        (
            "unicast_src_ip 192.0.2.8\nmcast_src_ip 192.0.2.9\nunicast_peer { 192.0.2.7 }",
            "12:16: warning: unicast_src_ip has no effect beside mcast_src_ip below. both name the source of"
            " advertisements, unicast or not, and the last one counts (remove one)",
        ),
        (
            HMAC.replace("OPTIONS", "anti_replay monotonic\ntime_window 9"),
            "17:13: warning: time_window has no effect with anti_replay monotonic (remove one)",
        ),
        (
            "authentication {\nauth_type AH\nauth_pass a\n}\nstate MASTER",
            "16:7: warning: state MASTER has no effect with auth_type AH (use state BACKUP)",
        ),
    ],
)
def test_a_keyword_without_effect_is_warned_of(lines, expected):
    assert warnings(lines) == [expected]
    assert instance(lines).unicast_ttl == 255
    assert instance(lines).track_src_ip is False


def test_an_instance_without_an_interface_lives_on_the_default_one():
    lines = "unicast_src_ip 192.0.2.8\nunicast_peer { 192.0.2.9 }"
    assert instance(lines, "default_interface eth3", least=NOWHERE).interface == "eth3"
    assert instance(lines, least=NOWHERE).interface == "eth0"
    (warning,) = warnings(lines, least=NOWHERE)
    assert 'vrrp_instance "VI_1" has no interface: it speaks and holds its addresses on eth0' in warning


def test_an_instance_without_addresses_is_warned_of():
    found = instance("no_virtual_ipaddress", least=NO_ADDRESS)
    assert (found.addresses, found.version) == ((), 2)
    assert instance("no_virtual_ipaddress\nunicast_peer { fe80::9 }", least=NO_ADDRESS).version == 3
    (warning,) = warnings(least=NO_ADDRESS)
    assert 'vrrp_instance "VI_1" has no virtual_ipaddress' in warning


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("native_ipv6", 'native_ipv6, but vrrp_instance "VI_1" has no IPv6 address'),
        ("mcast_dst_ip ff02::9", "ff02::9 is not of the family of the virtual addresses"),
        (
            "mcast_src_ip fe80::9",
            "fe80::9 is not of the family of the virtual addresses. the virtual addresses are IPv4",
        ),
        ("mcast_dst_ip 192.0.2.1", '"192.0.2.1" is not a multicast address'),
        ("unicast_peer { 192.0.2.9 min_ttl }", "min_ttl takes a value, none is given"),
        ("unicast_peer { 192.0.2.9 min_ttl 1 min_ttl 2 }", "min_ttl is given twice"),
        (
            "mcast_src_ip 192.0.2.9\nunicast_peer { 192.0.2.9 }",
            "unicast_peer 192.0.2.9 is this node's own mcast_src_ip",
        ),
        ("kernel_rx_buf_size -1", "kernel_rx_buf_size -1 is out of range"),
    ],
)
def test_wrong_sources_and_peers_are_refused(lines, expected):
    (error,) = errors(lines)
    assert expected in error


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", AuthHmac((HmacKey(1, bytes(range(32))), HmacKey(2, file="/etc/k")), 1)),
        ("advert_int 1", None),
        ("mode receive-only\nanti_replay monotonic", ("monotonic", 5, "receive-only")),
        ("time_window 300\nmode permissive", ("time", 300, "permissive")),
    ],
)
def test_auth_hmac_is_read(options, expected):
    if expected is None:
        (error,) = errors(HMAC.replace("OPTIONS", options))
        assert "advert_int belongs to vrrp_instance, not to auth_hmac" in error
        return
    hmac = instance(HMAC.replace("OPTIONS", options)).hmac
    assert (hmac.anti_replay, hmac.time_window_s, hmac.mode) == expected if options else hmac == expected


@pytest.mark.parametrize(("advert_int", "window"), [("1", 5), ("2", 6), ("99", 297), ("200", 300)])
def test_the_window_follows_the_interval(advert_int, window):
    assert instance(HMAC.replace("OPTIONS", "") + f"\nadvert_int {advert_int}").hmac.time_window_s == window


def test_a_key_may_be_plain_text_and_in_version_3():
    lines = f'version 3\nauth_hmac {{\nkey 255 "{"x" * 64}"\nactive_key 255\n}}'
    assert instance(lines).hmac.keys == (HmacKey(255, b"x" * 64),)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("key 1 hex:00", "a key has 32 to 64 octets, this one has 1 (openssl rand -hex 32)"),
        (f"key 1 hex:{KEY}0", "hex: is not followed by pairs of hexadecimal digits"),
        (f"key 1 {'x' * 65}", "this one has 65"),
        (f"key 0 hex:{KEY}", "key 0 is out of range. the number of a key is 1 to 255"),
        (f"key 1 hex:{KEY}", "key 1 is given twice, first in line 13 (give it another number)"),
        ("key 3", "key takes a number and a value"),
        ("key 3 file:k", "the file of a key is not an absolute path"),
        ("active_key 9", "active_key 9 is no key of this block. keepalived would sign nothing (the keys are 1, 2)"),
        ("time_window 301", "time_window 301 is out of range"),
        ("mode enforced", 'mode "enforced" is unknown. mode is enforce or permissive or receive-only'),
        ("anti_replay never", 'anti_replay "never" is unknown'),
        (f"keys 3 hex:{KEY}", "unknown keyword in auth_hmac (did you mean key?)"),
    ],
)
def test_wrong_auth_hmac_is_refused(line, expected):
    (error,) = errors(HMAC.replace("OPTIONS", line))
    assert expected in error


def test_auth_hmac_without_its_keys_is_refused():
    assert "auth_hmac has no active_key" in errors(f"auth_hmac {{\nkey 1 hex:{KEY}\n}}")[0]
    lines = HMAC.replace("OPTIONS", "") + "\nauthentication {\nauth_type PASS\nauth_pass a\n}"
    (error,) = errors(lines)
    assert "authentication and auth_hmac. one of them: keepalived drops authentication" in error


def test_no_message_and_no_repr_holds_a_key():
    secret = "sesame" * 6
    found = instance(f"auth_hmac {{\nkey 1 {secret}\nactive_key 1\n}}")
    assert found.hmac.keys[0].secret == secret.encode()
    assert "sesame" not in repr(found)
    for line in (f"key 0 {secret}", f"key {secret}", f"kee 1 {secret}", "key 1 sesame", "key 1 hex:sesame"):
        assert "sesame" not in "".join(errors(f"auth_hmac {{\n{line}\nactive_key 1\n}}"))


def test_authentication_of_type_ah_is_read():
    lines = "authentication {\nauth_type AH\nauth_pass a\n}"
    assert instance(lines).authentication == Authentication("AH", "a")
    assert warnings(lines) == []
    assert instance(lines + "\nstate MASTER").initial_state == "BACKUP"
