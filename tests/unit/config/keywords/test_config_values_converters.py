# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test each converter alone: the value, or the text, the rule and the hint of its refusal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vrrp.config.keywords import values
from vrrp.config.syntax.diagnostics import Invalid, Tolerated
from vrrp.config.syntax.parser import parse

NO_PAUSE = "remove the line: no pause is the default"


def statement(line):
    (found,) = parse(line, "f").statements
    return found


def refusal(convert, line):
    with pytest.raises(Invalid) as caught:
        convert(statement(line))
    return caught.value.text, caught.value.rule, caught.value.hint


@pytest.mark.parametrize(
    ("convert", "line", "expected"),
    [
        (values.flag, "nopreempt", True),
        (values.boolean, "vmac", True),
        (values.boolean, "vmac on", True),
        (values.boolean, "vmac yes", True),
        (values.boolean, "vmac off", False),
        (values.boolean, "vmac false", False),
        (values.integer(-5, 5), "weight -5", -5),
        (values.integer(0, 255), "x +7", 7),
        (values.seconds("0.01", "40.95"), "advert_int 0.01", Decimal("0.01")),
        (values.seconds("0", "2"), "delay .5", Decimal("0.5")),
        (values.seconds("0", "2"), "delay 2.", Decimal(2)),
        (values.whole_seconds(0, 9), "delay 9", Decimal(9)),
        (values.lease, "vip_lease 0", 0),
        (values.lease, "vip_lease 2", 2),
        (values.one_of("all", "any"), "x any", "any"),
        (values.state, "state MASTER", "MASTER"),
        (values.pause("0.001", "1"), "pause 0.5", Decimal("0.5")),
        (values.text, 'x "a b"', "a b"),
        (values.names, "a b c", ("a", "b", "c")),
        (values.include_check, "include_check", ()),
        (values.include_check, "include_check +read -match", ("+read", "-match")),
        (values.interfaces, "eth0 eth1", ("eth0", "eth1")),
        (values.interface, "interface enp0s3.100", "enp0s3.100"),
        (values.interface_delay, "eth0 2", ("eth0", Decimal(2), Decimal(0))),
        (values.interface_delay, "eth0 2 0.5", ("eth0", Decimal(2), Decimal("0.5"))),
        (values.extra_interfaces(0), "garp_extra_if 10", (10.0, False)),
        (values.extra_interfaces(0), "garp_extra_if all 10", (10.0, True)),
    ],
)
def test_a_value_is_read(convert, line, expected):
    assert convert(statement(line)) == expected


@pytest.mark.parametrize(
    ("convert", "line", "text", "rule", "hint"),
    [
        (values.text, "x", '"x" takes one value, none is given', "", "one keyword on each line"),
        (values.text, "x a b", '"x" takes one value, 2 are given', "", "one keyword on each line"),
        (values.text, 'x ""', "x is empty", "", ""),
        (values.names, 'a "" c', "a name is empty", "", ""),
        (
            values.boolean,
            "vmac onn",
            'vmac "onn" is neither on nor off',
            "vmac takes on, true, yes, off, false, no or nothing",
            "did you mean on?",
        ),
        (values.integer(1, 255), "x 1.5", 'x "1.5" is not a whole number', "", ""),
        (values.integer(1, 255), "x 0", "x 0 is out of range", "x is 1 to 255", ""),
        (values.integer(1, 255, "RFC"), "x 256", "x 256 is out of range", "RFC", ""),
        (values.integer(0, 10**12), "x 12345678901", 'x "12345678901" is not a whole number', "", ""),
        (values.seconds("0", "2"), "x -1", 'x "-1" is not a number of seconds', "", ""),
        (values.seconds("0", "2"), "x .", 'x "." is not a number of seconds', "", ""),
        (values.seconds("0", "2"), "x 2.000000001", "x 2.000000001 is out of range", "x is 0 to 2 seconds", ""),
        (values.whole_seconds(0, 9), "x 0.5", 'x "0.5" is not a whole number', "", ""),
        (values.lease, "x 1", "vip_lease 1 is too short", "vip_lease is 0 (none) or 2 to 60 seconds", ""),
        (values.lease, "x 61", "vip_lease 61 is out of range", "vip_lease is 0 (none) or 2 to 60 seconds", ""),
        (values.one_of("all", "any"), "x al", 'x "al" is unknown', "x is all or any", "did you mean all?"),
        (values.pause("0.001", "1"), "x 2", "x 2 is out of range", "x is 0.001 to 1 seconds", ""),
        (
            values.include_check,
            "include_check -raed",
            'include_check "-raed" is unknown',
            "include_check takes read, match, wildcard_match, brace_match, each with + or - before it or without",
            "did you mean read?",
        ),
        (values.interface, "interface a/b", '"a/b" is not the name of an interface', "", ""),
        (
            values.interface,
            "interface a234567890123456",
            'the interface name "a234567890123456" is too long',
            "Linux: at most 15 octets",
            "",
        ),
        (values.interfaces, "eth0 ..", '".." is not the name of an interface', "", ""),
        (
            values.interface_delay,
            "eth0",
            '"eth0" takes one delay or two, 0 are given',
            "interface_up_down_delays: NAME DOWN_SECONDS [UP_SECONDS]",
            "",
        ),
        (
            values.interface_delay,
            "eth0 1 2 3",
            '"eth0" takes one delay or two, 3 are given',
            "interface_up_down_delays: NAME DOWN_SECONDS [UP_SECONDS]",
            "",
        ),
        (values.interface_delay, "eth0 256", "a delay 256 is out of range", "a delay is 0 to 255 seconds", ""),
        (values.extra_interfaces(1), "x all", "x takes a number of seconds", "", "x all 100"),
        (values.extra_interfaces(1), "x 1 2", "x takes a number of seconds", "", "x all 100"),
        (values.extra_interfaces(1), "x 0", "x 0 is out of range", "x is 1 to 86400", ""),
    ],
)
def test_a_value_is_refused(convert, line, text, rule, hint):
    assert refusal(convert, line) == (text, rule, hint)


@pytest.mark.parametrize(
    ("convert", "line", "value", "text", "hint"),
    [
        (values.flag, "nopreempt no", True, '"nopreempt" takes no value', "remove the line to switch it off"),
        (values.flag, "nopreempt 0", True, '"nopreempt" takes no value', "remove the line to switch it off"),
        (values.flag, "nopreempt 1", True, '"nopreempt" takes no value', 'remove "1"'),
        (values.state, "state master", "BACKUP", 'state "master" is unknown', "did you mean MASTER?"),
        (values.state, "state ON", "BACKUP", 'state "ON" is unknown', "write: state BACKUP"),
        (
            values.pause("0.001", "1"),
            "x 0",
            Decimal(0),
            "x 0 is out of range",
            "remove the line: no pause is the default",
        ),
        (
            values.pause("0.001", "1"),
            "x 00.0",
            Decimal(0),
            "x 00.0 is out of range",
            "remove the line: no pause is the default",
        ),
    ],
)
def test_a_value_is_tolerated_with_the_meaning_of_keepalived(convert, line, value, text, hint):
    found = convert(statement(line))
    assert isinstance(found, Tolerated)
    assert (found.value, found.why.text, found.why.hint) == (value, text, hint)


def test_an_option_without_its_value_is_refused():
    words = iter(statement("x dev").words[1:])
    name = next(words)
    with pytest.raises(Invalid, match="dev takes a value, none is given"):
        values.value_of(name, words)
    words = iter(statement("x dev eth0").words[1:])
    assert values.value_of(next(words), words).text == "eth0"
