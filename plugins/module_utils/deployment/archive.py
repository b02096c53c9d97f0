# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It packs the sources of a release into one file on the controller, and unpacks it on a node."""

from __future__ import annotations

import io
import os
import posixpath
import zipfile
from collections.abc import Mapping

#: A program that runs a module out of an archive. Its argument is the name of the module. Its standard input has the
#: request on one line, and then the archive.
RUN = """\
import sys, tempfile, types
request, content = sys.stdin.buffer.readline(), sys.stdin.buffer.read()
with tempfile.NamedTemporaryFile(suffix=".zip") as file:
    file.write(content)
    file.flush()
    package = sys.modules["release"] = types.ModuleType("release")
    package.__path__ = [file.name]
    from release.deployment.module_entry import answer
    answer(sys.argv[1], request, file.name)
"""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time that the format knows: equal content gives equal archives


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of ``files`` (path to content), byte for byte the same each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path.replace(os.sep, "/"), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the files of an archive. Raises ValueError for no archive, or for a path outside its directory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError) as error:
        raise ValueError(f"no archive: {error}") from error
    for name in files:
        if posixpath.isabs(name) or ".." in name.split("/"):
            raise ValueError(f"the archive reaches outside its directory: {name}")
    return files
