# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the command: ``hotstandby`` on a node, ``python3 -m vrrp.cli`` from a checkout.

Exit status of every command: 0 done, 1 the agent or the file said no, 2 wrong usage, 3 no agent answers. That of
``status --check`` is 4 where something is wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Optional

from . import __version__, argv, cli_check, cli_colour, streams
from .argv import count, since
from .cli_findings import wrong
from .cli_status import of_one, status_lines
from .cli_table import COLUMNS, table, width
from .client import TOO_OLD, AgentError, AgentUnreachable, Client, terms
from .config.syntax.diagnostics import ConfigError
from .runtime import RUNTIME_DIR, STATE_DIR
from .streams import StreamError, say

DONE, REFUSED, USAGE, UNREACHABLE, WRONG = 0, 1, 2, 3, 4
ABOUT = "A VRRP agent for hot-standby pairs."
STATUSES = (
    "Exit status: 0 done, 1 the agent or the file said no, 2 wrong usage, 3 no agent answers or no right to ask it. "
    "status --check: 4 something is wrong."
)
CONFIG_FILE = "/etc/hotstandby/hotstandby.conf"


Command = Callable[[argparse.Namespace], int]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run one command. Return the exit status."""
    if arguments is None:
        argv.restart_in_utf8()
    streams.prepare(argv.terminal())
    return streams.end(_run(arguments))


def _run(arguments: Optional[Sequence[str]]) -> int:
    try:
        options = parser().parse_args(arguments)
        return int(options.command(options))
    except ConfigError as error:
        say(sys.stderr, *map(str, error.problems))
        return REFUSED
    except AgentError as error:
        say(sys.stderr, f"error: {error}", *error.problems)
        return REFUSED
    except AgentUnreachable as error:
        say(sys.stderr, f"error: {error}")
        return UNREACHABLE
    except StreamError as error:
        say(sys.stderr, f"error: {error}")
        return REFUSED
    except BrokenPipeError:
        return DONE  # the reader of our output has closed it, as head(1) does


class Parser(argparse.ArgumentParser):
    """It is a parser that writes its help to the same streams as every other output."""

    def _print_message(self, message: str, file: Any = None) -> None:
        say(file or sys.stderr, message.rstrip("\n"))


def parser() -> argparse.ArgumentParser:
    """Return the parser with the arguments of every command."""
    top = Parser(prog="hotstandby", description=ABOUT, epilog=STATUSES)
    top.add_argument("--version", action="version", version=f"hotstandby {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, text: str, function: Command, *, instance: bool = False, agent: bool = True) -> Parser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(command=function)
        if instance:
            command.add_argument("name", metavar="NAME", type=argv.word, help="name of the vrrp_instance")
        if agent:
            text = "where the agent has its control socket (%(default)s)"
            command.add_argument("--runtime-dir", metavar="DIR", default=RUNTIME_DIR, help=text)
        return command

    command = add("run", "Run the agent in the foreground.", run)
    command.add_argument("--config", metavar="FILE", default=CONFIG_FILE, help="its configuration (%(default)s)")
    text = "where the history, and a drain or hold with a reason or an end, outlive a boot (the runtime directory)"
    command.add_argument("--state-dir", metavar="DIR", help=text)
    command = add("check", "Say what is wrong with a configuration.", check, agent=False)
    command.add_argument("file", metavar="FILE")
    text = "say too what this release of keepalived ignores, refuses or understands otherwise; keepalived-2.2.7, say"
    command.add_argument("--for", metavar="VERSION", dest="release", type=cli_check.release, help=text)
    command.add_argument("--json", action="store_true", help="everything, as JSON")
    command = add("status", "Show who is MASTER, and why.", status)
    command.add_argument("name", metavar="NAME", nargs="?", type=argv.word, help="name of the vrrp_instance (all)")
    command.add_argument("--json", action="store_true", help="everything, as JSON")
    text = "exit with 4 where the status has a warning; one drained node, a promotion or a demotion is none"
    command.add_argument("--check", action="store_true", help=text)
    command = add("watch", "Show it live: states, peers, checks and what happens. The key q ends it.", watch)
    command.add_argument("name", metavar="NAME", nargs="?", type=argv.word, help="name of the vrrp_instance (all)")
    exposition(add("metrics", "Print the status as metrics for Prometheus, or serve them.", metrics))
    text = "Make this node MASTER of an instance until it is released."
    limit(add("promote", text, move("promote"), instance=True))
    limit(add("demote", "Let the peer be MASTER of an instance until it is released.", move("demote"), instance=True))
    add("release", "Let priorities decide again.", move("release"), instance=True)
    limit(add("drain", "Let this node give up everything and take nothing, for maintenance.", drain("drain")))
    add("undrain", "Let this node take part again.", drain("undrain"))
    add("cleanup", "Take off what a dead agent left behind, unless it is about to be started again.", cleanup)
    add("reload", "Let the agent read its configuration again.", reload)
    command = add("plan", "Say what a reload of a file would change, and whether mastership would move.", plan)
    command.add_argument("file", metavar="FILE")
    command.add_argument("--json", action="store_true", help="everything, as JSON")
    records(add)
    if find_spec(f"{__package__}.simulation_arguments"):  # only in a checkout: a release has no simulation
        arguments = import_module(f"{__package__}.simulation_arguments")
        arguments.add(add("simulate", "Say what a failure would cost.", simulate, agent=False))
    return top


def records(add: Callable[..., Parser]) -> None:
    """Add the commands that show what has been."""
    command = add("events", "Show what an instance was told and did lately.", events)
    command.add_argument("name", metavar="NAME", nargs="?", type=argv.word, help="name of the vrrp_instance (all)")
    command.add_argument("--json", action="store_true", help="as JSON lines, which replay reads")
    command.add_argument("-n", metavar="COUNT", type=count, help="no more than the last so many lines")
    from_when = "since 90s, 10m, 2h, 1d ago, since 14:30, or since 2026-11-30T14:30"
    command.add_argument("--since", metavar="TIME", type=since, help=from_when)
    command.add_argument("--follow", action="store_true", help="go on with new entries, until it is interrupted")
    command = add("history", "Show when this node became MASTER and gave it up, also before its last boot.", history)
    command.add_argument("name", metavar="NAME", nargs="?", type=argv.word, help="name of the vrrp_instance (all)")
    command.add_argument("--json", action="store_true", help="as JSON lines")
    command.add_argument("--since", metavar="TIME", type=since, help=from_when)
    command.add_argument("--state-dir", metavar="DIR", help=f"where the agent keeps it ({STATE_DIR})")
    command = add("replay", "Give recorded events to the state machine again and compare.", replay, agent=False)
    command.add_argument("file", metavar="FILE")
    command.add_argument("--json", action="store_true", help="the outcome, as JSON")


def limit(command: Parser) -> None:
    """Add the options of a drain or a hold that has a reason or an end."""
    command.add_argument("--reason", metavar="TEXT", type=argv.word, help="why, in one line; the status shows it")
    text = "when it ends by itself: in 90 (seconds), 30m, 2h or 1d12h, or at a time such as 2026-11-30T14:30:00Z"
    command.add_argument("--expires", metavar="WHEN", type=argv.word, help=text)


def exposition(command: Parser) -> None:
    """Add the options that say in which format, and where."""
    text = "the exposition format: that of OpenMetrics, or that of text files for node_exporter (%(default)s)"
    command.add_argument("--format", choices=("openmetrics", "text"), default="openmetrics", help=text)
    text = "go on, and serve them over HTTP at /metrics to everybody who reaches ADDRESS:PORT or [ADDRESS]:PORT"
    command.add_argument("--listen", metavar="ADDRESS:PORT", type=argv.word, help=text)
    command.add_argument("--socket", metavar="PATH", help="go on, and serve them over HTTP on a unix socket")
    command.add_argument("--textfile", metavar="FILE", help="go on, and write them to a file for node_exporter")


def run(options: argparse.Namespace) -> int:
    """Run the agent until it is told to stop."""
    from .agent import main as agent  # the agent's libraries are for the agent: every other command starts faster

    return agent.run(options.config, options.runtime_dir, options.state_dir)


def check(options: argparse.Namespace) -> int:
    """Print every problem of a file, and with --for what a release of keepalived does not take as it is meant."""
    return cli_check.run(options.file, options.release, options.json)


def status(options: argparse.Namespace) -> int:
    """Show the agent's status to people, or as JSON."""
    answer = of_one(Client(options.runtime_dir).status(), options.name)
    verdict = WRONG if options.check and wrong(answer) else DONE
    with contextlib.suppress(BrokenPipeError):  # the verdict holds when nobody reads the status
        if options.json:
            say(sys.stdout, json.dumps(answer, indent=2))
        else:
            tell_status(answer, why=options.name is not None)
    return verdict


