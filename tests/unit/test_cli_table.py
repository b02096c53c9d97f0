# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a table fits the terminal and loses no word."""

from __future__ import annotations

from vrrp.cli_table import folded, table


def test_a_terminal_has_so_many_columns():
    rows = [("TIME", "STATE", "INPUT", "ACTIONS"), ("10:00", "BACKUP", "heard " * 30, "advertise " * 10)]
    lines = list(folded(table(rows, 80), 80))
    assert max(map(len, lines)) <= 80
    assert " ".join(" ".join(lines).split()) == " ".join(" ".join(map(" ".join, rows)).split())
    assert list(folded(table(rows), None)) == table(rows)
