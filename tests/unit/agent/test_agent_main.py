# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests start the agent, and check what prevents the start, and the exit status."""

from __future__ import annotations

import faulthandler

import pytest
from agent_fakes import table
from unit.config.foreign_files import FILES, Refused

from vrrp import cli
from vrrp.agent import main
from vrrp.agent.netlink import links
from vrrp.agent.netlink.kernel import NetlinkUnavailable
from vrrp.agent.netlink.messages import DumpError
from vrrp.agent.process import saved_state
from vrrp.agent.process.runtime_dir import RuntimeDirectory
from vrrp.config.syntax.diagnostics import ConfigError

FILE = """\
vrrp_instance VI_1 {
    interface no-such-if
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.0.2.1/24
    }
}
"""


class Agent:
    """It takes the arguments of the real one; ``outcome`` is its status, or the exception that it raises."""

    outcome = 0
    made: list = []
    claimed: list = []
    fork = scheduler = None  # nothing happens that the history could write

    def __init__(self, configuration, digest, runtime, log, state_dir):
        Agent.made.append((configuration, digest, runtime, log))

    async def run(self):
        if isinstance(Agent.outcome, Exception):
            raise Agent.outcome
        return Agent.outcome


@pytest.fixture
def start(tmp_path, monkeypatch, capfd):
    """Return ``start()``, which returns the status and the lines of the log."""
    monkeypatch.setattr(main, "Daemon", Agent)
    monkeypatch.setattr(main.scheduling, "claim", Agent.claimed.append)  # the scheduling of the tests stays as it is
    monkeypatch.setattr(Agent, "made", [])
    Agent.claimed.clear()
    path = tmp_path / "hotstandby.conf"

    def run(text=FILE, outcome=0, directory="run", mode=0o600):
        path.write_text(text, errors="surrogateescape")
        path.chmod(mode)
        monkeypatch.setattr(Agent, "outcome", outcome)
        capfd.readouterr()
        status = main.run(str(path), str(tmp_path / directory))
        return status, [line.split(" ", 2)[2] for line in capfd.readouterr().err.splitlines()]

    return run


def free(tmp_path):
    """Return whether another process can use the runtime directory now."""
    runtime = RuntimeDirectory(str(tmp_path / "run"))
    runtime.acquire()
    runtime.release()
    return True


def test_the_agent_gets_the_file_and_the_locked_directory(start, tmp_path):
    status, lines = start()
    assert status == 0
    ((configuration, digest, runtime, log),) = Agent.made
    assert Agent.claimed == [log]
    assert faulthandler.is_enabled()
    assert [each.name for each in configuration.instances] == ["VI_1"]
    assert len(digest) == 64
    assert runtime.path == str(tmp_path / "run")
    assert len(lines) == 1 and "interface no-such-if does not exist on this machine" in lines[0]
    assert free(tmp_path)


