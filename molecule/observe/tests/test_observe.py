# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of the master fails, and the standby takes over: all who observe the pair tell the same time and reason.

The journal has the time to which the others are compared. All of them run at the same time, and see the same failover.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

import pytest
import yaml
from conftest import A, B, Pair, poll
from observers import EVERY_S, Prometheus, Rulebook, Terminal, Tickets

from lab.testbed import VIP

FAILED = "script chk_page failed: exited with status 7"
TAKEN_OVER = "192.168.8.4 advertised priority 0: it stops"
FOLLOWS = ["pgrep", "--full", "events --follow --json"]
SHOWN_S = 1.0  # a time that is shown without parts of a second
CACHED_S = 1.0  # the age of the metrics that are scraped
LATE_S = 0.5  # from the change to its entry in the journal, with both processors busy


@dataclass
class Seen:
    """It is what each observer had after the failover. Times are seconds since 1970, by the clock of the nodes."""

    journal: dict[str, dict[str, str]]  # of each node, its last transition
    screens: dict[str, str]
    tickets: Tickets
    events: list[dict]
    metrics: dict[str, float | None]
    alert: dict

    def at(self, node: str) -> float:
        """Return when the node changed its state, by its journal."""
        return int(self.journal[node]["_SOURCE_REALTIME_TIMESTAMP"]) / 1e6


def transition(pair: Pair, node: str) -> dict[str, str]:
    """Return the last change of the state of VI_1 in the journal of a node."""
    words = ["journalctl", "HOTSTANDBY_INSTANCE=VI_1", "--output=json"]
    entries = map(json.loads, pair.bed.node(node).run(words, check=True).stdout.splitlines())
    return [each for each in entries if "HOTSTANDBY_STATE" in each][-1]


def reach(pair: Pair) -> dict[str, dict[str, str]]:
    """Return how a user reaches each node by ssh."""
    said = yaml.safe_load((pair.folder / "connection.yml").read_text())["all"]
    return {
        name: {
            "name": name, "address": host["ansible_host"], "user": said["vars"]["ansible_user"],
            "private_key_file": said["vars"]["ansible_ssh_private_key_file"], "ssh_args": host["ansible_ssh_args"],
        }
        for name, host in said["hosts"].items()
    }  # fmt: skip


def watch(host: dict[str, str]) -> list[str]:
    """Return the command of a person who watches a node from a terminal."""
    words = ["ssh", "-tt", *shlex.split(host["ssh_args"]), "-i", host["private_key_file"]]
    return [*words, f"{host['user']}@{host['address']}", "hotstandby", "watch"]


