# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each reader takes what a user may write, and refuses everything else with its rule."""

from __future__ import annotations

from decimal import Decimal

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory import value_types
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords import values as to
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords.track_values import weight

OCTET = value_types.whole(1, 255, "an octet")
SECONDS = value_types.number(0.5, 255, "seconds")
EXACT = value_types.decimal("0.1", "10", "seconds")
READ = {
    "state": value_types.one_of(("MASTER", "BACKUP")),
    "match": value_types.one_of(("exact", "initial", "partial")),
    "whole": OCTET,
    "number": SECONDS,
    "decimal": EXACT,
    "list": value_types.listed(OCTET),
}


def reader(name):
    return READ.get(name) or getattr(value_types, name)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("whole", 1, 1),
        ("whole", "255", 255),
        ("whole", " 7 ", 7),
        ("decimal", 0.1, Decimal("0.1")),
        ("decimal", "0.30", Decimal("0.3")),
        ("decimal", 10, Decimal(10)),
        ("number", 0.5, 0.5),
        ("number", "255", 255),
        ("number", "1.0", 1),
        ("name", "a.b:c@d-e_9", "a.b:c@d-e_9"),
        ("name", 5, "5"),
        ("interface", "a" * 15, "aaaaaaaaaaaaaaa"),
        ("state", "master", "MASTER"),
        ("state", "Backup", "BACKUP"),
        ("password", "12345678", "12345678"),
        ("password", "0123", "0123"),
        ("password", "\u00e9\u00e9\u00e9\u00e9", "\u00e9\u00e9\u00e9\u00e9"),
        ("password", "a 'b", "a 'b"),
        ("text", "/bin/sh -c 'a; b'", "/bin/sh -c 'a; b'"),
        ("user", "root", "root"),
        ("user", " www-data   adm ", "www-data adm"),
        ("address", "192.168.8.4", "192.168.8.4"),
        ("address", "FD00:0::1", "fd00::1"),
        ("list", 7, [7]),
        ("list", ["1", 2], [1, 2]),
        ("list", (1,), [1]),
        ("list", [], []),
        ("lease", 0, 0),
        ("lease", "2", 2),
        ("lease", 60, 60),
        ("line", " 10.9.0.0/16   via 192.168.8.1 ", "10.9.0.0/16 via 192.168.8.1"),
        ("command", "/bin/n x", "/bin/n x"),
        ("command", {"command": "/bin/n"}, "/bin/n"),
        ("command", {"command": "/bin/n", "user": ""}, "/bin/n"),
        ("command", {"command": "/bin/n", "user": "root  adm"}, {"command": "/bin/n", "user": "root adm"}),
        ("path", "/", "/"),
        ("path", "/run/a-b_c.d:e@f,g%h=i+j", "/run/a-b_c.d:e@f,g%h=i+j"),
    ],
)
def test_a_value_is_read(name, value, expected):
    found = reader(name)(value)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("value", [True, "true", "YES", "on", 1, "1"])
def test_words_for_yes_are_read(value):
    assert value_types.switch(value) is True


@pytest.mark.parametrize("value", [False, "False", "no", "Off", 0, "0"])
def test_words_for_no_are_read(value):
    assert value_types.switch(value) is False


