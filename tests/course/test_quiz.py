"""Questions drawn by a seed: the same for a seed, none twice, and each can be answered right and wrong."""

import pytest

from imteach import InputError, quiz
from imteach.course.quiz import PLAIN, TEMPLATES


def asked(drawn):
    return [question.question for question in drawn]


def test_a_seed_gives_the_same_questions_and_another_gives_others():
    assert asked(quiz(seed=3)) == asked(quiz(seed=3))
    assert asked(quiz(seed=3)) != asked(quiz(seed=4))


def test_what_a_seed_gives_on_every_machine():
    assert asked(quiz(seed=7, questions=2, upto="dedup")) == [
        "At `acked`, ack:R is dropped. How often is “hello” shown on bob's phone?",
        "At `basic`, msg:A is dropped. What does alice see beside “hello” at the end?",
    ]


@pytest.mark.parametrize("seed", range(12))
def test_no_two_questions_are_the_same_and_each_has_right_and_wrong_answers(seed):
    drawn = quiz(seed=seed, questions=2 * len(TEMPLATES))
    assert len(set(asked(drawn))) == len(drawn) == 2 * len(TEMPLATES)
    for question in drawn:
        kind = question._kind
        rights = kind.rights(question._answer(question._result))
        assert question.answer(kind.words(rights[0]) if kind.name == "one" else rights[0]).right, question.question
        assert question.reason[1:], question.question


@pytest.mark.parametrize("upto", PLAIN)
def test_questions_are_about_rungs_that_were_met(upto):
    met = PLAIN[: PLAIN.index(upto) + 1]
    assert {question.scenario.rung for question in quiz(seed=1, questions=20, upto=upto)} <= set(met)


def test_the_score_counts():
    drawn = quiz(seed=7, questions=3, upto="dedup")
    assert drawn.score == "0 of 3 answered, 0 right"
    drawn[0].answer("once")
    drawn[1].answer("✓ sent")
    assert drawn.score == "2 of 3 answered, 1 right"


def test_it_shows_all_its_questions_and_no_answer():
    drawn = quiz(seed=7, questions=3, upto="dedup")
    bundle = drawn._repr_mimebundle_()
    assert bundle["text/html"].count("<b>Predict.</b>") == 3
    assert "The run says" not in bundle["text/html"] + bundle["text/plain"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"questions": 0}, "questions"),
        ({"questions": 41}, "questions"),
        ({"upto": "group"}, "upto: expected one of basic"),
    ],
)
def test_what_cannot_be_drawn(given, said):
    with pytest.raises(InputError, match=said):
        quiz(**given)


def test_the_paper_has_every_question_and_no_answer():
    drawn = quiz(seed=5)
    paper = drawn.paper()
    assert [line.split(".")[0] for line in paper.splitlines() if line[:1].isdigit()] == [str(n) for n in range(1, 13)]
    assert max(map(len, paper.splitlines())) <= 96
    assert "`" not in paper
    assert all(question.right is None for question in drawn)


def test_the_key_is_what_the_runs_say():
    drawn = quiz(seed=7, questions=3, upto="dedup")
    assert drawn.key().splitlines() == ["Quiz 7: what is right", " 1. once", " 2. ! failed", " 3. 1 packet"]
    assert all(question.right is None for question in drawn)
