"""A prediction: asked before the run, committed once, graded from the trace; nothing tells the answer before."""

import json

import pytest

from imteach import Drop, InputError, Predict, Scenario, explore, fault_map
from imteach.course.predictions.view import PredictView

NEVER_BEFORE = ["twice-is-right", "400 ms", "shown to bob 2 times", "m1/msg:R#2", "no_duplicates", "again"]


def shown_twice(**more):
    return Predict(
        "How often is hello shown?",
        Scenario("retransmit"),
        Drop("ack:N"),
        choices=["never", "once", "twice"],
        answer=lambda trace: trace.happened("show"),
        **more,
    )


def view_of(guess):
    guess._repr_mimebundle_()
    return guess._view


def hear(view, content):
    view._handle_custom_msg(content, [])


def test_the_contract_of_the_design_page():
    guess = Predict(
        "How often is hello shown on bob's phone?",
        Scenario("retransmit"),
        Drop("ack:N"),
        choices=["never", "once", "twice"],
        answer=lambda trace: trace.messages[0].shown["bob"],
    )
    assert guess.right is None
    guess.answer("once")
    assert guess.right is False
    assert guess.reason[0] == "Not so. You said: once. The run says: twice."
    assert "300 ms: alice's timer for m1 runs out: m1/ack:N#1 was dropped" in guess.reason
    assert guess.reveal() == Scenario("retransmit").run(Drop("ack:N"))


def test_the_right_answer_gets_its_reason_too():
    guess = shown_twice()
    assert guess.answer("twice").right
    assert guess.reason[0] == "Right: twice."
    assert guess.reason[-1] == "400 ms: bob is shown “hello” again: the first time was at 100 ms"


def test_the_reason_is_about_this_very_answer():
    """Who said "never" is told what led to the first showing; who said "once", what led to the second."""
    never, once = shown_twice(), shown_twice()
    never.answer("never")
    once.answer("once")
    assert "100 ms: m1/msg:N#1 reaches bob" in never.reason
    assert "300 ms: alice sends msg:R again, as m1/msg:R#2" not in never.reason
    assert "300 ms: alice sends msg:R again, as m1/msg:R#2" in once.reason


def test_the_author_can_say_what_settles_it():
    guess = Predict.packet(
        "Which is sent again?",
        "dedup",
        Drop("ack:N"),
        answer="msg:R",
        because=lambda trace: trace.happened("retransmit"),
    )
    assert not guess.answer("ack:R").right
    assert guess.reason[-1] == "300 ms: alice sends msg:R again, as m1/msg:R#2"


def test_an_answer_is_committed_once():
    guess = shown_twice()
    guess.answer("once")
    with pytest.raises(InputError, match=r"^answer: this was answered already: once; run its cell again"):
        guess.answer("twice")
    assert guess.right is False


def test_what_is_no_answer_commits_nothing():
    guess = shown_twice()
    with pytest.raises(InputError, match="expected one of 'never', 'once', 'twice', got 'often'"):
        guess.answer("often")
    assert guess.right is None
    assert guess.answer("twice").right


def test_a_run_that_fails_commits_nothing():
    guess = Predict("?", lambda: 1 / 0, choices=["a", "b"], answer="a")
    with pytest.raises(ZeroDivisionError):
        guess.answer("a")
    assert guess.right is None


def test_nothing_is_run_before_an_answer():
    ran = []
    guess = Predict("?", lambda: ran.append(1), choices=["a", "b"], answer="a")
    repr(guess), guess.reason, view_of(guess).get_state()
    assert ran == []
    guess.answer("a")
    guess.reveal()
    assert ran == [1]


def everything_said_of(guess):
    """All that reaches the page, the notebook or a reader before an answer: bundle, widget state and text."""
    bundle, metadata = guess._repr_mimebundle_()
    state = {name: getattr(guess._view, name) for name in guess._view.keys if name not in ("_esm", "_css")}
    return json.dumps([bundle, metadata, state, repr(guess), list(guess.reason)], default=str, ensure_ascii=False)


def test_nothing_tells_the_answer_before_it_is_committed():
    guess = shown_twice()
    before = everything_said_of(guess)
    assert [words for words in NEVER_BEFORE if words in before] == []
    guess.answer("never")
    after = json.dumps(guess._view.verdict, ensure_ascii=False)
    assert "400 ms" in after  # so the search above would find it


