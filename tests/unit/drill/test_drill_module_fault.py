# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the order on a node: check, set the timer, make the fault; and that nothing stays after a failure."""

from __future__ import annotations

import os

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.change import DeploymentError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.service import Service
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill import fault, module_fault


class Node:
    """It is a node whose commands are noted. ``broken`` has the beginning of a command that fails there.

    ``units`` has what systemctl shows of a unit beside its states.
    """

    def __init__(self, load="loaded", active="active", broken="nothing", **units):
        self.units = units
        self.load, self.active, self.broken = load, active, broken
        self.ran = []
        self.check_mode = False

    def run_command(self, words, environ_update=None):
        text = " ".join(words)
        self.ran.append(text)
        if text.startswith(self.broken):
            return 1, "", "broken"
        if words[0] == "/bin/sh":
            os.unlink(words[1])
        if words[1:2] == ["show"]:
            more = self.units.get(words[-1].partition(".")[0], "")
            return 0, f"LoadState={self.load}\nActiveState={self.active}\nCanStart=yes\n{more}\n", ""
        return 0, "", ""

    def does(self, **params):
        given = {"state": "present", "kind": "agent", "seconds": 40.0, "service": None, "interfaces": ["eth0"],
                 "addresses": ["192.168.8.100"], **params}  # fmt: skip
        self.params = given
        return module_fault.run(self)

    @property
    def verbs(self):
        """Return the commands, each as far as it says what is done."""
        return [" ".join(text.split()[:2]) for text in self.ran if not text.startswith("/bin/sh")]


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    folder = str(tmp_path / "drill")
    monkeypatch.setattr(module_fault, "FOLDER", folder)
    monkeypatch.setattr(module_fault, "UNDO", f"{folder}/undo")
    monkeypatch.setattr(fault, "NO_RESTART", str(tmp_path / "hotstandby.service.d" / "drill.conf"))
    monkeypatch.setattr(Service, "demand_systemd", staticmethod(lambda: None))
    return tmp_path


def test_the_timer_is_set_before_the_fault(places):
    node = Node()
    done = node.does(kind="agent")
    assert done["changed"] and done["began_at"] > 0
    assert node.verbs == [
        "systemctl show", "systemd-run --unit=hotstandby-drill", "systemctl is-active", "systemctl daemon-reload",
        "systemctl kill",
    ]  # fmt: skip
    [timer] = [text for text in node.ran if text.startswith("systemd-run")]
    assert "--on-active=40 " in timer and timer.endswith(f" /bin/sh {places}/drill/undo")  # /run may be noexec
    assert (places / "hotstandby.service.d" / "drill.conf").read_text() == fault.NO_RESTART_TEXT
    assert os.stat(places / "drill" / "undo").st_mode & 0o777 == 0o700


def test_an_isolation_is_one_load_of_rules():
    node = Node()
    node.does(kind="node")
    assert node.verbs == ["nft --check", "systemd-run --unit=hotstandby-drill", "systemctl is-active", "nft --file"]


def test_a_service_is_stopped_and_later_started(places):
    node = Node()
    node.does(kind="service", service="nginx.service")
    assert node.ran[-1] == "systemctl stop -- nginx.service"
    assert "systemctl start -- nginx.service" in (places / "drill" / "undo").read_text()


def test_services_that_stop_with_a_service_are_started_again(places):
    node = Node(
        db="RequiredBy=app.service idle.service\nConsistsOf=app.service\nPropagatesStopTo=\nBoundBy=run.scope",
        app="BoundBy=web.service\nRequiredBy=", web="RequisiteOf=db.service", idle="ActiveState=inactive",
        run="CanStart=no",
    )  # fmt: skip
    node.does(kind="service", service="db")
    script = (places / "drill" / "undo").read_text()
    assert "systemctl start -- db.service app.service web.service || failed=1" in script.splitlines()
    assert node.ran[-1] == "systemctl stop -- db.service"


