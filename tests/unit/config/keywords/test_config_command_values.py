# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the words of a command, its user and a FIFO become commands with arguments and users."""

from __future__ import annotations

import pytest
from converted_lines import refusal, statement

from vrrp.config.keywords.command_values import command, fifo, notify, notify_or_nothing, user_group
from vrrp.config.model.configuration import Fifo, NotifyCommand
from vrrp.config.syntax.diagnostics import Tolerated


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("user nobody", ("nobody",)),
        ("user nobody nogroup", ("nobody", "nogroup")),
        ("user nobody :nogroup", ("nobody", "nogroup")),
        ("user nobody ::nogroup", ("nobody", "nogroup")),
        ("user nobody :", ("nobody",)),
    ],
)
def test_a_user_and_its_group_are_read(line, expected):
    assert user_group(statement(line)) == expected


@pytest.mark.parametrize("line", ["user", 'user ""', 'user nobody ""', "user nobody ::", "user a b c", 'user "" g'])
def test_a_user_that_is_refused(line):
    assert refusal(user_group, line) == ('"user" takes USER or USER GROUP', "", "user nobody nogroup", None)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("script /bin/true", ("/bin/true",)),
        ('script "/bin/check -n 1"', ("/bin/check", "-n", "1")),
        ("script '/bin/check -n 1'", ("/bin/check", "-n", "1")),
        ("script \"/bin/check 'a b' c\"", ("/bin/check", "a b", "c")),
        ("script \"'/bin/my check' ''\"", ("/bin/my check", "")),
    ],
)
def test_a_command_is_the_vector_of_its_arguments(line, expected):
    assert command(statement(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("script", ('"script" names no command', "", "script /path/to/command", None)),
        ('script ""', ('"script" names no command', "", "script /path/to/command", None)),
        ("script \"'' a\"", ('"script" names no command', "", "script /path/to/command", None)),
        (
            "script /bin/check -n",
            (
                "a command with arguments stands in quotes",
                "keepalived drops what follows the first word",
                'script "COMMAND ARGUMENT ..."',
                19,
            ),
        ),
        (
            "script '/bin/check",
            ("a quote ' is opened and not closed", "", "a command with braces stands in double quotes", None),
        ),
    ],
)
def test_a_command_that_is_refused(line, expected):
    assert refusal(command, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("notify /bin/a", NotifyCommand(("/bin/a",))),
        ('notify "/bin/a b c"', NotifyCommand(("/bin/a", "b", "c"))),
        ("notify /bin/a nobody", NotifyCommand(("/bin/a",), "nobody")),
        ('notify "/bin/a b" nobody :nogroup', NotifyCommand(("/bin/a", "b"), "nobody", "nogroup")),
        ("notify /bin/a nobody :", NotifyCommand(("/bin/a",), "nobody")),
    ],
)
def test_a_notify_script_and_its_user_are_read(line, expected):
    assert notify(statement(line)) == expected
    assert notify_or_nothing(statement(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("notify", ('"notify" names no command', "", "notify /path/to/command", None)),
        ('notify "" nobody', ('"notify" names no command', "", "notify /path/to/command", None)),
        ('notify /bin/a ""', ('"notify" takes USER or USER GROUP', "", "notify nobody nogroup", None)),
        (
            "notify /bin/a b c d",
            (
                "notify takes a command, USER and GROUP; more follows",
                "a command with arguments stands in quotes",
                'notify "COMMAND ARGUMENT ..."',
                None,
            ),
        ),
    ],
)
def test_a_notify_script_that_is_refused(line, expected):
    assert refusal(notify, line) == expected


def test_notify_deleted_may_stand_alone():
    assert notify_or_nothing(statement("notify_deleted")) is None
    assert refusal(notify_or_nothing, 'notify_deleted ""')[0] == '"notify_deleted" names no command'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("notify_fifo /run/f", Fifo("/run/f")),
        ("notify_fifo /run/f nobody", Fifo("/run/f", "nobody")),
        ('notify_fifo "/run/a b" nobody :nogroup', Fifo("/run/a b", "nobody", "nogroup")),
    ],
)
def test_a_fifo_and_its_owner_are_read(line, expected):
    assert fifo(statement(line)) == expected


@pytest.mark.parametrize(
    ("line", "text", "hint", "column"),
    [
        ("notify_fifo", "notify_fifo names no file", "notify_fifo /run/hotstandby/notify.fifo", None),
        ('notify_fifo ""', "notify_fifo names no file", "notify_fifo /run/hotstandby/notify.fifo", None),
        (
            "notify_fifo run/f",
            'notify_fifo "run/f" is not an absolute path',
            "notify_fifo /run/hotstandby/notify.fifo",
            13,
        ),
        ("notify_fifo /run/f a b c", '"notify_fifo" takes USER or USER GROUP', "notify_fifo nobody nogroup", None),
    ],
)
def test_a_fifo_that_is_refused(line, text, hint, column):
    assert refusal(fifo, line) == (text, "", hint, column)


@pytest.mark.parametrize(
    ("written", "word", "column"),
    [
        ('"/bin/true ; /bin/false"', ";", 19),
        ('"/bin/echo a; /bin/false"', ";", 20),
        ('"pidof x || exit 1"', "||", 17),
        ('"/x/a && /x/b"', "&&", 14),
        ('"ps ax | grep x"', "|", 15),
        ('"/x/a > /dev/null 2>&1"', ">", 14),
        ('"/x/a >>/tmp/log"', ">>", 14),
        ('"/x/a 2>/dev/null"', "2>", 14),
        ('"/x/a < /etc/hosts"', "<", 14),
        ('"/x/a &"', "&", 14),
        ('"/x/a $(hostname) b"', "$(", 14),
        ('"/x/a `hostname` b"', "`", 14),
        ("\"/bin/sh -c 'a; b' > c\"", ">", 27),
    ],
)
@pytest.mark.parametrize("convert", [command, notify])
def test_a_word_of_a_shell_is_told_at_its_place(convert, written, word, column):
    found = convert(statement(f"script {written}"))
    assert isinstance(found, Tolerated)
    assert found.why.text.startswith(f'no shell reads this line: "{word}" is an argument of "')
    assert found.why.place.column == column
    assert found.why.hint == "say /bin/sh -c '...', or write a script"


def test_a_redirection_beside_quotes_is_an_argument():
    found = notify(statement('notify_master "/bin/echo x"> out.txt'))
    assert found.value == NotifyCommand(("/bin/echo", "x>"), "out.txt")
    assert (found.why.text, found.why.place.column) == (
        'no shell reads this line: ">" is an argument of "/bin/echo"',
        28,
    )


@pytest.mark.parametrize(
    "written",
    [
        "\"/bin/sh -c 'pidof x || exit 1; true > /tmp/x'\"",
        r'"/bin/sh -c \"pidof x || exit 1\""',
        '"/usr/bin/curl -fs http://127.0.0.1/?a=1&b=2;c=3"',
        r'"/usr/bin/find / -exec true \;"',
        "\"/x/a '|' ';'\"",
        '"/x/a a|b a>b"',
        "/bin/true",
    ],
)
def test_arguments_of_a_program_are_taken(written):
    assert not isinstance(command(statement(f"script {written}")), Tolerated)
