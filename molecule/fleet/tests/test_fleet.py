# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Break two pairs of three, and move, drain and replace nodes, while a client of another pair loses nothing."""

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
    first, second = pair.names
    pair.bed.kill(first)
    try:
        poll(lambda: pair.bed.served_by(pair.vip), second, "who serves the page")
        yield ()
    finally:
        pair.bed.start(first)


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
    def broken(pair: Pair, folder: Path) -> Iterator[tuple[str, ...]]:
        group = pair.names[0].partition("-")[0]
        (folder / "wrong.yml").write_text(json.dumps({group: {"vars": variables}}))
        yield (f"--inventory={folder}/wrong.yml",)

    return broken


def broken_by_a_host_without_python(pair: Pair, _folder: Path) -> Iterator[tuple[str, ...]]:
    """The agent that runs there goes on: it has been loaded."""
    where = pair.b.check_output("readlink --canonicalize /usr/bin/python3")
    pair.b.check_output(f"mv {where} {where}.away")
    try:
        yield ()
    finally:
        pair.b.check_output(f"mv {where}.away {where}")


def broken_by_a_host_without_root(pair: Pair, folder: Path) -> Iterator[tuple[str, ...]]:
    second = pair.names[1]
    pair.b.check_output("useradd --create-home ops")
    try:
        pair.b.check_output("cp --recursive /root/.ssh /home/ops; chown --recursive ops: /home/ops/.ssh")
        args = json.loads((pair.folder / "connection.yml").read_text())["all"]["hosts"][second]["ansible_ssh_args"]
        # A connection of its own: the one that is open is root's.
        own = {"ansible_user": "ops", "ansible_ssh_args": f"-o ControlPath=none {args}"}
        (folder / "ops.yml").write_text(json.dumps({"all": {"hosts": {second: own}}}))
        yield (f"--inventory={folder}/ops.yml",)
    finally:
        pair.b.check_output("userdel --force --remove ops")


