# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what forbids a drill, and that a drill which fails puts everything back and stops only its own pair."""

from __future__ import annotations

import itertools
import json
import re
import time
from pathlib import Path

import pytest
import yaml
from ansible.plugins.test import core
from fake_nodes import living, pair, play
from jinja2 import Environment

ROLE = Path(__file__).parents[3] / "roles" / "ha_pair" / "tasks"
ADDRESS = "192.168.8.{}/24"


def nodes(number=4):
    vip = ADDRESS.format(100 + number)
    return [living(number, "MASTER", number, vip), living(number + 1, "BACKUP", number, vip)]


def group(name, number=4, found=None, **variables):
    return pair(name, found or nodes(number), vip=ADDRESS.format(100 + number), **variables)


def drained(found):
    stop = {"state": "STOP", "why": "STOP because this node is drained", "addresses_present": []}
    seen = {**found["samples"][0]["instances"]["VI_1"], "state": "STOP"}
    return {**found, "agent": {"drained": True}, "instances": [{**each, **stop} for each in found["instances"]],
            "samples": [{"running": True, "instances": {"VI_1": seen}}]}  # fmt: skip


def fleet(**children):
    return {"ha_pair": {"children": children}, "clients": {"hosts": {"client": {}}}}


def hour(later):
    """Return the time of day so many hours later."""
    return time.strftime("%H:%M", time.localtime(time.time() + 3600 * later))


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory):
    """Return the folder in which several plays write their reports."""
    return tmp_path_factory.mktemp("shared")


def reports(folder):
    """Return the files of all reports."""
    return set((folder / "hotstandby-reports").glob("*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "Say what to do: -e drill=switchover|agent|node|service, or several of them with commas."),
        ("drill=reboot", "drill: there is no drill 'reboot'; there are switchover, agent, node, service"),
        ("drill=switchover,node", "drill=node makes a real fault, and clients lose packets"),
        ("drill=switchover drill_window=night", "drill_window: 'night' is not a window of the day"),
        (f"drill=switchover drill_window={hour(2)}-{hour(3)}", "on the controller, and drills are allowed from"),
        ("drill=switchover drill_probe_host=nosuch", "drill_probe_host: there is no host nosuch in the inventory"),
        ("drill=switchover drill_probe_host=web-b", "drill_probe_host: web-b is a host of the pair"),
    ],
)
def test_a_wrong_command_changes_nothing_and_has_a_report_of_its_own(shared_folder, arguments, message):
    before = reports(shared_folder)
    done = play(shared_folder, fleet(web=group("web")), "drill", *(["-e", arguments] if arguments else []))
    assert (done.returncode, done.asked) == (2, []), done.output
    assert message in done.output
    written = reports(shared_folder) - before
    assert reports(shared_folder) > before
    [junit] = [path for path in written if re.fullmatch(r"drill-\d{8}T\d{6}\.\d{3}\.xml", path.name)]
    assert '<failure message="web-a: ' in junit.read_text()
    assert {junit.with_suffix(suffix) for suffix in (".html", ".xml", ".json")} == written


def test_check_mode_changes_nothing_and_says_what_would_be_done(tmp_path):
    said = f"drill=node i_mean_it=true drill_window={hour(-1)}-{hour(1)} drill_probe_host=client"
    done = play(tmp_path, fleet(web=group("web")), "drill", "--check", "-e", said)
    assert done.returncode == 0, done.output
    assert {name for name, _host, _arguments in done.asked} == {"vrrp_probe"}
    assert "node: web-a fails, and web-b takes over VI_1; 192.168.8.104 is probed from client" in done.output
    assert not (tmp_path / "hotstandby-reports").exists()


def checking(found, ok):
    """Return the instances of a node that watches nginx.service."""
    check = {"kind": "unit", "name": "nginx.service", "ok": ok}
    return {"instances": [{**each, "checks": [check]} for each in found["instances"]]}


def test_a_service_with_too_slow_a_check_is_not_stopped(tmp_path):
    found = nodes()
    found[0].update(checking(found[0], ok=True))
    watched = [{"unit": "nginx.service", "interval": 5, "fall": 3}]
    said = "drill=service i_mean_it=true drill_probe_host=client"
    done = play(tmp_path, fleet(web=group("web", 4, found, ha_pair_track_unit=watched)), "drill", "-e", said)
    assert (done.returncode, done.asked) == (2, []), done.output
    why = r"until web-b takes over, 15\.\d s may go by after nginx\.service has stopped \(interval 5, fall 3\)"
    assert re.search(rf"drill_seconds: 10 s are too short for VI_1: {why}, so write 18 or more", done.output)


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """Return a drill of three pairs.

    In web the connection is lost at the fault, in db the standby is drained, in app another drill begins at that time.
    After that a check of app-a fails, at two of the calls that look at it, and app-b is master, too, at one.
    """
    lost = nodes(4)
    lost[0]["lost_at"] = ["vrrp_fault", 2]  # the first call is the check
    shared = nodes(12)
    shared[0]["fails_at"] = ["vrrp_fault", 2, {"msg": "a drill is under way on this node", "foreign": True}]
    for each in shared:
        each["instances"][0]["advert_int_s"] = 20
    shared[0]["at_calls"] = {f"vrrp_info {call}": checking(shared[0], ok=False) for call in (3, 4)}
    both = [{**shared[1]["instances"][0], "state": "MASTER"}]
    shared[1]["at_calls"] = {"vrrp_info 3": {"instances": both}}
    children = fleet(
        web=group("web", 4, lost), db=group("db", 8, [nodes(8)[0], drained(nodes(8)[1])]),
        app=group("app", 12, shared),
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("broken")
    return play(folder, children, "drill", "-e", f"drill=node,agent i_mean_it=true report={folder}/drill.html"), folder


def row(done, name):
    """Return the line of a pair at the end of the output."""
    table = done.output.rpartition('"PAIR ')[2].partition("]")[0].splitlines()[1:]
    return next(" ".join(line.strip(' ",').split()) for line in table if line.strip(' ",').startswith(f"{name} "))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("web", "web-a is unreachable (make the fault): "),
        ("db", "db-a: VI_1 on db-b: it is drained"),
        ("app", "app-a: Make the fault: a drill is under way on this node"),
    ],
)
def test_a_failure_stops_its_pair_and_is_named(broken, name, why):
    assert broken[0].returncode == 2
    assert row(broken[0], name).startswith(f"{name} FAILED {why}")


