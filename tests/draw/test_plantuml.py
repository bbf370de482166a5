"""The real PlantUML, Debian's: it draws every run, and what people typed comes out of it as they typed it."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import needs
import pytest
from gallery import GALLERY
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from nightly import by_night
from rounds import ping_pong
from typed import TRAPS, TYPED

from imteach import Delay, Drop, Offline, Say, Scenario
from imteach.plain import plain

Draw = Callable[..., list[list[str]]]


@pytest.fixture(scope="module")
def draw(tmp_path_factory: pytest.TempPathFactory) -> Draw:
    """Draws diagrams, all of them in one start of the program, and returns the texts of each picture."""
    folder = tmp_path_factory.mktemp("plantuml")

    def drawn(*sources: str) -> list[list[str]]:
        for old in folder.iterdir():
            old.unlink()
        for number, source in enumerate(sources):
            (folder / f"{number}.puml").write_text(source, "utf-8")
        call = ["plantuml", "-charset", "UTF-8", "-tsvg", "-failfast2", *sorted(map(str, folder.glob("*.puml")))]
        done = subprocess.run(call, capture_output=True, text=True, timeout=240)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        return [texts(folder / f"{number}.svg") for number in range(len(sources))]

    return drawn


def texts(picture: Path) -> list[str]:
    text = "{http://www.w3.org/2000/svg}text"
    return [seen("".join(each.itertext())) for each in ElementTree.parse(picture).iter(text)]


def seen(text: str) -> str:
    """What is seen of a text: spaces at its end are not, nor what keeps its direction; no letter for private use is."""
    known = re.sub("[\ue000-\uf8ff\U000f0000-\U0010ffff]", "�", re.sub("[\u2068\u2069]", "", text))
    return known.replace("\xa0", " ").rstrip()


@needs.plantuml
def test_plantuml_draws_every_run_and_every_word(draw: Draw) -> None:
    sources = {name: trace.to_plantuml() for name, trace in GALLERY.items()}
    for name, words in zip(sources, draw(*sources.values()), strict=True):
        lines = [line for line in sources[name].splitlines() if " : " in line]
        told = [text for text in words if re.match(r"[\d.]+( ms)?: ", text)]
        assert len(told) == len(lines) or name == "nothing-said", name


@needs.plantuml
@settings(max_examples=by_night(30, in_the_gate=3), phases=[Phase.explicit, Phase.generate])  # each takes seconds
@given(typed=st.lists(TYPED, min_size=20, max_size=60))
@example(typed=TRAPS)
def test_what_is_typed_is_what_plantuml_draws(draw: Draw, typed: list[str]) -> None:
    says = [Say(text, at=1000 * number) for number, text in enumerate(typed)]
    (words,) = draw(Scenario("basic", say=says).run().to_plantuml())
    said = [(f"m{number}", plain(text), sign) for number, text in enumerate(typed, 1) for sign in ("◷", "")]
    told = [seen(" ".join(filter(None, parts))) for parts in said]
    shown = [text.partition(" ms: ")[2] for text in words]
    assert [words for words in told if words not in shown] == []


NAMES = ["end", "as", "loop", "note", "participant", "title", "דנה", "Оля", "__x__", "n0", "Ünïcode", "小明", "_"]


@needs.plantuml
def test_a_name_is_a_name_to_plantuml_too(draw: Draw) -> None:
    sources = [Scenario("basic", say=[Say("hi", to=name)]).run().to_plantuml() for name in NAMES]
    for name, words in zip(NAMES, draw(*sources), strict=True):
        assert words.count(name) == 2, "above its line and below"


def test_what_plantuml_would_read_as_its_own_is_written_by_number() -> None:
    diagram = Scenario("basic", say=[Say("@enduml <b>no</b> – 👍 it's 2..3  ok")]).run().to_plantuml()
    assert diagram.count("@enduml") == 1
    written = "<U+0040>enduml <U+003C>b<U+003E>no<U+003C><U+002F>b<U+003E> <U+2013> <U+1F44D> it<U+0027>s 2.<U+002E>3 "
    assert f"note left of n0 : 0 ms: {written}<U+0020>ok\n" in diagram


def test_lost_packets_cut_links_absences_and_retransmissions_are_told() -> None:
    again = GALLERY["retransmit-gives-up"].to_plantuml()
    assert "n0 -->x n1 : 630 ms: msg:R #3 dropped" in again
    assert "n1 -->>x n0 : 180 ms: ack:N dropped" in GALLERY["dedup-discards"].to_plantuml()
    assert "n1 -->x n2 : 200 ms: msg:N lost: bob is down" in GALLERY["crash-before-presence-is-known"].to_plantuml()
    assert "note over n0, n1 : 70 ms: ✂ alice <U+2013> server cut" in GALLERY["partition"].to_plantuml()
    away = Scenario("offline").run(Offline("bob", at=60)).to_plantuml()
    assert "ack:N fabricated" in away
    assert "note right of n2 : 60 ms: ○ logs out" in away


def test_what_goes_round_for_ever_is_a_loop_to_plantuml_too() -> None:
    lines = ping_pong().to_plantuml().splitlines()
    assert lines[-2:] == ["end", "@enduml"]
    assert [line for line in lines if line.startswith("loop")] == ["loop over and over"]
    assert "  n1 -->> n2 : 10: ack:A #2 still under way" in lines


def test_arrows_slant_only_when_asked_for_and_those_of_lost_packets_never() -> None:
    trace = Scenario("dedup").run(Drop("ack:N"), Delay("msg:N", by=400))
    assert "(" not in "".join(re.findall(r"^n\d (\S+) n\d", trace.to_plantuml(), re.MULTILINE))
    slanted = trace.to_plantuml(slanted=True)
    assert "n0 ->(20) n1 : 50 ms: msg:R\n" in slanted
    assert "n1 ->(60) n2 : 500 ms: msg:N 400 ms late\n" in slanted
    assert "n1 -->>x n0 : " in slanted
    assert "(" not in "".join(re.findall(r"-->>?x\S* ", slanted))
    instant = Scenario("dedup", latency=0).run()
    assert instant.to_plantuml(slanted=True) == instant.to_plantuml()
    quick = Scenario("dedup", latency=5).run()
    assert "n0 ->(10) n1 : 5 ms: msg:R\n" in quick.to_plantuml(slanted=True)
