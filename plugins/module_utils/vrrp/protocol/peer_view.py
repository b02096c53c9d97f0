# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is known of the other node of a pair, and whether it can take over: from what it told, and from its silence.

Nothing here moves mastership: it explains. Times are monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Optional

from . import peer_session
from .peer_report import VERSION, InstanceReport, NodeReport, PeerReport
from .states import State

SILENT_S = 5.0  # without a message: it is sent once a second, and some may be lost
NOBODY_S = 2.0  # the same where its kernel has answered that nobody listens: a restart takes less
SETTLE_S = 3.0  # both nodes may be MASTER for a moment while one takes over, and differ while both are reloaded
CLOCK_S = 2.0  # clocks that are further apart are worth a warning
DISCARDS = 5  # so many of a kind within DISCARDS_S, and it is told
DISCARDS_S = 10.0

RUN_AGAIN = "run the playbook ha_pair on both nodes"


@dataclass(frozen=True)
class PeerFinding:
    """It is a clause about the other node, and what to do."""

    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.text} ({self.remedy})"


@dataclass(frozen=True)
class Standby:
    """It says whether the other node can take over an instance: ``ready`` is None while that is not known.

    ``finding`` says why it cannot, or why that is not known; it is None where the answer may come any moment.
    ``planned`` says that it is drained, and ``stopped`` that it is drained, or that its agent stopped by an order.
    """

    ready: Optional[bool]
    finding: Optional[PeerFinding] = None
    report: Optional[InstanceReport] = None  # what was told of it last
    planned: bool = False
    stopped: bool = False


@dataclass
class _Told:
    report: InstanceReport
    at: float
    since: float  # when it was told first that it is in this state
    unlike_at: Optional[float] = None  # when its configuration was found not to fit, since when it never has