@pytest.fixture(scope="module")
def seen(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Let the page of the master fail, and give what each observer had then."""
    folders = {name: tmp_path_factory.mktemp(name) for name in (A, B, "prometheus", "rulebook")}
    hosts, addresses = reach(pair), {name: pair.bed.node(name).ip for name in (A, B)}
    tickets = Tickets()
    variables = {"ticket_url": tickets.url, "hotstandby_hosts": list(hosts.values())}
    pair.settled_on(A)
    with (
        tickets,
        Rulebook(folders["rulebook"], "hotstandby.vrrp.ticket", variables, TICKET_TOKEN="1111") as rules,
        Prometheus(folders["prometheus"], pair.bed.client, addresses) as metrics,
        Terminal(folders[A], watch(hosts[A])) as on_a,
        Terminal(folders[B], watch(hosts[B])) as on_b,
    ):  # fmt: skip
        screens = {A: on_a, B: on_b}
        for name, screen in screens.items():
            poll(lambda: pair.bed.node(name).run(FOLLOWS).returncode, 0, f"events of {name} are followed")  # noqa: B023
            poll(lambda: "VI_1" in screen.text(), True, f"the terminal on {name}")  # noqa: B023
        poll(lambda: metrics.value("sum(hotstandby_up)"), 2, "nodes that Prometheus has scraped")
        pair.a.check_output("systemctl stop page")
        try:
            poll(lambda: pair.bed.owners(VIP), [B], f"who has {VIP}")
            for name, reason in ((A, FAILED), (B, TAKEN_OVER)):
                poll(lambda: reason in one_line(screens[name].text()), True, f"{reason} on {name}")  # noqa: B023
            states = [STATE.replace("NODE", name) for name in (A, B)]
            poll(lambda: [metrics.value(state) for state in states], [3, 2], "states that Prometheus has")
            poll(lambda: len(metrics.firing("HotstandbyFault")), 1, "alerts of the fault")
            poll(lambda: len(tickets.opened), 1, f"tickets; {rules.log()}")
            poll(lambda: {each["reason"] for each in rules.events()} >= {FAILED, TAKEN_OVER}, True, rules.log())
            yield Seen(
                {name: transition(pair, name) for name in (A, B)},
                {name: screen.text() for name, screen in screens.items()},
                tickets,
                rules.events(),
                {query: metrics.value(query) for query in QUERIES},
                metrics.firing("HotstandbyFault")[0],
            )
        finally:
            pair.a.check_output("systemctl start page")
        on_a.press("q")
        poll(lambda: on_a.running, False, "q ends watch")
    pair.settled_on(A)


def one_line(screen: str) -> str:
    """Return the words of a screen, which wraps its lines."""
    return " ".join(screen.split())


OF_NODE = "{instance='NODE',iname='VI_1'}"
SINCE = f"timestamp(hotstandby_vrrp_state_age_seconds{OF_NODE}) - hotstandby_vrrp_state_age_seconds"
STATE = f"hotstandby_vrrp_state{OF_NODE}"
CHECK = "hotstandby_check_ok{instance='NODE',kind='script',name='chk_page'}"
QUERIES = [query.replace("NODE", name) for query in (SINCE, STATE, CHECK) for name in (A, B)]


def test_the_journal_of_both_nodes_says_what_happened(seen: Seen) -> None:
    told = {
        name: [entry[f"HOTSTANDBY_{field}"] for field in ("STATE", "REASON")] for name, entry in seen.journal.items()
    }
    assert told == {A: ["FAULT", FAILED], B: ["MASTER", TAKEN_OVER]}
    assert 0 <= seen.at(B) - seen.at(A) < 2


def test_watch_shows_it_in_a_terminal(seen: Seen) -> None:
    for name, reason in ((A, FAILED), (B, TAKEN_OVER)):
        line = one_line(seen.screens[name])
        clock = datetime.fromtimestamp(seen.at(name), timezone.utc).strftime("%H:%M:%S")
        assert re.search(rf"{clock}\S* .{{0,80}}{re.escape(reason)}", line), seen.screens[name]
        assert all(len(each) <= Terminal.COLUMNS for each in seen.screens[name].splitlines())


def test_the_metrics_have_its_time_and_the_check_that_failed(seen: Seen, figure: Callable[[str], None]) -> None:
    for name, state, check in ((A, 3, 0), (B, 2, 1)):
        since, *found = (seen.metrics[query.replace("NODE", name)] for query in (SINCE, STATE, CHECK))
        assert since is not None and found == [state, check]
        figure(f"metrics of {name}: {since - seen.at(name):+.3f} s")
        assert abs(since - seen.at(name)) < CACHED_S + LATE_S


def test_an_alert_fires_with_its_time(seen: Seen, figure: Callable[[str], None]) -> None:
    assert (seen.alert["labels"]["instance"], seen.alert["labels"]["iname"]) == (A, "VI_1")
    late_s = datetime.fromisoformat(seen.alert["activeAt"]).timestamp() - seen.at(A)
    figure(f"alert: {late_s:+.3f} s")
    assert 0 <= late_s < CACHED_S + 2 * EVERY_S + LATE_S


def test_event_driven_ansible_gets_it_from_both_nodes(seen: Seen, figure: Callable[[str], None]) -> None:
    for name, state, reason in ((A, "FAULT", FAILED), (B, "MASTER", TAKEN_OVER)):
        told = [each for each in seen.events if (each["host"], each["type"]) == (name, "transition")]
        assert [(each["instance"], each["state"], each["reason"]) for each in told] == [("VI_1", state, reason)]
        late_s = datetime.fromisoformat(told[0]["time"]).timestamp() - seen.at(name)
        figure(f"event of {name}: {late_s:+.3f} s")
        assert abs(late_s) < LATE_S


def test_event_driven_ansible_opens_one_ticket(seen: Seen) -> None:
    """The failover went well: only the fault needs a person."""
    assert len(seen.tickets.opened) == 1 and seen.tickets.tokens == ["Bearer 1111"]
    (ticket,) = seen.tickets.opened
    assert ticket["title"] == f"transition on {A}"
    assert ticket["description"] == f"{ticket['event']['time']} {A} (VI_1): {FAILED}"
    assert ticket["event"] in seen.events
