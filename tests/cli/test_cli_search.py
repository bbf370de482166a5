"""`imteach explore` and `imteach check`: tables, JSON, and one line for what is wrong."""

import json
import re

import pytest

from imteach import Scenario, machine_graph, state_graph
from imteach.cli import main
from imteach.verify.search import checker


def run(capsys, *arguments):
    status = main(arguments)
    return status, capsys.readouterr().out


def test_explore_says_for_each_promise_whether_it_holds(capsys):
    status, out = run(capsys, "explore", "dedup", "--faults", "3")
    assert status == 0
    first, *rest = out.splitlines()
    assert first == "dedup: every plan with at most 3 faults (a drop): 177 plans"
    broken = next(line for line in rest if line.startswith("No false failure"))
    assert broken.endswith("no_false_failure     ✕ broken  drop m1/msg:R#1, drop m1/msg:R#2, drop m1/ack:R#1")


def test_explore_in_json_names_the_smallest_plan(capsys):
    _, out = run(capsys, "explore", "retransmit", "--faults", "1", "--format", "json")
    found = json.loads(out)
    assert found["schema"] == "imteach/explore/1"
    assert (found["plans"], found["finished"], found["kinds"]) == (7, True, ["drop"])
    assert found["promises"]["no_duplicates"] == {"holds": False, "broken_by": ["drop m1/ack:R#1"]}
    assert found["promises"]["no_silent_loss"] == {"holds": True, "broken_by": None}


def test_check_in_json_tells_the_steps(capsys):
    _, out = run(capsys, "check", "basic", "--faults", "1", "--format", "json")
    found = json.loads(out)
    assert found["schema"] == "imteach/check/1"
    assert (found["states"], found["transitions"]) == (13, 15)
    assert found["promises"]["no_silent_loss"]["steps"][-1] == "m1/msg:N#1 is dropped"


@pytest.mark.parametrize("search", ["explore", "check"])
def test_a_search_can_be_asked_to_give_up_early_and_says_so(capsys, search):
    status, out = run(capsys, search, "dedup", "--faults", "2", "--most-states", "30")
    assert status == 0
    assert "Not finished: it stopped after" in out
    assert "✓ holds" not in out


def test_check_can_be_asked_to_follow_every_order_and_finds_the_same(capsys):
    _, all_orders = run(capsys, "check", "dedup", "--faults", "1", "--all-orders", "--format", "json")
    _, fewer = run(capsys, "check", "dedup", "--faults", "1", "--format", "json")
    every, found = json.loads(all_orders), json.loads(fewer)
    assert (every["states"], every["reduced"], every["unreduced"]) == (746, False, "")
    assert (found["states"], found["reduced"]) == (50, True)
    assert every["promises"] == found["promises"]
    _, table = run(capsys, "check", "dedup", "--faults", "1", "--all-orders")
    assert "Of steps whose order makes no difference" not in table


def test_a_graph_is_of_every_state(capsys):
    for more in ([], ["--machine", "alice"]):
        with pytest.raises(SystemExit):
            main(["check", "basic", "--faults", "1", "--format", "dot", "--most-states", "5", *more])
        assert "--most-states: a graph is of every state, 50 at most; leave it out" in capsys.readouterr().err


def test_faults_typed_beside_strike_in_every_run(capsys):
    _, out = run(capsys, "explore", "offline", "--faults", "1", "--offline", "bob@0+1000", "--format", "json")
    assert json.loads(out)["given"] == ["offline bob@0+1000"]


def test_check_writes_its_states_as_dot(capsys):
    status, out = run(capsys, "check", "basic", "--faults", "1", "--format", "dot")
    assert status == 0
    assert out == state_graph(Scenario("basic"), faults=1).to_dot()


def test_the_promise_whose_run_is_marked_can_be_chosen(capsys):
    options = ("--promise", "no_false_failure", "--format", "dot")
    _, out = run(capsys, "check", "basic", "--faults", "1", *options)
    told = re.sub(r"<[^>]*>|\s+", " ", out)  # a note is broken into rows
    assert "false failure” (no_false_failure)" in re.sub(r" +", " ", told)


def test_check_writes_what_one_node_does(capsys):
    _, out = run(capsys, "check", "dedup", "--faults", "1", "--machine", "bob", "--format", "dot")
    assert out == machine_graph(Scenario("dedup"), "bob").to_dot()


