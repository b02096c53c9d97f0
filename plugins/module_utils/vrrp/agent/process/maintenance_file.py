# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the drain and the holds that have a reason or an end, over a stop of the agent and a boot of the node.

The state directory lies on a disk, and a disk that hangs must not block the loop. So the loop has a child write the
file. A file that is damaged counts as missing.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any, NamedTuple, Optional

from ...protocol.terms import BY_MAX, REASON_MAX, Terms, one_line
from . import own_file

MAINTENANCE_FILE = "maintenance.json"
FORMAT = 1
HOLDS_MAX = 2048  # instances
SIZE_MAX = 4 << 20  # octets: so many holds with the longest texts take less
UNTIL_MAX = 253402300799  # the end of the year 9999
HOLDS = ("master", "backup")


class Kept(NamedTuple):
    """It has the terms of the drain, None without one, and each hold with its terms by the name of the instance."""

    drain: Optional[Terms]
    holds: dict[str, tuple[str, Terms]]


NOTHING = Kept(None, {})


def read(directory: str) -> tuple[Kept, str]:
    """Return what is kept there, and what is wrong with the file ("" when all is well)."""
    path = os.path.join(directory, MAINTENANCE_FILE)
    try:
        content = json.loads(own_file.read(path, SIZE_MAX))
        if content["format"] != FORMAT:
            raise ValueError(f"it has format {content['format']!r}, this release reads format {FORMAT}")
        drain, holds = content["drain"], list(content["holds"].items())[:HOLDS_MAX]
        return Kept(None if drain is None else _terms(drain), dict(map(_hold, holds))), ""
    except FileNotFoundError:
        return NOTHING, ""
    except OSError as error:
        return NOTHING, _lost(path, error.strerror or str(error))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return NOTHING, _lost(path, f"{type(error).__name__}: {error}")


def write(directory: str, kept: Kept) -> str:
    """Replace the file, or remove it where there is nothing to keep. Return why that failed, "" when it is done."""
    path = os.path.join(directory, MAINTENANCE_FILE)
    holds = {name: {"hold": hold, **terms.__dict__} for name, (hold, terms) in list(kept.holds.items())[:HOLDS_MAX]}
    content = {"format": FORMAT, "drain": None if kept.drain is None else kept.drain.__dict__, "holds": holds}
    try:
        if kept == NOTHING:
            with contextlib.suppress(FileNotFoundError):
                own_file.clear(path)
            return ""
        os.makedirs(directory, mode=0o700, exist_ok=True)
        own_file.replace(path, json.dumps(content).encode(), durable=True)
    except OSError as error:
        return f"cannot write {path}: {error.strerror or error}"
    return ""


def _lost(path: str, why: str) -> str:
    return f"cannot read {path}, so what it kept is not known: {why}. A drain or hold that must go on, say again"


def _hold(item: tuple[str, Any]) -> tuple[str, tuple[str, Terms]]:
    name, content = item
    if content["hold"] not in HOLDS:
        raise ValueError(f"{name!r} has the hold {content['hold']!r}")
    return name, (content["hold"], _terms(content))


def _terms(content: dict[str, Any]) -> Terms:
    until = content["until"]
    if until is not None and (not isinstance(until, int) or isinstance(until, bool) or not 0 <= until <= UNTIL_MAX):
        raise ValueError(f"until is {until!r}")
    return Terms(one_line("reason", content["reason"], REASON_MAX), one_line("by", content["by"], BY_MAX), until)
