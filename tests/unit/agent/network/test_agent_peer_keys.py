# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the keys of peer_status are read from their file, and that a bad file stops nothing and tells nothing."""

from __future__ import annotations

import os
from ipaddress import ip_address

import pytest

from vrrp.agent.network import peer_keys
from vrrp.agent.preflight.file_permissions import exposed
from vrrp.config.model.configuration import Configuration, Globals, PeerStatus

KEY = bytes(range(32))


def resolved(path):
    settings = PeerStatus(ip_address("192.168.8.4"), key_file=str(path))
    return peer_keys.resolve(Configuration("/etc/hotstandby.conf", Globals(peer_status=settings)))


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (f"hex:{KEY.hex()}\n", (KEY,)),
        (f"hex:{KEY.hex()}\r\n", (KEY,)),
        (f"hex:{KEY[::-1].hex()}\nhex:{KEY.hex()}\n", (KEY[::-1], KEY)),
        ("x" * 32, (b"x" * 32,)),
    ],
)
def test_keys_are_read_in_their_order(tmp_path, content, keys):
    (tmp_path / "key").write_text(content)
    found = resolved(tmp_path / "key")
    assert (found.globals.peer_status.keys, found.globals.peer_status.problem) == (keys, "")
    assert KEY.hex() not in repr(found)
    assert repr(KEY) not in repr(found)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "it is empty"),
        (b"\n", "it is empty"),
        (b"\xff" * 40, "it is not ASCII text"),
        (b"secret", "a key has 32 to 64 octets, this one has 6"),
        (b"hex:zz", "hex: is not followed by pairs of hexadecimal digits"),
        (b"x" * 32 + b"\n" + b"y" * 65, "a key has 32 to 64 octets, this one has 65"),
        (b"x" * (peer_keys.FILE_MAX + 1), "it is longer than 4 keys"),
    ],
)
def test_a_bad_file_is_a_problem_that_shows_nothing_of_it(tmp_path, content, text):
    (tmp_path / "key").write_bytes(content)
    found = resolved(tmp_path / "key").globals.peer_status
    assert (found.keys, found.problem) == ((), f"the key file is not usable: {text}: {tmp_path}/key")


def test_a_missing_file_and_a_fifo(tmp_path):
    missing = resolved(tmp_path / "none").globals.peer_status
    assert missing.problem == f"the key file cannot be read: No such file or directory: {tmp_path}/none"
    os.mkfifo(tmp_path / "fifo")
    assert "it is no regular file" in resolved(tmp_path / "fifo").globals.peer_status.problem


def test_without_peer_status_nothing_is_read():
    plain = Configuration("/etc/hotstandby.conf")
    assert peer_keys.resolve(plain) is plain


def test_another_key_is_no_other_configuration(tmp_path):
    """A plan compares configurations, and shows what differs: a key must be no part of that."""
    (tmp_path / "key").write_text(f"hex:{KEY.hex()}\n")
    before = resolved(tmp_path / "key")
    (tmp_path / "key").write_text(f"hex:{KEY[::-1].hex()}\n")
    assert resolved(tmp_path / "key") == before


def test_a_file_that_others_can_read_is_a_warning(tmp_path):
    path = tmp_path / "key"
    path.write_text(f"hex:{KEY.hex()}\n")
    for mode, count in ((0o600, 0), (0o644, 1)):
        path.chmod(mode)
        found = exposed("/etc/hotstandby.conf", resolved(path))
        assert len(found) == count, found
    assert f"the file {path} has mode 0644" in str(found[0])


def test_the_digest_of_a_key_is_short_and_differs_between_keys():
    found = peer_keys.digest(KEY)
    assert len(found) == 12 and found == peer_keys.digest(bytes(KEY)) != peer_keys.digest(KEY[::-1])
