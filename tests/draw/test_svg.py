"""The SVG: what the lab, a keyboard and a screen reader find in it, and that text stays text."""

import re
from xml.etree import ElementTree

import pytest
from gallery import GALLERY
from hypothesis import given
from hypothesis import strategies as st

from imteach import Client, Crash, Delay, Drop, Duplicate, Offline, Partition, Say, Scenario, Trace
from imteach.draw import alt_text, image, mimebundle, to_svg, to_text

SVG = "{http://www.w3.org/2000/svg}"


def packets(svg: str) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(svg)
    return {group.get("data-packet"): group for group in root.iter(f"{SVG}g") if group.get("data-packet")}


def test_each_packet_is_a_button_that_reads_as_a_sentence():
    found = packets(Scenario("dedup").run(Drop("ack:N")).to_svg())
    dropped, again = found["m1/ack:N#1"], found["m1/msg:R#2"]
    assert dropped.get("role") == "button"
    assert dropped.get("data-fate") == "dropped"
    assert dropped.get("aria-label") == "ack:N of m1 from server to alice: sent at 150 ms, dropped"
    assert again.get("data-fate") == "arrived"
    assert "transmission 2" in again.get("aria-label")
    assert len(found) == 12


def test_only_a_dropped_packet_has_a_cross():
    found = packets(Scenario("dedup").run(Drop("ack:N")).to_svg())
    crossed = [name for name, group in found.items() if any("imt-cross" in e.get("class", "") for e in group.iter())]
    assert crossed == ["m1/ack:N#1"]


def test_the_halves_differ_in_colour_in_their_heads_and_in_their_labels():
    svg = Scenario("acked").run().to_svg()
    assert re.search(r"\.imt-ways path\{[^}]*fill:none;", svg)
    assert re.search(r"\.imt-ways \.imt-msg path\{fill:var\(--imt-half\)\}", svg)
    found = packets(svg)
    corners = {name: next(e for e in group.iter(f"{SVG}rect")).get("rx") for name, group in found.items()}
    assert corners["m1/msg:R#1"] != corners["m1/ack:R#1"]


def test_every_style_rule_stays_inside_the_diagram():
    style = ElementTree.fromstring(Scenario("acked").run().to_svg()).find(f"{SVG}style").text
    own, dark = re.sub(r"@media.*?{(.*?)}}", "", style), re.findall(r"@media.*?{(.*?){", style)
    selectors = [part for rule in own.split("}") if rule for part in rule.split("{")[0].split(",")]
    assert len(selectors) > 20
    assert dark == [":root.imteach-diagram"]  # where it is no part of a page
    assert all(part.startswith(".imteach-diagram") for part in selectors)


@pytest.mark.parametrize("name", GALLERY)
def test_every_kept_picture_is_well_formed_and_fully_named(name):
    trace = GALLERY[name]
    assert sorted(packets(trace.to_svg())) == sorted(packet.name for packet in trace.packets)


def test_the_revision_is_written_where_the_lab_looks_for_it():
    assert 'data-rev="7"' in to_svg(Scenario("basic").run(), rev=7)


@given(st.text(max_size=60).filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text)))
def test_what_a_learner_types_is_text_never_markup(text):
    trace = Scenario("basic", say=[Say(text)]).run()
    root = ElementTree.fromstring(trace.to_svg())  # raises where markup got through or a character is not allowed
    assert {element.tag for element in root.iter()} <= {
        SVG + tag for tag in ("svg", "style", "rect", "text", "tspan", "line", "circle", "path", "g")
    }
    assert all(ord(char) >= 32 for line in to_text(trace).split("\n") for char in line)


def test_a_script_in_a_message_is_shown_as_typed():
    svg = Scenario("basic", say=[Say("<b onload=x>&</b>")]).run().to_svg()
    assert "<b " not in svg
    assert "&lt;b onload=x&gt;&amp;" in svg


def test_a_notebook_gets_an_image_that_needs_no_trust_and_a_text():
    trace = Scenario("dedup").run(Drop("ack:N"))
    bundle = mimebundle(trace)
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/html"].startswith('<img alt="Sequence diagram: dedup, m1/ack:N#1 dropped.')
    assert 'src="data:image/svg+xml;base64,' in bundle["text/html"]
    assert bundle["text/plain"] == trace.to_text()


def test_a_trace_too_long_to_be_looked_at_does_not_stop_the_notebook():
    bundle = mimebundle(Scenario("dedup", say=[Say(at=n) for n in range(100)]).run())
    assert set(bundle) == {"text/plain"}
    assert "600 packets: too many to show" in bundle["text/plain"]


def test_an_alternative_text_cannot_leave_its_attribute():
    trace = Scenario("basic", say=[Say('"><script>')]).run()
    assert '"><script>' in alt_text(trace) or "script" in alt_text(trace)
    assert "<script>" not in image(trace)


