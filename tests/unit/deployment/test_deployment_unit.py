# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the systemd unit gives the agent what it needs and no more; the command starts the current release."""

from __future__ import annotations

import configparser
import os
import pathlib
import shlex
import stat
import subprocess
import sys

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment import paths, unit
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.agent.process import scheduling


def service(**options):
    """Return the settings of [Service]; those that may be given several times with all their values."""
    section: dict[str, str] = {}
    whole = unit.text(**options).replace("\\\n", "").partition("[Service]\n")[2].partition("[Install]")[0]
    for line in whole.splitlines():
        if line and not line.startswith("#"):
            word, value = line.split("=", 1)
            assert word not in section or word in ("SystemCallFilter", "ExecReload"), f"{word} stands there twice"
            section[word] = f"{section[word]} {value}" if word in section else value
    return section


def test_systemd_accepts_every_line_of_the_unit():
    for options in ({}, {"switch_user": True, "writable": ["/srv"]}, {"homes": True, "ping": True}):
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.read_string(unit.text(**options))
        assert parser.sections() == ["Unit", "Service", "Install"]


def test_the_unit_has_the_two_capabilities_of_vrrp():
    section = service()
    assert section["User"] == "hotstandby"
    assert section["AmbientCapabilities"] == section["CapabilityBoundingSet"] == "CAP_NET_ADMIN CAP_NET_RAW"
    assert section["NoNewPrivileges"] == section["RestrictRealtime"] == section["PrivateDevices"] == "yes"
    assert (section["ProtectSystem"], section["ProtectHome"]) == ("strict", "yes")
    assert section["SystemCallFilter"] == "@system-service ~@privileged @resources"
    assert section["SystemCallErrorNumber"] == "EPERM"
    assert "ReadWritePaths" not in section


def test_the_unit_allows_what_checks_need():
    """A check looks for processes, and may be a program that compiles as it runs."""
    assert not {"ProtectProc", "ProcSubset", "MemoryDenyWriteExecute", "PrivateNetwork", "IPAddressDeny"} & set(
        service()
    )


def test_switch_user_adds_capabilities():
    section = service(switch_user=True)
    assert section["AmbientCapabilities"] == "CAP_NET_ADMIN CAP_NET_RAW CAP_SETUID CAP_SETGID CAP_KILL"
    assert section["SystemCallFilter"].endswith(" @setuid capset")
    assert section["ProtectHome"] == "read-only"
    assert "Scripts run as other users" in unit.text(switch_user=True)
    assert "Scripts run as other users" not in unit.text()


def test_scripts_may_ping_where_the_machine_lets_everybody():
    assert service(ping=True)["SystemCallFilter"].endswith(" capset setuid")


@pytest.mark.parametrize(("groups", "may"), [("0\t2147483647\n", True), ("1\t0\n", False), ("0\t0\n", False)])
def test_ping_group_range_says_who_may_ping(tmp_path, monkeypatch, groups, may):
    (tmp_path / "groups").write_text(groups)
    monkeypatch.setattr(unit, "PING_GROUPS", str(tmp_path / "groups"))
    assert unit.everybody_may_ping() is may


def test_an_interpreter_in_a_home_is_within_reach():
    assert unit.in_a_home("/home/someone/venv/bin/no-such-python")
    assert not unit.in_a_home("/usr/bin/no-such-python")
    assert service(homes=True)["ProtectHome"] == "read-only"


def test_the_last_protecthome_decides_what_the_service_sees(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "UNIT", str(tmp_path / "x.service"))
    assert unit.hidden() == ()
    (tmp_path / "x.service").write_text(unit.text())
    assert unit.hidden() == ("/home", "/root", "/run/user")
    (tmp_path / "x.service.d").mkdir()
    (tmp_path / "x.service.d" / "own.conf").write_text("[Service]\nProtectHome = read-only\n")
    assert unit.hidden() == ()


def test_scripts_get_no_priority_and_no_protection():
    section = service()
    assert section["CPUSchedulingResetOnFork"] == "yes"
    # The agent itself lifts a child's score and umask, see agent/process/subprocesses.py.
    assert (section["Nice"], section["OOMScoreAdjust"], section["UMask"]) == ("-20", "-900", "0077")


def test_real_time_is_given_from_outside_and_its_refusal_is_no_failure():
    section = service()
    assert section["ExecStartPost"].startswith("-+")
    assert f"--rr --pid {scheduling.PRIORITY} " in section["ExecStartPost"]
    assert section["CPUSchedulingPolicy"] == "other"  # real time here would keep the agent from starting in a container
    assert "LimitRTPRIO" not in section
    words = shlex.split(section["ExecStartPost"].lstrip("-+").replace("$$", "$"))
    refused = {"PATH": "/nonexistent", "MAINPID": "1"}  # there is nothing to run: it is an ordinary error
    assert subprocess.run(words, env=refused, check=False, capture_output=True, timeout=10).returncode == 0


def test_a_crash_each_second_does_not_use_up_the_starts():
    starts = dict(line.split("=") for line in unit.text().splitlines() if line.startswith("StartLimit"))
    assert int(starts["StartLimitBurst"]) > int(starts["StartLimitIntervalSec"])
    assert service()["RestartSec"] == "1ms"


