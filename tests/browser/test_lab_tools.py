"""The lab's tools, by mouse and by keys: every fault by hand, talk, reasons; with Python really behind the page."""

import base64
import operator
import re
from pathlib import Path

import alone
import driving
import pytest
from alone_with_python import Desk
from driving import soon
from playwright.sync_api import Page, expect

from imteach import Crash, Delay, Drop, Lab, Offline, Say, Scenario

pytestmark = pytest.mark.alone

NASTY = "</svg><script>window.struck = 1</script> \"><img src=x onerror='window.struck = 1'>"


@pytest.fixture
def desk(page: Page) -> Desk:
    return Desk(page, Lab("dedup"))


def packet(name: str) -> str:
    return f'[data-packet="{name}"] > rect'


# Packets


@pytest.mark.parametrize(
    ("tool", "fault"),
    [
        ("drop", "drop m1/msg:N#1"),
        ("duplicate", "duplicate m1/msg:N#1"),
        ("delay", "delay m1/msg:N#1+400"),
    ],
)
def test_a_packet_tool_strikes_and_a_second_click_takes_it_back(desk: Desk, tool: str, fault: str):
    desk.choose(tool)
    desk.click(packet("m1/msg:N#1"))
    assert desk.faults == [fault]
    expect(desk.root.locator(f'[data-fault="{fault}"]')).to_have_count(1)
    desk.click(packet("m1/msg:N#1"))
    assert desk.faults == []


def test_a_second_click_in_the_same_place_means_the_same_packet(page: Page):
    desk = Desk(page, Lab("retransmit"))
    box = desk.root.locator(f".lab-drawing {packet('m1/ack:N#1')}").bounding_box()
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(*at)
    desk.answer()
    assert desk.faults == ["drop m1/ack:N#1"]
    page.evaluate(driving.TWO_FRAMES)
    after = desk.root.locator(f".lab-drawing {packet('m1/ack:N#1')}").bounding_box()
    assert abs(after["y"] - box["y"]) < box["height"] / 2


@pytest.mark.parametrize("kind", ["msg:R", "msg:A", "msg:N", "ack:R", "ack:A", "ack:N"])
def test_clicks_in_one_place_drop_and_spare_in_turn_wherever_the_label_has_gone(page: Page, kind: str):
    page.set_viewport_size({"width": 900, "height": 700})  # where not all of the picture has room
    desk = Desk(page, Lab("dedup"))
    label = desk.root.locator(f".lab-drawing {packet(f'm1/{kind}#1')}")
    label.scroll_into_view_if_needed()
    box = label.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for faults in ([f"drop m1/{kind}#1"], [], [f"drop m1/{kind}#1"], []):
        page.mouse.down()
        page.mouse.up()
        desk.answer()
        page.evaluate(driving.TWO_FRAMES)
        assert desk.faults == faults
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 25)  # another place means what is there
    page.mouse.move(5, 5)
    other = desk.root.locator(f".lab-drawing {packet('m1/msg:R#1')}")
    other.click()
    desk.answer()
    assert desk.faults == ["drop m1/msg:R#1"]
    page.set_viewport_size(driving.SCREEN)


def test_who_drags_away_from_a_packet_chooses_none_of_its_words(desk: Desk):
    label = desk.root.locator(f".lab-drawing {packet('m1/ack:N#1')}")
    label.hover()
    desk.page.mouse.down()
    desk.page.mouse.move(400, 120, steps=5)
    desk.page.mouse.up()
    assert desk.page.evaluate("getSelection().toString()") == ""
    assert desk.answer() == []


def test_a_node_that_is_down_cannot_log_out(page: Page):
    desk = Desk(page, Lab("dedup", Crash("bob", at=100, down=200)))
    desk.go(150)
    expect(desk.root.locator('[data-phone="bob"]').get_by_role("switch")).to_be_disabled()
    desk.go(310)
    expect(desk.root.locator('[data-phone="bob"]').get_by_role("switch")).to_be_enabled()


