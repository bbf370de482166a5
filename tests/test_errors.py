"""How a notebook shows a learner's mistake: their own line and what was expected, nothing of our code."""

import argparse
import ast
import pickle
import re
import runpy
from concurrent.futures import ProcessPoolExecutor
from copy import copy
from pathlib import Path

import pytest

import imteach
from imteach import InputError, Partition, Say, Scenario, Trace, check, follow
from imteach.cli.asked import add_scenario_arguments, scenario_and_faults
from imteach.learner import LearnerError
from imteach.scenario.file import parse_scenario

CELL = """\
from imteach import Client, Drop, Scenario

class Forgetful(Client):
    def on_msg_n(self, packet):
        packet.kind  # and no return

{line}
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('Scenario("basicc")', "no rung 'basicc'; the rungs are basic, acked, retransmit, dedup"),
        (
            'Scenario("basic").run(Drop("msg:X"))',
            "no packet 'msg:X'; kinds are msg:R, msg:A, msg:N, ack:R, ack:A, ack:N",
        ),
        ('Scenario("basic", rto=-1)', "rto: expected a time in ms greater than 0, got -1"),
    ],
)
def test_a_mistake_is_shown_as_the_learners_line_and_what_was_expected(tmp_path, line, said):
    cell = tmp_path / "cell.py"
    cell.write_text(CELL.format(line=line))
    with pytest.raises(InputError) as caught:
        runpy.run_path(str(cell))
    shown = caught.value._render_traceback_()
    assert shown[0] == f"line 7:  {line}"
    assert shown[1].startswith(f"InputError: {said}")
    assert len(shown) == 2


def test_an_error_that_was_never_raised_shows_its_words_alone():
    assert InputError("no")._render_traceback_() == ["InputError: no"]


# Where it is wrong


def asked(*arguments):
    parser = argparse.ArgumentParser()
    add_scenario_arguments(parser)
    return scenario_and_faults(parser.parse_args(arguments))


@pytest.mark.parametrize(
    ("attempt", "where", "said"),
    [
        (lambda: Scenario("dedup", rto=-1), "rto", "expected a time in ms greater than 0, got -1"),
        (lambda: Scenario("dedup", say=[7]), "say[0]", "expected a Say, such as Say('hello', at=100), got 7"),
        (lambda: Scenario("tcp"), "", "no rung 'tcp'; the rungs are basic"),
        (lambda: Say(sender="bob", to="bob"), "to", "expected somebody else than the sender, 'bob'"),
        (
            lambda: Partition("alice", "bob"),
            "partition",
            "a link runs between a person and the server, not alice and bob",
        ),
        (lambda: Trace.from_json("7"), "trace", "expected an object with named fields, got 7"),
        (lambda: parse_scenario('rung = "dedup"\nrto = -1'), "scenario: rto", "expected a time in ms greater"),
        (lambda: parse_scenario('rung = "dedup"\n[[say]]\nat = -1'), "scenario: say[0].at", "expected a time in ms of"),
        (lambda: parse_scenario('rung = "dedup"\nfaults = ["drop x"]'), "scenario: faults[0]", "no packet 'x'; kinds"),
        (lambda: parse_scenario("rung ="), "scenario", "not readable as TOML: "),
        (lambda: check("dedup", kinds=["fire"]), "kinds", "no kind 'fire' here; kinds are drop"),
        (lambda: follow("basic", 7), "steps", "expected a list of sentences"),
        (lambda: asked("--rto", "-1"), "--rto", "expected a time in ms greater than 0, got -1"),
        (lambda: asked("--group", "f=a,a"), "--group: groups['f']", "expected each name once"),
        (lambda: asked("--group", "a=a,b"), "--group", "'a' is a person's name; a group needs another"),
        (lambda: asked("dedup", "--group", "f=a,b"), "--group", "the rung 'dedup' has no groups"),
        (lambda: asked("--crash", "no body@1+1"), "--crash", "expected the name of a node"),
        (lambda: asked("--crash", "bob@x+1"), "--crash: at", "expected a time in ms, got 'x'"),
        (lambda: asked("--drop", "msg:X"), "--drop", "no packet 'msg:X'; kinds are"),
        (lambda: asked("--say", "bob>bob:hi"), "--say: to", "expected somebody else"),
        (lambda: asked("--loss", "2"), "--loss", "expected a number from 0 to 1, got 2"),
    ],
)
def test_an_error_says_where_it_is_and_its_line_begins_with_that(attempt, where, said):
    with pytest.raises(InputError) as caught:
        attempt()
    assert caught.value.where == where
    assert caught.value.said.startswith(said)
    assert str(caught.value) == (f"{where}: {caught.value.said}" if where else caught.value.said)


def test_where_it_is_comes_along_to_another_process_and_into_a_copy():
    for error in (InputError("expected text", where="say[0].text"), InputError("no"), LearnerError("it stopped")):
        for twin in (pickle.loads(pickle.dumps(error)), copy(error)):
            assert (type(twin), twin.where, twin.said) == (type(error), error.where, error.said)
            assert str(twin) == str(error)
    with ProcessPoolExecutor(1) as executor:
        error = executor.submit(Scenario, "dedup", rto=-1).exception()
    assert (error.where, str(error)) == ("rto", "rto: expected a time in ms greater than 0, got -1")


def taken_apart(code):
    """Where in this code the text of an `InputError` is cut, searched or matched."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ExceptHandler) and node.type is not None and "InputError" in ast.unparse(node.type):
            yield from re.findall(rf".*(?:str\({node.name}\)[.\[]|re\.\w+\(.*str\({node.name}\)).*", ast.unparse(node))


def test_nothing_takes_the_text_of_an_input_error_apart():
    """What others raise has no `where`: what TOML, pickle and a broken pool say is read by its words."""
    for before in ("re.match('\\\\w*', str(error))[0]", "str(error).removeprefix('rto: ')", "str(error)[:3]"):
        assert list(taken_apart(f"try: run()\nexcept InputError as error: told = {before}")) == [f"    told = {before}"]
    files = Path(imteach.__file__).parent.rglob("*.py")
    assert [part for file in files for part in taken_apart(file.read_text(encoding="utf-8"))] == []
