# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the words of ip-rule(8) become a rule, virtual or static, or are refused at their place."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from converted_lines import refusal, statement

from vrrp.config.keywords.rule_values import UNSUPPORTED, static_rule, virtual_rule
from vrrp.config.model.routes import Rule

NET, SIX = ip_network("198.51.100.0/24"), ip_network("2001:db8::/32")
ALL, ALL_SIX = ip_network("0.0.0.0/0"), ip_network("::/0")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("table 100", Rule(4, "table", 100)),
        ("inet6 lookup local", Rule(6, "table", 255)),
        ("from 198.51.100.0/24 to any table 1", Rule(4, table=1, source=NET, destination=ALL)),
        ("from any to 2001:db8::/32 table 1", Rule(6, table=1, source=ALL_SIX, destination=SIX)),
        ("to 198.51.100.7 table 1", Rule(4, table=1, destination=ip_network("198.51.100.7/32"))),
        ("not fwmark 0xff/0x0f blackhole", Rule(4, "blackhole", inverted=True, fwmark=255, fwmask=15)),
        ("fwmark 4294967295 nop", Rule(4, "nop", fwmark=4294967295)),
        ("tos 0x10 lookup default", Rule(4, table=253, tos=16)),
        ("type unreachable dev eth0", Rule(4, "unreachable", iif="eth0")),
        ("iif lo oif eth1 prohibit", Rule(4, "prohibit", iif="lo", oif="eth1")),
        ("goto 32766 preference 32765", Rule(4, "goto", goto=32766, priority=32765)),
        ("preference 0 type goto 1", Rule(4, "goto", goto=1, priority=0)),
        ("order 4294967295 dsfield 255 table 1", Rule(4, table=1, priority=4294967295, tos=255)),
        (
            "table 1 sup_pl 128 suppress_ifgroup 4294967295",
            Rule(4, table=1, suppress_prefixlength=128, suppress_ifgroup=4294967295),
        ),
        ("table 1 protocol static no_track", Rule(4, table=1, protocol=4, no_track=True)),
        ("table 1 protocol static", Rule(4, table=1, protocol=18)),
        ("table 1 protocol keepalived no_track", Rule(4, table=1, protocol=18, no_track=True)),
    ],
)
def test_a_rule_is_the_same_for_instances_and_for_static_ones(line, expected):
    assert virtual_rule(statement(line)) == expected
    assert static_rule(statement(line)) == expected


def test_a_static_rule_may_name_a_track_group():
    assert static_rule(statement("table 1 track_group G")) == Rule(4, table=1, track_group="G")
    assert refusal(virtual_rule, "table 1 track_group G") == ('"track_group" is not a word of a rule', "", "", 9)
    assert refusal(static_rule, "track_group G track_group H table 1")[0] == "track_group is given twice"


@pytest.mark.parametrize("word", ["realms", "tunnel-id", "uidrange", "l3mdev", "ipproto", "ip_proto", "sport", "dport"])
def test_an_unsupported_word_of_a_rule_is_refused(word):
    assert word in UNSUPPORTED
    assert refusal(virtual_rule, f"table 1 {word} 1") == (f"{word} in a rule is not supported", "", "remove it", 9)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "from 198.51.100.0/24",
            ("a rule says nothing to do", "", "table NUMBER, or blackhole, goto ...", 1),
        ),
        ("table 1 table 2", ("a rule does one thing: table or table", "", "", 9)),
        ("nop type prohibit", ("a rule does one thing: nop or prohibit", "", "", 10)),
        ("goto 5 lookup 2", ("a rule does one thing: goto or lookup", "", "", 8)),
        ("from 198.51.100.0/24 from 0.0.0.0/0 table 1", ("from is given twice", "", "remove one", 22)),
        (
            "to 198.51.100.1/24 table 1",
            (
                '"198.51.100.1/24" has bits behind its prefix',
                "the kernel refuses it",
                "write: 198.51.100.0/24",
                4,
            ),
        ),
        (
            "from 198.51.100.0/24 to fe80::/10 table 1",
            ('"fe80::/10" mixes IPv4 and IPv6 in one line', "", "", 25),
        ),
        ("inet6 from 198.51.100.0/24 table 1", ('"198.51.100.0/24" mixes IPv4 and IPv6 in one line', "", "", 12)),
        ("inet from default6 table 1", ('"default6" mixes IPv4 and IPv6 in one line', "", "", 11)),
        (
            "preference 5 goto 5",
            ("a rule goes to a later one", "its preference is below that of goto", "", 1),
        ),
        (
            "preference 6 goto 5",
            ("a rule goes to a later one", "its preference is below that of goto", "", 1),
        ),
        ("goto 5", ("a rule goes to a later one", "its preference is below that of goto", "", 1)),
        ("goto x", ('goto "x" is not a number', "", "", 6)),
        ("type", ("type takes a value, none is given", "", "", 1)),
        ("type blckhole", ('"blckhole" is not what a rule can do', "", "did you mean blackhole?", 6)),
        ("fwmark x nop", ('fwmark "x" is not a number', "", "", 8)),
        ("fwmark 1/ nop", ('the mask of fwmark "" is not a number', "", "", 8)),
        ("fwmark 4294967296 nop", ("fwmark 4294967296 is out of range", "fwmark is 0 to 4294967295", "", 8)),
        (
            "table 1 suppress_prefixlength 129",
            ("suppress_prefixlength 129 is out of range", "suppress_prefixlength is 0 to 128", "", 31),
        ),
        (
            "blackhole sup_group 1",
            ("a rule that looks up no table suppresses nothing", "", "remove suppress_...", 1),
        ),
        ("table 1 order 1 preference 2", ("preference is given twice", "", "remove one", 17)),
        ("table 1 dev eth0 iif eth0", ("iif is given twice", "", "remove one", 18)),
        ("table 1 iif a/b", ('"a/b" is not the name of an interface', "", "", 13)),
        ("tabel 1", ('"tabel" is not a word of a rule', "", "did you mean table?", 1)),
        (
            "table small",
            (
                'the routing table "small" is not a number',
                "names of tables are those of one node's /etc/iproute2/rt_tables",
                "write its number there",
                7,
            ),
        ),
    ],
)
def test_a_rule_that_is_refused_at_its_place(line, expected):
    assert refusal(virtual_rule, line) == expected
    assert refusal(static_rule, line) == expected


@pytest.mark.parametrize(
    "ends", ["from default6 to all", "to all from default6", "from all to default6", "to default6 from any"]
)
def test_from_and_to_may_stand_in_any_order(ends):
    assert virtual_rule(statement(f"{ends} table 1")) == Rule(6, table=1, source=ALL_SIX, destination=ALL_SIX)


@pytest.mark.parametrize("first", ["1", "1/2"])
def test_a_mark_that_is_given_twice_is_refused_by_its_word(first):
    found = refusal(virtual_rule, f"fwmark {first} fwmark 7 table 1")
    assert found[0] == "fwmark is given twice"
