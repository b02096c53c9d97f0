# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that colour goes to terminals that show it."""

from __future__ import annotations

import io

import pytest

from vrrp import cli_colour


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "term", "no_color", "wanted"),
    [
        (Terminal(), "xterm-256color", None, True),
        (Terminal(), "xterm-256color", "", True),
        (Terminal(), "xterm-256color", "0", False),
        (Terminal(), "dumb", None, False),
        (Terminal(), None, None, False),
        (io.StringIO(), "xterm", None, False),
    ],
)
def test_where_colour_is_wanted(monkeypatch, stream, term, no_color, wanted):
    for name, value in (("TERM", term), ("NO_COLOR", no_color)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert cli_colour.wanted(stream) is wanted


def test_a_state_has_a_colour():
    assert [cli_colour.of_state(each) for each in ("MASTER", "FAULT", "STOP", "INIT")] == ["32", "31", "33", "33"]
    assert cli_colour.paint("x", cli_colour.RED) == "\033[31mx\033[0m"
    assert cli_colour.paint("x", cli_colour.RED, coloured=False) == "x"
