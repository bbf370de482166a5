"""Whatever is typed and whatever a file holds: one clear line, exit status 2, nothing half written."""

import io
import json
import os
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imteach import LADDER, InputError, Scenario, Trace
from imteach.cli import main

FILES = {
    "good.toml": b'rung = "retransmit"\nfaults = ["drop ack:N"]\n',
    "group.toml": b'rung = "group"\n[groups]\nfriends = ["alice", "bob", "carol"]\n',
    "broken.toml": b'rung = "dedup"\nfaults = [\n',
    "key.toml": b'rung = "dedup"\nlatecny = 50\n',
    "say.toml": b'rung = "dedup"\n[[say]]\n[[say]]\nat = "soon"\n',
    "fault.toml": b'rung = "dedup"\nfaults = ["drop ack:N", "offline eve@0"]\n',
    "empty.toml": b"",
    "picture.png": b"\x89PNG\r\n\x1a\n\x00\x00",
    "long.toml": b"x" * 10_000_000,
    "deep.toml": b"rung = " + b"[" * 100_000,
    "dots.toml": b"a." * 500_000 + b"a = 1",
    "trace.json": Scenario("basic").run().to_json().encode(),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "folder.toml").mkdir()
    (folder / "mine.txt").write_text("mine")
    return folder


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


