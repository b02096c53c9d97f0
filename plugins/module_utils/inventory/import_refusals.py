# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It leaves out, and reports, imported variables that the agent accepts and the role would refuse. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Optional

from ..vrrp.config.model.configuration import Configuration
from ..vrrp.config.syntax.parser import Statement
from .errors import VariableProblem, nowhere
from .host import PREFIX, Host
from .host_variables import SETTINGS
from .import_gaps import Gap, place_of
from .instance import drafts
from .instance_variables import FIELDS
from .instances import judge
from .track_gateways import gateways
from .vip import parse

HostVariables = dict[str, Any]
Statements = tuple[Statement, ...]
# Lists of entries -> the blocks of the file that they come from.
_BLOCKS: Mapping[str, tuple[str, ...]] = {
    "instances": ("vrrp_instance",),
    "scripts": ("vrrp_script",),
    "track_processes": ("vrrp_track_process",),
    "track_files": ("track_file", "vrrp_track_file"),
    "sync_groups": ("vrrp_sync_group",),
    "track_groups": ("track_group",),
}
# Words that an entry needs: without one it is not valid, or means something else.
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "instances": ("name", "interface", "virtual_router_id", "version", "advert_int", "virtual_ipaddress"),
    "scripts": ("name", "script"),
    "track_processes": ("name", "process"),
    "track_files": ("name", "file"),
    "sync_groups": ("name", "group"),
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    **SETTINGS,
    **{word: known.read for word, known in FIELDS.items()},
    "virtual_ipaddress": parse,
}
_VARIABLE = re.compile(rf"{PREFIX}(?P<word>\w+?)(\[(?P<index>\d+)\](\.(?P<inner>\w+))?)?")


@dataclass(frozen=True)
class _Removal:
    """It removes a value by ``work``; ``entry`` is the name of an entry that is removed as a whole."""

    work: Callable[[], Any]
    entry: str = ""


def leave_out(variables: HostVariables, configuration: Configuration, statements: Statements) -> list[Gap]:
    """Remove from ``variables`` what the role would refuse, and return that as gaps, with places in ``statements``."""
    gaps: list[Gap] = []
    while True:
        found = [(each, _removal(each, variables)) for each in dict.fromkeys(_problems(variables, configuration))]
        gaps += [_gap(problem, removal, variables, (configuration.path, statements)) for problem, removal in found]
        for _problem, removal in found:
            if removal is not None:
                removal.work()
        for word in _NEEDED:
            if PREFIX + word in variables and not variables[PREFIX + word]:
                del variables[PREFIX + word]
        if not any(removal for _problem, removal in found):
            return gaps


def _problems(variables: HostVariables, configuration: Configuration) -> list[VariableProblem]:
    problems: list[VariableProblem] = []
    said = {**variables}
    if PREFIX + "instances" not in said:
        return []
    said[PREFIX + "instances"] = [_with_secrets(each, configuration) for each in said[PREFIX + "instances"]]
    host = Host("", said)
    of_host = drafts(host, problems, nowhere)
    judge(host, of_host, problems, nowhere)
    gateways(of_host, [host], problems, nowhere)
    return problems


def _with_secrets(entry: Mapping[str, Any], configuration: Configuration) -> dict[str, Any]:
    """Return the entry with its secrets: there are names of variables instead, which are not valid passwords."""
    found = {**entry}
    instance = next(each for each in configuration.instances if each.name == entry["name"])
    if "auth_pass" in entry and instance.authentication is not None:
        found["auth_pass"] = instance.authentication.auth_pass
    if "auth_hmac" in entry and instance.hmac is not None:
        secrets = {key.key_id: f"hex:{key.secret.hex()}" for key in instance.hmac.keys if not key.file}
        keys = [{**key, "key": secrets[key["id"]]} if "key" in key else key for key in entry["auth_hmac"]["keys"]]
        found["auth_hmac"] = {**entry["auth_hmac"], "keys": keys}
    return found


def _removal(problem: VariableProblem, variables: HostVariables) -> Optional[_Removal]:
    """Return the removal of the bad item of a list, else of the value, else of its entry; None without a variable."""
    match = _VARIABLE.fullmatch(problem.variable)
    if match is None or PREFIX + match["word"] not in variables:
        return None
    holder, key, needed = variables, PREFIX + match["word"], False
    if match["index"] is not None:
        entries = variables[PREFIX + match["word"]]
        entry = entries[int(match["index"])]
        holder, key, needed = entry, match["inner"], match["inner"] in (None, *_NEEDED[match["word"]])
        if key is not None and key not in entry:
            needed = True
    value = holder.get(key)
    if isinstance(value, list) and len(value) > 1:
        wrong = _wrong(key.removeprefix(PREFIX), value, problem.text)
        if wrong is not None:
            return _Removal(partial(_drop, value, wrong))
    if needed:
        return _Removal(lambda: _drop(entries, entry), str(entry.get("name")))
    return _Removal(lambda: holder.pop(key, None))


def _drop(values: list[Any], wrong: Any) -> None:
    """Delete the last item that is the object ``wrong``, if it is still there."""
    for index in range(len(values) - 1, -1, -1):
        if values[index] is wrong:
            del values[index]
            return


def _wrong(word: str, values: list[Any], text: str) -> Optional[Any]:
    """Return the item that cannot be read, else the last one that the sentence names."""
    for each in values:
        try:
            _READ.get(word, str)(each)
        except ValueError as error:
            if str(error) == text:
                return each
    named = text.replace("'", " ").split()
    return next((each for each in reversed(values) if _name(each) in named), None)


def _name(entry: Any) -> str:
    """Return the first value of a mapping, which is its name or address, or the first word of a line."""
    first = str(next(iter(entry.values()), "")) if isinstance(entry, Mapping) else (str(entry).split() or [""])[0]
    return first.partition("/")[0]


def _gap(
    problem: VariableProblem, removal: Optional[_Removal], variables: HostVariables, file: tuple[str, Statements]
) -> Gap:
    """Return the gap. For an entry of a list its place is that of the entry's block, else the first line."""
    match = _VARIABLE.fullmatch(problem.variable)
    word, inner, place = problem.variable.removeprefix(PREFIX), None, (file[0], 1)
    if match is not None:
        word, inner = match["word"], match["inner"]
        if word in _BLOCKS and match["index"] is not None:
            name = str(variables[PREFIX + word][int(match["index"])].get("name"))
            found = [place_of(file[1], block, name, "") for block in _BLOCKS[word]]
            place = next((each for each in found if each[0]), place)
    why = f"the role refuses {problem.variable}: {problem.text}"
    if removal is not None and removal.entry:
        why += f"; {removal.entry} is left out"
    instead = problem.hint or "correct the value before a deployment"
    return Gap(inner or word, *place, why, instead, decisive=True)
