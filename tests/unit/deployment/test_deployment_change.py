# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that changes are done in order, shown as differences, and stop at the first that fails."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import (
    Change,
    DeploymentError,
    apply,
    as_diff,
)


@pytest.fixture
def done():
    return []


def change(subject, done, error=None):
    def do():
        if error is not None:
            raise error
        done.append(subject)

    return Change(subject, f"old {subject}\n", f"new {subject}\n", do)


def test_no_change_is_no_difference():
    assert as_diff([]) == []


def test_a_difference_has_the_subject_over_both_texts(done):
    assert as_diff(iter([change("/etc/a", done), change("user b", done)])) == [
        {
            "before_header": "/etc/a",
            "after_header": "/etc/a",
            "before": "old /etc/a\n",
            "after": "new /etc/a\n",
        },
        {
            "before_header": "user b",
            "after_header": "user b",
            "before": "old user b\n",
            "after": "new user b\n",
        },
    ]
    assert done == []


def test_changes_are_done_in_their_order(done):
    apply(change(subject, done) for subject in ("b", "a", "c"))
    assert done == ["b", "a", "c"]


def test_an_error_of_the_system_names_the_subject_and_ends_it(done):
    error = PermissionError(13, "Permission denied")
    with pytest.raises(DeploymentError) as caught:
        apply([change("first", done), change("/etc/second", done, error), change("third", done)])
    assert str(caught.value) == "/etc/second: [Errno 13] Permission denied"
    assert caught.value.__cause__ is error
    assert done == ["first"]


def test_an_error_that_is_said_already_keeps_its_words(done):
    with pytest.raises(DeploymentError) as caught:
        apply([change("first", done), change("second", done, DeploymentError("systemd said no"))])
    assert str(caught.value) == "systemd said no"
    assert done == ["first"]


def test_an_error_of_the_program_is_not_hidden(done):
    with pytest.raises(KeyError):
        apply([change("first", done, KeyError("x"))])


def test_a_change_stays_as_it_was_announced(done):
    with pytest.raises(dataclasses.FrozenInstanceError):
        change("first", done).subject = "other"
