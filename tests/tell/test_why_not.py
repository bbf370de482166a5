"""Why something did not happen: what became of each try, in time order, and how it stands."""

import pytest
from gallery import Forgetful, SilentDedup, run_so_far
from hypothesis import given
from hypothesis import strategies as st
from real_bugs import CursorOverAGap, ReadsNoStore
from worlds import runs

from imteach import Client, Crash, Delay, Drop, InputError, Offline, Partition, Resend, Say, Scenario
from imteach.protocol import Effect, Packet
from imteach.tell import reasons_not, title_not, told_of
from imteach.trace import Trace
from imteach.verify import follow


def why_not(trace: Trace, who: str, at: float | None = None, msgid: str = "m1") -> list[str]:
    return [f"{sentence}" for sentence in trace.why_not(msgid, who, at)]


def each(kind: str, msgid: str = "m1", tries: int = 3) -> list[Drop]:
    """Every transmission of this kind is dropped."""
    return [Drop(f"{msgid}/{kind}#{number}") for number in range(1, tries + 1)]


SAYS = "0 ms: alice says “hello” to bob"
AGAIN = "300 ms: alice sends msg:R again, as m1/msg:R#2"
ONCE_MORE = "600 ms: alice sends msg:R again, as m1/msg:R#3"
GIVES_UP = "900 ms: alice gives up: all 3 tries are used"
TRUE_FAILURE = "900 ms: nothing brings it to bob any more, and alice's screen says so: ! failed"
FALSE_FAILURE = "900 ms: alice sees ! failed, though bob was shown it at 100 ms"


# One lost packet, on the lowest rungs


def test_at_basic_a_lost_msg_n_is_noticed_by_nobody():
    trace = Scenario("basic").run(Drop("msg:N"))
    assert why_not(trace, "bob") == [
        SAYS,
        "80 ms: m1/msg:N#1 is dropped on its way to bob",
        "100 ms: alice sees m1 ✓ sent, and waits for nothing more",
        "100 ms: nothing brings it to bob any more, and nobody notices: alice sees ✓ sent",
    ]
    assert why_not(trace, "alice")[-1] == "100 ms: basic has no ack:N: alice can never know whether bob has it"


def test_at_basic_nobody_can_know_even_when_all_is_well():
    assert why_not(Scenario("basic").run(), "alice") == [
        SAYS,
        "100 ms: alice sees m1 ✓ sent, and waits for nothing more",
        "100 ms: bob is shown “hello”",
        "100 ms: basic has no ack:N: alice can never know whether bob has it",
    ]


def test_at_basic_a_lost_msg_a_is_a_false_failure():
    assert why_not(Scenario("basic").run(Drop("msg:A")), "alice") == [
        SAYS,
        "80 ms: m1/msg:A#1 is dropped on its way to alice",
        "100 ms: bob is shown “hello”",
        "300 ms: alice gives up: the timer runs out, and basic never sends again",
        "300 ms: alice sees ! failed, though bob was shown it at 100 ms: basic has no ack:N to tell",
    ]


def test_at_acked_a_lost_msg_r_is_a_true_failure():
    trace = Scenario("acked").run(Drop("msg:R"))
    begins = [
        SAYS,
        "30 ms: m1/msg:R#1 is dropped on its way to the server",
        "300 ms: alice gives up: the timer runs out, and acked never sends again",
    ]
    assert why_not(trace, "bob") == [*begins, TRUE_FAILURE.replace("900", "300")]
    assert why_not(trace, "alice") == [*begins, "300 ms: alice sees ! failed, and bob never saw it"]


