"""What a node holds, as rows of words: what each is called, its text, and what has changed in it."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from imteach.errors import quoted
from imteach.plain import plain
from imteach.protocol import Client, Server, Value
from imteach.scenario import Scenario
from imteach.tell.words import cut, few

SHOWN = 6  # things of a row that are named; of more than that the first and the last few
FEW = 3
MANY = 1_000_000
MOST_LETTERS = 100  # of a value that only a learner's class has
DOWN = "nothing: it is down"
EMPTY = "empty"
_NOTHING = object()  # no value of a state, not even None

Items = dict[str, Any]
"""What a row holds: things by name, each with what is to be said of it."""


@lru_cache(maxsize=4096)  # the same few come again and again
def name_of(name: str) -> str:
    """A name that a learner's class may have made up, on one line, cut where it is long."""
    return cut(name)


def _changed(name: str, before: object, now: object) -> str:
    """A thing of which something else is to be said now."""
    return f"{name_of(name)} changed"


class HeldText(Value, frozen=True):
    """What stands in a row from `since` on, in simulated ms; `change` is what has just changed, "" if nothing."""

    since: float
    text: str
    change: str = ""


class HeldRow(Value, frozen=True):
    """One thing that a node holds: `what` it is, what a crash would do to it (`kept`), and its history."""

    what: str
    kept: str
    history: tuple[HeldText, ...]


class History:
    """A row while a run is read.

    >>> row = History("cursor", "")
    >>> row.stand(0, "0"), row.stand(50, "0"), row.stand(100, "1", "from 0 to 1")
    (None, None, None)
    >>> [(standing.since, standing.text) for standing in row.done().history]
    [(0, '0'), (100, '1')]
    """

    def __init__(self, what: str, kept: str) -> None:
        self.what = what
        self.kept = kept
        self.standings: list[HeldText] = []

    def stand(self, t: float, text: str, change: str = "") -> None:
        """From `t` on this text stands here, instead of what stood there in the same moment."""
        past = self.standings
        if past and past[-1].text == text:
            return
        if past and past[-1].since == t:
            past.pop()
        past.append(HeldText(t, text, change))

    def done(self) -> HeldRow:
        """Return the row with its whole history."""
        return HeldRow(self.what, self.kept, tuple(self.standings))


class Reading(NamedTuple):
    """How one part of a node's `state()` is read: what the row is called, its things, and what is said of one.

    `moved` says how one thing has changed: its name, what was said of it, and what is said of it now.
    """

    what: str
    kept: str
    items: Callable[[Any], Items]
    words: Callable[[str, Any], str]
    moved: Callable[[str, Any, Any], str] = _changed


