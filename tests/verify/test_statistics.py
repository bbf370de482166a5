"""Many runs under random loss: what is counted, that it agrees with the arithmetic, and that it can be stopped."""

import json
from fractions import Fraction
from itertools import pairwise
from math import sqrt

import pytest

from imteach import Client, Drop, InputError, Loss, Offline, Say, Scenario
from imteach.protocol import Discard
from imteach.verify import stats, sweep
from imteach.verify.count import statistics
from imteach.verify.count.tally import MEANS, SHARES, loss_of

TWO = Scenario("dedup", say=[Say("one"), Say("two", at=10)])


@pytest.mark.parametrize("rung", ["basic", "acked", "retransmit", "dedup", "offline", "ordered"])
@pytest.mark.parametrize("loss", [0.2, 0.5])
def test_measured_values_lie_near_the_closed_forms(rung, loss):
    result = stats(Scenario(rung), loss, messages=2000, seed=4)
    for name, (value, low, high, form) in result.measures.items():
        if form is None:
            continue
        sigma = sqrt(form * (1 - form) / 2000) if name in SHARES else (high - low) / 2 / 1.96
        assert abs(value - form) <= 4 * sigma + 1e-12, name


def test_about_one_interval_in_twenty_misses_the_closed_form():
    inside = [stats(Scenario("acked"), 0.3, messages=200, seed=seed).measures["shown"].inside for seed in range(100)]
    assert 88 <= sum(inside) <= 99


def test_two_messages_of_a_run_count_as_two():
    result = stats(TWO, 0.2, messages=1000)
    assert (result.messages, result.runs) == (1000, 500)
    assert result.measures["delivered"].inside
    assert result.measures["packets_per_message"].inside


def test_a_run_is_made_whole():
    result = stats(TWO, 0.2, messages=7)
    assert (result.messages, result.runs, result.finished) == (8, 4, True)


def test_the_ways_to_end_add_up():
    for rung in ("basic", "acked", "dedup"):
        measures = stats(Scenario(rung), 0.3, messages=500).measures
        ends = ("delivered", "true_failure", "false_failure", "unconfirmed", "other")
        assert sum(measures[name].value for name in ends) == pytest.approx(1)


def test_each_run_can_be_run_again_alone():
    result = stats(Scenario("retransmit"), 0.3, messages=40, seed=9)
    runs = [Scenario("retransmit").run(loss_of(0.3, 9, run)) for run in range(40)]
    (said,) = zip(*(run.messages for run in runs), strict=True)
    assert result.delivered == sum(one.status == "delivered" for one in said) / 40
    assert result.duplicates == sum(one.shown["bob"] > 1 for one in said) / 40
    assert result.packets_per_message == sum(len(run.packets) for run in runs) / 40


def test_latency_counts_from_when_something_was_said():
    late = Scenario("dedup", say=[Say("late", at=5000)])
    assert stats(late, 0, messages=1).latency["shown"]["p50"] == 100
    assert stats(late, 0, messages=1).latency["delivered"]["p50"] == 200


def test_an_example_is_the_first_of_its_kind():
    few, many = (stats(Scenario("dedup"), 0.2, messages=count) for count in (50, 1000))
    assert set(few.counts.first) >= {"delivered", "false_failure"}
    assert all(many.counts.first[name] == run for name, run in few.counts.first.items())
    assert many.example("false_failure").faults == few.example("false_failure").faults


def test_an_example_shows_what_was_counted():
    result = stats(Scenario("dedup"), 0.2, messages=200)
    trace = result.example("false_failure")
    assert (trace.messages[0].status, trace.messages[0].shown) == ("failed", {"bob": 1})
    assert isinstance(trace.faults[0], Loss)
    with pytest.raises(InputError, match="duplicates: not one of 200 messages; try more"):
        result.example("duplicates")
    with pytest.raises(InputError, match="no share 'lost'; shares are delivered, shown"):
        result.example("lost")


# Throws


def test_no_two_runs_throw_the_same():
    seeds = [loss_of(0.2, 0, run).seed for run in range(5000)]
    assert len(set(seeds)) == 5000
    other = {loss_of(p, seed, run).seed for p, seed in [(0.2, 1), (0.3, 0)] for run in range(5000)}
    assert not other & set(seeds)


def test_the_throws_of_neighbouring_runs_and_packets_are_independent():
    """Among 40,000 pairs the lost ones agree as often as two dice would, within 4 standard deviations."""
    packets = ("m1/msg:R#1", "m1/msg:N#1", "m1/msg:R#2")
    lost = [[loss_of(0.3, 0, run).strikes(packet) for packet in packets] for run in range(40_001)]
    pairs = {
        "one packet, one run and the next": [(a[0], b[0]) for a, b in pairwise(lost)],
        "two packets of one run": [(a[0], a[1]) for a in lost],
        "two transmissions of one run": [(a[0], a[2]) for a in lost],
    }
    for what, of in pairs.items():
        both, n = sum(a and b for a, b in of), len(of)
        assert abs(both - n * 0.09) < 4 * sqrt(n * 0.09 * 0.91), what


