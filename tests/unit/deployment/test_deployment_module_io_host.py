# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a command runs in the C locale; a failure names its first words, its status and its output."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.module_io import CommandRunner


def answering(*answer, calls=None):
    """Return a Run whose commands all end with this status, output and error output."""

    def run_command(words, **options):
        if calls is not None:
            calls.append((words, options))
        return answer

    return CommandRunner(run_command)


def test_the_output_comes_back_as_it_is():
    assert answering(0, " ActiveState=active\n\n", "a warning")(["systemctl", "show"]) == " ActiveState=active\n\n"


def test_the_words_are_a_list_and_the_locale_is_that_of_c():
    calls = []
    answering(0, "", "", calls=calls)(("userdel", "a b"))
    assert calls == [(["userdel", "a b"], {"environ_update": {"LC_ALL": "C.UTF-8"}})]
    assert type(calls[0][0]) is list


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ((1, "", "no such user\n"), "'userdel --force' ended with status 1: no such user"),
        ((1, "on output\n", "on errors\n"), "'userdel --force' ended with status 1: on errors"),
        ((6, "on output\n", ""), "'userdel --force' ended with status 6: on output"),
        ((-9, "", ""), "'userdel --force' ended with status -9: it said nothing"),
        ((2, " \n", ""), "'userdel --force' ended with status 2: it said nothing"),
    ],
)
def test_a_failure_says_what_the_command_said(answer, text):
    with pytest.raises(DeploymentError) as caught:
        answering(*answer)(["userdel", "--force"])
    assert str(caught.value) == text


def test_a_failure_names_three_words_at_most():
    with pytest.raises(DeploymentError, match="^'useradd --system --gid' ended with status 9: "):
        answering(9, "", "")(["useradd", "--system", "--gid", "hotstandby", "hotstandby"])


def test_an_accepted_status_is_no_failure():
    run = answering(1, "not loaded\n", "Unit is not loaded")
    assert run(["systemctl", "reset-failed"], accepted=(0, 1)) == "not loaded\n"


def test_status_0_is_a_failure_when_it_is_not_accepted():
    with pytest.raises(DeploymentError, match="ended with status 0: fine"):
        answering(0, "fine", "")(["false"], accepted=(1,))
