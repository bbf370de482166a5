"""A run without a clock that goes round for ever: `follow` believes it only if all is again as it was."""

import pytest
from rounds import ACKED, AWAY, LOGS_IN, PAGES, SAID, VOLLEY, AsksAgain, PingPong, empty_pages, ping_pong, pulls_in_vain

from imteach import InputError, LearnerError, Say, Scenario, Server, Trace, follow
from imteach.protocol import Report, StartTimer, Transmit, Write


def differs(steps, loop, client=PingPong, **settings):
    """What `follow` says where the last `loop` steps do not lead back."""
    with pytest.raises(InputError) as wrong:
        follow(Scenario(settings.pop("rung", "dedup"), client=client, **settings), steps, loop=loop)
    return str(wrong.value)


@pytest.mark.parametrize(("make", "since"), [(ping_pong, 6), (empty_pages, 4), (pulls_in_vain, 3)])
def test_a_run_that_comes_round_says_since_when(make, since):
    trace = make()
    assert trace.loop == since
    assert Trace.from_json(trace.to_json()).loop == since


def test_without_a_loop_nothing_is_said_of_one():
    assert ping_pong(loop=0).loop is None
    assert ping_pong(loop=0) == ping_pong(loop=0)
    assert ping_pong(loop=0) != ping_pong()
    assert ping_pong(loop=0).events == ping_pong().events


def test_what_is_still_in_flight_when_the_round_is_over_is_lost_as_in_any_run_without_a_clock():
    trace = ping_pong()
    assert trace.packets[-2].name == "m1/ack:A#2"
    assert [event.text for event in trace.happened("lose")] == ["the steps end here"]


def test_two_rounds_are_a_round_too():
    again = [step.replace("#2", "#3").replace("#1", "#2") for step in VOLLEY]
    for loop in (3, 6):
        assert ping_pong([*ACKED, *VOLLEY, *again], loop).loop == 9 + 3 - loop


def test_connections_that_come_and_go_are_told_apart_by_their_age_only():
    comes_back = ["bob crashes", "bob starts again", "the server notices that bob is gone"]
    comes_back.append("the server learns that bob is online")
    assert follow("dedup", comes_back, loop=4).loop == 0
    wrong = differs(comes_back[:3], loop=3, client=Scenario("dedup").client)
    assert "who can reach whom is not the same and the server has something else to learn" in wrong


def test_what_the_server_has_yet_to_learn_counts_by_its_age_too():
    comes_back = ["bob crashes", "bob starts again"]
    learned = ["the server learns that bob is online", "the server notices that bob is gone"]
    assert follow("dedup", [*comes_back, *learned, *comes_back], loop=4).loop == 2
    old = [*comes_back, learned[0], f"{learned[1]} by crash 2"]  # the first crash is never noticed
    assert follow("dedup", [*comes_back, learned[0], *old, *old], loop=4).loop == 7


def test_what_a_node_held_before_it_went_down_makes_no_difference():
    learns = [f"the server learns that {person} is online" for person in ("bob", "alice")]
    steps = ["the server crashes", "the server starts again", *learns, "the server crashes"]
    assert follow("dedup", steps, loop=4).loop == 1


def test_who_receives_a_packet_cannot_see_that_it_was_fabricated():
    class Confirms(Server):
        """It fabricates an ack:N for whatever comes."""

        def on_msg_r(self, packet):
            confirm = packet.follow_up("ack:N", to=packet.src)._replace(fabricated=True)
            return [*super().on_msg_r(packet), Transmit(confirm)]

    steps = [*SAID, "m1/ack:N#1 is dropped", "m1/ack:R#1 arrives", "m1/ack:A#1 arrives"]
    trace = follow(Scenario("dedup", client=PingPong, server=Confirms), steps, loop=3)
    assert [packet.fabricated for packet in trace.packets if packet.kind == "ack:N"] == [True, False]


def test_the_start_can_be_where_it_begins():
    class Restless(AsksAgain):
        """It pulls before anybody asks."""

        def on_start(self):
            self.more[""] = False
            return self.pull("") if self.name == "bob" else []

    assert follow(Scenario("offline", client=Restless, say=[]), PAGES[:2], loop=2).loop == 0


# Where it does not lead back


