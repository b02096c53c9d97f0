# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is part 4 of the table: definitions of what can be tracked, and the lists of what is tracked."""

from __future__ import annotations

from . import track_values as tracking
from . import values as to
from .check_values import TRACK_GATEWAY, TRACK_HTTP, TRACK_TCP, TRACK_UNIT
from .command_values import command, user_group
from .global_defs import LARGEST, LONGEST_S
from .keyword import REFUSED, Block, Entry, Keyword, Variable, table, variable
from .track_options import BuiltInCheck

_WEIGHT = "added to the priority: above 0 while it is good, below 0 while it is bad; 0: FAULT while it is bad;"
_RUNS_MAX = 1_000_000
_REVERSE = f"{_WEIGHT} with reverse subtracted, and FAULT while it is good"

VRRP_SCRIPT = Block(
    "vrrp_script",
    "a command whose exit status instances may track",
    table(
        variable("script", command, "command", 'COMMAND | "COMMAND ARGUMENT ..."', "the command"),
        variable(
            "interval",
            to.seconds("0.001", str(LONGEST_S)),
            "interval_s",
            "SECONDS",
            "time between two starts",
            reader="whole_seconds",
            least=1,
        ),
        variable(
            "timeout",
            to.seconds("0.001", str(LONGEST_S)),
            "timeout_s",
            "SECONDS",
            "how long it may run before it has failed; the interval where none is set",
            reader="whole_seconds",
            least=1,
        ),
        variable(
            "rise", to.integer(1, LARGEST), "rise", "COUNT", "successes in a row that make it good", most=_RUNS_MAX
        ),
        variable("fall", to.integer(1, LARGEST), "fall", "COUNT", "failures in a row that make it bad", most=_RUNS_MAX),
        variable("weight", tracking.weight(253), "weight", "-253-253 [reverse]", _REVERSE),
        variable("user", user_group, "user", "USER [GROUP]", "who runs it"),
        variable("init_fail", to.flag, "init_fail", "", "bad until it has first succeeded"),
    ),
    named=True,
    variable=Variable(name="scripts", reader="entries"),
)

_DELAY = to.seconds("0.000001", "3600")

VRRP_TRACK_PROCESS = Block(
    "vrrp_track_process",
    "processes that must run, or must not",
    table(
        variable("process", tracking.process, "process", "COMMAND [ARGUMENT ...]", "which processes count", once=True),
        variable(
            "param_match",
            tracking.param_match,
            "param_match",
            "[initial|partial]",
            "exactly these arguments; partial: as the first ones; initial: the last one may be longer",
        ),
        variable("weight", tracking.weight(254), "weight", "-254-254 [reverse]", _REVERSE),
        variable("quorum", to.integer(1, 65535), "quorum", "COUNT", "how many must run, 1"),
        variable("quorum_max", to.integer(0, 65535), "quorum_max", "COUNT", "how many may run; 0: none"),
        variable(
            "fork_delay",
            _DELAY,
            "fork_delay_s",
            "SECONDS",
            "how long enough of them run before they are good",
            least=0.001,
        ),
        variable(
            "terminate_delay",
            _DELAY,
            "terminate_delay_s",
            "SECONDS",
            "how long they are missed before they are bad",
            least=0.001,
        ),
        Keyword("delay", _DELAY, "delay", "SECONDS", "fork_delay and terminate_delay"),
        variable("full_command", to.flag, "full_command", "", "compare the command line, not the name of the process"),
    ),
    named=True,
    variable=Variable(name="track_processes", reader="entries"),
)

_FILE: dict[str, Entry] = table(
    variable("file", to.text, "path", "PATH", "the file, which holds a number", once=True, reader="path"),
    variable(
        "weight",
        tracking.weight(254),
        "weight",
        "-254-254 [reverse]",
        "multiplied by the number and added to the priority, 1; 0: FAULT while the number is not 0",
    ),
    variable("init_file", tracking.init_file, "init", "[NUMBER] [overwrite]", "write the number, 0, at the start"),
)

TRACK_FILE = Block(
    "track_file",
    "a file with a number that counts",
    _FILE,
    named=True,
    variable=Variable(name="track_files", reader="entries"),
)
VRRP_TRACK_FILE = Block("vrrp_track_file", "the old name of track_file", _FILE, named=True)


def _list(name: str, what: str, limit: int, noreverse: bool = True) -> Block:
    direction = "[reverse|noreverse]" if noreverse else "[reverse]"
    return Block(
        name,
        what,
        item=tracking.tracked(name, limit, noreverse),
        items=f"NAME [weight -{limit}-{limit} {direction}]",
        variable=Variable(reader=name),
    )


def _check(name: str, check: BuiltInCheck, field: str, help_: str, word: str = "") -> Keyword:
    return Keyword(name, check, field, check.values, help_, addition=True, many=True, variable=Variable(word))


#: In vrrp_instance and in vrrp_sync_group.
TRACKING: tuple[Entry, ...] = (
    _list("track_interface", "which interfaces count", 253, noreverse=False),
    _list("track_script", "which vrrp_script counts", 253),
    _list("track_file", "which track_file counts", 254),
    _list("track_process", "which vrrp_track_process counts", 254),
    Block(
        "track_bfd",
        "the agent does not speak BFD",
        item=tracking.tracked("track_bfd", 253),
        items="NAME [weight -253-253 [reverse|noreverse]]",
        standing=REFUSED,
        instead="@hotstandby track_gateway ADDRESS watches a neighbour",
    ),
    _check(
        "track_gateway",
        TRACK_GATEWAY,
        "track.gateways",
        "a neighbour that must answer: without weight FAULT while it does not, else as with a script",
        word="track_gateways",
    ),
    _check("track_tcp", TRACK_TCP, "track.tcp", "a TCP connection that must be accepted"),
    _check("track_http", TRACK_HTTP, "track.http", "a GET that must be answered"),
    _check("track_unit", TRACK_UNIT, "track.units", "a systemd unit that must be active"),
)
