# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the variables of the role follow from the table of keywords."""

from __future__ import annotations

from dataclasses import fields

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.variables import (
    BEHIND,
    KINDS,
    kind_of,
    variables,
    words_of,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords import values as to
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords.check_values import CHECKS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords.keyword import (
    Block,
    Keyword,
    Variable,
    table,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords.table import ROOT, WORKS, blocks
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.keywords.vrrp_instance import VRRP_INSTANCE


def keyword(convert, values="", variable=None, help_="a thing"):
    return Keyword("word", convert, "word", values, help_, variable=variable or Variable())


def every():
    return [entry for block in blocks() for entry in block.keywords.values() if entry.variable is not None]


def test_each_keyword_with_a_variable_works_and_has_a_type():
    for entry in every():
        assert entry.standing == WORKS, entry.name
        assert kind_of(entry).type in ("bool", "dict", "float", "int", "list", "path", "raw", "str"), entry.name


def test_every_kind_that_is_named_is_named_by_the_table():
    assert {entry.variable.reader for entry in every()} - {"", "whole_seconds"} == set(KINDS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.what)
def test_each_word_of_a_check_has_a_kind_and_is_a_field_of_its_model(check):
    words = {**check.first, **check.options}
    assert len(words) == len(check.first) + len(check.options)
    assert {each.field for each in words.values()} == {field.name for field in fields(check.model)}
    assert {kind_of(each).type for each in words.values()} <= {"bool", "float", "int", "str"}


def test_no_option_of_a_check_has_the_name_of_a_first_word():
    """A line has its first words without their names, and the words of all checks are told apart by their names."""
    first = {word for check in CHECKS for word in check.first}
    assert not first & {word for check in CHECKS for word in check.options}


def test_of_a_block_without_a_variable_what_is_inside_counts():
    outer = Block(
        "outer",
        "a block",
        table(
            Block("inner", "one", table(keyword(to.flag))), Block("named", "one", table(keyword(to.flag)), named=True)
        ),
    )
    assert list(variables(outer)) == ["word"]
    assert list(variables(VRRP_INSTANCE))[:3] == ["state", "interface", "virtual_router_id"]
    assert {"auth_pass", "auth_type", "auth_hmac", "track_gateways"} <= set(variables(VRRP_INSTANCE))


def test_the_variables_of_a_host_are_no_words_of_an_instance():
    assert not set(variables(ROOT)) & set(variables(VRRP_INSTANCE))


@pytest.mark.parametrize(
    ("entry", "type_", "choices"),
    [
        (keyword(to.flag), "bool", ()),
        (keyword(to.boolean, "[BOOL]"), "bool", ()),
        (keyword(to.integer(1, 9), "1-9"), "int", ()),
        (keyword(to.integer(2, 3), "2|3"), "int", (2, 3)),
        (keyword(to.seconds("0", "5"), "SECONDS"), "float", ()),
        (keyword(to.whole_seconds(0, 5), "SECONDS"), "float", ()),
        (keyword(to.one_of("PASS", "AH"), "PASS|AH"), "str", ("PASS", "AH")),
        (keyword(to.state, "MASTER|BACKUP"), "str", ("MASTER", "BACKUP")),
        (keyword(to.text, "ADDRESS", Variable(reader="address")), "str", ()),
    ],
)
def test_the_type_follows_from_the_converter(entry, type_, choices):
    kind = kind_of(entry)
    assert (kind.type, kind.choices) == (type_, choices)


@pytest.mark.parametrize(
    ("entry", "value", "text"),
    [
        (keyword(to.integer(1, 9, "RFC 9568 5.2.3: word is 1 to 9")), 10,
         "'10' is not a whole number from 1 to 9: RFC 9568 5.2.3"),
        (keyword(to.integer(1, 9, "word is 1 to 9")), 10, "'10' is not a whole number from 1 to 9: a thing"),
        (keyword(to.integer(0, 9), variable=Variable(least=1, most=5)), 0,
         "'0' is not a whole number from 1 to 5: a thing"),
        (keyword(to.seconds("0.001", "9"), variable=Variable(reader="whole_seconds", least=1)), 0.5,
         "'0.5' is not a whole number from 1 to 9: a thing, in seconds, of which keepalived takes no fraction here"),
        (keyword(to.flag), "perhaps", "'perhaps' is neither true nor false"),
    ],
)  # fmt: skip
def test_the_limits_are_those_of_the_table(entry, value, text):
    with pytest.raises(ValueError) as caught:
        kind_of(entry).read(value)
    assert str(caught.value) == text


def test_the_words_of_an_entry():
    entry = Block(
        "b", "a block", table(Keyword("weight", to.integer(1, 9), "weight", "N", "a weight", variable=Variable()))
    )
    words = words_of(entry)
    assert list(words) == ["name", "weight", BEHIND["weight"]]
    assert (words["weight"]("5"), words["reverse"]("yes")) == (5, True)
