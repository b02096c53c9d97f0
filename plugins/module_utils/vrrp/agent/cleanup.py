# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove the addresses that a dead agent has left, unless a successor may continue with them.

The service manager runs this each time the agent's process has ended (ExecStopPost), and the next process waits for it,
so it imports very little. Root may run it for an agent of another user, who can write the state file: an address is
removed only where the kernel says that it is ours.
"""

from __future__ import annotations

import math
import os
import sys
import time
from typing import TYPE_CHECKING, Optional

from .. import streams
from .netlink.messages import (
    FRA_PROTOCOL,
    ROUTE_ATTRIBUTES_AT,
    ROUTE_PROTOCOL_AT,
    RTM_DELROUTE,
    RTPROT_KEEPALIVED,
    kind_of,
)
from .process import state_file, traceback_file
from .process.runtime_dir import RuntimeDirectory, RuntimeDirectoryError
from .process.state_file import Stored, StoredEntry
from .process.systemd import restart_follows

if TYPE_CHECKING:
    from .netlink.kernel import Kernel

KEPT_S = 5.0  # a successor that has not started by then does not come: the service manager may have given up


def main() -> int:
    """Run the command ``cleanup --runtime-dir DIR`` without loading all commands, which takes time."""
    streams.prepare()
    directory = sys.argv[sys.argv.index("--runtime-dir") + 1]
    for line in [*remove(directory), *after_watchdog(directory)]:
        sys.stdout.write(f"{line}\n")
    unknown = unreadable(directory)
    for line in unknown:
        sys.stderr.write(f"{line}\n")
    return streams.end(1 if unknown else 0)


def after_watchdog(runtime_dir: str) -> list[str]:
    """Return a sentence for the journal where systemd's watchdog has ended the agent (systemd.exec(5))."""
    if os.environ.get("SERVICE_RESULT") != "watchdog":
        return []
    path = traceback_file.keep(runtime_dir)
    where = f" For developers: {path} has the place in its code." if path else ""
    follows = (
        "It is started again now, and stays MASTER only where no peer has taken over meanwhile."
        if restart_follows()
        else "It is not started again, so this node has no virtual address any more."
    )
    return [f"<4>The agent gave no sign of life, so systemd's watchdog has ended it. {follows}{where}"]


def unreadable(runtime_dir: str) -> list[str]:
    """Return a line where a dead agent's state file cannot be read: its addresses may still be there."""
    if not state_file.is_damaged(runtime_dir):
        return []
    runtime = RuntimeDirectory(runtime_dir)
    try:
        runtime.acquire()
    except RuntimeDirectoryError:
        return []  # an agent runs here, and will write it again
    runtime.release()
    path = os.path.join(runtime_dir, state_file.LEDGER_FILE)
    return [f"{path} cannot be read, so nothing was removed: see what is left ('ip -d address'), then remove the file"]


def remove(runtime_dir: str) -> list[str]:
    """Remove what a dead agent has left. Returns what was done, as lines for people.

    While the agent still runs nothing is touched. Raises :class:`~.netlink.kernel.NetlinkUnavailable` without the
    rights.
    """
    left = _left(runtime_dir)
    if left is None:
        return []
    runtime = RuntimeDirectory(runtime_dir)
    try:
        runtime.acquire()
    except RuntimeDirectoryError:
        return []  # an agent runs here: they are its own
    try:
        now = time.monotonic()
        may_go_on = [entry for entry in left.entries if now < _master_until(entry)]
        kept = may_go_on if may_go_on and restart_follows() else []
        gone = [entry for entry in left.entries if entry not in kept]
        return _release(gone, left if not kept else None, _is_own(runtime_dir))
    finally:
        runtime.release()


def _left(runtime_dir: str) -> Optional[Stored]:
    """Return what a dead agent has left, without the entries of those that have left nothing; None for nothing."""
    stored = state_file.load(runtime_dir)
    if stored is None:
        return None  # none, or of another release
    stored = stored._replace(entries=tuple(each for each in stored.entries if each.installed or each.removals))
    return stored if stored.entries or _of_the_host(stored) else None


def _of_the_host(stored: Stored) -> bool:
    return stored.firewall or bool(stored.promoted or stored.macvlans or stored.parents)


def _master_until(entry: StoredEntry) -> float:
    """Return when its mandate ends, monotonic seconds."""
    if entry.identity == state_file.STATIC:
        return math.inf  # static configuration is there in every state
    return entry.beat + min(entry.mandate_s, KEPT_S) if entry.beat > 0 else 0.0


def _is_own(runtime_dir: str) -> bool:
    """Return whether the state file is of our own user. Root checks more of what another user's file asks for."""
    try:
        return os.lstat(os.path.join(runtime_dir, state_file.LEDGER_FILE)).st_uid == os.geteuid()
    except OSError:
        return False


def _release(entries: list[StoredEntry], host: Optional[Stored], own: bool) -> list[str]:
    """Remove what these have left, and what of ``host`` belongs to no instance. Returns lines for people."""
    if not entries and (host is None or not _of_the_host(host)):
        return []
    from ipaddress import ip_interface

    from .netlink.address_request import DesiredAddress
    from .netlink.kernel import Kernel
    from .netlink.ownership import is_ours, tells_protocols

    kernel = Kernel()
    try:
        removals = [each for entry in entries for each in entry.removals]
        removed = kernel.remove_routes([each for each in removals if own or is_marked(each)]).count(0)
        wanted = [DesiredAddress(index, ip_interface(name)) for entry in entries for index, name in entry.installed]
        there = [want for want in wanted if want.address in kernel.table.addresses.get(want.index, {})]
        known = kernel.table.addresses
        believed = own and not tells_protocols(kernel.table)
        kept = [want for want in there if not (believed or is_ours(known[want.index][want.address]))]
        there = [want for want in there if want not in kept]
        failed = kernel.release(there)
        if host is not None and host.promoted and own:
            from .netlink.link_requests import ipv4_settings

            kernel.ask([ipv4_settings(index, {"promote_secondaries": 0}) for index in host.promoted])
        if host is not None and (host.macvlans or host.parents) and own:
            _undo_macvlans(kernel, host)
    finally:
        kernel.close()
    if host is not None and host.firewall:
        from .addresses.no_accept import remove_leftover

        remove_leftover()
    gone = ", ".join(str(want.address) for want in there)
    said = [f"removed VIPs that a dead agent has left behind: {gone}"] if there else []
    said += [f"removed {removed} routes and rules that a dead agent has left behind"] if removed else []
    said += [f"left {want.address} where it is: no agent has put it there" for want in kept]
    return said + failed


def is_marked(request: bytes) -> bool:
    """Return whether the request deletes a route or a rule with keepalived's protocol number only, which ours have."""
    from .netlink.links import attributes

    if kind_of(request) == RTM_DELROUTE:
        protocol = request[ROUTE_PROTOCOL_AT : ROUTE_PROTOCOL_AT + 1]
    else:
        protocol = attributes(request, ROUTE_ATTRIBUTES_AT, len(request)).get(FRA_PROTOCOL, b"")
    return protocol == bytes([RTPROT_KEEPALIVED])


def _undo_macvlans(kernel: Kernel, host: Stored) -> None:
    from .netlink import link_requests

    there = kernel.table.links
    ours = [index for index in host.macvlans if index in there and there[index].kind == "macvlan"]
    requests = [link_requests.removed(index) for index in ours]
    for index, settings in host.parents.items():
        if index in there:
            requests.append(link_requests.ipv4_settings(index, settings))
    kernel.ask(requests)
