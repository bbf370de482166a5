"""A page without Python: which runs it holds, that each is what the Lab would show, and what the file is made of."""

import json
import re
import zlib
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imteach import Crash, Delay, Drop, InputError, Lab, Say, Scenario
from imteach.lab.answers import file, reached
from imteach.lab.answers.file import every_rung, one_file
from imteach.lab.answers.table import NodeTable, packed
from imteach.lab.answers.told import OF_PYTHON, told
from imteach.lab.session import Session
from imteach.printed import Sentence

OF_THE_LAB = set(Lab.class_own_traits(sync=True)) - {"why", "at", "still", "sheet", "forms", "exported", *OF_PYTHON}
"""The parts of the page but what it has of its own, what is asked for one by one, and what a notebook saves."""

HOSTILE = '</script><script>alert(1)</script> <!-- ]]> </template> \u2028 \u2029 " \' & data-rev="0"'


# What it holds


def test_all_rungs_have_all_sets_and_the_way_between_them() -> None:
    found = reached.reached(Scenario("dedup"), most=1)
    assert found.rungs == ("basic", "acked", "retransmit", "dedup", "offline", "durable", "ordered")
    assert [len(row) for row in found.runs] == [len(found.sets)] * 7
    assert found.sets[0] == ()
    assert found.drops[0]["m1/ack:N#1"] == found.sets.index((Drop("m1/ack:N#1"),))
    dropped = found.drops[0]["m1/ack:N#1"]
    assert found.drops[dropped] == {}  # one is all
    assert found.spared[dropped] == {"drop m1/ack:N#1": 0}


def test_two_drops_are_one_state_in_whichever_order_they_are_made() -> None:
    found = reached.reached(Scenario("acked"), most=2)
    one, other = found.drops[0]["m1/msg:A#1"], found.drops[0]["m1/ack:N#1"]
    assert found.drops[one]["m1/ack:N#1"] == found.drops[other]["m1/msg:A#1"]
    assert len({frozenset(faults) for faults in found.sets}) == len(found.sets)


def test_given_faults_can_be_taken_back_and_a_drop_takes_the_place_of_what_strikes_its_packet() -> None:
    found = reached.reached(Scenario("dedup"), [Delay("ack:N", by=400), Crash("bob", at=150)], most=1)
    given = found.sets[0]
    dropped = found.sets[found.drops[0]["m1/ack:N#1"]]
    assert set(dropped) == {Drop("m1/ack:N#1"), Crash("bob", at=150)}
    assert found.sets[found.spared[0]["crash bob@150+100"]] == given[:1]
    assert () in found.sets


@pytest.mark.parametrize("rung", ["basic", "retransmit", "ordered"])
def test_each_run_is_told_as_the_lab_shows_it(rung: str) -> None:
    found = reached.reached(Scenario(rung, say=[Say(HOSTILE)]), most=1)
    for faults, run in zip(found.sets, found.runs[found.rungs.index(rung)], strict=True):
        assert isinstance(run, Session)
        lab, parts = Lab(run.scenario, *faults), json.loads(json.dumps(told(run)))
        shown = {name: json.loads(json.dumps(getattr(lab, name))) for name in lab.keys if name in OF_THE_LAB}
        parts["picture"] = "\n".join(parts["picture"]).replace('data-rev="0"', 'data-rev="1"', 1)
        asked = parts.pop("asked")
        assert parts.keys() == shown.keys()
        assert {name for name in shown if parts[name] != shown[name]} == set()
        check_reasons(lab, asked)


def check_reasons(lab: Lab, asked: dict[str, Any]) -> None:
    """Check that the reasons are those that the lab gives for every event, every packet and every moment."""
    assert {packet.name for packet in lab.trace.packets} == {name for name, _ in asked["packet"]}
    for name, of in (("event", "event"), ("packet", "packet")):
        for about, answer in asked[of]:
            assert answer == what_it_says(lab, {"do": "why", name: about})
    end = lab.trace.events[-1].t
    rows = {
        (said["msgid"], row["ask"], t) for said in lab.knows for row in said["rows"] for t in asking_times(row, end)
    }
    assert {(msgid, who) for msgid, who, _ in rows} == {(msgid, who) for msgid, who, _ in asked["not"]}
    for msgid, who, history in asked["not"]:
        for t in sorted(t for of, whom, t in rows if (of, whom) == (msgid, who)):
            answer = json.loads(json.dumps([answer for since, answer in history if since <= t][-1]))
            if "reasons" in answer:
                answer["reasons"][-1]["text"] = f"{min(t, end)} ms: {answer['reasons'][-1]['text']}"
            assert answer == what_it_says(lab, {"do": "why not", "msgid": msgid, "who": who, "at": t})