def tell_status(answer: dict[str, Any], why: bool = False) -> None:
    """Write the status for people, as wide as the terminal."""
    say(sys.stdout, *status_lines(answer, width() or COLUMNS, cli_colour.wanted(sys.stdout), why))


def watch(options: argparse.Namespace) -> int:
    """Show the agent live in a terminal; elsewhere print what happens as lines."""
    from . import cli_watch

    cli_watch.run(Client(options.runtime_dir), options.name)
    return DONE


def metrics(options: argparse.Namespace) -> int:
    """Print the status as metrics, or go on and serve them. Without an agent they say that none answers."""
    if options.listen or options.socket or options.textfile:
        from . import metrics_service

        return metrics_service.run(options.runtime_dir, options.listen, options.socket, options.textfile)
    from .metrics import as_text

    try:
        answer = Client(options.runtime_dir).status()
    except AgentUnreachable as error:
        say(sys.stdout, *as_text(None, options.format == "openmetrics"))
        say(sys.stderr, f"error: {error}")
        return UNREACHABLE
    say(sys.stdout, *as_text(answer, options.format == "openmetrics"))
    return DONE


def move(verb: str) -> Command:
    """Return the command function for promote, demote and release."""

    def command(options: argparse.Namespace) -> int:
        answer = asked(options, verb, options.name)
        say(sys.stdout, f"{answer['name']}: {answer['why']}")
        return DONE

    return command


