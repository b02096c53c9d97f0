# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notify FIFOs in a directory of their own."""

from __future__ import annotations

import io
import os

from vrrp.agent.log import Log
from vrrp.agent.notify.fifo import Fifos
from vrrp.config.model.configuration import Fifo, Globals


class Parts:
    """Two FIFOs at most, their log, and a reader that reads when it is told to."""

    def __init__(self, tmp_path) -> None:
        self.path = tmp_path / "fifo"
        self.directory = tmp_path
        self.text = io.StringIO()

    def settings(self, **fields) -> Globals:
        return Globals(notify_fifo=Fifo(str(self.path), **fields))

    def fifos(self, settings=None) -> Fifos:
        made = Fifos(settings or self.settings(), Log(self.text), str(self.directory))
        made.open()
        return made

    def reader(self) -> int:
        return os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    def logged(self) -> list[str]:
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]
