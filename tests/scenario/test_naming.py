"""Packet names, and the faults that are attached to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imteach import Drop, InputError, Scenario
from imteach.protocol import KINDS
from imteach.scenario import PacketName, parse_fault, parse_name, short_name
from imteach.scenario.naming import whole_name

SEEN = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="/#~>")
MSGIDS = st.text(SEEN, min_size=1, max_size=80)
NUMBERS = st.integers(1, 999_999_999)
NAMES = st.builds(
    PacketName, st.none() | MSGIDS, st.sampled_from(list(KINDS)), NUMBERS, st.none() | MSGIDS, st.just(1) | NUMBERS
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("m1/msg:N#2", ("m1", "msg:N", 2, None, 1)),
        ("m1/msg:N", ("m1", "msg:N", 1, None, 1)),
        ("msg:N#2", (None, "msg:N", 2, None, 1)),
        ("ack:A", (None, "ack:A", 1, None, 1)),
        ("m12/ack:R#34", ("m12", "ack:R", 34, None, 1)),
        ("9f-8.é/ack:R", ("9f-8.é", "ack:R", 1, None, 1)),
        ("bob/offline:R#1", ("bob", "offline:R", 1, None, 1)),
        ("offlineack:R", (None, "offlineack:R", 1, None, 1)),
        ("m1/msg:N>carol#2", ("m1", "msg:N", 2, "carol", 1)),
        ("msg:N>carol", (None, "msg:N", 1, "carol", 1)),
        ("m1/msg:N#1~2", ("m1", "msg:N", 1, None, 2)),
        ("m1/msg:N>carol~3", ("m1", "msg:N", 1, "carol", 3)),
    ],
)
def test_a_name_and_its_short_forms(text, parts):
    assert parse_name(text) == parts


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a name is MSGID/KIND#NUMBER"),
        ("m1/", "a name is MSGID/KIND#NUMBER"),
        ("/ack:N", "a name is MSGID/KIND#NUMBER"),
        ("m1/ack:N#", "a name is MSGID/KIND#NUMBER"),
        ("m1/ack:N#two", "a name is MSGID/KIND#NUMBER"),
        ("m1/ack:N#-1", "a name is MSGID/KIND#NUMBER"),
        ("m1/ack:N#٢", "a name is MSGID/KIND#NUMBER"),
        ("m1/ack:N#1#2", "a name is MSGID/KIND#NUMBER"),
        ("m1/ack:N#1234567890", "a name is MSGID/KIND#NUMBER"),
        ("m1/m2/ack:N", "a name is MSGID/KIND#NUMBER"),
        ("m 1/ack:N", "a name is MSGID/KIND#NUMBER"),
        ("m\x1b[31m/ack:N", "a name is MSGID/KIND#NUMBER"),
        ("m1/ack:N\x00", "a name is MSGID/KIND#NUMBER"),
        (" ack:N", "a name is MSGID/KIND#NUMBER"),
        ("ack:N\n", "a name is MSGID/KIND#NUMBER"),
        ("x" * 81 + "/ack:N", "a name is MSGID/KIND#NUMBER"),
        ("m1/ack:N#0", "numbered from #1"),
        ("m1/ack:N#1~0", "the first copy that the network makes is ~2"),
        ("m1/ack:N~2#1", "a name is MSGID/KIND#NUMBER"),
        ("m1/msg:N>", "a name is MSGID/KIND#NUMBER"),
        ("m1/msg:N>bob>carol", "a name is MSGID/KIND#NUMBER"),
        ("m>1/msg:N", "a name is MSGID/KIND#NUMBER"),
        ("m1/msg:X#1", "kinds are msg:R, msg:A, msg:N, ack:R, ack:A, ack:N, offline:R, offline:A, offlineack:R"),
        ("ACK:N", "kinds are msg:R"),
        ("m1", "kinds are msg:R"),
        (None, "a packet's name is text"),
        (7, "a packet's name is text"),
    ],
)
def test_what_is_no_name(text, why):
    for read in (parse_name, Drop):
        with pytest.raises(InputError, match=why) as caught:
            read(text)
        assert "\n" not in str(caught.value)


@given(NAMES)
def test_a_name_reads_back(name):
    assert parse_name(str(name)) == name


@given(NAMES, MSGIDS)
def test_the_short_form_means_the_same(name, msgid):
    whole = whole_name(name, [msgid])
    assert whole_name(parse_name(short_name(whole, [msgid])), [msgid]) == whole
    assert whole_name(parse_name(short_name(whole, [msgid, "other"])), [msgid]) == whole


def test_how_short_a_name_can_be():
    assert short_name("m1/ack:N#1", ["m1"]) == "ack:N"
    assert short_name("m1/ack:N#2", ["m1"]) == "ack:N#2"
    assert short_name("m1/ack:N#1", ["m1", "m2"]) == "m1/ack:N"
    assert short_name("m1/ack:N#11", ["m1"]) == "ack:N#11"


# Drop


def test_drops_are_values():
    assert Drop("ack:N") == Drop("ack:N#1")
    assert hash(Drop("m1/ack:N")) == hash(Drop("m1/ack:N#1"))
    assert len({Drop("m1/ack:N"), Drop("m1/ack:N#1"), Drop("m1/ack:N#2"), Drop("m2/ack:N")}) == 3
    assert Drop("ack:N") != Drop("m1/ack:N")  # which message it means is known only where one is said
    assert Drop("ack:N") != "ack:N"
    with pytest.raises(AttributeError):
        Drop("ack:N").name = "ack:R"


@given(NAMES)
def test_a_drop_prints_as_the_python_that_makes_it_and_as_text_that_reads_back(name):
    drop = Drop(str(name))
    assert eval(repr(drop)) == drop
    assert parse_fault(str(drop)) == drop
    assert str(drop) == f"drop {name}"


def test_a_drop_keeps_the_name_that_the_learner_gave_it():
    assert repr(Drop("ack:N")) == 'Drop("ack:N")'
    assert Drop("ack:N").packet == "ack:N#1"
    assert repr(Drop("ack:N").resolve(Scenario("dedup"))) == 'Drop("m1/ack:N#1")'


@pytest.mark.parametrize("text", ["", "drop", "dropm1/ack:N", "lose m1/ack:N#1", "Drop m1/ack:N", "drop  m1/ack:N"])
def test_what_is_no_fault(text):
    with pytest.raises(InputError, match=r"no fault|no packet"):
        parse_fault(text)


def test_a_packet_of_a_trace_is_found_by_its_short_name_too():
    trace = Scenario("dedup").run(Drop("ack:N"))
    assert trace.packet["ack:N"] is trace.packet["m1/ack:N#1"]
    assert trace.packet["msg:R#2"].name == "m1/msg:R#2"
    assert "m1/ack:N#3" not in trace.packet


@pytest.mark.parametrize(
    ("name", "why"), [("ack:N#3", "m1/ack:N#3 was never sent in this run"), ("msg:X", "no packet 'msg:X'; kinds are")]
)
def test_a_packet_that_a_trace_has_not_is_told(name, why):
    with pytest.raises(InputError, match=why):
        Scenario("dedup").run().packet[name]
