# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists the words of an instance: how each value is read, and whether both hosts of a pair share it.

They come from the table of keywords. Each can stand in an entry of ``ha_pair_instances`` or, for every instance of a
host, in a variable ``ha_pair_WORD``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..vrrp.config.keywords.vrrp_instance import VRRP_INSTANCE
from .value_types import decimal, switch
from .variables import kind_of, variables


@dataclass(frozen=True)
class Field:
    """It is one word of an instance. ``shared``: both hosts of a pair must have the same value."""

    read: Callable[[Any], Any]
    shared: bool = False
    secret: bool = False


FIELDS: Mapping[str, Field] = {
    **{
        word: Field(kind_of(entry).read, entry.variable.shared, entry.variable.secret)
        for word, entry in variables(VRRP_INSTANCE).items()
        if entry.variable is not None and word != "vips"
    },
    # The role's own: the file has the peers, and the version and the interval.
    "unicast": Field(switch, shared=True),
    "takeover_within": Field(decimal("0.001", "10000", "seconds until a dead master is replaced"), shared=True),
}

# The built-in checks: word -> keyword of their lines in the file.
ADDITIONS = {word: entry.name for word, entry in variables(VRRP_INSTANCE).items() if entry.addition}

# Further words of an entry of ha_pair_instances.
OWN_WORDS = ("name", "virtual_ipaddress", "master")
