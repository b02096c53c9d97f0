# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that lines of ~SEQ and ~LST are expanded."""

from __future__ import annotations

import pytest

from vrrp.config.syntax.diagnostics import Invalid
from vrrp.config.syntax.sequence import sequence


@pytest.mark.parametrize(
    ("text", "names", "rounds"),
    [
        ("~SEQ(N,3)", ("N",), ["1", "2", "3"]),
        ("~SEQ(N,-2)", ("N",), ["-1", "-2"]),
        ("~SEQ(N,0)", ("N",), ["1", "0"]),
        ("~SEQ(N, 5, 3)", ("N",), ["5", "4", "3"]),
        ("~SEQ(N,1,2,6)", ("N",), ["1", "3", "5"]),
        ("~SEQ(N,6,-2,1)", ("N",), ["6", "4", "2"]),
        ("~SEQ(N,4,9,4)", ("N",), ["4"]),
        ("~SEQ(N,010,0x0a)", ("N",), ["8", "9", "10"]),
        ("~SEQ(N,+1,-1)", ("N",), ["1", "0", "-1"]),
        ("~SEQx(N, 0x90, 0x10, 0xc0)", ("N",), ["90", "a0", "b0", "c0"]),
        ("~SEQ \t( N , 1 )", ("N",), ["1"]),
        ("~LST(A,1,,x-y)", ("A",), ["1", "", "x-y"]),
        ("~LST({A,B},{1,2},{3},4)", ("A", "B"), [("1", "2"), ("3", ""), ("4", "")]),
        ("~LST( { A } , {1}, {$X} )", ("A",), ["1", "$X"]),
    ],
)
def test_a_sequence_is_expanded(text, names, rounds):
    found = sequence(text + " rest")
    assert found.names == names
    assert list(found.rounds) == [(each,) if isinstance(each, str) else each for each in rounds]
    assert found.end == len(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("~SEQ", "~SEQ without ("),
        ("~SEQ N,1)", "~SEQ without ("),
        ("~SEQy(N,1)", "~SEQ without ("),
        ("~LSTx(N,1)", "~LST without ("),
        ("~SEQ()", "a name of letters, digits and _ must stand here, in column 6"),
        ("~SEQ(1N,1)", "a name of letters"),
        ("~SEQ(N)", "~SEQ takes 1 to 3 numbers, not 0"),
        ("~SEQ(N,1,2,3,4)", "~SEQ takes 1 to 3 numbers, not 4"),
        ("~SEQ(N,1", ") must stand here, in column 9"),
        ("~SEQ(N,1;2)", ") must stand here, in column 9"),
        ("~SEQ(N,)", "a number must stand here, in column 8"),
        ("~SEQ(N,$X)", "a number must stand here, in column 8"),
        ("~SEQ(N,09)", "an octal number (it begins with 0) has an 8 or 9"),
        ("~SEQ(N,1,0,2)", "~SEQ never gets from 1 to 2 by steps of 0"),
        ("~SEQ(N,1,-1,2)", "~SEQ never gets from 1 to 2 by steps of -1"),
        ("~SEQx(N,-3)", "~SEQx counts without signs"),
        ("~SEQ(N,1,100001)", "~SEQ repeats its line 100001 times"),
        ("~SEQ(N,9223372036854775808)", "a number is too large"),
        ("~LST(A)", "~LST has no values"),
        ("~LST({A,B)", "} must stand here"),
        ("~LST({A,B},{1,2,3})", "~LST has 3 values for 2 names"),
        ("~LST(A,{1,2})", "~LST has 2 values for 1 names"),
        ("~LST(A,1", ") must stand here"),
    ],
)
def test_a_wrong_sequence_is_refused(text, message):
    with pytest.raises(Invalid) as raised:
        sequence(text)
    assert raised.value.text.startswith(message)


def test_a_sequence_has_at_most_100000_rounds():
    assert sum(1 for _values in sequence("~SEQ(N,1,100000)").rounds) == 100_000
