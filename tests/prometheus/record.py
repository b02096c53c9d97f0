# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It records what Prometheus would see of a failover, for `promtool test rules`: see failover.yml.

PYTHONPATH=tests:plugins/module_utils .venv/bin/python tests/prometheus/record.py > series.yml

Two agents run in network namespaces, each with its exporter, and tell each other how they do, as the role has it. That
of node a is killed after two minutes, and is started again after another seven. The time is real: it takes twelve
minutes. Only metrics that an alert asks for are kept.
"""

from __future__ import annotations

import re
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse

from lab.example_pair import ADDRESS_A, ADDRESS_B, PREFIX, pair, peer_status
from lab.host import Host
from lab.metrics import PORT, Exporter
from lab.peers import Agent
from lab.segment import Segment

RULES = Path(__file__).parents[2] / "extensions" / "prometheus" / "hotstandby.rules.yml"
INTERVAL_S, ENDS_S = 15, 720
KILLED_S, BACK_S = 120, 540
ASK = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], headers={"Accept": "application/openmetrics-text"})
sys.stdout.write(urllib.request.urlopen(request, timeout=5).read().decode())
"""

Series = dict[str, dict[int, float]]


def scrape(host: Host, exporter: Exporter, kept: set[str], series: Series, number: int) -> None:
    """Add the samples of one node to the series."""
    url = f"http://{exporter.address}:{PORT}/metrics"
    done = host.run([sys.executable, "-c", ASK, url])
    series.setdefault(f'up{{instance="{host.name}"}}', {})[number] = float(done.returncode == 0)
    text = done.stdout if done.returncode == 0 else "# EOF\n"
    for family in parse(text):
        for sample in family.samples:
            if sample.name in kept:
                labels = {"instance": host.name, **sample.labels}
                shown = ", ".join(f'{name}="{value}"' for name, value in labels.items())
                series.setdefault(f"{sample.name}{{{shown}}}", {})[number] = sample.value


def values(found: dict[int, float], count: int) -> str:
    """Return the values as promtool writes them: equal ones together, and `stale` where the series ends."""
    words = []
    for number in range(count):
        word = f"{found[number]:g}" if number in found else "_" if number - 1 not in found else "stale"
        if words and words[-1][0] == word:
            words[-1][1] += 1
        else:
            words.append([word, 1])
    return " ".join(word if more == 1 else " ".join([word] * more) if word == "stale" else f"{word}x{more - 1}"
                    if word != "_" else f"_x{more}" for word, more in words)  # fmt: skip


def main() -> None:
    """Record, and print the series."""
    kept = set(re.findall(r"hotstandby_[a-z_]+", RULES.read_text()))
    series: Series = {}
    file_a, file_b = pair()
    with Segment() as segment, tempfile.TemporaryDirectory() as folder:
        a, b = segment.host("a", ADDRESS_A + PREFIX), segment.host("b", ADDRESS_B + PREFIX)
        key = Path(folder) / "peer.key"
        with (
            Agent(a, file_a.text("NodeA", peer_status(ADDRESS_B, ADDRESS_A, key))) as agent,
            Agent(b, file_b.text("NodeB", peer_status(ADDRESS_A, ADDRESS_B, key))) as other,
            Exporter(agent, ADDRESS_A) as on_a,
            Exporter(other, ADDRESS_B) as on_b,
        ):
            time.sleep(10)  # until the first election is over
            begun, count = time.monotonic(), ENDS_S // INTERVAL_S + 1
            for number in range(count):
                time.sleep(max(begun + number * INTERVAL_S - time.monotonic(), 0))
                for host, exporter in ((a, on_a), (b, on_b)):
                    scrape(host, exporter, kept, series, number)
                if number * INTERVAL_S == KILLED_S:
                    agent.kill()
                if number * INTERVAL_S == BACK_S:
                    agent.start()
    for name, found in sorted(series.items()):
        shown = textwrap.fill(values(found, count), 120, subsequent_indent=" " * 10)
        sys.stdout.write(f"      - series: '{name}'\n        values: {shown}\n")


if __name__ == "__main__":
    main()