def command(*arguments: str) -> tuple[int, str, str]:
    """Run the command in this process; return its exit status and what it wrote."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as exit_:
            status = exit_.code if isinstance(exit_.code, int) else -1
    return status, out.getvalue(), err.getvalue()


SAY = "'alice>bob@100:hello' (in a shell, with the quotes)"
MS = "expected a time in ms"
GROUP = "--group friends=alice,bob,carol"

WRONG = {
    # rungs and files
    "tcp": "no rung 'tcp'; the rungs are basic, acked, retransmit, dedup, offline, durable, ordered, group, or name a",
    "nothing.toml": "cannot read nothing.toml: No such file or directory",
    "--scenario nothing.toml": "cannot read nothing.toml: No such file or directory",
    "--scenario nothing": "cannot read nothing: No such file or directory",
    "folder.toml": "cannot read folder.toml: Is a directory",
    ".": "cannot read .: Is a directory",
    "good.toml group.toml": "no argument 'group.toml' here",
    "good.toml --scenario group.toml": "expected one scenario file, got 'good.toml' and 'group.toml'",
    "--scenario good.toml --scenario group.toml": "expected one scenario file, got 'good.toml' and 'group.toml'",
    "broken.toml": "broken.toml: not readable as TOML: Invalid value (at the end, line 2)",
    "key.toml": "key.toml: no key 'latecny' here; keys are rung, people, latency",
    "say.toml": "say.toml: say[1].at: expected a time in ms of at least 0, got 'soon'",
    "fault.toml": "fault.toml: faults[1]: no person 'eve'; people are alice, bob",
    "empty.toml": "empty.toml: rung: expected one of basic, acked",
    "picture.png": "picture.png: expected text in UTF-8",
    "long.toml": "long.toml: more than 1048576 characters",
    "deep.toml": "deep.toml: nested too deeply to be read",
    "dots.toml": "dots.toml: nested too deeply to be read",
    "trace.json": "trace.json: not readable as TOML",
    "dedup --scenario group.toml": "group.toml: groups: the rung 'dedup' has no groups; use the rung 'group'",
    "good.toml --say a>b:x --say a>b:y": "good.toml: faults[0]: which message's ack:N#1? several are said",
    # what happens
    "--say hello": f"--say: expected SENDER>RECEIVER@MS:TEXT, such as {SAY}, got 'hello'",
    "--say alice>bob@soon:x": f"--say: at: {MS}, got 'soon' in 'alice>bob@soon:x'",
    "--say alice>bob@-1:x": f"--say: at: {MS} of at least 0, got -1",
    "--say alice>bob@nan:x": f"--say: at: {MS} of at least 0, got nan",
    "--say alice>bob@1e300:x": f"--say: at: {MS} of at most 1000000000",
    "--say server>bob:x": "--say: sender: 'server' is the server's own name; a person needs another",
    "--say al\x1bice>bob:x": "--say: sender: expected a name of letters, digits and _, at most 40, got 'al\\x1bice'",
    f"--say alice>bob:{'x' * 10_000_000}": "--say: text: expected text of at most 10000 characters, got 'xxx",
    f"{GROUP} --say eve>friends:x": "--say: 'eve' is no member of 'friends', so nothing can be said there",
    "--group friends": "--group: expected NAME=WHO,WHO…, such as friends=alice,bob, got 'friends'",
    "--group friends=alice": "--group: groups['friends']: expected a list of two names or more, got ['alice']",
    "--group friends=alice,alice": "--group: groups['friends']: expected each name once",
    "--group friends=alice,": "--group: groups['friends']: expected a name of letters, digits and _",
    "--group =alice,bob": "--group: expected a name of letters",
    "--group alice=alice,bob": "--group: 'alice' is a person's name; a group needs another",
    "--group f=a,b --group f=a,b": "--group: 'f' is given twice",
    f"dedup {GROUP}": "--group: the rung 'dedup' has no groups; use the rung 'group'",
    "--resend m1": "--resend: expected MSGID@MS, such as m1@2000, got 'm1'",
    "--resend m1@-5": f"--resend: at: {MS} of at least 0, got -5",
    "--resend m7@5": "--resend: no message 'm7'; the messages said are m1",
    # settings
    "--retries 1.5": "--retries: expected a whole number from 0 to 1000, got 1.5",
    f"--retries {'9' * 5000}": "--retries: expected a whole number from 0 to 1000, got inf",
    "--rto nan": f"--rto: {MS} greater than 0, got nan",
    "--rto 0 good.toml": f"--rto: {MS} greater than 0, got 0",
    "--latency inf": f"--latency: {MS} of at most 1000000000, got inf",
    "--latency": "argument --latency: expected one argument",
    # faults
    "--drop msg:X": "--drop: no packet 'msg:X'; kinds are msg:R",
    "--drop m1/msg:N#0": "--drop: no packet 'm1/msg:N#0'; transmissions are numbered from #1",
    f"--drop {'x' * 10_000_000}": "--drop: no packet 'xxx",
    f"{GROUP} --drop msg:N": "--drop: m1/msg:N#1 goes to each member of friends: write m1/msg:N>bob#1 or",
    "--say a>b:x --say b>a:y --drop ack:N": "--drop: which message's ack:N#1? several are said: write m1/ack:N#1 or",
    "--duplicate msg:X+5": "--duplicate: no packet 'msg:X'",
    "--duplicate msg:N+soon": f"--duplicate: after: {MS}, got 'soon' in 'msg:N+soon'",
    "--duplicate msg:N+-5": f"--duplicate: after: {MS} of at least 0, got -5",
    "--delay msg:N": "--delay: expected NAME=MS, such as msg:N=400, got 'msg:N'",
    "--delay msg:N=": f"--delay: by: {MS} of at least 0, got ''",
    "--delay msg:N=soon": f"--delay: by: {MS} of at least 0, got 'soon'",
    "--delay msg:N=-5": f"--delay: by: {MS} of at least 0, got -5",
    "--delay msg:N=nan": f"--delay: by: {MS} of at least 0, got nan",
    "--delay msg:N=1e300": f"--delay: by: {MS} of at most 1000000000, got 1e+300",
    "--crash bob": "--crash: expected NODE@MS+MS or NODE@EFFECT:OF+MS, such as bob@150+50 or bob@show:m1+50, got 'bob'",
    "--crash bob@150": "--crash: expected NODE@MS+MS or NODE@EFFECT:OF+MS",
    "--crash bob@soon+5": f"--crash: at: {MS}, got 'soon' in 'bob@soon+5'",
    "--crash bob@-1+5": f"--crash: at: {MS} of at least 0, got -1",
    "--crash bob@1+0": f"--crash: down: {MS} greater than 0, got 0",
    "--crash bob@1+inf": f"--crash: down: {MS} of at most 1000000000, got inf",
    "--crash eve@1+5": "--crash: no node 'eve'; nodes are alice, bob, server",
    "--crash @1+5": "--crash: expected the name of a node, such as bob or server, got ''",
    "--crash bob@sing:m1+5": "--crash: after: expected EFFECT OF, such as 'show m1', got 'sing m1'; effects are",
    "--crash bob@send:msg:X+5": "--crash: no packet 'msg:X#1'; kinds are msg:R",
    "--offline eve@0+5": "--offline: no person 'eve'; people are alice, bob",
    "--offline server@0+5": "--offline: no person 'server'; people are alice, bob",
    "--offline bob@0+0": f"--offline: lasting: {MS} greater than 0, got 0",
    "--offline bob@x": f"--offline: at: {MS}, got 'x' in 'bob@x'",
    "--partition bob": "--partition: expected PERSON-server@MS+MS, such as alice-server@100+500, got 'bob'",
    "--again m1": "--again: expected MSGID@MS or MSGID@EFFECT:OF, such as m1@70, got 'm1'",
    "--again m2@70": "--again: no message 'm2'; the messages said are m1",
    "--again m1@x": "--again: at: expected a time in ms, got 'x' in 'm1@x'",
    "--beat bob": "--beat: expected PERSON@MS or PERSON@EFFECT:OF, such as bob@70, got 'bob'",
    "--beat bob@70": "--beat: 'bob' is in no group, so no heartbeat comes; nobody is",
    "--late alice": "--late: expected NODE@TIMER, such as alice@m1, got 'alice'",
    "--late eve@m1": "--late: no node 'eve'; nodes are alice, bob, server",
    "--late alice@": "--late: timer: expected the name of a timer, such as m1 or pull, got ''",
    "--partition bob-alice@1+5": "--partition: a link runs between a person and the server, not bob and alice",
    "--partition eve-server@1+5": "--partition: no node 'eve'; nodes are alice, bob, server",
    "--partition bob>server@1+nan": f"--partition: lasting: {MS} greater than 0, got nan",
    "--loss 1.5": "--loss: expected a number from 0 to 1, got 1.5",
    "--loss nan": "--loss: expected a number from 0 to 1, got nan",
    "--loss some": "--loss: expected a number from 0 to 1, got 'some'",
    "--loss 0.5 --seed x": "--seed: expected a whole number from 0 to 1000000000000, got 'x'",
    "--loss 0.5 --seed=-1": "--seed: expected a whole number from 0 to 1000000000000, got -1",
    "--seed 5": "--seed: expected --loss beside it, got only --seed '5'",
    # output
    "-o .": "cannot write .: Is a directory",
    "-o no/such/run.txt": "cannot write no/such/run.txt: No such file or directory",
    "--drop ack:N#9 -o no/such/run.txt": "cannot write no/such/run.txt: No such file or directory",
    "-o a\0b": "cannot write 'a\\x00b': no file can have this name",
}  # fmt: skip


@pytest.mark.parametrize("typed", WRONG, ids=lambda typed: typed if len(typed) < 60 else f"{typed[:50]}…")
def test_what_is_wrong_is_named_in_one_line(here: Path, typed: str) -> None:
    began = time.monotonic()
    before = sorted(here.iterdir())
    output = [] if "-o " in typed else ["-o", "mine.txt"]
    status, out, err = command("run", *typed.split(" "), *output)
    assert (status, out) == (2, "")
    assert err.startswith(f"imteach run: {WRONG[typed]}")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert err[:-1].isprintable()
    assert len(err) < 500
    assert (here / "mine.txt").read_text() == "mine"
    assert sorted(here.iterdir()) == before
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "arguments",
    [
        ["good.toml", "--rto", "soon"],
        ["dots.toml"],
        ["deep.toml"],
        ["picture.png"],
        ["folder.toml"],
        ["dedup", "--say", "alice>bob@-1:hello"],
        ["dedup", "--crash", "bob@show:m1"],
        ["dedup", "-o", "no/such/run.txt"],
    ],
    ids=" ".join,
)
def test_a_process_of_its_own_says_the_same(here: Path, arguments: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "imteach", "run", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(sys.modules["imteach"].__path__[0]).parent)},
    )
    assert (run.returncode, run.stdout, run.stderr) == command("run", *arguments)
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1


def test_what_a_person_says_does_nothing_to_a_terminal() -> None:
    for form in ("text", "svg", "mermaid", "toml"):
        status, out, err = command("run", "--say", "alice>bob:\x1b[31mred\x07\r\n\x00\u202e", "--format", form)
        assert (status, err) == (0, "")
        assert all(letter.isprintable() for letter in out.replace("\n", "")), form


# A trace, too, is read from files of strangers

TRACE = json.loads(FILES["trace.json"])
LONG = "x" * 10_000_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LONG, "trace: not readable as JSON"),
        (json.dumps(LONG), "trace: expected an object with named fields, got 'xxx"),
        (json.dumps({**TRACE, "rung": LONG}), "trace: rung: expected one of basic"),
        (json.dumps({**TRACE, "faults": [f"drop {LONG}"]}), "trace: faults: no packet 'xxx"),
        (
            json.dumps({**TRACE, "scenario": {**TRACE["scenario"], "rto": LONG}}),
            "trace: scenario.scenario: rto: expect",
        ),
        ('{"schema": ' + "9" * 10_000_000 + "}", "trace: not readable as JSON"),
        ('{"schema": ' + "[" * 100_000, "trace: nested too deeply to be read"),
        ('{"schema": ' + '{"a": ' * 100_000, "trace: nested too deeply to be read"),
        ("[" * 10_000_000, "trace: nested too deeply to be read"),
    ],
    ids=["words", "text", "rung", "fault", "rto", "digits", "lists", "objects", "a long line of lists"],
)
def test_a_hostile_trace_is_refused_at_once(text: str, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(InputError) as caught:
        Trace.from_json(text)
    assert str(caught.value).startswith(said)
    assert len(str(caught.value)) < 500
    assert len(str(caught.value).splitlines()) == 1
    assert time.monotonic() - began < 10


# Anything at all

MSGIDS = st.sampled_from(["", "m1/", "m2/", "bob/", "m99/", "x y/"])
KINDS = st.sampled_from(
    ["msg:R", "msg:A", "msg:N", "msg:N>carol", "ack:R", "ack:N", "offline:A", "offlineack:R", "msg:X"]
)
NAMES = st.builds("{}{}{}".format, MSGIDS, KINDS, st.sampled_from(["", "", "#2", "#0", "~2", "#x"]))
TIMES = st.sampled_from(["0", "50", "100", "1000", "0.5", "-1", "nan", "inf", "1e300", "soon", "", "9" * 5000])
WHO = st.sampled_from(["alice", "bob", "carol", "server", "friends", "eve", "m1", "network", "", "é\x1b"])
EFFECTS = st.builds("{}:{}".format, st.sampled_from(["show", "send", "store", "write", "sing"]), MSGIDS | NAMES)
OPTIONS = {
    "--say": st.builds("{}>{}@{}:{}".format, WHO, WHO, TIMES, st.text(max_size=5)),
    "--group": st.builds("friends={},{}".format, WHO, WHO),
    "--resend": st.builds("m1@{}".format, TIMES),
    "--retries": st.sampled_from(["0", "1", "5", "-1", "x"]),
    "--rto": TIMES,
    "--latency": TIMES,
    "--drop": NAMES,
    "--duplicate": NAMES | st.builds("{}+{}".format, NAMES, TIMES),
    "--delay": st.builds("{}={}".format, NAMES, TIMES),
    "--crash": st.builds("{}@{}+{}".format, WHO, TIMES | EFFECTS, TIMES),
    "--offline": st.builds("{}@{}+{}".format, WHO, TIMES, TIMES) | WHO,
    "--partition": st.builds("{}{}{}@{}+{}".format, WHO, st.sampled_from("->"), WHO, TIMES, TIMES),
    "--again": st.builds("m{}@{}".format, st.sampled_from([1, 2, 9]), TIMES | EFFECTS),
    "--beat": st.builds("{}@{}".format, WHO, TIMES | EFFECTS),
    "--late": st.builds("{}@{}".format, WHO, st.sampled_from(["m1", "pull", "m1#2", "m1#0", ""])),
    "--loss": st.sampled_from(["0", "0.3", "1", "2", "nan", "x"]),
    "--seed": st.sampled_from(["0", "7", "-1", "x"]),
    "--scenario": st.sampled_from(list(FILES)),
}
GIVEN = st.sampled_from(list(OPTIONS)).flatmap(
    lambda option: (OPTIONS[option] | OPTIONS[option] | st.text(max_size=8)).map(f"{option}={{}}".format)
)
GOOD = {
    "--drop": st.sampled_from(["m1/ack:N", "m1/msg:R", "m1/msg:N#2"]),
    "--duplicate": st.sampled_from(["m1/msg:R", "m1/ack:R+70", "m1/msg:R#2+0"]),
    "--delay": st.sampled_from(["m1/msg:R=400", "m1/ack:N=0", "m1/ack:R=99.5"]),
    "--crash": st.sampled_from(
        ["bob@show:m1+50", "server@70+400", "alice@send:m1/msg:R+1", "server@store:m1+5", "bob@0+9"]
    ),
    "--offline": st.sampled_from(["bob@0+1000", "bob@0", "alice@60+100"]),
    "--partition": st.sampled_from(["bob-server@0+500", "alice>server@20+60", "server>bob@0"]),
    "--again": st.sampled_from(["m1@70", "m1@send:m1/msg:A"]),
    "--late": st.sampled_from(["alice@m1", "bob@pull"]),
    "--loss": st.sampled_from(["0.1", "0.5"]),
    "--latency": st.sampled_from(["0", "20.5", "400"]),
    "--retries": st.sampled_from(["0", "4"]),
    "--resend": st.sampled_from(["m1@2000", "m1@10"]),
    "--say": st.sampled_from(["alice>bob:one", "alice>bob@40:two", "bob>alice@90:three"]),
}
GOOD_GIVEN = st.sampled_from(list(GOOD)).flatmap(lambda option: GOOD[option].map(f"{option}={{}}".format))
FORMATS = st.sampled_from(["json", "toml", "text", "svg", "mermaid"])


def run_or_refuse(folder: Path, arguments: list[str]) -> int:
    """Run the command; hold that it writes what was asked for, or one line."""
    at = Path.cwd()
    os.chdir(folder)
    try:
        status, out, err = command("run", *arguments)
    finally:
        os.chdir(at)
    assert status in (0, 2)
    if status == 2:
        assert out == ""
        assert err.startswith("imteach run: ")
        assert err.count("\n") == 1
    else:
        assert out.endswith("\n")
        assert all(line.startswith("imteach: ") for line in err.splitlines())
    return status


@given(
    rung=st.sampled_from([*LADDER, *FILES, "tcp", ""]) | st.text(),
    given_=st.lists(GIVEN, max_size=4),
    form=FORMATS,
)
def test_any_command_line_is_run_or_refused(folder: Path, rung: str, given_: list[str], form: str) -> None:
    run_or_refuse(folder, [*given_, "--format", form, "--", rung])


@given(rung=st.sampled_from(list(LADDER)), given_=st.lists(GOOD_GIVEN, max_size=5), form=FORMATS)
def test_any_faults_together_are_run(folder: Path, rung: str, given_: list[str], form: str) -> None:
    assert run_or_refuse(folder, [rung, *given_, "--format", form]) == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rnu dedup", "run"),
        ("compair a b", "compare"),
        ("run dedup --droop ack:N", "--drop"),
        ("stats --lsos 1", "--loss"),
        ("run --form svg", "--format"),  # nothing is cut short: what is begun is named
        ("explore --most 3", "--most-packets or --most-states"),
        ("--vers", "--version"),
        ("lab --prot 88", "--port"),
        ("lab lessons --no-brow", "--no-browser"),
        ("lab --port-ret=3", "--port-retries"),
    ],
)
def test_what_is_almost_a_name_is_asked_back(typed: str, meant: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(typed.split())
    assert capsys.readouterr().err.endswith(f"; is {meant} meant?\n")


def test_what_is_like_no_name_is_not_guessed_at(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["run", "dedup", "--zzzz"])
    assert "meant" not in capsys.readouterr().err