def test_another_tool_puts_its_fault_in_the_place_of_the_one_before(desk: Desk):
    desk.click(packet("m1/ack:N#1"))
    desk.choose("delay")
    desk.click(packet("m1/ack:N#1"))
    assert desk.faults == ["delay m1/ack:N#1+400"]


# Nodes, events and links


def test_a_node_crashes_at_the_moment_shown_and_a_click_while_it_is_down_takes_that_back(desk: Desk):
    desk.choose("crash")
    desk.go(120)
    desk.click('[data-node="bob"]')
    assert desk.faults == ["crash bob@120+100"]
    expect(desk.root.locator('[data-phone="bob"]')).to_contain_text("crashed")
    desk.go(200)
    desk.click('[data-node="bob"]')
    assert desk.faults == []


def test_a_node_crashes_right_after_what_it_did(desk: Desk):
    desk.choose("crash")
    desk.click('.lab-told:has-text("hello") >> nth=1')  # bob's bubble
    assert desk.faults == ["crash bob@show:m1+100"]
    desk.click('.lab-told:has-text("hello") >> nth=1')
    assert desk.faults == []


def test_a_click_on_a_lifeline_means_the_moment_at_that_height(desk: Desk):
    desk.root.locator(".lab-picture").evaluate("picture => picture.style.maxHeight = 'none'")
    desk.choose("crash")
    line = desk.root.locator(".lab-drawing .imt-lifeline").nth(1).bounding_box()
    label = desk.root.locator(".lab-drawing .imt-times text", has_text="100 ms").bounding_box()
    desk.page.mouse.click(line["x"] + line["width"] / 2 + 6, label["y"] + label["height"] / 2 + 1)
    desk.answer()
    assert desk.faults == ["crash server@100+100"]


def test_a_person_logs_out_and_the_server_cannot(desk: Desk):
    desk.choose("away")
    desk.go(60)
    server = desk.root.locator('[data-node="server"]')
    expect(server).to_have_attribute("aria-disabled", "true")
    box = server.bounding_box()
    desk.page.mouse.click(box["x"] + 20, box["y"] + 20)
    assert desk.answer() == []  # the hint says again what can be clicked
    expect(desk.root.locator(".lab-hint")).to_have_class("lab-hint lab-missed")
    desk.click('[data-node="bob"]')
    assert desk.faults == ["offline bob@60+1000"]
    expect(desk.root.locator('[data-phone="bob"]')).to_contain_text("offline")


def test_a_link_is_cut_between_two_heads(desk: Desk):
    link = desk.root.locator('[role="button"][data-link="alice-server"]')
    expect(link).to_be_hidden()
    desk.choose("cut")
    expect(link).to_be_visible()
    desk.go(100)
    desk.click('[data-link="alice-server"]')
    assert desk.faults == ["partition alice-server@100+500"]
    desk.go(300)
    desk.click('[data-link="alice-server"]')
    assert desk.faults == []


def test_each_link_leads_from_its_person_to_the_server_and_over_those_between(page: Page):
    group = {"friends": ["alice", "bob", "carol", "dave"]}
    desk = Desk(page, Lab(Scenario("group", groups=group, say=[Say("hi", to="friends")])))
    desk.choose("cut")
    ends = desk.root.evaluate(
        """root => {
            const middle = name => {
                const {x, width} = root.querySelector(`.lab-drawing [data-node="${name}"] rect`).getBBox();
                return x + width / 2;
            };
            return [...root.querySelectorAll(".lab-drawing [data-link]")].map(link => {
                const line = link.querySelector(".lab-link-line");
                const [from, to] = [0, line.getTotalLength()].map(at => line.getPointAtLength(at).x);
                const person = link.dataset.link.replace("-server", "");
                return [person, Math.abs(from - middle(person)), Math.abs(to - middle("server"))];
            });
        }"""
    )
    assert [person for person, *_ in ends] == ["alice", "bob", "carol", "dave"]
    width = desk.root.locator('.lab-drawing [data-node="bob"] rect').evaluate("card => card.getBBox().width")
    for _, from_person, from_server in ends:  # each ends at a head, and not at somebody else's
        assert from_person <= width / 2 + 1
        assert from_server <= width / 2 + 1
    desk.go(0)
    desk.click('[data-link="alice-server"]')
    assert desk.faults == ["partition alice-server@0+500"]


