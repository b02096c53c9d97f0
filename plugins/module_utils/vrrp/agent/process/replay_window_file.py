# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the last sequence of each ``auth_hmac`` sender over a restart, so that recordings stay refused.

The file survives a clean stop, which leaves no state file. It ends with the runtime directory, and so with a reboot.
The runtime directory is in memory, as the loop writes the file, and a disk that hangs must not block the loop.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from . import own_file
from .state_file import Identity

MARKS_FILE = "marks.json"
FORMAT = 1
INSTANCES_MAX, SENDERS_MAX = 2048, 1024

Marks = dict[bytes, int]  # the highest sequence, by the sender's address


def read(directory: str) -> dict[Identity, Marks]:
    """Return the marks of the process before this one; empty where the file is damaged or missing."""
    try:
        content = json.loads(own_file.read(os.path.join(directory, MARKS_FILE)))
        if content["format"] != FORMAT:
            return {}
        return dict(map(_instance, content["instances"][:INSTANCES_MAX]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def write(directory: str, marks: Mapping[Identity, Marks]) -> None:
    """Replace the file. Raises OSError."""
    instances = [
        {"identity": list(identity), "marks": {sender.hex(): sequence for sender, sequence in heard.items()}}
        for identity, heard in marks.items()
    ]
    content = json.dumps({"format": FORMAT, "instances": instances}).encode()
    own_file.replace(os.path.join(directory, MARKS_FILE), content)


def _instance(each: dict[str, Any]) -> tuple[Identity, Marks]:
    interface, vrid, version = each["identity"]
    if not isinstance(interface, str) or not _whole(vrid) or not _whole(version):
        raise TypeError
    return (interface, vrid, version), dict(map(_mark, list(each["marks"].items())[-SENDERS_MAX:]))


def _mark(item: tuple[str, Any]) -> tuple[bytes, int]:
    sender, sequence = bytes.fromhex(item[0]), item[1]
    if len(sender) not in (4, 16) or not _whole(sequence) or not 0 <= sequence < 1 << 64:
        raise ValueError
    return sender, sequence


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
