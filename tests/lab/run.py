# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep what belongs to one run, and remove it.

A run has an id. Its containers, namespaces and folder carry that id in their names, so that two runs never meet, and a
record in ``/run`` says which process they serve. Starting a run first removes what dead processes left.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any, Iterator, Optional

from .host import LabError, command, named_namespaces

STATE = Path("/run/hotstandby-lab")  # vanishes with a reboot, as namespaces do
CHECKOUT = Path(__file__).resolve().parents[2]
LABEL = "hotstandby.lab"
_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?")
_YOUNG_S = 60.0  # a folder without a record may be one that another process is just making


def process_started(pid: int) -> Optional[int]:
    """Return when a process began, in clock ticks since boot (proc_pid_stat field 22); None when it is gone.

    Together with the pid this names a process for ever: pids are used again. A zombie counts as gone.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Allow one process at a time; the lock ends with the process in any case."""
    STATE.mkdir(parents=True, exist_ok=True)
    with open(STATE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Run:
    """It has the names of one run. Making the object touches nothing."""

    def __init__(self, identity: str = ""):
        self.id = identity or uuid.uuid4().hex[:8]
        if not _ID.fullmatch(self.id):
            raise LabError(f"a run's id is up to 24 of a-z, 0-9 and '-', not {self.id!r}")
        self.folder = STATE / self.id
        self.shortcut = CHECKOUT / ".lab" / self.id  # the same folder, where people look for it
        self.segment = f"lab-{self.id}"

    def container(self, node: str) -> str:
        """Return the name of a node's container."""
        return f"lab-{self.id}-{node}"

    # The record

    def claim(self, owner: Optional[int], **facts: Any) -> None:
        """Make the folder and record which process the run serves: a pid, or None to keep it until ``down``.

        Raises LabError when the id is taken.
        """
        STATE.mkdir(parents=True, exist_ok=True)
        try:
            self.folder.mkdir(mode=0o700)
        except FileExistsError:
            raise LabError(f"a lab {self.id!r} exists already; remove it with: make lab-down ID={self.id}") from None
        started = None
        if owner is not None:
            started = process_started(owner)
            if started is None:
                self.folder.rmdir()
                raise LabError(f"no process {owner} that could own the lab")
        self.update(id=self.id, owner=owner, owner_started=started, checkout=str(CHECKOUT), made=time.time(), **facts)
        self.shortcut.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self.shortcut.unlink()
        self.shortcut.symlink_to(self.folder)

    def record(self) -> dict[str, Any]:
        """Return the record. Raises LabError when there is no such run."""
        try:
            return json.loads((self.folder / "run.json").read_text())
        except FileNotFoundError:
            raise LabError(f"no lab {self.id!r}; there is: {', '.join(run.id for run in runs()) or 'none'}") from None

    def update(self, **facts: Any) -> None:
        """Add to the record; a reader sees the old one or the new one."""
        with contextlib.suppress(LabError):
            facts = {**self.record(), **facts}
        new = self.folder / "run.json.new"
        new.write_text(json.dumps(facts, indent=2) + "\n")
        new.replace(self.folder / "run.json")

    @property
    def abandoned(self) -> bool:
        """Return whether the process that it served is gone."""
        try:
            record = self.record()
        except LabError:
            with contextlib.suppress(FileNotFoundError):
                return time.time() - self.folder.stat().st_mtime > _YOUNG_S
            return False
        owner = record["owner"]
        return owner is not None and process_started(owner) != record["owner_started"]

    # The end

    def remove(self) -> list[str]:
        """Remove everything that carries the id: containers, processes, namespaces, folder. It may be called again."""
        removed = []
        for name in _containers(self.id):
            subprocess.run(
                ["podman", "rm", "--force", "--time", "0", "--volumes", "--ignore", name],
                check=False,
                capture_output=True,
                timeout=60,
            )
            removed.append(f"container {name}")
        for name in sorted(named_namespaces()):
            if name == self.segment or name.startswith(f"{self.segment}-"):
                _empty_namespace(name)
                subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
                removed.append(f"namespace {name}")
        shortcuts = [self.shortcut]
        with contextlib.suppress(LabError):
            shortcuts.append(Path(self.record()["checkout"], ".lab", self.id))
        for shortcut in shortcuts:
            with contextlib.suppress(OSError):
                shortcut.unlink()
                shortcut.parent.rmdir()  # the last one removes the empty directory
        if self.folder.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            removed.append(f"folder {self.folder}")
        left = _containers(self.id)
        if left:
            raise LabError(f"podman could not remove {', '.join(left)}")
        return removed


def runs() -> list[Run]:
    """Return every run on this machine that has a folder or a container."""
    found = {folder.name for folder in STATE.glob("*") if folder.is_dir()} | set(_labels())
    return [Run(name) for name in sorted(found) if _ID.fullmatch(name)]


def reap() -> list[str]:
    """Remove the runs whose process died without cleaning up."""
    removed = []
    with locked("reap"):
        for run in runs():
            orphaned = not run.folder.exists()  # a container that outlived a reboot
            if orphaned or run.abandoned:
                removed += run.remove()
    return removed


def _containers(identity: str) -> list[str]:
    return command(["podman", "ps", "--all", "--filter", f"label={LABEL}={identity}", "--format", "{{.Names}}"]).split()


def _labels() -> list[str]:
    listed = command(["podman", "ps", "--all", "--filter", f"label={LABEL}", "--format", "json"])
    return [entry["Labels"][LABEL] for entry in json.loads(listed or "[]")]


def _empty_namespace(name: str) -> None:
    """End what still runs in a namespace of the run: only processes of the run can be there."""
    for _attempt in range(100):
        pids = subprocess.run(["ip", "netns", "pids", name], check=False, capture_output=True, text=True).stdout.split()
        if not pids:
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.02)
