# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the manual page says what the argument parser takes, and that man(1) shows it."""

from __future__ import annotations

import os
import re
import subprocess

import manual
import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.man_page import TEXT


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Return the lines that man(1) shows in a terminal of 80 columns, without a complaint about the page."""
    path = tmp_path_factory.mktemp("man") / "hotstandby.8"
    path.write_text(TEXT, encoding="utf-8")
    done = subprocess.run(
        ["man", "--warnings", "--no-hyphenation", "-l", str(path)],
        env={**os.environ, "MANWIDTH": "80", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return re.sub("\033\\[[0-9;]*m|.\b", "", done.stdout).splitlines()


def test_it_is_what_the_parser_says():
    assert dict(manual.written())[manual.PAGE] == manual.PAGE.read_text(encoding="utf-8"), "run make manual"


def test_it_fits_a_terminal(shown):
    assert max(map(len, shown)) <= 80
    sections = [line for line in shown if re.fullmatch("[A-Z ]+", line)]
    wanted = [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "COMMANDS",
        "OPTIONS",
        "EXIT STATUS",
        "ENVIRONMENT",
        "SIGNALS",
        "FILES",
    ]
    assert sections == [*wanted, "EXAMPLES", "SEE ALSO"]


def test_it_has_each_command_with_its_options(shown):
    known, found, command = manual.commands(), {}, ""
    for line in shown:
        title = re.fullmatch(r"   (\w+)( .*)?", line)
        option = re.match(r"       (-[-a-z, ]*)", line)
        if title:
            command = title[1]
            found[command] = []
        elif option and command:
            found[command].append(option[1].split()[0].rstrip(","))
        if line == "OPTIONS":
            command = ""
    assert found == {
        name: [flag for each in manual.options(parser) for flag in each.option_strings[:1] if flag != "--runtime-dir"]
        for name, parser in known.items()
    }
    assert "simulate" not in " ".join(shown)


def test_a_command_without_the_common_option_is_named(shown):
    without = [name for name, parser in manual.commands().items() if "--runtime-dir" not in parser.format_help()]
    assert without == ["check", "replay"]
    assert "but check and replay." in " ".join(" ".join(shown).split())


def test_it_has_every_exit_status(shown):
    start, end = shown.index("EXIT STATUS"), shown.index("ENVIRONMENT")
    assert re.findall(r"^       (\d) ", "\n".join(shown[start:end]), re.MULTILINE) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("text", "written"), [("--since", "\\-\\-since"), ("a\\b", "a\\eb"), (".conf", "\\&.conf"), ("'x'", "\\&'x'")]
)
def test_a_text_is_no_request_to_the_formatter(text, written):
    assert manual.roff(text) == written