@pytest.mark.parametrize("answer", ["never", "once", "twice"])
def test_what_is_said_before_does_not_depend_on_the_answer(answer):
    """Two questions that differ in nothing but their right answer say the same, but for the ids of their widgets."""

    def said(right):
        guess = Predict("?", "basic", choices=["never", "once", "twice"], answer=right)
        guess._repr_mimebundle_()
        return (
            guess._view.asked,
            guess._view.verdict,
            guess._view.run,
            guess._view.refusal,
            repr(guess),
            list(guess.reason),
        )

    assert said(answer) == said("never")


def test_the_page_commits_and_is_told_the_verdict():
    guess = shown_twice()
    view = view_of(guess)
    assert view.verdict == {}
    hear(view, {"commit": 1, "ask": ["one", 7]})
    assert view.answered == {"one": 7}
    assert (view.verdict["right"], view.verdict["said"], view.verdict["rights"]) == (False, 1, [2])
    assert "m1/msg:R#2" in view.verdict["packets"]
    assert guess.right is False


@pytest.mark.parametrize("content", [None, 1, {}, {"commit": 7}, {"commit": "<b>"}, {"commit": [0]}, {"do": "drop"}])
def test_a_message_that_makes_no_sense_is_refused_in_words(content):
    guess = shown_twice()
    view = view_of(guess)
    hear(view, content)
    assert view.refusal.startswith("answer: expected one of")
    assert (guess.right, view.verdict) == (None, {})
    hear(view, {"commit": 2})
    assert (guess.right, view.refusal) == (True, "")


def test_a_second_commit_from_another_view_changes_nothing():
    guess = shown_twice()
    view = view_of(guess)
    hear(view, {"commit": 1})
    hear(view, {"commit": 2})
    assert guess.right is False
    assert "answered already: once" in view.refusal


def test_a_run_that_fails_is_said_on_the_page():
    guess = Predict("?", lambda: 1 / 0, choices=["a", "b"], answer="a")
    view = view_of(guess)
    hear(view, {"commit": 0})
    assert view.refusal == "The run of this question stopped with ZeroDivisionError: division by zero"


def test_an_answer_in_python_shows_on_the_page():
    guess = shown_twice()
    view = view_of(guess)
    guess.answer("twice")
    assert view.verdict["right"] is True


def test_revealed_without_an_answer_says_so(capsys):
    guess = shown_twice()
    trace = guess.reveal()
    assert trace.messages[0].shown == {"bob": 2}
    assert capsys.readouterr().out == "You have not answered yet: How often is hello shown?\n"
    assert guess.right is None
    guess.answer("twice")
    assert guess.reveal() is trace
    assert capsys.readouterr().out == ""


def test_a_phone():
    guess = Predict.phone(
        "What does bob see?", "retransmit", Drop("ack:N"), choices=[[], ["hello"], ["hello", "hello"]]
    )
    assert not guess.answer([]).right
    again = Predict.phone("And at 200 ms?", "retransmit", Drop("ack:N"), choices=[["hello"], ["hello"] * 2], at=200)
    assert again.answer(["hello"]).right


def test_the_next_event():
    guess = Predict.next("dedup", Drop("ack:N"), at=160)
    assert guess.asked["soFar"][-1] == "150 ms: the server receives m1/ack:R#1"
    assert not guess.answer("alice receives m1/ack:N#1").right
    assert guess.reason[0].endswith("The run says: m1/ack:N#1 is dropped.")


def test_nothing_more_can_be_right():
    slow = Scenario("basic", latency={"bob": 200})
    assert Predict.next(slow, Drop("msg:N"), at=200).answer("nothing more").right
    assert not Predict.next("basic", at=60).answer("nothing more").right


@pytest.mark.parametrize("at", [100, 5000, -1])
def test_a_moment_after_which_nothing_happens(at):
    with pytest.raises(InputError, match=r"^at: expected"):
        Predict.next("basic", at=at)


