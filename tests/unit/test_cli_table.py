# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a table fits the terminal and loses no word."""

from __future__ import annotations

import pytest

from vrrp.cli_table import ago, below, columns_of, fitted, folded, padded, table, wrapped


def test_a_terminal_has_so_many_columns():
    rows = [("TIME", "STATE", "INPUT", "ACTIONS"), ("10:00", "BACKUP", "heard " * 30, "advertise " * 10)]
    lines = list(folded(table(rows, 80), 80))
    assert max(map(len, lines)) <= 80
    assert " ".join(" ".join(lines).split()) == " ".join(" ".join(map(" ".join, rows)).split())
    assert list(folded(table(rows), None)) == table(rows)


def test_the_widest_cells_are_cut_until_a_row_fits():
    rows = [("NAME", "STATE", "VIP"), ("a" * 40, "BACKUP", "b" * 40)]
    assert {len("  ".join(row)) for row in fitted(rows, 80)} == {80}
    assert fitted(rows, 80)[1][1] == "BACKUP"
    assert fitted([("a", "bb"), ("ccc", "d")], 80) == [["a  ", "bb"], ["ccc", "d "]]


def test_a_cell_has_so_many_columns():
    assert (padded("VI_1", 6), padded("VI_1234", 6), padded("节点", 5), padded("节点节点", 5)) == (
        "VI_1  ",
        "VI_1..",
        "节点 ",
        "节.. ",
    )
    assert (columns_of("节点"), columns_of("e\u0301"), columns_of("ab")) == (4, 1, 2)


def test_a_long_text_is_folded_below_itself():
    lines = below(("10:00", "heard", "one two three four five six seven"), (5, 6), 40)
    assert lines == ["10:00  heard   one two three four five", "               six seven"]
    assert below(("10:00", "heard", "one two three four"), (5, 6), 20) == [
        "10:00  heard",
        "    one two three",
        "    four",
    ]


def test_a_word_that_is_too_long_is_divided():
    assert wrapped("ab " + "x" * 12, 10, "  ") == ["ab xxxxxxx", "  xxxxx"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0.0s"), (0.44, "0.4s"), (59.9, "59s"), (61, "1m 1s"), (3725, "1h 2m"), (266_400, "3d 2h")],
)
def test_a_duration_has_its_two_largest_units(seconds, words):
    assert ago(seconds) == words
