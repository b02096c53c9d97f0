# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a piece of a line knows its columns, and where the comment of its line begins."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from vrrp.config.syntax.diagnostics import Location
from vrrp.config.syntax.source_line import WHITE_SPACE, Bare, Piece, decomment


def test_white_space_is_that_of_keepalived():
    assert sorted(WHITE_SPACE) == ["\t", "\n", "\v", "\f", "\r", " "]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Bare(0)),
        (" \t\f\v", Bare(0)),
        ("priority 100", Bare(12)),
        ("priority 100 \t", Bare(12)),
        ("priority 100 # high", Bare(12)),
        ("priority 100 ! high", Bare(12)),
        ("# high", Bare(0)),
        ("  # high", Bare(0)),
        ("auth_pass ab#cd", Bare(12, comment_follows=True)),
        ("auth_pass ab!", Bare(12, comment_follows=True)),
        ('"a#b!c"', Bare(7)),
        ('"a#b" !c', Bare(5)),
        ('"a" b#"c', Bare(5, comment_follows=True)),
        ("it's #1", Bare(4)),
        ('a "b # c', Bare(8, open_quote=2)),
        ('"a" "b', Bare(6, open_quote=4)),
        ("a\\#b", Bare(1, comment_follows=True, escaped=1)),
        ("a \\!b # c", Bare(1, escaped=2)),
        ('"a\\"b" # c', Bare(6)),
        ('"\\#" # c', Bare(4)),
        ('a\\"b # c', Bare(4)),
        ("a\\\\#b", Bare(3, comment_follows=True)),
        ("a \\", Bare(3)),
        ("x\u00a0", Bare(2)),
    ],
)
def test_a_piece_knows_where_the_comment_of_its_line_begins(text, expected):
    assert decomment(text) == expected


PIECE = Piece("f", 3, "  key value ", range(5, 17), addition=True, comment_follows=True, depth=2)


@pytest.mark.parametrize(
    ("start", "end", "text", "columns", "follows"),
    [
        (0, None, "key value", range(7, 16), True),
        (0, 12, "key value", range(7, 16), True),
        (0, 11, "key value", range(7, 16), False),
        (5, None, "value", range(11, 16), True),
        (0, 6, "key", range(7, 10), False),
        (3, 4, "e", range(8, 9), False),
        (5, 6, "", range(11, 11), False),
        (11, None, "", range(17, 17), True),
    ],
)
def test_a_part_of_a_piece_is_stripped(start, end, text, columns, follows):
    part = PIECE.part(start, end)
    assert part == Piece("f", 3, text, columns, addition=True, comment_follows=follows, depth=2)


def test_a_part_of_a_part_of_a_piece_keeps_its_columns():
    assert PIECE.part(5).part(1, 3) == Piece("f", 3, "al", range(12, 14), addition=True, depth=2)


def test_each_character_has_the_column_it_belongs_to():
    piece = Piece("etc/f", 9, "abc", [4, 4, 8])
    assert [piece.place(index) for index in (0, 1, 2)] == [
        Location("etc/f", 9, 4),
        Location("etc/f", 9, 4),
        Location("etc/f", 9, 8),
    ]


def test_behind_the_last_character_the_column_is_1():
    assert Piece("f", 9, "a", [4]).place(1) == Location("f", 9, 1)
    assert Piece("f", 9, "", ()).place(0) == Location("f", 9, 1)


def test_a_piece_is_of_the_file_and_has_no_comment_by_default():
    piece = Piece("f", 1, "a", [1])
    assert (piece.addition, piece.comment_follows, piece.depth) == (False, False, 0)


def test_a_piece_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        PIECE.text = "other"


def test_repr_of_a_piece_shows_no_text():
    assert repr(Piece("f", 1, "auth_pass sesame", range(1, 17))) == (
        "Piece(path='f', number=1, addition=False, comment_follows=False, depth=0)"
    )
