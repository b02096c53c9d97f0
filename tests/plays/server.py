# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It forks each play from a process that has Ansible and the filters of our collection already.

A play takes a second of the processor before its first task: Ansible reads its own modules, and compiles those of a
collection each time. Here that is done once for all plays with the same settings of Ansible, which it reads only then.
No play finds what another has left: each is a process of its own, that ends with the play.

``bin/ansible-playbook`` asks the server that listens at the socket HOTSTANDBY_PLAYS (tests/scenario.sh starts one). A
request is JSON: the words, the folder and the environment; with it come the standard files. The answer is the exit
status.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

LONGEST = 1 << 20
#: What plays of ours use of Ansible itself. A play that finds them here does not read them again.
USED = {
    "action_loader": ("assert", "copy", "debug", "fail", "include_tasks", "normal", "set_fact"),
    "connection_loader": ("local", "ssh"),
    "callback_loader": ("default",),
    "strategy_loader": ("linear",),
    "become_loader": ("sudo",),
    "shell_loader": ("sh",),
    "cache_loader": ("memory",),
}
FILTER = "hotstandby.vrrp.play_hosts"  # with it Ansible loads every filter of the collection


def serve(path: str, owner: int) -> None:
    """Listen at the socket until the process ``owner`` has ended."""
    templates: dict[str, socket.socket] = {}
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    ends = os.pidfd_open(owner)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(f"{path}.new")
        listener.listen()
        os.rename(f"{path}.new", path)  # who finds it there is answered
        while ends not in select.select([listener, ends], [], [])[0]:
            connection, _unused = listener.accept()
            request, files = _received(connection)
            if files:
                settings = _settings(request["environment"], request["folder"])
                if settings not in templates:
                    others = [listener, connection, *templates.values()]
                    templates[settings] = _template(request, others, files)
                asked = json.dumps(request).encode()
                socket.send_fds(templates[settings], [asked], [*files, connection.fileno()])
            connection.close()
            _close(files)


def _close(files: list[int]) -> None:
    for file in files:
        os.close(file)


def _settings(environment: dict[str, str], folder: str) -> str:
    """Return what Ansible and Python read when they start."""
    file = os.path.join(folder, "ansible.cfg")
    names = ("ANSIBLE_", "PYTHON", "LANG", "LC_", "NO_COLOR", "HOME", "TERM", "VIRTUAL_ENV")
    said = sorted(item for item in environment.items() if item[0].startswith(names))
    return json.dumps([said, file if os.path.exists(file) else None])


def _pair() -> tuple[socket.socket, socket.socket]:
    both = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for each in both:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST)
    return both


def _received(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    text, files, _flags, _unused = socket.recv_fds(connection, LONGEST, 4)
    return (json.loads(text), files) if text else ({}, [])


def _template(request: dict[str, Any], others: list[socket.socket], files: list[int]) -> socket.socket:
    """Start the process from which all plays with these settings are forked. Return how to ask it."""
    ours, its = _pair()
    if os.fork():
        its.close()
        return ours
    with _ended(1):
        for other in (ours, *others):
            other.close()
        _close(files)  # who asks waits until nobody has its output
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _become(request)
        _load()
        while True:
            asked, files = _received(its)
            if not files:
                os._exit(0)  # the server has ended
            if not os.fork():
                with _ended(1):
                    its.close()
                    _attend(asked, files[:3], socket.socket(fileno=files[3]))
            _close(files)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
    raise AssertionError


@contextlib.contextmanager
def _ended(status: int):
    """End this process with the block, without what the parent has registered for its own end."""
    try:
        yield
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _load() -> None:
    """Load what each play needs."""
    from ansible.cli.playbook import PlaybookCLI  # noqa: F401
    from ansible.plugins import loader

    from plays import templates

    loader.init_plugin_loader()
    for kind, names in USED.items():
        for name in names:
            getattr(loader, kind).get(name, class_only=True)
    loader.filter_loader.get(FILTER)
    templates.keep()
    warnings.filterwarnings("ignore", "AnsibleCollectionFinder has already been configured")
    gc.collect()
    gc.freeze()  # what is shared with each play is not looked at there: its pages stay shared
    gc.disable()  # a play ends before its garbage matters


def _attend(request: dict[str, Any], files: list[int], connection: socket.socket) -> None:
    """Fork the play, and tell how it ended; end it when nobody waits for it any more."""
    play = os.fork()
    if not play:
        with contextlib.closing(connection):
            os.setsid()
            _become(request)
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
        _play(request["words"])
    _close(files)
    ends = os.pidfd_open(play)
    ready, _unused, _unused = select.select([ends, connection], [], [])
    if connection in ready:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(play, number)
            if select.select([ends], [], [], 5)[0]:
                break
    status = os.waitstatus_to_exitcode(os.waitpid(play, 0)[1])
    with contextlib.suppress(OSError):
        connection.send(str(status).encode())


def _become(request: dict[str, Any]) -> None:
    """Have the folder and the environment of who asks."""
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])


def _play(words: list[str]) -> None:
    """Run `ansible-playbook` and end this process."""
    from ansible.cli.playbook import PlaybookCLI

    status = 1
    try:
        PlaybookCLI.cli_executor(["ansible-playbook", *words])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    serve(sys.argv[1], int(sys.argv[2]))
