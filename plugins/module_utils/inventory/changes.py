# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It says in words what a deployment changes on a running pair. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ..vrrp.config.diff import KEYWORDS

ConfigResult = Mapping[str, Any]  # what vrrp_config returns of a host in check mode

_IN_STEP = "in step"  # the standby first, then the master
_LOSES_NOTHING = "nobody loses a packet"

# Fields with which another value is another virtual router to keepalived: a reload ends one, and begins the other.
_ANEW = ("virtual_router_id", "interface", "unicast_peers", "mcast_dst_ip", "vmac")


def changes(differences: Mapping[str, ConfigResult], keepalived: Collection[str] = ()) -> list[str]:
    """Return one line for each instance that changes, comes or goes, and for each change beside the instances.

    ``differences`` has the result of each host; nothing for one that was not compared. ``keepalived``: the hosts that
    run keepalived, which cannot change in step as our agent does.
    """
    said: dict[str, list[str]] = {}
    for host, found in differences.items():
        for text in _texts(found, differences, keepalived):
            said.setdefault(text, []).append(host)
    count = len(differences)
    return [text if len(hosts) == count else f"{text} (on {', '.join(hosts)})" for text, hosts in said.items()]


def _texts(found: ConfigResult, differences: Mapping[str, ConfigResult], keepalived: Collection[str]) -> Iterator[str]:
    plan = found.get("plan") or {}
    for kind, entries in plan.items():
        for entry in entries if isinstance(entries, Sequence) else ():
            if "field" in entry:
                yield f"{entry['field']}: {entry['old']} -> {entry['new']}"
            elif kind == "instances":
                cost = _cost(entry, keepalived)
                yield f"{entry['name']}: {_words(entry)}{cost}{_mastership(entry['name'], differences)}"
            else:
                yield f"{kind} {entry['name']}: {_words(entry)}"


def _words(entry: Mapping[str, Any]) -> str:
    if entry["kind"] != "changed":
        return str(entry["kind"])
    texts = ", ".join(map(_change, entry["changes"]))
    return f"{texts} {_IN_STEP}" if _in_step(entry) else texts


def _in_step(entry: Mapping[str, Any]) -> bool:
    return any(each.get("peer_must_follow") for each in entry["changes"])


def _cost(entry: Mapping[str, Any], keepalived: Collection[str]) -> str:
    """Return what a change of an instance costs; "" where there is nothing to say."""
    anew = any(each["field"] in _ANEW for each in entry["changes"])
    if not _in_step(entry):
        return "; keepalived begins it anew, so mastership may move" if anew and keepalived else ""
    if not keepalived:
        return f"; {_LOSES_NOTHING}"
    stopped = next(iter(keepalived)) if len(keepalived) == 1 else "the standby"
    loses = "nobody has the addresses for a Master_Down_Interval" if anew and len(keepalived) > 1 else _LOSES_NOTHING
    return f"; keepalived of {stopped} is stopped meanwhile, so nobody stands by; {loses}"


def _change(change: Mapping[str, Any]) -> str:
    """Return one change in the words of the file, where seconds have no unit and nothing is in hundredths."""
    name, values = str(change["field"]), [change["old"] or "nothing", change["new"] or "nothing"]
    if name.endswith("_cs"):
        name, values = name[:-3], [f"{int(value) / 100:g}" if value != "nothing" else value for value in values]
    elif name.endswith("_s"):
        name = name[:-2]
    return f"{KEYWORDS.get(name, name)} {values[0]} -> {values[1]}"


def _mastership(name: str, differences: Mapping[str, ConfigResult]) -> str:
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
