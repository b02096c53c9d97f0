# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a pair in a lab: deployed, asked, moved, killed, back. The client counts what it loses.

Every step checks what it shows; the first failure ends the demo with exit status 1. The lab is removed afterwards.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from .host import LabError
from .probe import Report
from .probe_process import Probe
from .run import CHECKOUT, Run
from .testbed import PATH, PORT, VIP, Testbed

_WAIT_S = 30.0
A, B = "node-a", "node-b"
EXAMPLE = "docs/examples/article.yml"  # how to reach the nodes comes beside it, from the lab


class Story:
    """It prints each step with the seconds since the beginning, and keeps the figures for the end."""

    def __init__(self, bed: Testbed):
        self.bed = bed
        self.began = time.monotonic()
        self.figures: list[tuple[str, str]] = []

    # Output

    def say(self, sentence: str) -> None:
        """Print the heading of a step."""
        print(f"\n[{time.monotonic() - self.began:5.1f} s] {sentence}")

    def show(self, text: str) -> None:
        """Print a text, indented."""
        print("\n".join(f"    {line}" for line in text.rstrip().splitlines()))

    def keep(self, what: str, figure: str) -> None:
        """Keep a figure, shown now and at the end."""
        self.figures.append((what, figure))
        self.show(f"-> {what}: {figure}")

    def summary(self) -> None:
        """Print all figures."""
        self.say("The figures of this run:")
        width = max(len(what) for what, _figure in self.figures)
        self.show("\n".join(f"{what:{width}}  {figure}" for what, figure in self.figures))

    # Steps

    def play(self, playbook: str, *arguments: str, quiet: bool = False) -> float:
        """Run a playbook of the collection as a user would; return its seconds. Raises LabError when it fails."""
        reach = self.bed.run.shortcut.relative_to(CHECKOUT) / "connection.yml"
        words = ["ansible-playbook", "-i", EXAMPLE, "-i", str(reach), f"playbooks/{playbook}.yml", *arguments]
        self.show(f"$ {' '.join(words)}")
        begin = time.monotonic()
        done = subprocess.run(
            words, cwd=CHECKOUT, check=False, text=True, stdin=subprocess.DEVNULL,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            **({"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if quiet else {}),
        )  # fmt: skip
        seconds = time.monotonic() - begin
        if done.returncode:
            raise LabError(f"{' '.join(words)} failed with {done.returncode}\n{done.stdout or ''}".rstrip())
        if quiet:
            self.show(_recap(done.stdout))
        return seconds

    def ask(self, expected: str) -> None:
        """Read the page at the VIP until it is that of ``expected``; then check that only this node owns the VIP."""
        self.show(f"client$ curl http://{VIP}:{PORT}{PATH}")
        deadline = time.monotonic() + _WAIT_S
        samples = 0
        while samples < 5:
            page, owners = self.bed.served_by(), self.bed.owners()
            if (page, owners) == (expected, [expected]):
                samples += 1
            elif samples or time.monotonic() > deadline:
                raise LabError(
                    f"{VIP} is on {' and '.join(owners) or 'no node'}, {page or 'no node'} answers; not {expected}"
                )
            time.sleep(0.1)
        self.show(self.bed.get())

    @contextlib.contextmanager
    def counted(self, what: str, end: str) -> Iterator[Probe]:
        """Probe the VIP each millisecond while the block runs, until ``end`` answers; keep what was lost."""
        with Probe(self.bed.client, VIP) as probe:
            yield probe
            probe.wait_answered_by(end, _WAIT_S)
            time.sleep(1.5)  # a second owner would answer now, and would belong to the move
            report = probe.report()
        self.keep(what, _loss(report))


def _loss(report: Report) -> str:
    nodes = " -> ".join(dict.fromkeys(node for move in report.moves for node in (move.from_node, move.to_node)))
    return f"{report.lost_ms:4.0f} ms lost ({report.lost} of {report.sent} probes; {nodes or 'no move'})"


def _recap(output: str) -> str:
    return output[output.find("PLAY RECAP") :] if "PLAY RECAP" in output else output


def _tell(story: Story, bed: Testbed) -> None:
    story.say(f"The inventory: two hosts and one virtual address ({EXAMPLE}).")
    story.show((CHECKOUT / EXAMPLE).read_text())

    story.say("Deploy the pair.")
    story.keep("first deployment", f"{story.play('ha_pair'):4.1f} s")

    story.say("Deploy it again: nothing may change.")
    story.keep("second deployment", f"{story.play('ha_pair', quiet=True):4.1f} s")

    story.say("Who is master, and why?")
    story.play("status")

    story.say("Who answers at the virtual address?")
    story.ask(A)

    story.say(f"Move it to {B} while the client sends a probe each millisecond.")
    with story.counted("switchover by vrrp_state", B):
        story.play("switchover", "-e", f"to={B}")
    story.ask(B)

    story.say("And back.")
    with story.counted("switchover back", A):
        story.play("switchover", "-e", f"to={A}", quiet=True)
    story.ask(A)

    story.say(f"Kill {A}: no goodbye, the node is just gone.")
    with story.counted("node killed (advert_int 1)", B):
        bed.kill(A)
    story.ask(B)

    story.say(f"Boot {A} again; it has the higher priority and takes the address back.")
    with story.counted("node back", A):
        bed.start(A)
    story.ask(A)

    story.say("And in the end:")
    story.play("status")
    story.summary()


def main(options: argparse.Namespace) -> int:
    """Run the demo. Return 0 when every step succeeded. Raises LabError otherwise, after cleaning up."""
    began = time.monotonic()
    print("[  0.0 s] Make the lab: two nodes with systemd, a client, a wire between them, nothing else.")
    bed = Testbed(Run(options.id), owner=os.getpid(), tell=lambda sentence: print(f"    {sentence}"))
    story = Story(bed)
    story.began = began
    try:
        with bed:
            story.show("\n".join(f"{node.name}  {node.ip}" for node in bed.nodes.values()) + "\nclient  192.168.8.50")
            _tell(story, bed)
            story.say("Clean up.")
    except (TimeoutError, subprocess.SubprocessError) as error:
        raise LabError(str(error)) from error
    story.say("Done; nothing of it is left.")
    return 0