def asking_times(row: dict[str, Any], end: float) -> list[float]:
    """Some moments at which it is not so, and the page has a question beside it; none if there is nobody to ask."""
    times = [t for t in (0, 1, 60.5, 100, 299, 300, 301, end, end + 5) if row["ask"]]
    return [t for t in times if not [is_so for since, is_so, *_ in row["history"] if since <= t][-1]]


def what_it_says(lab: Lab, message: dict[str, Any]) -> Any:
    lab._handle_custom_msg({**message, "rev": lab._shown.rev, "ask": ["view", 1]}, [])
    return json.loads(json.dumps({"refusal": lab.refusal} if lab.refusal else lab.why))


def test_a_click_in_vain_is_refused_as_the_lab_refuses_it() -> None:
    lab = Lab("acked", Crash("bob", at=60))
    vain = dict(told(Session("acked", Crash("bob", at=60)))["asked"]["vain"])
    assert set(vain) == {packet.name for packet in lab.trace.packets if packet.fate != "arrived"} != set()
    for packet, words in vain.items():
        assert {"refusal": words} == what_it_says(lab, {"do": "strike", "tool": "drop", "packet": packet})


def test_a_rung_that_refuses_the_scenario_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reached, "rungs_of", lambda _: ("group", "dedup"))
    found = reached.reached(Scenario("group", groups={"us": ["alice", "bob"]}), most=0)
    assert isinstance(found.runs[0][0], Session)
    assert "'dedup' has no groups" in str(found.runs[1][0])


# How it is stored

SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
)


def read(node: Any, table: dict[str, Any]) -> Any:
    """Read a node as `web/answers.js` does."""
    if isinstance(node, str):
        return json.loads(node)
    if node is None or isinstance(node, bool):
        return node
    if isinstance(node, int):
        return table["texts"][node] if node >= 0 else read(table["shared"][-1 - node], table)
    shape, *parts = node
    values = [read(part, table) for part in parts]
    return dict(zip(table["shapes"][shape - 1], values, strict=True)) if shape else values


def opened(text: str) -> Any:
    table = json.loads(zlib.decompress(b64decode(text), -15))
    return read(table["root"], table)


@given(VALUES)
def test_what_is_put_into_a_table_comes_out_of_it(value: Any) -> None:
    assert opened(packed(value=value)) == {"value": value}
    assert str(opened(packed(value=value))) == str({"value": value})  # 1 is neither True nor 1.0


def test_a_sentence_that_would_fold_itself_stays_one_line() -> None:
    sentence = Sentence("a word, and another one " * 9)
    assert "\n" in str(sentence)
    assert opened(packed(said=sentence)) == {"said": "a word, and another one " * 9}


def test_what_is_equal_is_stored_once() -> None:
    table = NodeTable()
    node = table.put([{"a": [1, 2]}, [1, 2], {"a": [1, 2]}, [3]])
    assert table.shared == [[0, "1", "2"], [1, -1]]
    assert node == [0, -2, -1, -2, [0, "3"]]


# The file


