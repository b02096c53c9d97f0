# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the kernel is asked for real-time scheduling, and that the asking process keeps its own."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.real_time import granted


@pytest.fixture
def kernel(monkeypatch):
    """Return the calls that were made; the process is root."""
    calls = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "sched_getscheduler", lambda pid: os.SCHED_BATCH)
    monkeypatch.setattr(os, "sched_getparam", lambda pid: os.sched_param(0))
    monkeypatch.setattr(
        os, "sched_setscheduler", lambda pid, policy, given: calls.append((pid, policy, given.sched_priority))
    )
    return calls


def test_it_is_granted_and_given_back(kernel):
    assert granted() is True
    assert kernel == [(0, os.SCHED_RR, 1), (0, os.SCHED_BATCH, 0)]


def test_it_is_refused(kernel, monkeypatch):
    def refuse(*_arguments):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert granted() is False


def test_another_user_than_root_learns_nothing(kernel, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert granted() is None
    assert kernel == []


def test_the_scheduling_of_this_process_stays():
    before = os.sched_getscheduler(0), os.sched_getparam(0).sched_priority
    granted()
    assert (os.sched_getscheduler(0), os.sched_getparam(0).sched_priority) == before
