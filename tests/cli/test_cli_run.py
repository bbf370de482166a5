"""`imteach run`, as a learner types it: in this process, through the command's own door."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from imteach import (
    LADDER,
    Again,
    Beat,
    Crash,
    Delay,
    Drop,
    Duplicate,
    Late,
    Loss,
    Offline,
    Partition,
    Resend,
    Say,
    Scenario,
    Trace,
    read_scenario,
)
from imteach.cli import main
from imteach.scenario import FAULTS, parse_scenario


def out(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["run", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on standard error; nothing on standard output, exit status 2."""
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    written = capsys.readouterr()
    assert exit_.value.code == 2
    assert written.out == ""
    assert written.err.endswith("\n")
    assert written.err.count("\n") == 1
    return written.err.strip()


def test_a_lost_ack_n_is_repaired_with_dedup(capsys: pytest.CaptureFixture[str]) -> None:
    run = json.loads(out(capsys, "dedup", "--drop", "ack:N", "--format", "json"))
    assert run["schema"] == "imteach/trace/1"
    assert (run["rung"], run["faults"], run["unused"]) == ("dedup", ["drop m1/ack:N#1"], [])
    assert run["messages"][0]["shown"] == {"bob": 1}
    assert run["messages"][0]["status"] == "delivered"
    assert "m1/msg:R#2" in [packet["name"] for packet in run["packets"]]
    assert all(run["promises"].values())


def test_a_lost_ack_n_shows_it_twice_without_dedup(capsys: pytest.CaptureFixture[str]) -> None:
    run = json.loads(out(capsys, "retransmit", "--drop", "ack:N", "--format", "json"))
    assert run["messages"][0]["shown"] == {"bob": 2}
    assert run["promises"]["no_duplicates"] is False


def test_without_a_rung_it_runs_dedup(capsys: pytest.CaptureFixture[str]) -> None:
    assert Trace.from_json(out(capsys, "--format", "json")).scenario == Scenario("dedup")


def test_every_option_reaches_the_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    written = out(
        capsys,
        *("--drop", "m2/ack:N", "retransmit", "--drop", "m1/msg:R#1"),
        *("--say", "alice>bob:hello", "--say", "carol>bob@100:a: b>c@1"),
        *("--retries", "1", "--rto", "250.5", "--latency", "20", "--format", "json"),
    )
    says = [Say("hello"), Say("a: b>c@1", sender="carol", to="bob", at=100)]
    scenario = Scenario("retransmit", say=says, retries=1, rto=250.5, latency=20)
    assert written == scenario.run(Drop("m2/ack:N"), Drop("m1/msg:R#1")).to_json()


def test_below_the_diagram_stands_what_came_of_it_and_why_a_promise_is_broken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    trace = Scenario("retransmit").run(Drop("ack:N"))
    written = out(capsys, "retransmit", "--drop", "ack:N")
    assert written.startswith(trace.to_text())
    assert "bob is shown “hello” twice." in written
    assert (
        written.rstrip()
        .splitlines()[-1]
        .startswith("✗ “Nothing is shown twice” (no_duplicates): bob was shown “hello” (m1) twice")
    )
    assert "✗" not in out(capsys, "dedup", "--drop", "ack:N")


@pytest.mark.parametrize(
    ("form", "method"),
    [
        *(("svg", Trace.to_svg), ("mermaid", Trace.to_mermaid)),
        *(("plantuml", Trace.to_plantuml), ("shiviz", Trace.to_shiviz)),
    ],
)
def test_a_diagram_is_the_traces_own(
    capsys: pytest.CaptureFixture[str], form: str, method: Callable[[Trace], str]
) -> None:
    trace = Scenario("dedup").run(Drop("ack:N"))
    assert out(capsys, "--drop", "ack:N", "--format", form) == method(trace).rstrip("\n") + "\n"


def test_a_png_goes_to_a_file_and_not_to_a_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["run", "basic", "--format", "png"])
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "imteach run: --format png: expected -o FILE beside it: a PNG is no text for a terminal\n"
    written = tmp_path / "basic.png"
    assert main(["run", "basic", "--format", "png", "-o", str(written)]) == 0
    assert written.read_bytes()[:4] == b"\x89PNG"


