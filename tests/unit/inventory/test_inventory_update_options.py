# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what forbids a rolling update before any host is asked."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.update_options import objections

NEVER = {"policy": "never", "seconds": None, "problem": ""}
AFTER = {"policy": "after", "seconds": 300, "problem": ""}


def asked(failback=NEVER, **said):
    return objections({"update_packages": ["nginx"], "ha_pair_update_timeout": 300, **said}, failback)


def test_a_command_that_says_what_to_do_is_taken():
    assert asked() == []
    assert asked(update_packages=[], update_reboot=True) == []
    assert asked(update_packages=[], update_tasks="/srv/work.yml", is_file=True, is_list=True) == []


def test_a_command_that_says_nothing_to_do_is_refused():
    assert asked(update_packages=[], update_reboot=False, update_tasks="") == [
        "Say what to do: -e update_tasks=FILE, -e update_packages=NAME,NAME or -e update_reboot=true, or several of"
        " them."
    ]


@pytest.mark.parametrize(
    ("is_file", "text"),
    [
        (False, "update_tasks: there is no file /srv/work.yml on the controller"),
        (True, "update_tasks: /srv/work.yml is not a list of tasks (a playbook has them below `tasks:`)"),
    ],
)
def test_a_file_that_has_no_tasks_is_refused(is_file, text):
    assert asked(update_tasks="/srv/work.yml", is_file=is_file, is_list=False) == [text]


def test_keepalived_cannot_end_a_promotion():
    text = "ha_pair_failback: keepalived (web-b) ends nothing by itself: say immediate, never or manual"
    assert asked(AFTER, keepalived=["web-b"]) == [text]
    assert asked(AFTER, keepalived=[]) == asked(NEVER, keepalived=["web-b"]) == []


def test_the_problem_of_the_policy_and_a_wrong_timeout_are_told_together():
    assert asked({"policy": None, "seconds": None, "problem": "no policy"}, ha_pair_update_timeout=0) == [
        "no policy", "ha_pair_update_timeout has to be 1 or more seconds",
    ]  # fmt: skip
