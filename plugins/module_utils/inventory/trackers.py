# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It checks the tracked processes, files and interfaces of a host: values, and that each one exists."""

from __future__ import annotations

from collections.abc import Mapping

from ..vrrp.config.keywords.track_blocks import TRACK_FILE, VRRP_TRACK_PROCESS
from .errors import Locate, VariableProblem
from .host import PREFIX, Host
from .instance import PairInstance
from .value_types import Read
from .variables import words_of

PROCESS = words_of(VRRP_TRACK_PROCESS)
FILE = words_of(TRACK_FILE)
# variable -> what its entries have, the word that they need, the word of an instance that names them
KINDS = {
    "track_processes": (PROCESS, "process", "track_process"),
    "track_files": (FILE, "file", "track_file"),
}


def trackers(host: Host, of_host: list[PairInstance], problems: list[VariableProblem], locate: Locate) -> None:
    """Check them. What an instance tracks must exist. Unlike scripts, only those that it names count."""
    for variable, (words, needed, tracked) in KINDS.items():
        known = definitions(host, variable, words, needed, problems, locate)
        for draft in of_host:
            for entry in draft.values.get(tracked, ()):
                if entry["name"] not in known:
                    said, value = draft.said[tracked]
                    sentence = f"there is no {needed} '{entry['name']}'"
                    hint = f"{PREFIX}{variable} has {', '.join(known) or 'none'}"
                    problems.append(VariableProblem(host.name, said, sentence, hint, locate(value)))
    for draft in of_host:
        for entry in draft.values.get("track_interface", ()):
            if host.nics and entry["name"] not in host.nics:
                said, value = draft.said["track_interface"]
                sentence = f"there is no interface {entry['name']}"
                problems.append(VariableProblem(host.name, said, sentence, f"it has {host.network()}", locate(value)))


def definitions(
    host: Host, variable: str, words: Mapping[str, Read], needed: str, problems: list[VariableProblem], locate: Locate
) -> list[str]:
    """Check a list of mappings, and return their names. ``needed`` is the word that each must have beside its name."""
    known: list[str] = []
    said = host.said(variable) or ()
    for index, entry in enumerate(said if isinstance(said, (list, tuple)) else [said]):
        place = f"{PREFIX}{variable}[{index}]"
        if not isinstance(entry, Mapping):
            problems.append(
                VariableProblem(host.name, place, f"it is a mapping of {', '.join(words)}", where=locate(entry))
            )
            continue
        for word in entry:
            if word not in words:
                hint = f"known are {', '.join(words)}"
                problems.append(
                    VariableProblem(host.name, place, f"'{word}' is not one of its words", hint, locate(word))
                )
        for word in ("name", needed):
            if entry.get(word) is None:
                problems.append(VariableProblem(host.name, place, f"it has no {word}", where=locate(entry)))
        for word, read in words.items():
            if entry.get(word) is not None:
                try:
                    read(entry[word])
                except ValueError as error:
                    where = locate(entry[word])
                    problems.append(VariableProblem(host.name, f"{place}.{word}", str(error), where=where))
        if entry.get("name") is not None and str(entry["name"]) in known:
            problems.append(
                VariableProblem(host.name, place, f"two have the name {entry['name']}", where=locate(entry["name"]))
            )
        known.append(str(entry.get("name")))
    return known
