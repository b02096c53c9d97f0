# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is an agent that gives the answers of a test at a control socket, and records the requests."""

from __future__ import annotations

import json
import os
import socketserver
import threading
from typing import Any


class AnsweringAgent:
    """It answers at a control socket. ``replies``: command -> reply, or a function that makes it of the request."""

    def __init__(self, runtime_dir: str, **replies: Any):
        self.replies: dict[str, Any] = replies
        self.asked: list[dict[str, Any]] = []
        agent = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(json.dumps(agent.answer(json.loads(self.rfile.readline()))).encode() + b"\n")

        self._server = socketserver.ThreadingUnixStreamServer(os.path.join(runtime_dir, "control.sock"), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005})
        self._thread.start()

    @property
    def commands(self) -> list[str]:
        """Return the commands that it was asked for, without its status."""
        return [request["command"] for request in self.asked if request["command"] != "status"]

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request)
        reply: Any = self.replies.get(request["command"], {})
        if callable(reply):
            reply = reply(request)
        return reply if "ok" in reply else {"ok": True, "result": reply}

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def refuses(error: str, *problems: str) -> dict[str, Any]:
    """Return the reply of an agent that refuses."""
    return {"ok": False, "error": error, "problems": list(problems)}
