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
import os
import sys
import time
from typing import Any

from .runtime import RuntimeDirectory, RuntimeDirectoryError
from .systemd import restart_follows

KEPT_S = 5.0  # a successor that has not come by then does not come: the service manager may have given up


def main() -> int:
    """The command ``cleanup --runtime-dir DIR``, without the time that it takes to load all commands."""
    directory = sys.argv[sys.argv.index("--runtime-dir") + 1]
    sys.stdout.write("".join(f"{line}\n" for line in remove(directory)))
    return 0


def remove(runtime_dir: str) -> list[str]:
    """Return what was done, for people; nothing when there was nothing to do.

    Where the agent still runs nothing is touched. Raises :class:`~.netlink.NetlinkUnavailable` without the rights.
    """
    holding = _holding(runtime_dir)
    if not holding:
        return []
    runtime = RuntimeDirectory(runtime_dir)
    try:
        runtime.acquire()
    except RuntimeDirectoryError:
        return []  # an agent lives here: they are its own
    try:
        now = time.monotonic()
        may_go_on = [entry for entry in holding if now < entry["master_until"]]
        kept = may_go_on if may_go_on and restart_follows() else []
        return _release([entry for entry in holding if entry not in kept])
    finally:
        runtime.release()


def _holding(runtime_dir: str) -> list[dict[str, Any]]:
    """The instances that have addresses, each with ``master_until``, the end of its mandate, 0 without one."""
    pulse = array.array("d")
    try:
        with open(os.path.join(runtime_dir, "ledger.json"), encoding="ascii") as file:
            entries = [entry for entry in json.load(file)["instances"] if entry["installed"]]
        with open(os.path.join(runtime_dir, "pulse"), "rb") as file:
            pulse.frombytes(file.read())
        spoke = [(entry, pulse[entry["slot"]]) for entry in entries]
        until = [at + min(entry["mandate_s"], KEPT_S) if at > 0 else 0.0 for entry, at in spoke]
        return [{**entry, "master_until": each} for (entry, _at), each in zip(spoke, until)]
    except (OSError, ValueError, LookupError, TypeError):
        return []  # none, or of another release


def _release(entries: list[dict[str, Any]]) -> list[str]:
    if not entries:
        return []
    from ipaddress import ip_interface

    from .addresses import Wanted
    from .netlink import Kernel

    kernel = Kernel()
    try:
        wanted = [Wanted(index, ip_interface(name)) for entry in entries for index, name in entry["installed"]]
        there = [want for want in wanted if want.address in kernel.table.addresses.get(want.index, {})]
        failed = kernel.release(there)
    finally:
        kernel.close()
    gone = ", ".join(str(want.address) for want in there)
    return ([f"removed VIPs that a dead agent has left behind: {gone}"] if there else []) + failed
