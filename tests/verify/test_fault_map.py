"""The fault map: what comes of each loss, and of each two."""

import re
from html.parser import HTMLParser

import pytest

from imteach import (
    LADDER,
    Client,
    Crash,
    Drop,
    Duplicate,
    InputError,
    LearnerError,
    Offline,
    Say,
    Scenario,
    explore,
    fault_map,
)
from imteach.protocol import PROMISES
from imteach.tell import ENDS

KINDS = ("msg:R", "msg:A", "msg:N", "ack:R", "ack:A", "ack:N")

# Section 5 of the protocol page: for each rung what comes of losing each of its packets
ONE_LOSS = {
    "basic": ("true failure", "false failure", "silent loss"),
    "acked": ("true failure", "harmless", "unconfirmed", "unconfirmed", "harmless", "unconfirmed"),
    "retransmit": ("repaired", "harmless", "repaired", "shown twice", "harmless", "shown twice"),
    "dedup": ("repaired", "harmless", "repaired", "repaired", "harmless", "repaired"),
}
TWO = Scenario("retransmit", say=[Say("hello"), Say("still there?", at=40)])


class Tags(HTMLParser):
    """The start tags of a page, and its words."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def all(self, wanted):
        return [attrs for tag, attrs in self.tags if tag == wanted]


# What came of it


@pytest.mark.parametrize("rung", ONE_LOSS)
def test_each_packet_lost_once_ends_as_the_protocol_page_says(rung):
    found = {cell.names[0]: cell.end.name for cell in fault_map(rung).singles}
    assert found == {f"m1/{kind}#1": end for kind, end in zip(KINDS, ONE_LOSS[rung], strict=False)}


def test_at_basic_a_lost_msg_n_leaves_a_tick_and_nothing_at_bob():
    cell = fault_map("basic")["msg:N"]
    assert (cell.believes, cell.saw, cell.copies, cell.packets) == ("✓ sent", "never", 0, 3)
    assert cell.broken == ("no_silent_loss", "all_delivered")


def test_at_retransmit_a_lost_ack_n_brings_bob_a_second_copy_and_dedup_discards_it():
    twice, once = (fault_map(rung)["ack:N"] for rung in ("retransmit", "dedup"))
    assert (twice.saw, twice.copies, twice.end.sign) == ("twice", 2, "2×")
    assert (once.saw, once.copies, once.end.sign) == ("once", 2, "↻")


def test_what_is_shown_three_times_is_nowhere_called_twice():
    pairs = fault_map("retransmit", faults=2)
    thrice = [cell for cell in pairs if cell.messages[0].shown["bob"] == 3]
    assert ("m1/ack:R#1", "m1/ack:R#2") in {cell.names for cell in thrice}
    for cell in thrice:
        assert (cell.end.sign, cell.end.name, cell.saw) == ("3×", "shown 3 times", "3 times")
        assert "lost: shown 3 times. alice sees ✓✓ delivered, bob is shown it 3 times;" in cell.sentence
        assert "twice." not in cell.sentence.removesuffix(" Broken: “Nothing is shown twice” (no_duplicates).")
    twice = [cell for cell in pairs if cell.end.sign == "2×"]
    assert {cell.messages[0].shown["bob"] for cell in twice} == {2}
    ends = {end.name: count for end, count in pairs.ends.items()}
    assert list(ends)[:2] == ["shown 3 times", "shown twice"]
    assert (ends["shown 3 times"], ends["shown twice"]) == (len(thrice), len(twice))
    assert f"3×  shown 3 times: the receiver sees it more than once ({len(thrice)} runs)" in pairs.to_text()


def test_of_several_messages_the_end_says_how_often_the_one_was_shown_that_was_shown_most():
    cell = fault_map(Scenario("retransmit", say=[Say("one"), Say("two", at=2000)]), faults=2)["m2/ack:N", "m2/ack:N#2"]
    assert (cell.end.name, cell.saw) == ("shown 3 times", "once: m1; 3 times: m2")


@pytest.mark.parametrize("rung", ["acked", "retransmit", "dedup", "offline", "group"])
def test_losing_ack_a_is_harmless_on_every_rung_that_has_it(rung):
    cell = fault_map(rung)["ack:A"]
    assert (cell.end.name, cell.packets) == ("harmless", 6)


def test_two_losses_can_make_a_false_failure_of_what_one_leaves_harmless():
    pairs = fault_map("acked", faults=2)
    assert pairs["msg:A"].end.name == "harmless"
    assert pairs["ack:N"].end.name == "unconfirmed"
    assert pairs["msg:A", "ack:N"].end.name == "false failure"


def test_a_retransmission_can_be_the_second_loss_and_is_in_no_map_of_single_losses():
    cell = fault_map("dedup", faults=2)["msg:N", "msg:R#2"]
    assert cell.trace.packet["m1/msg:R#2"].fate == "dropped"
    assert cell.trace.packet["m1/msg:R#3"].fate == "arrived"
    with pytest.raises(InputError, match=r"no cell .*msg:R#2.*can be lost first: m1/msg:R#1, m1/msg:A#1"):
        fault_map("dedup")["msg:R#2"]


@pytest.mark.parametrize("rung", ["basic", "acked", "retransmit", "dedup"])
@pytest.mark.parametrize("faults", [1, 2])
def test_a_map_has_the_plans_that_explore_has(rung, faults):
    found = fault_map(rung, faults)
    assert len(found.cells) == explore(Scenario(rung), faults=faults).plans
    assert len({frozenset(cell.names) for cell in found.cells}) == len(found.cells)


FRIENDS = Scenario("group", groups={"friends": ["alice", "bob", "carol"]}, say=[Say(to="friends")])


@pytest.mark.parametrize(
    ("scenario", "given"),
    [
        *((Scenario(rung), ()) for rung in LADDER),
        (TWO, ()),
        (FRIENDS, ()),
        (Scenario("offline"), (Offline("bob", lasting=1000),)),
        (Scenario("durable"), (Crash("bob", at=150, down=50),)),
        (Scenario("dedup"), (Duplicate("msg:N"),)),
        (Scenario("retransmit"), (Drop("ack:N"),)),
    ],
    ids=str,
)
def test_every_cell_is_what_its_run_says_and_no_loss_that_can_strike_is_missing(scenario, given):
    found = fault_map(scenario, faults=2, given=given)
    plans = set()
    for cell in found:
        trace = scenario.run(*given, *cell.lost)
        dropped = tuple(packet.name for packet in trace.packets if packet.fate == "dropped")
        strikes = tuple(name for name in dropped if Drop(name) not in found.given)
        assert (cell.messages, cell.packets, cell.names) == (trace.messages, len(trace.packets), strikes)
        assert cell.broken == tuple(name for name, holds in trace.promises.items() if not holds)
        arriving = {packet.name for packet in trace.packets if packet.fate == "arrived"}
        if len(cell.lost) < 2:
            after = {trace.packets.index(trace.packet[name]) for name in cell.names}
            later = {packet.name for packet in trace.packets[max(after, default=0) :]}
            plans |= {(*cell.names, name) for name in arriving & later}
    assert plans == {cell.names for cell in found} - {()}


def test_a_cell_gives_its_run_and_the_python_that_makes_it():
    cell = fault_map("dedup", faults=2)["ack:N", "ack:N#2"]
    assert cell.trace == Scenario("dedup").run(Drop("ack:N"), Drop("ack:N#2"))
    there = {}
    exec(cell.python.replace("\n\n", "\n\ntrace = "), there)
    assert there["trace"] == cell.trace


def test_a_learners_own_client_is_in_the_map():
    class Impatient(Client):
        def on_ack_n(self, packet):
            return []

    cell = fault_map(Scenario("dedup", client=Impatient)).nothing
    assert cell.end.name == "false failure"


def test_a_learners_mistake_ends_the_map_with_the_smallest_loss_that_shows_it():
    class Forgetful(Client):
        def on_timer(self, key):
            if self.queue:
                raise KeyError(key)
            return super().on_timer(key)

    with pytest.raises(LearnerError, match=r"Forgetful.on_timer .*KeyError.*at 300 ms") as told:
        fault_map(Scenario("dedup", client=Forgetful))
    assert told.value.trace.faults == (Drop("m1/msg:R#1"),)


# Several messages, several receivers, other faults


def test_of_several_messages_the_map_says_which_one_was_shown_twice():
    cell = fault_map(TWO)["m2/ack:N"]
    assert cell.believes == "✓✓ delivered: all 2"
    assert cell.saw == "once: m1; twice: m2"
    assert cell.copies == 3


def test_in_a_group_each_members_copy_can_be_lost_and_is_repaired():
    found = fault_map(FRIENDS)
    cell = found["m1/msg:N>carol"]
    assert (cell.end.name, cell.saw) == ("repaired", "once: all 2")
    assert "copies that arrived" in found.to_text()


def test_given_faults_strike_in_every_run_and_kept_messages_count_as_copies():
    away = fault_map("offline", given=[Offline("bob", lasting=1000)])
    assert [cell.faults[0] for cell in away.cells] == [Offline("bob", lasting=1000)] * len(away.cells)
    assert "bob/offlineack:R#1" in {name for cell in away.cells for name in cell.names}
    assert away.nothing.copies == 1
    lost = fault_map("acked", given=[Drop("ack:N")])
    assert "m1/ack:N#1" not in {name for cell in lost.cells for name in cell.names}
    assert lost["msg:A"].end.name == "false failure"


def test_where_nothing_is_said_there_is_nothing_to_lose():
    silent = fault_map(Scenario("dedup", say=[]), faults=2)
    assert len(silent.cells) == 1
    assert silent.nothing.believes == "nothing is said"
    for shown in (silent.to_text(), silent.to_markdown(), silent.to_html(), repr(silent)):
        assert "dedup" in shown


@pytest.mark.parametrize("faults", [0, 3, True, "1", None])
def test_more_than_two_losses_are_refused(faults):
    with pytest.raises(InputError, match="expected 1 or 2"):
        fault_map("dedup", faults=faults)


def test_a_map_that_fits_on_no_page_is_refused_before_long():
    many = Scenario("dedup", say=[Say(at=number) for number in range(30)])
    with pytest.raises(InputError, match=r"would need [0-9]+ runs, and has room for 5000.*faults=1"):
        fault_map(many, faults=2)


def test_a_pair_in_a_map_of_single_losses_is_refused_with_what_to_do():
    with pytest.raises(InputError, match=r"at most 1 packet can be lost.*faults=2"):
        fault_map("dedup")["ack:N", "ack:N#2"]
    with pytest.raises(InputError, match="with one of them lost the other must still be sent"):
        fault_map("acked", 2)["msg:R", "msg:N"]


# How it shows


def test_every_end_has_a_sign_of_its_own_and_every_promise_an_end():
    assert len({end.sign for end in ENDS}) == len({end.name for end in ENDS}) == len(ENDS)
    broken_alone = len([end for end in ENDS if end.mood == "bad"])
    assert broken_alone == len(PROMISES) - 1  # all_delivered broken alone tells nobody anything false


def test_the_text_of_pairs_leaves_room_for_a_terminal_and_says_what_cannot_be():
    lines = fault_map("retransmit", faults=2).to_text().splitlines()
    assert max(map(len, lines)) <= 100
    (row,) = [line for line in lines if line.startswith("ack:A")]
    assert row.split() == ["ack:A", "=", "2×", *["–"] * 6]
    assert any(line.startswith("–   no such run: with one of the two lost") for line in lines)


def test_a_wide_map_of_pairs_comes_in_pieces_that_have_every_column_once():
    found = fault_map(TWO, faults=2)
    text = found.to_markdown()
    heads = [head for line in text.splitlines() if line.startswith("| lost") for head in line.split(" | ")[2:]]
    assert [head.removesuffix(" |").replace("<br>", "") for head in heads] == [
        name.removesuffix("#1") for name in found.seconds
    ]
    assert text.count("harmless: all is well") == 1


@pytest.mark.parametrize("faults", [1, 2])
def test_the_html_is_a_table_that_can_be_walked_through_and_needs_no_script_and_no_picture(faults):
    page = Tags(fault_map("retransmit", faults)._repr_mimebundle_()["text/html"])
    assert len(page.all("caption")) == 1
    assert all(head["scope"] in ("col", "row") for head in page.all("th"))
    assert {"script", "svg", "style", "button"} & {tag for tag, _ in page.tags} == set()
    for box in page.all("td") + page.all("th"):  # its own paper and ink, in a dark theme too
        assert "background-color" in box["style"]
        assert re.search(r"\bcolor: #", box["style"])
    titles = [attrs["title"] for attrs in page.all("span")]
    assert any(title.startswith("ack:N lost: shown twice. alice sees ✓✓ delivered") for title in titles)
    assert len(titles) == len(fault_map("retransmit", faults).cells)


def test_what_a_learners_client_calls_a_message_is_text():
    class Nasty(Client):
        def __init__(self, name, rung, retries, new_msgid, *more):
            super().__init__(name, rung, retries, lambda: new_msgid() and "<img&x|", *more)

    found = fault_map(Scenario("dedup", client=Nasty))
    assert "<img" not in found.to_html()
    assert "&lt;img&amp;x|/msg:N" in found.to_html()
    assert "&#124;" in found.to_markdown()


def test_a_map_shows_the_same_each_time_and_has_no_address_in_it():
    one, other = fault_map("dedup", 2), fault_map("dedup", 2)
    assert one == other
    assert (repr(one), one.to_text(), one.to_html()) == (repr(other), other.to_text(), other.to_html())
    assert " at 0x" not in repr(one) + repr(one.cells)


def test_a_map_shows_as_its_table_wherever_it_is_shown():
    found = fault_map("basic")
    assert repr(found) + "\n" == found.to_text() == found._repr_mimebundle_()["text/plain"]
    assert list(found) == list(found.cells)


def test_a_class_that_does_not_do_the_same_twice_has_no_map():
    class Tires(Client):
        first = iter([True])

        def on_say(self, message):
            return super().on_say(message) if next(self.first, False) else []

    with pytest.raises(LearnerError, match=r"^Tires did not do the same in two runs that are the same; .*class Tires"):
        fault_map(Scenario("dedup", client=Tires))


@pytest.mark.parametrize("given", [None, 7, "drop ack:N", Drop("ack:N")])
def test_what_is_given_is_a_list_of_faults(given):
    with pytest.raises(InputError, match="given: expected a list of faults"):
        fault_map("dedup", given=given)