def test_the_unit_cleans_up_after_a_crash():
    section = service()
    assert section["ExecStopPost"].startswith("-/bin/sh -c 'if [ -e /run/hotstandby/ledger.json ] && [ ! -e ")
    assert "exec /usr/local/bin/hotstandby cleanup --runtime-dir /run/hotstandby; fi'" in unit.text()


AGENT = """\
import signal, socket, sys, time
made = []
def make(*_unused):
    made.append(socket.socket(socket.AF_UNIX))
    made[0].bind(sys.argv[1] + "/control.sock")
signal.signal(signal.SIGHUP, make)
print("began", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("view", ["the machine's", "its own"])
def test_a_reload_makes_the_directory_one_that_the_agent_may_write_to(tmp_path, view):
    """In its own mount namespace /run is read-only, and the bind mount is gone with the directory."""
    run, directory = tmp_path / "run", tmp_path / "run" / "hotstandby"
    directory.mkdir(parents=True)
    words = [sys.executable, "-c", AGENT, str(directory)]
    if view == "its own":
        binds = 'mount --bind "$0" "$0"; mount --bind "$1" "$1"; mount -o remount,bind,ro "$0"; shift; exec "$@"'
        words = ["unshare", "--mount", "sh", "-ec", binds, str(run), str(directory), *words]
    agent = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert agent.stdout.readline() == b"began\n"
        directory.rmdir()
        directory.mkdir()  # systemd makes it before it runs anything for the unit
        first, _plus, second = service()["ExecReload"].partition(f" {paths.COMMAND} ")
        assert first.startswith("-+/bin/sh -c ") and second == f"reload --runtime-dir {paths.RUNTIME_DIRECTORY}"
        command_line = first[2:].replace("$$", "$").replace(paths.RUNTIME_DIRECTORY, str(directory))
        for _time in range(2):  # nothing is missing, so nothing is done
            done = subprocess.run(
                shlex.split(command_line), env={**os.environ, "MAINPID": str(agent.pid)}, check=False, timeout=20,
                capture_output=True, text=True,
            )  # fmt: skip
            assert (done.returncode, done.stderr) == (0, "")
            assert stat.S_ISSOCK(os.stat(directory / "control.sock").st_mode)
        assert str(directory) not in pathlib.Path("/proc/self/mountinfo").read_text()
    finally:
        agent.terminate()
        agent.wait(10)
        agent.stdout.close()


def test_marks_of_auth_hmac_survive_a_stop_but_not_a_reboot():
    """They are in memory, so no slow disk stops the loop that writes them. They are removed with the agent."""
    section = service()
    assert section["RuntimeDirectoryPreserve"] == "yes"
    assert f"/run/{section['RuntimeDirectory']}" == paths.RUNTIME_DIRECTORY


def test_the_state_directory_belongs_to_the_agent_alone():
    section = service()
    assert f"/var/lib/{section['StateDirectory']}" == paths.STATE_DIRECTORY
    assert section["StateDirectoryMode"] == "0700"
    assert section["ExecStart"].endswith(f" --state-dir {paths.STATE_DIRECTORY}")


def test_scripts_may_write_where_they_are_told():
    assert service(writable=["/var/lib/a", "/var/log/b"])["ReadWritePaths"] == "/var/lib/a /var/log/b"


def test_the_watchdog_is_fed_by_the_loop_alone():
    section = service()
    assert (section["Type"], section["NotifyAccess"], section["WatchdogSec"]) == ("notify", "main", "2")
    assert section["Restart"] == "always"


def test_the_command_starts_the_release_that_the_link_names(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CURRENT", str(tmp_path / "current"))
    release = tmp_path / "releases" / "0123"
    (release / "vrrp").mkdir(parents=True)
    (tmp_path / "current").symlink_to(release)
    (release / paths.START).write_text(paths.START_TEXT)
    (release / "vrrp" / "__init__.py").write_text("")
    (release / "vrrp" / "cli.py").write_text("import sys\ndef main():\n    print(*sys.argv)\n    return 3\n")
    script = tmp_path / "hotstandby"
    script.write_text(paths.text("/usr/bin/python3"))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    done = subprocess.run([script, "status", "--json"], capture_output=True, text=True, check=False, cwd=os.sep)
    assert done.stdout == f"{release}/hotstandby.py status --json\n"
    assert done.returncode == 3


def test_readwritepaths_says_what_the_service_may_write_to(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "UNIT", str(tmp_path / "hotstandby.service"))
    assert unit.writable() is None
    (tmp_path / "hotstandby.service").write_text(unit.text(writable=["/srv", "/var/log"]))
    assert unit.writable() == ("/srv", "/var/log")
    (tmp_path / "hotstandby.service.d").mkdir()
    drop_in = tmp_path / "hotstandby.service.d" / "site.conf"
    drop_in.write_text("[Service]\nReadWritePaths=\nReadWritePaths=-/opt\n")
    assert unit.writable() == ("/opt",)
    drop_in.write_text("[Service]\nProtectSystem=full\n")
    assert unit.writable() is None
