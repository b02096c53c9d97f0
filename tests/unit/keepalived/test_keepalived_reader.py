# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a dump is taken when it is new, complete and root's, from keepalived's VRRP process only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived import process, reader, stats
from ansible_collections.hotstandby.vrrp.plugins.module_utils.keepalived.process import KeepalivedProcess
from recorded_dumps import text

DUMP = text("v2-pass.master")
COUNTS = """\
VRRP Instance: VI_1
  Advertisements:
    Received: 7
    Sent: 12
  Became master: 1
  Released master: 0
  Packet Errors:
    Length: 0
    TTL: 2
    Invalid Type: 0
    Advertisement Interval: 0
    Address List: 0
  Authentication Errors:
    Invalid Type: 1
    Type Mismatch: 2
    Failure: 1
  Priority Zero:
    Received: 0
    Sent: 0
"""  # by 2.2.7, with other numbers
COUNTED = {
    "received": 7,
    "sent": 12,
    "became_master": 1,
    "priority_zero_received": 0,
    "priority_zero_sent": 0,
    "discarded": {"ttl": 2, "auth_type": 3, "auth_pass": 1},
}


class Fake(KeepalivedProcess):
    """It writes ``writes`` into ``folder`` at a signal; ``busy`` is how many times it still has it open."""

    def __init__(self, folder, writes=DUMP, name="keepalived.data", alive=True, busy=0):
        super().__init__(1, 1, ())
        self.__dict__.update(folder=folder, writes_text=writes, name=name, alive=alive, busy=busy)

    root = property(lambda self: "/")
    temporary = property(lambda self: str(self.folder))

    def signal(self, number):
        assert number == (signal.SIGUSR2 if self.name.endswith("stats") else signal.SIGUSR1)
        if self.alive and self.writes_text is not None:
            new = self.folder / "new"
            new.write_text(self.writes_text, encoding="utf-8")
            new.rename(self.folder / self.name)
        return self.alive

    def writes(self, found):
        self.__dict__["busy"] -= 1
        return self.busy >= 0


@pytest.fixture(autouse=True)
def _no_keepalived_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "OLD_PLACE", str(tmp_path))


def test_a_dump_of_an_old_release_is_not_where_tmpdir_says(tmp_path, monkeypatch):
    """keepalived before 2.2.5 writes to /tmp, whatever TMPDIR says."""
    old, new = tmp_path / "tmp", tmp_path / "tmpdir"
    monkeypatch.setattr(reader, "OLD_PLACE", str(old))
    old.mkdir()
    new.mkdir()
    monkeypatch.setattr(Fake, "temporary", str(new))
    dump, _when = reader.dump_of(Fake(old))
    assert dump.instances[0].title == "VI_1"


def test_a_new_dump_is_read(tmp_path):
    dump, when = reader.dump_of(Fake(tmp_path))
    assert dump.instances[0].title == "VI_1"
    assert abs(when - os.stat(tmp_path / "keepalived.data").st_mtime) < 0.001


def test_an_old_dump_is_not_taken_for_a_new_one(tmp_path):
    (tmp_path / "keepalived.data").write_text(text("v2-pass.backup"), encoding="utf-8")
    dump, _when = reader.dump_of(Fake(tmp_path))
    assert dump.instances[0].get("State") == "MASTER"
    with pytest.raises(reader.ReadError, match="wrote nothing to .* within 0.05 s of SIGUSR1"):
        reader.dump_of(Fake(tmp_path, writes=None), wait_s=0.05)


def test_the_reader_waits_until_the_dump_is_closed(tmp_path):
    fake = Fake(tmp_path, busy=3)
    reader.dump_of(fake)
    assert fake.busy == -1


def test_a_dump_that_is_named_after_the_instance_is_read(tmp_path):
    assert reader.dump_of(Fake(tmp_path, name="keepalived.east.data"))[0].instances


def test_the_counters_of_keepalived_are_read(tmp_path):
    found = reader.counters_of(Fake(tmp_path, writes=COUNTS, name="keepalived.stats"))
    assert found["VI_1"] == COUNTED


def test_counters_of_two_instances_are_read_and_a_missing_file_has_none():
    two = COUNTS + COUNTS.replace("VI_1", "VI_2").replace("TTL: 2", "TTL: 0")
    found = stats.parse(two)
    assert (found["VI_1"], found["VI_2"]["discarded"]) == (COUNTED, {"auth_type": 3, "auth_pass": 1})
    assert stats.parse("hello: 3\n  Sent: many\n") == {}


def test_a_link_or_a_file_of_somebody_else_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text(DUMP, encoding="utf-8")
    fake = Fake(tmp_path, writes=None)
    fake.__dict__["signal"] = lambda number: (tmp_path / "keepalived.data").symlink_to(tmp_path / "elsewhere") is None
    with pytest.raises(reader.ReadError):
        reader.dump_of(fake, wait_s=0.05)
    (tmp_path / "keepalived.data").unlink()

    def write(number):
        (tmp_path / "keepalived.data").write_text(DUMP, encoding="utf-8")
        os.chown(tmp_path / "keepalived.data", 65534, 65534)
        return True

    fake.__dict__["signal"] = write
    with pytest.raises(reader.ReadError):
        reader.dump_of(fake, wait_s=0.05)


def test_a_file_that_is_no_dump_is_an_error(tmp_path):
    with pytest.raises(reader.ReadError, match="is no dump"):
        reader.dump_of(Fake(tmp_path, writes="hello\n"))


def test_a_process_that_has_gone_is_an_error(tmp_path):
    with pytest.raises(reader.ReadError, match="has gone"):
        reader.dump_of(Fake(tmp_path, alive=False))


def test_a_process_that_would_die_of_the_signal_is_not_signalled():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert not process.handles(child.pid, signal.SIGUSR1)
        assert not process.is_keepalived(child.pid)
        assert not KeepalivedProcess(child.pid, 1, ()).signal(signal.SIGUSR1)
        assert child.poll() is None
    finally:
        child.communicate(b"\n", timeout=10)
    assert child.returncode == 0


def test_the_reader_knows_whether_a_process_handles_the_signal():
    code = "import signal; signal.signal(signal.SIGUSR1, lambda *_: None); print(flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        child.stdout.readline()
        assert process.handles(child.pid, signal.SIGUSR1)
        assert not process.handles(child.pid, signal.SIGUSR2)
    finally:
        child.communicate(b"\n", timeout=10)


@pytest.mark.parametrize(
    ("words", "config"),
    [
        ((), "/etc/keepalived/keepalived.conf"),
        (("keepalived", "-f", "/a"), "/a"),
        (("keepalived", "-f/a"), "/a"),
        (("keepalived", "--use-file", "/a"), "/a"),
        (("keepalived", "--use-file=/a", "-n"), "/a"),
    ],
)
def test_the_file_that_keepalived_was_started_with_is_told(words, config):
    assert KeepalivedProcess(1, 1, words).config == config


@pytest.mark.parametrize(("given", "expected"), [("/var/tmp", "/var/tmp"), ("relative", "/tmp")])
def test_the_dump_is_in_the_temporary_directory_of_keepalived(given, expected):
    with subprocess.Popen(["/bin/sleep", "60"], env={"A": "b", "TMPDIR": given}) as child:
        while not Path(f"/proc/{child.pid}/environ").read_bytes():
            pass  # for a moment after the start of a program the kernel shows nothing of it
        assert KeepalivedProcess(child.pid, 1, ()).temporary == expected
        child.kill()
