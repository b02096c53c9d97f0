# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that lines that are good alone and wrong together are errors."""

from __future__ import annotations

import pytest
from valid_file import GOOD, refuses

from vrrp.config.loader import inspect

# name: (text to replace, its replacement, [(line, column, text of the message, rule or hint)])
CASES = {
    "no interface and no source": (
        "    interface eth0\n",
        "",
        [(10, 1, 'vrrp_instance "VI_1" has neither interface nor unicast_src_ip', "add: interface eth0")],
        GOOD.replace("    unicast_src_ip 192.168.8.4\n", ""),
    ),
    "no interface and no peer": (
        "    interface eth0\n",
        "",
        [(10, 1, 'vrrp_instance "VI_1" has no interface', "add: interface eth0")],
        GOOD.replace("    unicast_src_ip 192.168.8.4\n    unicast_peer {\n        192.168.8.6\n    }\n", ""),
    ),
    "no virtual_router_id": (
        "    virtual_router_id 51\n",
        "",
        [(10, 1, 'vrrp_instance "VI_1" has no virtual_router_id', "add: virtual_router_id 51")],
    ),
    "fraction in version 2": (
        "    advert_int 1",
        "    advert_int 0.5",
        [
            (
                15,
                16,
                "advert_int 0.5 with VRRPv2",
                "RFC 3768 5.3.7: whole seconds, 1 to 255 (for fractions: version 3, or vrrp_version 3",
            )
        ],
    ),
    "no auth_pass": ("        auth_pass 1111\n", "", [(16, 5, "authentication has no auth_pass", "")]),
    "no auth_type": (
        "        auth_type PASS\n",
        "",
        [(16, 5, "authentication has no auth_type", "add: auth_type PASS")],
    ),
    "address twice": (
        "        192.168.8.100/24",
        "        192.168.8.100/24\n        192.168.8.100/32",
        [(22, 9, "192.168.8.100 is given twice, first in line 21", "")],
    ),
    "two families": (
        "        192.168.8.100/24",
        "        192.168.8.100/24\n        fe80::1/64",
        [(22, 9, "fe80::1/64 and 192.168.8.100/24 are of different families", "one family in an instance")],
    ),
    "too many addresses": (
        "        192.168.8.100/24\n",
        "".join(f"        10.0.{n // 250}.{n % 250 + 1}/16\n" for n in range(256)),
        [(276, 9, 'vrrp_instance "VI_1" has 256 addresses', "RFC 9568 5.2.5: 1 to 255 addresses")],
    ),
    "own address among the peers": (
        "        192.168.8.6",
        "        192.168.8.4",
        [(25, 9, "unicast_peer 192.168.8.4 is this node's own unicast_src_ip", "name the other nodes")],
    ),
    "peer of another family": (
        "        192.168.8.6",
        "        2001:db8::6",
        [(25, 9, "2001:db8::6 is not of the family of the virtual addresses", "the virtual addresses are IPv4")],
    ),
    "source of another family": (
        "unicast_src_ip 192.168.8.4",
        "unicast_src_ip 2001:db8::4",
        [(23, 20, "2001:db8::4 is not of the family of the virtual addresses", "")],
    ),
    "unknown script": (
        "        chk_tomcat",
        "        chk_tomact",
        [(28, 9, 'track_script names the unknown script "chk_tomact"', "(did you mean chk_tomcat?)")],
    ),
    "script tracked twice": (
        "        chk_tomcat",
        "        chk_tomcat\n        chk_tomcat",
        [(29, 9, 'track_script "chk_tomcat" is given twice', "")],
    ),
    "script without a command": (
        '    script "/usr/bin/curl -fs http://127.0.0.1:8080/"\n',
        "",
        [(5, 1, 'vrrp_script "chk_tomcat" has no script', "")],
    ),
    "two scripts of one name": (
        "vrrp_instance VI_1 {",
        "vrrp_script chk_tomcat {\n script /bin/true\n}\nvrrp_instance VI_1 {",
        [(10, 1, 'vrrp_script "chk_tomcat" is defined already in line 5', "")],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_lines_that_are_wrong_together_are_errors(case):
    refuses(*case)


SECOND = """
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress {
        192.168.8.101/24
    }
}
"""

BETWEEN = {
    "two instances of one name": ("VI_2", "VI_1", (33, 1, 'vrrp_instance "VI_1" is defined already in line 10')),
    "one VRID twice on an interface": (
        "interface eth0\n    virtual_router_id 52",
        "interface eth0\n    virtual_router_id 51\n    unicast_peer { 192.168.8.6 }",
        (35, 23, 'virtual_router_id 51 on eth0 is taken by "VI_1" in line 10'),
    ),
}


@pytest.mark.parametrize("case", BETWEEN.values(), ids=BETWEEN.keys())
def test_instances_that_are_wrong_together_are_errors(case):
    old, new, (line, column, text) = case
    (problem,) = inspect(GOOD + SECOND.replace(old, new), "f").problems
    assert (problem.line, problem.column, problem.text) == (line, column, text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("VI_2", "VI_2"),
        ("interface eth0\n    virtual_router_id 52", "interface eth1\n    virtual_router_id 51"),
        ("52", "53"),
    ],
)
def test_instances_that_go_together_are_taken(old, new):
    assert inspect(GOOD + SECOND.replace(old, new), "f").problems == ()


def test_ipv4_and_ipv6_may_share_a_virtual_router_id():
    second = SECOND.replace("52", "51").replace("192.168.8.101/24", "fe80::100/64")
    assert inspect(GOOD + second, "f").problems == ()


SIX = """\
vrrp_instance VI_6 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        fe80::100/64
        2001:db8::100/64
    }
    advert_int 1
}
"""

IPV6 = {
    "version 2": ("    advert_int 1", "    version 2", (8, 13, "version 2 with IPv6 addresses")),
    "too slow": ("advert_int 1", "advert_int 41", (8, 16, "advert_int 41 with VRRPv3")),
    "milliseconds": ("advert_int 1", "advert_int 0.015", (8, 16, "advert_int 0.015 with VRRPv3")),
    "label": ("2001:db8::100/64", "2001:db8::100/64 label a", (6, 32, "an IPv6 address has no label")),
    "broadcast": ("2001:db8::100/64", "2001:db8::100/64 brd +", (6, 30, "IPv6 has no broadcast address")),
    "prefix": ("2001:db8::100/64", "2001:db8::100/", (6, 9, '"2001:db8::100/" has no valid prefix length')),
}


@pytest.mark.parametrize("case", IPV6.values(), ids=IPV6.keys())
def test_ipv6_instances_follow_rules_of_their_own(case):
    old, new, (line, column, text) = case
    assert SIX.count(old) == 1
    (problem,) = inspect(SIX.replace(old, new), "f").problems
    assert (problem.line, problem.column, problem.text) == (line, column, text)


def test_script_user_counts_wherever_its_line_stands():
    for lines in (
        "script_user root\n@hotstandby agent_script_user nobody",
        "@hotstandby agent_script_user nobody\nscript_user root",
    ):
        settings = inspect(GOOD.replace("router_id NodeA", lines), "f").configuration.globals
        assert (settings.script_user, settings.script_group) == ("nobody", None)