def test_under_a_watchdog_a_traceback_goes_to_a_file(start, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    assert start()[0] == 0
    assert (tmp_path / "run" / "traceback.new").exists()
    monkeypatch.delenv("WATCHDOG_USEC")
    assert start(directory="other")[0] == 0
    assert not (tmp_path / "other" / "traceback.new").exists()


def test_a_restart_that_was_announced_has_happened(start, tmp_path):
    (tmp_path / "run").mkdir()
    mark = tmp_path / "run" / saved_state.RESTARTING_FILE
    mark.write_text("")
    with pytest.raises(ConfigError):
        start("what")
    assert not mark.exists()  # also if this process fails later


def test_its_status_is_that_of_the_agent(start):
    assert start(outcome=1)[0] == 1


def test_a_warning_of_the_file_is_logged(start, tmp_path):
    _status, lines = start(f"global_defs {{\n    smtp_server 192.0.2.9\n}}\n{FILE}")
    assert [line for line in lines if line.startswith(f"{tmp_path}/hotstandby.conf:2:5: warning: smtp_server")]


def test_a_file_with_an_error_is_for_the_caller(start, tmp_path):
    with pytest.raises(ConfigError) as caught:
        start(FILE.replace("51", "500"))
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{tmp_path}/hotstandby.conf:3:23: error: ")
    assert Agent.made == []
    assert not (tmp_path / "run").exists()


def test_an_address_that_no_host_of_a_subnet_can_have_is_for_the_caller(start, tmp_path, monkeypatch):
    monkeypatch.setattr(main, "dump", lambda empty: table(addresses=("192.0.2.4/24",)))
    with pytest.raises(ConfigError, match=r"192\.0\.2\.255 is the broadcast address of 192\.0\.2\.0/24 on eth0"):
        start(FILE.replace("no-such-if", "eth0").replace("192.0.2.1/24", "192.0.2.255/32"))
    assert Agent.made == []
    assert free(tmp_path)


def test_a_directory_that_another_agent_uses(start, tmp_path):
    other = RuntimeDirectory(str(tmp_path / "run"))
    other.acquire()
    status, lines = start()
    other.release()
    assert (status, Agent.made) == (1, [])
    assert len(lines) == 1 and lines[0].startswith("error: another agent (process ")
    assert f"already uses {tmp_path}/run" in lines[0]


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (NetlinkUnavailable("pyroute2 is not installed"), "error: pyroute2 is not installed"),
        (DumpError("this system has no rtnetlink"), "error: this system has no rtnetlink"),
        (OSError(13, "Permission denied"), "error: cannot start: [Errno 13] Permission denied"),
    ],
)
def test_a_start_error_is_one_line_and_frees_the_directory(start, tmp_path, outcome, line):
    status, lines = start(outcome=outcome)
    assert (status, lines[-1]) == (1, line)
    assert free(tmp_path)


def test_a_bug_is_no_refusal(start, tmp_path):
    with pytest.raises(ZeroDivisionError):
        start(outcome=ZeroDivisionError())
    assert free(tmp_path)


#: What a corpus of texts cannot have: scripts of this machine, twice each, and files that others may read.
SCRIPTS = """\
vrrp_script one {{
    script {program}
}}
{body}
vrrp_instance VI_2 {{
    interface no-such-if
    virtual_router_id 52
    notify_master {program}
    notify {other}
    virtual_ipaddress {{
        192.0.2.2/24
    }}
}}
vrrp_sync_group G {{
    group {{
        VI_1
        VI_2
    }}
    notify {other}
}}
"""


def scripts(directory):
    program, other = directory / "check.sh", directory / "notify.sh"
    for each, first in ((program, "exit 0"), (other, "#!/bin/sh\r")):
        each.write_text(f"{first}\n")
        each.chmod(0o777)
    return SCRIPTS.format(
        program=program, other=other, body=FILE.replace("}\n}", f"}}\n    notify_master {program}\n}}")
    )


CORPUS = sorted(name for name, (_text, verdict) in FILES.items() if not isinstance(verdict, Refused))


@pytest.mark.parametrize("name", [*CORPUS, "scripts"])
@pytest.mark.parametrize("mode", [0o600, 0o666])
def test_check_and_the_start_say_the_same_of_the_same_line(start, tmp_path, capfd, monkeypatch, name, mode):
    for module in (main, links):
        monkeypatch.setattr(module, "dump", lambda empty: table(addresses=("192.0.2.4/24",)))
    text = scripts(tmp_path) if name == "scripts" else FILES[name][0]
    file = tmp_path / "hotstandby.conf"
    status, started = start(text, mode=mode)
    assert (status, cli.main(["check", str(file)])) == (0, 0)
    checked = [line for line in capfd.readouterr().err.splitlines() if "cannot run" not in line]  # which a run tells
    assert sorted(checked) == sorted(started)
    assert [line for line in started if not line.startswith(f"{file}:")] == []
    if name == "scripts":
        lines = text.splitlines()
        first = [next(n for n, line in enumerate(lines, 1) if word in line) for word in ("check.sh", "notify.sh")]
        shells = [line.split(": warning: ")[0] for line in started if "/bin/sh runs it" in line]
        assert shells == [f"{file}:{line}:12" for line in first]
