# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a running agent: a blocking client of its control socket, standard library only."""

from __future__ import annotations

import base64
import contextlib
import grp
import json
import os
import pwd
import socket
import struct
import zlib
from collections.abc import Mapping
from typing import Any, Optional

from .runtime import CONTROL_SOCKET, RUNTIME_DIR, credentials, name_of

USER = "hotstandby"  # the user of the service
READ_SIZE = 65536  # octets of one read
REPLY_MAX = 16 << 20  # octets; 255 instances take less than one MiB
TOO_OLD = "it is of an older release, and keeps no reason and no end: deploy the pair again"

AskedTerms = Mapping[str, Any]  # the reason and the end of a drain or hold, as asked for
EntryPosition = tuple[int, float]  # of a record: its number, from 1 on, and when it began
START: EntryPosition = (0, 0.0)
Line = tuple[float, int, str]  # seconds since 1970, the level of syslog(3), the text


class AgentError(Exception):
    """The agent refused. ``problems`` are the single problems behind it, if there are some."""

    def __init__(self, text: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.problems = problems


class AgentUnreachable(Exception):
    """No agent answers at the control socket. The text names the socket and what to do."""


class NoAgent(AgentUnreachable):
    """No agent runs in this runtime directory."""


class Client:
    """It asks one agent, by its runtime directory. Each call is a connection of its own, ended after ``timeout_s``."""

    def __init__(self, runtime_dir: str = RUNTIME_DIR, timeout_s: float = 5.0) -> None:
        self.path = os.path.join(runtime_dir, CONTROL_SOCKET)
        self.timeout_s = timeout_s

    def status(self) -> dict[str, Any]:
        """Return everything that the agent tells of itself and its instances."""
        return self.request({"command": "status"})

    def promote(self, name: str, maintenance: Optional[AskedTerms] = None) -> dict[str, Any]:
        """Make this node MASTER of the instance, and keep it so until :meth:`release` or the end of its terms.

        ``maintenance`` has ``reason``, ``expires`` and ``by``, as the status has them; expires may be a duration.
        """
        return self.request({"command": "promote", "instance": name, **_terms(maintenance)})

    def demote(self, name: str, maintenance: Optional[AskedTerms] = None) -> dict[str, Any]:
        """Let the peer be MASTER of the instance, until :meth:`release` or the end of its terms."""
        return self.request({"command": "demote", "instance": name, **_terms(maintenance)})

    def release(self, name: str) -> dict[str, Any]:
        """Let priorities decide again who is MASTER of the instance."""
        return self.request({"command": "release", "instance": name})

    def drain(self, maintenance: Optional[AskedTerms] = None) -> dict[str, Any]:
        """Let this node give up everything and take nothing, until :meth:`undrain` or the end of its terms."""
        return self.request({"command": "drain", **_terms(maintenance)})

    def undrain(self) -> dict[str, Any]:
        """Let this node take part again."""
        return self.request({"command": "undrain"})

    def reload(self) -> dict[str, Any]:
        """Let the agent read its file again. Return what has changed."""
        return self.request({"command": "reload"})

    def read_peer_key(self) -> dict[str, Any]:
        """Let the agent read the key of ``peer_status`` again. Return digests of its ``keys``, and its ``problem``."""
        return self.request({"command": "read_peer_key"})

    def confirmed_reload(self, text: str, confirm_s: float) -> dict[str, Any]:
        """Let the agent take this text for ``confirm_s`` seconds, and longer where it hears the master with it."""
        candidate = base64.b64encode(zlib.compress(text.encode())).decode()
        return self.request({"command": "confirmed_reload", "candidate": candidate, "confirm_s": confirm_s})

    def plan(self, text: str, path: Optional[str] = None, programs: bool = False) -> dict[str, Any]:
        """Return what a reload of this text would do; ``path`` is for messages and for what it includes.

        ``programs`` asks for those that the file runs, too (:mod:`.config.semantics.programs`).
        """
        candidate = base64.b64encode(zlib.compress(text.encode())).decode()
        more = {"programs": True} if programs else {}
        return self.request({"command": "plan", "candidate": candidate, "path": path, **more})

    def events(self, name: Optional[str] = None, after: EntryPosition = START) -> dict[str, Any]:
        """Return what an instance was told and did as ``lines``, a header and the entries after this one.

        Where that entry is gone, or of another instance of this name, all are returned that the agent has. Without a
        name it is the ``instances`` to ask about, with the last entry of each as ``ends``. An older agent has no ends,
        and tells everything each time.
        """
        if name is None:
            return self.request({"command": "events"})
        lines: list[dict[str, Any]] = []
        more = True
        while more:  # the agent tells them in portions
            answer = self.request({"command": "events", "instance": name, "after": list(after)})
            header, *entries = answer["lines"]
            follows = bool(lines) and header["lost"] == lines[0]["lost"] + len(lines) - 1
            lines = [*lines, *entries] if follows else [header, *entries]
            more = bool(entries) and answer.get("more", False)
            after = header["lost"] + len(entries), lines[-1].get("at", 0.0)
        return {"lines": lines}

    def watch(self) -> Stream:
        """Return what the agent logs, as it comes."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line, rest = self._ask(sock, {"command": "watch"})
            return Stream(sock, self._result(line)["lines"], rest)
        except BaseException:
            sock.close()
            raise

    def request(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send one request, return its result. Raises :class:`AgentError` or :class:`AgentUnreachable`."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            return self._result(self._ask(sock, request)[0])

    def _ask(self, sock: socket.socket, request: dict[str, Any]) -> tuple[bytes, bytes]:
        """Connect, send one request, and return the line of the reply with what has come behind it."""
        try:
            # The agent's backlog is short. Only a blocking socket waits in it, in order.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval(self.timeout_s))
            sock.connect(self.path)
            sock.settimeout(self.timeout_s)
            with contextlib.suppress(BrokenPipeError):  # the agent has answered already, and closed the connection
                sock.sendall(json.dumps(request).encode() + b"\n")
            return self._read_line(sock)
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError) as error:
            raise self._nobody_listens() from error
        except PermissionError as error:
            raise AgentUnreachable(f"no right to use {self.path}: {self._who_may()}") from error
        except (socket.timeout, BlockingIOError) as error:
            text = f"the agent behind {self.path} did not answer within {self.timeout_s:g} s"
            raise AgentUnreachable(text) from error
        except OSError as error:
            raise AgentUnreachable(self._cannot_talk(error)) from error

    def _result(self, line: bytes) -> dict[str, Any]:
        """Return the result in a reply. Raises :class:`AgentError` where the agent has refused."""
        try:
            reply = json.loads(line)
        except ValueError as error:
            raise AgentUnreachable(self._cannot_talk(error)) from error
        if not reply.get("ok"):
            raise AgentError(reply.get("error", "the agent refused"), tuple(reply.get("problems", ())))
        result: dict[str, Any] = reply["result"]
        return result

    def _cannot_talk(self, error: Exception) -> str:
        return f"cannot talk to the agent behind {self.path}: {error}"

    def _nobody_listens(self) -> AgentUnreachable:
        process = self._living()
        if process is None:
            return NoAgent(
                f"no agent is running behind {self.path}: start it (systemctl start hotstandby), "
                "or name the directory that it runs in (--runtime-dir)"
            )
        return AgentUnreachable(
            f"the agent is running (process {process}), but {self.path} is gone: it makes a new one within five "
            "seconds, and where it may not make the directory, at 'systemctl reload hotstandby'"
        )

    def _living(self) -> Optional[int]:
        """Return the process that holds the name of the runtime directory, None without one (process/runtime_dir.py).

        Every process can take a name. It counts only when its user may be the agent's.
        """
        directory = os.path.abspath(os.path.dirname(self.path))
        trusted = {0, os.geteuid()}
        with contextlib.suppress(OSError):
            trusted.add(os.stat(directory).st_uid)
        with contextlib.suppress(KeyError):
            trusted.add(pwd.getpwnam(USER).pw_uid)
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.setblocking(False)
            sock.connect(name_of(directory))
            process, user, _group = credentials(sock)
            return process if user in trusted else None
        return None

    def _who_may(self) -> str:
        try:
            group = grp.getgrgid(os.stat(self.path).st_gid).gr_name
        except (OSError, KeyError):
            return "run this as root"
        return f"run this as root, or, to look only, join the group {group} (usermod -aG {group} USER, log in again)"

    @staticmethod
    def _read_line(sock: socket.socket) -> tuple[bytes, bytes]:
        chunks, size = [], 0
        while size < REPLY_MAX:
            chunk = sock.recv(READ_SIZE)
            if not chunk:
                raise OSError("the agent closed the connection")
            chunks.append(chunk)
            size += len(chunk)
            if b"\n" in chunk:
                line, _newline, rest = b"".join(chunks).partition(b"\n")
                return line, rest
        raise OSError("the answer does not end")


class Stream:
    """It is what an agent logs: ``lines`` before, each with its time, level and text, and then messages of new ones."""

    def __init__(self, sock: socket.socket, lines: list[Line], received: bytes = b"") -> None:
        self.lines = lines
        self._sock = sock
        self._received = received
        sock.setblocking(False)

    def fileno(self) -> int:
        """Return its descriptor, for select(2)."""
        return self._sock.fileno()

    def read(self) -> tuple[list[Line], int]:
        """Return the lines that have come, and how many the agent has left out. Raises AgentUnreachable at its end."""
        try:
            data = self._sock.recv(READ_SIZE)
            if not data:
                raise AgentUnreachable("the agent has ended, or has closed the connection")
            self._received += data
        except BlockingIOError:
            pass  # nothing but what came with the reply
        except OSError as error:
            raise AgentUnreachable(f"the agent has gone: {error.strerror}") from error
        *complete, self._received = self._received.split(b"\n")
        try:
            messages = [json.loads(line) for line in complete]
            lines = [(float(at), int(level), str(text)) for each in messages for at, level, text in each["lines"]]
            return lines, sum(int(each["left_out"]) for each in messages)
        except (ValueError, TypeError, LookupError) as error:
            raise AgentUnreachable(f"the agent says what this release does not know: {error}") from error

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()


def terms(reason: Optional[str], expires: Optional[str]) -> Optional[dict[str, Any]]:
    """Return the terms of a drain or a hold with the user who asks for it; None where nothing is said."""
    if not reason and not expires:
        return None
    return {"reason": reason, "expires": expires, "by": _user()}


def _user() -> str:
    """Return who runs this; with sudo(8), who has called that."""
    with contextlib.suppress(KeyError):
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    return str(os.getuid())


def _terms(maintenance: Optional[AskedTerms]) -> dict[str, Any]:
    return {} if maintenance is None else {"maintenance": dict(maintenance)}


def timeval(seconds: float) -> bytes:
    """Return a time limit as the kernel takes it (socket(7), SO_SNDTIMEO)."""
    whole, part = divmod(max(seconds, 0.0), 1)
    return struct.pack("@ll", int(whole), int(part * 1_000_000))
