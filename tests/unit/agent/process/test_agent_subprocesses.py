# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real scripts end in several ways, and no process of them stays."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from agent_fakes import gone

from vrrp.agent.process import subprocesses
from vrrp.agent.process.subprocesses import ScriptResult

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def run(*command, timeout_s=10.0, **who):
    return asyncio.run(subprocesses.run(command, timeout_s, **who))


@pytest.mark.parametrize(
    ("script", "outcome", "text"),
    [
        ("exit 0", ScriptResult(status=0), "exited with status 0"),
        ("exit 7", ScriptResult(status=7), "exited with status 7"),
        ("kill -9 $$", ScriptResult(signal=9), "due to signal 9"),
    ],
)
def test_a_script_ends_with_its_outcome(script, outcome, text):
    assert run("/bin/sh", "-c", script) == outcome
    assert outcome.text == text


def test_a_script_that_cannot_be_run_has_an_outcome(tmp_path):
    assert run("/nonexistent/script").error == "cannot run /nonexistent/script: No such file or directory"
    plain = tmp_path / "plain"
    plain.write_text("no program")
    assert run(str(plain)).error == f"cannot run {plain}: Permission denied"


def test_a_script_that_takes_too_long_is_ended_with_all_its_children(tmp_path):
    pids = tmp_path / "pids"
    script = f"sleep 60 & echo $! >> {pids}; echo $$ >> {pids}; sleep 60"
    started_at = time.monotonic()
    assert run("/bin/sh", "-c", script, timeout_s=0.3) == ScriptResult(timed_out=True)
    assert time.monotonic() - started_at < 10
    assert all(gone(int(pid)) for pid in pids.read_text().split())


def test_a_script_that_ignores_sigterm_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(subprocesses, "TERMINATION_S", 0.1)
    pid = tmp_path / "pid"
    script = f"trap '' TERM; echo $$ > {pid}; while :; do sleep 0.05; done"
    assert run("/bin/sh", "-c", script, timeout_s=0.3).timed_out
    assert gone(int(pid.read_text()))


def test_a_script_that_is_not_waited_for_any_more_is_killed(tmp_path):
    pid = tmp_path / "pid"

    async def scenario():
        task = asyncio.create_task(subprocesses.run(["/bin/sh", "-c", f"echo $$ > {pid}; exec sleep 60"], 60))
        deadline = time.monotonic() + 10
        while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(scenario())
    assert gone(int(pid.read_text()))


def test_a_script_has_its_own_session_no_input_and_a_path(tmp_path):
    result = tmp_path / "result"
    script = f'read x; ps -o sid= -p $$ > {result}; echo "$$ [$x] $PATH" >> {result}'
    assert run("/bin/sh", "-c", script).ok
    session, rest = result.read_text().splitlines()
    pid, read, path = rest.split(" ", 2)
    assert session.strip() == pid
    assert read == "[]"
    assert "/bin" in path


def test_the_loop_goes_on_while_a_script_runs():
    async def scenario():
        ticks = 0
        task = asyncio.create_task(subprocesses.run(["/bin/sleep", "0.3"], 10))
        while not task.done():
            ticks += 1
            await asyncio.sleep(0.01)
        return ticks

    assert asyncio.run(scenario()) > 5


def a_script(tmp_path, mode):
    """Make a script that writes a file when it runs, with these permissions."""
    script, witness = tmp_path / "script", tmp_path / "witness"
    script.write_text(f"#!/bin/sh\ntouch {witness}\n")
    script.chmod(mode)
    return script, witness


@pytest.mark.parametrize("mode", [0o777, 0o702])
def test_a_script_that_others_can_write_is_not_run_as_root(tmp_path, monkeypatch, mode):
    monkeypatch.setattr(subprocesses.os, "geteuid", lambda: 0)
    script, witness = a_script(tmp_path, mode)
    outcome = run(str(script), secure=True)
    said = f"enable_script_security: it runs as root, and others than root can change {script}"
    assert (outcome.error, outcome.ok, witness.exists()) == (said, False, False)


