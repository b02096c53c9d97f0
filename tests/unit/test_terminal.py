# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the command watch as a program in a real terminal, beside the control server of an agent."""

from __future__ import annotations

import asyncio
import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest
from cli_parts import MODULE_UTILS, STATUS

from vrrp import terminal
from vrrp.agent.control.server import ControlServer
from vrrp.agent.log import Log

FIRST, SECOND = STATUS["instances"]
PEER = {"address": "192.168.8.6", "priority": 90, "seen_s": 0.4}
ANSWER = {**STATUS, "instances": [{**FIRST, "addresses": FIRST["addresses"][:1]}, {**SECOND, "peers": [PEER]}]}
ENTERED = "(VI_1) Entering MASTER STATE (192.168.8.6 has been silent for 3.65 s)"
ENTER, LEAVE = "\033[?1049h", "\033[?1049l"  # the other screen of a terminal, and back


class Beside:
    """It runs the program beside a real control server. ``tell`` logs a line there."""

    def __init__(self, directory, loop, log, answer):
        self.directory, self._loop, self._log, self.answer = directory, loop, log, answer

    def tell(self, text):
        self._loop.call_soon_threadsafe(self._log.info, text)

    def command(self, *words):
        return [sys.executable, "-B", "-m", "vrrp.cli", "watch", *words, "--runtime-dir", str(self.directory)]

    def environment(self, term="xterm"):
        return {**os.environ, "PYTHONPATH": str(MODULE_UTILS), "TERM": term, "TZ": "UTC"}


@pytest.fixture
def beside(tmp_path):
    """Return ``beside(use)``, which calls ``use(program)`` in a thread while the server answers."""

    def run(use):
        async def scenario():
            log, answer = Log(io.StringIO()), dict(ANSWER)
            server = ControlServer(str(tmp_path / "control.sock"), lambda command, request: answer, log)
            await server.start()
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(None, use, Beside(tmp_path, loop, log, answer))
            finally:
                await server.stop()

        asyncio.run(asyncio.wait_for(scenario(), 60))

    return run


class Screen:
    """It is a terminal with the program in it. ``until`` waits for a text."""

    def __init__(self, program, *words, columns=80, rows=24):
        self._ours, theirs = pty.openpty()
        self.theirs = theirs
        self.resize(columns, rows)
        self.before = termios.tcgetattr(theirs)
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *program.command(*words)],  # ^C and ^Z are for it
            env=program.environment(),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        self.text = ""

    def resize(self, columns, rows):
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def widest(self):
        """Return how many columns the last whole drawing took."""
        *_before, drawn, _after = self.text.split("\033[H")
        return max(len(re.sub("\033\\[[?0-9]*[a-zA-Z]", "", line).rstrip("\r")) for line in drawn.split("\n"))

    def read(self, within_s=0.05):
        while select.select([self._ours], [], [], within_s)[0]:
            self.text += os.read(self._ours, 65536).decode()

    def until(self, condition, within_s=20):
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, self.text[-3000:]
            self.read()

    def type(self, keys):
        os.write(self._ours, keys)

    def ended(self):
        """Wait for the end. Return the exit status, and whether the terminal is as before."""
        self.until(lambda: self.process.poll() is not None)
        self.read()
        same = termios.tcgetattr(self.theirs) == self.before
        whole = self.text.count(ENTER) == self.text.count(LEAVE) and self.text.endswith(LEAVE)
        os.close(self._ours)
        os.close(self.theirs)
        return self.process.returncode, same and whole


def test_in_a_terminal_it_is_live_and_q_leaves_the_terminal_as_it_was(beside):
    def use(program):
        screen = Screen(program)
        screen.until(lambda: "192.168.8.6  priority 90, 0.4s ago" in screen.text)
        program.answer["instances"] = [{**SECOND, "state": "FAULT", "faults": ["interface eth0 is down"]}]
        program.tell(ENTERED)
        screen.until(lambda: ENTERED[:40] in screen.text and "ip link set eth0 up" in screen.text)
        assert screen.widest() == 80
        screen.resize(40, 12)
        screen.until(lambda: screen.widest() <= 40)
        screen.type(b"q")
        assert screen.ended() == (0, True)

    beside(use)


