# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test for what ansible-rulebook opens a ticket, and after what it drills, by the rulebooks of the collection.

The agents are made up: each host is one case. What a master says of its standby is made by the agent's own class.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from lab.peers import poll
from vrrp.protocol.peer_report import InstanceReport, NodeReport, PeerReport
from vrrp.protocol.peer_session import SIGNATURE, UNPROVEN
from vrrp.protocol.peer_view import DISCARDS, PeerView

CHECKOUT = Path(__file__).parents[2]
EDA = CHECKOUT / "extensions" / "eda"
STARTS_S = 90  # Java takes some seconds, and shares the processors with the other tests
NODE, HERE = NodeReport("web-b", "0.4.0", "r1", 1e9), InstanceReport("VI_1", "BACKUP", 90, "1:a")


def standby(*reports, node=NODE, discards=(), later_s=1.0):
    """Return what a master says of its standby, so many seconds after that told these reports."""
    view = PeerView("192.168.8.6", 61112, 0.0, "r1")
    view.heard(PeerReport(node, reports), 1e9, 100.0)
    view.heard(PeerReport(node, reports), 1e9, 104.0)
    for reason in discards:
        view.discard(reason, 100.0 + later_s)
    found = view.standby("VI_1", "1:a", 0.0, 104.0 + later_s)
    why = found.finding.text if found.finding else ""
    state = found.report.state if found.report else None
    said = {"node": view.name, "ready": found.ready, "why": why, "state": state, "stopped": found.stopped}
    return json.dumps({"peer": {}, "instances": [{"name": "VI_1", "state": "MASTER", "standby": said}]})


READY = standby(HERE)
SILENT = standby(HERE, later_s=60)
OTHER_KEY = standby(HERE, discards=[SIGNATURE] * DISCARDS, later_s=9)
FIREWALLED = standby(HERE, discards=[UNPROVEN] * DISCARDS, later_s=9)
LACKS_IT = standby(later_s=2)
TOO = standby(replace(HERE, state="MASTER"))
WEAK = standby(replace(HERE, troubles=("script chk fails",)))
FAULT = standby(replace(HERE, state="FAULT"))
STARTING = standby(replace(HERE, state="INIT"))
DRAINED = standby(replace(HERE, state="STOP"), node=replace(NODE, drained=True))
DRAINED_OFF = standby(node=replace(NODE, drained=True), later_s=60)
STOPPED = standby(node=replace(NODE, stopping=True), later_s=60)


def entry(**said):
    return {"at": 2, "input": "expire", "actions": [], **said}


def notify(state, reason):
    return entry(actions=[{"is": "Notify", "state": state, "priority": 90, "reason": reason}])


# What each host tells: the standby of its instance at each look (the last one stays), and entries of its record.
TICKETS = {
    "silent": [SILENT],
    "other_key": [OTHER_KEY],
    "firewalled": [FIREWALLED],
    "lacks_it": [LACKS_IT],
    "both_master": [TOO],
    "weak": [WEAK],
    "not_ready_after_a_boot": [STOPPED, STARTING, WEAK],
    "flaps": [SILENT, READY, SILENT, READY],
    "fell_silent": [notify("MASTER", "192.168.8.4 has been silent for 3.65 s")],
    "in_fault": [notify("FAULT", "interface eth0 is down")],
    "claimed": [entry(input="conflict", arguments={"address": "192.168.8.100", "mac": "02:00:00:00:00:01"})],
    "gone": None,  # nobody answers
}
NO_TICKETS = {
    "ready": [READY],
    "drained": [DRAINED, READY],
    "drained_and_off": [DRAINED, DRAINED_OFF, STARTING, READY],
    "stopped": [STOPPED, STARTING, READY],
    "standby_in_fault": [FAULT, READY],  # its own host tells that
    "promoted": [notify("MASTER", "it was promoted")],
    "planned": [notify("MASTER", "192.168.8.4 advertised priority 0: it stops")],
    "started": [notify("BACKUP", "it has just started")],
}
DRILLS = {"repaired": [SILENT, STARTING, READY], "flaps": [WEAK, READY] * 3, "mended": [FAULT, READY]}
NO_DRILLS = {"ready": [READY], "drained": [DRAINED, DRAINED_OFF, STARTING, READY], "stopped": [STOPPED, READY],
             "still_silent": [SILENT], "fell_silent": TICKETS["fell_silent"]}  # fmt: skip