class StateRow(History):
    """A row that is read from a node's state again and again."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.what, reading.kept)
        self.reading = reading
        self.raw: object = _NOTHING
        self.items: Items = {}
        self.was_down = False

    def read(self, t: float, raw: object) -> None:
        """Read what the state says now; of anything strange that a learner's class returns, the text says what."""
        try:
            if self.standings and raw == self.raw:
                return
            change = self._grow(raw) or self._change_to(self.reading.items(raw))
            text, change = listed(self.items, self.reading.words), change if self.standings else ""
        except Exception:  # a learner's class can return anything
            self.items, text, change = {}, shown(raw), "changed" if self.standings else ""
            raw = _NOTHING
        self.stand(t, text, change)
        self.raw, self.was_down = raw, False

    def _grow(self, raw: object) -> str:
        """Add what was appended to a list that is as it was before; "" for any other change.

        A dedup table only grows, and can be long: nobody is to look through all of it for each message.
        """
        before, after = self.raw, raw
        if self.reading.items is not names_in or type(before) is not list or type(after) is not list:
            return ""
        new = names_in(after[len(before) :])
        if after[: len(before)] != before or new.keys() & self.items.keys():
            return ""
        self.items.update(new)
        return few([f"{name_of(name)} added" for name in new])

    def _change_to(self, now: Items) -> str:
        """What is new in it, gone from it, or different in it."""
        before, words, self.items = self.items, self.reading.words, now
        if self.was_down:
            return f"after the restart: {listed(now, words)}" if now else ""
        gone, new = _lacking(before, now), _lacking(now, before)
        changes = [f"{name_of(name)} removed" for name in gone] + [f"{name_of(name)} added" for name in new]
        expected = before | {name: now[name] for name in new}
        for name in gone:
            del expected[name]
        if expected != now:
            both = (name for name in now if expected[name] != now[name])
            changes += [self.reading.moved(name, expected[name], now[name]) for name in both]
        return few(changes) if changes else ""

    def not_told(self, t: float) -> None:
        """The state says nothing of it now."""
        self.stand(t, "state() does not tell it")
        self.raw, self.items = _NOTHING, {}

    def lose(self, t: float) -> None:
        """Its node crashes."""
        self.stand(t, DOWN, f"lost: {listed(self.items, self.reading.words)}" if self.items else "")
        self.raw, self.items, self.was_down = _NOTHING, {}, True

    def ever_held(self) -> bool:
        """Whether there was ever anything in it."""
        return any(standing.text not in (EMPTY, DOWN) for standing in self.standings)


def _lacking(names: Items, others: Items) -> list[str]:
    """The names that the others lack. Mostly there are none, which is quick to see; a queue can be long."""
    return [] if names.keys() <= others.keys() else [name for name in names if name not in others]


def listed(items: Items, words: Callable[[str, Any], str]) -> str:
    """Return the things of a row in words; of many the first and the last few, with a count.

    >>> listed(dict.fromkeys(["m1", "m2"]), named), listed(dict.fromkeys(f"m{n}" for n in range(1, 201)), named)
    ('m1, m2', 'm1, m2, m3 … m198, m199, m200 (200 in all)')
    """
    if not items:
        return EMPTY
    if len(items) <= SHOWN:
        return ", ".join([words(name, value) for name, value in items.items()])
    first = [words(name, items[name]) for name in islice(items, FEW)]
    last = [words(name, items[name]) for name in islice(reversed(items), FEW)]
    return f"{', '.join(first)} … {', '.join(reversed(last))} ({len(items)} in all)"


def named(name: str, _: object = None) -> str:
    """A thing by its name alone."""
    return name_of(name)


def shown(value: object) -> str:
    """Any value that a learner's class returns, as text: on one line, cut where it is long, the same in each run.

    >>> shown([1, "m1"]), shown(object())
    ("[1, 'm1']", '<object object>')
    """
    if type(value) is int and 0 <= value < MANY:
        return str(value)
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", quoted(value, 2 * MOST_LETTERS))
    line = " ".join(plain(text).split())
    return line if len(line) <= MOST_LETTERS else line[: MOST_LETTERS - 1] + "…"


def names_in(value: Iterable[object]) -> Items:
    """The names in a list."""
    if isinstance(value, str):
        raise TypeError("text is no list")
    return dict.fromkeys(_texts(value))


def _texts(value: Iterable[object]) -> list[str]:
    """A list that holds nothing but text."""
    texts = list(value)
    if set(map(type, texts)) - {str}:
        raise TypeError("expected nothing but text")
    return texts  # type: ignore[return-value]


def table(value: Mapping[str, Any]) -> Items:
    """The things in a table."""
    _texts(value.keys())
    return dict(value)


def _held_back(value: Mapping[str, Iterable[object]]) -> Items:
    """What is held back, with the sender or the group that it is of."""
    return {msgid: conversation for conversation, msgids in table(value).items() for msgid in names_in(msgids)}


ONLY_IN_MEMORY = "only in memory: a crash would lose it"
ON_DISK_TOO = "on its disk too: a crash would not lose it"
OF_A_LEARNER = "in memory; whether it is on its disk too stands below"


