# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what is said of each ``$`` that stays in a line, and where the expansion of a line ends."""

from __future__ import annotations

import pytest

from vrrp.config.syntax import parameters as module
from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.parameters import DefinedParameters, Parameter, UnclosedDefinition
from vrrp.config.syntax.source_line import Piece


def piece(text, number=1):
    return Piece("f", number, text, range(1, len(text) + 1))


def known(environment=None):
    findings = Diagnostics()
    made = DefinedParameters(findings, "node1", environment)
    made.define("NAME", Parameter((piece("value"),)))
    made.define("MANY", Parameter((piece("one"), piece("two")), many=True))
    return made, findings


def said(text, again=0):
    made, findings = known()
    left = made.expand(piece(text)).piece
    for _time in range(again + 1):
        made.complain(left)
    return [str(each).removeprefix("f:1:") for each in (*findings.errors, *findings.warnings)]


UNDEFINED = "keepalived leaves it, and its braces then open and close a block"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nothing $5 a$b", []),
        ('"$NOBODY" "${NOBODY}" \'', []),
        (
            "x ${NOBODY}",
            [f'3: error: the parameter "${{NOBODY}}" is not defined. {UNDEFINED} (define it above: $NAME=VALUE)'],
        ),
        ("x ${NAMM}", [f'3: error: the parameter "${{NAMM}}" is not defined. {UNDEFINED} (did you mean NAME?)']),
        (
            "x ${NOBODY",
            [f'3: error: the parameter "${{NOBODY" is not defined. {UNDEFINED} (define it above: $NAME=VALUE)'],
        ),
        (
            "x $NOBODY",
            [
                '3: warning: the parameter "$NOBODY" is not defined. keepalived leaves it as it is'
                " (define it above: $NAME=VALUE)"
            ],
        ),
        (
            "x $NAME/24",
            ['3: warning: "$NAME" is not put in: other text stands behind it (write: ${NAME})'],
        ),
        (
            "$NOBODY = 5",
            ['1: error: "$NOBODY" is neither used nor defined here (write $NAME=VALUE, without a space before the =)'],
        ),
        (
            "x ${MANY} y",
            [
                '3: error: "${MANY}" has several lines, and text stands behind it'
                " (end the line behind it, or define it on one line)"
            ],
        ),
        ("x ${_ENV}", ['3: error: "${_ENV}" is not how _ENV is written (write: ${_ENV NAME})']),
        (
            "x ${_RANDOM 1 2 3}",
            ['3: error: "${_RANDOM 1 2 3}" is not how _RANDOM is written (write: ${_RANDOM MIN MAX})'],
        ),
        ("x ${_PWD 1}", ['3: error: "${_PWD 1}" is not how _PWD is written (write: ${_PWD})']),
        ("x ${_RANDOM a}", ['3: error: "${_RANDOM a}" is not how _RANDOM is written (write: ${_RANDOM MIN MAX})']),
        ("x ${_RANDOM 5 2}", ["3: error: ${_RANDOM 5 2} has its bounds the wrong way round (MIN MAX)"]),
    ],
)
def test_a_dollar_that_stays_is_explained(text, expected):
    assert said(text) == expected


def test_the_same_place_is_explained_once():
    """A sequence passes the same line many times."""
    assert len(said("x ${NOBODY} ${OTHER}", again=3)) == 2


def test_a_value_that_calls_for_itself_ends():
    made, _findings = known()
    made.set("LOOP", "x${LOOP}", piece("$LOOP=x${LOOP}"))
    with pytest.raises(UnclosedDefinition) as caught:
        made.expand(piece("a ${LOOP}"))
    assert (caught.value.piece.number, str(caught.value)) == (1, "a parameter contains itself, or is too long")


def test_a_line_may_become_so_long_and_no_longer(monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 10)
    made, _findings = known()
    assert made.expand(piece("x ${NAME}yz")).piece.text == "x valueyz"
    assert len(made.expand(piece("xxx${NAME}yz")).piece.text) == 10
    with pytest.raises(UnclosedDefinition):
        made.expand(piece("xxxx${NAME}yz"))


def test_a_definition_without_a_value_is_empty_on_one_line_and_on_several():
    made, _findings = known()
    made.define("NONE", Parameter(()))
    made.define("NOLINES", Parameter((), many=True))
    assert made.expand(piece("x ${NONE}y ${NOLINES}")).piece.text == "x y "
