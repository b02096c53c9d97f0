# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It runs `ansible-playbook` many times, each time in a new process that has Ansible and our filters already.

A play takes a second of the processor before its first task: Ansible reads its own modules, and compiles those of a
collection each time. Here one process does this once. It forks for each play, so no play finds what another has left.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import traceback
import warnings


class Controller:
    """It is that process. ``environment`` has the settings of Ansible, which it reads only once."""

    def __init__(self, environment: dict[str, str], folder: str):
        self._process = subprocess.Popen(
            [sys.executable, __file__], cwd=folder, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def run(self, words: list[str], folder: str, path: str) -> tuple[int, str]:
        """Run `ansible-playbook` with these words in a folder, with this PATH. Return its exit status and output."""
        output = os.path.join(folder, "output")
        self._process.stdin.write(json.dumps([words, folder, path, output]) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        with open(output, encoding="utf-8") as text:
            return status, text.read()

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def _serve() -> None:
    from ansible.cli.playbook import PlaybookCLI
    from ansible.plugins.loader import filter_loader, init_plugin_loader

    init_plugin_loader()
    filter_loader.get("hotstandby.vrrp.play_hosts")  # which loads every filter of the collection
    warnings.filterwarnings("ignore", "AnsibleCollectionFinder has already been configured")
    gc.freeze()  # what is shared with each play is not looked at there: its pages stay shared
    gc.disable()  # a play ends before its garbage matters
    for line in sys.stdin:
        words, folder, path, output = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(folder, path, output)
            _play(lambda: PlaybookCLI.cli_executor(["ansible-playbook", *words]))  # noqa: B023
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _become(folder: str, path: str, output: str) -> None:
    """Have the folder, the PATH and the files of a process that a shell starts."""
    os.chdir(folder)
    os.environ["PATH"] = path
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    os.dup2(1, 2)


def _play(run) -> None:
    """Run it and end this process, without what the parent has registered for its own end."""
    status = 1
    try:
        run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve()