def client_readings(scenario: Scenario) -> dict[str, Reading]:
    """How the state of a client is read, by the keys of its `state()`.

    What its person sees, `status`, is left out: that is on the phone.
    """
    rung, tries = scenario.setting, scenario.retries + 1

    def try_of(msgid: str, count: object) -> str:
        return f"{name_of(msgid)}: try {shown(count)} of {tries}" if rung.retransmits else name_of(msgid)

    written = _kept(scenario.client is Client, rung.writes)
    waits = "waiting-ack queue" if rung.retransmits else "messages waited for"
    held = ONLY_IN_MEMORY + "; it is acked when it is shown, not before"
    return {
        "queue": Reading(
            waits, written, table, try_of, lambda msgid, _, count: f"{name_of(msgid)}: try {shown(count)}"
        ),
        "dedup": Reading(_dedup_table(scenario), written, names_in, named),
        "held": Reading(
            "hold-back buffer", held, _held_back, lambda msgid, of: f"{name_of(msgid)} {_from(scenario, of)}"
        ),
    }


def _dedup_table(scenario: Scenario) -> str:
    """What the dedup table is called, with what is chosen for it."""
    limits = [] if scenario.dedup_limit is None else [f"at most {scenario.dedup_limit}"]
    limits += [] if scenario.dedup_for is None else [f"each for {scenario.dedup_for} ms"]
    return " ".join(["dedup table", *([f"({', '.join(limits)})"] if limits else [])])


def _from(scenario: Scenario, conversation: str) -> str:
    return f"in {cut(conversation)}" if conversation in scenario.groups else f"from {cut(conversation)}"


def server_readings(scenario: Scenario) -> dict[str, Reading]:
    """How the state of the server is read, by the keys of its `state()`; but for its store: see `store_reading`."""
    online = "only in memory: after a crash nobody is online until they log in again"
    return {"online": Reading("online", online, names_in, named)}


def store_reading(scenario: Scenario, to: str) -> Reading:
    """How the part of the server's store is read that is for one person or group."""
    for_so_long = "" if scenario.store_for is None else f" (each for {scenario.store_for} ms)"
    what = f"log of {to}" if to in scenario.groups else f"offline store for {to}{for_so_long}"
    return Reading(cut(what), _kept(scenario.server is Server, True), names_in, named)


def cursors_reading(scenario: Scenario, group: str) -> Reading:
    """How the cursors of a group's members at the server are read."""
    kept = _kept(scenario.server is Server, True)
    what = f"cursors in {cut(group)}"
    return Reading(what, kept, table, lambda who, number: f"{name_of(who)} at {shown(number)}", _moved_on)


def cursor_reading(scenario: Scenario, group: str) -> Reading:
    """How the cursor of a member is read."""
    kept = _kept(scenario.client is Client, True, "on its disk too, with the dedup table")
    what = f"cursor in {cut(group)}"
    return Reading(what, kept, lambda number: {"": int(number)}, lambda _, number: _up_to(number), _moved_on)


def _moved_on(who: str, before: object, now: object) -> str:
    """How a cursor has moved; at a member it is the only one, without a name."""
    return f"{name_of(who)} moved from {shown(before)} to {shown(now)}".strip()


def _up_to(number: int) -> str:
    return f"{number}: nothing is missing up to there" if number else "0: nothing has come yet"


def own_reading(key: object) -> Reading:
    """How something is read that only a learner's class has in its state."""

    def nothing_known(value: object) -> Items:
        raise TypeError("whatever it is, it is shown as text")

    return Reading(cut(str(key)), OF_A_LEARNER, nothing_known, named)


def _kept(is_ours: bool, writes: bool, on_disk: str = ON_DISK_TOO) -> str:
    """Where something is kept; what a learner's class writes only its disk can tell."""
    if not is_ours:
        return OF_A_LEARNER
    return on_disk if writes else ONLY_IN_MEMORY
