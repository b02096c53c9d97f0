# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It says in words what a deployment changes on a running pair. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..vrrp.config.diff import KEYWORDS

Difference = Mapping[str, Any]  # what vrrp_config returns of a host in check mode

_IN_STEP = "in step"  # the standby first, then the master


def changes(differences: Mapping[str, Difference]) -> list[str]:
    """Return one line for each instance that changes, comes or goes, and for each change beside the instances.

    ``differences`` has the result of each host; nothing for one that was not compared.
    """
    said: dict[str, list[str]] = {}
    for host, found in differences.items():
        for text in _texts(found, differences):
            said.setdefault(text, []).append(host)
    return [
        text if len(hosts) == len(differences) else f"{text} (on {', '.join(hosts)})" for text, hosts in said.items()
    ]


def _texts(found: Difference, differences: Mapping[str, Difference]) -> Iterator[str]:
    plan = found.get("plan") or {}
    for kind, entries in plan.items():
        for entry in entries if isinstance(entries, Sequence) else ():
            if "field" in entry:
                yield f"{entry['field']}: {entry['old']} -> {entry['new']}"
            elif kind == "instances":
                yield f"{entry['name']}: {_words(entry)}{_mastership(entry['name'], differences)}"
            else:
                yield f"{kind} {entry['name']}: {_words(entry)}"


def _words(entry: Mapping[str, Any]) -> str:
    if entry["kind"] != "changed":
        return str(entry["kind"])
    texts = ", ".join(map(_change, entry["changes"]))
    in_step = any(each.get("peer_must_follow") for each in entry["changes"])
    return f"{texts} {_IN_STEP}; nobody loses a packet" if in_step else texts


def _change(change: Mapping[str, Any]) -> str:
    """Return one change in the words of the file, where seconds have no unit and nothing is in hundredths."""
    name, values = str(change["field"]), [change["old"] or "nothing", change["new"] or "nothing"]
    if name.endswith("_cs"):
        name, values = name[:-3], [f"{int(value) / 100:g}" if value != "nothing" else value for value in values]
    elif name.endswith("_s"):
        name = name[:-2]
    return f"{KEYWORDS.get(name, name)} {values[0]} -> {values[1]}"


def _mastership(name: str, differences: Mapping[str, Difference]) -> str:
    """Return what becomes of the mastership of an instance, as far as a host can say it."""
    entries = [
        (host, entry)
        for host, found in differences.items()
        for entry in found.get("mastership") or ()
        if entry["instance"] == name
    ]
    for host, entry in entries:
        if entry["moves"]:
            return f"; mastership moves: {host}: {entry['why']}"
    stays = [entry for _host, entry in entries if entry["state"] == "MASTER" and entry["moves"] is False]
    return "; mastership stays" if stays else ""
