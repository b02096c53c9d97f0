# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the words of a tracker become names, weights and numbers, or are refused."""

from __future__ import annotations

import pytest
from converted_lines import refusal, statement

from vrrp.config.keywords.track_values import (
    SCRIPT_WEIGHT,
    WIDE_WEIGHT,
    TrackLine,
    Weight,
    init_file,
    param_match,
    process,
    tracked,
    weight,
)


def test_the_limits_of_a_weight_are_those_of_keepalived():
    assert (SCRIPT_WEIGHT, WIDE_WEIGHT) == (253, 254)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("weight 254", Weight(254, False)),
        ("weight -254", Weight(-254, False)),
        ("weight +5", Weight(5, False)),
        ("weight 0 reverse", Weight(0, True)),
        ("weight -254 reverse", Weight(-254, True)),
    ],
)
def test_a_weight_may_be_reversed(line, expected):
    assert weight(254)(statement(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("weight 255", ("weight 255 is out of range", "weight is -254 to 254", "", 8)),
        ("weight -255 reverse", ("weight -255 is out of range", "weight is -254 to 254", "", 8)),
        ("weight ten", ('weight "ten" is not a whole number', "", "", 8)),
        (
            "weight 5 noreverse",
            ('"noreverse" follows the weight', "weight N, or weight N reverse", "did you mean reverse?", 10),
        ),
        ("weight 5 6", ('"6" follows the weight', "weight N, or weight N reverse", "", 10)),
        ("weight", ('"weight" takes one value, none is given', "", "one keyword on each line", None)),
        ("weight 5 reverse 6", ('"weight" takes one value, 3 are given', "", "one keyword on each line", None)),
    ],
)
def test_a_weight_that_is_refused(line, expected):
    assert refusal(weight(254), line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("chk", TrackLine("chk")),
        ("chk weight 0", TrackLine("chk", 0)),
        ("chk weight -253", TrackLine("chk", -253)),
        ("chk weight 253 reverse", TrackLine("chk", 253, True)),
        ("chk weight 5 noreverse", TrackLine("chk", 5, False)),
        ('"my check" weight 5', TrackLine("my check", 5)),
    ],
)
def test_a_line_of_a_tracker_is_read(line, expected):
    assert tracked("track_script", 253)(statement(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('"" weight 5', ("a name in track_script is empty", "", "", 1)),
        (
            "chk other",
            ('"other" follows the name "chk"', "track_script: NAME [weight N], one on each line", "", 5),
        ),
        (
            "chk wieght 5",
            (
                '"wieght" follows the name "chk"',
                "track_script: NAME [weight N], one on each line",
                "did you mean weight?",
                5,
            ),
        ),
        ("chk weight", ("weight takes a value, none is given", "", "", 5)),
        ("chk weight 254", ("weight 254 is out of range", "weight is -253 to 253", "", 12)),
        (
            "chk weight 5 revers",
            ('"revers" follows the weight', "weight N, or weight N reverse", "did you mean reverse?", 14),
        ),
        ("chk weight 5 reverse x", ('"x" follows the weight', "weight N, or weight N reverse", "", 22)),
    ],
)
def test_a_wrong_line_of_a_tracker_is_refused(line, expected):
    assert refusal(tracked("track_script", 253), line) == expected


def test_a_list_without_noreverse_takes_reverse_alone():
    convert = tracked("track_interface", 253, noreverse=False)
    assert convert(statement("eth1 weight 5 reverse")) == TrackLine("eth1", 5, True)
    assert refusal(convert, "eth1 weight 5 noreverse") == (
        '"noreverse" follows the weight',
        "weight N, or weight N reverse",
        "did you mean reverse?",
        15,
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("process nginx", ("nginx", ())),
        ("process nginx -g daemon", ("nginx", ("-g", "daemon"))),
        ('process "/bin/a b" "c d" ""', ("/bin/a b", ("c d", ""))),
    ],
)
def test_a_process_and_its_parameters_are_read(line, expected):
    assert process(statement(line)) == expected


@pytest.mark.parametrize("line", ["process", 'process ""', 'process "" a'])
def test_a_process_without_a_command_is_refused(line):
    assert refusal(process, line) == ("process names no command", "", "process haproxy", None)


@pytest.mark.parametrize(
    ("line", "expected"),
    [("param_match", "exact"), ("param_match initial", "initial"), ("param_match partial", "partial")],
)
def test_the_ways_to_compare_parameters_are_read(line, expected):
    assert param_match(statement(line)) == expected


def test_another_comparison_of_parameters_is_refused():
    rule = "param_match takes initial, partial or nothing"
    assert refusal(param_match, "param_match exact") == ('param_match "exact" is unknown', rule, "", 13)
    found = refusal(param_match, "param_match intial")
    assert found == ('param_match "intial" is unknown', rule, "did you mean initial?", 13)
    assert refusal(param_match, "param_match initial partial")[0] == '"param_match" takes one value, 2 are given'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("init_file", (0, False)),
        ("init_file overwrite", (0, True)),
        ("init_file 2147483647", (2147483647, False)),
        ("init_file -2147483648 overwrite", (-2147483648, True)),
        ("init_file overwrite 7", (7, True)),
    ],
)
def test_the_number_for_a_file_at_the_start_is_read(line, expected):
    assert init_file(statement(line)) == expected


@pytest.mark.parametrize(
    ("word", "text", "rule"),
    [
        ("2147483648", "init_file 2147483648 is out of range", "init_file is -2147483648 to 2147483647"),
        ("-2147483649", "init_file -2147483649 is out of range", "init_file is -2147483648 to 2147483647"),
        ("overwrit", 'init_file "overwrit" is not a whole number', ""),
    ],
)
def test_a_number_that_no_file_takes_is_refused(word, text, rule):
    assert refusal(init_file, f"init_file {word}") == (text, rule, "", 11)