QUOTES = "YAML reads it as another kind of value than text (put it in quotes)"
CONTROL = 'it may not be empty, hold a " or a control character, nor begin or end with a space'
ONE_LINE = 'it must be one line without any "'


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("whole", 0, "'0' is not a whole number from 1 to 255: an octet"),
        ("whole", 256, "'256' is not a whole number from 1 to 255: an octet"),
        ("whole", True, "'True' is not a whole number from 1 to 255: an octet"),
        ("whole", "7.0", "'7.0' is not a whole number from 1 to 255: an octet"),
        ("whole", None, "'None' is not a whole number from 1 to 255: an octet"),
        ("decimal", 0.09, "'0.09' is not a number from 0.1 to 10: seconds"),
        ("decimal", "10.001", "'10.001' is not a number from 0.1 to 10: seconds"),
        ("decimal", "nan", "'nan' is not a number from 0.1 to 10: seconds"),
        ("decimal", "one", "'one' is not a number from 0.1 to 10: seconds"),
        ("decimal", True, "'True' is not a number from 0.1 to 10: seconds"),
        ("number", 0.49, "'0.49' is not a number from 0.5 to 255: seconds"),
        ("number", 255.1, "'255.1' is not a number from 0.5 to 255: seconds"),
        ("number", "nan", "'nan' is not a number from 0.5 to 255: seconds"),
        ("number", "inf", "'inf' is not a number from 0.5 to 255: seconds"),
        ("number", True, "'True' is not a number from 0.5 to 255: seconds"),
        ("number", "1 s", "'1 s' is not a number from 0.5 to 255: seconds"),
        ("name", "", "'' is not a name (letters, digits and any of _ . : @ -)"),
        ("name", "a b", "'a b' is not a name (letters, digits and any of _ . : @ -)"),
        ("name", "a/b", "'a/b' is not a name (letters, digits and any of _ . : @ -)"),
        ("interface", "a" * 16, "'aaaaaaaaaaaaaaaa' is longer than the 15 characters of an interface name"),
        ("interface", "a b", "'a b' is not a name (letters, digits and any of _ . : @ -)"),
        ("state", "FAULT", "'FAULT' is neither MASTER nor BACKUP"),
        ("match", "all", "'all' is not exact, initial or partial"),
        ("switch", "maybe", "'maybe' is neither true nor false"),
        ("switch", 2, "'2' is neither true nor false"),
        ("password", "", "it is empty (leave the variable out for none)"),
        ("password", 83, QUOTES),
        ("password", True, QUOTES),
        ("password", 1000.0, QUOTES),
        ("password", ["a"], QUOTES),
        ("password", " a", CONTROL),
        ("password", "a ", CONTROL),
        ("password", 'a"b', CONTROL),
        ("password", "a\tb", CONTROL),
        ("text", " ", ONE_LINE),
        ("text", "a\nb", ONE_LINE),
        ("text", 'say "x"', ONE_LINE),
        ("user", "", "'' is not a user, nor a user and a group"),
        ("user", "a b c", "'a b c' is not a user, nor a user and a group"),
        ("user", "a/b", "'a/b' is not a user, nor a user and a group"),
        ("address", "192.168.8.4/24", "'192.168.8.4/24' is not an IP address"),
        ("address", 5, "'5' is not an IP address"),
        ("list", [1, 0], "'0' is not a whole number from 1 to 255: an octet"),
        ("lease", 1, "'1' is too short: a lifetime is 0, which is none, or 2 to 60 seconds"),
        ("lease", 61, "'61' is not a whole number from 0 to 60: seconds, where 0 is no lifetime and 1 too short"),
        ("line", "", "'' is not a line of words as the configuration file has them"),
        ("line", "a }", "'a }' is not a line of words as the configuration file has them"),
        ("command", {"user": "root"}, "a mapping names its command"),
        ("command", {"command": "x", "usr": "y"}, "'usr' is not a word of a command (known are command, user)"),
        ("command", {"command": "x", "user": "a b c"}, "'a b c' is not a user, nor a user and a group"),
        ("command", {"command": "a\nb"}, ONE_LINE),
        ("path", "run/a", "'run/a' is not an absolute path of plain characters"),
        ("path", "/a b", "'/a b' is not an absolute path of plain characters"),
    ],
)
def test_a_value_is_refused(name, value, text):
    with pytest.raises(ValueError) as caught:
        reader(name)(value)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("convert", "narrower", "low", "high", "why"),
    [
        (to.integer(2, 9), {}, 2, 9, "a whole number from 2 to 9: a thing"),
        (to.integer(2, 9), {"least": 3, "most": 8}, 3, 8, "a whole number from 3 to 8: a thing"),
        (to.seconds("0.5", "9"), {}, 0.5, 9, "a number from 0.5 to 9: a thing, in seconds"),
        (to.pause("0.5", "9"), {"most": 2}, 0.5, 2, "a number from 0.5 to 2: a thing, in seconds"),
        (
            to.whole_seconds(0, 9),
            {"least": 1},
            1,
            9,
            "a whole number from 1 to 9: a thing, in seconds, of which keepalived takes no fraction here",
        ),
        (weight(7), {}, -7, 7, "a whole number from -7 to 7: it takes a priority from one end to the other at most"),
    ],
)
def test_the_limits_of_a_converter_of_the_file(convert, narrower, low, high, why):
    read = value_types.limited(convert, "a thing", **narrower)
    assert (read(low), read(high)) == (low, high)
    for value in (low - 0.25 if low == 0.5 else low - 1, high + 1):
        with pytest.raises(ValueError) as caught:
            read(value)
        assert str(caught.value) == f"'{value}' is not {why}"


