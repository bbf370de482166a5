"""The closed forms, held against every pattern of losses there is: exact fractions, nothing drawn by lot."""

from fractions import Fraction
from itertools import product

import pytest
from nightly import by_night

from imteach import Client, Drop, Offline, Resend, Say, Scenario
from imteach.verify import closed_forms
from imteach.verify.count.closed_forms import forms, why_none
from imteach.verify.count.tally import MEANS, SHARES, came_of

P = Fraction(1, 5)
KINDS = ("msg:R", "msg:A", "msg:N", "ack:R", "ack:A", "ack:N")


def names(rung, retries):
    """Every packet that one message can take on this rung."""
    setting = Scenario(rung).setting
    kinds = KINDS if setting.acks else KINDS[:3]
    return [f"m1/{kind}#{n}" for n in range(1, retries + 2 if setting.retransmits else 2) for kind in kinds]


def enumerated(scenario, p):
    """The expected value of each measure, over every pattern of losses with its exact chance."""
    packets = names(scenario.rung, scenario.retries)
    expected = dict.fromkeys((*SHARES, *MEANS), Fraction(0))
    for pattern in product((False, True), repeat=len(packets)):
        lost = [packet for packet, is_lost in zip(packets, pattern, strict=True) if is_lost]
        chance = p ** len(lost) * (1 - p) ** (len(packets) - len(lost))
        came = came_of(scenario.run(*map(Drop, lost)))
        for name, count in zip((*SHARES, *MEANS), (*came.shares, *came.means), strict=True):
            expected[name] += chance * count
    return expected


@pytest.mark.parametrize(
    ("rung", "retries"),
    [
        ("basic", 2),
        ("acked", 2),
        ("retransmit", 0),
        ("retransmit", 1),
        ("dedup", by_night(1, in_the_gate=0)),
        ("ordered", 0),
    ],
)
def test_each_form_is_the_sum_over_every_pattern_of_losses(rung, retries):
    scenario = Scenario(rung, retries=retries)
    expected = enumerated(scenario, P)
    exact = forms(scenario, P)
    assert set(exact) == set(expected) - {"out_of_order", "stored_twice"}  # which one message alone cannot be
    assert exact == {name: expected[name] for name in exact}


def test_an_attempt_reaches_bob_with_q_squared_and_informs_alice_with_q_to_the_fourth():
    exact = forms(Scenario("dedup", retries=0), P)
    assert (exact["shown"], exact["delivered"]) == (Fraction(4, 5) ** 2, Fraction(4, 5) ** 4)


def test_two_retries_at_a_loss_of_a_fifth():
    found = closed_forms(Scenario("dedup"), loss=0.2)
    assert found["delivered"] == pytest.approx(1 - (1 - 0.8**4) ** 3)
    assert found["shown"] == pytest.approx(1 - (1 - 0.8**2) ** 3)
    assert found["false_failure"] == pytest.approx(found["shown"] - found["delivered"])
    assert found["packets_per_message"] == pytest.approx(8.27, abs=0.005)


@pytest.mark.parametrize("rung", ["basic", "acked", "retransmit", "dedup"])
@pytest.mark.parametrize("loss", [0, 1])
def test_no_loss_and_nothing_but_loss(rung, loss):
    found = closed_forms(Scenario(rung), loss)
    assert found["shown"] == 1 - loss
    ends = ("delivered", "true_failure", "false_failure", "unconfirmed", "other")
    assert sum(found[name] for name in ends) == 1
    attempts = 3 if loss and Scenario(rung).setting.retransmits else 1
    assert found["packets_per_message"] == (attempts if loss else 3 if rung == "basic" else 6)


class Mine(Client):
    """A learner's class, even one that changes nothing: nobody can tell what it does."""


GROUP = {"groups": {"friends": ["alice", "bob"]}, "say": [Say(to="friends")]}
TWO = [Say("one"), Say("two", at=10)]


@pytest.mark.parametrize(
    ("scenario", "given", "why"),
    [
        (Scenario("dedup", client=Mine), (), "the client or the server is not the one of the protocol"),
        (Scenario("dedup"), (Offline("bob"),), "faults are given beside the loss"),
        (Scenario("dedup", resend=[Resend("m1", 2000)]), (), "somebody sends again what failed"),
        (Scenario("group", **GROUP), (), "there are groups"),
        (Scenario("dedup", rto=200), (), "the sender does not wait longer than a round trip"),
        (Scenario("dedup", latency={"bob": 200}), (), "the sender does not wait longer than a round trip"),
        (Scenario("basic", rto=100), (), "the sender does not wait longer than a round trip"),
        (Scenario("ordered", say=TWO), (), "messages of one conversation wait for each other"),
    ],
)
def test_where_a_form_is_not_known_none_is_given(scenario, given, why):
    assert why_none(scenario, given) == why
    assert closed_forms(scenario, 0.2, given) == {}


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario("dedup", rto=201),
        Scenario("basic", latency={"bob": 5000}),  # no answer of bob's is waited for
        Scenario("dedup", backoff=2),
        Scenario("dedup", say=TWO),
        Scenario("ordered", say=[Say("one"), Say("two", sender="bob", to="alice")]),
        Scenario("group"),
    ],
)
def test_where_it_holds_it_is_given(scenario):
    assert why_none(scenario) == ""
    assert closed_forms(scenario, 0.2)