@pytest.mark.parametrize("at", [0, 60, 160, 200, 300, 450])
def test_what_comes_next_is_offered_and_not_what_was(at):
    guess = Predict.next("retransmit", Drop("ack:N"), at=at)
    texts = guess.asked["choices"]
    assert 2 <= len(texts) <= 4
    assert texts[:-1] == sorted(texts[:-1])
    assert not [text for text in texts if any(told.endswith(text) for told in guess.asked["soFar"])]


def test_what_was_said_before_is_not_offered_again():
    """The timer runs out at 300 ms and again at 600: at 310 ms that would be no fair choice."""
    guess = Predict.next("retransmit", Drop("msg:R"), Drop("msg:R#2"), at=310)
    assert guess.answer("m1/msg:R#2 is dropped").right
    assert "the timer for m1 runs out" not in guess.asked["choices"]


def test_a_fault_that_struck_nothing_is_a_reason():
    guess = Predict("?", "acked", Drop("msg:N"), Drop("ack:N"), choices=["a", "b"], answer="a")
    guess.answer("b")
    assert guess.reason[-1] == 'Drop("m1/ack:N#1"): this run never sent that packet, so nothing was dropped'


def test_items_are_not_offered_in_the_right_order():
    guess = Predict.order("?", "acked", items=["z first", "a second"], answer=lambda trace: ["z first", "a second"])
    assert guess.asked["choices"] == ["a second", "z first"]
    assert guess.answer("z first", "a second").right


def test_a_question_about_another_result():
    runs = {kind: Scenario("acked").run(Drop(kind)) for kind in ("msg:R", "ack:A")}
    guess = Predict("Which loss does no harm?", lambda: runs, choices=list(runs), answer="ack:A")
    view = view_of(guess)
    hear(view, {"commit": 0})
    assert list(guess.reason)[:2] == ["Not so. You said: msg:R. The run says: ack:A.", "msg:R, which you chose:"]
    assert "30 ms: m1/msg:R#1 is dropped on its way to the server" in guess.reason
    assert "ack:A" in view.run["html"]
    assert "m1/msg:R#1" in view.run["picture"]
    assert view.verdict["runOf"] == "msg:R, which you chose"
    assert guess.reveal() is runs


def asked_of_losses(because=None):
    return Predict.several(
        "After which is bob shown it twice?",
        lambda: fault_map("retransmit"),
        choices=["msg:R", "msg:A", "ack:R", "ack:N"],
        answer=lambda losses: [one.short_names for one in losses.singles if one.messages[0].shown["bob"] > 1],
        because=because,
    )


def asked_of_a_search():
    return Predict.several(
        "What is broken?",
        lambda: explore("acked", faults=2),
        choices=["no_duplicates", "no_false_failure", "all_delivered"],
        answer=["no_false_failure", "all_delivered"],
    )


@pytest.mark.parametrize(
    ("guess", "said", "case", "reason"),
    [
        (asked_of_losses(), ["msg:A", "ack:N"], "ack:R, which you left out", "130 ms: m1/ack:R#1 is dropped"),
        (asked_of_losses(), ["msg:A", "ack:R", "ack:N"], "msg:A, which you chose", "80 ms: m1/msg:A#1 is dropped"),
        (asked_of_losses(), ["ack:R", "ack:N"], "ack:R, for example", "130 ms: m1/ack:R#1 is dropped"),
        (
            asked_of_losses(lambda losses: {"both": losses["msg:R"].trace}),
            ["ack:R"],
            "both",
            "30 ms: m1/msg:R#1 is dropped",
        ),
        (asked_of_losses(lambda losses: losses["ack:N"].trace), ["ack:R"], "", "180 ms: m1/ack:N#1 is dropped"),
        (
            asked_of_a_search(),
            ["all_delivered"],
            "no_false_failure, which you left out",
            "300 ms: alice sees ! failed, though bob was shown it at 100 ms",
        ),
    ],
)
def test_of_several_runs_the_reason_is_told_from_the_one_that_the_answer_is_mistaken_about(guess, said, case, reason):
    grade = guess.answer(*said)
    assert grade.settled_by.name == case
    assert reason in grade.reason
    assert (f"{case}:" in list(grade.reason)) == bool(case)
    assert grade.packets
    assert set(grade.packets) <= set(grade.settled_by.trace.packet)
    assert {"picture", "html"} <= set(guess.run)


