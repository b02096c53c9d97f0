# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a real Prometheus on a host, with the alerts of the collection, and ask it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .host import Host
from .metrics import PORT, Exporter
from .peers import poll
from .segment import folder

RULES = Path(__file__).parents[2] / "extensions" / "prometheus" / "hotstandby.rules.yml"
DASHBOARD = Path(__file__).parents[2] / "extensions" / "grafana" / "hotstandby.json"
LISTEN = "127.0.0.1:9090"
CONFIG = """\
global: {{scrape_interval: {every}, scrape_timeout: {every}, evaluation_interval: {every}}}
rule_files: [{rules}]
scrape_configs:
  - job_name: hotstandby
    static_configs:
{targets}
"""
TARGET = "      - {{targets: ['{address}:{port}'], labels: {{instance: {name}}}}}"
ASK = """
import json, sys, urllib.error, urllib.request
for path in json.load(sys.stdin):
    try:
        with urllib.request.urlopen("http://" + sys.argv[1] + path, timeout=10) as answer:
            print(answer.read().decode().strip())
    except urllib.error.HTTPError as error:
        print(error.read().decode().strip())
"""


class Prometheus:
    """It is a Prometheus that scrapes these exporters, each as the instance of its host's name."""

    def __init__(self, host: Host, exporters: Sequence[Exporter], every: str = "1s"):
        self._host = host
        self._folder = folder()
        self._log = self._folder / "log.txt"
        targets = [TARGET.format(address=each.address, port=PORT, name=each.agent.host.name) for each in exporters]
        config = CONFIG.format(every=every, rules=RULES, targets="\n".join(targets))
        (self._folder / "prometheus.yml").write_text(config)
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Prometheus:
        words = [
            "prometheus",
            f"--config.file={self._folder}/prometheus.yml",
            f"--storage.tsdb.path={self._folder}/data",
        ]
        with self._log.open("w") as log:
            self._process = self._host.popen(
                [*words, f"--web.listen-address={LISTEN}"], stdout=log, stderr=log, cwd=self._folder
            )
        # It listens earlier, and answers "Service Unavailable" until it has read its storage.
        poll(lambda: "ready to receive web requests" in self._log.read_text(), 20, "Prometheus", self._log.read_text)
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, *paths: str) -> list[dict[str, Any]]:
        """Return the answers of its HTTP API, which are JSON; an error is one, too."""
        done = self._host.run([sys.executable, "-c", ASK, LISTEN], input=json.dumps(paths), check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def query(self, *expressions: str, **options: Any) -> list[list[dict[str, Any]]]:
        """Return the result of each expression; with ``start``, ``end`` and ``step`` over that time."""
        kind = "query_range" if options else "query"
        answers = self.ask(*(f"/api/v1/{kind}?" + urlencode({"query": each, **options}) for each in expressions))
        for expression, answer in zip(expressions, answers):
            assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        return [answer["data"]["result"] for answer in answers]


def panels() -> list[dict[str, Any]]:
    """Return the panels of the dashboard."""
    return json.loads(DASHBOARD.read_text())["panels"]


def expressions(panel: dict[str, Any], interval: str = "5s") -> list[str]:
    """Return the queries of a panel as Grafana sends them, for every node and instance."""
    found = []
    for target in panel["targets"]:
        text = target["expr"]
        for name, value in (("$__rate_interval", interval), ("$node", ".*"), ("$iname", ".*")):
            text = text.replace(name, value)
        found.append(text)
    return found
