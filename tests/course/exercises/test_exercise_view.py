"""The page of a checked answer: what Python tells it, and the hints that it asks for."""

import json

import pytest
from ipywidgets.widgets import widget

from imteach import Client, Drop, InputError, exercises
from imteach.course.exercise_view import ExerciseView, live
from imteach.protocol import StartTimer, Transmit


class Silent(Client):
    def on_msg_n(self, packet):
        return [] if packet.msgid in self.dedup else super().on_msg_n(packet)


class Ours(Client):
    """The client of the rung as it is."""


@pytest.fixture
def failed():
    return exercises["mend the silent dedup"].check(Silent)


def test_it_tells_the_stages_and_what_is_wrong(failed):
    told = ExerciseView(failed).report
    assert told["passed"] is False
    assert [stage["name"] for stage in told["stages"]] == [name for name, _, _ in failed.stages]
    assert told["reason"] == failed.reason
    assert told["below"].startswith("The run below shows it")


def test_hints_come_one_by_one_and_only_when_asked_for(failed):
    view = ExerciseView(failed)
    assert view.hints == {"given": [], "left": 3}
    assert not [hint for hint in exercises["mend the silent dedup"].hints if hint in json.dumps(view.report)]
    for count in (1, 2, 3, 3):
        view._handle_custom_msg({"do": "hint"}, [])
        assert (len(view.hints["given"]), view.hints["left"]) == (count, 3 - count)
    assert len(set(view.hints["given"])) == 3


@pytest.mark.parametrize("content", [None, 1, {}, {"do": "solve"}, {"do": ["hint"]}, "hint"])
def test_nothing_else_can_be_asked_for(failed, content):
    view = ExerciseView(failed)
    view._handle_custom_msg(content, [])
    assert view.hints == {"given": [], "left": 3}


def test_the_counterexample_is_a_lab(failed):
    lab = failed.lab()
    assert lab.faults == (Drop("m1/ack:R#1"),)
    assert not lab.trace.promises["no_false_failure"]


def test_a_notebook_shows_the_page_and_keeps_the_still_report(failed):
    bundle = failed._repr_mimebundle_()
    assert bundle["text/plain"] == failed.to_text()
    assert bundle["text/html"] == failed.to_html()
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_without_ipywidgets_the_still_report_is_shown(failed, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "imteach.course.exercise_view", None)
    monkeypatch.setattr("imteach.views._LOADED", {})
    assert set(failed._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_what_is_solved_has_no_run_below_it():
    told = ExerciseView(exercises["mend the silent dedup"].check(Ours)).report
    assert (told["passed"], told["reason"], told["below"]) == (True, "", "")


class Endless(Client):
    """It never gives up."""

    def on_timer(self, msgid):
        return [Transmit(self.msg_r(msgid, self.queue[msgid].message)), StartTimer(msgid)]


class ShowsSent(Client):
    """It shows ✓ after ✓✓, where there is no clock."""

    def on_msg_a(self, packet):
        return [self.report(packet.msgid, "sent")]


@pytest.mark.parametrize("made", [Endless, ShowsSent])
def test_a_run_that_no_lab_can_show_stands_below_as_a_picture(made):
    report = exercises["no ✓ after ✓✓"].check(made)
    page, picture = _shown_below_the_page(report)
    assert page.report["below"] == "The run below shows it."
    assert picture.value == report.picture
    assert "Sequence diagram: dedup" in picture.value
    with pytest.raises(InputError, match=r"this counterexample .*, so the Lab cannot show it"):
        report.lab()


def _shown_below_the_page(report):
    model = live(report)["application/vnd.jupyter.widget-view+json"]["model_id"]
    return widget._instances[model].children
