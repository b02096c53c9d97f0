# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reports unknown variables ``ha_pair_*``. Ansible would ignore these without a message."""

from __future__ import annotations

import difflib

from ..vrrp.config.keywords.table import ROOT
from .errors import Locate, VariableProblem
from .host import FACTS, PREFIX, Host, well_formed
from .host_variables import ROLE_VARIABLES
from .instance_variables import FIELDS
from .variables import variables

# The variables beside the words of an instance.
ROLE_WORDS = ("vips", "group", "segment", *variables(ROOT), *ROLE_VARIABLES)
_KNOWN = tuple(PREFIX + word for word in (*FIELDS, *ROLE_WORDS))


def refuse_unknown(host: Host, problems: list[VariableProblem], locate: Locate) -> None:
    """Report each variable of ``host`` with our prefix that does not exist."""
    for variable in host.variables:  # Ansible computes a value only when it is read, so few are read
        if not variable.startswith(PREFIX) or variable in _KNOWN:
            continue
        value = host.variables[variable]
        if variable == FACTS and (value is None or well_formed(value)):
            continue
        near = difflib.get_close_matches(variable, _KNOWN, 1, 0.8)
        hint = f"did you mean {near[0]}?" if near else "ansible-doc -t role hotstandby.vrrp.ha_pair lists all"
        problems.append(VariableProblem(host.name, variable, "there is no such variable", hint, locate(value)))