def test_at_acked_a_lost_msg_n_leaves_alice_unsure():
    trace = Scenario("acked").run(Drop("msg:N"))
    begins = [
        SAYS,
        "80 ms: m1/msg:N#1 is dropped on its way to bob",
        "300 ms: alice's timer runs out: msg:A had come, but no ack:N",
    ]
    stands = "300 ms: nothing brings it to bob any more, and alice cannot know that: ✓? unconfirmed"
    assert why_not(trace, "bob") == [*begins, stands]
    assert why_not(trace, "alice") == [*begins, "300 ms: alice sees ✓? unconfirmed, and bob never saw it"]


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("ack:R", "130 ms: m1/ack:R#1 is dropped on its way to the server"),
        ("ack:N", "180 ms: m1/ack:N#1 is dropped on its way to alice"),
    ],
)
def test_at_acked_a_lost_ack_leaves_alice_unsure_though_bob_has_it(kind, lost):
    assert why_not(Scenario("acked").run(Drop(kind)), "alice") == [
        SAYS,
        "100 ms: bob is shown “hello”",
        lost,
        "300 ms: alice's timer runs out: msg:A had come, but no ack:N",
        "300 ms: alice sees ✓? unconfirmed, though bob was shown it at 100 ms",
    ]


@pytest.mark.parametrize("kind", ["msg:A", "ack:A"])
def test_what_led_to_nothing_bad_is_no_question(kind):
    trace = Scenario("acked").run(Drop(kind))
    with pytest.raises(InputError, match=r"^bob was shown m1 at 100 ms: ask why\(…\) of that event$"):
        trace.why_not("m1", "bob")
    with pytest.raises(InputError, match=r"^alice saw m1 ✓✓ delivered at 200 ms: ask why\(…\) of that event$"):
        trace.why_not("m1", "alice")


# All tries lost


@pytest.mark.parametrize("rung", ["retransmit", "dedup"])
@pytest.mark.parametrize(("kind", "at", "to"), [("msg:R", 30, "the server"), ("msg:N", 80, "bob")])
def test_each_try_is_lost_on_its_way_to_bob(rung, kind, at, to):
    trace = Scenario(rung).run(*each(kind))
    begins = [
        SAYS,
        f"{at} ms: m1/{kind}#1 is dropped on its way to {to}",
        AGAIN,
        f"{at + 300} ms: m1/{kind}#2 is dropped on its way to {to}",
        ONCE_MORE,
        f"{at + 600} ms: m1/{kind}#3 is dropped on its way to {to}",
        GIVES_UP,
    ]
    assert why_not(trace, "bob") == [*begins, TRUE_FAILURE]
    assert why_not(trace, "alice") == [*begins, "900 ms: alice sees ! failed, and bob never saw it"]


@pytest.mark.parametrize(("rung", "shown"), [("retransmit", 3), ("dedup", 1)])
@pytest.mark.parametrize(("kind", "at", "to"), [("ack:R", 130, "the server"), ("ack:N", 180, "alice")])
def test_each_try_is_lost_on_its_way_back(rung, shown, kind, at, to):
    showings = [
        "100 ms: bob is shown “hello”",
        "400 ms: bob is shown “hello” again",
        "700 ms: bob is shown “hello” again",
    ]
    first, second, third = (showings[:shown] + [""] * 3)[:3]
    told = [
        *(SAYS, first, f"{at} ms: m1/{kind}#1 is dropped on its way to {to}"),
        *(AGAIN, second, f"{at + 300} ms: m1/{kind}#2 is dropped on its way to {to}"),
        *(ONCE_MORE, third, f"{at + 600} ms: m1/{kind}#3 is dropped on its way to {to}"),
        *(GIVES_UP, FALSE_FAILURE),
    ]
    assert why_not(Scenario(rung).run(*each(kind)), "alice") == [line for line in told if line]


def test_the_only_try_and_fresh_tries_of_a_resend():
    assert "300 ms: alice gives up: the only try is used" in why_not(
        Scenario("dedup", retries=0).run(Drop("msg:R")), "bob"
    )
    told = why_not(Scenario("dedup", resend=[Resend("m1", at=2000)]).run(*each("msg:N", tries=6)), "bob")
    assert told[7:9] == [
        "2000 ms: alice sends m1 again, because it had failed",
        "2000 ms: alice sends msg:R again, as m1/msg:R#4",
    ]
    assert told[-2] == "2900 ms: alice gives up: all 3 tries are used"


# At a moment: no look ahead