@pytest.mark.parametrize(
    ("node", "params", "message"),
    [
        (Node(load="not-found"), {"kind": "service", "service": "ngnix"}, "there is no service ngnix.service on this"),
        (Node(active="inactive"), {"kind": "service", "service": "nginx"}, "nginx.service is inactive on this node"),
        (Node(), {"kind": "service", "service": "nginx*"}, "kind service needs the name of the service, for example"),
        (Node(active="failed"), {"kind": "agent"}, "the agent is failed on this node"),
        (Node(), {"kind": "service"}, "kind service needs the name of the service"),
        (Node(), {"kind": "node", "addresses": []}, "kind node needs interfaces and addresses"),
        (Node(broken="nft"), {"kind": "node"}, "needs nft 1.0.1 and Linux 5.16 or later.*broken"),
        (Node(), {"seconds": 0.5}, "seconds must be from 1 to 3600"),
        (Node(), {"seconds": 3601}, "seconds must be from 1 to 3600"),
    ],
)
def test_an_impossible_fault_changes_nothing(places, node, params, message):
    with pytest.raises(DeploymentError, match=message):
        node.does(**params)
    assert set(node.verbs) <= {"systemctl show", "nft --check"}
    assert list(places.iterdir()) == []


def test_without_a_timer_there_is_no_fault(places):
    node = Node(broken="systemd-run")
    with pytest.raises(DeploymentError, match="broken"):
        node.does()
    assert node.verbs == ["systemctl show", "systemd-run --unit=hotstandby-drill"]
    assert list(places.iterdir()) == []


def test_a_fault_that_fails_half_way_is_undone(places):
    node = Node(broken="systemctl kill")
    with pytest.raises(DeploymentError, match="killing the agent failed, and was undone: .*broken"):
        node.does()
    assert f"/bin/sh {places}/drill/undo" in node.ran
    assert node.ran[-2:] == ["systemctl stop hotstandby-drill.timer", "systemctl stop hotstandby-drill.service"]


def test_check_mode_changes_nothing(places):
    node = Node()
    node.check_mode = True
    assert node.does(kind="node")["msg"] == "isolating the node is possible"
    assert node.verbs == ["nft --check"]
    assert list(places.iterdir()) == []


def test_one_drill_at_a_time(places):
    Node().does()
    text = "a drill is under way on this node, and its own timer undoes it"
    with pytest.raises(DeploymentError, match=text) as error:
        Node().does()
    assert error.value.result == {"foreign": True}  # so that nobody undoes it for the second drill


def test_two_drills_that_begin_at_the_same_time_are_one(places, monkeypatch):
    Node().does()
    monkeypatch.setattr(module_fault.os.path, "exists", lambda _path: False)
    node = Node()
    with pytest.raises(module_fault.UnderWay):
        node.does()
    assert node.verbs == ["systemctl show"]
    assert (places / "drill" / "undo").is_file()


def test_an_undo_ends_the_timer(places):
    Node().does()
    node = Node()
    assert node.does(state="absent")["ended_at"] > 0
    assert node.ran == [
        f"/bin/sh {places}/drill/undo",
        "systemctl stop hotstandby-drill.timer", "systemctl stop hotstandby-drill.service",
    ]  # fmt: skip


def test_an_undo_without_a_fault_does_nothing():
    node = Node()
    assert node.does(state="absent") == {"changed": False, "msg": "there is no fault of a drill"}
    assert node.ran == []


def test_an_undo_that_fails_keeps_the_timer(places):
    Node().does()
    node = Node(broken=f"/bin/sh {places}/drill/undo")
    with pytest.raises(DeploymentError, match="the fault stays, try sh .*/undo on the node: .*broken"):
        node.does(state="absent")
    assert len(node.ran) == 1


def test_a_predicted_undo_changes_nothing():
    Node().does()
    node = Node()
    node.check_mode = True
    assert node.does(state="absent")["changed"]
    assert node.ran == []
