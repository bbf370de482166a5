"""Who can reach whom: crashed nodes, people who are logged out, links that are cut, connections that broke."""

from collections import Counter
from collections.abc import Hashable, Iterable

from imteach.protocol import SERVER
from imteach.tell.words import the


class Network:
    """The state of every link between a person and the server.

    A client that crashes loses its connection: until the server learns of a new login, what it sends to that client
    goes nowhere.

    >>> network = Network(["alice", "bob"])
    >>> network.crash("bob")
    >>> network.cannot_arrive("server", "bob", nowhere=False)
    'bob is down'
    """

    def __init__(self, people: Iterable[str]) -> None:
        self.is_troubled = False  # whether anything was ever down, away or cut
        self.down: set[str] = set()
        self.away: Counter[str] = Counter()  # how many reasons each person has to be logged out
        self.cut: Counter[tuple[str, str]] = Counter()  # by way, from whom to whom: how many cuts
        self._line = dict.fromkeys(people, 1)  # the connection of each client, counted up at each crash
        self._known = dict(self._line)  # the one that the server knows of

    def crash(self, node: str) -> None:
        """A node is down from now on."""
        self.is_troubled = True
        self.down.add(node)
        if node != SERVER:
            self._line[node] += 1

    def key(self) -> Hashable:
        """All of it, as a value; of connections only how far the server is behind."""
        away, cut = frozenset((+self.away).items()), frozenset((+self.cut).items())
        return frozenset(self.down), away, cut, tuple(self._line[name] - known for name, known in self._known.items())

    def leave(self, person: str) -> None:
        """A person has one reason more to be logged out."""
        self.is_troubled = True
        self.away[person] += 1

    def sever(self, way: tuple[str, str]) -> None:
        """A link is cut, from whom to whom, once more."""
        self.is_troubled = True
        self.cut[way] += 1

    def is_in(self, person: str) -> bool:
        """Whether this person's client runs and is logged in."""
        return person not in self.down and not self.away.get(person)

    def line(self, person: str) -> int:
        """The connection that this client has now."""
        return self._line[person]

    def line_to(self, person: str) -> int:
        """The connection that the server sends on when it sends to this client."""
        return self._known[person]

    def goes_nowhere(self, dst: str) -> bool:
        """Whether what the server sends to this client now goes on a connection that is gone since a crash."""
        return dst != SERVER and self._known[dst] != self._line[dst]

    def server_learns(self, person: str, line: int) -> None:
        """A login has reached the server: it knows this connection now."""
        self._known[person] = line

    def cannot_leave(self, src: str, dst: str) -> str:
        """Why a packet cannot leave now, in words; "" if it can."""
        if self.away.get(src):
            return f"{src} is logged out"
        return self._cut(src, dst)

    def cannot_arrive(self, src: str, dst: str, nowhere: bool) -> str:
        """Why a packet cannot arrive now, in words; "" if it can. `nowhere`: it was sent on a connection that is gone.

        A person is who is cut off: what has left them by then still arrives at the server.
        """
        if dst in self.down:
            return f"{the(dst)} is down"
        if dst == SERVER:
            return ""
        if self.away.get(dst):
            return f"{dst} is logged out"
        if nowhere:
            return f"{dst}'s old connection is gone"
        return self._cut(src, dst)

    def _cut(self, src: str, dst: str) -> str:
        return f"the link from {the(src)} to {the(dst)} is cut" if self.cut.get((src, dst)) else ""