def test_at_a_moment_it_may_still_be_under_way():
    trace = Scenario("dedup").run(Drop("msg:N"))
    assert why_not(trace, "bob", at=20) == [SAYS, "20 ms: m1/msg:R#1 is on its way to the server"]
    assert why_not(trace, "bob", at=60) == [SAYS, "60 ms: m1/msg:N#1 is on its way to bob"]
    assert why_not(trace, "bob", at=250) == [
        SAYS,
        "80 ms: m1/msg:N#1 is dropped on its way to bob",
        "250 ms: alice waits for ack:N: the timer runs until 300 ms",
    ]
    assert why_not(trace, "bob", at=320)[2:] == [AGAIN, "320 ms: m1/msg:R#2 is on its way to the server"]
    assert why_not(trace, "alice", at=399)[-1] == "399 ms: m1/msg:N#2 is on its way to bob"
    assert why_not(trace, "alice", at=420)[-1] == "420 ms: m1/ack:R#1 is on its way to the server"


def test_what_a_moment_says_does_not_depend_on_what_comes_later():
    plain, later = Scenario("dedup"), Scenario("dedup", resend=[Resend("m1", at=2000)])
    faults = each("msg:N")
    for at in (0, 50, 79, 80, 300, 650, 900):
        assert why_not(plain.run(*faults[:1]), "bob", min(at, 310)) == why_not(later.run(*faults), "bob", min(at, 310))
        assert why_not(plain.run(*faults), "bob", at) == why_not(later.run(*faults), "bob", at)


def test_before_it_was_said():
    trace = Scenario("dedup", say=[Say("one", at=100)]).run()
    assert why_not(trace, "bob", at=50) == ["50 ms: alice has not said “one” yet"]
    assert why_not(trace, "alice", at=99) == ["99 ms: alice has not said “one” yet"]


# Somebody is away, down or cut off


def test_bob_is_away_and_the_server_keeps_nothing():
    told = why_not(Scenario("dedup").run(Offline("bob")), "bob")
    assert told[:3] == ["0 ms: bob logs out", SAYS, "50 ms: bob was not online when m1/msg:R#1 reached the server"]
    assert told[-1] == TRUE_FAILURE


def test_bob_is_away_and_never_back():
    assert why_not(Scenario("offline").run(Offline("bob")), "bob") == [
        "0 ms: bob logs out",
        SAYS,
        "50 ms: bob was not online when m1/msg:R#1 reached the server",
        "50 ms: the server stores m1 for bob",
        "100 ms: alice sees m1 ✓✓ delivered, because the server keeps it",
        "100 ms: the server keeps it for bob, who is logged out",
    ]


def test_bob_is_back_and_pulls_in_vain():
    scenario = Scenario("offline")
    pulls = [Drop(f"bob/offline:A#{number}") for number in (1, 2, 3)]
    trace = scenario.run(Offline("bob", lasting=1000), *pulls)
    assert why_not(trace, "bob")[5:] == [
        "1000 ms: bob logs in",
        "1080 ms: bob/offline:A#1 is dropped on its way to bob",
        "1380 ms: bob/offline:A#2 is dropped on its way to bob",
        "1680 ms: bob/offline:A#3 is dropped on its way to bob",
        "1900 ms: the server keeps it for bob, who has pulled it in vain",
    ]
    assert why_not(trace, "bob", at=1020)[-1] == "1020 ms: bob/offline:R#1 is on its way to the server"
    stands = "1200 ms: the server keeps it for bob, and bob's timer for a pull runs until 1300 ms"
    assert why_not(trace, "bob", at=1200)[-1] == stands


def test_a_fabricated_ack_n_is_lost_each_time():
    told = why_not(Scenario("offline").run(Offline("bob"), *each("ack:N")), "alice")
    assert told[2:4] == [
        "50 ms: the server stores m1 for bob",
        "80 ms: m1/ack:N#1 is dropped on its way to alice",
    ]
    assert told[-1] == "900 ms: alice sees ! failed, though the server keeps it for bob"


def test_bob_crashes():
    told = why_not(Scenario("dedup").run(Crash("bob", at=80, down=5000)), "bob")
    assert told[:3] == [SAYS, "80 ms: bob crashes", "100 ms: m1/msg:N#1 is lost: bob is down"]
    assert told[-2:] == ["5080 ms: bob starts again", TRUE_FAILURE.replace("900", "5130")]


