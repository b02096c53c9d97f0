# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a mistake that keepalived accepts is loaded with keepalived's meaning and a warning."""

from __future__ import annotations

import pytest
from valid_file import GOOD

from vrrp.config.loader import inspect, load_file
from vrrp.config.syntax.diagnostics import ConfigError
from vrrp.protocol.simple_password import pass_data

SECOND = """
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress {
        192.168.8.101/24
    }
}
"""
PEERS = "    unicast_peer {\n        192.168.8.6\n    }\n"
VIP = "    virtual_ipaddress {\n        192.168.8.100/24\n    }\n"

# name: (text to replace, its replacement, (line, column, text), what keepalived does, what to write,
#        how to see its meaning, what is seen)
CASES = {
    "a long password": (
        "auth_pass 1111",
        "auth_pass s0mething-l0nger",
        (18, 19, "auth_pass has 16 octets, and VRRPv2 carries 8"),
        "keepalived cuts it to 8 octets, and so do we",
        "write the first 8",
        lambda found: pass_data(found.authentication.auth_pass),
        b"s0methin",
    ),
    "a long password that is cut inside of a character": (
        "auth_pass 1111",
        "auth_pass 1234567é",
        (18, 19, "auth_pass has 9 octets, and VRRPv2 carries 8"),
        "keepalived cuts it",
        "write the first 8",
        lambda found: pass_data(found.authentication.auth_pass),
        b"1234567\xc3",
    ),
    **{
        f"state {word}": (
            "state BACKUP",
            f"state {word}",
            (11, 11, f'state "{word}" is unknown'),
            "keepalived takes it for BACKUP",
            hint,
            lambda found: found.initial_state,
            "BACKUP",
        )
        for word, hint in (
            ("SLAVE", "write: state BACKUP"),
            ("EQUAL", "write: state BACKUP"),
            ("backup", "did you mean BACKUP?"),
            ("master", "did you mean MASTER?"),
        )
    },
    "no address": (
        VIP,
        "",
        (10, 1, 'vrrp_instance "VI_1" has no virtual_ipaddress'),
        "keepalived runs it",
        "add: virtual_ipaddress",
        lambda found: found.addresses,
        (),
    ),
    "an empty list of addresses": (
        "        192.168.8.100/24\n",
        "",
        (20, 5, 'vrrp_instance "VI_1" has no virtual_ipaddress'),
        "keepalived runs it",
        "add: virtual_ipaddress",
        lambda found: found.addresses,
        (),
    ),
    "a source with a prefix length": (
        "unicast_src_ip 192.168.8.4",
        "unicast_src_ip 192.168.8.4/24",
        (23, 20, '"192.168.8.4/24" has a prefix length'),
        "keepalived takes the address alone",
        "write: 192.168.8.4",
        lambda found: str(found.unicast_src_ip),
        "192.168.8.4",
    ),
    "a peer with a netmask": (
        "        192.168.8.6",
        "        192.168.8.6/255.255.255.0",
        (25, 9, '"192.168.8.6/255.255.255.0" has a prefix length'),
        "keepalived takes the address alone",
        "write: 192.168.8.6",
        lambda found: [str(peer) for peer in found.unicast_peers],
        ["192.168.8.6"],
    ),
    "itself among its peers": (
        "        192.168.8.6",
        "        192.168.8.4\n        192.168.8.6",
        (25, 9, "unicast_peer 192.168.8.4 is this node's own unicast_src_ip"),
        "keepalived has it in one list for all nodes; here it is left out",
        "name the other nodes",
        lambda found: [str(peer) for peer in found.unicast_peers],
        ["192.168.8.6"],
    ),
    "a peer twice": (
        "        192.168.8.6",
        "        192.168.8.6\n        192.168.8.6",
        (26, 9, "unicast_peer 192.168.8.6 is given twice"),
        "keepalived takes it",
        "remove one",
        lambda found: [str(peer) for peer in found.unicast_peers],
        ["192.168.8.6"],
    ),
    "a password in version 3": (
        "    vrrp_version 2",
        "    vrrp_version 3",
        (16, 5, "authentication with VRRPv3"),
        "keepalived ignores the block, and so do we",
        "remove the block",
        lambda found: (found.version, found.authentication),
        (3, None),
    ),
    "a flag with a value": (
        "state BACKUP",
        "nopreempt yes",
        (11, 15, '"nopreempt" takes no value'),
        "keepalived takes nopreempt to be on, whatever follows",
        'remove "yes"',
        lambda found: found.nopreempt,
        True,
    ),
    "a flag that looks as if it were off": (
        "state BACKUP",
        "nopreempt off",
        (11, 15, '"nopreempt" takes no value'),
        "keepalived takes nopreempt to be on, whatever follows",
        "remove the line to switch it off",
        lambda found: found.nopreempt,
        True,
    ),
}


def tolerated(text):
    report = inspect(text, "f")
    assert report.problems == ()
    return report.configuration, report.tolerated


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_mistake_that_keepalived_runs_is_taken_with_a_warning(case):
    old, new, (line, column, text), rule, hint, look, seen = case
    assert GOOD.count(old) == 1
    configuration, (warning,) = tolerated(GOOD.replace(old, new))
    assert (warning.line, warning.column, warning.text, warning.severity) == (line, column, text, "warning")
    assert rule in warning.rule
    assert hint in warning.hint
    assert look(configuration.instances[0]) == seen


def test_no_warning_repeats_the_password():
    _configuration, (warning,) = tolerated(GOOD.replace("auth_pass 1111", "auth_pass sesame-street"))
    assert "sesame" not in str(warning)