def test_packets_in_flight_are_told_by_what_they_say_not_by_their_numbers():
    assert differs([*ACKED, *VOLLEY], loop=2) == (
        "loop: the last 2 steps do not lead back to where they began: other packets are in flight "
        "(m1/ack:A instead of m1/ack:R)"
    )


def test_one_step_is_one():
    assert differs([*ACKED, *VOLLEY], loop=1) == (
        "loop: the last step does not lead back to where it began: other packets are in flight "
        "(none instead of m1/ack:N)"
    )


def test_of_two_packets_that_say_the_same_each_counts():
    copied = [*ACKED, "m1/ack:A#1 is copied"]
    assert "(m1/ack:A instead of none)" in differs(copied, loop=1)


def test_what_a_node_holds_counts():
    class Counts(PingPong):
        """It counts the answers."""

        def on_ack_a(self, packet):
            self.answers = getattr(self, "answers", 0) + 1
            return super().on_ack_a(packet)

    assert differs([*ACKED, *VOLLEY], 3, Counts).endswith("they began: bob holds something else")


def test_what_the_server_holds_counts():
    class Remembers(Server):
        """It notes each ack:R."""

        def on_ack_r(self, packet):
            self.acked = [*getattr(self, "acked", []), packet.msgid]
            return super().on_ack_r(packet)

    wrong = differs([*ACKED, *VOLLEY], 3, server=Remembers)
    assert wrong.endswith("they began: the server holds something else")


def test_what_lies_on_a_disk_counts():
    class WritesOnce(PingPong):
        """It writes the msgid of what was acknowledged."""

        def on_ack_a(self, packet):
            return [Write("acked", packet.msgid, True), *super().on_ack_a(packet)]

    assert differs([*ACKED, *VOLLEY], 3, WritesOnce).endswith("they began: bob's disk holds something else")


def test_what_a_screen_says_counts():
    class Shouts(PingPong):
        """Whatever comes, its person is told of a failure."""

        def on_ack_n(self, packet):
            return [Report(packet.msgid, "failed")]

    steps = [*SAID, "m1/ack:R#1 arrives", *VOLLEY[:2], "m1/ack:N#1 arrives"]
    assert differs(steps, 3, Shouts).endswith("they began: alice's screen shows something else")


def test_which_timers_run_counts():
    class Looks(PingPong):
        """It starts a timer of its own."""

        def on_ack_a(self, packet):
            return [StartTimer("look"), *super().on_ack_a(packet)]

    wrong = differs([*ACKED, *VOLLEY], 3, Looks)
    assert wrong.endswith("they began: other timers run (bob's look instead of none)")


def test_which_msgids_were_made_counts():
    class Wasteful(PingPong):
        """It asks for a msgid and throws it away."""

        def on_ack_a(self, packet):
            self.new_msgid()
            return super().on_ack_a(packet)

    assert differs([*ACKED, *VOLLEY], 3, Wasteful).endswith("they began: another msgid was made")


def test_what_people_do_happens_once():
    class Deaf(PingPong):
        """It does not hear its person."""

        def on_say(self, message):
            return []

    wrong = differs(["alice says “hello”", "alice says “hi”"], 1, Deaf, say=[Say("hello"), Say("hi", at=10)])
    assert "something was done that comes only once" in wrong


def test_who_is_in_counts():
    with pytest.raises(InputError) as wrong:
        follow("dedup", LOGS_IN[:1], AWAY, loop=1)
    assert "who can reach whom is not the same, the server has something else to learn" in str(wrong.value)


# What is no loop


def test_more_steps_than_there_are_cannot_go_round():
    with pytest.raises(InputError, match=r"^loop: the last 10 steps cannot go round, for there are only 9$"):
        ping_pong(loop=10)


@pytest.mark.parametrize("loop", [-1, 1.5, "2", True, None])
def test_as_many_steps_as_there_are_can_go_round(loop):
    with pytest.raises(InputError, match=r"^loop: expected a whole number from 0 to 9, got "):
        ping_pong(loop=loop)


def test_code_that_stops_in_the_round_is_told_as_a_mistake():
    class Stops(PingPong):
        """The second answer is too much for it."""

        def on_ack_a(self, packet):
            return {}["answer"]

    with pytest.raises(LearnerError) as stopped:
        ping_pong([*ACKED, VOLLEY[0]], 1, Stops)
    assert stopped.value.trace.loop is None
