# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one Ethernet segment that exists only on this machine.

A network namespace holds nothing but a bridge; every host is wired to a port of that bridge. Both ends of each cable
are created in the namespace where they belong, so no name ever appears in the machine's own namespace and two segments
with the same addresses can exist side by side.

Faults are those of a real switch: :meth:`Segment.cut` drops every frame of a port silently (the host keeps its
carrier), :meth:`Segment.unplug` takes the carrier away.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .host import Host, LabError, batch, command, named_namespaces

BRIDGE = "br0"
FOLDER_PREFIX = "hotstandby-lab-"
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()
_STP_DISABLED, _STP_FORWARDING = "0", "3"  # linux/if_bridge.h BR_STATE_*
_INTERFACE_NAME_LIMIT = 15  # IFNAMSIZ - 1
_serial = itertools.count()


def unused_name() -> str:
    """Return a segment name with the pid of its maker, so that :func:`sweep` can find what a killed run left."""
    return f"hs{os.getpid():x}x{next(_serial):x}"


def folder() -> Path:
    """Make a folder for a program on a host; :func:`sweep` finds it as well. Its path is short: sockets live in it.

    It is in memory, as /run is on a node: on a busy disk a rename can take half a second, in which an agent is silent.
    """
    return Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-", dir=MEMORY))


def sweep() -> list[str]:
    """Remove what dead runs left behind, processes and folders too; return the namespaces.

    Only namespaces are considered whose names :func:`unused_name` made for a process that is gone. Only that run
    started anything in them.
    """
    removed = []
    for name in sorted(named_namespaces()):
        match = re.fullmatch(r"hs([0-9a-f]+)x[0-9a-f]+(-.*)?", name)
        if match and not Path(f"/proc/{int(match[1], 16)}").exists():
            Host(name, namespace=name).close()
            removed.append(name)
    for left in Path(MEMORY).glob(FOLDER_PREFIX + "*"):
        owner = left.name[len(FOLDER_PREFIX) :].partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)
    return removed


class Segment:
    """It is a segment; leaving the context removes every process, cable and namespace that it made."""

    def __init__(self, name: str = ""):
        self.name = name or unused_name()
        self.hosts: dict[str, Host] = {}  # by short name, attached ones included
        self._open = False

    def __enter__(self) -> Segment:
        return self.open()

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Segment({self.name!r}, hosts={sorted(self.hosts)})"

    def open(self) -> Segment:
        """Create the namespace and its bridge. Raises LabError; then nothing is left behind."""
        command(["ip", "netns", "add", self.name])
        self._open = True
        try:
            # No snooping: without a querier on the segment it would stop forwarding 224.0.0.18 after a while.
            batch(
                ["ip", "-n", self.name],
                f"link add {BRIDGE} type bridge mcast_snooping 0 stp_state 0 forward_delay 0",
                f"link set {BRIDGE} up",
            )
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Remove everything, in any state. It may be called again."""
        for host in self.hosts.values():
            host.close()
        self.hosts.clear()
        if self._open:
            self._open = False
            subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)

    # Hosts

    def host(self, name: str, *addresses: str) -> Host:
        """Make a host: a namespace ``<segment>-<name>`` with ``eth0`` on the bridge and ``addresses`` with prefixes."""
        namespace = f"{self.name}-{name}"
        command(["ip", "netns", "add", namespace])
        host = Host(name, namespace=namespace)
        self.hosts[name] = host  # from here on close() removes it
        # A namespace begins with what this machine has. A host that forwards keeps packets for the next owner of an
        # address that it has lost, so a probe would miss less than a client does.
        host.sysctl("net.ipv4.ip_forward", 0)
        host.sysctl("net.ipv6.conf.all.forwarding", 0)
        self._wire(host, name, addresses, "eth0", target=namespace)
        return host

    def attach(self, pid_or_netns: int | str, name: str, addresses: tuple[str, ...] = (), link: str = "eth0") -> Host:
        """Wire a network namespace that exists (a container by the pid of its init, or a named one) to the bridge.

        Attaching a name again replaces its cable: a container that was killed and started has a new namespace.
        The segment never stops the processes of an attached host.
        """
        old = self.hosts.pop(name, None)
        if old is not None:
            old.close()
        # The kernel destroys a dead container's namespace late; its cable may still hold the port.
        subprocess.run(["ip", "-n", self.name, "link", "del", _port(name)], check=False, capture_output=True)
        if isinstance(pid_or_netns, int) or pid_or_netns.isdigit():
            host = Host(name, pid=int(pid_or_netns))
        else:
            host = Host(name, namespace=pid_or_netns, owned=False)
        self.hosts[name] = host
        if isinstance(addresses, str):
            addresses = (addresses,)
        self._wire(host, name, addresses, link, target=str(pid_or_netns))
        return host

    def detach(self, name: str) -> None:
        """Take a host's cable away for good; an own host is closed with everything in it."""
        subprocess.run(["ip", "-n", self.name, "link", "del", _port(name)], check=False, capture_output=True)
        host = self.hosts.pop(name, None)
        if host is not None:
            host.close()

    def _wire(self, host: Host, name: str, addresses: tuple[str, ...], link: str, target: str) -> None:
        port = _port(name)
        # An address must be usable at once: a tentative IPv6 address refuses to be a source for a second or two.
        host.sysctl("net.ipv6.conf.default.accept_dad", 0)
        host.sysctl("net.ipv6.conf.default.accept_ra", 0)
        batch(
            ["ip", "-n", self.name],
            f"link add {port} type veth peer name {link} netns {target}",
            f"link set {port} master {BRIDGE} up",
        )
        lines = ["link set lo up", f"link set {link} up"]
        lines += [f"addr add {address}{_options(address)} dev {link}" for address in addresses]
        batch([*host.enter, "ip"], *lines)

    # Faults

    def cut(self, name: str) -> None:
        """Drop every frame to or from this host silently from now on: the carrier stays."""
        self._port_state(name, _STP_DISABLED)

    def heal(self, name: str) -> None:
        """Undo :meth:`cut`."""
        self._port_state(name, _STP_FORWARDING)

    def unplug(self, name: str) -> None:
        """Unplug the cable: the host's interface loses its carrier."""
        batch(["ip", "-n", self.name], f"link set {self._known(name)} down")

    def plug(self, name: str) -> None:
        """Undo :meth:`unplug`."""
        batch(["ip", "-n", self.name], f"link set {self._known(name)} up")

    def hub(self) -> None:
        """Forget every MAC address at once, so that each frame reaches each host: a third one can capture unicast."""
        batch(["ip", "-n", self.name], f"link set {BRIDGE} type bridge ageing_time 0")

    def _port_state(self, name: str, state: str) -> None:
        batch(["bridge", "-n", self.name], f"link set dev {self._known(name)} state {state}")

    def _known(self, name: str) -> str:
        if name not in self.hosts:
            raise LabError(f"no host {name!r} on segment {self.name}; it has {', '.join(sorted(self.hosts)) or 'none'}")
        return _port(name)


def _port(name: str) -> str:
    """Return the bridge port of a host. It lives in the segment's namespace, so it has to be unique only there."""
    port = f"p-{name}"
    if len(port) > _INTERFACE_NAME_LIMIT:
        raise LabError(f"host name {name!r} is longer than {_INTERFACE_NAME_LIMIT - 2} characters")
    return port


def _options(address: str) -> str:
    """Return further options of an address: DAD off for IPv6, its broadcast address for IPv4."""
    return " nodad" if ":" in address else " brd +"
