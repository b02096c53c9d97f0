# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run those who observe a pair, as a user runs them: a terminal, Prometheus, and ansible-rulebook with a ticket system.

Each is a context, and ends with it.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from lab.host import Host
from lab.run import CHECKOUT

RULES = CHECKOUT / "extensions" / "prometheus" / "hotstandby.rules.yml"
METRICS_PORT = 9165
LISTENS = "127.0.0.1:9090"
EVERY_S = 1  # between two scrapes, and between two evaluations of the rules


class Terminal:
    """It is a terminal of tmux, in which a program runs. ``text`` is what a person sees in it."""

    COLUMNS, LINES = 80, 40

    def __init__(self, folder: Path, words: Sequence[str]):
        self._tmux = ["tmux", "-u", "-f", "/dev/null", "-S", str(folder / "tmux")]
        size = ["-x", str(self.COLUMNS), "-y", str(self.LINES)]
        self._start = [*self._tmux, "new-session", "-d", *size, shlex.join(words)]

    def __enter__(self) -> Terminal:
        subprocess.run(self._start, check=True)
        return self

    def __exit__(self, *exc: object) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False)

    def text(self) -> str:
        """Return the screen as it is now."""
        return self._do("capture-pane", "-p")

    def press(self, key: str) -> None:
        """Press a key."""
        self._do("send-keys", key)

    @property
    def running(self) -> bool:
        """Return whether the program runs; tmux ends with it."""
        return subprocess.run([*self._tmux, "has-session"], check=False, capture_output=True).returncode == 0

    def _do(self, *words: str) -> str:
        return subprocess.run([*self._tmux, *words], check=True, capture_output=True, text=True).stdout


class Prometheus:
    """It runs on ``host``, scrapes the nodes, and has the alerts of the collection, which it waits for one second."""

    def __init__(self, folder: Path, host: Host, nodes: dict[str, str]):
        self._folder, self._host = folder, host
        rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
        for rule in (rule for group in rules["groups"] for rule in group["rules"] if "for" in rule):
            rule["for"] = f"{EVERY_S}s"
        targets = [
            {"targets": [f"{address}:{METRICS_PORT}"], "labels": {"instance": name}} for name, address in nodes.items()
        ]
        config = {
            "global": {"scrape_interval": f"{EVERY_S}s", "evaluation_interval": f"{EVERY_S}s"},
            "rule_files": ["rules.yml"],
            "scrape_configs": [{"job_name": "hotstandby", "static_configs": targets}],
        }
        for name, content in (("rules.yml", rules), ("prometheus.yml", config)):
            (folder / name).write_text(json.dumps(content))

    def __enter__(self) -> Prometheus:
        words = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
        with (self._folder / "prometheus.log").open("w") as log:
            self._process = self._host.popen(
                [*words, f"--web.listen-address={LISTENS}"], cwd=self._folder, stdout=log, stderr=log
            )
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        self._process.wait(10)

    def value(self, query: str) -> float | None:
        """Return the value of a query that has one result; None where it has none."""
        found = self._get("query", f"query={query}").get("result", ())
        return float(found[0]["value"][1]) if len(found) == 1 else None

    def firing(self, name: str) -> list[dict[str, Any]]:
        """Return the alerts of this name that are firing."""
        alerts = self._get("alerts").get("alerts", ())
        return [each for each in alerts if (each["labels"]["alertname"], each["state"]) == (name, "firing")]

    def _get(self, path: str, *data: str) -> dict[str, Any]:
        words = [
            "curl",
            "--silent",
            "--noproxy",
            "*",
            "--get",
            *(word for each in data for word in ("--data-urlencode", each)),
        ]
        done = self._host.run([*words, f"http://{LISTENS}/api/v1/{path}"])
        return json.loads(done.stdout)["data"] if done.returncode == 0 else {}


class Tickets:
    """It is a ticket system with a webhook. ``opened`` are the tickets, ``tokens`` those that came with them."""

    def __init__(self) -> None:
        self.opened: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        outer = self

        class Webhook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.tokens.append(self.headers.get("Authorization", ""))
                outer.opened.append(json.loads(body))
                self.send_response(201)
                self.end_headers()

            def log_message(self, *unused: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        self.url = f"http://127.0.0.1:{self._server.server_port}/tickets"

    def __enter__(self) -> Tickets:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Rulebook:
    """It is ansible-rulebook, with a rulebook of the collection, as a user runs it. It prints each event."""

    def __init__(self, folder: Path, name: str, variables: dict[str, Any], **environment: str):
        self._folder, self._environment = folder, environment
        words = ["--rulebook", name, "--inventory", "inventory.yml", "--vars", "variables.yml", "--print-events"]
        self._words = ["ansible-rulebook", *words]
        (folder / "variables.yml").write_text(json.dumps(variables))
        (folder / "inventory.yml").write_text("all: {hosts: {localhost: }}\n")
        self._log = folder / "rulebook.log"

    def __enter__(self) -> Rulebook:
        paths = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                self._words, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **paths, **self._environment},
            )  # fmt: skip
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(15)
        self._process.kill()
        self._process.wait()

    def log(self) -> str:
        """Return what it has printed."""
        return self._log.read_text()

    def events(self) -> list[dict[str, Any]]:
        """Return the events that it has printed."""
        printed = re.findall(r"^Event:\n(\{.*?\})\n\*", self.log(), re.MULTILINE | re.DOTALL)
        return [ast.literal_eval(each)["vrrp"] for each in printed]
