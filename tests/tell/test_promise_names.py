"""A promise has a title, for people, and a name, for code. Who meets one of them finds the other beside it."""

import re
from pathlib import Path

import pytest

from imteach import Client, Compare, Drop, Predict, Scenario, cheat_sheet, check, examine, exercises, explore, fault_map
from imteach.cli import main
from imteach.draw.sequence.notebook import alt_text
from imteach.errors import InputError
from imteach.tell import PROMISE_TITLES, in_short, why_broken
from imteach.verify import state_graph


class Unheard(Client):
    """It does not ack what it has shown before."""

    def on_msg_n(self, packet):
        return [] if packet.msgid in self.dedup else super().on_msg_n(packet)


def said_once(text):
    """The titles in a text whose name stands nowhere in it, and the names whose title does not."""
    plain = re.sub(r"<wbr>|</?code>|`", "", re.sub(r"\s+", " ", text))
    titles = [title for name, title in PROMISE_TITLES.items() if title in plain and name not in plain]
    names = [name for name, title in PROMISE_TITLES.items() if re.search(rf"\b{name}\b", plain) and title not in plain]
    return titles + names


TWICE = Scenario("retransmit").run(Drop("ack:N"))
SAYS = {
    "a run in short": lambda: in_short(TWICE),
    "a picture": lambda: alt_text(TWICE),
    "two runs": lambda: "\n".join(Compare(TWICE, Scenario("dedup").run(Drop("ack:N"))).outcome),
    "explore": lambda: explore("basic", faults=1).to_text(),
    "explore in Markdown": lambda: explore("basic", faults=1).to_markdown(),
    "explore in HTML": lambda: explore("basic", faults=1)._repr_mimebundle_()["text/html"],
    "check": lambda: repr(check("basic", faults=1)),
    "a class examined": lambda: examine(Unheard).to_text(),
    "an exercise": lambda: exercises["write dedup"].check(Unheard).to_text(),
    "an exercise in HTML": lambda: exercises["write dedup"].check(Unheard).to_html(),
    "a fault map": lambda: fault_map("basic").to_text(),
    "a fault map in Markdown": lambda: fault_map("basic").to_markdown(),
    "a fault map in HTML": lambda: fault_map("basic").to_html(),
    "a cell of it": lambda: fault_map("basic").find("m1/msg:N#1").sentence,
    "the cheat sheet": lambda: cheat_sheet().to_text(),
    "a graph": lambda: "\n".join(state_graph("basic", faults=1).graph["notes"]),
}


@pytest.mark.parametrize("what", SAYS)
def test_whoever_meets_one_name_of_a_promise_finds_the_other_beside_it(what):
    text = SAYS[what]()
    assert any(title in text for title in PROMISE_TITLES.values()), "or nothing is tested"
    assert said_once(text) == []


@pytest.mark.parametrize(
    "typed",
    [
        ["run", "basic", "--drop", "msg:N"],
        ["explore", "basic", "--faults", "1"],
        ["check", "basic", "--faults", "1"],
        ["map", "basic"],
    ],
    ids=lambda typed: typed[0],
)
def test_so_it_is_in_a_terminal(typed, capsys):
    main(typed)
    text = capsys.readouterr().out
    assert any(title in text for title in PROMISE_TITLES.values())
    assert said_once(text) == []


def test_the_page_about_python_has_both_of_every_promise():
    page = (Path(__file__).parents[2] / "docs/python.md").read_text("utf-8")
    for name, title in PROMISE_TITLES.items():
        assert f"| `{name}` | {title} |" in page or f"`{name}` (*{title}*)" in page


def test_in_a_table_the_name_is_in_code_font():
    assert "<code>no_duplicates</code>" in explore("basic", faults=0)._repr_mimebundle_()["text/html"]
    assert "<code>no_duplicates</code>" in cheat_sheet().to_html()
    assert "| `no_duplicates` |" in explore("basic", faults=0).to_markdown()


def test_a_question_about_promises_has_both_and_takes_either():
    names = ["no_duplicates", "no_false_failure"]
    asked = [
        Predict.several("Which?", Scenario("retransmit"), Drop("ack:N"), choices=names, answer=lambda trace: names[:1])
        for _ in range(3)
    ]
    assert "Nothing is shown twice (no_duplicates)" in repr(asked[0])
    for guess, answer in zip(
        asked, [*names[:1], "Nothing is shown twice", "Nothing is shown twice (no_duplicates)"], strict=True
    ):
        guess.answer(answer)
        assert guess.right
        assert "“Nothing is shown twice” (no_duplicates): bob was shown" in str(guess.reason)


def test_either_name_is_taken_where_one_asks_for_a_promise():
    found = check("basic", faults=1)
    for name in ("no_silent_loss", "all_delivered"):
        title = PROMISE_TITLES[name]
        assert found.promises[title] is found.promises[name]
        assert why_broken(found.promises[name].trace, title) == why_broken(found.promises[name].trace, name) != ""
        assert found.promises[name].trace.promises[title] is False
        assert state_graph("basic", faults=1, promise=title).graph["promise"] == name
    assert explore("basic").promises["Nothing is shown twice"].holds


def test_what_is_neither_is_refused_and_the_names_are_listed():
    with pytest.raises(InputError, match="no promise 'Nothing is shown thrice'; there are no_duplicates, "):
        TWICE.promises["Nothing is shown thrice"]
    with pytest.raises(InputError, match="no promise 'Nothing is shown thrice'; the promises are no_duplicates, "):
        why_broken(TWICE, "Nothing is shown thrice")
    with pytest.raises(InputError, match="no promise 'Nothing is stored twice' at the rung 'basic'; the promises are"):
        state_graph("basic", promise="Nothing is stored twice")
