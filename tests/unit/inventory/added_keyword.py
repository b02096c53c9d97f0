# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is a process in which the table has new words, and the model their fields. It prints the effects as JSON.

No other code is changed for them. test_inventory_added_keyword.py compares the effects.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import make_dataclass
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[2]
TOP = TESTS.parent
sys.path[:0] = [
    str(Path(__file__).parent),
    str(TESTS),
    str(TOP / "plugins/module_utils"),
    str(TOP / ".ansible/collections"),
]
ADDED = ("quiet", "patience", "calm")
COLLECTION = "ansible_collections.hotstandby.vrrp.plugins.module_utils."


def add(package: str) -> None:
    """Add ``quiet`` and ``patience`` of an instance, ``calm`` of a host, and three options of ``track_http``."""

    def module(name: str) -> Any:
        return importlib.import_module(f"{package}config.{name}")

    model, entries, to = module("model.configuration"), module("keywords.keyword"), module("keywords.values")
    trackers = module("model.trackers")
    fields = [("attempts", int, 2), ("pause_s", float, 0.0), ("strict", bool, False)]
    trackers.TrackedHttp = make_dataclass("TrackedHttp", fields, bases=(trackers.TrackedHttp,), frozen=True)
    options = (
        entries.Keyword("attempts", to.integer(1, 9), "attempts", "1-9", "how often a check asks"),
        entries.Keyword("pause", to.seconds("0.5", "9"), "pause_s", "SECONDS", "a pause of a check"),
        entries.Keyword("strict", to.flag, "strict", "", "no redirect counts"),
    )
    module("keywords.check_values").TRACK_HTTP.options.update({each.name: each for each in options})
    instance, globals_ = module("keywords.vrrp_instance"), module("keywords.global_defs")
    fields = [("quiet", bool, False), ("patience", int, 3)]
    model.Instance = make_dataclass("Instance", fields, bases=(model.Instance,), frozen=True)
    model.Globals = make_dataclass("Globals", [("calm_s", float, 0.0)], bases=(model.Globals,), frozen=True)
    added = (
        entries.variable("quiet", to.flag, "quiet", "", "say nothing while BACKUP"),
        entries.variable("patience", to.integer(1, 9), "patience", "1-9", "how often it asks", shared=True),
    )
    instance.VRRP_INSTANCE.keywords.update({each.name: each for each in added})
    calm = entries.variable("calm", to.seconds("0.5", "9"), "calm_s", "SECONDS", "a rest")
    globals_.GLOBAL_DEFS.keywords["calm"] = calm


for package in ("vrrp.", f"{COLLECTION}vrrp."):
    add(package)


def of(name: str) -> Any:
    """Import a name of the library, after the table has its new keywords."""
    return importlib.import_module(name)


TEXT = """\
global_defs {
    router_id NodeA
    calm 2.5
}
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 100
    quiet
    patience 5
    @hotstandby track_http http://127.0.0.1/ attempts 5 pause 2.5 strict
    @hotstandby track_http http://127.0.0.1/b
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""


CHECK = {"url": "http://127.0.0.1/", "attempts": "5", "pause": 2.5, "strict": "yes"}
REFUSED = {"attempts": 10, "pause": 0.1, "strict": "perhaps", "strit": True}
WRONG = [("attempts 5", "attempts 10"), ("pause 2.5", "pause 0.1"), ("strict", "strit")]


def refused(**said: Any) -> list[str]:
    """Return the problems of an inventory in which the first host has these variables."""
    instances, inventory = of(f"{COLLECTION}inventory.instances").instances, of("two_hosts")
    try:
        instances(inventory.hosts(said, vips=[inventory.VIP]))
    except ValueError as error:
        return [str(problem) for problem in error.problems]  # type: ignore[attr-defined]
    return []


def main() -> None:
    """Print what each user of the table makes of the new keywords."""
    inspect = of("vrrp.config.loader").inspect
    inventory, specs = of("two_hosts"), of("argument_specs")
    report, wrong = inspect(TEXT, "f"), inspect(TEXT.replace("patience 5", "patience 10"), "f")
    imported = of(f"{COLLECTION}inventory.from_keepalived").import_file(TEXT, "f")
    hosts = inventory.hosts(vips=[inventory.VIP], quiet="yes", patience="5", calm=2.5)
    options = specs.options(specs.read())
    page = of("keywords").render().split("\n")
    file = of("role_template").files(hosts)["node-a"]
    checks = of("role_template").files(inventory.hosts(vips=[inventory.VIP], track_http=[CHECK, "http://127.0.0.1/b"]))
    parsed = [inspect(text, "f").configuration.instances[0].track.http for text in (TEXT, checks["node-a"])]
    found = {
        "parsed": [report.configuration.instances[0].quiet, report.configuration.instances[0].patience,
                   report.configuration.globals.calm_s],
        "left_out": [inspect(file.replace("    quiet\n", ""), "f").configuration.instances[0].quiet],
        "not_parsed": [str(problem) for problem in wrong.problems],
        "refused": refused(quiet="perhaps", patience=10, calm=0),
        "differing": refused(patience=4),
        "rendered": [line.strip() for line in file.split("\n") if line.split()[:1] in ([name] for name in ADDED)],
        "rendered_is_right": [str(each) for each in inspect(file, "f").problems],
        "specs": {name: options[f"ha_pair_{name}"] for name in ADDED},
        "entry": options["ha_pair_instances"]["options"]["patience"],
        "imported": {word: imported.shared["ha_pair_instances"][0].get(word) for word in ("quiet", "patience")},
        "imported_calm": imported.shared["ha_pair_calm"],
        "not_imported": [gap.keyword for gap in imported.gaps],
        "options_parsed": [[[each.attempts, each.pause_s, each.strict] for each in found] for found in parsed],
        "options_not_parsed": [str(inspect(TEXT.replace(*wrong), "f").problems[0]) for wrong in WRONG],
        "options_refused": [refused(track_http={**CHECK, word: value})[0] for word, value in REFUSED.items()],
        "options_rendered": [line.strip() for line in checks["node-a"].split("\n") if "track_http" in line],
        "options_shown": of("vrrp.config.format").format_value(parsed[0][0]),
        "options_imported": imported.shared["ha_pair_instances"][0]["track_http"],
        "options_docs": [line for line in page if line.startswith("| `@hotstandby track_http`")],
        "docs": [line for line in page if line.startswith(tuple(f"| `{name}`" for name in ADDED))],
    }  # fmt: skip
    print(json.dumps(found))


main()
