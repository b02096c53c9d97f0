# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``python3 -m lab``: labs from the command line."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import image
from .host import LabError
from .run import Run, reap, runs
from .testbed import CLIENT, PATH, PORT, VIP, Testbed

_HINTS = """
Nothing is installed on the nodes yet. From here, the top of the checkout:

  export PATH=$PWD/.venv/bin:$PATH PYTHONPATH=tests
  ansible-playbook -i .lab/{id}/inventory.yml playbooks/ha_pair.yml      deploy the pair
  ansible-playbook -i .lab/{id}/inventory.yml playbooks/status.yml       who is master, and why
  ansible-playbook -i .lab/{id}/inventory.yml playbooks/switchover.yml   move it
  python3 -m lab exec --id {id} client curl -s http://{vip}:{port}{path}
  python3 -m lab exec --id {id} client python3 tests/lab/probe.py client --target {vip} --seconds 10
  python3 -m lab exec --id {id} node-a hotstandby status
  python3 -m lab kill --id {id} node-a      and   start, cut, heal
  make lab-down ID={id}
"""


def _identity(options: argparse.Namespace) -> str:
    """Return the id of the lab that is meant: named, linked, or the only one that is kept."""
    if options.link:
        return options.link.resolve().name
    if options.id:
        return options.id
    kept = [run.id for run in runs() if not run.abandoned]
    if len(kept) != 1:
        raise LabError(f"say which lab with --id: {', '.join(kept) or 'there is none; make one with: make lab'}")
    return kept[0]


def up(options: argparse.Namespace) -> int:
    """Make a lab and leave it there."""
    began = time.monotonic()
    pairs = options.pairs.split(",") if options.pairs else ()
    bed = Testbed(Run(options.id), options.kind, options.owner, tell=print, pairs=pairs).up()
    if options.link:
        options.link.unlink(missing_ok=True)
        options.link.symlink_to(bed.run.folder)
    nodes = ", ".join(f"{node.name} {node.ip}" for node in bed.nodes.values())
    print(
        f"lab {bed.run.id} is up after {time.monotonic() - began:.1f} s: {nodes}, client {CLIENT[1].partition('/')[0]}"
    )
    if options.hints:
        print(_HINTS.format(id=bed.run.id, vip=VIP, port=PORT, path=PATH))
    return 0


def down(options: argparse.Namespace) -> int:
    """Remove a lab; with --all every lab of this machine."""
    if options.all:
        chosen = runs()
    elif options.link and not options.link.is_symlink():
        return 0
    else:
        chosen = [Run(_identity(options))]
    for run in chosen:
        for what in run.remove():
            print(f"removed {what}")
    if options.link:
        options.link.unlink(missing_ok=True)
    return 0


def show(options: argparse.Namespace) -> int:
    """List the labs of this machine."""
    for run in runs():
        try:
            record = run.record()
        except LabError:
            print(f"{run.id}  (unfinished)")
            continue
        owner = "kept until down" if record["owner"] is None else f"of process {record['owner']}"
        print(f"{run.id}  {record['kind']}  {owner}{', which is gone' if run.abandoned else ''}  {run.folder}")
    return 0


def fault(options: argparse.Namespace) -> int:
    """Kill, start, cut off or heal a node."""
    bed = Testbed.open(_identity(options))
    act = {"kill": bed.kill, "start": bed.start, "cut": bed.segment.cut, "heal": bed.segment.heal}[options.command]
    bed.node(options.node)
    act(options.node)
    return 0


def execute(options: argparse.Namespace) -> int:
    """Run a command on a node or on the client, with this terminal."""
    bed = Testbed.open(_identity(options))
    if options.node == bed.client.name:
        words = [*bed.client.enter, *options.arguments]
    else:
        terminal = ["-t"] if sys.stdin.isatty() and sys.stdout.isatty() else []
        words = ["podman", "exec", "-i", *terminal, bed.node(options.node).container, *options.arguments]
    return subprocess.run(words, check=False).returncode


def demo(options: argparse.Namespace) -> int:
    """Deploy a pair, move it, kill it, and count what a client lost."""
    from . import demo as story

    return story.main(options)


def images(options: argparse.Namespace) -> int:
    """Build the images, or remove them."""
    if options.remove:
        for name in image.remove_all():
            print(f"removed {name}")
        return 0
    for kind in options.kind or image.RECIPES:
        print(image.ensure(image.RECIPES[kind], print))
    return 0


def sweep(_options: argparse.Namespace) -> int:
    """Remove what dead runs left behind."""
    for what in reap():
        print(f"removed {what}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name, function, summary=""):
        command = commands.add_parser(name, help=summary or function.__doc__, description=summary or function.__doc__)
        command.set_defaults(function=function)
        command.add_argument("--id", default="", help="the lab's id; made up, or the only one there is, when left out")
        command.add_argument("--link", type=Path, help="a link to the lab's folder, made by up, followed by the others")
        return command

    command = add("up", up)
    command.add_argument("--kind", choices=sorted(image.RECIPES), default="node", help="what the nodes are")
    command.add_argument("--pairs", default="", metavar="NAMES", help="a fleet of pairs, as in web,db")
    command.add_argument("--hints", action="store_true", help="say what one can do with it")
    command.add_argument("--owner", type=int, help="a process; when it is gone the next run removes the lab")
    add("down", down).add_argument("--all", action="store_true", help="every lab of this machine")
    add("list", show)
    for name, summary in (
        ("kill", "Pull the plug of a node."),
        ("start", "Boot a node again, with its cable."),
        ("cut", "Drop every frame of a node in silence."),
        ("heal", "Undo cut."),
    ):
        add(name, fault, summary).add_argument("node")
    command = add("exec", execute)
    command.add_argument("node", help="a node, or client")
    command.add_argument("arguments", nargs=argparse.REMAINDER)
    command = add("demo", demo)

    command = add("image", images)
    command.add_argument("kind", nargs="*", choices=[[], *sorted(image.RECIPES)])
    command.add_argument("--remove", action="store_true", help="remove the images that no container uses")
    add("reap", sweep)
    return parser


def main(arguments: list[str]) -> int:
    """Run a command. Return 1 when the lab could not do it; then nothing of it is left."""
    # A terminated lab cleans up like an interrupted one.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, frame: sys.exit(128 + number))
    sys.stdout.reconfigure(line_buffering=True)
    if os.geteuid() != 0:
        print("error: the lab makes namespaces and containers and needs root", file=sys.stderr)
        return 1
    options = _parser().parse_args(arguments)
    try:
        return options.function(options)
    except LabError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
