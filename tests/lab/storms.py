# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run storms around a master: what other programs and hosts can do to it without end.

Each begins with :func:`blowing` and lasts until the block is left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from vrrp.protocol.packet import Advertisement, encode

from .example_pair import ADDRESS_A, ADDRESS_B, VIP
from .flood import Flood
from .host import Host
from .peers import Agent, Peer

MEMBER = 12345  # a user who is in the group of the control socket, and nothing else
SOURCES = 140
PRIORITY_ZERO_RATE = 11_600  # packets a second to each virtual router
ROUTERS = ((51, VIP), (1, "10.9.1.1"))  # forged virtual routers: that of the tests, and the first one of the benchmarks
DATAGRAM = 100  # addresses that one datagram sets, and deletes again

CONNECTIONS = """
import os, socket, sys
os.chdir(sys.argv[1])
group = os.stat("control.sock").st_gid
os.setgroups([group]); os.setgid({member}); os.setuid({member})
while True:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect("control.sock")
"""
ADDRESSES = """
import socket, struct
index = socket.if_nametoindex("storm0")
def request(kind, flags, number):
    octets = socket.inet_aton(f"10.77.{number // 200}.{1 + number % 200}")
    body = struct.pack("=BBBBI", 2, 24, 0, 0, index) + b"".join(struct.pack("=HH", 8, kind) + octets for kind in (1, 2))
    return struct.pack("=IHHII", 16 + len(body), kind, flags, 0, 0) + body
datagram = b"".join(request(20, 0x601, number) for number in range(COUNT))
datagram += b"".join(request(21, 0x1, number) for number in range(COUNT))
sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
sock.bind((0, 0))
sock.setblocking(False)
while True:
    try:
        sock.send(datagram)
        while sock.recv(1 << 16):
            pass
    except BlockingIOError:
        pass
""".replace("COUNT", str(DATAGRAM))
VETH = """
for k in $(seq 50); do ip link add sv$k type veth peer name sw$k; done
for k in $(seq 50); do ip link del sv$k; done
"""
NO_VETH = "for k in $(seq 50); do ip link del sv$k; done; true"
BRIDGE = "ip link set storm0 down; ip link set storm0 up; sleep 0.03"
ROUTES = """
{ for k in $(seq 200); do
    echo "route add 10.78.$k.0/24 dev storm0"; echo "neigh replace 10.77.0.$k lladdr 02:00:00:00:00:01 dev storm0"
  done
  for k in $(seq 200); do echo "route del 10.78.$k.0/24 dev storm0"; echo "neigh del 10.77.0.$k dev storm0"; done
} | ip -force -batch - 2>/dev/null
"""


@dataclass(frozen=True)
class Storm:
    """It is a storm. ``name`` says what goes on without end; ``begin`` does that, and returns how to end it."""

    name: str
    begin: Callable[[Host, Host, Peer], Callable[[], None]]
    ours_only: bool = False  # the other daemon has nothing of the kind
    may_move: bool = False  # RFC 9568 lets it move mastership: only what it costs is a matter of the daemon


@contextlib.contextmanager
def blowing(storm: Storm, node: Host, client: Host, master: Peer) -> Iterator[None]:
    """Keep the storm up on the master's node, or from the client, until the block is left."""
    end = storm.begin(node, client, master)
    try:
        yield
    finally:
        end()


def _programs(host: Host, *commands: list[str]) -> Callable[[], None]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [host.popen(command, **quiet) for command in commands]

    def end() -> None:
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in running:
            process.wait(10)

    return end


def _connections(node: Host, _client: Host, master: Peer) -> Callable[[], None]:
    assert isinstance(master, Agent)
    folder = master.runtime_dir
    for part in (folder, folder.parent, folder.parent.parent):  # a member of the group can reach the socket
        if part.stat().st_uid == os.geteuid() and part.name:
            part.chmod(part.stat().st_mode | 0o111)
    text = CONNECTIONS.format(member=MEMBER)
    return _programs(node, *[["/usr/bin/python3", "-c", text, str(folder)]] * 2)


def _interfaces(node: Host, _client: Host, _master: Peer) -> Callable[[], None]:
    end = _programs(node, _again(VETH))

    def end_all() -> None:
        end()
        node.run(["sh", "-c", NO_VETH])  # undoes an unfinished round

    return end_all


def _beside(*commands: list[str]) -> Callable[[Host, Host, Peer], Callable[[], None]]:
    """Return a storm of programs on the node that have a foreign interface, ``storm0``."""

    def begin(node: Host, _client: Host, _master: Peer) -> Callable[[], None]:
        node.ip("link", "add", "storm0", "type", "bridge")
        node.ip("link", "set", "storm0", "up")
        end = _programs(node, *commands)

        def end_all() -> None:
            end()
            node.ip("link", "del", "storm0")

        return end_all

    return begin


def _again(script: str) -> list[str]:
    return ["sh", "-c", f"while :; do {script}\ndone"]


def _repeated(act: Callable[[Peer], object], every_s: float) -> Callable[[Host, Host, Peer], Callable[[], None]]:
    """Return a storm that calls ``act`` on the daemon again and again."""

    def begin(_node: Host, _client: Host, master: Peer) -> Callable[[], None]:
        over = threading.Event()

        def run() -> None:
            while not over.wait(every_s):
                act(master)

        thread = threading.Thread(target=run)
        thread.start()

        def end() -> None:
            over.set()
            thread.join(20)

        return end

    return begin


def _reload(master: Peer) -> None:
    with open(master.config, "a", encoding="utf-8") as file:
        file.write("# x\n")
    if isinstance(master, Agent):
        master.client().reload()
    else:
        os.kill(master.pid, signal.SIGHUP)


def _plan(master: Peer) -> None:
    assert isinstance(master, Agent)
    master.client().plan(master.config.read_text(encoding="utf-8"), str(master.config))


def _priority_zero(_node: Host, client: Host, _master: Peer) -> Callable[[], None]:
    group = ip_address("224.0.0.18")
    packets = []
    for number in range(SOURCES):
        source = ip_address(f"192.168.8.{101 + number}")
        assert str(source) not in (ADDRESS_A, ADDRESS_B)
        for vrid, vip in ROUTERS:
            stop = Advertisement(3, vrid, 0, (ip_address(vip),), 10)
            packets.append((str(source), str(group), 255, encode(stop, source, group)))
    flood = Flood(client, packets, PRIORITY_ZERO_RATE * len(ROUTERS), 3600.0)
    flood.__enter__()
    return lambda: flood.__exit__(None, None, None)


STORMS = (
    Storm("connections to the control socket", _connections, ours_only=True),
    Storm("foreign interfaces come and go", _interfaces),
    Storm("a foreign bridge flaps", _beside(_again(BRIDGE))),
    Storm("foreign addresses come and go", _beside(*[[sys.executable, "-c", ADDRESSES]] * 2)),
    Storm("foreign routes and neighbours come and go", _beside(_again(ROUTES))),
    Storm("reloads that change nothing", _repeated(_reload, 0.2)),
    Storm("SIGHUP in a loop", _repeated(lambda master: os.kill(master.pid, signal.SIGHUP), 0.005)),
    Storm("plan in a loop", _repeated(_plan, 0.0), ours_only=True),
    Storm("forged priority 0 of many sources", _priority_zero, may_move=True),
)
