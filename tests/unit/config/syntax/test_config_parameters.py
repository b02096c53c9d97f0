# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that parameters are defined, and replaced by their values in a line."""

from __future__ import annotations

import pytest

from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.parameters import DefinedParameters, Parameter, definition, names_in
from vrrp.config.syntax.source_line import Piece


def piece(text, number=1):
    return Piece("f", number, text, range(1, len(text) + 1))


def put_in(text, config_id="node1", environment=None, directory="/etc", number=1, **values):
    findings = Diagnostics()
    parameters = DefinedParameters(findings, config_id, environment)
    parameters.directory = directory
    for name, value in values.items():
        parameters.define(name, Parameter(tuple(map(piece, value)), True) if isinstance(value, tuple) else one(value))
    return parameters.expand(piece(text, number)), findings


def one(value):
    return Parameter((piece(value),))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x $A y", "x 1 y"),
        ("x${A}y", "x1y"),
        ("$A", "1"),
        ("$A\t$A,$A)", "1\t1,1)"),
        ("$A.y $A/24 $AA", "$A.y $A/24 $AA"),
        ('"$A"', '"$A"'),
        ('"${A}"', '"1"'),
        ("${A }", "${A }"),
        ("${A 1}", "${A 1}"),
        ("$1 $ ${} ${", "$1 $ ${} ${"),
        ("${B}", "0-1-2"),
        ("x${E}y $E z", "xy  z"),
        ("$C c", "~SEQ(N,1,2) c"),
        ("$C $A", "~SEQ(N,1,2) $A"),
        ("${_PWD} ${_INSTANCE} ${_HASH}${_BANG}", "/etc node1 #!"),
        ("$_PWD/x", "$_PWD/x"),
        ("${_ENV HOME}:${_ENV EMPTY}:", "/root::"),
        ("${_RANDOM 3 3}${_RANDOM 3\t3}", "33"),
    ],
)
def test_parameters_are_replaced_by_their_values(text, expected):
    values = {"A": "1", "B": "0-${A}-2", "E": "", "C": "~SEQ(N,1,2)"}
    result, findings = put_in(text, environment={"HOME": "/root", "EMPTY": ""}, **values)
    assert result.piece.text == expected
    assert result.changed == (text != expected)
    assert len(result.piece.columns) == len(expected)
    assert findings.errors == findings.warnings == []


def test_a_value_of_several_lines_adds_lines():
    result, _findings = put_in("x ${M}", M=("one ${N}", "two", "three"), N=("four", "five"))
    assert result.piece.text == "x one ${N}"[:6] + "four"
    assert [[each.text for each in rest] for rest in result.rests] == [["two", "three"], ["five"]]
    assert put_in("$M x", M=("one", "two"))[0].changed is False


def test_a_parameter_of_the_environment_needs_an_environment():
    result, findings = put_in("a ${_ENV HOME}")
    assert result.piece.text == "a "
    assert [(each.column, each.hint) for each in findings.errors] == [
        (3, "write the value, or check the file on the node")
    ]


def test_a_variable_missing_in_the_environment_is_empty():
    result, findings = put_in("a${_ENV HOME}b", environment={})
    assert result.piece.text == "ab"
    assert [each.text for each in findings.warnings] == ['there is no environment variable "HOME"']


def test_a_line_break_in_the_environment_does_not_break_the_line():
    assert put_in("${_ENV X}", environment={"X": "a\nb\0c"})[0].piece.text == "a bc"


def test_random_numbers_stay_the_same_and_differ_between_nodes_and_lines():
    def drawn(node, number=1, text="${_RANDOM 100 1000000000}"):
        return int(put_in(text, config_id=node, number=number)[0].piece.text)

    assert drawn("a") == drawn("a")
    assert len({drawn("a"), drawn("b"), drawn("a", 2)}) == 3
    assert all(100 <= drawn(f"n{number}", text="${_RANDOM 100 102}") <= 102 for number in range(50))
    assert {drawn(f"n{number}", text="${_RANDOM 1 3}") for number in range(50)} == {1, 2, 3}
    assert all(0 <= drawn(f"n{number}", text="${_RANDOM}") <= 32767 for number in range(20))
    assert all(32760 <= drawn(f"n{number}", text="${_RANDOM 32760}") <= 32767 for number in range(20))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A=b", ("A", 3)),
        ("$A= \tb", ("A", 5)),
        ("$_a1=", ("_a1", 5)),
        ("$A =b", None),
        ("${A}=b", None),
        ("$1=b", None),
        ("A=b", None),
        ("$\u00c4=b", None),
    ],
)
def test_definitions_of_parameters_are_read(text, expected):
    assert definition(text) == expected


def test_names_of_parameters_are_found_in_a_text():
    assert list(names_in("a $B ${C}d$E.f $1 ${_G h}")) == ["B", "C", "E", "_G"]


def test_no_repr_shows_a_value():
    assert "sesame" not in repr(one("sesame"))
    assert "sesame" not in repr(put_in("$A", A="sesame")[0])
