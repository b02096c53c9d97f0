# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play many seeds, on every processor. As a command: ``seed_runner.py --first 0 --count 1000`` or ``--seed 7``."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time

from oracle.generator import generate
from oracle.play import play
from oracle.shrink import report
from vrrp.simulation.timeline import lines

CHUNK = 200
SHOWN = 3  # failures that are told in full


def broken_seeds(chunk):
    """Return the seeds of ``(first, end)`` that break a rule, with the rule. A router that raises breaks one, too."""
    broken = []
    for seed in range(*chunk):
        try:
            violation = play(generate(seed)).violation
        except Exception as error:
            broken.append((seed, f"{type(error).__name__}: {error}"))
            continue
        if violation is not None:
            broken.append((seed, violation.rule))
    return broken


def run_seeds(first, count, tell=None):
    """Return every broken seed of ``count`` from ``first`` on, in order."""
    end = first + count
    chunks = [(at, min(at + CHUNK, end)) for at in range(first, end, CHUNK)]
    broken, done = [], 0
    with multiprocessing.Pool(len(os.sched_getaffinity(0))) as pool:
        for found in pool.imap_unordered(broken_seeds, chunks):
            broken += found
            done += CHUNK
            if tell:
                tell(min(done, count), broken)
    return sorted(broken)


def tell_in_full(broken):
    """Return the reports of the first few, and the numbers of the others."""
    parts = [report(play(generate(seed))) for seed, _rule in broken[:SHOWN]]
    more = ", ".join(f"{seed} ({rule})" for seed, rule in broken[SHOWN : SHOWN + 20])
    return "\n\n".join([*parts, f"{len(broken)} seeds are broken{'; also ' + more if more else ''}"])


def play_one(seed):
    """Print one seed: what went wrong, or everything that happened."""
    run = play(generate(seed))
    if run.violation is not None:
        print(report(run))
        return 1
    print(run.scenario, "", *lines(run.timeline.entries), f"seed {seed}: every invariant held", sep="\n")
    return 0


def soak(first, count):
    """Play a great many seeds, and print the progress."""
    began = told_at = time.monotonic()

    def tell(done, broken):
        nonlocal told_at
        now = time.monotonic()
        if now - told_at >= 10 or done == count:
            told_at = now
            print(f"{done} of {count} seeds in {now - began:.0f} s, {len(broken)} broken", flush=True)

    broken = run_seeds(first, count, tell)
    if broken:
        print(tell_in_full(broken))
    return 1 if broken else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one and show it")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1_000_000)
    options = parser.parse_args()
    return play_one(options.seed) if options.seed is not None else soak(options.first, options.count)


if __name__ == "__main__":
    sys.exit(main())