FAULTS_TYPED = {
    "--drop m1/ack:N#1": Drop("m1/ack:N#1"),
    "--duplicate msg:N": Duplicate("m1/msg:N#1"),
    "--duplicate m1/msg:N+50": Duplicate("m1/msg:N#1", after=50),
    "--delay msg:R#2=400": Delay("m1/msg:R#2", by=400),
    "--delay ack:N=0.5": Delay("m1/ack:N#1", by=0.5),
    "--crash bob@150+50": Crash("bob", at=150, down=50),
    "--crash bob@show:m1+50": Crash("bob", after="show m1", down=50),
    "--crash bob@send:ack:R#2+50": Crash("bob", after="send m1/ack:R#2", down=50),
    "--offline bob@0+1000": Offline("bob", at=0, lasting=1000),
    "--offline bob": Offline("bob"),
    "--offline bob@show:m1+50": Offline("bob", after="show m1", lasting=50),
    "--offline bob@send:msg:N": Offline("bob", after="send m1/msg:N#1"),
    "--partition alice-server@100+500": Partition("alice", "server", at=100, lasting=500),
    "--again m1@70": Again("m1", at=70),
    "--again m1@send:msg:A": Again("m1", after="send m1/msg:A#1"),
    "--late alice@m1": Late("alice", "m1"),
    "--partition alice>server@100+500": Partition("alice", "server", at=100, lasting=500, both=False),
    "--loss 0.2 --seed 1": Loss(0.2, seed=1),
    "--loss 0.2": Loss(0.2),
}


@pytest.mark.parametrize("typed", FAULTS_TYPED)
def test_each_fault_can_be_typed(capsys: pytest.CaptureFixture[str], typed: str) -> None:
    written = out(capsys, "durable", *typed.split(), "--format", "json")
    assert written == Scenario("durable").run(FAULTS_TYPED[typed]).to_json()
    assert {type(fault) for fault in FAULTS_TYPED.values()} == set(FAULTS.values()) - {Beat}  # needs a group


def test_a_heartbeat_can_be_typed_where_there_is_a_group(capsys: pytest.CaptureFixture[str]) -> None:
    for when, fault in (("70", Beat("bob", at=70)), ("send:m1/msg:R", Beat("bob", after="send m1/msg:R#1"))):
        written = out(capsys, "--group", "friends=alice,bob", "--beat", f"bob@{when}", "--format", "json")
        scenario = Scenario("group", say=[Say(to="friends")], groups={"friends": ["alice", "bob"]})
        assert written == scenario.run(fault).to_json()


def test_faults_keep_the_order_in_which_they_were_typed(capsys: pytest.CaptureFixture[str]) -> None:
    typed = ["--offline", "bob@500+10", "--drop", "ack:N", "--loss", "0", "--crash", "bob@1+1", "--drop", "msg:N"]
    run = json.loads(out(capsys, *typed, "--format", "json"))
    assert run["faults"] == [
        "offline bob@500+10",
        "drop m1/ack:N#1",
        "crash bob@1+1",
        "drop m1/msg:N#1",
        "loss 0 seed 0",
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("--drop ack:N#7", "drop m1/ack:N#7: this run never sent that packet, so nothing was dropped"),
        ("--duplicate ack:N#7", "duplicate m1/ack:N#7: this run never sent that packet, so nothing was duplicated"),
        ("--delay ack:N#7=5", "delay m1/ack:N#7+5: this run never sent that packet, so nothing was delayed"),
        (
            "--crash bob@show:m1#2+5",
            "crash bob@show:m1#2+5: bob never did that in this run, so nothing crashed; bob did: show m1",
        ),
        (
            "--crash server@store:m1+5",
            (
                "crash server@store:m1+5: the server never did that in this run, so nothing crashed; "
                "the server did: send m1/msg:A#1, send m1/msg:N#1, send m1/ack:A#1 …"
            ),
        ),
        ("--crash bob@0+9 --crash bob@5+9", "crash bob@5+9: bob was down already at that time, so nothing crashed"),
    ],
)
def test_a_fault_that_never_happened_is_told(capsys: pytest.CaptureFixture[str], typed: str, said: str) -> None:
    assert main(["run", "--drop", "ack:N", *typed.split()]) == 0
    assert capsys.readouterr().err == f"imteach: {said}\n"


def test_each_of_them_gets_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--drop", "ack:N#8", "--drop", "ack:N#7", "--drop", "ack:N"]) == 0
    assert [line.partition(": ")[2][:15] for line in capsys.readouterr().err.splitlines()] == [
        "drop m1/ack:N#8",
        "drop m1/ack:N#7",
    ]


# Groups


