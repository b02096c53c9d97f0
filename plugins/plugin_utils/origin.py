# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It finds the place where a value of the inventory was written."""

from __future__ import annotations

import functools
import re

try:
    from ansible._internal._datatag._tags import Origin
except ImportError:  # it is private to Ansible: another release may have moved it
    Origin = None


def locate(value):
    """Return "FILE:LINE" where a value of the inventory was written; None where Ansible does not know."""
    origin = Origin.get_tag(value) if Origin is not None and value is not None else None
    if origin is None or not origin.path or not origin.line_num:
        return None
    return f"{origin.path}:{origin.line_num}"


def misread(value):
    """Return a number as it was written where YAML 1.1 reads another one (051 is 41, 1:30 is 90); else None."""
    origin = Origin.get_tag(value) if Origin is not None and isinstance(value, int) else None
    if origin is None or not origin.path or not origin.line_num or not origin.col_num:
        return None
    line = _lines(origin.path)[origin.line_num - 1 :][:1]
    found = re.match(r"[-+]?[0-9][0-9_:]*", line[0][origin.col_num - 1 :]) if line else None
    text = found.group() if found else ""
    if re.fullmatch(r"[-+]?0[0-7_]+", text) and int(text, 8) == value != int(text):
        return text
    return text if ":" in text.rstrip(":") else None


@functools.lru_cache(maxsize=16)
def _lines(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()
    except (OSError, ValueError):  # an encrypted file has no lines to read
        return []
