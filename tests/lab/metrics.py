# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve the metrics of an agent, as the unit hotstandby-metrics.service does, and scrape them."""

from __future__ import annotations

import subprocess
import sys

from .host import Host, LabError
from .peers import Agent, poll

PORT = 9165
SCRAPE = """
import http.client, sys, time
host, port, every_s = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
begun, number = time.monotonic(), 0
while True:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200 and b"hotstandby_up 1" in body, body
    number += 1
    print(number, flush=True)
    time.sleep(max(begun + number * every_s - time.monotonic(), 0))
"""


class Exporter:
    """It is the process that serves the metrics of one agent, at an address of the agent's host."""

    def __init__(self, agent: Agent, address: str):
        self.agent = agent
        self.address = address
        self._errors = agent.folder / "metrics.txt"
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Exporter:
        words = ["metrics", "--runtime-dir", str(self.agent.runtime_dir), "--listen", f"{self.address}:{PORT}"]
        with self._errors.open("w") as errors:
            self._process = self.agent.host.popen(
                self.agent.command(*words), env=self.agent.environment(), stderr=errors
            )
        poll(self._serves, 10, f"the metrics at {self.address}", self.errors)
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def pids(self) -> list[int]:
        return [self._process.pid] if self._process is not None else []

    def errors(self) -> str:
        return self._errors.read_text()

    def _serves(self) -> bool:
        if not self.running:
            raise LabError(f"the metrics are not served: {self.errors()}")
        listening = self.agent.host.run(["ss", "-Hltn", "sport", "=", f":{PORT}"]).stdout
        return f":{PORT}" in listening


class Scraper:
    """It asks an exporter from another host, every ``every_s`` seconds, until the block is left."""

    def __init__(self, host: Host, exporter: Exporter, every_s: float):
        self._host = host
        self._exporter = exporter
        self._every_s = every_s
        self._process: subprocess.Popen | None = None
        self.scrapes = 0

    def __enter__(self) -> Scraper:
        words = [sys.executable, "-c", SCRAPE, self._exporter.address, str(PORT), str(self._every_s)]
        self._process = self._host.popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._process is not None
        failed = self._process.poll()
        self._process.terminate()
        said, errors = self._process.communicate(timeout=10)
        self.scrapes = len(said.splitlines())
        if failed is not None:
            raise LabError(f"scraping ended after {self.scrapes}: {errors}")
