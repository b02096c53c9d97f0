# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the agent: read the file, take the runtime directory, run the loop."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import sys
from typing import Optional

from ..config.model.configuration import Configuration
from ..config.syntax.diagnostics import ConfigError
from . import config_source
from .daemon import Daemon
from .history import History
from .log import Log
from .netlink.kernel import NetlinkUnavailable
from .netlink.links import InterfaceTable, dump
from .netlink.messages import DumpError
from .preflight.host import misfits, refusals
from .preflight.host_addresses import last_seen
from .process import saved_state, scheduling, traceback_file
from .process.runtime_dir import RuntimeDirectory, RuntimeDirectoryError
from .process.systemd import ServiceManager

CANNOT_START = 1


def run(config: str, runtime_dir: str, state_dir: Optional[str] = None) -> int:
    """Run until stopped. Returns the exit status; raises ConfigError when the file is not usable.

    ``state_dir`` survives a boot; without one the runtime directory has its file.
    """
    if sys.__stderr__ is not None:
        faulthandler.enable(sys.__stderr__)  # a fatal signal then tells where it happened
    saved_state.forget_restart(runtime_dir)
    log = Log()
    configuration, digest, warnings = config_source.read(config)
    for warning in warnings:
        log.info(str(warning))
    runtime = RuntimeDirectory(runtime_dir)
    try:
        runtime.acquire()
    except RuntimeDirectoryError as error:
        log.error(str(error))
        return CANNOT_START
    if ServiceManager().watchdog_s is not None:
        with contextlib.suppress(OSError):  # a full disk: then it goes to standard error
            faulthandler.enable(traceback_file.create(runtime_dir))
    try:
        table = dump(InterfaceTable())
        refused = refusals(configuration, table, last_seen(runtime_dir))
        if refused:
            raise ConfigError(refused)
        for doubtful in misfits(configuration, table):
            log.info(str(doubtful))
        return asyncio.run(_work(configuration, digest, runtime, log, state_dir))
    except (NetlinkUnavailable, DumpError) as error:
        log.error(str(error))
        return CANNOT_START
    except OSError as error:
        log.error(f"cannot start: {error}")
        return CANNOT_START
    finally:
        runtime.release()


async def _work(
    configuration: Configuration, digest: str, runtime: RuntimeDirectory, log: Log, state_dir: Optional[str]
) -> int:
    scheduling.claim(log)
    daemon = Daemon(configuration, digest, runtime, log, state_dir=state_dir)
    history = History(state_dir or runtime.path, daemon.fork, daemon.scheduler, log)
    try:
        return await daemon.run()
    finally:
        history.end()