def test_check_writes_a_picture_of_its_states(capsys, tmp_path):
    picture = tmp_path / "basic.svg"
    status, out = run(capsys, "check", "basic", "--faults", "0", "--format", "svg", "-o", str(picture))
    assert (status, out) == (0, f"{picture}: open it in a browser\n")
    assert picture.read_text("utf-8").startswith('<svg xmlns="http://www.w3.org/2000/svg" class="imteach-graph"')


def test_without_dot_a_picture_is_refused_in_one_line_and_no_file_is_written(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SystemExit) as ended:
        main(["check", "basic", "--faults", "0", "--format", "svg", "-o", str(tmp_path / "basic.svg")])
    error = capsys.readouterr().err
    assert ended.value.code == 2
    assert "program dot, and there is none here: apt install graphviz" in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explore", "dedup"), "--faults: expected how many may strike at most"),
        (("explore", "dedup", "--faults", "-1"), "--faults: expected a whole number from 0"),
        (("explore", "dedup", "--faults", "1", "--kinds", "loss"), "kinds are drop, duplicate, delay, crash"),
        (("check", "dedup", "--faults", "1", "--kinds", "delay"), "kinds are drop, duplicate, crash"),
        (("explore", "dedup", "--faults", "1", "--kinds", ""), "kinds are drop, duplicate, delay, crash"),
        (("check", "dedup", "--faults", "1", "--drop", "ack:N"), "needs a clock or a packet's name"),
        (
            ("check", "dedup", "--faults", "3", "--format", "svg"),
            "has 1,079 states and 6,096 transitions; a graph of more",
        ),
        (
            ("check", "basic", "--faults", "1", "--machine", "carol", "--format", "dot"),
            "the nodes are alice, bob, server",
        ),
        (
            ("check", "basic", "--faults", "1", "--machine", "bob"),
            "--machine is for a graph: it goes with --format dot",
        ),
        (
            ("check", "basic", "--faults", "1", "--promise", "no_loss", "--format", "dot"),
            "the promises are no_duplicates",
        ),
        (("explore", "basic", "--faults", "1", "--format", "dot"), "--format: invalid choice: 'dot'"),
        (("explore", "basic", "--faults", "1", "--all-orders"), "explore: no argument '--all-orders' here"),
        (
            ("check", "basic", "--faults", "1", "--all-orders", "--format", "svg"),
            "--all-orders: a graph has every order anyway; leave it out",
        ),
        (
            ("check", "basic", "--faults", "1", "--all-orders", "--machine", "bob", "--format", "dot"),
            "--all-orders: a graph has every order anyway; leave it out",
        ),
        (
            ("check", "basic", "--faults", "1", "--kinds", "copy"),
            "no kind 'copy' here; it is called duplicate; kinds are drop, duplicate, crash",
        ),
    ],
)
def test_a_wrong_value_is_one_line_and_status_2(capsys, arguments, said):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    error = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("module", "work", "typed"),
    [
        ("search", "explore", "explore durable --faults 3"),
        ("search", "check", "check durable --faults 3"),
        ("search", "state_graph", "check basic --faults 1 --format svg"),
        ("stats", "stats", "stats dedup --loss 0.1 --messages 10"),
        ("losses", "fault_map", "map dedup"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_the_work(monkeypatch, capsys, tmp_path, module, work, typed):
    def late(*_, **__):
        raise AssertionError("so much work for nothing")

    monkeypatch.setattr(f"imteach.cli.{module}.{work}", late)
    with pytest.raises(SystemExit):
        main([*typed.split(), "-o", str(tmp_path / "no" / "such")])
    assert "cannot write" in capsys.readouterr().err
    kept = tmp_path / "kept"
    with pytest.raises(AssertionError, match="nothing"):
        main([*typed.split(), "-o", str(kept)])
    assert list(tmp_path.iterdir()) == []
    kept.write_text("older")
    with pytest.raises(SystemExit):
        main([*typed.split(), "-o", str(kept)])
    assert "kept is there already" in capsys.readouterr().err
    assert [file.read_text() for file in tmp_path.iterdir()] == ["older"]


@pytest.mark.parametrize(("seconds", "is_terminal", "told"), [(2, True, True), (0.2, True, False), (2, False, False)])
def test_a_long_search_on_a_terminal_says_what_it_took(seconds, is_terminal, told, capsys, monkeypatch):
    monkeypatch.setattr(checker, "stopwatch", lambda: lambda: seconds)
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)
    assert main(["check", "basic", "--faults", "1"]) == 0
    assert ("it took 2.0 s" in capsys.readouterr().err) == told
