# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a value that a keyword does not take is an error."""

from __future__ import annotations

import pytest
from valid_file import GOOD, refuses

from vrrp.config.loader import inspect

# name: (text to replace, its replacement, [(line, column, text of the message, rule or hint)])
PRIORITY = 'RFC 9568 5.2.4 (0 means "I stop" on the wire): priority is 1 to 255'
CASES = {
    "priority 0": (
        "    priority 100",
        "    priority 0",
        [(14, 14, "priority 0 is out of range", PRIORITY)],
    ),
    "priority 256": (
        "    priority 100",
        "    priority 256",
        [(14, 14, "priority 256 is out of range", PRIORITY)],
    ),
    "priority in words": (
        "    priority 100",
        "    priority high",
        [(14, 14, 'priority "high" is not a whole number', "RFC 9568 5.2.4")],
    ),
    "VRID 0": (
        "virtual_router_id 51",
        "virtual_router_id 0",
        [(13, 23, "virtual_router_id 0 is out of range", "RFC 9568 5.2.3: virtual_router_id is 1 to 255")],
    ),
    "VRID 256": (
        "virtual_router_id 51",
        "virtual_router_id 256",
        [(13, 23, "virtual_router_id 256 is out of range", "RFC 9568 5.2.3: virtual_router_id is 1 to 255")],
    ),
    "version 4": ("    state BACKUP", "    version 4", [(11, 13, "version 4 is out of range", "version is 2 or 3")]),
    "vrrp_version 1": (
        "    vrrp_version 2",
        "    vrrp_version 1",
        [(3, 18, "vrrp_version 1 is out of range", "version is 2 or 3")],
    ),
    "interface name too long": (
        "interface eth0",
        "interface enp0s31f6.4000.12",
        [(12, 15, 'the interface name "enp0s31f6.4000.12" is too long', "at most 15 octets")],
    ),
    "interface name with a slash": (
        "interface eth0",
        "interface eth/0",
        [(12, 15, '"eth/0" is not the name of an interface', "")],
    ),
    "advert_int 0": (
        "    advert_int 1",
        "    advert_int 0",
        [(15, 16, "advert_int 0 is out of range", "advert_int is 0.01 to 255 seconds")],
    ),
    "advert_int in words": (
        "    advert_int 1",
        "    advert_int 1s",
        [(15, 16, 'advert_int "1s" is not a number of seconds', "")],
    ),
    "auth_pass empty": ("auth_pass 1111", 'auth_pass ""', [(18, 19, "auth_pass is empty", "1 to 8 octets")]),
    "auth_pass without value": (
        "auth_pass 1111",
        "auth_pass",
        [(18, 9, '"auth_pass" takes one value, none is given', "")],
    ),
    "auth_pass of two words": (
        "auth_pass 1111",
        "auth_pass open sesame",
        [(18, 19, '"auth_pass" takes one value, 2 are given', "")],
    ),
    "auth_type in lower case": (
        "auth_type PASS",
        "auth_type pass",
        [(17, 19, 'auth_type "pass" is unknown', "(did you mean PASS?)")],
    ),
    "address that is none": (
        "        192.168.8.100/24",
        "        192.168.8.300/24",
        [(21, 9, '"192.168.8.300/24" is not an IP address', "")],
    ),
    "address with a name": (
        "        192.168.8.100/24",
        "        vip.example.com",
        [(21, 9, '"vip.example.com" is not an IP address', "")],
    ),
    "multicast address": (
        "        192.168.8.100/24",
        "        224.0.0.18",
        [(21, 9, '"224.0.0.18" is not the address of a host on a link', "")],
    ),
    "address with a zone": (
        "        192.168.8.100/24",
        "        fe80::1%eth0",
        [(21, 9, '"fe80::1%eth0" is not an IP address', "")],
    ),
    "no prefix": (
        "        192.168.8.100/24",
        "        192.168.8.100/",
        [(21, 9, "has no valid prefix length", "IPv4: 0 to 32")],
    ),
    "two addresses on a line": (
        "        192.168.8.100/24",
        "        192.168.8.100/24 192.168.8.101/24",
        [(21, 26, '"192.168.8.101/24" follows another address', "one address on each line")],
    ),
    "unknown address option": (
        "        192.168.8.100/24",
        "        192.168.8.100/24 lable eth0:1",
        [(21, 26, 'unknown address option "lable"', "did you mean label?")],
    ),
    "option of a static address": (
        "        192.168.8.100/24",
        "        192.168.8.100/24 track_group G",
        [(21, 26, "the address option track_group is for static_ipaddress", "remove it")],
    ),
    "option without value": (
        "        192.168.8.100/24",
        "        192.168.8.100/24 dev",
        [(21, 26, "dev takes a value, none is given", "")],
    ),
    "option twice": (
        "        192.168.8.100/24",
        "        192.168.8.100/24 dev a dev b",
        [(21, 32, "dev is given twice", "")],
    ),
    "label too long": (
        "        192.168.8.100/24",
        "        192.168.8.100/24 label eth0:1234567890123",
        [(21, 32, "the label", "1 to 15 octets")],
    ),
    "bad broadcast": (
        "        192.168.8.100/24",
        "        192.168.8.100/24 brd x",
        [(21, 30, '"x" is not a broadcast address', "")],
    ),
    "broadcast of a host route": (
        "        192.168.8.100/24",
        "        192.168.8.100 brd +",
        [(21, 27, "a /32 has no broadcast address", "")],
    ),
    "bad scope": (
        "        192.168.8.100/24",
        "        192.168.8.100/24 scope globl",
        [(21, 32, 'unknown scope "globl"', "did you mean global?")],
    ),
    "peer with a misspelt TTL": (
        "        192.168.8.6",
        "        192.168.8.6 min_tll 3",
        [(25, 21, '"min_tll" follows an address', "did you mean min_ttl?")],
    ),
    "peer with a TTL too large": (
        "        192.168.8.6",
        "        192.168.8.6 max_ttl 256",
        [(25, 29, "max_ttl 256 is out of range", "max_ttl is 0 to 255")],
    ),
    "peer that nobody can be": (
        "        192.168.8.6",
        "        192.168.8.6 max_ttl 3 min_ttl 4",
        [(25, 21, "min_ttl 4 is above max_ttl 3", "every packet would be discarded")],
    ),
    "weight of a tracked script": (
        "        chk_tomcat",
        "        chk_tomcat weight 254",
        [(28, 27, "weight 254 is out of range", "-253 to 253")],
    ),
    "weight reversed": (
        "        chk_tomcat",
        "        chk_tomcat weight 10 revers",
        [(28, 30, '"revers" follows the weight', "did you mean reverse?")],
    ),
    "misspelt weight": (
        "        chk_tomcat",
        "        chk_tomcat wait 10",
        [(28, 20, '"wait" follows the name "chk_tomcat"', "track_script: NAME [weight N]")],
    ),
    "script with arguments and no quotes": (
        'script "/usr/bin/curl -fs http://127.0.0.1:8080/"',
        "script /usr/bin/curl -fs http://x/",
        [(6, 26, "a command with arguments stands in quotes", "keepalived drops what follows")],
    ),
    "script that is empty": (
        'script "/usr/bin/curl -fs http://127.0.0.1:8080/"',
        'script ""',
        [(6, 12, '"script" names no command', "")],
    ),
    "script with an open quote": (
        'script "/usr/bin/curl -fs http://127.0.0.1:8080/"',
        "script '/bin/a b",
        [(6, 12, "a quote ' is opened and not closed", "")],
    ),
    "interval 0": ("    interval 2", "    interval 0", [(7, 14, "interval 0 is out of range", "")]),
    "weight of a script": (
        "    weight -20",
        "    weight -300",
        [(8, 12, "weight -300 is out of range", "weight is -253 to 253")],
    ),
    "notify with too much": (
        "    notify /usr/local/bin/notify",
        "    notify /bin/a b c d",
        [(30, 12, "notify takes a command, USER and GROUP; more follows", "stands in quotes")],
    ),
    "garp_master_repeat 0": (
        "    state BACKUP",
        "    garp_master_repeat 0",
        [(11, 24, "garp_master_repeat 0 is out of range", "")],
    ),
    "garp_master_delay with a fraction": (
        "    state BACKUP",
        "    garp_master_delay 0.5",
        [(11, 23, 'garp_master_delay "0.5" is not a whole number', "")],
    ),
    "preempt_delay too long": (
        "    state BACKUP",
        "    preempt_delay 1001",
        [(11, 19, "preempt_delay 1001 is out of range", "0 to 1000 seconds")],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_value_that_a_keyword_does_not_take_is_an_error(case):
    refuses(*case)


@pytest.mark.parametrize("name", ["eth0:1", "eth/0", ":", ".."])
def test_a_name_that_is_no_interface_is_refused(name):
    problems = inspect(GOOD.replace("interface eth0", f"interface {name}"), "f").problems
    assert [each.text for each in problems] == [f'"{name}" is not the name of an interface']
