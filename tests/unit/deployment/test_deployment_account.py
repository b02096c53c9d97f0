# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the system user is made once with its group, and removed with it."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.account import Account
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError, as_diff

# Users and groups of every Linux distribution: the user sync has no group of its name, the group tty no user.
MISSING = "no-such-user-here"


@pytest.fixture
def ran():
    """Return the commands that an account has run."""
    return []


def account(name, ran=None):
    return Account(name, (ran if ran is not None else []).append)


@pytest.mark.parametrize(
    ("name", "exists", "owner"),
    [("root", True, (0, 0)), ("tty", False, (-1, -1)), (MISSING, False, (-1, -1))],
)
def test_an_account_tells_whether_it_exists_and_its_ids(name, exists, owner):
    found = account(name)
    assert (found.name, found.exists, found.owner()) == (name, exists, owner)


@pytest.mark.parametrize(("name", "group"), [(MISSING, ["--user-group"]), ("tty", ["--gid", "tty"])])
def test_a_missing_user_is_made_without_password_shell_and_home(ran, name, group):
    changes = account(name, ran).present()
    assert as_diff(changes) == [
        {
            "before_header": f"user {name}",
            "after_header": f"user {name}",
            "before": "",
            "after": "system user without shell or home\n",
        }
    ]
    assert ran == []
    changes[0].apply()
    assert [" ".join(words) for words in ran] == [
        f"useradd --system {' '.join(group)} --no-create-home --home-dir /nonexistent"
        f" --shell /usr/sbin/nologin --comment VRRP agent {name}"
    ]
    assert ran[0][-3:] == ["--comment", "VRRP agent", name]


def test_a_user_that_exists_is_not_made_again(ran):
    assert account("root", ran).present() == []
    assert ran == []


@pytest.mark.parametrize(
    ("name", "commands"),
    [("root", [["userdel", "root"], ["groupdel", "root"]]), ("sync", [["userdel", "sync"]])],
)
def test_a_user_is_removed_and_then_the_group_that_is_left(ran, name, commands):
    (change,) = account(name, ran).absent()
    assert (change.subject, change.before, change.after) == (f"user {name}", "system user\n", "")
    assert ran == []
    change.apply()
    assert ran == commands


def test_a_missing_user_is_not_removed(ran):
    assert account(MISSING, ran).absent() == []
    assert account("tty", ran).absent() == []
    assert ran == []


def test_a_group_is_not_removed_when_its_user_stays(ran):
    def fails(words):
        ran.append(words)
        raise DeploymentError("userdel: user root is currently used by process 1")

    (change,) = Account("root", fails).absent()
    with pytest.raises(DeploymentError, match="currently used by process 1"):
        change.apply()
    assert ran == [["userdel", "root"]]
