# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that each command of an inventory is found, and that the agent changes its user only if a script needs it."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.commands import (
    commands,
    runs_scripts,
    switches_user,
)

CHECK = {"name": "chk", "script": "/bin/true"}
AS_ROOT = {"command": "/bin/a", "user": "root"}


@pytest.mark.parametrize(
    ("said", "instances", "found"),
    [
        ({}, [{"name": "VI_1", "priority": 100}], []),
        ({}, [{"notify_master": "/bin/a"}, {"notify": AS_ROOT}], ["/bin/a", AS_ROOT]),
        ({}, [{"notify_priority_changes": True}], []),
        ({"ha_pair_sync_groups": [{"name": "G", "notify_fault": "/bin/b"}]}, [], ["/bin/b"]),
        ({"ha_pair_startup_script": "/bin/c", "ha_pair_shutdown_script": None}, [], ["/bin/c"]),
        ({"ha_pair_notify_fifo": "/run/fifo"}, [], []),
        ({"ha_pair_vrrp_notify_fifo": {"name": "/run/fifo", "script": "/bin/d"}}, [], ["/bin/d"]),
        ({"ha_pair_scripts": [CHECK]}, [], []),
    ],
)
def test_the_commands_include_each_script_except_check_scripts(said, instances, found):
    assert commands(said, instances) == found
    assert runs_scripts(said, instances) is bool(found or "ha_pair_scripts" in said)


@pytest.mark.parametrize(
    ("said", "instances", "switches"),
    [
        ({}, [], False),
        ({"ha_pair_script_user": "nobody"}, [], False),
        ({"ha_pair_script_user": "nobody nogroup", "ha_pair_scripts": [CHECK]}, [], True),
        ({"ha_pair_script_user": "hotstandby hotstandby", "ha_pair_scripts": [CHECK]}, [], False),
        ({"ha_pair_scripts": [CHECK]}, [], False),
        ({"ha_pair_scripts": [{**CHECK, "user": "root"}]}, [], True),
        ({"ha_pair_scripts": [{**CHECK, "user": "hotstandby"}]}, [], False),
        ({}, [{"notify": AS_ROOT}], True),
        ({}, [{"notify": "/bin/a"}], False),
        ({"ha_pair_script_user": "nobody"}, [{"notify": "/bin/a"}], True),
    ],
)
def test_whether_another_user_is_needed(said, instances, switches):
    assert switches_user(said, instances) is switches
