"""The rules of the network, in one place: who is down, away or cut off, and what follows from it.

A `Network` is a value: whatever happens to it gives a new one. The simulator and the search without a clock both ask
it; when something happens is for them to decide.

- A client has one connection to the server. It ends in a crash of the client; what the server sends on it from then on
  goes nowhere, until the server learns of a login on the next one.
- A packet is lost when its receiver cannot be reached at the moment it would arrive (crashed, logged out, link cut), or
  when its sender is logged out or cut off as it transmits; what left before then still arrives.
- A person may be away for several reasons at once, and a link cut, until the last of the reasons is gone.
- A login or logout is news that the server learns later. So is a client's crash, which the network reports.
- A restart of the server ends every connection: each running client notices and logs in again.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Literal

from imteach.protocol import SERVER, Rung, Value
from imteach.tell.words import the
from imteach.trace.outcomes import is_under_way

Way = tuple[str, str]
"""One way over a link: from whom to whom."""

Command = Literal["login", "logout"]
"""The commands to a client of which the server learns."""


class News(Value, frozen=True):
    """What the server has yet to learn: a person's login or logout on this `connection`, or a `crash` before it."""

    person: str
    online: bool
    connection: int
    crash: bool = False


class Network(Value, frozen=True):
    """How every link between a person and the server stands.

    `connection` numbers the one that the client of each of the `people` has, one more at each crash; `known` is the one
    that the server knows of. `away` names a person, and `cut` a way, once for each reason.

    >>> network = Network.among(["alice", "bob"]).crash("bob")
    >>> network.cannot_arrive("server", "bob"), network.restart("bob").goes_nowhere("bob")
    ('bob is down', True)
    """

    people: tuple[str, ...]
    connection: tuple[int, ...]
    known: tuple[int, ...]
    down: frozenset[str] = frozenset()
    away: tuple[str, ...] = ()
    cut: tuple[Way, ...] = ()

    @classmethod
    def among(cls, people: Iterable[str]) -> "Network":
        """Return the network at the start: everybody is logged in, and the server knows."""
        people = tuple(people)
        return cls(people, (0,) * len(people), (0,) * len(people))

    # What happens to it

    def crash(self, node: str) -> "Network":
        """A node is down from now on; a client's connection ends with it."""
        crashed = self._replace(down=self.down | {node})
        if node == SERVER:
            return crashed
        return crashed._replace(connection=self._with(self.connection, node, self.connection_of(node) + 1))

    def restart(self, node: str) -> "Network":
        """A node runs again."""
        return self._replace(down=self.down - {node})

    def leave(self, person: str) -> "Network":
        """A person has one reason more to be away."""
        return self._replace(away=tuple(sorted((*self.away, person))))

    def come_back(self, person: str) -> "Network":
        """A person has one reason less to be away."""
        return self._replace(away=_without(self.away, person))

    def sever(self, way: Way) -> "Network":
        """A link is cut one way, once more."""
        return self._replace(cut=tuple(sorted((*self.cut, way))))

    def mend(self, way: Way) -> "Network":
        """A cut is mended; if it was the last one, the link works again that way."""
        return self._replace(cut=_without(self.cut, way))

    def learn(self, news: News) -> "Network":
        """The server has learned news that it heeds; after a login it knows the new connection."""
        return self._replace(known=self._with(self.known, news.person, news.connection)) if news.online else self

    # Who can reach whom

    def goes_nowhere(self, dst: str) -> bool:
        """Whether what is sent to this node now goes on an old connection, which a crash has ended."""
        return dst != SERVER and self.behind(dst, self.connection_of(dst)) != 0

    def cannot_leave(self, src: str, dst: str) -> str:
        """Why a packet cannot leave now, in words; "" if it can."""
        if src in self.away:
            return f"{src} is logged out"
        return self._cut(src, dst)

    def cannot_arrive(self, src: str, dst: str, nowhere: bool = False) -> str:
        """Why a packet cannot arrive now, in words; "" if it can. `nowhere`: it was sent on a connection that is gone.

        Nothing keeps what has left a person from a server that runs: cuts and absences count at the person's end.
        """
        if dst in self.down:
            return f"{the(dst)} is down"
        if dst == SERVER:
            return ""
        if dst in self.away:
            return f"{dst} is logged out"
        if nowhere:
            return f"{dst}'s old connection is gone"
        return self._cut(src, dst)

    def _cut(self, src: str, dst: str) -> str:
        return f"the link from {the(src)} to {the(dst)} is cut" if (src, dst) in self.cut else ""

    # Who logs in or out, and what the server learns of it

    def is_in(self, person: str) -> bool:
        """Whether this person's client runs and is logged in."""
        return person not in self.down and person not in self.away

    def has_just_left(self, person: str) -> bool:
        """Whether a person who has just left logs out now: their client runs, and they were not away before."""
        return person not in self.down and self.away.count(person) == 1

    def after_restart(self, node: str) -> list[tuple[str, Command]]:
        """Who logs in or out when this node has started again.

        After a restart of the server everybody who is in logs in; after that of a client, it logs in, or out if its
        person is away by now.
        """
        if node == SERVER:
            return [(person, "login") for person in self.people if self.is_in(person)]
        return [(node, "login" if self.is_in(node) else "logout")]

    def news_of(self, person: str, command: Command) -> News:
        """What the server will learn of a person who logs in or out now."""
        return News(person, command == "login", self.connection_of(person))

    def news_of_crash(self, person: str) -> News:
        """What the server will learn of a client that has just crashed."""
        return News(person, False, self.connection_of(person), crash=True)

    def heeds(self, news: News, is_online: Callable[[], bool]) -> bool:
        """Whether the server changes its table over this news: if it runs, and the news is not overtaken.

        Overtaken is news of an older connection than the server knows of, and news of a crash if the client has logged
        in since. That somebody has gone is no news if `is_online` says that they are not in the table.
        """
        if SERVER in self.down:
            return False
        behind = self.behind(news.person, news.connection)
        if behind < 0 or (news.crash and behind == 0):
            return False
        return news.online or is_online()

    # Its connections

    def connection_of(self, person: str) -> int:
        """The connection that this person's client has now."""
        return self.connection[self.people.index(person)]

    def behind(self, person: str, connection: int) -> int:
        """How many connections the server is behind this one of a person's."""
        return connection - self.known[self.people.index(person)]

    def canonical(self) -> "Network":
        """Return it with connections counted from those that the server knows of: their numbers are only compared."""
        counted = tuple(map(self.behind, self.people, self.connection))
        return self._replace(connection=counted, known=(0,) * len(counted))

    def _with(self, connections: tuple[int, ...], person: str, connection: int) -> tuple[int, ...]:
        place = self.people.index(person)
        return (*connections[:place], connection, *connections[place + 1 :])


def forgotten(screen: Mapping[str, str], known: Container[str], rung: Rung) -> list[str]:
    """Return the msgids of what a crash took from a person's screen, which shows these statuses.

    What is settled stays. What was not is gone, unless it is among the msgids that the restarted client has `known`.

    >>> from imteach.protocol import LADDER
    >>> forgotten({"m1": "delivered", "m2": "sent"}, [], LADDER["dedup"])
    ['m2']
    """
    return [msgid for msgid, status in screen.items() if is_under_way(status, rung) and msgid not in known]


def _without(parts: tuple[Any, ...], part: Any) -> tuple[Any, ...]:
    """Return the tuple without one of its parts that equal `part`."""
    place = parts.index(part)
    return (*parts[:place], *parts[place + 1 :])
