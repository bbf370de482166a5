"""Loss in numbers, by arithmetic: what independent loss does to one message, as exact formulas.

Each packet is lost with the chance p, whatever happens to the others; q = 1 − p. While the sender's timer lasts
longer than a round trip, an attempt is over before the next one begins, and attempts are like throws of one die:
- it reaches bob with the chance q² (msg:R, msg:N) and informs alice with q⁴ (ack:R and ack:N as well); msg:A and
  ack:A are not on that way;
- it takes 1 + 2q + q² + 2q³ packets on average: msg:R; msg:A and msg:N if that came; ack:R if msg:N came; ack:A and
  ack:N if that came.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

from imteach.protocol import Client, Server
from imteach.scenario import Fault, Scenario

Number = TypeVar("Number", float, Fraction)


def closed_forms(scenario: Scenario, loss: float, given: Sequence[Fault] = ()) -> dict[str, float]:
    """Return the expected values for one message, by the names of `Stats.measures`; {} where no form is known.

    >>> forms = closed_forms(Scenario("dedup"), loss=0.2)
    >>> round(forms["delivered"], 4), round(forms["packets_per_message"], 2)
    (0.7942, 8.27)
    >>> closed_forms(Scenario("dedup", rto=150), loss=0.2)
    {}
    """
    return {} if why_none(scenario, given) else forms(scenario, loss)


def why_none(scenario: Scenario, given: Sequence[Fault] = ()) -> str:
    """Say why no closed form is known for this scenario under these faults; "" if one is.

    >>> why_none(Scenario("dedup", rto=200))
    'the sender does not wait longer than a round trip'
    """
    reasons = {
        "faults are given beside the loss": bool(given),
        "the client or the server is not the one of the protocol": (scenario.client, scenario.server)
        != (Client, Server),
        "somebody sends again what failed": bool(scenario.resend),
        "there are groups": bool(scenario.groups),
        "msgids are forgotten": scenario.dedup_limit is not None or scenario.dedup_for is not None,
        "the sender does not wait longer than a round trip": scenario.rto <= _longest_trip(scenario),
        "messages of one conversation wait for each other": _waits(scenario),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _longest_trip(scenario: Scenario) -> float:
    """The longest time, in simulated ms, from a msg:R until the answer that ends its timer."""
    acks = scenario.setting.acks
    return max(
        (
            scenario.round_trip(say.sender) + (scenario.round_trip(say.to) if acks else 0)
            for say in scenario.say
            if say.to not in scenario.groups
        ),
        default=0,
    )


def _waits(scenario: Scenario) -> bool:
    """Whether something said may be held back for something said before it."""
    conversations = [(say.sender, say.to) for say in scenario.say]
    return scenario.setting.orders and len(set(conversations)) < len(conversations)


def forms(scenario: Scenario, loss: Number) -> dict[str, Number]:
    """Return the closed forms of this scenario's rung, assuming that they hold. A `Fraction` as loss gives fractions.

    >>> forms(Scenario("basic"), Fraction(1, 5))["false_failure"]
    Fraction(16, 125)
    """
    if not scenario.setting.acks:
        return _basic(loss)
    if not scenario.setting.retransmits:
        return _acked(loss)
    return _retransmit(loss, scenario.retries, scenario.setting.dedups)


def _basic(p: Number) -> dict[str, Number]:
    q = 1 - p
    return {
        "delivered": 0 * p,
        "shown": q * q,  # msg:R and msg:N
        "true_failure": p + q * p * p,  # msg:R lost; or msg:R there, msg:A and msg:N lost
        "false_failure": q * q * p,  # msg:N there, msg:A lost
        "unconfirmed": 0 * p,
        "other": q * q,  # `sent`: msg:A came
        "silent_loss": q * q * p,  # msg:A there, msg:N lost
        "false_delivery": 0 * p,
        "duplicates": 0 * p,
        "attempts_per_message": 1 + 0 * p,
        "packets_per_message": 1 + 2 * q,
    }


def _acked(p: Number) -> dict[str, Number]:
    q = 1 - p
    no_answer = 1 - q * q * q  # no ack:N, once the server has the message
    return {
        "delivered": q**4,
        "shown": q * q,
        "true_failure": p + q * p * p,  # no msg:A, no ack:N, and not even msg:N
        "false_failure": q * p * q * (1 - q * q),  # no msg:A, no ack:N, and yet msg:N
        "unconfirmed": q * q * no_answer,  # msg:A, and no ack:N
        "other": 0 * p,
        "silent_loss": 0 * p,
        "false_delivery": 0 * p,
        "duplicates": 0 * p,
        "attempts_per_message": 1 + 0 * p,
        "packets_per_message": _packets_per_attempt(q),
    }


def _retransmit(p: Number, retries: int, dedups: bool) -> dict[str, Number]:
    q = 1 - p
    reaches, informs = q**2, q**4
    delivered = 1 - (1 - informs) ** (retries + 1)
    shown = 1 - (1 - reaches) ** (retries + 1)  # alice stops early only if bob has it
    attempts = _tries(informs, retries)
    # Shown once: no attempt before the one that informs alice reached bob; or none informs her, and one reached him
    once = informs * _tries(reaches, retries)
    once += (retries + 1) * (reaches - informs) * (1 - reaches) ** retries
    return {
        "delivered": delivered,
        "shown": shown,
        "true_failure": 1 - shown,
        "false_failure": shown - delivered,
        "unconfirmed": 0 * p,
        "other": 0 * p,
        "silent_loss": 0 * p,
        "false_delivery": 0 * p,
        "duplicates": 0 * p if dedups else shown - once,
        "attempts_per_message": attempts,
        "packets_per_message": attempts * _packets_per_attempt(q),  # Wald: going on depends on the past alone
    }


def _tries(chance: Number, retries: int) -> Number:
    """The mean number of attempts, if each is the last with this chance, and there are at most `retries` + 1.

    >>> _tries(Fraction(1, 2), retries=2)
    Fraction(7, 4)
    """
    tries = 0 * chance
    for _ in range(retries + 1):
        tries = 1 + (1 - chance) * tries
    return tries


def _packets_per_attempt(q: Number) -> Number:
    return 1 + 2 * q + q * q + 2 * q * q * q
