# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the list of ways in which releases of keepalived differ, and the page that is made of it."""

from __future__ import annotations

import subprocess

import keepalived_versions
import pytest

from vrrp.config.keywords import keepalived_behaviour
from vrrp.config.keywords.keepalived_behaviour import BEHAVIOURS, COMPLAINTS, FATAL, GOOD, INSECURE, UNSAID
from vrrp.config.keywords.keepalived_releases import RELEASES, number, release

# Each was seen: keepalived 2.0.19, Debian's 2.1.5, 2.2.4, Debian's 2.2.7.
SEEN = {
    "2.0.19": {0: GOOD, 3: FATAL, 4: COMPLAINTS, 5: INSECURE},
    "2.1.5": {0: UNSAID, 3: FATAL},
    "2.2.4": {0: GOOD, 5: COMPLAINTS, 6: INSECURE},
    "2.2.7": {0: GOOD, 5: COMPLAINTS, 6: INSECURE},
}
FILES = {
    GOOD: "global_defs {\nrouter_id x\n}\n",
    COMPLAINTS: "global_defs {\nrouter_id x\nbogus 1\n}\n",
    INSECURE: "vrrp_script s {\nscript /bin/true\n}\nvrrp_instance V {\ninterface eth0\nvirtual_router_id 1\n"
    "virtual_ipaddress {\n192.0.2.1\n}\ntrack_script {\ns\n}\n}\n",
}


@pytest.mark.parametrize("version", SEEN)
def test_the_exit_status_of_a_test_says_what_was_seen(version):
    for status, found in SEEN[version].items():
        said = "SECURITY VIOLATION - scripts are being executed" if found == INSECURE else ""
        assert keepalived_behaviour.judged(release(version), status, said) == found


def test_an_exit_status_that_nobody_knows_is_fatal():
    assert [keepalived_behaviour.judged(release("2.2.7"), status, "") for status in (-11, 1, 2, 70)] == [FATAL] * 4


@pytest.mark.parametrize("status", [-15, 143])
def test_a_test_that_ends_itself_by_a_signal_is_judged_by_what_it_said(status):
    """Recorded: 2.2.7 does so with a script_user other than root, after its messages."""
    judged = keepalived_behaviour.judged
    assert [judged(release("2.2.7"), status, said) for said in ("", "Terminated\n")] == [GOOD, GOOD]
    assert judged(release("2.2.7"), status, "(f: Line 10) Unknown keyword 'bogus'\nTerminated\n") == COMPLAINTS
    assert judged(release("2.2.7"), status - 4, "Terminated") == FATAL, "another signal is not its own"


@pytest.mark.parametrize(
    "found, text",
    [
        *FILES.items(),
        (FATAL, "global_defs {\numask\n}\n"),
        (FATAL, "includea /nowhere/x\n" + FILES[INSECURE]),
        (INSECURE, "include /nowhere/x\n" + FILES[INSECURE]),
    ],
)
def test_the_keepalived_of_this_machine_exits_as_the_table_says(tmp_path, found, text):
    (tmp_path / "conf").write_text(text)
    commands = (
        "ip link add eth0 type veth peer name eth1 &&"
        ' exec keepalived --config-test="$1/log" -f "$1/conf" -p "$1/pid" -r "$1/vrrp" -c "$1/check" -b "$1/bfd"'
    )
    done = subprocess.run(["unshare", "--net", "sh", "-c", commands, "sh", str(tmp_path)], timeout=30, check=False)
    said = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=True).stderr
    named, log = release(said.split(" (")[0]), (tmp_path / "log").read_text(errors="replace")
    assert keepalived_behaviour.judged(named, done.returncode, log) == found


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda each: each.subject)
def test_a_behaviour_has_a_way_for_each_release_and_each_way_differs(behaviour):
    firsts = [first for first, _what in behaviour.ways]
    assert firsts[0] == RELEASES[0] and set(firsts) <= set(RELEASES)
    assert firsts == sorted(firsts, key=number)
    for (_first, before), (first, what) in zip(behaviour.ways, behaviour.ways[1:]):
        assert behaviour.of(number(first)) == what != before


def test_the_page_is_made_from_the_table():
    assert keepalived_versions.PAGE.read_text(encoding="utf-8") == keepalived_versions.render(), "make keywords"
