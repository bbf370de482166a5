"""The cost of a message to a group in packets, by a run and by a closed form."""

from imteach.scenario import Fault, Offline, Say, Scenario
from imteach.scenario.checks import share, whole

GROUP = "friends"
APART = 10  # simulated ms between two messages
PULLS = ("offline:R", "offline:A")  # sent at heartbeats and logins, whether anything is said or not


def group_cost(members: int, online: float = 1, ack_every: int = 1, messages: int = 1) -> float:
    """Return how many packets a message to a group takes, by a run; pulls at heartbeats are left out.

    `members` counts all in the group, its sender too; `online` is the share of the others who are logged in, rounded to
    whole people; they ack after every `ack_every` of the `messages`, and the rest after a delay. Raises
    `InputError` for a value that breaks its rule.

    Source: the author's sequel on groups; 200 members of whom 20% are online.

    >>> group_cost(200, online=0.2), group_cost_formula(200, online=0.2)
    (123.0, 123.0)
    >>> group_cost(200, online=0.2, ack_every=10, messages=10)
    51.0
    """
    others = _others_online(members, online, ack_every, messages)
    people = ["alice", *(f"p{number}" for number in range(1, members))]
    scenario = Scenario(
        "group",
        say=[Say(f"message {number + 1}", to=GROUP, at=1000 + APART * number) for number in range(messages)],
        groups={GROUP: people},
        ack_every=ack_every,
        ack_delay=APART * messages + 1000,
        heartbeat=10**6,
    )
    absent: list[Fault] = [Offline(person) for person in people[1 + others :]]
    counts = scenario.run(*absent).counts
    return sum(count for kind, count in counts.items() if kind not in PULLS) / messages


def group_cost_formula(members: int, online: float = 1, ack_every: int = 1, messages: int = 1) -> float:
    """Return the same in closed form: 3 + n + 2 · n · ⌈M/k⌉ / M for n others online, M messages and an ack after k.

    Three packets between the sender and the server (msg:R, msg:A, ack:N), a msg:N for each of the n, and from each
    of them ⌈M/k⌉ times an ack:R with its ack:A.

    >>> group_cost_formula(3), group_cost_formula(3, ack_every=2, messages=4)
    (9.0, 7.0)
    """
    others = _others_online(members, online, ack_every, messages)
    acks = -(-messages // ack_every)
    return 3 + others + 2 * others * acks / messages


def _others_online(members: int, online: float, ack_every: int, messages: int) -> int:
    """Check the values; return how many members besides the sender are logged in."""
    whole(members, "members", most=100_000, least=2)
    whole(ack_every, "ack_every", most=1000, least=1)
    whole(messages, "messages", most=10_000, least=1)
    return round((members - 1) * share(online, "online"))
