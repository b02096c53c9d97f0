# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take off the addresses that a dead agent has left behind, unless a successor may go on with them.

The service manager runs this when the agent's process has ended, whatever way it ended (ExecStopPost), and the next
process waits for it. So it reads the ledger (:mod:`~.ledger`) by itself, with next to nothing imported.
"""

from __future__ import annotations

import array
import json
import math
import os
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ... import streams
from .runtime import RuntimeDirectory, RuntimeDirectoryError
from .systemd import restart_follows

if TYPE_CHECKING:
    from ..kernel.netlink import Kernel

SLOTS = 1024  # as in the ledger: what exceeds them has no sign of life
KEPT_S = 5.0  # a successor that has not come by then does not come: the service manager may have given up


def main() -> int:
    """The command ``cleanup --runtime-dir DIR``, without the time that it takes to load all commands."""
    streams.prepare()
    directory = sys.argv[sys.argv.index("--runtime-dir") + 1]
    for line in remove(directory):
        sys.stdout.write(f"{line}\n")
    return streams.end(0)


def remove(runtime_dir: str) -> list[str]:
    """Return what was done, for people; nothing when there was nothing to do.

    Where the agent still runs nothing is touched. Raises :class:`~..kernel.netlink.NetlinkUnavailable` without the
    rights.
    """
    left = _left(runtime_dir)
    if left is None:
        return []
    runtime = RuntimeDirectory(runtime_dir)
    try:
        runtime.acquire()
    except RuntimeDirectoryError:
        return []  # an agent lives here: they are its own
    try:
        now = time.monotonic()
        may_go_on = [entry for entry in left.entries if now < entry["master_until"]]
        kept = may_go_on if may_go_on and restart_follows() else []
        return _release([entry for entry in left.entries if entry not in kept], left if not kept else NOTHING)
    finally:
        runtime.release()


class Left(NamedTuple):
    """What a dead agent has left behind. Each of ``entries`` has ``master_until``, the end of its mandate."""

    entries: list[dict[str, Any]]
    firewall: bool  # the table of no_accept
    promoted: list[int]  # interfaces whose promote_secondaries was set
    macvlans: list[int]
    parents: dict[str, dict[str, int]]  # what the interfaces below them had been set to, by their index


NOTHING = Left([], False, [], [], {})


def _left(runtime_dir: str) -> Optional[Left]:
    pulse = array.array("d")
    try:
        with open(os.path.join(runtime_dir, "ledger.json"), encoding="ascii") as file:
            content = json.load(file)
        with open(os.path.join(runtime_dir, "pulse"), "rb") as file:
            pulse.frombytes(file.read())
        entries = []
        for entry in content["instances"]:
            if entry["installed"] or entry.get("removals"):
                at = pulse[entry["slot"]] if entry["slot"] < SLOTS else 0.0
                until = at + min(entry["mandate_s"], KEPT_S) if at > 0 else 0.0
                static = entry["identity"] == ["", 0, 0]  # it belongs here whoever is MASTER
                entries.append({**entry, "master_until": math.inf if static else until})
        host = bool(content.get("firewall")), list(content.get("promoted", ())), list(content.get("macvlans", ()))
        left = Left(entries, *host, dict(content.get("parents", {})))
    except (OSError, ValueError, LookupError, TypeError):
        return None  # none, or of another release
    return left if any(left) else None


def _release(entries: list[dict[str, Any]], host: Left) -> list[str]:
    if not entries and not any(host):
        return []
    from ipaddress import ip_interface

    from ..kernel.addresses import Wanted
    from ..kernel.netlink import Kernel
    from .ledger import is_removal

    kernel = Kernel()
    try:
        removals = [bytes.fromhex(each) for entry in entries for each in entry.get("removals", ())]
        routes = kernel.ask([each for each in removals if is_removal(each)]).count(0)
        wanted = [Wanted(index, ip_interface(name)) for entry in entries for index, name in entry["installed"]]
        there = [want for want in wanted if want.address in kernel.table.addresses.get(want.index, {})]
        failed = kernel.release(there)
        if host.promoted:
            from ..kernel.promotion import request

            kernel.ask([request(index, False) for index in host.promoted])
        if host.macvlans or host.parents:
            _undo_macvlans(kernel, host)
    finally:
        kernel.close()
    if host.firewall:
        from ..kernel.firewall import remove_leftover

        remove_leftover()
    gone = ", ".join(str(want.address) for want in there)
    said = [f"removed VIPs that a dead agent has left behind: {gone}"] if there else []
    said += [f"removed {routes} routes and rules that a dead agent has left behind"] if routes else []
    return said + failed


def _undo_macvlans(kernel: Kernel, host: Left) -> None:
    from ..kernel import netlink_links

    there = kernel.table.links
    ours = [index for index in host.macvlans if index in there and there[index].kind == "macvlan"]
    requests = [netlink_links.removed(index) for index in ours]
    for index, settings in host.parents.items():
        if int(index) in there:
            requests.append(netlink_links.ipv4_settings(int(index), settings))
    kernel.ask(requests)
