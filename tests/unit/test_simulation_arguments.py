# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the arguments of ``hotstandby simulate`` are read: values, defaults and what is refused."""

from __future__ import annotations

import argparse

import pytest

from vrrp import simulation_arguments

FILES = ["a.conf"]
DEFAULTS = {"files": FILES, "fault": [], "seconds": None, "seed": 0, "json": False, "svg": None}


def parsed(*words):
    parser = argparse.ArgumentParser()
    simulation_arguments.add(parser)
    return vars(parser.parse_args(words))


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ([], {}),
        (["b.conf"], {"files": ["a.conf", "b.conf"]}),
        (["--fault", "at 1: kill a", "--fault", "at 2: boot a"], {"fault": ["at 1: kill a", "at 2: boot a"]}),
        (["--seconds", "2.5"], {"seconds": 2.5}),
        (["--seed", "7"], {"seed": 7}),
        (["--json"], {"json": True}),
        (["--svg", "x.svg"], {"svg": "x.svg"}),
    ],
)
def test_a_word_changes_one_value(words, changes):
    assert parsed(*FILES, *words) == {**DEFAULTS, **changes}


def test_two_parsers_do_not_share_their_faults():
    parsed(*FILES, "--fault", "at 1: kill a")
    assert parsed(*FILES)["fault"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--seconds", "soon"], "argument --seconds: invalid float value: 'soon'"),
        (["--seed", "1.5"], "argument --seed: invalid int value: '1.5'"),
        (["--fault"], "argument --fault: expected one argument"),
        (["--no-such"], "unrecognized arguments: --no-such"),
        (None, "the following arguments are required: FILE"),
    ],
)
def test_anything_else_is_wrong_usage(words, said, capsys):
    with pytest.raises(SystemExit) as ended:
        parsed(*([] if words is None else [*FILES, *words]))
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_help_names_every_argument(capsys):
    with pytest.raises(SystemExit):
        parsed("--help")
    out = capsys.readouterr().out
    words = ["FILE", "--fault TEXT", "--seconds S", "--seed N", "--json", "--svg FILE"]
    assert [word for word in words if word not in out] == []
    assert "at 10: kill node-a" in out
