# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A child is started without the protection of its parent, which has it back afterwards."""

from __future__ import annotations

import pytest

from vrrp.agent.process import oom_score
from vrrp.agent.process.oom_score import children


@pytest.fixture
def score(monkeypatch, tmp_path):
    """The file of the kernel; ``score()`` is what it says."""
    path = tmp_path / "oom_score_adj"
    monkeypatch.setattr(oom_score, "SCORE", str(path))

    def of(text=None):
        if text is not None:
            path.write_text(text)
        return path.read_text()

    return of


def test_the_file_is_that_of_the_own_process():
    assert oom_score.SCORE == "/proc/self/oom_score_adj"


@pytest.mark.parametrize(
    ("before", "meanwhile", "after"),
    [
        ("-900\n", "0", "-900"),
        ("-1\n", "0", "-1"),
        ("0\n", "0\n", "0\n"),
        ("500\n", "500\n", "500\n"),  # one that a child may have as well
        ("what\n", "what\n", "what\n"),
        ("", "", ""),
    ],
)
def test_a_low_score_is_raised_for_the_moment(score, before, meanwhile, after):
    score(before)
    with children():
        assert score() == meanwhile
    assert score() == after


def test_the_score_comes_back_after_an_exception(score):
    score("-900\n")
    with pytest.raises(ZeroDivisionError), children():
        raise ZeroDivisionError
    assert score() == "-900"


def test_the_score_comes_back_after_the_last_of_several(score):
    score("-900\n")
    first, second = children(), children()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert score() == "0"
    second.__exit__(None, None, None)
    assert score() == "-900"


def test_the_score_is_read_anew_each_time(score):
    for text in ("-900", "-500", "100"):
        score(text)
        with children():
            pass
        assert score() == text


def test_without_the_file_nothing_happens(score, tmp_path):
    ran = []
    with children():
        ran.append(True)
    assert (ran, list(tmp_path.iterdir())) == ([True], [])


def test_a_score_that_cannot_be_written_is_no_error(score, tmp_path):
    """The file is gone when the score is to be put back, and so is its directory."""
    score("-900\n")
    with children():
        (tmp_path / "oom_score_adj").unlink()
        tmp_path.rename(tmp_path.with_name("moved"))
    assert not tmp_path.exists()
