# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the command events shows what an agent has recorded, as a table or as JSON lines."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from vrrp import cli


class TestEvents:
    """Test a table of events at four times."""

    ROWS = [("TIME", "STATE", "INPUT")] + [(f"2026-11-29 10:00:0{second}.000", "BACKUP", "x") for second in range(4)]

    @pytest.fixture(autouse=True)
    def told(self, monkeypatch):
        from vrrp import cli_events
        from vrrp.protocol import event_codec

        self.rows = list(self.ROWS)
        monkeypatch.setattr(cli, "Client", lambda runtime_dir: None)
        monkeypatch.setattr(cli_events, "ask", lambda client, name: ["{}"])
        whole = SimpleNamespace(header=SimpleNamespace(lost=0))
        monkeypatch.setattr(event_codec, "read", lambda text: [whole])
        monkeypatch.setattr(cli_events, "rows", lambda records: self.rows)

    def seconds(self, capsys):
        return [line[18] for line in capsys.readouterr().out.splitlines() if line.startswith("2026")]

    def test_all_events_are_printed(self, capsys):
        assert cli.main(["events"]) == 0
        assert self.seconds(capsys) == ["0", "1", "2", "3"]

    @pytest.mark.parametrize(("number", "seconds"), [("1", "3"), ("3", "123"), ("9", "0123")])
    def test_the_last_events_are_printed(self, capsys, number, seconds):
        assert cli.main(["events", "-n", number]) == 0
        assert "".join(self.seconds(capsys)) == seconds

    def test_events_since_a_time_are_printed(self, capsys, monkeypatch):
        monkeypatch.setattr(time, "time", lambda: 1000.0)
        monkeypatch.setattr(time, "localtime", lambda *_at: time.struct_time((2026, 11, 29, 10, 0, 2, 0, 0, 0)))
        assert cli.main(["events", "--since", "10m"]) == 0
        assert "".join(self.seconds(capsys)) == "23"
        assert cli.main(["events", "--since", "09:00"]) == 0
        assert "".join(self.seconds(capsys)) == "0123"
        assert cli.main(["events", "--since", "10:00:03", "-n", "2"]) == 0
        assert "".join(self.seconds(capsys)) == "3"

    @pytest.mark.parametrize(
        "words", [["-n", "0"], ["-n", "-1"], ["-n", "x"], ["--since", "x"], ["--since", "99:99"], ["--since", "29:00"]]
    )
    def test_what_is_no_number_and_no_time(self, capsys, words):
        with pytest.raises(SystemExit) as caught:
            cli.main(["events", *words])
        assert caught.value.code == 2

    @pytest.mark.parametrize("words", [["-n", "1"], ["--since", "1m"]])
    def test_programs_get_everything(self, capsys, words):
        assert cli.main(["events", "--json", *words]) == 2