def test_what_a_tool_does_nothing_with_is_no_dead_button(desk: Desk):
    desk.choose("cut")
    assert desk.click(packet("m1/msg:R#1")) == []
    expect(desk.root.locator(".lab-hint")).to_have_class("lab-hint lab-missed")
    expect(desk.root.locator(".lab-drawing .lab-can")).to_have_count(2)  # the two links


# The list of faults, and the way back


def test_the_numbers_of_a_fault_can_be_turned_in_its_row(page: Page):
    desk = Desk(page, Lab("offline", Crash("bob", at=150, down=50), Offline("alice", at=0, lasting=1000)))
    crash, away = desk.root.locator("[data-fault]").all()
    expect(crash).to_contain_text("bob crashes at 150 ms and is down for 50 ms.")
    crash.get_by_label("is down for").fill("200")
    crash.get_by_label("is down for").press("Enter")
    desk.answer()
    assert desk.faults[0] == "crash bob@150+200"
    field = desk.root.locator('[data-fault^="offline"]').get_by_label("is away for")
    field.fill("")
    field.press("Enter")
    desk.answer()
    assert desk.faults[1] == "offline alice@0"
    expect(away).to_contain_text("stays away")
    desk.root.get_by_role("button", name="Take back: offline alice@0").click()
    desk.answer()
    assert desk.faults == ["crash bob@150+200"]
    field = desk.root.get_by_label("is down for")
    field.fill("0")
    field.press("Enter")
    desk.answer()
    expect(desk.root.get_by_role("alert")).to_contain_text("down")
    assert desk.faults == ["crash bob@150+200"]


def test_two_packets_are_swapped_by_a_delay_of_the_first(page: Page):
    desk = Desk(page, Lab(Scenario("dedup", say=[Say("one"), Say("two", at=10)])))
    desk.choose("delay")
    desk.click(packet("m1/msg:N#1"))
    behind = desk.root.get_by_label("or right behind")
    assert behind.locator("option").all_text_contents()[:3] == ["…", "m2/msg:N#1", "m2/ack:A#1"]
    behind.select_option("m2/msg:N#1")
    desk.answer()
    trace = desk.lab.trace
    assert trace.packet["m1/msg:N"].arrived > trace.packet["m2/msg:N"].arrived
    assert desk.faults == ["delay m1/msg:N#1+11"]


def test_a_panel_unfolds_where_there_are_numbers_to_turn_unless_it_was_folded_by_hand(desk: Desk):
    panel, fold = (desk.root.locator(f'[data-{what}="strikes"]') for what in ("panel", "fold"))
    desk.click(packet("m1/ack:N#1"))  # seen in the picture
    expect(panel).to_be_hidden()
    expect(fold).to_have_text("What strikes (1)")
    desk.choose("delay")
    desk.click(packet("m1/ack:A#1"))
    expect(panel).to_be_visible()
    fold.click()
    expect(panel).to_be_hidden()
    desk.click(packet("m1/ack:R#1"))
    expect(panel).to_be_hidden()
    expect(fold).to_have_attribute("aria-expanded", "false")


def test_undo_redo_and_reset(desk: Desk):
    undo, redo, reset = (desk.root.locator(f'[data-act="{act}"]') for act in ("undo", "redo", "reset"))
    for button in (undo, redo, reset):
        expect(button).to_be_disabled()
    desk.click(packet("m1/ack:N#1"))
    undo.click()
    desk.answer()
    assert desk.faults == []
    redo.click()
    desk.answer()
    assert desk.faults == ["drop m1/ack:N#1"]
    expect(redo).to_be_disabled()
    reset.click()
    desk.answer()
    assert desk.faults == []
    undo.click()
    desk.answer()
    assert desk.faults == ["drop m1/ack:N#1"]


