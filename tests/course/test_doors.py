"""What comes from strangers is read or refused, by whichever door: files, links, what is typed, a page's messages.

By night each door is tried with many thousands of inputs; `tests/bench/fuzz_doors.py` tries as many as one likes.
"""

import copy
import json

import pytest
from doors import DOORS, NOTEBOOK, Door
from hypothesis import HealthCheck, given, settings
from nightly import by_night

from imteach import InputError
from imteach.course.hidden import hide_outputs
from imteach.course.workspace import without_answers


@pytest.mark.parametrize("name", DOORS)
def test_whatever_comes_is_read_or_refused(name: str) -> None:
    door = DOORS[name]
    often = settings(max_examples=by_night(20_000, 30), deadline=None, suppress_health_check=list(HealthCheck))
    often(given(door.inputs)(door.enter))()


def test_what_is_no_refusal_is_noticed() -> None:
    door = Door(DOORS["a line of progress"].inputs, lambda value: {}["did"])
    with pytest.raises(KeyError):
        given(door.inputs)(door.enter)()


def test_what_a_door_refuses_is_said_in_a_short_text() -> None:
    def refuse(given_: object) -> None:
        raise InputError("x" * 1000)

    with pytest.raises(AssertionError):
        Door(DOORS["a link"].inputs, refuse).enter("")


def test_outputs_are_hidden_in_what_we_hide_them_in() -> None:
    book = copy.deepcopy(NOTEBOOK)
    book["cells"][1]["metadata"]["tags"] = []
    hide_outputs(book)
    assert b"an answer" not in without_answers(json.dumps(book).encode())