@dataclass
class PeerView:
    """It is what this node knows of the other one, at ``address`` and ``port``. ``since`` is when it began to listen.

    ``problem`` is why nothing can be sent or heard at all, ``unsent`` why the last message was not sent, and
    ``nobody_at`` when the other node answered that nobody listens there.
    """

    address: str
    port: int
    since: float
    release: str
    problem: Optional[PeerFinding] = None
    unsent: Optional[str] = None
    nobody_at: Optional[float] = None
    node: Optional[NodeReport] = None
    heard_at: Optional[float] = None
    clock_s: float = 0.0  # so far its clock is ahead of ours
    newer: Optional[int] = None  # the version of its messages, where we cannot read that
    discarded: dict[str, int] = field(default_factory=dict)  # by reason
    _began_at: float = 0.0  # when it was heard first, or again
    _told: dict[str, _Told] = field(default_factory=dict)
    _discards: dict[str, deque[float]] = field(default_factory=dict)

    # What is heard

    def heard(self, report: PeerReport, wall: float, now: float) -> None:
        """Take a message; ``wall`` is our clock, seconds since 1970."""
        self._alive(now)
        self.node, self.newer, self.clock_s = report.node, None, report.node.wall - wall
        for each in report.instances:
            before = self._told.get(each.name)
            if before is None or now - before.at > SILENT_S:
                self._told[each.name] = _Told(each, now, now)
                continue
            since = before.since if before.report.state == each.state else now
            self._told[each.name] = _Told(each, now, since, before.unlike_at)

    def heard_newer(self, version: int, now: float) -> None:
        """Take that a message came whose version we cannot read."""
        self._alive(now)
        self.newer = version

    def discard(self, reason: str, now: float) -> None:
        """Count a message that was not accepted."""
        self.discarded[reason] = self.discarded.get(reason, 0) + 1
        self._discards.setdefault(reason, deque(maxlen=DISCARDS)).append(now)

    def forget_old(self, now: float) -> None:
        """Forget instances that the other node has not told of lately."""
        self._told = {name: told for name, told in self._told.items() if now - told.at <= SILENT_S}

    def _alive(self, now: float) -> None:
        if self.silent(now):
            self._began_at = now
        self.heard_at, self.nobody_at = now, None

    # What it means

    @property
    def name(self) -> str:
        """Return the name of the other node, or its address."""
        return self.node.name if self.node is not None and self.node.name else self.address

    def silent(self, now: float) -> bool:
        """Return whether nothing has been heard lately."""
        return self.heard_at is None or now - self.heard_at > (SILENT_S if self.nobody_at is None else NOBODY_S)

    def silence(self, now: float) -> Optional[PeerFinding]:
        """Return why nothing is known of the other node; None while it is, and while it may be any moment."""
        if self.problem is not None:
            return self.problem
        if not self.silent(now):
            return None
        if self.heard_at is None and now - self.since <= SILENT_S:
            return None
        if self._many(peer_session.SIGNATURE, now):
            text = "its messages are signed with another key than that of this node"
            return PeerFinding(text, f"{RUN_AGAIN}, or give both the same key file")
        if self.unsent is not None:
            text = f"this node cannot send to {self.address}: {self.unsent}"
            return PeerFinding(text, "look at the route to it, and at the firewall")
        if self.heard_at is not None and self.node is not None and self.node.stopping:
            text = f"its agent was stopped {now - self.heard_at:.0f} s ago"
            return PeerFinding(text, "systemctl start hotstandby there")
        if self.nobody_at is not None:
            remedy = "systemctl start hotstandby there; where keepalived runs there, leave peer_status out"
            return PeerFinding(f"no agent listens there on UDP port {self.port}", remedy)
        if self._many(peer_session.UNPROVEN, now):
            text = "its messages answer none that this node has sent lately"
            return PeerFinding(text, f"does a firewall drop UDP port {self.port} on the way to it?")
        ago = "since the agent started here" if self.heard_at is None else f"for {now - self.heard_at:.0f} s"
        remedy = f"is that node up, its agent running, and does a firewall drop UDP port {self.port}?"
        return PeerFinding(f"nothing was heard of it {ago}", remedy)

    def doubts(self, now: float) -> list[PeerFinding]:
        """Return what is wrong with the other node beside its instances, or with its messages."""
        found = []
        if self._many(peer_session.REPLAY, now):
            found.append(PeerFinding("somebody sends its messages again", "look who else is on the network"))
        if self._many(peer_session.MALFORMED, now):
            text = f"what comes from UDP port {self.port} there is no message"
            found.append(PeerFinding(text, "does another program use that port?"))
        if not self.silent(now) and self._many(peer_session.SIGNATURE, now):
            text = "somebody sends messages with its address that are not signed with the key"
            found.append(PeerFinding(text, "look who else is on the network"))
        if self.silent(now) or self.node is None:
            return found
        if self.newer is not None:
            return [*found, self._newer(self.newer)]
        if abs(self.clock_s) > CLOCK_S:
            way = "ahead" if self.clock_s > 0 else "behind"
            text = f"its clock is {abs(self.clock_s):.0f} s {way}"
            found.append(PeerFinding(text, "let both nodes take the time from one source: look at timedatectl"))
        if self.node.release != self.release:
            found.append(PeerFinding(f"it runs another release of the agent ({self.node.version})", RUN_AGAIN))
        return found

    def _newer(self, version: int) -> PeerFinding:
        text = f"its messages are of version {version}, and this agent reads no more than version {VERSION}"
        return PeerFinding(text, "install the newer release here, too")

    def standby(self, name: str, digest: str, master_since: float, now: float) -> Standby:
        """Return whether the other node can take over the instance ``name``, of which this node is MASTER.

        ``digest`` is of our configuration of it, behind the number of its format and a colon.
        """
        stopped = self.node is not None and (self.node.stopping or self.node.drained)
        silence = self.silence(now)
        if silence is not None:
            return Standby(False, silence, stopped=stopped)
        if self.silent(now) or self.node is None:
            return Standby(None, None if self.newer is None else self._newer(self.newer))
        if self.newer is not None:
            return Standby(None, self._newer(self.newer))
        told = self._told.get(name)
        report = None if told is None else told.report
        if self.node.stopping:
            stopping = PeerFinding("its agent is stopping", "systemctl start hotstandby there")
            return Standby(False, stopping, report, stopped=stopped)
        if self.node.drained:
            drained = PeerFinding("it is drained", "hotstandby undrain there")
            return Standby(False, drained, report, planned=True, stopped=stopped)
        if told is None or now - told.at > SILENT_S:
            if now - self._began_at <= SILENT_S:  # another message may tell of it
                return Standby(None)
            return Standby(False, PeerFinding(f"it does not have {name}", RUN_AGAIN))
        finding = _state(told, master_since)
        if finding is None and told.report.state != State.BACKUP.value:
            return Standby(None, None, told.report)
        if told.report.digest == digest:
            told.unlike_at = None
        elif finding is None and _format(told.report.digest) != _format(digest):
            text = f"its configuration of {name} cannot be compared: it runs another release"
            return Standby(None, PeerFinding(text, RUN_AGAIN), told.report)
        elif finding is None:
            told.unlike_at = now if told.unlike_at is None else told.unlike_at
            if now - told.unlike_at < SETTLE_S:
                return Standby(None, None, told.report)
            finding = PeerFinding(f"its configuration of {name} does not fit that of this node", RUN_AGAIN)
        return Standby(finding is None, finding, told.report)

    def _many(self, reason: str, now: float) -> bool:
        at = self._discards.get(reason)
        return at is not None and len(at) >= DISCARDS and now - at[0] <= DISCARDS_S


def _format(digest: str) -> str:
    return digest.partition(":")[0]


def _state(told: _Told, master_since: float) -> Optional[PeerFinding]:
    """Return why an instance in this state cannot take over; None also where it changes just now."""
    report = told.report
    troubles = "; ".join(report.troubles)
    if report.state == State.MASTER.value:
        if told.at - max(told.since, master_since) < SETTLE_S:
            return None
        remedy = "they do not hear each other: does a firewall drop IP protocol 112?"
        return PeerFinding("it is MASTER, too", remedy)
    if report.state == State.BACKUP.value:
        if not troubles:
            return None
        return PeerFinding(f"{troubles} there, which leaves it priority {report.priority}", "mend that on that node")
    if report.state == State.FAULT.value:
        return PeerFinding(f"it is in FAULT: {troubles or 'it does not say why'}", "mend that on that node")
    return PeerFinding(
        f"it is in {report.state}{f': {troubles}' if troubles else ''}", "hotstandby status there says why"
    )
