# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the status of an agent to people: a line for each instance, and below it only what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from . import cli_colour
from .cli_findings import WARNING, Finding, of_agent, of_instance, peer_name
from .cli_table import COLUMNS, ago, fitted, wrapped
from .client import AgentError

HEAD = ("INSTANCE", "STATE", "PRIORITY", "VIP", "MASTER", "SINCE")
STATE = HEAD.index("STATE")


def status_lines(
    answer: dict[str, Any], columns: int = COLUMNS, coloured: bool = False, why: bool = False
) -> list[str]:
    """Return the lines. None has more than ``columns``: long names and addresses are cut.

    ``why`` explains every state, also where nothing is wrong.
    """
    if not answer["instances"]:
        return [f"no instances in {answer['config']}", *finding_lines(of_agent(answer), columns, coloured)]
    head, *rows = fitted([HEAD, *map(row, answer["instances"])], columns)
    lines = [cli_colour.paint("  ".join(head).rstrip(), cli_colour.BOLD, coloured)]
    for instance, cells in zip(answer["instances"], rows):
        cells[STATE] = cli_colour.paint(cells[STATE], cli_colour.of_state(instance["state"]), coloured)
        lines.append("  ".join(cells).rstrip())
        if why:
            lines += [f"  {line}" for line in wrapped(printable(instance["why"]), columns - 2, "  ")]
        lines += finding_lines(of_instance(instance), columns, coloured, "  ")
    lines += finding_lines(of_agent(answer), columns, coloured)
    return lines + (peer_lines(answer.get("peer"), columns) if why else [])


def peer_lines(peer: Optional[dict[str, Any]], columns: int) -> list[str]:
    """Return what is known of the other node of the pair beside VRRP; nothing where none is configured."""
    if peer is None:
        return []
    heard = "not heard yet" if peer["heard_s"] is None else f"last heard {peer['heard_s']:.1f} s ago"
    release = f", release {printable(peer['version'])}" if peer["version"] else ""
    return wrapped(f"peer {peer_name(peer)}: {heard}{release}", columns, "  ")


def of_one(answer: dict[str, Any], name: Optional[str]) -> dict[str, Any]:
    """Return the status with this instance alone; None stands for all. Raises AgentError where there is none."""
    if name is None:
        return answer
    names = [each["name"] for each in answer["instances"]]
    if name not in names:
        raise AgentError(f"there is no instance {name}; there are: {', '.join(names) or 'none'}")
    return {**answer, "instances": [each for each in answer["instances"] if each["name"] == name]}


def row(instance: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of one instance. An older agent sends no time."""
    first, *more = instance["addresses"] or ["-"]
    master, since_s = instance["master"], instance.get("since_s")
    return (
        printable(instance["name"]),
        instance["state"],
        str(instance["priority"]),
        first + (f" +{len(more)}" if more else ""),
        "this node" if instance["state"] == "MASTER" else master["address"] if master else "-",
        "-" if since_s is None else ago(since_s),
    )


def finding_lines(found: Iterable[Finding], columns: int, coloured: bool, indent: str = "") -> list[str]:
    """Return findings as lines that fit. A warning stands out, also without colour: its word begins the line."""
    lines = []
    for kind, text in found:
        first, *rest = wrapped(f"{kind}: {printable(text)}", columns - len(indent), "  ")
        if kind == WARNING:
            first = first.replace(WARNING, cli_colour.paint(WARNING, cli_colour.RED, coloured), 1)
        lines += [indent + first, *(indent + line for line in rest)]
    return lines


def printable(text: str) -> str:
    """Return a text without what would control a terminal: a check's words come from a program or from the network."""
    return text if text.isprintable() else "".join(each if each.isprintable() else "?" for each in text)
