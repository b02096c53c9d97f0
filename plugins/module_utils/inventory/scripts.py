# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It checks the check scripts of a host: their values, and that each tracked one is defined."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from ..vrrp.config.keywords.track_blocks import VRRP_SCRIPT
from .errors import Locate, VariableProblem
from .host import PREFIX, Host
from .instance import PairInstance
from .value_types import Read
from .variables import words_of

FIELDS = words_of(VRRP_SCRIPT)


def scripts(host: Host, of_host: list[PairInstance], problems: list[VariableProblem], locate: Locate) -> None:
    """Check the scripts. An instance tracks all of them unless it names some; each one that it names must exist."""
    entries = host.said("scripts") or ()
    if not isinstance(entries, (list, tuple)):
        hint = "write a list: a dash before its first word"
        where = locate(entries)
        problems.append(VariableProblem(host.name, f"{PREFIX}scripts", "it is a list of mappings", hint, where))
        entries = ()
    said = [script for script in entries if isinstance(script, Mapping)]
    for index, script in enumerate(entries):
        if not isinstance(script, Mapping):
            text_, where = f"it is a mapping of {', '.join(FIELDS)}", locate(script)
            problems.append(VariableProblem(host.name, f"{PREFIX}scripts[{index}]", text_, where=where))
    for index, script in enumerate(said):
        _read(host, f"{PREFIX}scripts[{index}]", script, problems, locate)
    known = [str(script.get("name")) for script in said]
    for twice in sorted({one for one in known if known.count(one) > 1}):
        where = locate(next(script for script in reversed(said) if str(script.get("name")) == twice).get("name"))
        problems.append(
            VariableProblem(host.name, PREFIX + "scripts", f"two scripts have the name {twice}", where=where)
        )
    for draft in of_host:
        if "track_script" not in draft.said:
            draft.values["track_script"] = [{"name": one} for one in known]
            continue
        for tracked in draft.values.get("track_script", ()):
            if tracked["name"] not in known:
                variable, value = draft.said["track_script"]
                sentence = f"there is no script '{tracked['name']}'"
                hint = f"{PREFIX}scripts has {', '.join(known) or 'none'}"
                problems.append(VariableProblem(host.name, variable, sentence, hint, locate(value)))


def _read(
    host: Host, variable: str, script: Mapping[str, Any], problems: list[VariableProblem], locate: Locate
) -> None:
    for word in script:
        if word not in FIELDS:
            near = difflib.get_close_matches(str(word), FIELDS, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(FIELDS)}"
            problems.append(
                VariableProblem(host.name, variable, f"'{word}' is not a word of a script", hint, locate(word))
            )
    for word in ("name", "script"):
        if script.get(word) is None:
            problems.append(VariableProblem(host.name, variable, f"it has no {word}", where=locate(script)))
    for word, read in FIELDS.items():
        if script.get(word) is not None:
            _try(host, f"{variable}.{word}", read, script[word], problems, locate)


def _try(host: Host, variable: str, read: Read, value: Any, problems: list[VariableProblem], locate: Locate) -> None:
    try:
        read(value)
    except ValueError as error:
        problems.append(VariableProblem(host.name, variable, str(error), where=locate(value)))
