# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the key file has the keys that it is to have, in the order that decides which one signs."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.peer_key import KeyFile, digests
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.network.peer_keys import digest

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
OWNER = os.getuid(), os.getgid()


def spelt(*keys):
    return "".join(f"hex:{key.hex()}\n" for key in keys)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "peer.key"


def written(path, state, before=None):
    """Return what is in the file after the step ``state`` with the new key."""
    if before is not None:
        path.write_text(before)
    file = KeyFile(str(path), f"hex:{NEW.hex()}", state)
    assert not file.is_right(OWNER)
    file.write(OWNER)
    assert file.is_right(OWNER), "a second time nothing changes"
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_text()


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        ("only", None, spelt(NEW)),
        ("only", spelt(OLD), spelt(NEW)),
        ("accepted", spelt(OLD), spelt(OLD, NEW)),
        ("signs", spelt(OLD, NEW), spelt(NEW, OLD)),
        ("signs", spelt(OLD), spelt(NEW, OLD)),
        ("only", spelt(NEW, OLD), spelt(NEW)),
        ("accepted", None, spelt(NEW)),
        ("signs", "rubbish", spelt(NEW)),
    ],
)
def test_each_step_of_a_rotation(path, state, before, after):
    assert written(path, state, before) == after


def test_others_may_not_read_it(path):
    path.write_text(spelt(NEW))
    path.chmod(0o644)
    assert not KeyFile(str(path), f"hex:{NEW.hex()}", "only").is_right(OWNER)


def test_a_key_as_text_is_taken_and_a_short_one_refused_without_telling_it(path):
    text = "a passphrase of thirty-two octets"
    KeyFile(str(path), text, "only").write(OWNER)
    assert path.read_text() == spelt(text.encode())
    with pytest.raises(DeploymentError, match="^key: a key has 32 to 64 octets, this one has 6$"):
        KeyFile(str(path), "secret", "only").content()


def test_a_missing_directory_is_said(tmp_path):
    with pytest.raises(DeploymentError, match="No such file or directory"):
        KeyFile(str(tmp_path / "none" / "peer.key"), f"hex:{NEW.hex()}", "only").write(OWNER)


def test_digests_tell_keys_apart_and_nothing_else(path):
    assert digests(str(path), OWNER) == []
    path.write_text(spelt(OLD, NEW))
    path.chmod(0o600)
    assert digests(str(path), OWNER) == [digest(OLD), digest(NEW)]
    assert digest(OLD) != digest(NEW)
    assert len(digest(OLD)) == 12
    path.write_text("rubbish")
    assert digests(str(path), OWNER) == []


def test_a_user_without_access_to_the_directory_gets_no_digests(path, monkeypatch):
    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.lstat", refuse)
    assert digests(str(path), OWNER) == []


def test_a_file_of_another_owner_or_mode_has_no_digests(path):
    path.write_text(spelt(NEW))
    path.chmod(0o600)
    assert digests(str(path), (OWNER[0] + 1, OWNER[1])) == digests(str(path), (-1, -1)) == []
    path.chmod(0o644)
    assert digests(str(path), OWNER) == []
