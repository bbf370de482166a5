"""What may be answered: from Python, from the page, and by the author; everything else is refused in one line."""

import pytest

from imteach import Drop, InputError, Scenario
from imteach.course.predictions.grade import in_a_sentence
from imteach.course.predictions.kinds import (
    ChooseOne,
    ChooseSeveral,
    GiveNumber,
    PickPacket,
    PutInOrder,
    choice_in_words,
)

TRACE = Scenario("retransmit").run(Drop("ack:N"))
COUNTS = ChooseOne(("never", "once", "twice"))
PACKETS = PickPacket(("m1/msg:R#1", "m1/msg:N#1", "m2/msg:N#1"))


@pytest.mark.parametrize(
    ("kind", "answer", "rights"),
    [
        (COUNTS, "twice", (2,)),
        (COUNTS, 2, (2,)),
        (COUNTS, TRACE.happened("show"), (2,)),
        (COUNTS, [], (0,)),
        (ChooseOne((2, 0, 1)), 0, (1,)),  # a number that is a choice is that choice, not its place
        (ChooseOne((1, True)), True, (1,)),
        (ChooseOne(("yes", "no")), True, (0,)),
        (ChooseOne(("yes", "no")), False, (1,)),
        (ChooseOne((["a"], [], ["a", "a"])), [], (1,)),
        (ChooseOne((["a"], [], ["a", "a"])), ("a", "a"), (2,)),
        (ChooseSeveral(("a", "b", "c")), ["c", "a"], ((0, 2),)),
        (ChooseSeveral(("a", "b", "c")), {"b"}, ((1,),)),
        (ChooseSeveral(("a", "b")), [], ((),)),
        (PutInOrder(("a", "b", "c")), ["b", "c", "a"], ((1, 2, 0),)),
        (GiveNumber("ms"), TRACE.happened("timer_fire")[0], (300,)),
        (GiveNumber(""), TRACE.happened("show"), (2,)),
        (GiveNumber(""), [], (0,)),
        (GiveNumber("ms"), 0.5, (0.5,)),
        (PACKETS, "msg:R", ("m1/msg:R#1",)),
        (PACKETS, TRACE.packet["msg:N"], ("m1/msg:N#1",)),
        (PACKETS, ["m2/msg:N", "msg:R"], ("m2/msg:N#1", "m1/msg:R#1")),
    ],
)
def test_what_the_author_answers(kind, answer, rights):
    assert kind.rights(answer) == rights


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (COUNTS, "thrice"),
        (COUNTS, 3),
        (COUNTS, -1),
        (COUNTS, None),
        (COUNTS, True),
        (COUNTS, 1.0),
        (ChooseSeveral(("a", "b")), "a"),
        (ChooseSeveral(("a", "b")), 3),
        (PutInOrder(("a", "b")), ["a"]),
        (PutInOrder(("a", "b")), ["a", "a"]),
        (GiveNumber("ms"), "soon"),
        (GiveNumber("ms"), True),
        (GiveNumber("ms"), float("nan")),
        (PACKETS, "msg:X"),
        (PACKETS, []),
        (PACKETS, None),
    ],
)
def test_what_the_author_cannot_mean(kind, answer):
    with pytest.raises(InputError, match=r"^answer: expected "):
        kind.rights(answer)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (COUNTS, ["once"], 1),
        (ChooseSeveral(("a", "b", "c")), ["b", "a"], (0, 1)),
        (ChooseSeveral(("a", "b", "c")), [["b", "a"]], (0, 1)),
        (ChooseSeveral(("a", "b", "c")), [], ()),
        (PutInOrder(("a", "b")), ["b", "a"], (1, 0)),
        (PutInOrder(("a", "b")), [["b", "a"]], (1, 0)),
        (GiveNumber("ms"), ["300ms"], 300),
        (GiveNumber("ms"), [" 2.5 ms "], 2.5),
        (GiveNumber(""), ["-1"], -1),
        (PACKETS, ["msg:N"], "m1/msg:N#1"),
        (PACKETS, ["m2/msg:N#1"], "m2/msg:N#1"),
    ],
)
def test_what_a_learner_answers_in_python(kind, given, value):
    assert kind.said(*given) == value


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (COUNTS, []),
        (COUNTS, ["once", "twice"]),
        (COUNTS, ["often"]),
        (ChooseSeveral(("a", "b")), ["c"]),
        (PutInOrder(("a", "b")), ["a"]),
        (GiveNumber("ms"), ["300 s"]),
        (GiveNumber("ms"), ["a lot"]),
        (GiveNumber("ms"), [1, 2]),
        (GiveNumber("ms"), [True]),
        (PACKETS, ["msg:R#2"]),
    ],
)
def test_what_a_learner_cannot_answer(kind, given):
    with pytest.raises(InputError, match=r"^answer: expected .*, got "):
        kind.said(*given)


HOSTILE = [
    None,
    True,
    -1,
    3,
    1.0,
    "1",
    {},
    {"a": 1},
    [[0]],
    [None],
    [True],
    ["x"] * 1000,
    "9" * 5000,
    [0, 0, 9],
    "msg:R",
]


@pytest.mark.parametrize("sent", HOSTILE)
@pytest.mark.parametrize("kind", [COUNTS, ChooseSeveral(("a", "b")), PutInOrder(("a", "b")), PACKETS])
def test_what_a_page_cannot_have_sent(kind, sent):
    with pytest.raises(InputError, match=r"^answer: expected "):
        kind.heard(sent)


@pytest.mark.parametrize("sent", [None, True, 5, 1.0, {}, [], "soon", "9" * 5000, "1e999", "nan"])
def test_what_is_no_number_from_a_page(sent):
    with pytest.raises(InputError, match=r"^answer: expected a number of ms, got "):
        GiveNumber("ms").heard(sent)


def test_what_a_page_sends():
    assert COUNTS.heard(2) == 2
    assert ChooseSeveral(("a", "b", "c")).heard([2, 0]) == (0, 2)
    assert PutInOrder(("a", "b")).heard([1, 0]) == (1, 0)
    assert GiveNumber("ms").heard("300") == 300
    assert PACKETS.heard("m2/msg:N#1") == "m2/msg:N#1"


def test_a_number_near_enough_is_right():
    kind = GiveNumber("ms", within=10)
    assert [kind.is_right(value, (300,)) for value in (289, 290, 310, 311)] == [False, True, True, False]
    near, exact = (in_a_sentence(kind, said, (300,), True) for said in (310, 300))
    assert near == "Right, near enough. You said: 310 ms. The run says: 300 ms."
    assert exact == "Right: 300 ms."


def test_of_several_choices_one_sees_where_each_begins():
    losses = ChooseSeveral(("ack:R is lost, and msg:R#2 is late", "ack:R and ack:N are lost", "none is lost"))
    assert losses.words((0, 1)) == "ack:R is lost, and msg:R#2 is late; ack:R and ack:N are lost"
    assert losses.words((2,)) == "none is lost"
    assert ChooseSeveral(("msg:R", "msg:A", "msg:N")).words((0, 1, 2)) == "msg:R, msg:A and msg:N"


@pytest.mark.parametrize("choices", [(), ("one",), tuple(range(13)), ("a", "a"), ("1", 1)])
def test_choices_that_make_no_question(choices):
    with pytest.raises(InputError, match=r"^choices: expected "):
        ChooseOne(choices)


def test_the_words_of_what_a_phone_shows():
    assert choice_in_words(["hi", "hi"]) == "“hi”, then “hi”"
    assert choice_in_words(()) == "nothing"