def test_a_directory_above_a_script_that_others_can_write_to_counts(monkeypatch):
    modes = {"/usr/bin/x": 0o100755, "/usr/bin": 0o40777, "/usr": 0o40755, "/": 0o40755}
    owner = {"st_uid": 0, "st_gid": 0}
    monkeypatch.setattr(subprocesses.os, "stat", lambda path: SimpleNamespace(st_mode=modes[path], **owner))
    assert subprocesses.unsafe_part("/usr/bin/x", "/bin") == "/usr/bin"
    modes["/usr/bin"] = 0o41777  # sticky, as /tmp is: no user can replace what belongs to root
    assert subprocesses.unsafe_part("/usr/bin/x", "/bin") is None
    owner["st_uid"] = 1000
    assert subprocesses.unsafe_part("/usr/bin/x", "/bin") == "/usr/bin/x"


@pytest.mark.parametrize(("mode", "fix"), [(0o777, "chmod o-w"), (0o757, "chmod o-w"), (0o702, "chmod o-w")])
def test_a_script_that_others_can_write_is_not_run_by_any_user(tmp_path, mode, fix):
    script, witness = a_script(tmp_path, mode)
    outcome = run(str(script))
    assert outcome.error == f"not run, because others can write {script}: {fix} {script}"
    assert (outcome.ok, witness.exists()) == (False, False)


def test_a_script_that_only_its_owner_can_write_is_run(tmp_path):
    script, witness = a_script(tmp_path, 0o755)
    assert run(str(script)).ok and witness.exists()


def test_files_of_a_script_can_be_read_by_others(tmp_path):
    script, witness = a_script(tmp_path, 0o755)
    before = os.umask(0o077)
    try:
        assert run(str(script)).ok
    finally:
        os.umask(before)
    assert witness.stat().st_mode & 0o777 == 0o644


