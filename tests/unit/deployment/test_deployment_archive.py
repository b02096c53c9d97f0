# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an archive of pyroute2 is packed, unpacked as it was, and refused when it is damaged."""

from __future__ import annotations

import io
import zipfile

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.archive import pack, unpack

FILES = {"b/c.py": b"2", "a.py": b"1" * 1000}


def test_an_archive_is_unpacked_as_it_was_packed():
    assert unpack(pack(FILES)) == FILES


def test_equal_content_gives_equal_archives():
    assert pack(FILES) == pack(dict(reversed(FILES.items())))


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside.py", "a/../../b.py"])
def test_an_archive_that_reaches_outside_is_refused(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, b"")
    with pytest.raises(ValueError, match="outside"):
        unpack(buffer.getvalue())


def test_half_an_archive_is_refused():
    with pytest.raises(ValueError, match="no archive"):
        unpack(pack(FILES)[:100])