def test_bob_crashes_before_his_ack():
    told = why_not(Scenario("dedup").run(Crash("bob", after="show m1", down=5000)), "alice")
    assert told[1:3] == [
        "100 ms: bob is shown “hello”",
        "100 ms: bob's client crashed before it sent an ack:R for m1/msg:N#1",
    ]
    assert told[-1] == FALSE_FAILURE.replace("900", "5150")


def test_the_server_crashes_between_two_packets():
    told = why_not(Scenario("dedup").run(Crash("server", after="send m1/msg:A", down=5000)), "bob")
    assert told[1:4] == [
        "50 ms: the server crashed before it sent a msg:N for m1/msg:R#1",
        AGAIN,
        "350 ms: m1/msg:R#2 is lost: the server is down",
    ]


def test_alice_crashes_and_forgets():
    trace = Scenario("dedup").run(Crash("alice", at=20, down=100), Drop("msg:R"))
    assert why_not(trace, "bob") == [
        SAYS,
        "20 ms: alice crashes",
        "30 ms: m1/msg:R#1 is dropped on its way to the server",
        "120 ms: alice starts again",
        "120 ms: alice's client has forgotten m1",
        "170 ms: nothing brings it to bob any more, and nobody will know: alice's client has forgotten it",
    ]
    assert why_not(trace, "bob", at=60)[-1] == "60 ms: nothing of it is on its way, and alice has been down since 20 ms"
    assert why_not(trace, "alice")[-1] == "170 ms: alice's client has forgotten it, and bob never saw it"


def test_a_link_is_cut():
    told = why_not(Scenario("dedup").run(Partition("bob", "server")), "bob")
    assert told[1] == "50 ms: m1/msg:N#1 is lost: the link from the server to bob is cut"
    told = why_not(Scenario("dedup").run(Partition("alice", "server", at=60)), "alice")
    assert told[2:5] == [
        "150 ms: m1/ack:N#1 is lost: the link from the server to alice is cut",
        AGAIN,
        "300 ms: m1/msg:R#2 is lost: the link from alice to the server is cut",
    ]


# Order and groups

IN_ORDER = Scenario("ordered", say=[Say("one"), Say("two", at=20)])


def test_a_message_is_held_back_as_long_as_one_before_it_is_missing():
    trace = IN_ORDER.run(*each("msg:R"))
    held = "120 ms: bob's client held back m2/msg:N#1, because a message before it was missing"
    assert why_not(trace, "bob", 200, "m2") == [
        "20 ms: alice says “two” to bob",
        held,
        "200 ms: bob's client still holds it back: m1 before it is missing",
    ]
    told = why_not(trace, "alice", None, "m2")
    assert held in told
    assert told[-1] == "920 ms: alice sees ! failed, and bob never saw it"


def test_all_that_is_missing_before_it_is_named():
    says = [Say("one"), Say("two", at=10), Say("three", at=20)]
    trace = Scenario("ordered", say=says).run(Drop("m1/msg:N"), Drop("m2/msg:N"))
    stands = "200 ms: bob's client still holds it back: m1 and m2 before it are missing"
    assert why_not(trace, "bob", 200, "m3")[-1] == stands


def test_what_comes_after_its_turn_is_too_late():
    late = [Drop("m1/msg:N#1"), Drop("m1/msg:N#2"), Delay("m1/msg:N#3", by=900)]
    told = why_not(Scenario("ordered", say=[Say("one"), Say("two", at=950)]).run(*late), "bob")
    assert told[-2:] == [
        "1600 ms: bob's client discarded m1/msg:N#3 as too late",
        TRUE_FAILURE.replace("900", "1600"),
    ]


GROUP = Scenario(
    "group",
    groups={"us": ["alice", "bob", "carol"]},
    say=[Say("hi", to="us"), Say("two", "carol", "us", at=20)],
)