def test_the_same_stands_there_in_python_and_as_a_command_line(desk: Desk):
    desk.click(packet("m1/ack:N#1"))
    python, shell = (desk.root.locator(css) for css in (".lab-python", ".lab-shell"))
    expect(python).to_have_text('Scenario("dedup").run(Drop("ack:N"))')
    expect(shell).to_be_hidden()
    desk.root.get_by_role("button", name="Command line").click()
    expect(python).to_be_hidden()
    expect(shell).to_have_text("imteach run dedup --drop ack:N")


# By keys alone


def test_all_of_it_by_keys(desk: Desk):
    keyboard = desk.page.keyboard
    desk.root.locator('[data-tool="drop"]').focus()
    keyboard.press("ArrowRight")
    expect(desk.root.locator('[data-tool="duplicate"]')).to_be_focused()
    expect(desk.root.locator('[data-tool="duplicate"]')).to_have_attribute("aria-checked", "true")
    keyboard.press("6")
    link = desk.root.locator('[data-link="alice-server"]')
    expect(link).to_have_attribute("tabindex", "0")
    link.focus()
    keyboard.press("ArrowRight")
    expect(desk.root.locator('[data-link="bob-server"]')).to_be_focused()
    for _ in range(9):
        keyboard.press(",")
    expect(desk.root.locator(".lab-when")).to_have_text("0 ms")
    keyboard.press("Enter")
    desk.answer()
    assert desk.faults == ["partition bob-server@0+500"]
    expect(desk.root.locator('[data-link="bob-server"]')).to_be_focused()
    keyboard.press("u")
    desk.answer()
    assert desk.faults == []
    keyboard.press("y")
    desk.answer()
    assert desk.faults == ["partition bob-server@0+500"]
    keyboard.press("7")
    keyboard.press("t")
    expect(desk.root.locator("[data-event]:focus")).to_have_count(0)
    desk.root.locator('.lab-drawing [tabindex="0"]').focus()
    keyboard.press("Enter")
    assert [message["do"] for message in desk.answer()] == ["why"]
    expect(desk.root.get_by_role("group", name="Why")).to_be_visible()
    keyboard.press("Escape")
    desk.answer()
    expect(desk.root.get_by_role("group", name="Why")).to_be_hidden()


# Why, and why not


def test_plus_climbs_a_rung_and_minus_goes_down(page: Page):
    desk = Desk(page, Lab("ordered"))
    desk.root.locator("[data-packet]").first.focus()
    page.keyboard.press("+")
    assert [step["rung"] for step in desk.answer()] == ["group"]
    page.keyboard.press("+")  # there is none above
    assert desk.answer() == []
    page.keyboard.press("-")
    page.keyboard.press("-")
    assert [step["rung"] for step in desk.answer()] == ["ordered", "durable"]
    assert desk.lab.rung == "durable"
    expect(desk.root.get_by_role("radio", name="durable")).to_be_checked()
    desk.root.locator('[placeholder^="say"]').first.press("+")  # who types means the sign
    assert desk.answer() == []


