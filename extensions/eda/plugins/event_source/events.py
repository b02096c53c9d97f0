# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is an event source of Event-Driven Ansible. It follows the agents of many hosts, by ssh or on this host.

ansible-rulebook runs this file alone, so it imports only the standard library.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import logging
import re
import shlex
import signal
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Optional

DOCUMENTATION = r"""
---
short_description: What happens to hot-standby pairs
description:
  - Follows the VRRP agents of hosts, with C(hotstandby events --follow --json) on each of them.
  - Every event is a dictionary below C(event.vrrp), with C(type), C(host), C(time) (ISO 8601, by the clock of the host)
    and C(reason), which is one sentence for people.
  - C(type) is C(transition), C(fault) or C(conflict) for what an agent told, C(standby) when a standby becomes ready or
    is so no more, or has another state since, C(unreachable) and C(reachable) for the connection to a host.
  - An event C(standby) has C(planned), which is true where the standby was not ready only because it was drained or its
    agent was stopped or started.
  - What a host says is not to be trusted, and Ansible expands templates in the variables of a playbook, which an event
    becomes. So no string of an event has C({{), C({%), C({#) or C(#jinja2:); there is a space after the first sign.
  - An agent remembers its last 256 entries of each instance. After a broken connection the source goes on with the
    first entry that it has not seen, so nothing comes twice, and nothing is lost that the agent remembers.
options:
  hosts:
    description:
      - Names of hosts as ssh knows them, or dictionaries with C(name), C(address) and any of the options O(user),
        O(port), O(private_key_file), O(ssh_args), O(connection), O(command) and O(runtime_dir) for this host alone.
    type: list
    required: true
  user:
    description: As whom to log in. Without it ssh decides.
    type: str
  port:
    description: The port of the ssh server. Without it ssh decides.
    type: int
  private_key_file:
    description: The private key. Without it ssh decides.
    type: str
  ssh_args:
    description: More arguments of ssh, in one string.
    type: str
    default: ""
  connection:
    description: V(local) runs the command on this host, which asks the control socket of the agent here.
    type: str
    choices: [ssh, local]
    default: ssh
  command:
    description:
      - How to run the agent's command. It needs root or membership in the group C(hotstandby), so it may be
        V(sudo -n hotstandby).
    type: str
    default: hotstandby
  runtime_dir:
    description: Where the agent has its control socket.
    type: str
    default: /run/hotstandby
  since:
    description: Also what happened so many seconds before the source was started.
    type: float
    default: 0
  standby_interval:
    description: After how many seconds to ask again whether the standby is ready; 0 does not ask.
    type: float
    default: 30
  retries:
    description: After so many failed connections in a row a host is C(unreachable). The source goes on trying.
    type: int
    default: 3
  delay_max:
    description:
      - The longest pause between two tries, in seconds. The first pause is a second, and each is twice as long as the
        one before.
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: Two hosts that ssh knows by these names
  hotstandby.vrrp.events:
    hosts: [web-a, web-b]
    user: monitor
    command: sudo -n hotstandby

- name: Hosts with addresses of their own
  hotstandby.vrrp.events:
    hosts:
      - {name: web-a, address: 192.168.8.4}
      - {name: web-b, address: 192.168.8.5, port: 2222}
    private_key_file: /etc/eda/key
    since: 600

- name: The agent of this host
  hotstandby.vrrp.events:
    hosts: [{name: web-a, connection: local}]
"""

LOGGER = logging.getLogger(__name__)
LINE_MAX = 16 << 20  # octets, as in the answers of the agent
ERROR_MAX = 2000  # octets of an error message
REMEMBERED = 256  # entries of one instance: the agent has no more
TEMPLATE = re.compile(r"\{(?=[{%#])|#(?=jinja2:)")  # the first sign of what opens a template, or says what opens one
PR_SET_PDEATHSIG = 1  # linux/prctl.h
FIRST_DELAY_S = 1.0
STATUS_S = 30.0  # until the status must be there
END_S = 1.0  # until a program that has closed its output has ended
# What an answer can raise that is none. A host may answer anything, and must not end the events of the others.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
PLANNED = ("STOP", "INIT")  # the states of a standby that is drained, or whose agent stops or has just started
CANCEL_S = 0.1  # until what has not ended is cancelled again
SSH = (
    *("ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"),
    *("-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3"),  # a dead host is noticed after 30 s
)


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Put the events of all hosts into the queue until it is cancelled. Raises ArgumentError."""
    options, hosts = checked(args)
    followers = [asyncio.ensure_future(Follower(host, options, queue).run()) for host in hosts]
    try:
        for ended in (await asyncio.wait(followers, return_when=asyncio.FIRST_EXCEPTION))[0]:
            ended.result()
    finally:
        # asyncio loses a cancellation that comes as a program ends (wait_for before Python 3.12), or starts by sudo.
        while not all(follower.done() for follower in followers):
            for follower in followers:
                follower.cancel()
            await asyncio.wait(followers, timeout=CANCEL_S)


# The arguments


class ArgumentError(ValueError):
    """An argument of the source is wrong. The text names it, and what to write."""


@dataclass(frozen=True)
class Options:
    """It has what is the same for all hosts."""

    since: float = 0.0
    standby_interval: float = 30.0
    retries: int = 3
    delay_max: float = 60.0


@dataclass(frozen=True)
class Monitored:
    """It is a host, and how its agent is asked. ``reach`` are the words before the agent's command."""

    name: str
    reach: tuple[str, ...]
    command: tuple[str, ...]

    def words(self, *asked: str) -> tuple[str, ...]:
        """Return the words of a program that asks its agent."""
        words = (*self.command[:-2], *asked, *self.command[-2:])
        return (*self.reach, shlex.join(words)) if self.reach else words


