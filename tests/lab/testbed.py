# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the pair of the classic example: 192.168.8.4, 192.168.8.6, the virtual 192.168.8.100, and a client."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Optional

from . import image, inventory
from .host import Host, LabError, batch, command
from .node import Node
from .run import Run, reap
from .segment import Segment

VIP = "192.168.8.100"
NODES = (("node-a", "192.168.8.4/24"), ("node-b", "192.168.8.6/24"))
CLIENT = ("client", "192.168.8.50/24")
PORT = 8080
PATH = "/test/test.html"


def fleet(pairs: Sequence[str]) -> dict[str, str]:
    """Return the nodes of named pairs, web-a and web-b for web, with their addresses from 192.168.8.101 on."""
    names = [f"{pair}-{letter}" for pair in pairs for letter in "ab"]
    return {name: f"192.168.8.{101 + number}/24" for number, name in enumerate(names)}


def virtual(pairs: Sequence[str]) -> dict[str, str]:
    """Return the virtual address of each pair, from 192.168.8.201 on."""
    return {pair: f"192.168.8.{201 + number}" for number, pair in enumerate(pairs)}


def page(ip: str) -> str:
    """Return the page of a node, word for word as in the example."""
    return f"this is the test page\n<br>\nfrom server {ip}\n"


class Testbed:
    """It is a lab that entering the context makes, and leaving removes in any case.

    ``Testbed.open(id)`` opens one that another process made. With ``pairs``, it is a fleet of pairs of these names.
    """

    __test__ = False  # not a test class, in spite of its name

    def __init__(self, run: Optional[Run] = None, kind: str = "node", owner: Optional[int] = None,
                 tell: Callable[[str], None] = lambda sentence: None, pairs: Sequence[str] = ()):  # fmt: skip
        self.run = run or Run()
        self.recipe = image.RECIPES[kind]
        self.owner = owner
        self.tell = tell
        self.segment = Segment(self.run.segment)
        self.pairs = tuple(pairs)
        nodes: Mapping[str, str] = fleet(self.pairs) or dict(NODES)
        self.nodes = {name: Node(name, self.run.container(name), address) for name, address in nodes.items()}
        self.client: Host = Host(CLIENT[0], namespace=f"{self.run.segment}-{CLIENT[0]}", owned=False)

    @classmethod
    def open(cls, identity: str) -> Testbed:
        """Open an existing one. Raises LabError when there is none of that id."""
        run = Run(identity)
        record = run.record()
        bed = cls(run, record["kind"], pairs=record["pairs"])
        for name, node in bed.nodes.items():
            if node.state == "running":
                bed.segment.hosts[name] = Host(name, pid=node.pid)
        bed.segment.hosts[CLIENT[0]] = bed.client
        return bed

    def __enter__(self) -> Testbed:
        return self.up()

    def __exit__(self, *exc: object) -> None:
        self.down()

    # Start and end

    def up(self) -> Testbed:
        """Make image, network, client and nodes; return when both nodes serve their pages. Raises LabError."""
        for what in reap():
            self.tell(f"removed what a dead run left: {what}")
        name = image.ensure(self.recipe, self.tell)
        self.run.claim(self.owner, kind=self.recipe.name, image=name, pairs=self.pairs)
        try:
            self._make_key()
            self.segment.open()
            self.client = self.segment.host(*CLIENT)
            for node in self.nodes.values():
                node.create(name, self.run.id)
                self._boot(node)
            for node in self.nodes.values():
                node.ready()
                node.write("/root/.ssh/authorized_keys", (self.run.folder / "key.pub").read_text(), "0600")
                node.write(self.recipe.page, page(node.ip))
            for node in self.nodes.values():
                self._served(node)
            inventory.write(self)
        except BaseException:
            self.down()
            raise
        return self

    def down(self) -> list[str]:
        """Remove all of it. It may be called again, or when half of it was never made."""
        self.segment.close()
        return self.run.remove()

    def _boot(self, node: Node) -> None:
        def wire(pid: int) -> None:
            host = self.segment.attach(pid, node.name, (node.address,))
            # A machine keeps its Ethernet address when it boots again; the neighbours still have it.
            link = "link set dev eth0"
            batch([*host.enter, "ip"], f"{link} down", f"{link} address {node.mac}", f"{link} up")

        node.start(wire)

    def _served(self, node: Node) -> None:
        deadline = time.monotonic() + 60
        while self.served_by(node.ip) != node.name:
            if time.monotonic() > deadline:
                raise LabError(f"{node.name} does not serve its page at {node.ip}:{PORT}{PATH}")
            time.sleep(0.1)

    def _make_key(self) -> None:
        command(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.run.id, "-f", str(self.run.folder / "key")])

    # Faults

    def node(self, name: str) -> Node:
        """Return a node by name. Raises LabError that says which there are."""
        if name not in self.nodes:
            raise LabError(f"no node {name!r}; there is {', '.join(self.nodes)}")
        return self.nodes[name]

    def kill(self, name: str) -> None:
        """Take the power from a node."""
        self.node(name).kill()
        self.segment.hosts.pop(name, None)

    def start(self, name: str, wired: Callable[[Host], None] = lambda host: None) -> None:
        """Boot a node that was killed or has shut down, or reset one that runs; return when it is up.

        ``wired`` gets the node as soon as it has its network.
        """
        node = self.node(name)
        if node.state == "running":
            self.kill(name)
        self._boot(node)
        wired(self.segment.hosts[name])
        node.ready()
        self._served(node)

    # What the client sees

    def get(self, address: str = VIP, path: str = PATH, seconds: float = 1.0) -> str:
        """Return what the client reads over HTTP; an empty string without an answer in time."""
        done = self.client.run(
            [
                "curl",
                "--silent",
                "--fail",
                "--noproxy",
                "*",
                "--max-time",
                str(seconds),
                f"http://{address}:{PORT}{path}",
            ]
        )
        return done.stdout if done.returncode == 0 else ""

    def served_by(self, address: str = VIP) -> Optional[str]:
        """Return the name of the node whose page the client reads at an address; None without an answer."""
        text = self.get(address)
        return next((node.name for node in self.nodes.values() if text == page(node.ip)), None)

    def owners(self, address: str = VIP) -> list[str]:
        """Return the nodes whose kernel holds an address right now."""
        found = []
        for name in self.nodes:
            host = self.segment.hosts.get(name)  # None while the node is down
            if host is not None and address in {entry.partition("/")[0] for entry in host.addresses("eth0")}:
                found.append(name)
        return found