def test_a_script_is_not_spared_when_memory_runs_out(tmp_path):
    """As under OOMScoreAdjust, in a process of its own: the score belongs to the process."""
    said = tmp_path / "said"
    program = f"""
import asyncio, sys
from vrrp.agent.process import subprocesses
def score():
    return open("/proc/self/oom_score_adj").read().strip()
try:
    open("/proc/self/oom_score_adj", "w").write("-300")
except OSError:
    pass
before = score()
command = ["/bin/sh", "-c", "cat /proc/self/oom_score_adj >> {said}"]
async def two_at_once():
    return await asyncio.gather(*(subprocesses.run(command, 10) for _number in range(2)))
assert all(outcome.ok for outcome in asyncio.run(two_at_once()))
print(before, score())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    before, after = done.stdout.split()
    assert before == after
    assert said.read_text().split() == ["0" if int(before) < 0 else before] * 2


def test_script_security_is_for_what_root_runs(tmp_path, monkeypatch):
    script, witness = a_script(tmp_path, 0o755)
    monkeypatch.setattr(subprocesses, "unsafe_part", lambda program, path: str(script))
    assert run(str(script)).ok
    monkeypatch.setattr(subprocesses.os, "geteuid", lambda: 12345)
    assert run(str(script), secure=True).ok and witness.exists()


def test_a_user_that_does_not_exist_is_an_error():
    outcome = run("/bin/true", user="no-such-user")
    assert outcome.error == "the user or group of the script does not exist: no-such-user"


def test_our_own_user_needs_no_change():
    assert subprocesses.credentials(subprocesses.pwd_name(os.geteuid()), None) == {}
    assert subprocesses.credentials(None, None) == {}


def test_another_user_needs_the_right_to_change(monkeypatch):
    other = "nobody" if os.geteuid() == 0 else "root"
    monkeypatch.setattr(subprocesses, "may_switch_user", lambda: False)
    outcome = run("/bin/true", user=other)
    me = subprocesses.pwd_name(os.geteuid())
    assert outcome.error == f"it must run as {other}, but the agent runs as {me} and may not change its user"


def test_with_that_right_it_gets_the_user_and_all_its_groups(monkeypatch):
    monkeypatch.setattr(subprocesses, "may_switch_user", lambda: True)
    monkeypatch.setattr(subprocesses.os, "geteuid", lambda: 12345)
    who = subprocesses.credentials("root", None)
    assert (who["user"], who["group"]) == (0, 0)
    assert 0 in who["extra_groups"]


def test_a_script_that_sigkill_does_not_end_is_not_waited_for(monkeypatch):
    class Stuck:
        pid, returncode = -1, None

        async def wait(self):
            await asyncio.Event().wait()

    stuck, killed = Stuck(), []

    async def spawn(*how):
        return stuck

    monkeypatch.setattr(subprocesses, "spawn", spawn)
    monkeypatch.setattr(subprocesses, "kill_group", lambda child, number: killed.append(int(number)))
    monkeypatch.setattr(subprocesses, "TERMINATION_S", 0.01)
    monkeypatch.setattr(subprocesses, "REAPING_S", 0.01)
    outcome = asyncio.run(asyncio.wait_for(subprocesses.run(["/x"], 0.01), 10))
    assert outcome == ScriptResult(timed_out=True)
    assert outcome.left is stuck
    assert killed == [15, 9]


def test_a_script_that_was_ended_leaves_no_process():
    assert run("/bin/sleep", "60", timeout_s=0.01).left is None


@pytest.mark.parametrize("name", ["节点", "caf\udce9"])
def test_arguments_are_utf_8_whatever_the_locale_is(tmp_path, name):
    """A name that is no UTF-8 in the file keeps its octets."""
    program = tmp_path / "a script"
    program.write_bytes(b'#!/bin/sh\nprintf %s "$1" > "$2"\n')
    program.chmod(0o755)
    code = (
        "import asyncio, sys\nfrom vrrp.agent.process import subprocesses\n"
        "assert sys.getfilesystemencoding() == 'ascii'\n"
        f"print(asyncio.run(subprocesses.run(({str(program)!r}, {name!a}, {str(tmp_path / 'said')!r}), 10)).text)"
    )
    plain = {**ENVIRONMENT, "LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], env=plain, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout == "exited with status 0\n", done.stderr
    assert (tmp_path / "said").read_bytes() == name.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    "head",
    [
        *(b"", b"\n#!/bin/sh\n", b"\xef\xbb\xbf#!/bin/sh\n", b"#!/bin/sh\r\n", b"#!/opt/none/bash\n", b"# a comment\n"),
        *(b"#!\n", b"#! \t\n", b"#!\r\n", b"#!/" + b"a" * 300 + b"\n"),
    ],
)
def test_a_shell_runs_a_script_that_the_kernel_does_not_execute(tmp_path, head):
    script = tmp_path / "chk"
    script.write_bytes(head + b'echo "$0 $*" > ' + str(tmp_path / "said").encode() + b"\nexit 7\n")
    script.chmod(0o755)
    assert run(str(script), "one", "two three") == ScriptResult(status=7)
    assert (tmp_path / "said").read_text() == f"{script} one two three\n"


def test_a_shell_runs_nothing_that_the_rules_forbid(tmp_path):
    script = tmp_path / "chk"
    script.write_text("exit 0\n")
    script.chmod(0o777)
    assert f"others can write {script}" in run(str(script)).error
    script.chmod(0o644)
    assert run(str(script)).error == f"cannot run {script}: Permission denied"


def test_a_first_line_of_two_characters_and_nothing_else(tmp_path):
    """The kernel returns EACCES for it; a shell reads it as an empty script, if its mode has an execute bit."""
    script = tmp_path / "chk"
    script.write_bytes(b"#!")
    script.chmod(0o755)
    assert run(str(script)) == ScriptResult(status=0)
    script.chmod(0o644)
    assert run(str(script)).error == f"cannot run {script}: Permission denied"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"\x7fELF\0\0\0", "it is a damaged program (copy it here anew)"),
        (b"\x7fELF", "it is a damaged program (copy it here anew)"),
        (
            b"#!/opt/none/python3\n",
            "its interpreter /opt/none/python3 does not exist (install it, or name another one)",
        ),
        (b"#!/tmp\n", "its interpreter /tmp is a directory (name the program itself)"),
        (b"\xff\xfe#\0!\0", "it is UTF-16 (save it as UTF-8 without a byte order mark)"),
    ],
)
def test_a_file_that_is_no_script_is_not_given_to_a_shell(tmp_path, head, reason):
    program = tmp_path / "program"
    program.write_bytes(head + b"touch " + str(tmp_path / "witness").encode() + b"\n")
    program.chmod(0o755)
    assert run(str(program)).error == f"cannot run {program}: {reason}"
    assert not (tmp_path / "witness").exists()
