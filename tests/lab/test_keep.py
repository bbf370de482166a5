"""A run that is kept beside the next ones: what Python does, and what it sends to the page."""

import json
import re
import zlib

import pytest

from imteach import Client, Compare, Drop, InputError, Lab, Say, Scenario
from imteach.draw import drawn
from imteach.lab import shown
from imteach.lab.live import packed
from imteach.lab.session import Session

NASTY = '</svg><script>alert(1)</script> "><img src=x onerror=alert(2)>'


def revision(lab: Lab) -> int:
    return int(lab.picture.partition('data-rev="')[2].partition('"')[0])


def tell(lab: Lab, **message: object) -> None:
    lab._handle_custom_msg({"rev": revision(lab)} | message, [])


@pytest.fixture
def lab() -> Lab:
    lab = Lab("retransmit")
    lab.keep()
    lab.drop("ack:N")
    return lab


def heights(svg: str, css: str) -> list[float]:
    """At which heights lines of this class begin."""
    return [float(y) for y in re.findall(rf'class="{css}"[^>]* d="M[\d.]+ ([\d.]+)', svg)]


def times(svg: str) -> dict[str, str]:
    """How far down each time stands."""
    times = re.search(r'<g class="imt-times">(.*?)</g>', svg, re.DOTALL)[1]
    return {t: y for y, t in re.findall(r' y="([\d.]+)">([^<]+)<', times)}


# The session


def test_what_is_kept_stays_while_the_present_run_changes():
    lab = Lab("dedup", Drop("msg:N"))
    assert lab.kept is None
    lab.keep()
    kept = lab.trace
    lab.rung = "retransmit"
    lab.drop("ack:N")
    assert lab.kept is kept
    assert (kept.rung, kept.faults) == ("dedup", (Drop("m1/msg:N#1"),))
    lab.keep()
    assert lab.kept is lab.trace is not kept
    lab.put_away()
    assert lab.kept is None
    with pytest.raises(InputError, match="nothing to put away: no run is kept"):
        lab.put_away()


def test_keeping_is_no_step():
    session = Session("dedup")
    session.drop("ack:N")
    session.undo()
    session.keep()
    assert (session.can_undo, session.can_redo, session.can_reset) == (False, True, False)
    session.redo()
    session.undo()
    session.drop("msg:N")
    session.reset()
    assert session.kept is not None
    assert session.kept.faults == ()
    session.put_away()
    assert session.can_undo


# What goes to the page


def test_nothing_is_sent_of_a_run_as_long_as_none_is_kept(monkeypatch):
    alone, lab = Lab("retransmit", Drop("ack:N")), Lab("retransmit")
    assert lab.beside == {}
    lab.keep()
    lab.put_away()
    lab.drop("ack:N")
    assert lab.beside == {}
    parts = [name for name in lab.keys if not name.startswith("_") and name not in ("layout", "tabbable", "tooltip")]
    here, there = ({name: getattr(each, name) for name in parts} for each in (lab, alone))
    for page, each in ((here, lab), (there, alone)):
        page["picture"] = page["picture"].replace(f'data-rev="{revision(each)}"', "")
    assert {name for name in parts if here[name] != there[name]} == {"steps"}
    assert lab.picture == drawn(lab.trace, revision(lab)).svg

    monkeypatch.setattr(shown, "drawn_beside", None)  # nor is anything drawn twice
    lab.take_back("ack:N")


def test_both_are_drawn_on_one_time_scale_with_the_first_difference_in_both(lab: Lab):
    beside = lab.beside
    here, there = times(lab.picture), times(beside["picture"])
    assert here == there
    assert {"0 ms", "200 ms", "500 ms"} <= here.keys()
    line = dict(lab.drawn["axis"])[180]
    assert set(heights(lab.picture, "imt-first")) == set(heights(beside["picture"], "imt-first")) == {line}
    for svg in (lab.picture, beside["picture"]):
        assert re.findall(r'class="imt-first-words"[^>]*>([^<]+)<', svg) == ["first", "difference"]
    assert 'First run, kept: retransmit, nothing dropped"' in beside["picture"]
    assert 'Second run, now: retransmit, m1/ack:N#1 dropped"' in lab.picture
    assert "imt-first" in lab.sheet


def test_what_happens_at_one_time_stands_at_one_height_however_much_happened_before():
    lab = Lab(Scenario("dedup", say=[Say("one"), Say("two", at=3000)]))
    lab.keep()
    lab.drop("m1/ack:N")
    lab.drop("m1/ack:N#2")

    def height(svg: str) -> str:
        return re.search(r'<text [^>]*y="([\d.]+)">m2 msg:R<', svg)[1]

    assert height(lab.picture) == height(lab.beside["picture"])
    assert height(lab.picture) != height(drawn(lab.kept).svg)


def test_a_time_that_stands_where_the_words_do_is_left_out():
    lab = Lab(Scenario("retransmit", latency=10))
    lab.keep()
    lab.drop("ack:N")
    line = dict(lab.drawn["axis"])[36]
    assert {"10 ms", "300 ms"} <= times(lab.picture).keys()
    assert not any(line - 40 < float(y) - 3.5 < line - 4 for y in times(lab.picture).values())
    assert any(line - 40 < y < line - 4 for _, y in lab.drawn["axis"])


