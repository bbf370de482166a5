"""A scenario file: what a teacher writes by hand, what they get wrong, and the way back."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imteach import (
    LADDER,
    Again,
    Beat,
    Client,
    Crash,
    Delay,
    Drop,
    Duplicate,
    InputError,
    Late,
    Loss,
    Offline,
    Partition,
    Resend,
    Say,
    Scenario,
    read_scenario,
)
from imteach.protocol import KINDS
from imteach.scenario import parse_scenario, to_toml

EXAMPLE = """\
rung = "group"
latency = 50
rto = 300
retries = 2
faults = ["drop m1/ack:N#1", "offline bob@0+1000"]

[groups]                    # optional
friends = ["alice", "bob", "carol"]

[[say]]
at = 0
from = "alice"
to = "bob"                  # or a group
text = "hello"

[[resend]]                  # optional: the person's own "send again"
at = 2000
msgid = "m1"
"""


def error_of(text):
    with pytest.raises(InputError) as caught:
        parse_scenario(text, "lesson.toml")
    said = str(caught.value)
    assert said.startswith("lesson.toml: ")
    assert len(said.splitlines()) == 1
    return said.removeprefix("lesson.toml: ")


# In


def test_the_example():
    scenario, faults = parse_scenario(EXAMPLE)
    friends = {"friends": ["alice", "bob", "carol"]}
    assert scenario == Scenario("group", say=[Say("hello")], groups=friends, resend=[Resend("m1", at=2000)])
    assert faults == (Drop("m1/ack:N"), Offline("bob", at=0, lasting=1000))


def test_what_is_left_out_is_as_usual():
    assert parse_scenario('rung = "acked"') == (Scenario("acked"), ())
    scenario, _ = parse_scenario('rung = "acked"\n[[say]]\n[[say]]\nat = 20\nfrom = "carol"')
    assert scenario.say == (Say("hello"), Say("hello", sender="carol", at=20))


def test_where_there_are_groups_the_usual_hello_goes_to_the_first():
    scenario, _ = parse_scenario('rung = "group"\n[groups]\nb = ["bob", "carol"]\na = ["alice", "bob"]')
    assert scenario.say == (Say(sender="bob", to="b"),)
    scenario, _ = parse_scenario('rung = "group"\n[groups]\na = ["bob", "alice"]')
    assert scenario.say == (Say(sender="alice", to="a"),)


def test_every_key_reaches_the_scenario():
    text = """
        rung = "group"
        people = ["bob", "alice", "carol"]
        latency = {bob = 20, carol = 0.5, "server>bob" = 200}
        rto = 250
        retries = 1
        backoff = 2
        ack_every = 3
        ack_delay = 100
        heartbeat = 1500
        presence_timeout = 700
        jitter = 30
        seed = 4
        dedup_limit = 20
        dedup_for = 5000
        store_for = 0.5
    """
    settings = {"rto": 250, "retries": 1, "backoff": 2, "ack_every": 3, "ack_delay": 100, "heartbeat": 1500}
    latency = {"bob": 20, "carol": 0.5, "server>bob": 200}
    assert parse_scenario(text)[0] == Scenario(
        "group",
        people=["bob", "alice", "carol"],
        latency=latency,
        presence_timeout=700,
        jitter=30,
        seed=4,
        dedup_limit=20,
        dedup_for=5000,
        store_for=0.5,
        **settings,
    )


WRONG = {
    "no rung": (
        "# rung",
        "rung: expected one of basic, acked, retransmit, dedup, offline, durable, ordered, group, got nothing",
    ),
    "rung": ('rung = "tcp"', "rung: expected one of basic, acked"),
    "rung as a list": ('rung = ["dedup"]', "rung: expected text, got ['dedup']"),
    "a key misspelt": ('latecny = 1', "no key 'latecny' here; keys are rung, people, latency"),
    "a key of a say misspelt": ('[[say]]\nform = "a"', "say[0]: no key 'form' here; keys are at, from"),
    "a key of a resend": ('[[resend]]\nid = "m1"', "resend[0]: no key 'id' here; keys are at, msgid"),
    "at as text": (
        '[[say]]\n[[say]]\nat = "soon"',
        "say[1].at: expected a time in ms of at least 0, got 'soon'",
    ),
    "at as a clock": ('[[say]]\nat = 07:32:00', "say[0].at: expected a time in ms of at least 0"),
    "at in the past": ('[[say]]\nat = -1', "say[0].at: expected a time in ms of at least 0, got -1"),
    "at never": ('[[say]]\nat = inf', "say[0].at: expected a time in ms of at most 1000000000, got inf"),
    "at true": ('[[say]]\nat = true', "say[0].at: expected a time in ms of at least 0, got True"),
    "from": ('[[say]]\nfrom = "a b"', "say[0].from: expected a name of letters, digits and _"),
    "to": ('[[say]]\nto = 3', "say[0].to: expected a name of letters, digits and _, at most 40, got 3"),
    "to oneself": ('[[say]]\nto = "alice"', "say[0].to: expected somebody else than the sender"),
    "text": ('[[say]]\ntext = 7', "say[0].text: expected text of at most 10000 characters, got 7"),
    "a long text": (f'[[say]]\ntext = "{"x" * 10_001}"', "say[0].text: expected text of at most 10000"),
    "say without a second bracket": ('[say]\nat = 1', "say: expected tables that each begin with [[say]]"),
    "say as text": ('say = ["hi"]', "say[0]: expected an object with named fields, got 'hi'"),
    "no msgid": ('[[resend]]\nat = 1', "resend[0].msgid: expected the msgid of a message, such as m1"),
    "no at": ('[[resend]]\nmsgid = "m1"', "resend[0].at: expected a time in ms of at least 0, got nothing"),
    "msgid": ('[[resend]]\nat = 1\nmsgid = "m 1"', "resend[0].msgid: expected the msgid of a message"),
    "nobody's msgid": ('[[resend]]\nat = 1\nmsgid = "m2"', "resend: no message 'm2'; the messages said"),
    "rto": ('rto = 0', "rto: expected a time in ms greater than 0, got 0"),
    "rto nan": ('rto = nan', "rto: expected a time in ms greater than 0, got nan"),
    "retries": ('retries = 1.5', "retries: expected a whole number from 0 to 1000, got 1.5"),
    "retries huge": (f'retries = {"9" * 400}', "retries: expected a whole number from 0 to 1000, got 9"),
    "retries too huge": (f'retries = {"9" * 5000}', "not readable as TOML: Exceeds the limit"),
    "backoff": ('backoff = 0.5', "backoff: expected a number from 1 to 1000000000, got 0.5"),
    "ack_every": ('rung = "group"\nack_every = 0', "ack_every: expected a whole number from 1 to 1000, got 0"),
    "heartbeat": ('rung = "group"\nheartbeat = 0', "heartbeat: expected a time in ms greater than 0, got 0"),
    "latency": ('latency = "fast"', "latency: expected a time in ms of at least 0, got 'fast'"),
    "latency of nobody": ('latency = {eve = 1}', "latency: no person 'eve'; people are alice, bob"),
    "latency of bob": ('latency = {bob = -1}', "latency['bob']: expected a time in ms of at least 0"),
    "people": ('people = "alice"', "people: expected a list of names, got 'alice'"),
    "people twice": ('people = ["bob", "bob"]', "people: expected each name once"),
    "groups below": ('[groups]\nf = ["alice", "bob"]', "groups: the rung 'dedup' has no groups"),
    "groups as a list": ('rung = "group"\ngroups = ["alice"]', "groups: expected members by name"),
    "a group of one": ('rung = "group"\n[groups]\nf = ["alice"]', "groups['f']: expected a list of two names or more"),
    "a group as text": ('rung = "group"\n[groups]\nf = "alice, bob"', "groups['f']: expected a list of two names"),
    "faults": ('faults = "drop ack:N"', "faults: expected a list of texts, got 'drop ack:N'"),
    "a fault as a number": ('faults = [1]', "faults: expected a list of texts, got [1]"),
    "a fault that is none": ('faults = ["drop ack:N", "lose ack:N"]', "faults[1]: no fault 'lose ack:N'"),
    "a fault on no packet": ('faults = ["drop ack:X"]', "faults[0]: no packet 'ack:X'; kinds are msg:R"),
    "a fault on nobody": ('faults = ["offline eve@0+1"]', "faults[0]: no person 'eve'; people are alice"),
    "a fault at no time": ('faults = ["crash bob@nan+1"]', "faults[0]: at: expected a time in ms"),
    "a fault on any message": (
        'faults = ["drop ack:N"]\n[[say]]\n[[say]]',
        "faults[0]: which message's ack:N#1? several are said: write m1/ack:N#1 or m2/ack:N#1",
    ),
    "no TOML": ('\nrto 300', "not readable as TOML: Expected '=' after a key in a key/value pair (at l"),
    "no end": ('faults = [', "not readable as TOML: Invalid value (at the end, line 2)"),
    "a key twice": ('rung = "acked"\nrung = "acked"', "not readable as TOML: Cannot overwrite a value (at"),
    "half a character": ('rung = "\\ud800"', "not readable as TOML: Escaped character is not a Unicode scalar value"),
    "a control character": ('rung = "\x00"', "not readable as TOML: Illegal character '\\x00' (at line 1"),
    "JSON": ('{"rung": "dedup"}', "not readable as TOML: Invalid statement (at line 1, column 1)"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_gets_the_key_and_what_was_expected(what):
    text, expected = WRONG[what]
    if not text.startswith(("rung", "# rung", "{")):
        text = f'rung = "dedup"\n{text}'
    assert error_of(text).startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * 10_000_000, "more than 1048576 characters"),
        ("rung = " + "[" * 100_000, "nested too deeply"),
        ("rung = " + "{a = " * 100_000, "nested too deeply"),
        ("[" * 100_000, "not readable as TOML"),
        ("a." * 500_000 + "a = 1", "nested too deeply"),
        ("[" + "'a' . " * 100_000 + "a]", "nested too deeply"),
        ('rung = "' + "a." * 500_000 + '"', "rung: expected one of"),  # many dots, but in a text
        ('rung = """' + '\\"""' * 200_000, "not readable as TOML"),
        ("a " * 500_000, "not readable as TOML"),
        ("rung = " + "9" * 1_000_000, "not readable as TOML"),
    ],
    ids=["long", "lists", "tables", "headers", "dots", "quoted dots", "dots in a text", "quotes", "words", "digits"],
)
def test_a_hostile_file_is_refused_at_once(text, expected):
    began = time.monotonic()
    said = error_of(text)
    assert said.startswith(expected)
    assert len(said) < 400
    assert time.monotonic() - began < 5  # the dots alone would take Python minutes


def read_or_refuse(text):
    """Whatever it holds, nothing but a scenario or an error of one line may come of it."""
    error = None
    try:
        scenario, faults = parse_scenario(text)
    except InputError as caught:
        error = str(caught)
    if error is None:
        assert parse_scenario(to_toml(scenario, faults)) == (scenario, faults)
    else:
        assert len(error.splitlines()) == 1


@given(st.text() | st.text(st.sampled_from("[]{}=.,\"'\n ab1")))
def test_any_text_is_read_or_refused(text):
    read_or_refuse(text)


@given(st.sampled_from(EXAMPLE.splitlines()), st.text(max_size=20) | st.sampled_from(["1", '"x"', "[]", "nan", "{}"]))
def test_any_line_of_the_example_may_be_wrong(line, value):
    key, equals, _ = line.partition("=")
    read_or_refuse(EXAMPLE.replace(line, f"{key}{equals}{value}"))


# From a file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read_as_editors_write_it(tmp_path, encoding):
    file = tmp_path / "lesson.toml"
    file.write_bytes('rung = "dedup"\r\n[[say]]\r\ntext = "héllo ✓"\r\n'.encode(encoding))
    assert read_scenario(file) == read_scenario(str(file)) == (Scenario("dedup", say=Say("héllo ✓")), ())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'rung = "\xff"', ": expected text in UTF-8, got b'\\xff'"),
        ('rung = "dedup"'.encode("utf-16"), ": expected text in UTF-8, got b'\\xff'"),
        (b"\x89PNG\r\n\x1a\n", ": expected text in UTF-8, got b'\\x89'"),
        (b"x" * 10_000_000, ": more than 1048576 characters; a scenario file is shorter"),
        ("é".encode() * 5_000_000, ": more than 1048576 characters; a scenario file is shorter"),
        (b"r" + "é".encode() * 5_000_000, ": more than 1048576 characters; a scenario file is shorter"),
        (b'rung = "tcp"', ": rung: expected one of basic"),
    ],
    ids=["latin", "utf-16", "png", "long", "two bytes", "cut in a character", "rung"],
)
def test_a_file_that_is_none_is_named(tmp_path, monkeypatch, content, said):
    monkeypatch.chdir(tmp_path)
    Path("lesson.toml").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_scenario("lesson.toml")
    assert str(caught.value).startswith(f"lesson.toml{said}")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("none.toml", "cannot read none.toml: No such file or directory"),
        (".", "cannot read .: Is a directory"),
        (0, "expected the path of a scenario file, such as 'lost.toml', got 0"),
        (None, "expected the path of a scenario file, such as 'lost.toml', got None"),
        ("a\0b", "cannot read 'a\\x00b': embedded null byte"),
        ("a\nb", "cannot read 'a\\nb': No such file"),
        ("x" * 10_000, "cannot read 'xxxx"),
    ],
    ids=["missing", "folder", "number", "nothing", "null", "two lines", "long"],
)
def test_what_cannot_be_read_is_named(tmp_path, monkeypatch, path, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        read_scenario(path)
    assert str(caught.value).startswith(said)


# Out


def test_only_what_is_not_as_usual_is_written():
    assert to_toml(Scenario("dedup")) == 'rung = "dedup"\n'
    friends = {"friends": ["alice", "bob"]}
    assert to_toml(Scenario("group", say=Say(to="friends"), groups=friends)) == (
        'rung = "group"\n\n[groups]\nfriends = ["alice", "bob"]\n'
    )


def test_it_reads_as_if_written_by_hand():
    scenario = Scenario("offline", say=[Say('say "hi"'), Say("b", "bob", "Zoë", 5)], latency={"Zoë": 2.5})
    assert to_toml(scenario, [Drop("m1/ack:N"), Crash("bob", after="show m1", down=50)]) == (
        """\