def test_the_settings_of_keepalived_s_own_file():
    lines = "global_defs {\n vrrp_strict\n vrrp_garp_interval 0\n vrrp_gna_interval 0\n"
    text = GOOD.replace("global_defs {\n", lines, 1).replace("    unicast_src_ip 192.168.8.4\n", "").replace(PEERS, "")
    configuration, warnings = tolerated(text)
    assert [(each.line, each.text) for each in warnings] == [
        (3, "vrrp_garp_interval 0 is out of range"),
        (4, "vrrp_gna_interval 0 is out of range"),
        (19, "authentication in strict mode"),
    ]
    (instance,) = configuration.instances
    assert (instance.garp.interval_s, instance.garp.gna_interval_s, instance.authentication) == (0, 0, None)


@pytest.mark.parametrize("value", ["true", "True", "yes", "on", "off", "0"])
def test_script_security_stays_on_whatever_follows(value):
    configuration, (warning,) = tolerated(
        GOOD.replace("global_defs {\n", f"global_defs {{\nenable_script_security {value}\n", 1)
    )
    assert configuration.globals.enable_script_security is True
    assert (warning.line, warning.rule) == (2, "keepalived takes enable_script_security to be on, whatever follows")


def test_an_address_in_two_instances_is_in_both():
    configuration, (warning,) = tolerated(GOOD + SECOND.replace("192.168.8.101/24", "192.168.8.100/32"))
    assert (warning.line, warning.column) == (37, 9)
    assert warning.text == '192.168.8.100 belongs to "VI_1" already, in line 21'
    assert [str(each.addresses[0].address.ip) for each in configuration.instances] == ["192.168.8.100"] * 2


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ("unicast_peer { 192.168.8.6 }", "unicast_peer { 192.168.8.7 }", True),
        ("unicast_peer { 192.168.8.6 }", "", True),
        ("", "unicast_peer { 192.168.8.6 }", True),
        ("unicast_peer { 192.168.8.6 }", "unicast_peer { 192.168.8.6 }", False),
        ("", "", False),
        ("mcast_dst_ip 224.0.0.20", "", False),
        (
            "unicast_src_ip 192.168.8.4\nunicast_peer { 192.168.8.6 }",
            "unicast_src_ip 192.168.8.5\nunicast_peer { 192.168.8.6 }",
            True,
        ),
        ("unicast_src_ip 192.168.8.4\nunicast_peer { 192.168.8.6 }", "unicast_peer { 192.168.8.6 }", False),
        ("use_vmac\nunicast_peer { 192.168.8.6 }", "use_vmac\nunicast_peer { 192.168.8.7 }", False),
    ],
)
def test_instances_with_other_peers_may_share_a_virtual_router_id(first, second, apart):
    one = SECOND.replace("VI_2", "VI_1").replace(".101", ".100").replace("52", f"52\n{first}")
    report = inspect(one + SECOND.replace("52", f"52\n{second}"), "f")
    if not apart:
        (problem,) = report.problems
        assert 'virtual_router_id 52 on eth0 is taken by "VI_1"' in problem.text
        return
    assert report.problems == ()
    (warning,) = report.tolerated
    assert 'virtual_router_id 52 on eth0 is taken by "VI_1"' in warning.text
    assert [each.shares_vrid for each in report.configuration.instances] == [False, True]


def test_two_instances_do_not_share_a_macvlan():
    one = SECOND.replace("VI_2", "VI_1").replace(".101", ".100").replace("52", "51\n use_vmac vrrp")
    configuration, (warning,) = tolerated(one + SECOND.replace("52", "52\n use_vmac vrrp"))
    assert [each.lives_on for each in configuration.instances] == ["vrrp", "vrrp.52"]
    assert warning.text == 'use_vmac vrrp is the macvlan of "VI_1" already, in line 2'


def test_the_second_macvlan_gets_a_name_that_is_not_in_use():
    one = SECOND.replace("VI_2", "VI_1").replace(".101", ".100").replace("52", "51\n use_vmac vrrp.52")
    configuration, _warnings = tolerated(one + SECOND.replace("52", "52\n use_vmac vrrp.52"))
    assert [each.lives_on for each in configuration.instances] == ["vrrp.52", "vrrp1.52"]


def test_an_instance_that_names_only_itself_as_a_peer_is_refused():
    report = inspect(GOOD.replace("        192.168.8.6", "        192.168.8.4"), "f")
    assert [each.text for each in report.problems] == ["unicast_peer 192.168.8.4 is this node's own unicast_src_ip"]


def read(tmp_path, octets):
    (tmp_path / "f").write_bytes(octets)
    return load_file(str(tmp_path / "f"), "")


def test_a_comment_may_be_in_any_encoding(tmp_path):
    octets = GOOD.encode().replace(b"state BACKUP", b"state BACKUP # caf\xe9 \xff").replace(b"}", b"}\n! \xfcber", 1)
    assert read(tmp_path, octets).instances
    text = octets.decode("utf-8", "surrogateescape")
    _configuration, (warning,) = tolerated(text)
    assert (warning.line, warning.text) == (5, "this comment is not UTF-8")


@pytest.mark.parametrize(
    ("old", "new", "line", "column"),
    [
        (b"auth_pass 1111", b"auth_pass sesam\xe9", 18, 24),
        (b"VI_1 {", b"V\xc9 {", 10, 16),
        (b"auth_pass 1111", b'auth_pass "a#\xe9"', 18, 22),
    ],
)
def test_an_octet_that_is_not_utf8_is_an_error_without_the_password(tmp_path, old, new, line, column):
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, GOOD.encode().replace(old, new))
    problem = raised.value.problems[0]
    assert (problem.line, problem.column, problem.text) == (line, column, "the file is not UTF-8")
    assert "sesam" not in str(raised.value)