def test_the_page_is_told_what_differs_as_compare_says_it(lab: Lab):
    compare = Compare(lab.kept, lab.trace)
    assert lab.beside["sentence"] == f"{compare.sentence}"
    assert "\n" not in lab.beside["sentence"]
    assert lab.beside["came"] == [*map("{}".format, compare.outcome)]
    assert (lab.beside["same"], lab.beside["note"]) == (False, "")
    assert lab.beside["about"].startswith("First run, kept: Sequence diagram: retransmit, nothing dropped.")
    lab.undo()
    assert lab.beside["same"]
    assert lab.beside["came"] == ["Now change one thing in the second run: where the two part is marked in both."]


def test_runs_that_differ_and_come_to_the_same_say_so():
    lab = Lab("dedup")
    lab.keep()
    lab.set(rto=299)
    assert lab.beside["came"] == ["What came of it is the same in both."]


def test_the_time_goes_through_both_runs(lab: Lab):
    assert lab.moments["jumps"]["difference"] == [180]
    assert lab.moments["end"] == 500
    lab.keep()
    lab.undo()
    assert lab.trace.events[-1].t == 200
    assert lab.moments["end"] == 500
    assert {300, 500} <= {*lab.moments["instants"]} == {t for t, _ in lab.drawn["axis"]}
    assert dict(map(tuple, lab.moments["told"]))[300].startswith("In the first run: the timer for m1 runs out")
    lab.put_away()
    assert lab.moments["end"] == 200
    assert "difference" not in lab.moments["jumps"]


def test_the_axis_never_goes_back_up():
    say = [Say("one"), Say("two", at=1), Say("three", to="alice", sender="bob", at=1)]
    lab = Lab(Scenario("ordered", say=say, latency=5))
    lab.keep()
    lab.drop("m2/msg:N")
    axis = lab.drawn["axis"]
    assert len({t for t, _ in axis}) < len(axis)  # some instants are spread out
    assert axis == sorted(axis) == sorted(axis, key=lambda mark: mark[1])


def test_what_is_saved_is_the_present_run_by_itself(lab: Lab):
    alone = drawn(lab.trace, revision(lab))
    assert lab.beside["alone"] == {"picture": alone.svg, "sheet": alone.sheet}
    assert "imt-first" not in alone.svg + alone.sheet
    assert "First run" not in lab._repr_mimebundle_()[0]["text/html"]


def test_long_runs_are_compared_in_words(monkeypatch):
    lab = Lab(Scenario("basic", say=[Say("hi", at=100 * number) for number in range(70)]))
    lab.keep()
    lab.drop("m1/msg:N")
    assert "A run of more than 200 packets is shown in parts" in lab.beside["note"]
    assert lab.beside["sentence"].startswith("At 80 ms m1/msg:N#1 is dropped in the second run")
    assert "picture" not in lab.beside
    assert "imt-first" not in lab.picture
    assert "difference" not in lab.moments["jumps"]
    lab.window = 1
    assert lab.beside["note"]
    lab.preset("msg:N is lost")  # a short run beside a long one
    assert lab.beside["note"]


def test_a_run_in_which_a_learners_code_stopped_can_be_kept():
    class Stops(Client):
        def on_msg_n(self, packet):
            raise ZeroDivisionError

    lab = Lab(Scenario("basic", client=Stops))
    lab.keep()
    lab.drop("msg:N")
    assert lab.refusal == ""
    assert "The code of bob stops over a mistake in the first run only." in lab.beside["came"]


def test_what_a_learner_typed_is_text_in_the_kept_picture():
    lab = Lab(Scenario("basic", say=[Say(NASTY)]))
    lab.keep()
    lab.drop("msg:N")
    picture = lab.beside["picture"]
    assert "<script" not in picture
    assert "<img" not in picture
    assert picture.count("</svg>") == 1
    assert "&lt;/svg&gt;" in picture


def test_the_part_travels_compressed(lab: Lab):
    trait = lab.traits()["beside"]
    assert trait.metadata["to_json"] is packed
    assert json.loads(zlib.decompress(packed(lab.beside, lab))) == lab.beside


# What the page asks for


def test_the_page_keeps_a_run_and_puts_it_away():
    lab = Lab("dedup")
    before = revision(lab)
    tell(lab, do="keep")
    assert lab.kept is lab.trace
    assert revision(lab) == before + 1  # it is drawn beside
    tell(lab, do="keep", rev=before)  # a double click
    assert (lab.kept is lab.trace, lab.refusal) == (True, "")
    tell(lab, do="put away")
    tell(lab, do="put away", rev=before + 1)
    assert (lab.kept, lab.refusal) == (None, "")
    tell(lab, do="put away")
    assert lab.refusal == "nothing to put away: no run is kept"


def test_a_run_that_the_learner_did_not_see_is_not_kept():
    lab = Lab("dedup")
    seen = revision(lab)
    lab.drop("ack:N")
    tell(lab, do="keep", rev=seen)
    assert lab.kept is None
    assert lab.refusal == "the run is another one by now, so it was not kept; Keep keeps that one"


@pytest.mark.parametrize("message", [{"do": "keep", "trace": {}}, {"do": "keep", "of": 1}, {"do": "put away", "of": 1}])
def test_a_message_that_says_more_is_refused(message):
    lab = Lab("dedup")
    tell(lab, **message)
    assert lab.kept is None
    assert "takes nothing, and not" in lab.refusal


def test_a_second_lab_is_not_touched(lab: Lab):
    other = Lab("retransmit")
    lab.keep()
    assert (other.kept, other.beside) == (None, {})
