# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test pairs with keepalived on both nodes and on one: deployed by the role, asked, moved, changed in step, removed.

These tests come after those of test_keepalived.py, which leave the nodes without an agent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import A, B, Pair

from lab.probe import Report

FILE = "/etc/keepalived/keepalived.conf"
BOTH, ONE = {A: "keepalived", B: "keepalived"}, {A: "hotstandby", B: "keepalived"}
BROKEN = "/run/broken"  # the check of the service fails while it is there
MOVED_MS = 100.0  # of a move by keepalived on a busy machine; a stop of it loses a skew of more than 500 ms


class Engines:
    """It plays the playbooks for the pair with these programs, and keeps what a change has made of the variables."""

    def __init__(self, pair: Pair, folder: Path, engines: dict[str, str]):
        self.pair = pair
        self._inventory = folder / "engines.yml"
        addresses = {A: "192.168.8.4", B: "192.168.8.6"}
        self.hosts = {name: {"ansible_host": addresses[name], "ha_pair_engine": engines[name]} for name in engines}
        self.said: dict[str, Any] = {"ha_pair_vips": ["192.168.8.100/24"], "ha_pair_auth_pass": "1111"}
        self.said.update(ha_pair_version=2, ha_pair_advert_int=1, ha_pair_script_user="nobody")
        script = {"name": "work", "script": f"/usr/bin/test ! -e {BROKEN}", "interval": 1, "weight": -20}
        self.said.update(ha_pair_scripts=[script])

    def play(self, playbook: str, *arguments: str) -> str:
        self._inventory.write_text(yaml.safe_dump({"ha_pair": {"hosts": self.hosts, "vars": self.said}}))
        return self.pair.play(playbook, *arguments, inventory=self._inventory)

    def measured(self, playbook: str, *arguments: str) -> tuple[str, Report]:
        with self.pair.probe() as probe:
            output = self.play(playbook, *arguments)
            return output, probe.report()


def changed(output: str) -> dict[str, int]:
    """Return how many tasks have changed each host."""
    return {name: int(number) for name, number in re.findall(r"(\S+) +: ok=.* changed=(\d+) ", output)}


@pytest.fixture(scope="module", params=[BOTH, ONE], ids=["both", "one"])
def engines(request: Any, pair: Pair, tmp_path_factory: Any) -> Iterator[Engines]:
    """Deploy the pair; take it off the nodes at the end."""
    found = Engines(pair, tmp_path_factory.mktemp("engines"), request.param)
    output = found.play("ha_pair", "--diff")
    assert "1111" not in output
    yield found
    found.play("remove")
    for name, host in pair.each():
        assert pair.bed.owners() == []
        assert host.run("systemctl is-active keepalived").stdout.strip() == "inactive", name
        assert host.run("systemctl is-enabled keepalived").stdout.strip() == "disabled", name
        assert not host.file(FILE).exists, name


def test_the_pair_works_and_a_second_run_changes_nothing(engines: Engines) -> None:
    engines.pair.settled_on(A)
    assert changed(engines.play("ha_pair")) == {A: 0, B: 0}
    assert "keepalived" in engines.pair.bed.node(B).run(["ps", "-C", "keepalived", "-o", "comm="]).stdout
    assert re.search(rf"{A} +VI_1 +MASTER +100", engines.play("status"))


def test_the_file_that_was_there_is_kept(engines: Engines) -> None:
    copy = engines.pair.bed.node(B).run(["cat", f"{FILE}.before-hotstandby"], check=True).stdout
    assert "vrrp_instance VI_K" in copy, "test_keepalived.py has left it"


def test_a_check_that_fails_moves_mastership_and_back(engines: Engines) -> None:
    host = dict(engines.pair.each())[A]
    host.run(f"touch {BROKEN}")
    engines.pair.settled_on(B)
    assert re.search(rf"{A} +VI_1 +BACKUP +80 .*work", engines.play("status"))
    host.run(f"rm {BROKEN}")
    engines.pair.settled_on(A)


def test_a_switchover_stays_and_goes_back(engines: Engines, figure: Callable[[str], None]) -> None:
    for target in (B, A):
        output, report = engines.measured("switchover", "--extra-vars", f"to={target}")
        figure(f"{set(engine(engines))}, switchover to {target}: {report.lost} of {report.sent} lost")
        assert "has no command for a move" in " ".join(output.split())
        assert [move.to_node for move in report.moves] == [target], str(report)
        assert report.moves[0].lost_ms <= MOVED_MS, str(report)
        engines.pair.settled_on(target)
        held = engines.pair.bed.node(B).run(["grep", "--count", "^# hold: VI_1 master$", FILE]).stdout.strip()
        assert held == ("1" if target == B else "0")


def engine(engines: Engines) -> list[str]:
    return [each["ha_pair_engine"] for each in engines.hosts.values()]


def test_a_password_changes_in_step_and_nobody_loses_a_packet(engines: Engines, figure: Callable[[str], None]) -> None:
    engines.said["ha_pair_auth_pass"] = "2222"
    output, report = engines.measured("ha_pair", "--diff")
    figure(f"{set(engine(engines))}, another password: {report.lost} of {report.sent} lost")
    told = " ".join(output.split())
    assert "is stopped meanwhile, so nobody stands by; nobody loses a packet" in told
    assert "2222" not in output
    assert (report.lost, report.moves) == (0, []), str(report)
    engines.pair.settled_on(A)


def test_a_drained_node_takes_nothing_while_its_peer_lives(engines: Engines) -> None:
    engines.play("drain", "--extra-vars", f"drain={A}", "--extra-vars", "reason=kernel")
    engines.pair.settled_on(B)
    engines.play("drain", "--extra-vars", f"undrain={A}")
    engines.pair.settled_on(A)


def test_a_rolling_update_works_on_the_standby_first(
    engines: Engines, figure: Callable[[str], None], tmp_path: Path
) -> None:
    (tmp_path / "work.yml").write_text("- ansible.builtin.command: touch /run/worked\n")
    output, report = engines.measured("rolling_update", "--extra-vars", f"update_tasks={tmp_path}/work.yml")
    figure(f"{set(engine(engines))}, rolling update: {report.lost} of {report.sent} lost, {len(report.moves)} moves")
    assert [move.to_node for move in report.moves] == [B, A], output
    assert all(move.lost_ms <= MOVED_MS for move in report.moves), str(report)
    engines.pair.settled_on(A)
    for _name, host in engines.pair.each():
        assert host.run("rm /run/worked").rc == 0
