"""The diagram as text: read by people at terminals and by ear."""

import re
import warnings

import pytest
from gallery import GALLERY

from imteach import Crash, Delay, Drop, Loss, Offline, Partition, Say, Scenario
from imteach.draw.letters.measure import columns


def line_with(text: str, part: str) -> str:
    return next(line for line in text.splitlines() if part in line)


def test_each_arrow_stands_at_the_moment_of_its_arrival():
    text = Scenario("basic").run().to_text()
    assert line_with(text, "msg:R").startswith("   50 ms")
    assert line_with(text, "msg:N").startswith("  100 ms")


def test_the_halves_have_other_lines_and_other_heads():
    text = Scenario("acked").run().to_text()
    assert "━▶" in line_with(text, "msg:R")
    assert "◀━" in line_with(text, "msg:A")
    assert "─▷" in line_with(text, "ack:A")
    assert "◁─" in line_with(text, "ack:N")


def test_a_dropped_packet_ends_in_a_cross_and_a_word():
    line = line_with(Scenario("dedup").run(Drop("ack:N")).to_text(), "✕")
    assert "dropped ✕╌╌ ack:N ╌" in line
    assert line.startswith("  180 ms")


def test_a_timer_is_a_bar_while_it_runs():
    lines = Scenario("dedup").run(Drop("ack:N")).to_text().splitlines()
    during = [line for line in lines if line.startswith(("  100 ms", "  450 ms"))]
    assert all("┃│" in line for line in during)
    after = Scenario("basic", latency={"alice": 10, "bob": 500}).run().to_text()
    assert "┃" not in line_with(after, "msg:N")


def test_an_idle_stretch_says_how_long_it_is():
    assert "270 ms pass" in Scenario("retransmit").run(Drop("msg:R")).to_text()


def test_lifelines_stand_below_each_other_whatever_is_typed():
    text = Scenario("acked", say=[Say("你好 👋"), Say("привет", at=10)]).run().to_text()
    lines = [line for line in text.splitlines() if " ms " in line and "│" in line]
    ends = {max(columns(line[:place]) for place, char in enumerate(line) if char == "│") for line in lines}
    assert len(ends) == 1


def test_no_line_ends_in_spaces():
    assert all(line == line.rstrip() for line in Scenario("dedup").run(Drop("ack:N")).to_text().splitlines())


def test_times_never_run_backwards_down_the_page():
    says = [Say("a"), Say("b"), Say("c")]
    drops = [Drop(f"m{n}/msg:N") for n in (1, 2, 3)] + [Drop("m1/ack:N"), Drop("m2/ack:N")]
    text = Scenario("retransmit", say=says).run(*drops).to_text()
    times = [float(line.split(" ms ")[0]) for line in text.splitlines()[2:] if re.match(r" *[0-9.]+ ms ", line)]
    assert len(times) > 20
    assert times == sorted(times)


def test_a_lifeline_is_dotted_while_its_person_is_logged_out():
    lines = GALLERY["offline-pull"].to_text().splitlines()
    away = [line for line in lines if line.startswith(("   50 ms", "  100 ms"))]
    assert len(away) == 4
    assert all(line.rstrip()[-1] == "┊" for line in away)
    assert "┊" not in line_with("\n".join(lines), "logs in")


def test_a_lifeline_is_a_row_of_crosses_while_its_node_is_down():
    text = GALLERY["crash-at-a-time"].to_text()
    assert "×" in line_with(text, "  150 ms")
    assert "×" not in line_with(text, "✕ crashes") + line_with(text, "restarts")


def test_a_lost_packet_says_why_and_ends_where_it_was_lost():
    text = GALLERY["offline-sender"].to_text()
    assert "✕╌╌ msg:A lost: alice is logged out ╌╌" in text
    assert "┊╌ msg:R #2 ✕ lost: alice is logged out" in text


def test_a_cut_link_is_cut_and_mended_in_time():
    text = Scenario("dedup").run(Partition("alice", "server", at=70, lasting=300)).to_text()
    assert line_with(text, "✂ alice – server cut").startswith("   70 ms")
    assert line_with(text, "mended").startswith("  370 ms")


def test_a_title_names_drops_by_packet_and_other_faults_by_their_text():
    def title(*faults):
        return Scenario("offline").run(*faults).to_text().splitlines()[0]

    assert title() == "offline, nothing dropped"
    assert title(Crash("bob", after="show m1", down=50)) == "offline, crash bob@show:m1+50"
    assert title(Drop("ack:N"), Delay("msg:R", by=5)) == "offline, m1/ack:N#1 dropped, delay m1/msg:R#1+5"
    assert title(Loss(0.9, seed=1)) == "offline, loss 0.9 seed 1"
    assert title(Loss(0.9, seed=1), Drop("msg:R")) == "offline, m1/msg:R#1 dropped, loss 0.9 seed 1"
    assert title(Crash("bob", after="show m7", down=50)) == "offline, nothing dropped"


def test_mermaid_tells_of_crashes_lost_packets_and_cut_links():
    crash = GALLERY["crash-before-presence-is-known"].to_mermaid()
    assert "Note right of n2: 50 ms: ✕ crashes" in crash
    assert "n1--xn2: 200 ms: msg:N lost: bob is down" in crash
    assert "Note over n0,n1: 70 ms: ✂ alice – server cut" in GALLERY["partition"].to_mermaid()
    assert "ack:N fabricated" in Scenario("offline").run(Offline("bob")).to_mermaid()


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("costs $$5$$ now", "costs #36;#36;5#36;#36; now"),
        ("a # b; c", "a #35; b#59; c"),
        ("style: a#", "st#121;le: a#35;"),
        ("classDef: a#", "class#68;ef: a#35;"),
        ("ﬂ°°36¶ß", "#64258;°°36#182;ß"),
        ("two  and   three", "two #160;and #160; three"),
        ("<br>&amp;", "#60;br#62;#38;amp#59;"),
        ("привет 👋", "привет 👋"),
    ],
)
def test_mermaid_is_given_as_entities_what_it_would_read_as_its_own(typed, written):
    assert f"Note left of n0: 0 ms: {written}\n" in Scenario("basic", say=[Say(typed)]).run().to_mermaid()


def test_mermaid_that_most_pages_refuse_is_told():
    def of(letters):
        says = [Say("👍" * 5000, at=at) for at in range(2)]  # said and shown: twice, and each counts two
        return Scenario("basic", say=[*says, Say("x" * letters, at=2)]).run()

    rest = len(of(0).to_mermaid().encode("utf-16-le")) // 2
    most = (50_000 - rest) // 2 - 1  # the space before it
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        of(most).to_mermaid()
    with pytest.warns(UserWarning, match=r"has 50,00\d characters, .* none of more than 50,000; as SVG") as told:
        of(most + 1).to_mermaid()
    assert [warning.filename for warning in told] == [__file__], "where it was asked for"