def test_with_a_group_alice_says_hello_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    groups = {"friends": ["bob", "alice"], "others": ["bob", "carol"]}
    written = out(capsys, "--group", "friends=bob,alice", "--group", "others=bob, carol", "--format", "json")
    assert written == Scenario("group", groups=groups, say=Say(to="friends")).run().to_json()


def test_or_its_first_member_if_alice_is_not_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    written = out(capsys, "--group", "friends=carol,bob", "--format", "json")
    assert Trace.from_json(written).scenario.say == (Say(sender="carol", to="friends"),)


# Scenario files

FILE = """\
rung = "retransmit"
latency = { bob = 80 }
rto = 400
faults = ["drop ack:N"]

[[say]]
text = "hi"

[[resend]]
at = 3000
msgid = "m1"
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "lesson.toml"
    path.write_text(FILE)
    return str(path)


def test_a_scenario_file_is_run(capsys: pytest.CaptureFixture[str], file: str) -> None:
    scenario, faults = read_scenario(file)
    expected = scenario.run(*faults).to_json()
    assert "drop m1/ack:N#1" in expected
    assert out(capsys, "--scenario", file, "--format", "json") == expected
    assert out(capsys, file, "--format", "json") == expected


def test_a_scenario_file_needs_no_name_of_its_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "lesson").write_text(FILE)
    assert '"rung": "retransmit"' in out(capsys, str(tmp_path / "lesson"), "--format", "json")


def test_a_rung_is_no_file_though_there_be_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dedup").write_text(FILE)
    assert '"rung": "dedup"' in out(capsys, "dedup", "--format", "json")


def test_what_is_typed_goes_before_what_the_file_says(capsys: pytest.CaptureFixture[str], file: str) -> None:
    written = out(
        capsys,
        *("dedup", "--scenario", file, "--rto", "200", "--retries", "5", "--latency", "10", "--resend", "m1@9"),
        *("--say", "alice>carol:x", "--drop", "msg:R", "--format", "json"),
    )
    scenario = Scenario(
        "dedup",
        say=Say("x", to="carol"),
        people=["alice", "bob", "carol"],
        rto=200,
        retries=5,
        latency=10,
        resend=Resend("m1", at=9),
    )
    assert written == scenario.run(Drop("ack:N"), Drop("msg:R")).to_json()


def test_what_is_not_typed_stays_as_the_file_says(capsys: pytest.CaptureFixture[str], file: str) -> None:
    scenario, faults = read_scenario(file)
    trace = Trace.from_json(out(capsys, "--scenario", file, "--retries", "7", "--format", "json"))
    assert (trace.scenario.rto, trace.scenario.latency, trace.scenario.say) == (400, {"bob": 80}, scenario.say)
    assert (trace.scenario.retries, trace.faults) == (7, scenario.run(*faults).faults)


def test_groups_are_added_to_those_of_the_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "group.toml"
    path.write_text('rung = "group"\n[groups]\nfriends = ["alice", "bob"]\nothers = ["bob", "carol"]\n')
    written = out(capsys, str(path), "--group", "friends=alice,dave", "--format", "json")
    assert Trace.from_json(written).scenario == Scenario(
        "group",
        groups={"friends": ["alice", "dave"], "others": ["bob", "carol"]},
        say=Say(to="friends"),
        people=["alice", "bob", "carol", "dave"],
    )


def test_what_was_typed_can_be_kept_as_a_scenario_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    typed = ["offline", "--offline", "bob@0+1000", "--say", "alice>bob:hi ✓", "--rto", "200"]
    kept = tmp_path / "kept.toml"
    assert out(capsys, *typed, "--format", "toml", "-o", str(kept)) == f"{kept}: run it with imteach run\n"
    assert parse_scenario(kept.read_text()) == (
        Scenario("offline", say=Say("hi ✓"), rto=200),
        (Offline("bob", at=0, lasting=1000),),
    )
    assert out(capsys, str(kept)) == out(capsys, *typed)


# Files to write


def test_a_file_gets_what_the_terminal_would(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "run ✓.txt"
    assert out(capsys, "-o", str(file)) == f"{file}: open it in an editor\n"
    assert file.read_text("utf-8") == out(capsys)
    assert list(tmp_path.iterdir()) == [file]


def test_a_wrong_argument_leaves_the_file_as_it_was(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "run.txt"
    file.write_text("mine")
    refused(capsys, "run", "--drop", "msg:X", "-o", str(file))
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("run tcp", f"imteach run: no rung 'tcp'; the rungs are {', '.join(LADDER)}"),
        ("run --retries x", "imteach run: --retries: expected a whole number from 0 to 1000, got 'x'"),
        ("run --retries 1.5", "imteach run: --retries: expected a whole number from 0 to 1000, got 1.5"),
        ("run --retries=-1", "imteach run: --retries: expected a whole number from 0 to 1000, got -1"),
        ("run --rto 0", "imteach run: --rto: expected a time in ms greater than 0, got 0"),
        ("run --rto soon", "imteach run: --rto: expected a time in ms greater than 0, got 'soon'"),
        ("run --rto nan", "imteach run: --rto: expected a time in ms greater than 0, got nan"),
        ("run --latency -1", "imteach run: --latency: expected a time in ms of at least 0, got -1"),
        ("run --latency inf", "imteach run: --latency: expected a time in ms"),
        ("run --drop msg:X", "imteach run: --drop: no packet 'msg:X'; kinds are msg:R"),
        (
            "run --say hello",
            "imteach run: --say: expected SENDER>RECEIVER@MS:TEXT, such as 'alice>bob@100:hello' (in a shell, ",
        ),
        ("run --say alice>alice:hello", "imteach run: --say: to: expected somebody else"),
        ("run --say a>b:x --say b>a:y --drop ack:N", "several are said: write m1/ack:N#1 or m2/ack:N#1"),
        ("run --format gif", "'gif'"),
        ("run --format", "--format"),
        ("run --dro ack:N", "imteach run: no argument '--dro' here; see imteach run --help"),
        ("run dedup acked", "imteach run: no argument 'acked' here"),
        ("run -o no/such/folder/run.txt", "imteach run: cannot write no/such/folder/run.txt: No such file"),
        ("run -o .", "imteach run: cannot write .: Is a directory"),
        ("fly", "'fly'"),
        (
            "--fast run",
            "imteach: expected a command, not '--fast', one of lab, run, compare, map, explore, check, examine",
        ),
        ("", "imteach: expected a command, one of lab, run, compare, map, explore, check, examine, stats, page"),
        ("validate no-such-folder", "imteach validate: no folder no-such-folder"),
        ("validate --wrote", "imteach validate: no argument '--wrote' here"),
    ],
)
def test_what_is_wrong_gets_one_line(capsys: pytest.CaptureFixture[str], arguments: str, said: str) -> None:
    assert said in refused(capsys, *arguments.split())


def test_an_argument_cannot_write_lines_or_colours_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    line = refused(capsys, "run", "--drop", "a\nb\x1b[31m", "--say", "x\ny")
    assert "\x1b" not in line
    assert "\x1b" not in refused(capsys, "run", "--say\n\x1b[31m")


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out.startswith("imteach 0.")


@pytest.mark.parametrize("command", ["run", "lab", "page", "validate"])
def test_help_has_an_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([command, "--help"])
    assert exit_.value.code == 0
    assert f"\n  imteach {command} " in capsys.readouterr().out


def test_what_lab_does_not_know_goes_to_jupyterlab_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from imteach.course import serve

    started: list[tuple[Path, list[str]]] = []
    monkeypatch.setattr(serve, "serve", lambda folder, options: started.append((folder, list(options))) or 0)
    monkeypatch.setenv("HOME", str(tmp_path))
    options = ["--no-browser", "--port", "8899", "-y", "--ServerApp.token=a b", "--log-level=DEBUG"]
    named = str(tmp_path / "mine")
    assert main(["lab", named, *options]) == 0
    assert main(["lab", *options]) == 0
    assert started == [(Path(named), options), (tmp_path / "imteach-lessons", options)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["imteach-lessons", "mine"]


def test_a_mermaid_diagram_that_most_pages_refuse_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["run", "dedup", "--say", f"alice>bob:{'x' * 9999}", "--format"]
    says = [part for number in range(3) for part in ("--say", f"alice>bob@{number}:{'x' * 9999}")]
    assert main([*asked, "mermaid", *says]) == 0
    written = capsys.readouterr()
    assert written.out.startswith("sequenceDiagram\n")
    assert re.fullmatch(
        r"imteach: this Mermaid diagram has 8\d,\d{3} characters, and most pages draw none of more than 50,000; "
        r"as SVG and as text there is no limit\n",
        written.err,
    )
    for form in ("svg", "text"):
        assert main([*asked, form, *says]) == 0
        assert capsys.readouterr().err == ""