# What breaks the pair db, and what breaks mail in the same play, what the line of each says, and the interval that this
# play deploys to web.
BREAKS = {
    "a node is dead, a variable is misspelt": (
        (broken_by_a_dead_node, r"db-a is unreachable \(look at each host\): "),
        (broken_by_its_inventory(MISSPELT), "mail-a: .*ha_pair_advrt_int"),
        0.6,
    ),
    "VRRP does not get through, a host has no Python": (
        (broken_by_a_cut, "db-"),
        (broken_by_a_host_without_python, "mail-b: .*interpreter .* was not found"),
        0.7,
    ),
    "a host without root, a script is missing": (
        (broken_by_a_host_without_root, "db-b: .*root"),
        (broken_by_its_inventory(MISSING), "mail-a: Check the scripts: "),
        0.8,
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_broken_pairs_are_named_and_stop_no_other(fleet: Fleet, figure, tmp_path: Path, name: str) -> None:
    *broken, interval_s = BREAKS[name]
    before = intervals_s(fleet["mail"])
    with contextlib.ExitStack() as stack:
        arguments: list[str] = []
        for pair, (breaks, _expected) in zip(("db", "mail"), broken):
            arguments += stack.enter_context(contextlib.contextmanager(breaks)(fleet[pair], tmp_path))
        with unnoticed(fleet, figure, name):
            done = fleet["web"].run("ha_pair", "--extra-vars", f"ha_pair_advert_int={interval_s}", *arguments)
        assert done.returncode == 2, done.stdout
        for pair, (_breaks, expected) in zip(("db", "mail"), broken):
            assert re.match(f"FAILED +{expected}", line(done.stdout, pair)), done.stdout
        assert re.match("ok +VI_1: web-a MASTER, web-b BACKUP", line(done.stdout, "web")), done.stdout
        assert intervals_s(fleet["web"]) == [interval_s, interval_s]
    for pair in ("db", "mail"):
        fleet[pair].settled_on(f"{pair}-a")
    assert intervals_s(fleet["mail"]) == before


def test_the_next_play_brings_the_broken_pair_up_to_the_others(fleet: Fleet, figure) -> None:
    with unnoticed(fleet, figure, "the next play"):
        output = fleet["web"].play("ha_pair")
    for name in fleet:
        assert line(output, name).startswith("ok "), output
        assert intervals_s(fleet[name]) == [0.5, 0.5]


def owners(fleet: Fleet) -> dict[str, list[str]]:
    return {name: pair.bed.owners(pair.vip) for name, pair in fleet.items()}


def told(output: str) -> list[str]:
    """Return the lines that a play says at its end, above the recap."""
    return output.partition("PLAY RECAP")[0].rpartition('"msg": [')[2].partition("]")[0].split("\n")[1:-1]


def test_status_tells_one_pair_or_all(fleet: Fleet) -> None:
    output = fleet["web"].play("status")
    for name in fleet:
        assert re.match(rf"ok +VI_1: {name}-a MASTER .*, {name}-b BACKUP", line(output, name)), output
    output = fleet["web"].play("status", "--limit", "web")
    assert re.search(r"web-a +VI_1 +MASTER +100 +192\.168\.8\.201/24", output), output
    assert "db-" not in output


def test_mastership_of_one_pair_moves(fleet: Fleet, figure) -> None:
    with unnoticed(fleet, figure, "switchover of one pair, and of another"):
        fleet["web"].play("switchover", "--extra-vars", "to=web-b")
        assert owners(fleet) == {"web": ["web-b"], "db": ["db-a"], "mail": ["mail-a"]}
        fleet["web"].play("switchover", "--limit", "mail")
        fleet["web"].settled_on("web-b")
        assert owners(fleet) == {"web": ["web-b"], "db": ["db-a"], "mail": ["mail-b"]}


def test_status_switchover_and_drain_name_a_broken_pair_and_do_the_others(fleet: Fleet, figure, tmp_path: Path) -> None:
    """Begin where the last test ends: web-b and mail-b are master."""
    web = fleet["web"]
    with contextlib.contextmanager(broken_by_a_dead_node)(fleet[BROKEN], tmp_path):
        with unnoticed(fleet, figure, "status, switchover of all, drain, with a broken pair"):
            status = web.run("status")
            moved = web.run("switchover")
            assert owners(fleet) == {"web": ["web-a"], "db": ["db-b"], "mail": ["mail-a"]}
            drained = web.run("drain", "--extra-vars", "drain=web-a,db-b")
            assert owners(fleet) == {"web": ["web-b"], "db": ["db-b"], "mail": ["mail-a"]}
            undrained = web.play("drain", "--extra-vars", "undrain=web-a", "--limit", "web")
        for done in (status, moved, drained):
            assert done.returncode == 2, done.stdout
            assert re.match("FAILED .*db-a", line(done.stdout, BROKEN)), done.stdout
            for other in OTHERS:
                assert line(done.stdout, other).startswith("ok "), done.stdout
        assert re.search("web +ok ", undrained), undrained
        assert len(told(status.stdout)) <= 12, "a status of three pairs is short, with one of them broken"
    for name, pair in fleet.items():
        pair.settled_on(f"{name}-a")


def test_a_fresh_host_takes_the_place_of_a_dead_one(fleet: Fleet, figure, tmp_path: Path) -> None:
    """Take everything off a standby, as if the machine were new. Of the master the deployment changes one thing.

    That is the key with which both tell each other how they do: nobody reads the key that a host has.
    """
    mail = fleet["mail"]
    task = {"hotstandby.vrrp.vrrp_agent": {"state": "absent"}}
    play = {"hosts": "mail-b", "gather_facts": False, "tasks": [task]}
    (tmp_path / "absent.yml").write_text(json.dumps([play]))
    before = pids(mail)[0], mail.status("mail-a")["transitions"]
    with mail.probe() as probe:
        mail.play(str(tmp_path / "absent"))
        assert mail.b.run("systemctl cat hotstandby.service").rc != 0
        output = mail.play("ha_pair", "--limit", "mail")
        report = probe.report()
    figure(f"another host for mail-b: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert (report.lost, report.moves) == (0, []), str(report)
    assert re.search(r"mail-a +: ok=\d+ +changed=1 ", output), output
    assert (pids(mail)[0], mail.status("mail-a")["transitions"]) == before
    mail.settled_on("mail-a")


def test_a_peer_that_runs_another_release_gets_this_one_and_nothing_is_lost(fleet: Fleet, figure) -> None:
    """Let the standby run a release that has other octets than that of this collection."""
    web, other = fleet["web"], "/usr/local/lib/hotstandby/releases/other"
    web.b.check_output(
        f"cp --recursive --no-target-directory /usr/local/lib/hotstandby/current/ {other}"
        f" && echo '# another one' >> {other}/vrrp/cli.py"
        " && ln --symbolic --force --no-dereference releases/other /usr/local/lib/hotstandby/current"
        " && systemctl restart hotstandby"
    )
    web.settled_on("web-a")
    poll(lambda: web.status("web-b").get("state"), "BACKUP", "what it is with the other release")
    before = pids(web)
    with web.probe() as probe:
        output = web.play("ha_pair", "--limit", "web")
        report = probe.report()
    figure(f"another release on the standby: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert (report.lost, report.moves) == (0, []), str(report)
    assert line(output, "web").startswith("ok "), output
    after = pids(web)
    assert after[0] == before[0] and after[1] != before[1], "the standby alone is restarted"
    assert web.b.check_output("readlink /usr/local/lib/hotstandby/current") != "releases/other"
