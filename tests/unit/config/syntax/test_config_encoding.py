# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that octets that are no text are an error, and in comments a warning."""

from __future__ import annotations

import pytest

from vrrp.config.syntax.diagnostics import Diagnostics, Location
from vrrp.config.syntax.encoding import Encoding

BAD = b"\xe9".decode("utf-8", "surrogateescape")


def said(*lines):
    """Return (errors, warnings) about (path, line, index of its comment)."""
    findings = Diagnostics()
    encoding = Encoding(findings)
    for number, (path, line, end) in enumerate(lines, 1):
        encoding.look(line, Location(path, number, 1), end)
    return [[(each.line, each.column, each.text) for each in found] for found in (findings.errors, findings.warnings)]


@pytest.mark.parametrize("line", ["state BACKUP", "é ü 密 # é", ""])
def test_octets_of_utf8_become_text(line):
    assert said(("f", line, len(line))) == [[], []]


def test_a_nul_is_an_error_everywhere():
    assert said(("f", "a # \0", 1)) == [[(1, 5, "NUL character")], []]


def test_a_wrong_octet_outside_of_a_comment_is_an_error():
    assert said(("f", f"ab{BAD} # {BAD}", 3)) == [[(1, 3, "the file is not UTF-8")], []]


def test_a_wrong_octet_in_a_comment_is_told_once_for_each_file():
    line = ("f", f"# {BAD}", 0)
    assert said(line, line, ("g", line[1], 0)) == [
        [],
        [(1, 3, "this comment is not UTF-8"), (3, 3, "this comment is not UTF-8")],
    ]