LATER = [READY] * 6  # the one that does something last, so that all others have been heard

COMMAND = """\
#!/bin/sh
cd "$(dirname "$0")"
if [ "$1" = events ]; then cat events && exec sleep 600; fi
number=$(cat number 2>/dev/null || echo 0)
[ ! -e "status.$((number + 1))" ] || echo $((number + 1)) >number
exec cat "status.$number"
"""
PLAYBOOK = """\
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "drilled: {{ ansible_eda.event.vrrp.host }}: {{ drill }} {{ report_dir }}."
"""


def host(folder, name, told):
    """Return a host for the event source whose agent tells this."""
    own = folder / name
    own.mkdir(parents=True)
    looks = [each for each in told or () if isinstance(each, str)]
    for number, each in enumerate(looks):
        (own / f"status.{number}").write_text(each)
    if told is not None:
        header = {"hotstandby_record": 1, "instance": "VI_1", "lost": 0, "wall": time.time(), "monotonic": 1}
        entries = [each for each in told if not isinstance(each, str)]
        (own / "events").write_text("".join(json.dumps(each) + "\n" for each in [header, *entries]))
    (own / "hotstandby").write_text(COMMAND)
    (own / "hotstandby").chmod(0o755)
    return {"name": name, "connection": "local", "command": str(own / "hotstandby")}


def rules(name, hosts):
    """Return a rulebook of the collection that asks these hosts often."""
    [found] = yaml.safe_load((EDA / "rulebooks" / f"{name}.yml").read_text())
    found["sources"][0]["hotstandby.vrrp.events"].update(hosts=hosts, standby_interval=1, delay_max=1)
    return found


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Return what both rulebooks have done: the hosts that got a ticket, and the drills."""
    folder = tmp_path_factory.mktemp("rules")
    collection = folder / "ansible_collections" / "hotstandby" / "vrrp"
    (collection / "playbooks").mkdir(parents=True)
    for name in ("galaxy.yml", "meta", "extensions"):
        (collection / name).symlink_to(CHECKOUT / name)
    (collection / "playbooks" / "drill.yml").write_text(PLAYBOOK)
    ticket, drill = (
        rules(name, [host(folder / name, *each) for each in cases.items()])
        for name, cases in (
            ("ticket", {**TICKETS, **NO_TICKETS, "last": [*LATER, WEAK]}),
            ("drill", {**DRILLS, **NO_DRILLS, "last": [*LATER, WEAK, READY]}),
        )
    )
    for each in ticket["rules"]:  # a playbook for each case would take a minute
        each["action"] = {"debug": {"msg": "ticket: {{ event.vrrp.host }}."}}
    (folder / "rules.yml").write_text(yaml.safe_dump([ticket, drill]))
    (folder / "hosts").write_text("[ha_pair]\nlocalhost\n")
    (folder / "variables.yml").write_text(json.dumps({"report_dir": "/srv/drills"}))
    words = ["--rulebook", "rules.yml", "--inventory", "hosts", "--vars", "variables.yml"]
    paths = {"ANSIBLE_HOME": str(folder), "ANSIBLE_COLLECTIONS_PATH": str(folder), "ANSIBLE_NOCOLOR": "1"}
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            ["ansible-rulebook", *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env={**os.environ, **paths, "PATH": programs},
        )  # fmt: skip

    def read(what):
        return re.findall(rf"{what}: (.+?)\.(?:\"|\n)", log.read_text())

    try:
        for what in ("ticket", "drilled"):
            poll(lambda: [each for each in read(what) if each.startswith("last")], STARTS_S, "last", log.read_text)  # noqa: B023
        return {what: read(what) for what in ("ticket", "drilled")}
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()
        print(log.read_text())


def test_a_ticket_is_opened_once_for_what_needs_a_person(done):
    assert Counter(done["ticket"]) == Counter([*TICKETS, "last"])


def test_a_standby_that_was_repaired_is_drilled_once(done):
    assert Counter(done["drilled"]) == Counter(f"{name}: switchover /srv/drills" for name in [*DRILLS, "last"])