def test_a_pair_that_is_not_ready_is_not_touched(broken):
    assert [asked for asked in broken[0].asked if asked[1].startswith("db-")] == []


def test_pairs_go_one_after_another(broken):
    output = broken[0].output
    assert "TASK [hotstandby.vrrp.ha_pair : Do the drill]" in output
    # Which pair comes first is not said, nor which host of it.
    steps = re.findall(r"(drill_one|drill_run)\.yml for (\w+)-[ab], \2-[ab]\b", output)
    # The second kind of web and of app is not run, and nothing of db.
    web, app = ([("drill_one", name)] * 2 + [("drill_run", name)] for name in ("web", "app"))
    db = [("drill_one", "db")] * 2
    assert steps in [[step for part in order for step in part] for order in itertools.permutations((web, db, app))]


def test_the_fault_of_another_drill_is_not_undone(broken):
    faults = [arguments for name, host, arguments in broken[0].asked if (name, host) == ("vrrp_fault", "app-a")]
    assert [each for each in faults if each.get("state") == "absent"] == []


def test_a_probe_that_does_not_start_leaves_no_file(tmp_path):
    fails = {"fails_at": ["vrrp_probe", 2, {"msg": "no address to probe from"}]}  # the first one is the check
    web = group("web", 4, [{**found, **fails} for found in nodes()])
    said = f"drill=switchover report={tmp_path}/drill.html"
    done = play(tmp_path, fleet(web=web), "drill", "-e", said, settings={"TMPDIR": str(tmp_path)})
    assert "Begin to probe: no address to probe from" in row(done, "web")
    assert done.output.count("Make a file that lasts as long as the probe] ***\n") == 1
    assert list(tmp_path.glob("hotstandby-drill-*")) == [], done.output


@pytest.mark.parametrize(
    ("undone", "again"),
    [
        ({"ended_at": 1.0, "changed": True}, False),
        ({"skipped": True, "changed": False}, False),
        ({"changed": False, "failed": False, "msg": "the fault stays"}, True),  # failed_when hides that it failed
        ({"changed": False, "unreachable": True, "msg": "no route to host"}, True),
    ],
)
def test_an_undo_that_fails_is_tried_again(undone, again):
    [drill] = yaml.safe_load((ROLE / "drill_run.yml").read_text())
    [late] = [each for each in drill["always"][0]["block"] if each.get("register") == "__ha_pair_drill_undone_late"]
    jinja = Environment()
    jinja.tests.update(core.TestModule().tests())
    assert jinja.compile_expression(late["when"])(__ha_pair_drill_undone=undone) is again


def test_after_a_failure_everything_is_put_back(broken):
    output = broken[0].output
    for task in ("Undo the fault", "Wait until the host can be reached again", "End the probe", "Judge the drill"):
        assert f"TASK [hotstandby.vrrp.ha_pair : {task}]" in output, task


def test_mastership_is_given_back_once_the_checks_succeed(broken):
    """Two looks are before the drill. After it one does, where nothing has to be waited for; and two are at the end."""
    calls = (broken[1] / "log.calls").read_text().splitlines()
    assert [calls.count(f"vrrp_info on app-{letter}") for letter in "ab"] == [2 + 3 + 2, 2 + 2 + 2]


def test_the_report_tells_of_the_failure(broken):
    _done, folder = broken
    assert "make the fault" in (folder / "drill.html").read_text()
    assert "<failure" in (folder / "drill.xml").read_text()
    assert '"passed": false' in (folder / "drill.json").read_text()


def test_the_report_has_the_pair_that_was_refused_too(broken):
    _done, folder = broken
    instances = json.loads((folder / "drill.json").read_text())["instances"]
    [refused] = [each for each in instances if each["pair"] == "db"]
    assert (refused["passed"], refused["measured"]) == (False, None)
    assert refused["remarks"][0].startswith("db-a: VI_1 on db-b: it is drained")
    assert '<testcase classname="db" ' in (folder / "drill.xml").read_text()
    assert "it is drained" in (folder / "drill.html").read_text()
