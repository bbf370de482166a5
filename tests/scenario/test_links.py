"""A scenario file's text as a link: back it comes whole, and what is no link, or a hostile one, is refused."""

import ast
import json
import re
import tracemalloc
import zlib
from base64 import urlsafe_b64encode
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sessions import scenario

import imteach
from imteach import InputError, Scenario
from imteach.lab.session import Session
from imteach.scenario import from_link, to_link, to_toml

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))


def link_of(data: bytes) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return "#lab=" + urlsafe_b64encode(packer.compress(data) + packer.flush()).decode().rstrip("=")


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("")
@example('rung = "dedup"\n' * 5000)
def test_a_text_comes_back_from_its_link(text: str) -> None:
    link = to_link(text)
    assert re.fullmatch("#lab=[A-Za-z0-9_-]+", link)
    assert from_link(link) == from_link(f"https://example.org/a#b{link}\n") == text
    assert to_link(text) == link


def scenarios_of(lesson: Path) -> list[Session]:
    """What a lesson runs or opens in a Lab: each `Scenario(…)` of its cells, with the faults that it is run under."""
    cells = [cell for cell in json.loads(lesson.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    found = []
    for cell in cells:
        source = "".join(line for line in cell["source"] if not line.startswith(("%", "!")))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("run", "Lab", "Predict"):
                found += list(evaluated(node))
    return found


def evaluated(call: ast.Call) -> list[Session]:
    """A session for a call whose arguments are all of imteach; none for one that uses a lesson's own names."""
    arguments = [ast.unparse(argument) for argument in call.args]
    begins = [ast.unparse(call.func.value)] if isinstance(call.func, ast.Attribute) else []
    try:
        made = eval(f"[{', '.join([*begins, *arguments])}]", dict(vars(imteach)))
        return [Session(*made)]
    except (NameError, InputError, TypeError, AttributeError):
        return []


def test_the_link_of_every_lessons_case_has_at_most_2_kb_and_gives_the_case_again() -> None:
    sessions = [session for lesson in LESSONS for session in scenarios_of(lesson)]
    assert len(sessions) > 30
    for session in sessions:
        link = session.link()
        assert len(link) <= 2000
        assert repr(Session.from_link(link)) == repr(session)


def test_whatever_a_learner_made_comes_back() -> None:
    for seed in range(100):
        made = scenario(Random(seed))
        assert Session.from_link(Session(made).link()).scenario == made


def test_a_link_that_would_unpack_to_gigabytes_is_refused_at_once() -> None:
    bomb = link_of(b" " * 40_000_000)
    assert len(bomb) < 60_000
    tracemalloc.start()
    with pytest.raises(InputError, match=r"^link: holds more than 1048576 bytes; a scenario file is shorter$"):
        from_link(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4_000_000
    assert from_link(link_of(b" " * 2**20)) == " " * 2**20
    with pytest.raises(InputError, match="holds more than"):
        from_link(link_of(b" " * (2**20 + 1)))


WHOLE = to_link('rung = "dedup"\n')


@pytest.mark.parametrize(
    "link",
    [
        *("#lab=", "#lab=!!!!", "#lab=A", "#lab=ü", "#lab=AAAA", "#lab====", WHOLE[:-3], WHOLE + "AAAA"),
        *(WHOLE[:9] + "\n" + WHOLE[9:], WHOLE.replace("#lab=", "#lab=?"), link_of(b"\xff\xfe")),
    ],
)
def test_what_is_damaged_is_told_in_one_line(link: str) -> None:
    with pytest.raises(InputError, match=r"^link: damaged after #lab=, or not whole: "):
        from_link(link)


@pytest.mark.parametrize("link", ["", "lab=AAAA", "https://example.org", None, 7, b"#lab=AAAA"])
def test_what_is_no_link_says_what_was_expected(link: object) -> None:
    with pytest.raises(InputError, match=r"^link: expected #lab= and what follows it, got "):
        from_link(link)  # type: ignore[arg-type]


def test_a_link_longer_than_any_is_not_even_unpacked() -> None:
    with pytest.raises(InputError, match=r"^link: more than 2097152 characters; the link of a lab is shorter$"):
        from_link("#lab=" + "A" * 2_100_000)


def test_a_link_whose_text_is_no_scenario_says_what_is_wrong_in_it() -> None:
    for text, wrong in (("rung = ", "not readable as TOML"), ('rung = "tcp"', "rung"), ("", "rung")):
        with pytest.raises(InputError, match=wrong):
            Session.from_link(to_link(text))


def test_the_link_of_a_learners_own_class_is_refused() -> None:
    class Mine(imteach.Client):
        pass

    with pytest.raises(InputError, match="a file cannot hold a class"):
        Session(Scenario("dedup", client=Mine)).link()
    assert from_link(Session("dedup").link()) == to_toml(Scenario("dedup"))
