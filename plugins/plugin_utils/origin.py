# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a value of the inventory was written."""

from __future__ import annotations

try:
    from ansible._internal._datatag._tags import Origin
except ImportError:  # before ansible-core 2.19 nothing knows where a value was written
    Origin = None


def locate(value):
    """FILE:LINE where a value of the inventory was written; None where Ansible does not know."""
    origin = Origin.get_tag(value) if Origin is not None and value is not None else None
    if origin is None or not origin.path or not origin.line_num:
        return None
    return f"{origin.path}:{origin.line_num}"
