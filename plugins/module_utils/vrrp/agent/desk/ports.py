# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon as the commands see it: what they ask it for, and what a reload changes in it."""

from __future__ import annotations

from typing import Protocol

from ...config.model import Configuration, Instance
from ..groups import Groups
from ..instance import RunningInstance
from ..instances import Instances
from ..kernel.foundation import Foundation
from ..life.fork import Fork
from ..life.succession import Succession
from ..life.systemd import ServiceManager
from ..scheduler import Scheduler
from ..segment.network import Network
from ..telling.counters import Counters
from ..telling.fifo import Fifos
from ..telling.log import Log
from ..telling.recorder import Recorder
from ..watches.checks import Checks
from ..watches.links import Links


class Daemon(Protocol):
    """What the commands use of the daemon."""

    configuration: Configuration
    digest: str
    instances: Instances

    @property
    def log(self) -> Log: ...

    @property
    def network(self) -> Network: ...

    @property
    def groups(self) -> Groups: ...

    @property
    def links(self) -> Links: ...

    @property
    def checks(self) -> Checks: ...

    @property
    def foundation(self) -> Foundation: ...

    @property
    def succession(self) -> Succession: ...

    @property
    def service_manager(self) -> ServiceManager: ...

    @property
    def fork(self) -> Fork: ...

    @property
    def fifos(self) -> Fifos: ...

    @property
    def recorder(self) -> Recorder: ...

    @property
    def discarded(self) -> Counters: ...

    @property
    def stopping(self) -> bool: ...

    @property
    def drained(self) -> bool: ...

    @property
    def started_at(self) -> float: ...

    @property
    def scheduler(self) -> Scheduler: ...

    def checks_changed(self) -> None: ...

    def addresses_changed(self) -> None: ...

    def have_macvlans(self) -> None: ...

    def show_status(self) -> None: ...

    def add_instance(self, config: Instance) -> RunningInstance: ...

    def remove_instance(self, instance: RunningInstance) -> None: ...

    def drain(self, drained: bool) -> None: ...
