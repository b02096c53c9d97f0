# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that any text gives a configuration or problems with places, and that no password is in them."""

from __future__ import annotations

from fuzzing import fuzz
from hypothesis import strategies as st
from texts import ANY_TEXT, file, line_layer, made_by, tree

from vrrp.config.diff import compare
from vrrp.config.loader import inspect
from vrrp.config.model.configuration import Configuration
from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.include import NOWHERE
from vrrp.config.syntax.preprocessor import lines
from vrrp.config.syntax.redact import mask_secrets

SECRET = "s3sam3"


def check(text, surroundings=NOWHERE):
    report = inspect(text, "f", "node1", surroundings)
    assert (report.configuration is None) == bool(report.problems)
    if report.configuration is not None:
        assert isinstance(report.configuration, Configuration)
        again = inspect(text, "f", "node1", surroundings).configuration
        assert again == report.configuration
        assert not compare(report.configuration, again).instances
    sources = dict(report.sources)
    assert sources["f"] == text
    for problem in report.problems + report.warnings:
        assert problem.path in sources
        assert 1 <= problem.line <= sources[problem.path].count("\n") + 1
        assert problem.column >= 1
        assert problem.text
        assert str(problem).isprintable()
    return report


@fuzz(ANY_TEXT)
def test_any_text_is_a_configuration_or_problems(text):
    check(text)


@fuzz(made_by(tree), few=100)
def test_files_that_include_each_other_are_read_or_refused(files):
    check(*files)


@fuzz(made_by(line_layer), st.sampled_from(["", "node1"]), few=100)
def test_the_reading_of_lines_always_ends(text, config_id):
    findings = Diagnostics()
    count = 0
    for line in lines(text, "f", findings, config_id):
        count += 1
        assert len(line.text) == len(line.columns)
        assert line.place(0).column >= 1
        assert "\n" not in line.text
    assert count <= 100_000 + text.count("\n") + 1


PASSWORDS = st.lists(st.sampled_from(["{", "}", '"', "'", "#", "!", "\\", "$", "~", "=", "@", SECRET]), max_size=6).map(
    lambda parts: "".join([*parts, SECRET])
)
CARRIERS = [
    "auth_pass %s",
    'auth_pass "%s"',
    "auth_pass x%s",
    "auth_pass\n%s",
    "$P=%s\nauth_pass $P",
    "$P=%s\nauth_pass x${P}y",
    "$P=%s\n$Q=$P\nauth_pass $Q",
    "$P= \\\nauth_pass %s\n$P",
    "~LST(P,%s) auth_pass $P",
    "auth_hmac {\nkey 1 %s\n}",
    "$P=%s\nauth_hmac {\nkey 1 ${P}\n}",
]


@fuzz(st.sampled_from(CARRIERS), PASSWORDS, made_by(file), made_by(file), few=100)
def test_no_problem_shows_a_password(carrier, password, before, after):
    secret = carrier.replace("%s", password)
    text = f"vrrp_instance VI_1 {{\nauthentication {{\nauth_type PASS\n{secret}\n}}\n}}\n"
    report = check(text)
    assert SECRET not in "".join(map(str, report.problems + report.warnings))
    assert SECRET not in repr(report)
    masked = mask_secrets(f"{before}\n{text}{after}")
    assert SECRET not in masked
    assert masked.count("\n") == f"{before}\n{text}{after}".count("\n")
    check(f"{before}\n{text}{after}")
