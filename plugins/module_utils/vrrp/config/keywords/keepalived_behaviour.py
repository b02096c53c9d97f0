# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists how releases of keepalived behave: on the wire, in ``keepalived -t``, in their dumps and to signals.

Which keywords a release knows is in :mod:`.keepalived_releases`, what it makes of values in :mod:`.keepalived_values`.
"""

from __future__ import annotations

from dataclasses import dataclass

from .keepalived_releases import RELEASES, KeepalivedRelease, number

_FIRST = RELEASES[0]

GOOD, UNSAID, COMPLAINTS, INSECURE, FATAL = "good", "unsaid", "complaints", "insecure", "fatal"

#: What ``keepalived -t`` found, by its exit status: (first release, statuses).
_TESTS: tuple[tuple[str, dict[int, str]], ...] = (
    (_FIRST, {0: GOOD, 3: FATAL, 4: COMPLAINTS, 5: INSECURE}),
    # Each of its processes forgets what the one before has found, and the last one is BFD.
    ("2.0.20", {0: UNSAID, 3: FATAL, 4: COMPLAINTS, 5: INSECURE}),
    ("2.2.0", {0: GOOD, 4: FATAL, 5: COMPLAINTS, 6: INSECURE}),
)
#: What it says beside INSECURE. Since 2.2.5 the status of that is also the one of a missing file of ``includea``.
_VIOLATION = "SECURITY VIOLATION"
#: With a user of scripts other than root 2.2.7 ends its test by SIGTERM, after its messages; the shell adds its own.
_ENDED_ITSELF, _OF_THE_SHELL = (-15, 128 + 15), "Terminated"


def ended_itself(status: int, said: str) -> bool:
    """Return whether ``keepalived -t`` ended by SIGTERM without a complaint: then it starts with the file."""
    return status in _ENDED_ITSELF and not _messages(said)


def _messages(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.strip() not in ("", _OF_THE_SHELL)]


def judged(named: KeepalivedRelease, status: int, said: str) -> str:
    """Return what ``keepalived -t`` of a release found in a file, by its exit status and by what it ``said``.

    GOOD: nothing. UNSAID: the status says nothing, and only the messages tell. COMPLAINTS: it starts with the file,
    without what it complains about, be it an unknown keyword. INSECURE: it starts, and scripts run without
    ``enable_script_security``, beside other complaints. FATAL: it does not start, or the test itself has failed; every
    status that is not listed is one, as is a signal other than that of :func:`ended_itself`.
    """
    if status in _ENDED_ITSELF:
        return COMPLAINTS if _messages(said) else GOOD
    statuses = next(found for first, found in reversed(_TESTS) if named >= number(first))
    found = statuses.get(status, FATAL)
    return FATAL if found == INSECURE and _VIOLATION not in said else found


@dataclass(frozen=True)
class Behaviour:
    """It is one way in which releases differ: ``ways`` are (first release, what it does) in the order of releases."""

    area: str
    subject: str
    ways: tuple[tuple[str, str], ...]

    def of(self, named: KeepalivedRelease) -> str:
        """Return what a release does."""
        return next(what for first, what in reversed(self.ways) if named >= number(first))


def _status(what: str) -> tuple[tuple[str, str], ...]:
    ways: list[tuple[str, str]] = []
    for first, statuses in _TESTS:
        told = [str(status) for status, found in statuses.items() if found in (what, UNSAID)]
        lost = what != FATAL and UNSAID in statuses.values()
        way = f"{' or '.join(told)}: the messages tell, the status does not" if lost else told[-1]
        if not ways or ways[-1][1] != way:
            ways.append((first, way))
    return tuple(ways)


WIRE, TEST, DUMPS, SIGNALS, DEFAULTS = "On the wire", "keepalived -t", "Dumps", "Signals and options", "Defaults"

BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour(
        WIRE,
        "advertisements of version 2 with a password, and of version 3, multicast and unicast",
        ((_FIRST, "the same octets in every release"),),
    ),
    Behaviour(
        WIRE,
        "an advertisement with another list of addresses, or another number of them",
        (
            (_FIRST, "discarded and counted (Address List): a backup with another list becomes MASTER too"),
            ("2.3.3", "logged, counted and heard"),
        ),
    ),
    Behaviour(
        WIRE,
        "octets behind an advertisement, with which a switch fills a short frame",
        ((_FIRST, "discarded and counted (Length)"), ("2.3.2", "heard")),
    ),
    Behaviour(
        WIRE,
        "checksum of VRRPv3 over IPv4",
        (
            (_FIRST, "with the pseudo-header; another one is discarded"),
            (
                "2.2.8",
                "with the pseudo-header; v3_checksum_as_v2 leaves it out, and then checks no checksum of version 3",
            ),
        ),
    ),
    Behaviour(
        WIRE,
        "auth_hmac",
        (
            (_FIRST, "none: an advertisement with a trailer is too long and is discarded"),
            ("2.4.0", "a trailer that 2.4.2 and the agent do not take for good"),
            ("2.4.2", "the trailer that the agent sends and verifies"),
        ),
    ),
    Behaviour(
        WIRE,
        "TTL of unicast advertisements",
        (
            (_FIRST, "255, and not looked at"),
            ("2.1.0", "unicast_ttl; min_ttl and max_ttl of a peer count beside check_unicast_src"),
        ),
    ),
    Behaviour(
        WIRE,
        "another interval in an advertisement of VRRPv3",
        ((_FIRST, "taken over by a backup"), ("2.3.3", "taken over by a backup, and logged once")),
    ),
    Behaviour(
        WIRE,
        "an advertisement for an owner of the addresses (priority 255)",
        (
            (_FIRST, "heard"),
            ("2.3.3", "heard; discarded with owner_ignore_adverts and in strict mode"),
        ),
    ),
    Behaviour(
        WIRE,
        "use_vmac with unicast_peer",
        (
            (_FIRST, "the macvlan is made"),
            ("2.1.0", "use_vmac is dropped, with a message"),
            ("2.2.0", "vmac_xmit_base is set, with a message"),
        ),
    ),
    Behaviour(TEST, "exit status: nothing to complain about", _status(GOOD)),
    Behaviour(TEST, "exit status: it starts, without what it complains about", _status(COMPLAINTS)),
    Behaviour(TEST, "exit status: the same, and scripts run without enable_script_security", _status(INSECURE)),
    Behaviour(TEST, "exit status: it does not start", _status(FATAL)),
    Behaviour(
        TEST,
        "exit status: a value is missing that the parser does not look for, so it does not start",
        ((_FIRST, "3"), ("2.2.0", "4"), ("2.2.5", "2")),
    ),
    Behaviour(
        TEST,
        "exit status: a file is missing that includea or its kind demands, so it does not start",
        ((_FIRST, "it does not know the keyword"), ("2.2.0", "7"), ("2.2.5", f"6, without the words {_VIOLATION}")),
    ),
    Behaviour(TEST, "a file that does not exist", ((_FIRST, "status 3"), ("2.2.0", "status 0, and a message"))),
    Behaviour(
        TEST,
        "an unknown keyword with a block, inside another block",
        ((_FIRST, "its } ends the outer block, and what follows there is unknown too"),),
    ),
    Behaviour(
        DUMPS,
        "where SIGUSR1 writes keepalived.data, and SIGUSR2 keepalived.stats",
        (
            (_FIRST, "/tmp"),
            ("2.2.3", "/tmp; with data_use_instance the name of the instance is in that of the file"),
            ("2.2.5", "TMPDIR, else /tmp"),
            ("2.3.3", "state_dump_file and stats_dump_file, else TMPDIR, else /tmp"),
        ),
    ),
    Behaviour(
        DUMPS,
        "how the list of addresses begins",
        ((_FIRST, "Virtual IP = 2"), ("2.1.0", "Virtual IP :"), ("2.2.5", "Virtual IP (2):")),
    ),
    Behaviour(
        DUMPS,
        "a check that has not run yet",
        ((_FIRST, "Status = INIT"), ("2.2.5", "Init state = INIT beside the status")),
    ),
    Behaviour(DUMPS, "the password of an instance", ((_FIRST, "written"), ("2.4.0", "asterisks"))),
    Behaviour(
        DUMPS,
        "what keeps an instance in FAULT",
        (
            (_FIRST, "a number of faults"),
            ("2.2.5", "numbers of faults and of configuration faults"),
            ("2.3.3", "the faults of its interface by name, and a number of others"),
        ),
    ),
    Behaviour(
        SIGNALS,
        "names that keepalived --signum takes",
        (
            (_FIRST, "STOP, RELOAD, DATA, STATS; JSON where it is built in"),
            ("2.1.0", "STOP, RELOAD, DATA, STATS, STATS_CLEAR; JSON where it is built in"),
        ),
    ),
    Behaviour(
        SIGNALS,
        "what the signal JSON writes",
        ((_FIRST, "a list of instances"), ("2.2.8", "a list of instances; with json_version 2 a named one")),
    ),
    Behaviour(
        DEFAULTS,
        "priority, advert_int, garp_*, how many missed advertisements end a MASTER, interval and timeout of a script",
        ((_FIRST, "100, 1 s, 5 frames twice 5 s apart, 3, 1 s and none: the same in every release"),),
    ),
)
