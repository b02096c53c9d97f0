# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It speaks the control protocol, and changes only its status."""

from __future__ import annotations

import json
import os
import socketserver
import threading
from collections.abc import Callable
from typing import Any

VIP = "192.168.8.100/24"


class Refusal(Exception):
    """The fake agent refuses with this sentence and these problems."""


class FakeAgent:
    """It speaks the control protocol; ``instance`` is the status of its instance, which moves as it is told."""

    def __init__(self, runtime_dir: str):
        self.commands: list[str] = []
        self.instance: dict[str, Any] = {
            "name": "VI_1", "state": "BACKUP", "source": "192.168.8.6", "addresses": [VIP], "addresses_present": [],
            "priority": 90, "base_priority": 90, "advert_int_s": 1.0, "preempt": True, "hold": None, "faults": [],
            "reasons": [], "peers": [], "master": {"address": "192.168.8.4", "priority": 100, "seen_s": 0.1},
            "why": "BACKUP because 192.168.8.4 advertises 100 > our 90", "since_s": 3.0, "yielding": False,
        }  # fmt: skip
        self.others: list[dict[str, Any]] = []  # further instances, which never change
        self.drained = False
        self.plan: dict[str, Any] | None = None  # the whole answer to that command
        self.config, self.digest = "/etc/hotstandby/hotstandby.conf", ""
        self.on: dict[str, Callable[[], Any]] = {
            "promote": self.lead, "demote": self.follow, "release": self.free, "drain": self.end, "undrain": self.begin,
        }  # fmt: skip
        agent = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(json.dumps(agent.answer(json.loads(self.rfile.readline()))).encode() + b"\n")

        self._server = socketserver.ThreadingUnixStreamServer(os.path.join(runtime_dir, "control.sock"), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        command = request["command"]
        if command == "status":
            status = {"version": "0.1.0", "pid": 2**22 + 1, "config": self.config, "config_sha256": self.digest}
            instances = [self.instance, *self.others]
            return {"ok": True, "result": {**status, "drained": self.drained, "instances": instances, "discarded": {}}}
        if command == "plan":  # an agent of an older release does not know it
            refusal = {"ok": False, "error": "unknown command plan: it is one of status"}
            return refusal if self.plan is None else self.plan
        self.commands.append(command)
        try:
            self.on.get(command, lambda: None)()
        except Refusal as refusal:
            return {"ok": False, "error": refusal.args[0], "problems": list(refusal.args[1:])}
        return {"ok": True, "result": {}}

    def lead(self) -> None:
        own = {"address": self.instance["source"], "priority": 254, "seen_s": 0.0}
        self.instance = {
            **self.instance, "state": "MASTER", "addresses_present": [VIP], "hold": "master", "master": own,
            "priority": 254, "why": "MASTER because it was promoted",
        }  # fmt: skip

    def follow(self) -> None:
        peer = {"address": "192.168.8.4", "priority": 100, "seen_s": 0.1}
        self.instance = {**self.instance, "state": "BACKUP", "addresses_present": [], "hold": "backup", "master": peer}

    def free(self) -> None:
        self.instance = {**self.instance, "hold": None, "priority": self.instance["base_priority"]}

    def end(self) -> None:
        self.drained = True
        gone = {"state": "STOP", "addresses_present": [], "why": "STOP because this node is drained"}
        self.instance = {**self.instance, **gone}

    def begin(self) -> None:
        self.drained = False
        why = "BACKUP because 192.168.8.4 advertises 100 > our 90"
        self.instance = {**self.instance, "state": "BACKUP", "why": why}