@pytest.mark.parametrize(
    ("how", "status"),
    [
        (lambda screen: screen.type(b"\x03"), 0),
        (lambda screen: screen.type(b"\x1c"), 128 + signal.SIGQUIT),
        (lambda screen: screen.process.send_signal(signal.SIGTERM), 128 + signal.SIGTERM),
    ],
    ids=["interrupt", "quit", "terminate"],
)
def test_every_end_leaves_the_terminal_as_it_was(beside, how, status):
    def use(program):
        screen = Screen(program)
        screen.until(lambda: "EVENTS" in screen.text)
        how(screen)
        assert screen.ended() == (status, True)

    beside(use)


def test_stopped_and_continued_it_draws_again(beside):
    def use(program):
        screen = Screen(program, "VI_1")
        screen.until(lambda: "EVENTS" in screen.text)
        screen.type(b"\x1a")
        screen.until(lambda: screen.text.endswith(LEAVE))
        assert termios.tcgetattr(screen.theirs) == screen.before
        stopped = screen.text
        screen.process.send_signal(signal.SIGCONT)
        screen.until(lambda: "EVENTS" in screen.text[len(stopped) :])
        screen.type(b"q")
        assert screen.ended() == (0, True)

    beside(use)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_before_the_screen_is_there_leaves_the_terminal_as_it_was(monkeypatch, number):
    ours, theirs = pty.openpty()
    before, handlers = termios.tcgetattr(theirs), [signal.getsignal(each) for each in (number, signal.SIGTSTP)]
    enter = terminal.Terminal._enter

    def interrupted(self):
        enter(self)
        os.kill(os.getpid(), number)

    monkeypatch.setattr(terminal.Terminal, "_enter", interrupted)
    with os.fdopen(theirs, "w") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises((SystemExit, KeyboardInterrupt)), terminal.Terminal():
            pytest.fail("there is no screen")
        assert termios.tcgetattr(theirs) == before
        assert [signal.getsignal(each) for each in (number, signal.SIGTSTP)] == handlers
        text = ""
        while not text.endswith(LEAVE):  # it comes in pieces
            assert select.select([ours], [], [], 20)[0], text
            text += os.read(ours, 4096).decode()
    os.close(ours)


def test_elsewhere_than_in_a_terminal_it_prints_lines(beside):
    def use(program):
        with subprocess.Popen(
            program.command(), env=program.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline().startswith("INSTANCE  STATE")
            assert [process.stdout.readline().split()[0] for _line in range(2)] == ["VI_1", "web"]
            program.tell("\033" + ENTERED)
            line = process.stdout.readline()
            assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \?" + re.escape(ENTERED) + "\n", line)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0

    beside(use)


def test_an_instance_that_is_not_there_is_refused(beside):
    def use(program):
        done = subprocess.run(
            program.command("nobody"), env=program.environment(), capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (1, "error: there is no instance nobody; there are: VI_1, web\n")

    beside(use)


@pytest.mark.parametrize(
    ("term", "terminals", "can_draw"),
    [("xterm", (True, True), True), ("dumb", (True, True), False), (None, (True, True), False),
     ("xterm", (False, True), False), ("xterm", (True, False), False)],
)  # fmt: skip
def test_it_draws_where_a_person_looks_and_types(monkeypatch, term, terminals, can_draw):
    monkeypatch.delenv("TERM", raising=False)
    if term is not None:
        monkeypatch.setenv("TERM", term)
    for stream, is_terminal in zip((sys.stdin, sys.stdout), terminals):
        monkeypatch.setattr(stream, "isatty", lambda is_terminal=is_terminal: is_terminal)
    assert terminal.interactive() is can_draw
