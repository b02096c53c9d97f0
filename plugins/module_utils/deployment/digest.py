# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It makes one digest of a tree of files, the same on the controller and on a node."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over paths and contents, in the order of the paths; 64 hexadecimal digits."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
    return whole.hexdigest()


def sources(directory: str) -> dict[str, bytes]:
    """Return every Python source below ``directory`` by its path in it; empty where there is no such directory.

    Compiled files are left out: they differ with the interpreter and the time.
    """
    found = {}
    for folder, folders, names in os.walk(directory):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, directory)] = file.read()
    return found