class Parts(HTMLParser):
    """The scripts, styles and elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found:
            self.text.setdefault(self.found[-1][0], "")
            self.text[self.found[-1][0]] += data


TABLE = re.compile(r'<template id="(?:opening|answers)">(.*?)</template>')


def tables(page: str) -> list[dict[str, Any]]:
    """What the page shows first, and all its answers."""
    return list(map(opened, TABLE.findall(page)))


@pytest.fixture(scope="module")
def text() -> str:
    return one_file(Scenario("basic", say=[Say(HOSTILE)]), most=1)


def test_the_file_names_nothing_outside_it_and_its_policy_allows_only_what_is_in_it(text: str) -> None:
    page = Parts(text)
    assert [tag for tag, _ in page.found].count("script") == 1
    assert not any({"src", "href", "style", "onclick"} & attributes.keys() for _, attributes in page.found)
    assert re.findall(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text) == []
    policy = next(attributes["content"] for tag, attributes in page.found if "http-equiv" in attributes)
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy
    (script,) = re.findall(r'<script type="module">(.*?)</script>', text, re.DOTALL)
    assert rules["script-src"] == file._hashes([script])
    (style,) = re.findall(r"^<style>(.*?)</style>", text, re.DOTALL | re.MULTILINE)
    assert file._hashes([style]) in rules["style-src"]


def test_a_text_is_text_wherever_it_stands(text: str) -> None:
    assert text.count("</script>") == text.count("<script") == 1
    assert "<!--" not in text
    assert "alert(1)" not in text
    opening, answers = tables(text)
    for parts in (opening["labs"][0]["shown"]["basic"], answers["labs"][0]["runs"][0][0]):
        assert parts["chats"][0]["bubbles"][0]["text"] == HOSTILE


def test_what_is_shown_first_is_read_before_all_the_answers_and_is_the_same(two_faults: str) -> None:
    opening, answers = (table["labs"][0] for table in tables(two_faults))
    assert opening["first"] == "dedup"
    first = dict(answers["runs"][opening["rungs"].index("dedup")][0])
    assert first.pop("asked")
    assert opening["shown"] == {"dedup": first}
    sizes = [len(table) for table in TABLE.findall(two_faults)]
    assert 10 * sizes[0] < sizes[1], "the opening is what a reader waits for"


def test_the_same_lab_gives_the_same_bytes_and_another_moment_others(text: str) -> None:
    scenario = Scenario("basic", say=[Say(HOSTILE)])
    assert one_file(scenario, most=1) == text
    assert one_file(scenario, most=1, at=60) != text


def test_two_losses_on_seven_rungs_are_under_300_kb(two_faults: str) -> None:
    assert len(two_faults.encode()) < 300_000


@pytest.fixture(scope="module")
def two_faults() -> str:
    return one_file(Scenario("dedup"), most=2)


def test_a_page_with_every_rung_has_an_index_and_a_group() -> None:
    opening, answers = tables(every_rung(Scenario("dedup", rto=200), most=0))
    assert [(entry["rung"], entry["lab"]) for entry in opening["index"]][-2:] == [("ordered", 0), ("group", 1)]
    assert opening["labs"][1]["rungs"] == ["group"]
    assert list(opening["labs"][0]["shown"]) == opening["labs"][0]["rungs"]  # it may be opened on any
    assert "RTO 200 ms" in "".join(answers["labs"][0]["runs"][2][0]["picture"])


@pytest.mark.parametrize(
    ("scenario", "most", "said"),
    [
        (Scenario("dedup"), 4, "with up to 4 faults this page would hold more than 5000 runs; ask for fewer faults"),
        (Scenario("acked", say=[Say(f"{n}", at=9 * n) for n in range(60)]), 0, "a run of 360 packets is too long"),
        (Scenario("dedup"), -1, "faults: expected a whole number"),
        (Scenario("dedup"), "two", "faults: expected a whole number"),
    ],
)
def test_what_is_too_much_is_refused_with_what_to_lower(scenario: Scenario, most: Any, said: str) -> None:
    with pytest.raises(InputError) as error:
        one_file(scenario, most=most)
    assert said in str(error.value)


def test_few_long_runs_are_too_much_as_many_short_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reached, "MOST_EVENTS", 1000)
    one_file(Scenario("dedup"), most=0)
    with pytest.raises(InputError, match="with up to 1 faults this page would hold more than 1000 events"):
        one_file(Scenario("dedup"), most=1)


def test_a_file_that_grows_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "MOST_BYTES", 100_000)
    with pytest.raises(InputError, match=r"this page would hold \d+ MB"):
        one_file(Scenario("basic"), most=0)


def test_a_lab_writes_its_page_as_it_is_now_and_whole_or_not_at_all(tmp_path: Path) -> None:
    lab, path = Lab("basic", Drop("msg:N")), tmp_path / "page.html"
    lab.at = 60
    lab.to_page(path, faults=0)
    assert path.read_text("utf-8") == one_file(Scenario("basic"), [Drop("msg:N")], most=0, at=60)
    with pytest.raises(InputError):
        lab.to_page(path, faults=7)
    assert path.read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(InputError, match="cannot write"):
        lab.to_page(tmp_path / "no" / "page.html")
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
