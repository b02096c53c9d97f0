# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The terms of a drain or a hold are its reason, who asked for it, and when it ends.

The end is a time of the wall clock (seconds since 1970), because people say it so and because it must be right after a
boot too. No clock is read here: ``wall`` is the time now.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from datetime import datetime

REASON_MAX = 200  # characters
BY_MAX = 64
AHEAD_MAX_S = 3653 * 86400  # ten years
UNITS_S = (86400, 3600, 60, 1)
SECONDS = re.compile(r"[0-9]{1,9}")
DURATION = re.compile(r"(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")
EXAMPLES = (
    "a duration, such as 90 (seconds), 30m, 2h or 1d12h, nor a time with its time zone, such as 2026-11-30T14:30:00Z"
)


class TermsError(ValueError):
    """The terms are not usable; the message says why and what to write."""


@dataclass(frozen=True)
class Terms:
    """It keeps the terms. ``until`` is seconds since 1970, None without an end; a text is "" where none was given."""

    reason: str = ""
    by: str = ""
    until: Optional[int] = None

    def over(self, wall: float) -> bool:
        """Return whether the end has come."""
        return self.until is not None and wall >= self.until

    def words(self, wall: Optional[float] = None) -> str:
        """Return them as they follow a word such as "drained"; with ``wall`` also how much time is left."""
        said = (f" by {self.by}" if self.by else "") + (f": {self.reason}" if self.reason else "")
        if self.until is None:
            return said
        if wall is None:
            return f"{said}, until {_moment(self.until):%Y-%m-%d %H:%M:%S} UTC"
        today = _moment(self.until).date() == _moment(int(wall)).date()
        end = f"{_moment(self.until):{'%H:%M' if today else '%Y-%m-%d %H:%M'}} UTC"
        return f"{said}, until {end}, {_left(self.until - wall)} left"

    def values(self, wall: float) -> dict[str, Any]:
        """Return them as the status has them; :func:`parse` takes them back."""
        return {
            "reason": self.reason or None,
            "by": self.by or None,
            "expires": None if self.until is None else _iso(self.until),
            "expires_in_s": None if self.until is None else round(max(self.until - wall, 0.0), 3),
        }


def parse(asked: Any, wall: float, before: Optional[Terms] = None) -> Terms:
    """Return the terms that a client asks for: ``reason``, ``expires`` and ``by``, each of which may be missing.

    What is missing stays as it was ``before``. Raises :class:`TermsError`.
    """
    if not isinstance(asked, dict):
        raise TermsError("maintenance is an object with reason, expires and by")
    before = before or Terms()
    until = _expiry(asked.get("expires"), wall)
    return Terms(
        one_line("reason", asked.get("reason"), REASON_MAX) or before.reason,
        one_line("by", asked.get("by"), BY_MAX) or before.by,
        before.until if until is None else until,
    )


def one_line(name: str, value: Any, longest: int) -> str:
    """Return a text for people, "" for None. Raises :class:`TermsError` where it is no short line."""
    text = value.strip() if isinstance(value, str) else value
    if text is None:
        return ""
    if not isinstance(text, str) or not text.isprintable():
        raise TermsError(f"{name} is one line of text, without control characters")
    if len(text) > longest:
        raise TermsError(f"{name} has {len(text)} characters: at most {longest} are kept")
    return text


def _expiry(value: Any, wall: float) -> Optional[int]:
    """Return the end in seconds since 1970, rounded up; None without one."""
    text = str(value).strip() if value is not None else ""
    if not text:
        return None
    until = _end(text, wall)
    if until <= wall:
        raise TermsError(f"expires {text!r} is in the past: on this node it is {_iso(int(wall))}")
    if until > wall + AHEAD_MAX_S:
        raise TermsError(f"expires {text!r} is more than ten years away: leave it out where there is no end")
    return math.ceil(until)


def _end(text: str, wall: float) -> float:
    if SECONDS.fullmatch(text):
        return wall + int(text)
    duration = DURATION.fullmatch(text)
    if duration:
        return wall + sum(int(each) * unit_s for each, unit_s in zip(duration.groups("0"), UNITS_S))
    from datetime import datetime

    try:
        # Python 3.9 does not read the Z of ISO 8601.
        moment = datetime.fromisoformat(text[:-1] + "+00:00" if text[-1] in "Zz" else text)
        if moment.tzinfo is not None:
            return moment.timestamp()
    except (ValueError, OverflowError):
        raise TermsError(f"expires {text[:40]!r} is neither {EXAMPLES}") from None
    utc = f"{moment.isoformat()}Z"
    raise TermsError(f"expires {text!r} names no time zone: write {utc} for UTC, or an offset such as +01:00")


def _moment(at: int) -> datetime:
    from datetime import datetime, timezone  # half a megabyte, of which most agents have no use

    return datetime.fromtimestamp(at, timezone.utc)


def _iso(at: int) -> str:
    return f"{_moment(at):%Y-%m-%dT%H:%M:%SZ}"


def _left(seconds: float) -> str:
    whole = max(math.ceil(seconds), 0)
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{whole} s"
