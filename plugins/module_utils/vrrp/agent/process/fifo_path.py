# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that the agent can make a FIFO at a path, before a reader waits for its lines."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from typing import Optional

from ...runtime import RUNTIME_DIR

PRIVATE = ("/tmp", "/var/tmp")  # PrivateTmp=yes gives the service its own
SUGGESTION = f"put it in {RUNTIME_DIR}, which the service may write"


def obstacles(
    path: str, may_write: Callable[[os.stat_result, str], bool], writable: Optional[tuple[str, ...]] = None
) -> Iterator[tuple[str, str]]:
    """Yield (problem, hint). ``may_write`` tells whether the agent's user may write to a directory.

    ``writable`` are the directories that its service may write beside its own; None where there is no such limit.
    """
    real = os.path.realpath(path)
    directory = os.path.dirname(real)
    if directory == RUNTIME_DIR or directory.startswith(RUNTIME_DIR + "/"):
        if directory != RUNTIME_DIR and not os.path.isdir(directory):
            yield (
                _cannot(path, f"there is no directory {directory}"),
                f"write {RUNTIME_DIR}/{os.path.basename(path)}",
            )
        return  # the service manager makes it
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        status = None
    except OSError:
        return  # we are not privileged enough to know
    if status is not None and not stat.S_ISFIFO(status.st_mode):
        yield f"{path} is not a FIFO", "remove it, or write another path"
        return
    if writable is not None and _below(directory, PRIVATE):
        yield f"only the service sees the FIFO {path}: it has a {PRIVATE[0]} of its own", SUGGESTION
    elif writable is not None and status is None and not _below(directory, writable):
        yield _cannot(path, f"the service may not write to {directory}"), f"{SUGGESTION}, or name it in writable_paths"
    elif status is None:
        yield from _directory(path, directory, may_write)


def _directory(
    path: str, directory: str, may_write: Callable[[os.stat_result, str], bool]
) -> Iterator[tuple[str, str]]:
    try:
        status = os.stat(directory)
    except FileNotFoundError:
        yield _cannot(path, f"there is no directory {directory}"), f"make it, or {SUGGESTION}"
        return
    except OSError:
        return
    if not may_write(status, directory):
        yield _cannot(path, f"the agent's user may not write to {directory}"), SUGGESTION


def _cannot(path: str, why: str) -> str:
    return f"cannot make the FIFO {path}: {why}"


def _below(directory: str, places: tuple[str, ...]) -> bool:
    return any(directory == place or directory.startswith(place.rstrip("/") + "/") for place in places)
