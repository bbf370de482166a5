"""What comes from strangers to the course: hand-ins, progress, notebooks and a page's messages are read or refused.

By night each is tried with many thousands of inputs; `-s` says with how many.
"""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nightly import by_night

from imteach import Drop, InputError, Predict, Scenario
from imteach.course.hidden import hide_outputs
from imteach.course.predictions.view import PredictView
from imteach.course.progress.done import Done, read_done
from imteach.course.progress.handin import HandIn, _signed, read_hand_in
from imteach.course.slides import as_slides
from imteach.course.workspace import without_answers

often = settings(max_examples=by_night(50_000, 40), deadline=None, suppress_health_check=list(HealthCheck))

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("<script>alert(1)")
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)

DONE = Done("2026-11-30T10:45:00+01:00", "predict", "05-timeout-and-retransmission", "How often?", "once", right=False)
NOTEBOOK: dict[str, Any] = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["## Round 1\n"]},
        {
            "cell_type": "code",
            "metadata": {"tags": ["lab"], "jupyter": {"outputs_hidden": True}},
            "source": "Lab('dedup')",
            "execution_count": 1,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "an answer"}],
        },
    ],
    "metadata": {"kernelspec": {"name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways that lead to each part of a JSON value, the whole first."""
    yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*way, key))


def changed(value: Any) -> st.SearchStrategy[Any]:
    """This value with one of its parts replaced by anything, or taken out."""

    def change(way: tuple[Any, ...], new: Any, takes_out: bool) -> Any:
        if not way:
            return new
        whole = copy.deepcopy(value)
        part = whole
        for key in way[:-1]:
            part = part[key]
        if takes_out:
            del part[way[-1]]
        else:
            part[way[-1]] = new
        return whole

    return st.builds(change, st.sampled_from(list(places(value))), anything, st.booleans())


def read_or_refused(read: Callable[[Any], Any], given_: Any) -> Any:
    """What was read, or None: only a documented error may stop it, in a short text."""
    try:
        return read(given_)
    except InputError as error:
        said = str(error)
    assert 0 < len(said) < 400
    return None


@often
@given(changed(json.loads(DONE.line)))
def test_a_line_of_progress_is_read_or_refused(value: Any) -> None:
    done = read_or_refused(read_done, value)
    assert done is None or (read_done(json.loads(done.line)) == done and isinstance(done.right, bool))


@often
@given(changed(json.loads(HandIn("ada", DONE.when, (DONE,)).to_json())))
def test_a_hand_in_with_one_field_changed_is_read_or_refused(value: Any) -> None:
    if isinstance(value, dict) and "sha256" in value:  # signed anew: else none would come further
        value["sha256"] = _signed({name: part for name, part in value.items() if name != "sha256"})
    hand_in = read_or_refused(read_hand_in, json.dumps(value))
    assert hand_in is None or read_hand_in(hand_in.to_json()) == hand_in


@often
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_file_is_a_hand_in_or_refused(text: str | bytes) -> None:
    assert read_or_refused(read_hand_in, text) is None


@often
@given(changed(NOTEBOOK) | anything)
def test_any_notebook_is_handed_out_without_its_answers_or_left_alone(value: Any) -> None:
    before = json.dumps(value).encode()
    for bring in (without_answers, as_slides):
        after = bring(before)
        assert after == before or bring(after) == after
    handed = without_answers(before)
    if handed != before:
        for cell in json.loads(handed)["cells"]:
            assert cell.get("cell_type") != "code" or not cell["outputs"] or "lab" in cell["metadata"]["tags"]


@pytest.fixture(scope="module")
def questions() -> list[Callable[[], Predict]]:
    two, run = ["never", "twice"], Scenario("retransmit")
    return [
        lambda: Predict("How often?", run, Drop("ack:N"), choices=two, answer="twice"),
        lambda: Predict.several("Which?", run, choices=two, answer=["never"]),
        lambda: Predict.number("When?", run, answer=300),
        lambda: Predict.packet("Which?", run, answer="msg:R"),
        lambda: Predict.order("In which order?", run, items=two, answer=["twice", "never"]),
    ]


@often
@given(st.integers(0, 4), st.dictionaries(st.just("commit"), anything) | anything)
def test_no_message_of_a_page_stops_a_prediction(
    questions: list[Callable[[], Predict]], kind: int, message: Any
) -> None:
    guess = questions[kind]()
    view = guess.view
    assert isinstance(view, PredictView)
    view._handle_custom_msg(message, [])
    if guess.right is None:
        assert view.verdict == {}
        assert view.run == {}
        assert len(view.refusal) < 400
        assert "stopped with" not in view.refusal  # an error that nobody meant
    else:
        assert view.verdict["right"] is guess.right


def test_outputs_are_hidden_in_what_we_hide_them_in() -> None:
    book = copy.deepcopy(NOTEBOOK)
    book["cells"][1]["metadata"]["tags"] = []
    hide_outputs(book)
    assert b"an answer" not in without_answers(json.dumps(book).encode())