def test_a_gap_in_a_group_is_named_and_the_pull_that_is_to_close_it():
    trace = GROUP.run(Drop("m1/msg:N>bob"))
    (*_, told) = reasons_not(trace, "m2", "bob", 130)
    stands = (
        "bob's client still holds it back: m1 before it is missing, and bob/offline:R#1 is on its way to the server"
    )
    assert told.text == f"130 ms: {stands}"
    assert told.packet == "bob/offline:R#1"
    assert (trace.events[told.event].kind, trace.events[told.event].packet) == ("send", "bob/offline:R#1")


def test_in_a_group_a_member_waits_for_its_heartbeat():
    trace = GROUP.run(Drop("m2/msg:N>bob"))
    assert why_not(trace, "bob", 300, "m2") == [
        "20 ms: carol says “two” to us",
        "70 ms: the server stores m2 for us",
        "100 ms: m2/msg:N>bob#1 is dropped on its way to bob",
        "120 ms: carol sees m2 ✓✓ delivered, because the server keeps it",
        "300 ms: the server keeps it for bob, and bob's next heartbeat is due at 2000 ms",
    ]


def test_in_a_group_the_sender_waits_for_the_server_only():
    told = why_not(GROUP.run(*each("ack:N")), "alice")
    assert told[-1].endswith("alice sees ! failed, though the server has stored it for us")
    assert title_not(GROUP.run(), "m1", "alice") == "Why did alice not learn that “hi” is kept for us?"


# A learner's class


def test_a_cursor_that_moves_over_a_gap_loses_the_message():
    scenario = Scenario("group", groups=GROUP.groups, say=GROUP.say, client=CursorOverAGap)
    assert why_not(scenario.run(Drop("m1/msg:N>bob")), "bob")[-3:] == [
        "170 ms: bob/ack:R#1 acked past it, up to 2",
        "2100 ms: bob/offline:A#1 came back empty",
        "2100 ms: nothing brings it to bob any more, yet alice sees ✓✓ delivered",
    ]


def test_a_server_that_does_not_read_its_store_after_a_crash():
    crash = Crash("server", at=160, down=100)
    trace = Scenario("offline", server=ReadsNoStore).run(Offline("bob", lasting=1000), crash)
    assert why_not(trace, "bob")[-2:] == [
        "1100 ms: bob/offline:A#1 came back empty after the server's restart at 260 ms",
        "1100 ms: the server has it on its disk for bob, and has not known of it since its restart",
    ]


def test_the_classic_bug_is_told_as_what_the_class_did():
    trace = Scenario("dedup", client=SilentDedup).run(Drop("ack:N"))
    assert why_not(trace, "alice") == [
        SAYS,
        "100 ms: bob is shown “hello”",
        "180 ms: m1/ack:N#1 is dropped on its way to alice",
        AGAIN,
        "400 ms: bob's client discarded m1/msg:N#2 and sent no ack:R for it",
        ONCE_MORE,
        "700 ms: bob's client discarded m1/msg:N#3 and sent no ack:R for it",
        GIVES_UP,
        FALSE_FAILURE,
    ]


def test_a_mistake_in_the_code_is_told():
    told = why_not(run_so_far(Scenario("dedup", client=Forgetful), Drop("ack:N")), "alice")
    assert told[4:7] == [
        "400 ms: bob's client stopped over a mistake in its code when m1/msg:N#2 arrived",
        ONCE_MORE,
        "700 ms: m1/msg:N#3 is lost: bob is down",
    ]


class NeverSends(Client):
    def on_say(self, message: object) -> list[Effect]:
        return []


class ShowsNothing(Client):
    def on_msg_n(self, packet: Packet) -> list[Effect]:
        return self.acknowledge(packet)


def test_a_class_that_sends_or_shows_nothing():
    told = why_not(Scenario("dedup", client=NeverSends).run(), "bob")
    assert told[-1] == "0 ms: alice's client never sent a msg:R for it; alice sees nothing"
    told = why_not(Scenario("dedup", client=ShowsNothing).run(), "bob")
    assert told[1:] == [
        "100 ms: bob's client got but did not show m1/msg:N#1",
        "200 ms: alice sees m1 ✓✓ delivered",
        "200 ms: nothing brings it to bob any more, yet alice sees ✓✓ delivered",
    ]


