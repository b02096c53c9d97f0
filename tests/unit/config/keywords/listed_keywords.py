# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of the table of keywords share how they find a keyword in a list."""

from __future__ import annotations


def names(entries):
    return [entry.name for entry in entries]


def only(entries, name):
    (found,) = [entry for entry in entries if entry.name == name]
    return found