def test_the_same_question_has_the_same_answer_and_another_seed_another():
    ask = {"scenario": Scenario("dedup"), "loss": 0.2, "messages": 600}
    assert stats(**ask).to_json() == stats(**ask).to_json()
    assert stats(**ask, seed=1).counts != stats(**ask).counts
    assert stats(Scenario("dedup"), 0, 5).to_json() == stats(Scenario("dedup"), 0.0, 5).to_json()


# Scenarios of every kind


def test_faults_that_are_given_strike_in_every_run():
    result = stats(Scenario("dedup"), 0, messages=10, given=[Drop("msg:R")])
    assert (result.delivered, result.measures["attempts_per_message"].value) == (1, 2)
    assert result.latency["shown"] == {"p50": 400, "p90": 400, "p99": 400}
    away = stats(Scenario("offline"), 0.1, messages=50, given=[Offline("bob")])
    assert (away.shown, away.measures["false_delivery"].value) == (0, 0)  # it is kept for him


class InSilence(Client):
    """Discards a duplicate without acking it again."""

    def on_msg_n(self, packet):
        effect = self.show_or_discard(packet)
        return [effect] if isinstance(effect, Discard) else [effect, *self.acknowledge(packet)]


def test_a_learners_client_is_counted_like_ours_and_has_no_closed_form():
    ours = stats(Scenario("dedup"), 0.2, messages=1000)
    mine = stats(Scenario("dedup", client=InSilence), 0.2, messages=1000)
    assert mine.false_failure > 1.5 * ours.false_failure
    assert mine.shown == ours.shown
    assert {measured.form for measured in mine.measures.values()} == {None}
    assert "No closed form is known here: the client or the server is not" in mine.to_text()


def test_a_group_has_shown_a_message_when_its_last_member_has_seen_it():
    groups = {"friends": ["alice", "bob", "carol"]}
    scenario = Scenario("group", groups=groups, say=[Say(to="friends")], latency={"carol": 500})
    result = stats(scenario, 0, messages=3)
    assert result.shown == 1
    assert result.latency["shown"]["p50"] == 550
    assert result.latency["delivered"]["p50"] == 100


def test_messages_that_wait_for_each_other_have_intervals_but_no_forms():
    result = stats(Scenario("ordered", say=TWO.say), 0.3, messages=400)
    shown = result.measures["shown"]
    assert shown.form is None
    assert shown.low < shown.value < shown.high
    one = stats(Scenario("ordered", say=TWO.say), 0.3, messages=2)
    assert one.measures["shown"].low is None  # one run says nothing of how runs differ


def test_nothing_asked_nothing_said():
    result = stats(Scenario("dedup"), 0.2, messages=0)
    assert (result.messages, result.finished, result.delivered) == (0, True, None)
    assert json.loads(result.to_json())["delivered"] is None
    assert result.latency["shown"]["p50"] is None
    assert "–" in result.to_text()


# JSON and tables


def test_the_json_is_as_promised():
    result = stats(Scenario("retransmit"), 0.25, messages=300, seed=5)
    out = json.loads(result.to_json())
    promised = ["delivered", "shown", "false_failure", "duplicates", "packets_per_message"]
    assert {**out, **{name: out[name] for name in promised}} == out
    assert (out["schema"], out["messages"], out["loss"], out["seed"]) == ("imteach/stats/1", 300, 0.25, 5)
    for name in promised:
        assert out[name] == getattr(result, name) == result.measures[name].value
        low, high = out["intervals"][name]
        assert low <= out[name] <= high
    assert set(out["intervals"]) == {*SHARES, *MEANS}
    assert out["closed_forms"]["shown"] == pytest.approx(float(1 - (1 - Fraction(9, 16)) ** 3), abs=1e-6)


def test_the_table_says_whether_the_closed_form_is_in_the_interval(monkeypatch):
    result = stats(Scenario("dedup"), 0.2, messages=1000)
    lines = result.to_text().splitlines()
    assert lines[1].endswith("95% interval  closed form  in interval?")
    line = next(line for line in lines if line.startswith("shown: to every receiver"))
    assert line.split()[-2:] == ["95.33%", "yes"]
    assert result.to_text().count(" yes\n") == 7
    assert "All 7 closed forms are in their intervals." in result.to_text()  # as many as a reader counts
    monkeypatch.setattr("imteach.verify.count.result.closed_forms", lambda *_: {"shown": 0.5})  # a form that is wrong
    wrong = stats(Scenario("dedup"), 0.2, messages=1000).to_text()
    assert (wrong.count(" no\n"), wrong.count(" yes\n")) == (1, 0)
    assert "0 of 1 closed forms are in their intervals. By chance alone" in wrong