def test_why_lights_up_what_led_to_it_and_each_sentence_marks_its_arrow(page: Page):
    desk = Desk(page, Lab("retransmit", Drop("ack:N")))
    desk.choose("why")
    desk.click('.lab-told:has-text("a duplicate")')
    panel = desk.root.get_by_role("group", name="Why")
    expect(panel).to_contain_text("Why is bob shown “hello” again?")
    lit = desk.root.evaluate("root => [...root.querySelectorAll('[data-packet].lab-led')].map(p => p.dataset.packet)")
    trace = desk.lab.trace
    shown = trace.happened("show")[1]
    past = {event.packet for event in trace.causes(shown) if event.packet}
    assert set(lit) >= past
    assert "m1/ack:N#1" in lit  # its loss is the reason, though it caused nothing
    assert "m1/ack:A#2" not in lit
    ways = desk.root.locator(".lab-drawing .imt-ways > .lab-led")
    expect(ways).to_have_count(len(lit))
    panel.get_by_role("button", name="m1/ack:N#1 was dropped").click()
    expect(desk.root.locator('[data-packet="m1/ack:N#1"]')).to_have_class(
        "imt-ack imt-dropped lab-can lab-led lab-marked"
    )
    desk.root.get_by_role("button", name="Put the reasons away").click()
    desk.answer()
    expect(panel).to_be_hidden()
    expect(desk.root.locator(".lab-led, .lab-asked")).to_have_count(0)


def test_taking_another_tool_puts_the_reasons_away(page: Page):
    desk = Desk(page, Lab("retransmit", Drop("ack:N")))
    desk.choose("why")
    desk.click('.lab-told:has-text("a duplicate")')
    desk.choose("why")
    desk.answer()
    expect(desk.root.get_by_role("group", name="Why")).to_be_visible()
    desk.choose("drop")
    desk.answer()
    expect(desk.root.get_by_role("group", name="Why")).to_be_hidden()
    expect(desk.root.locator(".lab-led, .lab-asked")).to_have_count(0)


def test_a_packet_can_be_asked_why_it_did_not_arrive(page: Page):
    desk = Desk(page, Lab("dedup", Drop("ack:N")))
    desk.choose("why")
    desk.click(packet("m1/ack:N#1"))
    expect(desk.root.get_by_role("group", name="Why")).to_contain_text("Why did m1/ack:N#1 not arrive?")
    assert desk.faults == ["drop m1/ack:N#1"]  # asking strikes nothing


def test_what_did_not_happen_can_be_asked_too(page: Page):
    desk = Desk(page, Lab("basic", Drop("msg:N")))
    desk.root.locator('[data-fold="knows"]').click()
    desk.root.get_by_role("button", name="Why is it not so that bob has it?").click()
    desk.answer()
    panel = desk.root.get_by_role("group", name="Why")
    expect(panel).to_contain_text("Why did bob not see “hello”?")
    expect(panel).to_contain_text("m1/msg:N#1 is dropped on its way to bob")
    desk.go(60)
    desk.root.get_by_role("button", name="Why is it not so that bob has it?").click()
    (asked,) = desk.answer()
    assert asked["at"] == 60
    expect(panel).not_to_contain_text("80 ms")  # no look into the future
    desk.lab.drop("msg:R")  # another run: what was asked of the one before is put away
    assert desk.lab.why == {}


def test_beside_a_belief_one_asks_why_and_before_it_why_not(page: Page):
    desk = Desk(page, Lab("offline", Offline("bob", at=0)))
    desk.root.locator('[data-fold="knows"]').click()
    row = desk.root.locator('[data-knows="alice knows that bob has it"]')
    row.get_by_role("button", name="why? alice believes that bob has it", exact=True).click()
    (asked,) = desk.answer()
    assert (asked["do"], asked["packet"]) == ("why", "m1/ack:N#1")
    panel = desk.root.get_by_role("group", name="Why")
    expect(panel).to_contain_text("the server made it itself, because it keeps the message")
    desk.go(60)
    row.get_by_role("button", name="Why is it not so that alice knows that bob has it?").click()
    (asked,) = desk.answer()
    assert (asked["do"], asked["at"]) == ("why not", 60)
    expect(desk.root.get_by_role("alert")).to_be_empty()


def test_by_which_packet_somebody_knows_is_marked_in_the_picture(page: Page):
    desk = Desk(page, Lab("dedup"))
    desk.root.locator('[data-fold="knows"]').click()
    desk.root.get_by_role("button", name="by m1/ack:N#1").click()
    expect(desk.root.locator('[data-packet="m1/ack:N#1"].lab-marked')).to_have_count(1)
    assert desk.answer() == []


