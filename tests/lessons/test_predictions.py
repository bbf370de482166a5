"""The predictions of the lessons: each can be answered, right and wrong, and nothing tells the answer before."""

import json
import re
from pathlib import Path

import pytest
from predictions import another, asked_in, asked_where, cells_of, rights_of

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
MOST_CELLS = 40
REBUILT = [lesson for lesson in LESSONS if re.search(r"import [^\n]*\bPredict\b", lesson.read_text("utf-8"))]


@pytest.mark.parametrize("lesson", REBUILT, ids=lambda path: path.stem)
def test_each_can_be_answered_right_and_wrong(lesson, monkeypatch):
    asked = asked_in(lesson, monkeypatch)
    assert len(asked) >= (1 if lesson.name.startswith("00-") else 4)
    for guess in asked:
        kind = guess._kind
        right = guess._commit(rights_of(guess)[0])
        assert right.right, guess.question
        wrong = guess._commit(another(kind, right.rights))
        assert not wrong.right, guess.question
        assert wrong.sentence.startswith("Not so. You said: "), guess.question
        assert guess.run, guess.question


@pytest.mark.parametrize("lesson", REBUILT, ids=lambda path: path.stem)
def test_each_is_asked_once(lesson, monkeypatch):
    questions = [guess.question for guess in asked_in(lesson, monkeypatch)]
    assert len(questions) == len(set(questions))


@pytest.mark.parametrize("lesson", REBUILT, ids=lambda path: path.stem)
def test_no_text_in_front_of_a_question_holds_its_reason(lesson, monkeypatch):
    """Neither the words of the lesson nor what the question shows before it is answered."""
    texts = "\n".join("".join(cell["source"]) for cell in cells_of(lesson))
    for guess in asked_in(lesson, monkeypatch):
        bundle, _ = guess._repr_mimebundle_()
        said = json.dumps([bundle["text/plain"], bundle["text/html"], guess.asked], ensure_ascii=False)
        guess._commit(rights_of(guess)[0])
        sentence, *reasons = guess.reason
        assert sentence not in said + texts, guess.question
        told = [reason for reason in reasons if re.match(r"[1-9]", reason) and reason in said]
        assert told == [] or "packet" in guess.asked["kind"], guess.question


FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
ON_ONE_SCREEN = 3  # so many cells below a question one sees beside it
SMALL = 100  # a smaller number stands anywhere


def seen_below(lesson, place):
    """What one sees below a question's cell before one answers it: no more than its author left unfolded."""
    cells = cells_of(lesson)[place + 1 : place + 1 + ON_ONE_SCREEN]
    return FOLDED.sub("", "\n".join("".join(cell["source"]) for cell in cells))


def gives_away(below, asked, rights):
    """What in a text says which answer is right: a number, or a name among names of which others are not there."""
    if asked["kind"] == "number":
        numbers = [f"{right:g}" for right in rights if right >= SMALL]
        return [number for number in numbers if re.search(rf"(?<![\d.,]){number}(?![\d.,]\d)", below.replace(",", ""))]
    if asked["kind"] not in ("one", "several"):
        return []
    names = [choice for choice in asked["choices"] if re.fullmatch(r"\w+_\w+", choice)]
    told = [name for name in names if name in below]
    chosen = rights[0] if asked["kind"] == "several" else rights
    right = {asked["choices"][place] for place in chosen}
    return [name for name in told if name in right and set(told) != set(names)]


@pytest.mark.parametrize("lesson", REBUILT, ids=lambda path: path.stem)
def test_nothing_below_a_question_gives_its_answer_away(lesson, monkeypatch):
    """A learner has the next cells on the screen while they answer: neither text nor code there may say it."""
    for place, guess in asked_where(lesson, monkeypatch):
        below = seen_below(lesson, place)
        assert gives_away(below, guess.asked, rights_of(guess)) == [], guess.question


@pytest.mark.parametrize("lesson", REBUILT, ids=lambda path: path.stem)
def test_a_lesson_is_short_and_says_how_long_it_takes(lesson):
    cells = cells_of(lesson)
    assert len(cells) <= MOST_CELLS
    first = "".join(cells[0]["source"])
    exercises = sum('exercises["' in "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    more = ["", ", and 10 more for the exercise", ", and 15 more for two exercises"][exercises]
    assert re.search(rf"^\*(\d+) minutes{more}\.", first, re.MULTILINE), "its minutes stand below its title"
