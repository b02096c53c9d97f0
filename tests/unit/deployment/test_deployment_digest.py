# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a digest covers paths and contents, and that sources are found except in __pycache__."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.digest import digest, sources

# SHA-256 of, for each path in order: the path, an octet 0, and the 32 octets of the SHA-256 of the content.
ONE = "983bc7300401140da3136426145793309fab23c95edcecce3c0e017fa7a96daf"
TWO = "014a3f038d0c99e316c7c9946bc0ce964b8dc6a14bc37a0bf862c8033e31bfc1"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ({"a.py": b"x = 1\n"}, ONE),
        ({"a.py": b"x = 1\n", "b/c.py": b""}, TWO),
        ({"b/c.py": b"", "a.py": b"x = 1\n"}, TWO),
    ],
)
def test_the_digest_of_paths_and_contents(files, expected):
    assert digest(files) == expected


@pytest.mark.parametrize(
    "other",
    [
        {"a.py": b"x = 2\n"},
        {"b.py": b"x = 1\n"},
        {"a.py": b"", "x = 1\n": b""},
        {"a.pyx": b" = 1\n"},
        {"a.py": b"x = 1\n", "b.py": b""},
    ],
)
def test_the_digest_changes_with_a_path_and_with_a_content(other):
    assert digest(other) != ONE


def test_sources_are_named_by_their_path_in_the_directory(tmp_path):
    (tmp_path / "vrrp" / "agent").mkdir(parents=True)
    (tmp_path / "cli.py").write_bytes(b"one")
    (tmp_path / "vrrp" / "__init__.py").write_bytes(b"")
    (tmp_path / "vrrp" / "agent" / "wire.py").write_bytes(b"\xff\r\n")
    assert sources(str(tmp_path)) == {
        "cli.py": b"one",
        "vrrp/__init__.py": b"",
        "vrrp/agent/wire.py": b"\xff\r\n",
    }


def test_files_that_are_no_sources_are_left_out(tmp_path):
    for folder in ("__pycache__", "vrrp/__pycache__", "py"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("__pycache__/a.py", "vrrp/__pycache__/b.py", "a.pyc", "py/README", "vrrp/c.PY", "d.py.orig"):
        (tmp_path / name).write_bytes(b"x")
    assert sources(str(tmp_path)) == {}
    (tmp_path / "vrrp" / "kept.py").write_bytes(b"y")
    assert sources(str(tmp_path)) == {"vrrp/kept.py": b"y"}


def test_a_directory_that_is_not_there_has_no_sources(tmp_path):
    assert sources(str(tmp_path / "missing")) == {}