_TEXTS = {"user": None, "private_key_file": None, "ssh_args": "", "connection": "ssh", "command": "hotstandby"}
_OF_HOSTS = {**_TEXTS, "port": None, "runtime_dir": "/run/hotstandby"}
_NUMBERS = {"since": 0.0, "standby_interval": 0.0, "retries": 1, "delay_max": 1.0}  # the least that each may be


def checked(args: Mapping[str, Any]) -> tuple[Options, list[Monitored]]:
    """Return what the arguments say. Raises ArgumentError."""
    args = {name: value for name, value in args.items() if name != "eda_feedback_queue"}
    _refuse_unknown("", args, {"hosts", *_OF_HOSTS, *_NUMBERS})
    numbers: dict[str, Any] = {}
    for name, least in _NUMBERS.items():
        if args.get(name) is not None:
            numbers[name] = _number(name, args[name], least)
    hosts = args.get("hosts")
    if not isinstance(hosts, list) or not hosts:
        raise ArgumentError(f"hosts is {hosts!r}: write a list of hosts, such as hosts: [web-a, web-b]")
    common = {name: args[name] for name in _OF_HOSTS if args.get(name) is not None}
    found = [_host(each, common) for each in hosts]
    names = [each.name for each in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(f"hosts has {', '.join(twice)} more than once: its events would come twice")
    return Options(**numbers), found


def _refuse_unknown(where: str, args: Mapping[str, Any], known: set[str]) -> None:
    for name in args:
        if name not in known:
            raise ArgumentError(f"{where}{name} is no argument: there are {', '.join(sorted(known))}")


def _number(name: str, value: Any, least: float) -> Any:
    kind = type(least)
    with contextlib.suppress(TypeError, ValueError):
        number = kind(value)
        if not isinstance(value, bool) and least <= number < float("inf"):
            return number
    raise ArgumentError(f"{name} is {value!r}: write a{' whole' if kind is int else ''} number from {least:g} on")


def _host(given: Any, common: Mapping[str, Any]) -> Monitored:
    if isinstance(given, str):
        given = {"name": given}
    if not isinstance(given, dict) or not isinstance(given.get("name"), str) or not given["name"]:
        raise ArgumentError(f"hosts has {given!r}: write a name, or a dictionary with the key name")
    name = given["name"]
    _refuse_unknown(f"hosts: {name}: ", given, {"name", "address", *_OF_HOSTS})
    said = {**_OF_HOSTS, "address": name, **common, **{key: value for key, value in given.items() if value is not None}}
    for key in (*_TEXTS, "address", "runtime_dir"):
        if said[key] is not None and not isinstance(said[key], str):
            raise ArgumentError(f"hosts: {name}: {key} is {said[key]!r}: write a text")
    command = (*_split(name, "command", said["command"]), "--runtime-dir", said["runtime_dir"])
    if len(command) == 2:
        raise ArgumentError(f"hosts: {name}: command is empty: write hotstandby, or sudo -n hotstandby")
    if said["connection"] == "local":
        return Monitored(name, (), command)
    if said["connection"] != "ssh":
        raise ArgumentError(f"hosts: {name}: connection is {said['connection']!r}: write ssh or local")
    if said["address"].startswith("-"):
        raise ArgumentError(f"hosts: {name}: address is {said['address']!r}: ssh would take it for an option")
    reach = [*SSH, *_split(name, "ssh_args", said["ssh_args"])]
    for option, key in (("-l", "user"), ("-i", "private_key_file")):
        reach += [option, said[key]] if said[key] else []
    if said["port"] is not None:
        reach += ["-p", str(_number(f"hosts: {name}: port", said["port"], 1))]
    return Monitored(name, (*reach, said["address"]), command)


def _split(name: str, key: str, text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ArgumentError(f"hosts: {name}: {key} is {text!r}: {error}") from error


# What an agent tells


class Record:
    """It turns the lines of a host's record into events, and gives each entry once.

    What happened more than ``since_s`` before the first line is old, and no event.
    """

    def __init__(self, since_s: float) -> None:
        self._since_s = since_s
        self._began = time.monotonic()
        self._oldest: Optional[float] = None  # by the host's clock: what happened before is no event
        self._seen: dict[str, deque[tuple[int, float]]] = {}
        self._header: dict[str, Any] = {}
        self._number = 0

    def events(self, line: bytes) -> list[dict[str, Any]]:
        """Return the events of a line. Raises one of UNREADABLE where it is no line of a record."""
        found = json.loads(line)
        if "hotstandby_record" in found:
            self._header, self._number = found, found["lost"]
            if self._oldest is None:
                self._oldest = found["wall"] - self._since_s - (time.monotonic() - self._began)
            return []
        instance, entry = self._header["instance"], (self._number, found["at"])
        self._number += 1
        seen = self._seen.setdefault(instance, deque(maxlen=REMEMBERED))
        if entry in seen:
            return []
        seen.append(entry)
        at = self._header["wall"] + (found["at"] - self._header["monotonic"])
        if self._oldest is not None and at < self._oldest:
            return []
        return [{"instance": instance, "number": entry[0], "time": iso(at), **told} for told in happened(found)]


def happened(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what an entry says: faults, conflicts, and a change of the state."""
    given = entry.get("arguments", {})
    if entry["input"] in ("fault_changed", "group_fault_changed"):
        faults = list(given["faults"])
        yield {"type": "fault", "faults": faults, "reason": "; ".join(faults) or "no fault left"}
    if entry["input"] == "conflict":
        address, mac = given["address"], given["mac"]
        yield {"type": "conflict", "address": address, "mac": mac, "reason": f"{mac} claims {address} too"}
    for action in entry["actions"]:
        if action["is"] == "RivalHeard":
            text = f"{action['address']} is MASTER too, priority {action['priority']}"
            yield {"type": "conflict", "address": action["address"], "priority": action["priority"], "reason": text}
        if action["is"] == "Notify":
            yield {"type": "transition", **{name: action[name] for name in ("state", "priority", "reason")}}


def standby(instance: Mapping[str, Any], told: bool) -> dict[str, Any]:
    """Return what a host says of a standby, by its status; nothing where that is not for it to say.

    Where the agents of a pair tell each other how they do (``told``), the master says it, else the standby itself.
    """
    if instance["state"] != "MASTER":
        wrong = [*instance.get("faults", ()), *instance.get("warnings", ())]
        wrong = wrong or ([] if instance["state"] == "BACKUP" else [instance["why"]])
        found = {"state": instance["state"], "ready": not wrong, "problems": wrong}
        return {} if told else {**found, "planned": instance["state"] in PLANNED}
    said = instance.get("standby") or {}
    found = {name: said[name] for name in ("node", "state", "ready") if name in said}
    if not found:
        return {}
    planned = said.get("stopped") is True or said.get("state") in PLANNED
    return {**found, "problems": [said["why"]] if said["ready"] is False else [], "planned": planned}


def iso(at: float) -> str:
    """Return seconds since 1970 as in ISO 8601."""
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without_templates(found: Any) -> Any:
    """Return what a host has told, with no string in it, nor key, that Ansible takes for a template."""
    if isinstance(found, str):
        return TEMPLATE.sub(r"\g<0> ", found)
    if isinstance(found, dict):
        return {without_templates(key): without_templates(value) for key, value in found.items()}
    return [without_templates(each) for each in found] if isinstance(found, list) else found


class Follower:
    """It follows the agent of one host, and connects again when the connection has ended."""

    def __init__(self, host: Monitored, options: Options, queue: asyncio.Queue[Any]) -> None:
        self._host = host
        self._options = options
        self._queue = queue
        self._record = Record(options.since)
        self._failures = 0
        # The instances whose standby is not ready: how it is, and whether all since it was ready last was planned.
        self._unready: dict[str, tuple[tuple[Optional[str], bool], bool]] = {}

    async def run(self) -> None:
        """Put its events into the queue, for ever."""
        await asyncio.gather(self._follow(), self._ask())

    async def _follow(self) -> None:
        while True:
            try:
                async with Program(self._host.words("events", "--follow", "--json")) as program:
                    async for line in program:
                        found = self._record.events(line)
                        await self._answered()
                        for event in found:
                            await self._put(event)
                    reason = await program.reason()
            except UNREADABLE as error:
                reason = f"its answer is no record of events ({type(error).__name__}: {error})"
            except OSError as error:
                reason = f"cannot run {self._host.words()[0]}: {error.strerror or error}"
            await self._failed(reason)

    async def _answered(self) -> None:
        if self._failures >= self._options.retries:
            await self._put({"type": "reachable", "time": iso(time.time()), "reason": "its agent answers again"})
        self._failures = 0

    async def _failed(self, reason: str) -> None:
        self._failures += 1
        delay_s = min(FIRST_DELAY_S * 2.0 ** min(self._failures - 1, 30), self._options.delay_max)
        LOGGER.warning("%s: %s; the next try is in %g s", self._host.name, reason, delay_s)
        if self._failures == self._options.retries:
            await self._put({"type": "unreachable", "time": iso(time.time()), "reason": reason})
        await asyncio.sleep(delay_s)

    async def _ask(self) -> None:
        """Ask for the status again and again, as no entry says whether a standby is ready."""
        while self._options.standby_interval:
            # Where nobody answers, the other connection says so.
            with contextlib.suppress(OSError, asyncio.TimeoutError, *UNREADABLE):
                async with Program(self._host.words("status", "--json")) as program:
                    answer = json.loads(await asyncio.wait_for(program.answer(), STATUS_S))
                for instance in answer["instances"]:
                    await self._look(instance, answer.get("peer") is not None)
            await asyncio.sleep(self._options.standby_interval)

    async def _look(self, instance: Mapping[str, Any], told: bool) -> None:
        name, found = instance["name"], standby(instance, told)
        if not found:
            self._unready.pop(name, None)  # the next who says it says it anew
            return
        ready, before, now = found["ready"], self._unready.get(name), (found.get("state"), found["planned"])
        if ready is None or (ready and before is None) or (not ready and before is not None and before[0] == now):
            return
        planned = before is None or before[1]
        if ready:
            del self._unready[name]
            found["planned"] = planned
        else:
            self._unready[name] = now, planned and found["planned"]
        reason = "; ".join(found["problems"]) or "the standby is ready"
        await self._put({"type": "standby", "instance": name, "time": iso(time.time()), **found, "reason": reason})

    async def _put(self, event: Mapping[str, Any]) -> None:
        await self._queue.put({"vrrp": without_templates({"host": self._host.name, **event})})


_C_LIBRARY = ctypes.CDLL(None)


def end_with_parent() -> None:
    """Have this process end with its parent: Java ends ansible-rulebook at a signal, and cancels nothing."""
    with contextlib.suppress(AttributeError):  # only Linux has prctl(2)
        _C_LIBRARY.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Program:
    """It is a program that runs while its context is entered. Iterating gives its lines."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._said = b""  # the end of what it wrote to standard error

    async def __aenter__(self) -> Program:
        loop = asyncio.get_running_loop()
        # It is what create_subprocess_exec() does, which keeps the transport to itself.
        self._transport, protocol = await loop.subprocess_exec(
            lambda: asyncio.subprocess.SubprocessStreamProtocol(limit=LINE_MAX, loop=loop), *self._words,
            stdin=asyncio.subprocess.DEVNULL, preexec_fn=end_with_parent,
        )  # fmt: skip
        self._process = asyncio.subprocess.Process(self._transport, protocol, loop)
        self._listening = asyncio.ensure_future(self._listen(self._process.stderr))
        return self

    async def __aexit__(self, *exc: object) -> None:
        # Closing kills it, and closes the pipes, which a process that ssh leaves behind can hold open (ControlPersist).
        # Only root may kill what sudo runs; that ends when it writes, as nobody reads it any more.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            self._transport.close()
        self._listening.cancel()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait(), END_S)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._process.stdout is not None:
            line = await self._process.stdout.readline()
            if not line:
                return
            yield line

    async def answer(self) -> bytes:
        """Return everything that it writes. Raises ValueError where a line is too long."""
        found = b"".join([line async for line in self])
        await self.reason()
        return found

    async def _listen(self, stream: Optional[asyncio.StreamReader]) -> None:
        while stream is not None and not stream.at_eof():
            self._said = (self._said + await stream.read(ERROR_MAX))[-ERROR_MAX:]

    async def reason(self) -> str:
        """Wait for its end. Return why it has ended: the last line that it wrote to standard error."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait(), END_S)
        await asyncio.wait([self._listening], timeout=END_S)
        told = self._said.decode(errors="replace").strip().splitlines()
        ended = f"{self._words[0]} has ended with status {self._process.returncode}"
        return told[-1].removeprefix("error: ") if told else ended