def test_each_other_choice_that_is_mistaken_has_a_line():
    grade = asked_of_losses().answer("msg:R", "msg:A", "ack:N")
    once = "which you chose: alice sees ✓✓ delivered, bob is shown “hello” once"
    assert grade.settled_by.name == "ack:R, which you left out"
    assert list(grade.reason)[-2:] == [f"msg:R, {once}", f"msg:A, {once}"]
    assert asked_of_losses().answer("ack:R", "ack:N").settled_by.others == ()
    searched = asked_of_a_search().answer("no_duplicates", "all_delivered")
    assert searched.reason[-1] == "no_duplicates, which you chose: no run that was tried breaks it"


def test_a_choice_without_a_run_of_its_own_is_shown_by_the_right_one():
    guess = Predict(
        "What does it find broken first?",
        lambda: explore("acked", faults=2),
        choices=["none", "no_false_failure"],
        answer="no_false_failure",
    )
    assert guess.answer("none").settled_by.name == "no_false_failure, which is right"


def test_a_number_about_several_runs_has_a_reason_only_if_the_author_names_one():
    def asked(because):
        runs = {kind: Scenario("acked").run(Drop(kind)) for kind in ("msg:R", "ack:A")}
        return Predict.number("How many fail?", lambda: runs, unit="", answer=1, because=because)

    assert asked(None).answer(2).settled_by is None
    assert asked(lambda runs: {"msg:R": runs["msg:R"]}).answer(2).settled_by.name == "msg:R"


def test_what_did_not_happen_is_a_reason_too():
    guess = Predict("How does it end?", "basic", Drop("msg:N"), choices=["well", "badly"], answer="badly")
    assert guess.answer("well").reason[-1] == (
        "100 ms: nothing brings it to bob any more, and nobody notices: alice sees ✓ sent"
    )
    promises = Predict.several(
        "Which?", "basic", choices=["no_duplicates", "all_delivered"], answer=lambda trace: ["all_delivered"]
    )
    assert "knows” (all_delivered): bob was shown" in " ".join(promises.answer("no_duplicates").reason)
    assert promises.reason[-1] == "no_duplicates, which you chose: this run keeps it"


def test_several_numbers_are_a_table():
    guess = Predict("Which is more?", lambda: {"with <b>": 1.5, "without": 2.0}, choices=["with", "without"], answer=1)
    guess.answer("with")
    assert "<td" in guess.run["html"]
    assert "with &lt;b&gt;" in guess.run["html"]
    assert ">1.5<" in guess.run["html"]
    assert ">2<" in guess.run["html"]


def test_what_a_stranger_prints_is_text():
    class Hostile:
        def __str__(self):
            return "<script>alert(1)</script>"

        def _repr_mimebundle_(self):
            return {"text/html": "<script>alert(1)</script>"}

    guess = Predict("?", Hostile, choices=["a", "b"], answer="a")
    guess.answer("a")
    assert guess.run == {"text": "<script>alert(1)</script>"}


def test_what_is_asked_is_text_in_the_still_page():
    guess = Predict("<img onerror=1>?", "basic", choices=["<b>", "`x`"], answer=0)
    html = guess._repr_mimebundle_()[0]["text/html"]
    assert html.startswith("<p><b>A still question.</b>")
    assert "&lt;img onerror=1&gt;?" in html
    assert "<li>&lt;b&gt;</li><li><code>x</code></li>" in html


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"question": 7}, "question: expected"),
        ({"scenario": 7}, "scenario: expected a Scenario, the name of a rung or a function, got 7"),
        ({"scenario": "tcp"}, "tcp"),
        ({"choices": "yes"}, "choices: expected a list, got 'yes'"),
    ],
)
def test_a_question_that_makes_no_sense(given, said):
    asked = {"question": "?", "scenario": "basic", "choices": ["a", "b"], "answer": "a"} | given
    with pytest.raises(InputError) as caught:
        Predict(asked.pop("question"), asked.pop("scenario"), **asked)
    assert said in str(caught.value)


def test_the_view_has_our_script_and_styles():
    assert "export default { render };" in PredictView._esm
    assert ".imteach-predict" in str(PredictView._css)
