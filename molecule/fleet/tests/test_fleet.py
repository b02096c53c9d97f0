# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Break one pair of three in several ways, while a client of another pair loses nothing."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Pair, poll

Fleet = Mapping[str, Pair]
BROKEN, OTHERS = "db", ("web", "mail")
CUT = "add table inet cut; add chain inet cut one { type filter hook input priority 0; };"
MISSPELT = {"ha_pair_advrt_int": 1}
MISSING = {"ha_pair_scripts": [{"name": "gone", "script": "/usr/local/bin/gone"}]}


def line(output: str, pair: str) -> str:
    """Return the line about a pair at the end of a play."""
    found = re.findall(rf'"{pair} +((?:ok|FAILED)[^"]*)"', output)
    assert len(found) == 1, output
    return found[0]


def pids(pair: Pair) -> list[str]:
    command = "systemctl show --property MainPID --value hotstandby"
    return [host.check_output(command) for _name, host in pair.each()]


def intervals_s(pair: Pair) -> list[float]:
    return [pair.status(name).get("advert_int_s") for name in pair.names]


@contextlib.contextmanager
def unnoticed(fleet: Fleet, figure: Callable[[str], None], what: str, name: str = "web") -> Iterator[None]:
    """Assert that a client of a pair loses nothing, whatever moves, and that no agent of the pair starts again."""
    pair = fleet[name]
    before = pids(pair)
    with pair.probe() as probe:
        yield
        report = probe.report()
    figure(f"{what}: {report.lost} of {report.sent} lost at {name}, {len(report.moves)} moves")
    assert report.lost == 0, str(report)
    assert pids(pair) == before


def test_each_pair_has_exactly_one_owner(fleet: Fleet) -> None:
    for name, pair in fleet.items():
        pair.settled_on(f"{name}-a")


def broken_by_a_dead_node(pair: Pair, _folder: Path) -> Iterator[tuple[str, ...]]:
    pair.bed.kill("db-a")
    try:
        poll(lambda: pair.bed.served_by(pair.vip), "db-b", "who serves the page")
        yield ()
    finally:
        pair.bed.start("db-a")


def broken_by_a_cut(pair: Pair, _folder: Path) -> Iterator[tuple[str, ...]]:
    """Neither node hears the other, so both are master."""
    for name in pair.names:
        rule = f"{CUT} add rule inet cut one ip protocol 112 drop"
        pair.bed.segment.hosts[name].run(["nft", rule], check=True)
    try:
        poll(lambda: pair.bed.owners(pair.vip), list(pair.names), "both have it")
        yield ()
    finally:
        for name in pair.names:
            pair.bed.segment.hosts[name].run(["nft", "delete table inet cut"], check=True)


def broken_by_its_inventory(variables: Mapping[str, Any]) -> Callable[[Pair, Path], Iterator[tuple[str, ...]]]:
    def broken(_pair: Pair, folder: Path) -> Iterator[tuple[str, ...]]:
        (folder / "wrong.yml").write_text(json.dumps({BROKEN: {"vars": variables}}))
        yield (f"--inventory={folder}/wrong.yml",)

    return broken


# What breaks the pair, what its line says, and the interval that this play deploys to the others.
BREAKS = {
    "a node is dead": (broken_by_a_dead_node, r"db-a is unreachable \(look at each host\): ", 0.6),
    "VRRP does not get through": (broken_by_a_cut, "db-", 0.7),
    "a variable is misspelt": (broken_by_its_inventory(MISSPELT), "db-a: .*ha_pair_advrt_int", 0.8),
    "a script is missing": (broken_by_its_inventory(MISSING), "db-a: Check the scripts: ", 0.9),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_pair_is_named_and_stops_no_other(fleet: Fleet, figure, tmp_path: Path, name: str) -> None:
    breaks, expected, interval_s = BREAKS[name]
    with contextlib.contextmanager(breaks)(fleet[BROKEN], tmp_path) as arguments:
        with unnoticed(fleet, figure, name):
            done = fleet[BROKEN].run("ha_pair", "--extra-vars", f"ha_pair_advert_int={interval_s}", *arguments)
        assert done.returncode == 2, done.stdout
        assert re.match(f"FAILED +{expected}", line(done.stdout, BROKEN)), done.stdout
        for other in OTHERS:
            assert re.match(rf"ok +VI_1: {other}-a MASTER, {other}-b BACKUP", line(done.stdout, other)), done.stdout
            assert intervals_s(fleet[other]) == [interval_s, interval_s]
    fleet[BROKEN].settled_on("db-a")


def test_the_next_play_brings_the_broken_pair_up_to_the_others(fleet: Fleet, figure) -> None:
    with unnoticed(fleet, figure, "the next play"):
        output = fleet["web"].play("ha_pair")
    for name in fleet:
        assert line(output, name).startswith("ok "), output
        assert intervals_s(fleet[name]) == [0.5, 0.5]
