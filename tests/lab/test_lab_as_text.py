"""A lab as a command line, and as a scenario file: both give this very run again."""

import shlex
import subprocess
from pathlib import Path
from random import Random

import pytest
from sessions import scenario, take_a_step

from imteach import Client, Drop, InputError, Lab, Loss, Offline, Partition, Resend, Say, Scenario
from imteach.cli import main
from imteach.lab.session import Session
from imteach.trace import Trace


def ran(words: list[str], tmp_path: Path) -> Trace:
    """The trace that this command line gives."""
    written = tmp_path / "trace.json"
    assert words[0] == "imteach"
    assert main([*words[1:], "--format", "json", "-o", str(written)]) == 0
    return Trace.from_json(written.read_text("utf-8"))


@pytest.mark.parametrize(
    ("session", "line"),
    [
        (Session("dedup"), "imteach run dedup"),
        (Session("dedup", Drop("ack:N")), "imteach run dedup --drop ack:N"),
        (Session("dedup", Drop("ack:N#2")), "imteach run dedup --drop 'ack:N#2'"),
        (
            Session(Scenario("basic", say=[Say("it's", "bob", "alice", at=100)], rto=99.5, retries=0)),
            """imteach run basic --say 'bob>alice@100:it'"'"'s' --retries 0 --rto 99.5""",
        ),
        (
            Session("offline", Offline("bob", lasting=1000), Partition("server", "bob", lasting=9, both=False)),
            "imteach run offline --offline bob@0+1000 --partition 'server>bob@0+9'",
        ),
        (Session("dedup", Loss(0.25, seed=7)), "imteach run dedup --loss 0.25 --seed 7"),
        (
            Session(
                Scenario("group", say=[Say(to="us")], groups={"us": ["alice", "bob"]}, resend=[Resend("m1", at=9)]),
                Drop("m1/msg:N>bob"),
            ),
            "imteach run group --group us=alice,bob --resend m1@9 --drop 'msg:N>bob'",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_command_line_is_as_short_as_a_learner_would_type_it(session: Session, line: str, tmp_path: Path):
    assert (session.command, session.command_note) == (line, "")
    assert ran(shlex.split(line), tmp_path) == session.trace


@pytest.mark.parametrize(
    ("settings", "unsaid"),
    [
        ({"backoff": 2}, "backoff"),
        ({"latency": {"bob": 80}}, "latency"),
        ({"people": ["bob", "alice"], "presence_timeout": 5}, "people, presence_timeout"),
        ({"jitter": 9, "seed": 3}, "jitter, seed"),
        ({"dedup_limit": 0, "dedup_for": 9, "store_for": 7}, "dedup_limit, dedup_for, store_for"),
        ({"say": ()}, "that nothing is said"),
        ({"say": [Say("two\nlines")]}, "characters that a terminal does not show"),
        ({"say": [Say("\x00")]}, "characters that a terminal does not show"),
        ({"say": [Say("x" * 10_000)]}, "more than 4000 characters"),
    ],
)
def test_what_no_option_says_is_run_from_a_file_and_the_note_says_why(settings, unsaid, tmp_path: Path, monkeypatch):
    session = Session(Scenario("dedup", **settings))
    assert session.command == "imteach run lab.toml"
    assert session.command_note.startswith(f"No option says {unsaid}, so this line runs a file: ")
    monkeypatch.chdir(tmp_path)
    Path("lab.toml").write_text(session.to_text(), encoding="utf-8")
    assert ran(shlex.split(session.command), tmp_path) == session.trace


def test_a_class_of_ones_own_has_no_command_line_and_no_file():
    class Silent(Client):
        pass

    session = Session(Scenario("dedup", client=Silent), Drop("ack:N"))
    assert session.command == ""
    assert session.command_note == ("A command line cannot run a class of your own: Silent is in your Python only.")
    with pytest.raises(InputError, match="a file cannot hold a class, and this scenario runs Silent"):
        session.to_text()


@pytest.mark.parametrize("seed", range(100, 160))
def test_the_line_and_the_file_of_any_session_give_its_run_again(seed: int, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    chance = Random(seed)
    session = Session(scenario(chance))
    for _ in range(10):
        take_a_step(session, chance)
        text = session.to_text()
        again = Session.from_text(text)
        assert (again.scenario, again.trace, again.to_text()) == (session.scenario, session.trace, text)
        Path("lab.toml").write_text(text, encoding="utf-8")
        line = session.command
        assert "\n" not in line
        assert (line == "imteach run lab.toml") == bool(session.command_note)
        trace = ran(shlex.split(line), tmp_path)
        assert (trace.events, trace.packets) == (session.trace.events, session.trace.packets)
        # --loss stands last on a line, wherever it stood
        assert {str(fault) for fault in trace.faults} == {str(fault) for fault in session.faults}
        assert trace.scenario == session.scenario


def test_a_real_shell_reads_the_words_as_they_were_meant():
    text = """$HOME `ls` \\ ! "it's" * ~ # & | ; <b> ✓"""
    session = Session(Scenario("dedup", say=[Say(text)]), Drop("ack:N#2"))
    words = session.command.removeprefix("imteach ")
    shown = subprocess.run(["sh", "-c", f"printf '%s\\n' {words}"], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines() == ["run", "dedup", "--say", f"alice>bob@0:{text}", "--drop", "ack:N#2"]


def test_a_lab_is_written_down_and_opened_again():
    lab = Lab("offline", Drop("ack:N"))
    lab.say("hi", sender="bob", to="alice", at=400)
    lab.use("away", node="bob", at=0)
    again = Lab.from_text(lab.to_text())
    assert repr(again) == repr(lab)
    assert again.trace == lab.trace
    assert again.steps == {"undo": False, "redo": False, "reset": False}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "scenario: rung: expected one of basic"),
        ('rung = "tcp"', "scenario: rung: expected one of basic"),
        ('rung = "dedup"\nfaults = ["drop msg:X"]', r"scenario: faults\[0\]: no packet 'msg:X'"),
        ('rung = "dedup"\n[[say]]\nat = -1', r"scenario: say\[0\].at: expected a time"),
        ('rung = "dedup"\nrung = "basic"', "scenario: not readable as TOML: .*line 2"),
        ('rung = "dedup"\nclient = "os.system"', "scenario: no key 'client' here"),
        ("x" * (2**20 + 1), "scenario: more than 1048576 characters"),
        ("a." * 100_000 + "a = 1", "scenario: nested too deeply"),
        (7, "scenario: expected TOML text, got 7"),
        (b"rung", "scenario: expected TOML text"),
        (None, "scenario: expected TOML text, got None"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_wrong_text_is_refused_and_names_the_place(text, says: str):
    with pytest.raises(InputError, match=says):
        Lab.from_text(text)


def test_a_name_is_shortened_only_where_it_still_means_the_same(tmp_path: Path):
    """In this group ack:R belongs to bob; m1/ack:R is another name, which no packet here has."""
    scenario = Scenario("group", groups={"us": ["alice", "bob"]}, say=[Say(to="us")])
    session = Session(scenario, Drop("m1/ack:R"), Drop("-x/msg:N>bob"), Drop("m1/msg:A"))
    assert (
        session.command
        == "imteach run group --group us=alice,bob --drop 'm1/ack:R#1' '--drop=-x/msg:N>bob' --drop msg:A"
    )
    assert ran(shlex.split(session.command), tmp_path) == session.trace
    assert session.code.endswith('.run(Drop("m1/ack:R#1"), Drop("-x/msg:N>bob"), Drop("msg:A"))')
