# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It measures what scraping the metrics ten times a second costs, and whether it makes an advertisement late."""

from __future__ import annotations

import time

from bench import Bed, bed
from rows import OURS, Effort, Row, Task
from scale import SUBNET, cpu_s, instances, pss_mb, quiet
from storms import CATCH_UP_S, FRAME_MAX, INTERVAL_S, LATE_S, longest_silence

from lab.capture import Capture
from lab.example_pair import ADDRESS_A
from lab.metrics import Exporter, Scraper
from lab.peers import poll

RATE = 10  # scrapes a second
COST = {1: 1.0, 255: None}  # % of a core


def scrape(rows: dict[str, Row], kind: str, count: int, effort: Effort) -> None:
    """Measure agent and exporter together, without scrapes and then with them; both windows have the same length."""
    with bed(kind, instances(count, True, INTERVAL_S), instances(count, False, INTERVAL_S), SUBNET) as nodes:
        quiet(nodes, count)
        with Exporter(nodes.master, ADDRESS_A) as exporter:
            for _sample in range(effort.samples):
                _sample_of(rows, kind, nodes, exporter, effort.sample_s)


def _sample_of(rows: dict[str, Row], kind: str, nodes: Bed, exporter: Exporter, seconds: float) -> None:
    idle = _cpu_s(nodes, exporter)
    time.sleep(seconds)  # the measuring time itself
    idle = _cpu_s(nodes, exporter) - idle
    with Capture(nodes.client, f"proto 112 and src host {ADDRESS_A}", octets=FRAME_MAX) as capture:
        capture.wait(lambda seen: seen.adverts(), 5, "the master speaks")
        with Scraper(nodes.client, exporter, 1 / RATE) as scraper:
            began, since, used = time.time(), time.monotonic(), _cpu_s(nodes, exporter)
            time.sleep(seconds)
            used = _cpu_s(nodes, exporter) - used
            ended, passed = time.time(), time.monotonic() - since
        poll(lambda: capture.frames()[-1].at > ended, CATCH_UP_S, "the capture of the scrapes")
        heard = [(at, advert.vrid) for at, advert in capture.adverts()]
    if scraper.scrapes < 0.9 * RATE * passed:
        raise TimeoutError(f"only {scraper.scrapes} scrapes in {passed:.0f} s")
    rows["cost"].add(kind, (used / passed - idle / seconds) * 100)
    rows["silence"].add(kind, longest_silence(heard, began, ended) * 1000)
    rows["pss"].add(kind, pss_mb(exporter))


def _cpu_s(nodes: Bed, exporter: Exporter) -> float:
    return cpu_s(nodes.master) + cpu_s(exporter)


def tasks(effort: Effort) -> list[Task]:
    return [_task(count, effort) for count in (1, 255)]


def _task(count: int, effort: Effort) -> Task:
    what = f"{count} instance{'s' * (count > 1)}, v3, advert_int {INTERVAL_S:g}, scraped {RATE} times a second"
    rows = {
        "cost": Row(f"{what}: CPU of the scraping, agent and exporter", "% of a core", goal=COST[count]),
        "silence": Row(f"{what}: longest silence of the master", "ms", goal=(INTERVAL_S + LATE_S) * 1000),
        "pss": Row(f"{what}: memory of the exporter (PSS)", "MB", goal=25),
    }
    return Task(list(rows.values()), lambda kind: scrape(rows, kind, count, effort), kinds=(OURS,))
