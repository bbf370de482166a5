"""What a message to a group costs: by running it, and by the closed form beside it."""

import pytest

from imteach import InputError, Say, Scenario
from imteach.verify import group_cost, group_cost_formula


@pytest.mark.parametrize("members", [2, 3, 10, 200])
@pytest.mark.parametrize("online", [0, 0.2, 0.5, 1])
@pytest.mark.parametrize(("ack_every", "messages"), [(1, 1), (1, 3), (3, 3), (3, 4), (10, 7)])
def test_running_it_and_the_closed_form_agree(members, online, ack_every, messages):
    if members == 200 and messages > 3:
        messages = 4
    ran = group_cost(members, online, ack_every, messages)
    assert ran == pytest.approx(group_cost_formula(members, online, ack_every, messages))


def test_the_closed_form_by_hand():
    # 200 members, 20% of the other 199 online: 40 pushes and 40 acks with their answers, and three with the sender
    assert group_cost_formula(200, 0.2) == 3 + 40 + 80
    # an ack for ten messages instead of one
    assert group_cost_formula(200, 0.2, ack_every=10, messages=10) == 3 + 40 + 8
    # one message is acked at once or after the delay: a batch of one either way
    assert group_cost_formula(3, ack_every=10) == group_cost_formula(3)


def test_one_to_one_takes_six_packets_and_a_group_of_two_just_as_many():
    assert sum(Scenario("dedup").run().counts.values()) == 6
    assert group_cost(2) == 6


def test_a_trace_counts_its_packets_by_kind():
    groups = {"friends": ["alice", "bob", "carol"]}
    counts = Scenario("group", groups=groups, say=[Say("hi", to="friends")]).run().counts
    pulls = {"offline:R": 3, "offline:A": 3}  # one round of heartbeats
    assert counts == {"msg:R": 1, "msg:A": 1, "msg:N": 2, "ack:R": 2, "ack:A": 2, "ack:N": 1, **pulls}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"members": 1}, "members: expected a whole number from 2 to 100000, got 1"),
        ({"members": 3, "online": 1.5}, "online: expected a number from 0 to 1, got 1.5"),
        ({"members": 3, "ack_every": 0}, "ack_every: expected a whole number from 1 to 1000, got 0"),
        ({"members": 3, "messages": "many"}, "messages: expected a whole number from 1 to 10000, got 'many'"),
    ],
)
@pytest.mark.parametrize("cost", [group_cost, group_cost_formula])
def test_a_value_without_meaning_is_refused(cost, arguments, why):
    with pytest.raises(InputError) as caught:
        cost(**arguments)
    assert str(caught.value) == why
