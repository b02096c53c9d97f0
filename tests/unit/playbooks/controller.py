# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It runs `ansible-playbook` many times, each time in a new process that has Ansible and our filters already.

A play takes a second of the processor before its first task: Ansible reads its own modules, and compiles those of a
collection each time. Here one process does this once. It forks for each play, so no play finds what another has left.

Ansible itself forks once more for each task of each host, and each of these processes compiles the templates that it
needs. That is half of the time of a play on nodes that take none. So a task runs in the process of its play here, and
a template is compiled once for all plays. A play with settings of its own (see fake_nodes) runs as Ansible does it.
"""

from __future__ import annotations

import copy
import functools
import gc
import json
import os
import subprocess
import sys
import traceback
import warnings

from compiled_templates import CompiledTemplates


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
    from ansible._internal._templating._jinja_bits import AnsibleEnvironment
    from ansible.cli.playbook import PlaybookCLI
    from ansible.executor.process.worker import WorkerProcess
    from ansible.plugins.loader import filter_loader, init_plugin_loader

    WorkerProcess.start = _run_task
    templates = CompiledTemplates(AnsibleEnvironment)
    init_plugin_loader()
    filter_loader.get("hotstandby.vrrp.play_hosts")  # which loads every filter of the collection
    warnings.filterwarnings("ignore", "AnsibleCollectionFinder has already been configured")
    gc.freeze()  # what is shared with each play is not looked at there: its pages stay shared
    gc.disable()  # a play ends before its garbage matters
    for line in sys.stdin:
        words, folder, path, output = json.loads(line)
        compiled = os.path.join(folder, "compiled")
        pid = os.fork()
        if not pid:
            _become(folder, path, output)
            _play(
                lambda: PlaybookCLI.cli_executor(["ansible-playbook", *words]),  # noqa: B023
                functools.partial(templates.save, compiled),
            )
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        templates.load(compiled)
        print(status, flush=True)


def _run_task(worker) -> None:
    """Run the task of a worker in this process. What it changes in its copies is lost, as in a process of its own."""
    from ansible._internal._task import TaskContext
    from ansible.executor.task_executor import TaskExecutor
    from ansible.executor.task_result import _RawTaskResult

    task = worker._task.copy(exclude_parent=True, exclude_tasks=True)
    task._parent = worker._task._parent
    host = copy.copy(worker._host)
    with TaskContext(task):
        result = TaskExecutor(
            host, task, dict(worker._task_vars), worker._play_context, worker._loader, worker._shared_loader_obj,
            worker._final_q, worker._variable_manager,
        ).run()  # fmt: skip
    host.vars, host.groups = {}, []  # nobody reads them in a result
    worker._final_q.send_task_result(
        _RawTaskResult(host=host, task=task, return_data=result, task_fields=task.dump_attrs())
    )


def _become(folder: str, path: str, output: str) -> None:
    """Have the folder, the PATH and the files of a process that a shell starts."""
    os.chdir(folder)
    os.environ["PATH"] = path
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    os.dup2(1, 2)


def _play(run, after) -> None:
    """Run it and what comes after, and end this process, without what the parent has registered for its own end."""
    status = 1
    try:
        run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            after()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)


if __name__ == "__main__":
    _serve()