def test_a_packet_that_a_file_calls_lost_is_drawn_as_one_that_reached_nobody():
    run = Scenario("basic").run()
    notify = run.packet["msg:N"]
    lost = notify._replace(arrived=None, fate="lost")
    events = tuple(event for event in run.events if event.node != "bob")
    events = tuple(event._replace(id=number) for number, event in enumerate(events))
    trace = Trace(run.scenario, (), (), (*run.packets[:2], lost), events)
    assert packets(trace.to_svg())["m1/msg:N#1"].get("data-fate") == "lost"
    assert "╌ msg:N lost ╌" in trace.to_text()
    assert "msg:N lost" in trace.to_mermaid()


HOSTILE = '"<img\u2215onerror=alert(1)&'  # what a msgid may hold; a slash and an angle that closes it may not


def test_a_msgid_that_a_learners_client_invented_is_text_too():
    class Invents(Client):
        def on_say(self, message):
            self.new_msgid = lambda: HOSTILE
            return super().on_say(message)

    trace = Scenario("dedup", client=Invents).run()
    assert f"{HOSTILE}/msg:R#1" in packets(trace.to_svg())
    assert "<img" not in trace.to_svg()


def group_of(trace: Trace, name: str) -> ElementTree.Element:
    return packets(trace.to_svg())[name]


def test_a_packet_that_is_lost_says_why_to_those_who_cannot_see_it():
    trace = Scenario("retransmit").run(Crash("bob", at=10, down=500))
    label = group_of(trace, "m1/msg:N#1").get("aria-label")
    assert label == "msg:N of m1 from server to bob: sent at 50 ms, lost: bob is down"


def test_a_packet_that_is_late_or_a_copy_or_fabricated_says_so():
    late = Scenario("basic").run(Delay("msg:N", by=400))
    assert group_of(late, "m1/msg:N#1").get("aria-label").endswith("arrived at 500 ms, 400 ms late")
    copy = group_of(Scenario("basic").run(Duplicate("msg:N", after=30)), "m1/msg:N#1~2")
    assert (copy.get("aria-label")[-6:], "imt-copy" in copy.get("class")) == (", copy", True)
    fabricated = group_of(Scenario("offline").run(Offline("bob")), "m1/ack:N#1")
    assert fabricated.get("aria-label").endswith(", fabricated")
    assert "imt-fabricated" in fabricated.get("class")


def test_a_pull_says_what_it_brings_and_confirms():
    found = packets(GALLERY["paged-pull"].to_svg())
    assert found["bob/offline:A#1"].get("aria-label").endswith(", brings m1 … m20, there is more")
    assert found["bob/offline:A#2"].get("aria-label").endswith(", brings m21, m22")
    assert found["bob/offlineack:R#2"].get("aria-label").endswith(", confirms m21, m22")
    assert found["bob/offline:R#1"].get("aria-label").startswith("offline:R of bob from bob to server:")
    empty = Scenario("offline").run(Crash("bob", at=300, down=10))
    assert group_of(empty, "bob/offline:A#1").get("aria-label").endswith(", brings nothing")


def test_an_ack_in_a_group_says_how_far_its_member_is():
    label = group_of(GALLERY["group-gap"], "bob/ack:R#2").get("aria-label")
    assert label.endswith("has everything up to number 2 of friends")


def test_rules_that_few_pictures_need_stand_where_they_are_needed():
    assert ".imt-cut" in GALLERY["partition"].to_svg()
    assert ".imt-down" in GALLERY["server-crash"].to_svg()
    assert not {".imt-cut", ".imt-down", ".imt-copy"} & set(
        re.findall(r".imt-[a-z]+", GALLERY["ten-messages"].to_svg())
    )


def test_a_lifeline_is_dotted_while_its_person_is_away_and_hatched_while_its_node_is_down():
    def stretches(name: str, css: str) -> int:
        return GALLERY[name].to_svg().count(f'class="{css}"')

    assert stretches("offline-pull", "imt-lifeline imt-out") == 1
    assert stretches("offline-pull", "imt-lifeline") == 4  # bob's begins again
    assert stretches("server-crash", "imt-hatch") == 1
    assert stretches("server-crash", "imt-lifeline") == 4


def test_a_title_too_long_for_its_picture_is_cut_there():
    faults = [Drop("msg:R"), Drop("msg:R#2"), *(Partition("alice", "server", at=700, lasting=ms) for ms in (1, 2, 3))]
    trace = Scenario("durable").run(*faults)
    assert trace.to_text().splitlines()[0].endswith("partition alice-server@700+3")
    assert re.search(r'imt-title"[^>]*>[^<]*…<', trace.to_svg())


def test_a_kind_that_no_check_has_seen_is_text_too():
    run = Scenario("basic").run()
    strange = run.packets[0]._replace(kind=HOSTILE)
    svg = Trace(run.scenario, (), (), (strange, *run.packets[1:]), run.events).to_svg()
    assert HOSTILE in packets(svg)["m1/msg:R#1"].get("aria-label")
    assert "<img" not in svg


def test_a_packet_of_a_long_run_has_at_most_600_bytes():
    trace = Scenario("dedup", say=[Say("hello", at=100 * number) for number in range(334)]).run()
    assert len(trace.packets) == 2004
    assert len(trace.to_svg().encode()) <= 600 * len(trace.packets)