def drain(verb: str) -> Command:
    """Return the command function for drain and undrain."""

    def command(options: argparse.Namespace) -> int:
        tell_status(asked(options, verb))
        return DONE

    return command


def asked(options: argparse.Namespace, verb: str, *arguments: str) -> dict[str, Any]:
    """Return the answer to a command that may have a reason and an end."""
    ask = getattr(Client(options.runtime_dir), verb)
    wanted = terms(getattr(options, "reason", None), getattr(options, "expires", None))
    if wanted is None:
        return dict(ask(*arguments))
    answer = dict(ask(*arguments, wanted))
    if "maintenance" not in answer:
        raise AgentError(f"this agent did what was asked, but {TOO_OLD}")
    return answer


def cleanup(options: argparse.Namespace) -> int:
    """Remove what a dead agent left behind. The service manager runs it when the agent has ended."""
    from .agent.cleanup import remove, unreadable

    say(sys.stdout, *remove(options.runtime_dir))
    unknown = unreadable(options.runtime_dir)
    say(sys.stderr, *unknown)
    return REFUSED if unknown else DONE


def reload(options: argparse.Namespace) -> int:
    """Let the agent read its file again."""
    answer = Client(options.runtime_dir).reload()
    say(sys.stderr, *answer.get("warnings", ()))  # an agent of an older release sends none
    lines = [f"{name}: {kind}" for kind in ("added", "removed", "changed") for name in answer[kind]]
    say(sys.stdout, *lines, *answer["changes"])
    if not lines and not answer["changes"]:
        say(sys.stdout, "nothing has changed")
    return DONE


def plan(options: argparse.Namespace) -> int:
    """Show what a file would change. It is read with the caller's rights."""
    from .config.loader import read_text

    path = os.path.abspath(options.file)
    answer = Client(options.runtime_dir).plan(read_text(path), path)
    if options.json:
        say(sys.stdout, json.dumps(answer, indent=2))
        return DONE
    say(sys.stderr, *answer["warnings"])
    entries = answer["plan"]["instances"] + answer["plan"]["scripts"]
    lines = [f"{each['name']}: {each['kind']}" for each in entries]
    say(sys.stdout, *lines, *answer["texts"])
    if not answer["changed"]:
        say(sys.stdout, "nothing would change")
    verdicts = {True: "moves", False: "stays", None: "may move"}
    for each in answer["mastership"]:
        say(sys.stdout, f"{each['instance']}: mastership {verdicts[each['moves']]}: {each['why']}")
    return DONE


def events(options: argparse.Namespace) -> int:
    """Show what the instances were told and did, as a table for people or as JSON lines."""
    from . import cli_events, cli_follow
    from .protocol import event_codec

    client, since, last = Client(options.runtime_dir), options.since or "", options.n or 0
    if options.json and last:
        say(sys.stderr, "error: -n is for people, --json is for programs: leave one of them out")
        return USAGE
    if options.json and options.follow:
        cli_follow.run(client, options.name, since)
    elif options.json:
        say(sys.stdout, *cli_events.ask(client, options.name, since))
    elif options.follow:
        cli_follow.show(client, options.name, since, last)
    else:
        lines = cli_events.ask(client, options.name)
        records = event_codec.read("\n".join(lines)) if lines else []
        say(sys.stdout, *cli_events.page(records, since, last, width() or COLUMNS))
    return DONE


def history(options: argparse.Namespace) -> int:
    """Show the changes of mastership. They are read from the disk, so it works without an agent, too."""
    from . import cli_history

    directory = options.state_dir or (STATE_DIR if options.runtime_dir == RUNTIME_DIR else options.runtime_dir)
    found = cli_history.chosen(directory, Client(options.runtime_dir), options.name, options.since or "")
    if options.json:
        say(sys.stdout, *cli_history.json_lines(found))
    elif found:
        say(sys.stdout, *cli_history.history_lines(found, width() or COLUMNS))
    else:
        say(sys.stdout, f"{directory} has no change of mastership{' since then' if options.since else ''}")
    return DONE


def replay(options: argparse.Namespace) -> int:
    """Replay a record; refused when the state machine does something else today."""
    from . import cli_events
    from .protocol.event_codec import RecordError

    try:
        records = cli_events.load(options.file)
    except RecordError as error:
        say(sys.stderr, f"error: {options.file}: {error}")
        return REFUSED
    outcomes = cli_events.outcomes(records)
    if options.json:
        say(sys.stdout, json.dumps([cli_events.verdict_json(*each) for each in outcomes], indent=2))
    else:
        say(sys.stdout, *table(cli_events.rows(records)))
        say(sys.stdout, *(line for each in outcomes for line in cli_events.verdict_lines(*each)))
    return REFUSED if any(outcome.difference for _record, outcome in outcomes) else DONE


def simulate(options: argparse.Namespace) -> int:
    """Play a failure against configuration files; raises ConfigError when one of them is not good."""
    # imported by name, so that it is no dependency of the modules that travel to a node
    return int(import_module(f"{__package__}.simulation_command").run(options))


if __name__ == "__main__":
    raise SystemExit(main())