# Names, titles, marks


def test_a_wrong_name_is_answered_with_the_right_ones():
    trace = IN_ORDER.run()
    with pytest.raises(InputError, match=r"^no message 'm9'; what was said is m1 and m2$"):
        trace.why_not("m9", "bob")
    with pytest.raises(InputError, match=r"^'m1' does not concern 'carol'; it concerns alice and bob$"):
        trace.why_not("m1", "carol")
    with pytest.raises(InputError, match=r"^at: expected a time in ms"):
        trace.why_not("m1", "bob", -1)


def test_what_was_never_said_has_no_name_but_an_event():
    trace = Scenario("dedup", say=[Say("one"), Say("two", at=100)]).run(Crash("alice", at=60, down=100))
    with pytest.raises(InputError, match=r"\(alice could not say “two” at 100 ms: ask why\(…\) of that event\)$"):
        trace.why_not("m2", "bob")


def test_the_question_is_in_plain_words_and_its_text_is_text():
    trace = Scenario("basic", say=[Say("<b>one</b>\n")]).run()
    assert title_not(trace, "m1", "bob") == "Why did bob not see “<b>one</b>”?"
    assert title_not(trace, "m1", "alice") == "Why did alice not learn that bob has “<b>one</b>”?"


def test_each_sentence_marks_its_packet():
    told = reasons_not(Scenario("retransmit").run(*each("msg:N")), "m1", "bob", 650)
    assert [reason.packet for reason in told] == [
        *(None, "m1/msg:N#1", "m1/msg:R#2", "m1/msg:N#2", "m1/msg:R#3", "m1/msg:N#3"),
    ]


def test_a_picture_lights_up_what_the_sentences_are_about():
    trace = Scenario("retransmit").run(Drop("msg:N"))
    ids, names = told_of(trace, reasons_not(trace, "m1", "bob", 310))
    assert names == ("m1/msg:N#1", "m1/msg:R#2")
    kinds = [trace.events[number].kind for number in ids]
    assert kinds == ["say", "drop", "retransmit", "send"]  # m1/msg:R#2 is on its way


def test_a_run_without_a_clock_has_its_reasons_too():
    trace = follow(Scenario("basic"), ["alice says “hello”", "m1/msg:R#1 arrives"])
    assert why_not(trace, "bob")[-1].endswith("m1/msg:N#1 is on its way to bob")


@given(runs(), st.none() | st.integers(0, 1500))
def test_whatever_did_not_happen_has_its_reasons(case, at):
    scenario, faults = case
    trace = scenario.run(*faults)
    for said in trace.messages:
        for who in (said.sender, *said.to):
            if did_happen(trace, said.msgid, who, at):
                with pytest.raises(InputError, match=r"ask why\(…\) of that event$"):
                    reasons_not(trace, said.msgid, who, at)
                continue
            told = reasons_not(trace, said.msgid, who, at)
            times = [float(reason.text.partition(" ms: ")[0]) for reason in told]
            assert times == sorted(times)
            assert at is None or (times[-1] == at and all(trace.events[r.event].t <= at for r in told[1:]))
            assert {name for r in told for name in (r.packet, *r.also) if name} <= trace.packet.keys()
            if at is not None and who != said.sender and "any more" in told[-1].text:
                assert not comes_by_itself(trace, said.msgid, who, at)


def did_happen(trace: Trace, msgid: str, who: str, at: float | None) -> bool:
    """Whether this person was shown it, or last saw it delivered."""
    mine = [e for e in trace.events if e.said == msgid and e.node == who and (at is None or e.t <= at)]
    if any(event.kind == "say" for event in trace.events if event.said == msgid and event.node == who):
        return [event.status for event in mine if event.kind == "status"][-1:] == ["delivered"]
    return any(event.kind == "show" for event in mine)


def comes_by_itself(trace: Trace, msgid: str, who: str, at: float) -> bool:
    """Whether it was shown later though nobody sent it again."""
    later = [event for event in trace.events if event.t > at and event.said == msgid]
    return any(e.kind == "show" and e.node == who for e in later) and not any(e.kind == "resend" for e in later)