# Talk


def test_people_talk_at_the_moment_shown(page: Page):
    desk = Desk(page, Lab("dedup"))
    desk.go(60)
    bob = desk.root.locator('[data-phone="bob"]')
    bob.get_by_role("textbox").fill(NASTY)
    bob.get_by_role("button", name="Say").click()
    desk.answer()
    assert [(say.text, say.sender, say.to, say.at) for say in desk.lab.scenario.say] == [
        ("hello", "alice", "bob", 0),
        (NASTY, "bob", "alice", 60),
    ]
    desk.root.locator('[data-part="time"]').fill("5000")
    expect(desk.root.locator('[data-phone="alice"] [data-msgid="m2"] .lab-text')).to_have_text(NASTY)
    expect(bob.get_by_role("textbox")).to_have_value("")
    assert desk.root.locator("script, img").count() == 0
    assert page.evaluate("window.struck") is None


def test_what_somebody_is_typing_outlives_a_step(desk: Desk):
    words = desk.root.locator('[data-phone="alice"]').get_by_role("textbox")
    words.fill("half a sent")
    desk.lab.drop("ack:N")
    desk.click(packet("m1/ack:A#1"))
    expect(words).to_have_value("half a sent")


def test_a_person_logs_out_and_in_with_the_switch(page: Page):
    desk = Desk(page, Lab("offline"))
    online = desk.root.locator('[data-phone="bob"]').get_by_role("switch")
    desk.go(20)
    online.click()
    desk.answer()
    assert desk.faults == ["offline bob@20"]
    desk.root.locator('[data-part="time"]').fill("60")
    online.click()
    desk.answer()
    assert desk.faults == ["offline bob@20+40"]


def test_what_failed_can_be_sent_again_from_the_phone(page: Page):
    desk = Desk(page, Lab("dedup", *(Drop(f"msg:R#{number}") for number in (1, 2, 3))))
    again = desk.root.get_by_role("button", name="Send again")
    expect(again).to_be_visible()
    again.click()
    desk.answer()
    assert [(resend.msgid, resend.at) for resend in desk.lab.scenario.resend] == [
        ("m1", desk.lab.trace.happened("resend")[0].t)
    ]
    expect(desk.root.locator('[data-phone="bob"] [data-msgid="m1"]')).to_have_count(1)


def test_with_more_people_one_says_to_whom(page: Page):
    people = Scenario("dedup", say=[Say("hi"), Say("hey", "carol", "bob", at=10)])
    desk = Desk(page, Lab(people))
    carol = desk.root.locator('[data-phone="carol"]')
    carol.get_by_role("combobox").select_option("alice")
    carol.get_by_role("textbox").fill("psst")
    carol.get_by_role("textbox").press("Enter")
    desk.answer()
    assert desk.lab.scenario.say[-1].to == "alice"


# While it plays