@pytest.mark.parametrize(("value", "octets"), [("secret-no", 9), ("\u00e9\u00e9\u00e9\u00e9\u00e9", 10)])
def test_a_long_password_is_counted_in_octets_and_not_shown(value, octets):
    with pytest.raises(ValueError) as caught:
        value_types.password(value)
    assert str(caught.value) == (
        f"{octets} octets are more than the 8 that an advertisement carries"
        " (keepalived cuts the rest off in silence: write the first 8)"
    )


def test_only_the_first_unknown_word_is_named():
    value_types.refuse_others({"a": 1}, ("a", "b"), "a thing")
    with pytest.raises(ValueError) as caught:
        value_types.refuse_others({"a": 1, "z": 1, 5: 1}, ("a", "b"), "a thing")
    assert str(caught.value) == "'5' is not a word of a thing (known are a, b)"


@pytest.mark.parametrize(
    "value", ["/bin/a b", "/bin/a 'b c' $HOME", r"/bin/a \\042", "/bin/sh -c 'x; y # z'", "/bin/a {}"]
)
def test_commands_that_the_file_can_carry_are_read(value):
    assert value_types.command_line(value) == value


@pytest.mark.parametrize(
    "value", ["/bin/a\\", "/bin/a 'b", "/bin/a ${_ENV HOME}", "''", "/bin/a \\\\", '/bin/a "b"', "a\nb"]
)
def test_commands_that_the_file_cannot_carry_are_refused(value):
    with pytest.raises(ValueError):
        value_types.command_line(value)


@pytest.mark.parametrize("value", ["nginx", "nginx -g x", '"a b" c', 'x ""', "it's", 'x "#1"'])
def test_processes_that_the_file_can_carry_are_read(value):
    assert value_types.process(value) == value


@pytest.mark.parametrize("value", ["", " ", '""', '"a', "a #b", "a {", "a ${x}", "a\nb", "a !b", 'a\\"b"'])
def test_processes_that_the_file_cannot_carry_are_refused(value):
    with pytest.raises(ValueError):
        value_types.process(value)


@pytest.mark.parametrize(
    ("value", "good"), [("node-a", True), ('"a b"', True), ("a b", False), ("", False), ("a#b", False)]
)
def test_a_single_word_is_read(value, good):
    if good:
        assert value_types.one_word(value) == value
        return
    with pytest.raises(ValueError, match="one word|cannot stand"):
        value_types.one_word(value)


@pytest.mark.parametrize("value", ["abc\\", "${_HASH}"])
def test_a_password_that_the_file_would_change_is_refused_and_not_shown(value):
    with pytest.raises(ValueError, match="it cannot stand in the configuration file") as caught:
        value_types.password(value)
    assert value not in str(caught.value)
