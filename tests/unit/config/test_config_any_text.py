# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that any text gives a configuration or a ConfigError."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vrrp.config.keywords.table import blocks
from vrrp.config.loader import ConfigError, load
from vrrp.config.model.configuration import Configuration
from vrrp.config.syntax.redact import mask_secrets

# "Cs" are lone surrogates, which no UTF-8 file can hold.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
WORDS = sorted({name for block in blocks() for name in (*block.keywords, block.name) if name}) + [
    "{",
    "}",
    "\n",
    "\n",
    "\n",
    '"',
    "'",
    "\\",
    "#",
    "!",
    "@hotstandby ",
    "@^x ",
    "$X=",
    "~SEQ(",
    "include",
    "weight",
    "dev",
    "192.0.2.1/24",
    "fe80::1",
    "255",
    "0.5",
    "-1",
    "PASS",
    "MASTER",
    "eth0",
    "VI_1",
    "\u00a0",
    "\0",
    "\ufeff",
    "\r",
    "\x0b",
]
LIKE_A_FILE = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)


def check(text):
    try:
        assert isinstance(load(text, "f"), Configuration)
    except ConfigError as error:
        assert error.problems
        assert list(error.problems) == sorted(error.problems, key=lambda problem: (problem.line, problem.column))
        for problem in error.problems:
            assert 1 <= problem.line <= text.count("\n") + 1
            assert problem.column >= 1
            assert "\n" not in str(problem)


@given(ANY_TEXT)
@example("{" * 5000)
@example("a{" * 5000 + "}" * 5000)
@example("vrrp_instance a {" * 2000)
@settings(deadline=None)
def test_any_text_is_a_configuration_or_a_config_error(text):
    check(text)


@given(LIKE_A_FILE)
@settings(deadline=None, max_examples=300)
def test_a_text_made_of_keywords_is_a_configuration_or_a_config_error(text):
    check(text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="\"'")), ANY_TEXT)
@settings(deadline=None)
def test_a_password_is_masked_before_any_text(password, rest):
    assert "sesame" not in mask_secrets(f"auth_pass sesame{password}sesame {rest}\n")


@pytest.mark.parametrize("text", ["auth_pass", "auth_pass ", "auth_pass\n"])
def test_a_text_without_a_password_is_not_masked(text):
    assert mask_secrets(text) == text
