# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the sync group of one machine: its nodes on several segments share the process and are MASTER together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from ..protocol.actions import Action
from ..protocol.group import Group, Move
from ..protocol.holds import Refused
from .node import Node
from .timeline import NOTE

GROUP = "G"


class Team:
    """It works as the agent's Groups: what happens together is settled when all of it has happened."""

    def __init__(self, nodes: list[Node], group_class: Callable[[str], Group] = Group) -> None:
        self.nodes = {node.label: node for node in nodes}
        self.group = group_class(GROUP)
        self._group_class = group_class
        self._depth = 0
        self._touched = False
        for node in nodes:
            node.team = self

    def enrol(self, node: Node, now: float) -> None:
        """Put a node with a new process into the group; the first node of the machine makes a new group."""
        if node is next(iter(self.nodes.values())):
            self.group = self._group_class(GROUP)
        node.router.group_changed(GROUP, now)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Treat everything inside as one event."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
        self._settle()

    def acted(self, node: Node, actions: Iterable[Action]) -> None:
        """Note the actions of a node, and settle the group."""
        if self.group.acted(node.label, node.router, actions):
            self._touched = True
        if self._touched:
            self._settle()

    def _settle(self) -> None:
        if self._depth or not all(node.running for node in self.nodes.values()):
            return
        self._depth += 1
        self._touched = False
        try:
            members = {label: node.router for label, node in self.nodes.items()}
            self.group.settle(members, next(iter(self.nodes.values())).monotonic(), self._feed)
        finally:
            self._depth -= 1
        next(iter(self.nodes.values())).watch.settled(self)

    def command(self, verb: str) -> None:
        """Feed an operator's command for one node to all."""
        first = next(iter(self.nodes.values()))
        if not all(node.running for node in self.nodes.values()):
            return
        try:
            moves = self.group.command(verb, {label: node.router for label, node in self.nodes.items()}, first.label)
        except Refused as refusal:
            first.timeline.note(first.clock.now, first.name, NOTE, f"refused: {refusal}", "refused")
            return
        for move in moves:
            self.nodes[move.member].command(move.name)

    def _feed(self, move: Move) -> None:
        self.nodes[move.member].take(move.name, *move.arguments)