def test_a_packet_in_flight_is_clicked_and_lost_and_the_play_goes_on(page: Page):
    desk = Desk(page, Lab("dedup"))
    desk.root.locator(".lab-speed").select_option("slow")
    desk.root.locator('[data-act="play"]').click()
    page.wait_for_function("() => document.querySelectorAll('.lab-flying circle').length > 0")
    dot = desk.root.locator(".lab-flying circle").first.bounding_box()
    page.mouse.click(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    (asked,) = desk.answer()
    assert (asked["do"], asked["packet"]) == ("strike", "m1/msg:R#1")
    assert desk.faults == ["drop m1/msg:R#1"]
    expect(desk.root.locator('[data-act="play"]')).to_have_accessible_name("Pause")
    desk.root.locator(".lab-speed").select_option("fast")
    expect(desk.root.locator(".lab-when")).to_have_text(f"end, {desk.lab.trace.events[-1].t} ms", timeout=20_000)


def test_a_delayed_packet_and_its_retransmission_are_seen_in_flight_together(page: Page):
    desk = Desk(page, Lab("dedup", Delay("msg:R", by=400)))
    desk.go(320)
    expect(desk.root.locator(".lab-flying circle")).to_have_count(2)


# What a learner stumbled over


def test_a_jump_that_leads_nowhere_any_more_keeps_the_focus(page: Page):
    desk = Desk(page, Lab("retransmit", Drop("ack:N")))
    jump = desk.root.locator('[data-jump="duplicate"]')
    jump.focus()
    page.keyboard.press("Enter")
    expect(desk.root.locator(".lab-when")).to_have_text("400 ms")
    expect(jump).to_be_disabled()
    expect(jump).to_be_focused()
    page.keyboard.press("k")
    assert [message["do"] for message in desk.answer()] == ["keep"]


def test_a_key_leads_to_the_first_difference_from_the_kept_run(page: Page):
    desk = Desk(page, Lab("retransmit"))
    desk.lab.keep()
    desk.lab.drop("ack:N")
    alone.told(page, desk.lab)
    desk.root.locator('[data-tool="drop"]').focus()
    page.keyboard.press("d")
    expect(desk.root.locator(".lab-when")).to_have_text("180 ms")


def test_the_links_are_in_sight_when_one_takes_the_tool_for_them(page: Page):
    desk = Desk(page, Lab(Scenario("dedup", say=[Say("hello", at=100 * n) for n in range(5)])))
    frame = desk.root.locator(".lab-picture")
    frame.evaluate("frame => (frame.scrollTop = 400)")
    desk.choose("cut")
    assert frame.evaluate("frame => frame.scrollTop") == 0


def test_reset_goes_to_the_end_and_leaves_no_hole(page: Page):
    page.set_viewport_size({"width": 900, "height": 1000})  # where the rest stands above the picture
    desk = Desk(page, Lab("dedup"))
    side = desk.root.locator(".lab-side")
    before = side.bounding_box()["height"]
    desk.root.locator('[data-fold="strikes"]').click()
    desk.lab.apply(*(Delay(name, by=40) for name in ("msg:R", "msg:N", "ack:R")))
    alone.told(page, desk.lab)
    desk.go(60)  # keeps what stands above the picture as high as it is
    high = side.bounding_box()["height"]
    assert high > before + 40
    desk.lab.undo()  # still at that moment
    alone.told(page, desk.lab)
    soon(lambda: side.bounding_box()["height"], high - 80, operator.lt)
    desk.lab.redo()
    alone.told(page, desk.lab)
    desk.root.locator('[data-fold="strikes"]').click()
    desk.root.locator('[data-act="reset"]').click()
    desk.answer()
    expect(desk.root.locator(".lab-when")).to_have_text(re.compile("^end, "))
    soon(lambda: side.bounding_box()["height"], before)
    page.set_viewport_size(driving.SCREEN)


# To pass it on


def test_a_lab_is_saved_in_any_form_and_opened_from_a_file(page: Page, tmp_path: Path):
    desk = Desk(page, Lab("dedup", Drop("ack:N")))
    share = desk.root.get_by_role("group", name="Share")
    expect(share).to_be_hidden()
    desk.root.locator('[data-act="share"]').click()
    for name, text in {
        "Scenario file": 'faults = ["drop m1/ack:N#1"]',
        "SVG": "<svg",
        "Mermaid": "sequenceDiagram",
    }.items():
        with page.expect_download() as saving:
            share.get_by_role("button", name=name, exact=True).click()
            desk.answer()
        path = tmp_path / saving.value.suggested_filename
        saving.value.save_as(path)
        assert text in path.read_text("utf-8")
    desk.root.get_by_role("radio", name="basic").check()
    desk.answer()
    share.get_by_label("Open a scenario file").set_input_files(tmp_path / "dedup.toml")
    page.wait_for_function("() => window.sent.at(-1).do === 'open'")
    desk.answer()
    assert repr(desk.lab) == 'Lab(Scenario("dedup"), Drop("ack:N"))'


def test_a_lab_is_copied_as_a_link_and_opened_from_one_in_another_lab(page: Page):
    desk = Desk(page, Lab("dedup", Drop("ack:N")))
    desk.root.locator('[data-act="share"]').click()
    share = desk.root.get_by_role("group", name="Share")
    share.get_by_role("button", name="Link", exact=True).click()
    desk.answer()
    link = share.get_by_label("The link")
    expect(link).to_have_text(desk.lab.link())
    expect(share).to_contain_text(re.compile("(Copied|Selected). Paste it under Share"))

    other = Desk(page, Lab("basic"))
    other.root.locator('[data-act="share"]').click()
    field = other.root.get_by_label("or paste a link")
    field.fill("#lab=damaged")
    field.press("Enter")
    other.answer()
    expect(other.root.get_by_role("alert")).to_contain_text("damaged after #lab=")
    field.fill(desk.lab.link())
    other.root.get_by_role("button", name="Open", exact=True).click()
    other.answer()
    assert repr(other.lab) == 'Lab(Scenario("dedup"), Drop("ack:N"))'
    expect(field).to_have_value("")


def test_a_saved_png_is_the_picture_in_a_browser_too(page: Page, tmp_path: Path):
    desk = Desk(page, Lab("dedup", Drop("ack:N")))
    desk.root.locator('[data-act="share"]').click()
    with page.expect_download() as saving:
        desk.root.get_by_role("button", name="PNG", exact=True).click()
        desk.answer()
    saving.value.save_as(tmp_path / "lab.png")
    address = "data:image/png;base64," + base64.b64encode((tmp_path / "lab.png").read_bytes()).decode()
    size = page.evaluate(
        """async (address) => {
            const image = new Image();
            image.src = address;
            await image.decode();
            return [image.naturalWidth, image.naturalHeight];
        }""",
        address,
    )
    drawn = desk.root.locator(".lab-drawing svg").evaluate(
        "svg => [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height]"
    )
    scale = size[0] / drawn[0]
    assert scale >= 1
    assert size[1] == pytest.approx(scale * drawn[1], abs=2)


def test_a_file_that_is_too_large_is_not_even_sent(page: Page, tmp_path: Path):
    (tmp_path / "large.toml").write_text("#" * 1_000_001)
    desk = Desk(page, Lab("dedup"))
    desk.root.locator('[data-act="share"]').click()
    desk.root.get_by_label("Open a scenario file").set_input_files(tmp_path / "large.toml")
    expect(desk.root.get_by_role("alert")).to_have_text(
        "large.toml has 1000001 bytes; a scenario file has at most 1000000"
    )
    assert desk.answer() == []


def test_a_phone_offers_why_somebody_has_not_seen_what_its_person_said(page: Page):
    desk = Desk(page, Lab("acked", Drop("msg:N")))
    asks = desk.root.locator('[data-phone="alice"] [data-question]')
    expect(asks).to_have_text("bob: why not?")
    expect(desk.root.locator('[data-phone="bob"] [data-question]:visible')).to_have_count(0)
    asks.click()
    (asked,) = desk.answer()
    assert (asked["do"], asked["msgid"], asked["who"]) == ("why not", "m1", "bob")
    expect(desk.root.locator(".lab-why-panel .lab-title")).to_contain_text("bob")
    expect(desk.root.locator(".lab-reasons li").nth(1)).to_contain_text("m1/msg:N#1 is dropped")

    desk = Desk(page, Lab("dedup"))
    expect(desk.root.locator('[data-phone="alice"] [data-question]')).to_be_hidden()
    desk.go(50)
    expect(desk.root.locator('[data-phone="alice"] [data-question]')).to_be_visible()
    desk.go(100)
    expect(desk.root.locator('[data-phone="alice"] [data-question]')).to_be_hidden()