def test_each_row_begins_with_the_name_by_which_it_can_be_asked_for():
    result = stats(Scenario("basic"), 0.2, messages=100)
    (shares, _) = result.to_text().split("\n\n")
    names = [line.partition(":")[0] for line in shares.splitlines()[2:-1]]
    assert len(names) == 9
    assert [f"{result.measures[name].form:.2f}" for name in names[:3]] == ["0.00", "0.64", "0.23"]
    assert set(names) < set(result.measures)
    points = sweep(Scenario("basic"), [0.1], 10)
    heads = points.to_text().splitlines()[1].split()[1:]
    assert [head.removesuffix(":") for head in heads if hasattr(points.points[0], head.removesuffix(":"))] == [
        "delivered",
        "shown",
        "false_failure",
        "duplicates",
        "packets_per_message",
    ]


def test_in_a_notebook_it_is_a_table_that_can_be_read_out():
    bundle = stats(Scenario("dedup"), 0.2, messages=100)._repr_mimebundle_()
    html = bundle["text/html"]
    assert html.count("<caption") == 2
    assert html.count('<th scope="col">') == 4 + 4
    assert html.count('<th scope="row">') == 7 + 2
    assert "<td></td>" in html  # the corner is no heading
    assert bundle["text/plain"].startswith("dedup, each packet lost with a chance of 20%: 100 messages, seed 0")


def test_the_markdown_has_as_many_cells_in_every_row():
    for text in (stats(TWO, 0.2, 10).to_markdown(), sweep(TWO, [0.1, 0.2], 10).to_markdown()):
        tables = [part.splitlines() for part in text.split("\n\n") if part.startswith("|")]
        assert tables
        for rows in tables:
            assert len({row.count("|") for row in rows}) == 1


# Stopped


def stopped_after(chunks, monkeypatch):
    """Let the person press Ctrl-C when so many chunks are done."""
    real, done = statistics.tally, []

    def tally(chunk):
        if len(done) == chunks:
            raise KeyboardInterrupt
        done.append(chunk)
        return real(chunk)

    monkeypatch.setattr(statistics, "tally", tally)


def test_an_interrupt_keeps_the_runs_that_were_done(monkeypatch):
    whole = stats(Scenario("dedup"), 0.2, messages=500)
    stopped_after(2, monkeypatch)
    result = stats(Scenario("dedup"), 0.2, messages=10_000)
    assert (result.finished, result.messages, result.wanted) == (False, 500, 10_000)
    assert result.counts == whole.counts  # the first 500, and nothing of those that were under way
    assert "Stopped after 500 of 10000 messages: this speaks of those only." in result.to_text()
    assert json.loads(result.to_json())["finished"] is False
    assert "500 messages of 10000, stopped" in repr(result)


def test_an_interrupted_sweep_ends_with_what_it_has(monkeypatch):
    stopped_after(3, monkeypatch)
    result = sweep(Scenario("dedup"), losses=[0, 0.1, 0.2], messages=500)
    assert [(point.loss, point.messages) for point in result] == [(0, 500), (0.1, 250)]
    assert not result.finished
    assert "Stopped before the end." in result.to_text()


def test_a_sweep_holds_the_stats_of_each_loss():
    points = sweep(Scenario("dedup"), losses=[0, 0.25], messages=100, seed=3)
    assert points.finished
    assert [point.to_json() for point in points] == [
        stats(Scenario("dedup"), loss, 100, seed=3).to_json() for loss in (0, 0.25)
    ]


# What is refused


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"loss": 1.5}, "loss: expected a number from 0 to 1, got 1.5"),
        ({"messages": -1}, "messages: expected a whole number from 0 to 1000000000, got -1"),
        ({"messages": 2.5}, "messages: expected a whole number from 0 to 1000000000, got 2.5"),
        ({"seed": "x"}, "seed: expected a whole number from 0 to 1000000000000, got 'x'"),
        ({"scenario": 7}, "scenario: expected a Scenario or a rung's name, such as 'dedup', got 7"),
        ({"scenario": Scenario("dedup", say=[])}, "scenario: expected one in which something is said, got none"),
        ({"given": Drop("ack:N")}, 'given: expected a list of faults, such as [Offline("bob")], got Drop'),
        ({"given": [Offline("eve")]}, "no person 'eve'; people are alice, bob"),
        ({"executor": 4}, "executor: expected one such as ProcessPoolExecutor(), got 4"),
    ],
)
def test_a_value_without_meaning_is_refused(wrong, why):
    asked = {"scenario": Scenario("dedup"), "loss": 0.2, "messages": 10} | wrong
    with pytest.raises(InputError) as caught:
        stats(**asked)
    assert str(caught.value).startswith(why)


@pytest.mark.parametrize("losses", ["0.1", [], 0.1])
def test_losses_are_a_list(losses):
    with pytest.raises(InputError, match="losses: expected a list of numbers from 0 to 1"):
        sweep(Scenario("dedup"), losses)
    with pytest.raises(InputError, match=r"losses\[1\]: expected a number from 0 to 1, got 2"):
        sweep(Scenario("dedup"), [0, 2])
