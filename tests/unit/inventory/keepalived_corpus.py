# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It reads the files in tests/keepalived_files, and sends each through the import and the role and back.

``python tests/unit/inventory/keepalived_corpus.py`` writes outcomes.yml anew. Read the difference before you keep it.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_keepalived import Imported, import_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.loader import (
    LoadResult,
    here,
    inspect,
    read_text,
)
from imported_hosts import network, speak_as_the_other
from role_template import files

FOLDER = Path(__file__).parents[2] / "keepalived_files"
OUTCOMES = FOLDER / "outcomes.yml"
HEAD = """\
---
# What the import says of each file; tests/unit/inventory/keepalived_corpus.py writes it. keepalived starts with all
# files except those with "keepalived: ends", which is written by hand.
"""
NAME = "lb1"  # of the node that reads the files: some have @lb1 lines
ONE = {path.relative_to(FOLDER).with_suffix("").as_posix(): path for path in sorted(FOLDER.glob("one/*.conf"))}
ONE |= {path.parent.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.glob("included/*/keepalived.conf"))}
PAIRS = {
    first.relative_to(FOLDER).as_posix().removesuffix(".a.conf"): (first, first.with_name(first.name[:-6] + "b.conf"))
    for first in sorted(FOLDER.glob("pairs/*.a.conf"))
}
ALL = [*ONE.values(), *(path for both in PAIRS.values() for path in both)]


@dataclass
class Journey:
    """It is what became of a file. ``refused`` is what the role says of the pair, ``again`` what it rendered, read."""

    found: Imported
    refused: tuple[str, ...] = ()
    rendered: str = ""
    again: LoadResult | None = None


def imported(path: Path) -> Imported:
    """Return what the import makes of a file, with its passwords."""
    text = read_text(str(path))
    return import_file(text, str(path), NAME, here(text), secrets=True)


def travel(first: Imported, second: Imported | None = None) -> list[Journey]:
    """Return the journeys of both hosts of a pair; without ``second`` the other host is made of the first one."""
    journeys = [Journey(first), *([Journey(second)] if second else [])]
    if not all("ha_pair_instances" in {**each.found.shared, **each.found.host} for each in journeys):
        return journeys
    a = _in_yaml({**first.shared, **first.host})
    b = _in_yaml({**second.shared, **second.host}) if second else _partner(a)
    hosts = {
        "node-a": {**a, "ha_pair_interfaces": network(first)},
        "node-b": {**b, "ha_pair_interfaces": _renumbered(second) if second else network(first, others=True)},
    }
    try:
        rendered = files(hosts)
    except PairError as error:
        for journey in journeys:
            journey.refused = tuple(f"{each.variable}: {each.text}" for each in error.problems)
        return journeys
    for journey, host in zip(journeys, hosts):
        journey.rendered = rendered[host]
        journey.again = inspect(rendered[host], "rendered", NAME)
    return journeys


def _in_yaml(variables: dict[str, Any]) -> dict[str, Any]:
    """Return the variables as they come out of the file in host_vars."""
    return yaml.safe_load(yaml.safe_dump(variables, allow_unicode=True))


def _renumbered(found: Imported) -> list[dict[str, Any]]:
    """Return the network of the second host, whose addresses without a meaning are not those of the first one."""
    links = network(found)
    for number, link in enumerate(links, 101):
        for address in link["addresses"]:
            for prefix in ("203.0.113.", "fd00:ffff::"):
                if address["address"].startswith(prefix):
                    address["address"] = f"{prefix}{number}/{address['address'].partition('/')[2]}"
    return links


def _partner(first: dict[str, Any]) -> dict[str, Any]:
    """Return the variables of a host that goes with this one: BACKUP, the priority one lower, addresses swapped."""
    second = deepcopy(first)
    second.pop("ha_pair_router_id", None)
    for said, word in ((second, "ha_pair_%s"), *((each, "%s") for each in second["ha_pair_instances"])):
        if word % "priority" in said:
            said[word % "priority"] += -1 if said[word % "priority"] > 1 else 1
        if word % "state" in said:
            said[word % "state"] = "BACKUP"
        speak_as_the_other(said, word)
    return second


def comparable(configuration: Any) -> dict[str, Any]:
    """Return what a file means, part by part, without line numbers and without the user of a script that has none."""
    parts: dict[str, Any] = {"globals": replace(configuration.globals, vrrp_version=2)}
    for kind in ("scripts", "processes", "files", "instances", "sync_groups"):
        for each in getattr(configuration, kind):
            parts[f"{kind} {each.name}"] = replace(each, line=0) if hasattr(each, "line") else each
    for kind in ("garp_groups", "interface_delays", "track_groups"):
        parts[kind] = getattr(configuration, kind)
    parts.update({kind: getattr(configuration, kind) for kind in ("static_addresses", "static_routes", "static_rules")})
    return parts


def differences(journey: Journey) -> list[str]:
    """Return the parts of the file that mean something else in the rendered file, or are in one of them only."""
    before = comparable(journey.found.configuration)
    after = comparable(journey.again.configuration)
    if before["globals"].router_id is None:  # both take the host's name then
        after["globals"] = replace(after["globals"], router_id=None)
    if "ha_pair_script_user" not in journey.found.shared:  # the role's default then, and the import says so
        after["globals"] = replace(after["globals"], script_user=None, script_group=None)
    return sorted(part for part in {*before, *after} if before.get(part) != after.get(part))


def outcome(journeys: list[Journey], keepalived: str) -> dict[str, Any]:
    """Return what outcomes.yml holds for one file or one pair; what is empty is left out."""
    said: dict[str, Any] = {"keepalived": keepalived}
    for number, journey in enumerate(journeys):
        found, mark = journey.found, f" of {'ab'[number]}" if len(journeys) > 1 else ""
        said[f"problems{mark}"] = [_short(each) for each in found.problems]
        said[f"told{mark}"] = [_told(each, found.files[0]) for each in found.not_carried_over()]
        said[f"warnings{mark}"] = [_short(each) for each in found.warnings]
        said[f"differs{mark}"] = differences(journey) if journey.again and journey.again.configuration else []
        if not any("ha_pair_instances" in each for each in (found.shared, found.host)) and not found.problems:
            said[f"nothing left{mark}"] = True
    said["refused"] = [each[:100] for each in journeys[0].refused]
    return {word: value for word, value in said.items() if value not in ([], "starts")}


def _told(gap: dict[str, Any], path: str) -> str:
    included = "" if gap["file"] == path else f" of {Path(gap['file']).name}"
    return f"{gap['line']} {gap['keyword']}{included}"


def _short(problem: str) -> str:
    """Return the line of the file and the beginning of the text."""
    place, _, text = problem.partition(": ")
    return f"{place.split(':')[-2]} {text.partition(': ')[2]}"[:70]


def outcomes() -> dict[str, Any]:
    """Return outcomes.yml."""
    return yaml.safe_load(OUTCOMES.read_text(encoding="utf-8"))


class _Indented(yaml.SafeDumper):
    """It indents lists, as yamllint wants them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def main() -> None:
    """Write outcomes.yml anew. What keepalived does with a file is kept."""
    kept = outcomes() if OUTCOMES.exists() else {}
    paths = {**{name: (path,) for name, path in ONE.items()}, **PAIRS}
    told = {
        name: outcome(travel(*map(imported, each)), kept.get(name, {}).get("keepalived", "starts"))
        for name, each in paths.items()
    }
    text = yaml.dump(told, Dumper=_Indented, sort_keys=False, allow_unicode=True, width=118)
    OUTCOMES.write_text(f"{HEAD}{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
