# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signal asks for the status: which file is written, by whom it can be read, and what is logged."""

from __future__ import annotations

import io
import json
import os
import stat

import pytest

from vrrp.agent.dumps import Reports
from vrrp.agent.log import Log

STATUS = {"instances": [{"name": "节点", "counters": {"sent": 7}}]}


class Parts:
    def __init__(self, directory):
        self.text = io.StringIO()
        self.records = 0
        self.reports = Reports(str(directory), Log(self.text), lambda: STATUS, self._write_records)

    def _write_records(self):
        self.records += 1

    def lines(self):
        return [line.split(" ", 2)[2] for line in self.text.getvalue().splitlines()]


@pytest.mark.parametrize(("name", "records"), [("data", 1), ("stats", 0)])
def test_the_status_is_written_for_its_owner_alone(tmp_path, name, records):
    parts = Parts(tmp_path)
    getattr(parts.reports, name)()
    path = tmp_path / "status.json"
    assert json.loads(path.read_text(encoding="utf-8")) == STATUS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert parts.records == records
    assert parts.lines() == [f"Printing VRRP {name} for process({os.getpid()}) on signal", f"wrote {path}"]


def test_a_second_signal_replaces_the_status_file(tmp_path):
    (tmp_path / "status.json").write_text("old")
    Parts(tmp_path).reports.stats()
    assert json.loads((tmp_path / "status.json").read_text(encoding="utf-8")) == STATUS
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


@pytest.mark.parametrize("name", ["stats", "data"])
def test_a_missing_directory_is_told_for_each_signal(tmp_path, name):
    parts = Parts(tmp_path / "no")
    getattr(parts.reports, name)()
    assert parts.lines()[1:] == [f"error: cannot write {tmp_path}/no/status.json: No such file or directory"]
    (tmp_path / "no").mkdir()
    getattr(parts.reports, name)()
    assert parts.lines()[-1] == f"wrote {tmp_path}/no/status.json"