rung = "offline"
faults = ["drop m1/ack:N#1", "crash bob@show:m1+50"]

[latency]
"Zoë" = 2.5

[[say]]
from = "alice"
to = "bob"
text = "say \\"hi\\""

[[say]]
at = 5
from = "bob"
to = "Zoë"
text = "b"
"""
    )


def test_a_long_list_gets_a_line_for_each():
    faults = [Drop(f"m1/msg:R#{number}") for number in range(1, 9)]
    text = to_toml(Scenario("dedup"), faults)
    assert max(map(len, text.splitlines())) < 100
    assert parse_scenario(text) == (Scenario("dedup"), tuple(faults))


def test_a_group_without_its_usual_hello_says_so():
    scenario = Scenario("group", groups={"friends": ["alice", "bob"]})  # alice says hello to bob alone
    assert parse_scenario(to_toml(scenario))[0] == scenario


def test_what_cannot_be_seen_is_escaped():
    text = to_toml(Scenario("basic", say=Say("a\x00\x1b[31m\x7f\u2028\u202e\U000e0001\n\t\\")))
    assert all(letter.isprintable() for letter in text.replace("\n", ""))
    assert r"a\u0000\u001B[31m\u007F\u2028\u202E\U000E0001\n\t\\" in text


def test_a_file_cannot_hold_a_class():
    class Hasty(Client):
        pass

    with pytest.raises(InputError, match="client: a file cannot hold a class, and this scenario runs Hasty"):
        to_toml(Scenario("dedup", client=Hasty))


def test_faults_without_meaning_in_the_scenario_are_not_written():
    with pytest.raises(InputError, match="no node 'eve'"):
        to_toml(Scenario("dedup"), [Crash("eve", at=1)])
    with pytest.raises(InputError, match="expected a fault"):
        to_toml(Scenario("dedup"), ["drop ack:N"])


PEOPLE = ("alice", "bob", "carol", "Zoë_3")
MS = st.integers(0, 5000) | st.floats(0, 10**9)
SPANS = st.integers(1, 5000) | st.floats(0.001, 10**9)
NUMBERS = st.sampled_from(["", "#2", "#9"])


@st.composite
def says(draw, people, groups):
    to = draw(st.sampled_from([*people, *groups]))
    sender = draw(st.sampled_from([who for who in groups.get(to, people) if who != to]))
    return Say(draw(st.text(max_size=8)), sender, to, draw(st.just(0) | MS))


@st.composite
def scenarios(draw):
    rung = draw(st.sampled_from(list(LADDER)))
    people = draw(st.permutations(PEOPLE))
    groups = {}
    if LADDER[rung].groups:
        members = st.lists(st.sampled_from(people), unique=True, min_size=2)
        groups = draw(st.dictionaries(st.sampled_from(["friends", "équipe", "g_1"]), members, max_size=2))
    said = draw(st.lists(says(people, groups), max_size=3))
    usual = Scenario(rung, say=said, groups=groups)
    alone = draw(st.booleans())  # only those who say something or are told something
    return Scenario(
        rung,
        say=said,
        groups=groups,
        resend=[Resend(msgid, draw(MS)) for msgid in usual.msgids if draw(st.booleans())],
        people=() if alone else people,
        latency=draw(st.just(50) | MS | st.dictionaries(links(usual.people if alone else people), MS)),
        rto=draw(st.just(300) | SPANS),
        retries=draw(st.integers(0, 1000)),
        backoff=draw(st.integers(1, 9) | st.floats(1, 10**9)),
        ack_every=draw(st.integers(1, 1000)),
        ack_delay=draw(st.just(200) | SPANS),
        heartbeat=draw(st.just(2000) | SPANS),
        presence_timeout=draw(st.just(1000) | MS),
        jitter=draw(st.just(0) | MS),
        seed=draw(st.just(0) | st.integers(0, 10**12)),
        dedup_limit=draw(st.none() | st.integers(0, 10**6)),
        dedup_for=draw(st.none() | SPANS),
        store_for=draw(st.none() | SPANS),
    )


def links(people):
    """The links of these people, and their ways."""
    return st.sampled_from([link for name in people for link in (name, f"{name}>server", f"server>{name}")])


@st.composite
def faults(draw, scenario):
    msgids = st.sampled_from([*scenario.msgids, "m99"])
    people = st.sampled_from(scenario.people)
    nodes = st.sampled_from([*scenario.people, "server"])
    kinds = st.sampled_from([kind for kind in KINDS if kind != "msg:N"])
    sent = st.builds("{}/{}{}".format, msgids, kinds, NUMBERS) | st.builds("{}/msg:N>{}".format, msgids, people)
    names = sent | sent.map("{}~2".format)
    done = st.builds("{} {}{}".format, st.sampled_from(["show", "store", "write"]), msgids, NUMBERS)
    effects = done | sent.map("send {}".format)
    kinds_of_fault = (
        st.builds(Drop, names),
        st.builds(Duplicate, sent, st.none() | MS),  # a copy is not copied again
        st.builds(Delay, names, MS),
        st.builds(Crash, nodes, at=MS, down=SPANS),
        st.builds(Crash, nodes, after=effects, down=SPANS),
        st.builds(Offline, people, MS, st.none() | SPANS),
        st.builds(Offline, people, lasting=st.none() | SPANS, after=effects),
        st.builds(Partition, people, st.just("server"), MS, st.none() | SPANS, st.booleans()),
        st.builds(Partition, st.just("server"), people, MS, both=st.just(False)),
        st.builds(Loss, st.floats(0, 1), st.integers(0, 10**12)),
        st.builds(Late, nodes, st.builds("{}{}".format, msgids | st.just("pull:friends"), NUMBERS)),
        *(
            st.builds(Again, st.sampled_from(scenario.msgids), **when)
            for when in ({"at": MS}, {"after": effects})
            if scenario.msgids
        ),
        *(
            st.builds(Beat, st.sampled_from(list(scenario.groups_of)), **when)
            for when in ({"at": MS}, {"after": effects})
            if scenario.groups
        ),
    )
    return tuple(draw(st.lists(st.one_of(kinds_of_fault), max_size=4)))


@given(st.data())
def test_whatever_is_written_is_read_again(data):
    scenario = data.draw(scenarios())
    ordered = data.draw(faults(scenario))
    text = to_toml(scenario, ordered)
    assert parse_scenario(text) == (scenario, ordered)
    assert to_toml(*parse_scenario(text)) == text
