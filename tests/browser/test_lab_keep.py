"""A run that is kept beside the next ones, in the lab's page: by mouse and by keys, with Python really behind it."""

import alone
import driving
import pytest
from alone_with_python import Desk
from driving import soon
from playwright.sync_api import Locator, Page, expect

from imteach import Drop, Lab, Say, Scenario

pytestmark = pytest.mark.alone

NASTY = "</svg><script>window.struck = 1</script> \"><img src=x onerror='window.struck = 1'>"
SENTENCE = (
    "At 180 ms m1/ack:N#1 is dropped in the second run; in the first it reaches alice at 200 ms. "
    "Until then both are the same."
)
WIDE, LAPTOP, NARROW = {"width": 1500, "height": 1300}, {"width": 1000, "height": 768}, {"width": 600, "height": 900}


@pytest.fixture(params=[WIDE], ids=["wide"])
def desk(page: Page, request: pytest.FixtureRequest) -> Desk:
    page.set_viewport_size(request.param)
    return Desk(page, Lab("retransmit"))


def at(size: dict[str, int]) -> pytest.MarkDecorator:
    """Show the page so large."""
    return pytest.mark.parametrize("desk", [size], indirect=True, ids=[str(size["width"])])


def press_keep(desk: Desk) -> list[dict]:
    desk.root.locator("[data-act=keep]").click()
    return desk.answer()


def drop(desk: Desk, name: str) -> None:
    desk.click(f'[data-packet="{name}"] > rect')


def kept(desk: Desk) -> Locator:
    return desk.root.locator(".lab-kept > svg")


def own(desk: Desk) -> Locator:
    return desk.root.locator(".lab-drawing > svg")


def high(picture: Locator, selector: str) -> float:
    """How far down the first of these stands on the screen."""
    box = picture.locator(selector).first.bounding_box()
    return box["y"] + box["height"] / 2


def scale(picture: Locator) -> float:
    return picture.evaluate("svg => svg.getScreenCTM().d")


def settle(desk: Desk) -> None:
    desk.page.evaluate(driving.TWO_FRAMES)


def stand_alike(desk: Desk) -> None:
    """Whether a height is the same time in both pictures: when both stand beside each other, also on the screen."""
    assert scale(kept(desk)) == pytest.approx(scale(own(desk)), rel=0.002)


# Both stand beside each other


@pytest.mark.parametrize("desk", [WIDE, LAPTOP], indirect=True, ids=["wide", "laptop"])
def test_a_run_is_kept_and_the_next_one_stands_beside_it_with_the_first_difference(desk: Desk):
    expect(desk.root.locator(".lab-compared")).to_be_hidden()
    assert [message["do"] for message in press_keep(desk)] == ["keep"]
    expect(desk.root.locator(".lab-first")).to_have_text("The two runs are the same: 19 events.")
    expect(desk.root.locator(".lab-came")).to_contain_text("Now change one thing in the second run")
    drop(desk, "m1/ack:N#1")
    expect(desk.root.locator(".lab-first")).to_have_text(SENTENCE)
    expect(desk.root.locator(".lab-came li")).to_have_text(
        [
            "bob is shown “hello” once in the first run, twice in the second.",
            "“Nothing is shown twice” (no_duplicates) is kept in the first run, broken in the second.",
            "6 packets are sent in the first run, 12 in the second.",
        ]
    )
    expect(kept(desk)).to_contain_text("First run, kept: retransmit, nothing dropped")
    expect(own(desk)).to_contain_text("Second run, now: retransmit, m1/ack:N#1 dropped")
    settle(desk)
    left, right = (picture.bounding_box() for picture in (kept(desk), own(desk)))
    assert left["x"] + left["width"] <= right["x"] + 1
    assert right["x"] + right["width"] <= desk.page.viewport_size["width"]
    stand_alike(desk)
    assert high(kept(desk), ".imt-first") == pytest.approx(high(own(desk), ".imt-first"), abs=1)
    expect(own(desk).locator(".imt-first-words")).to_have_text(["first", "difference"])


def test_they_stand_so_before_the_page_is_painted(desk: Desk):
    press_keep(desk)
    drop(desk, "m1/ack:N#1")
    desk.lab.drop("m1/ack:R")
    drawn = """async (state) => {
        window.tell(state);
        for (let turn = 0; turn < 100; turn++) await null;
        return document.querySelector(".lab-body.lab-two .lab-kept > svg")?.querySelectorAll(".imt-first").length;
    }"""
    assert desk.page.evaluate(drawn, alone.state_of(desk.lab)) > 0


def test_both_scroll_in_one_frame_and_keep_the_names_in_sight(desk: Desk):
    desk.page.set_viewport_size(LAPTOP)
    press_keep(desk)
    drop(desk, "m1/ack:N#1")
    frame = desk.root.locator(".lab-picture")
    frame.evaluate("frame => frame.scrollTop = 200")
    settle(desk)
    assert high(kept(desk), ".imt-first") == pytest.approx(high(own(desk), ".imt-first"), abs=1)
    heads = [desk.root.locator(f"{place} .lab-head-copy").first for place in (".lab-kept", ".lab-picture > .lab-heads")]
    tops = [head.bounding_box()["y"] for head in heads]
    assert tops[0] == pytest.approx(tops[1], abs=1)
    assert abs(tops[0] - frame.bounding_box()["y"]) < 34  # under the run's name
    names = [
        desk.root.locator(f"{place} .imt-title") for place in (".lab-kept .lab-heads", ".lab-picture > .lab-heads")
    ]
    expect(names[0]).to_contain_text("First run, kept: retransmit")
    expect(names[1]).to_contain_text("Second run")
    for name in names:
        assert 0 <= name.bounding_box()["y"] - frame.bounding_box()["y"] < 20
    frame.evaluate("frame => frame.scrollTop = 0")
    soon(lambda: desk.root.locator(".lab-head-copy").count(), 0)


@at(NARROW)
def test_where_it_is_narrow_they_stand_below_each_other_and_scroll_together(desk: Desk):
    press_keep(desk)
    drop(desk, "m1/ack:N#1")
    settle(desk)
    frames = [desk.root.locator(name) for name in (".lab-kept", ".lab-picture")]
    upper, lower = (frame.bounding_box() for frame in frames)
    assert upper["y"] + upper["height"] <= lower["y"]
    assert upper["height"] == pytest.approx(lower["height"], abs=2)
    stand_alike(desk)
    for moved, other in (frames, reversed(frames)):
        moved.evaluate("frame => frame.scrollTop = frame.scrollTop ? 20 : 120")
        to = moved.evaluate("frame => frame.scrollTop")
        assert to > 0
        soon(lambda other=other: other.evaluate("frame => frame.scrollTop"), to)
    assert high(kept(desk), ".imt-first") - upper["y"] == pytest.approx(
        high(own(desk), ".imt-first") - lower["y"], abs=2
    )
    expect(frames[0]).to_have_attribute("tabindex", "0")  # or the keys could not scroll it
    expect(frames[0]).to_have_accessible_name("The kept run")
    desk.page.set_viewport_size(WIDE)
    soon(lambda: desk.root.locator(".lab-picture > .lab-kept").count(), 1)
    assert frames[0].get_attribute("tabindex") is None


def test_a_wide_picture_beside_a_small_one_is_drawn_as_small(page: Page):
    page.set_viewport_size(WIDE)
    desk = Desk(page, Lab("basic"))
    press_keep(desk)
    desk.lab.add_person("carol")
    desk.lab.say("hi", to="carol", at=10)
    alone.told(page, desk.lab)
    settle(desk)
    assert kept(desk).bounding_box()["width"] < own(desk).bounding_box()["width"]
    stand_alike(desk)
    for width in (600, 800):  # where they scroll across, and where they are drawn smaller
        page.set_viewport_size({"width": width, "height": 900})
        expect(desk.root.locator(".lab-stacked")).to_have_count(1)
        settle(desk)
        stand_alike(desk)


# Time


def test_the_cursor_and_what_has_not_happened_yet_are_shown_in_both(desk: Desk):
    press_keep(desk)
    drop(desk, "m1/ack:N#1")
    desk.go(120)
    lines = [high(picture, ".lab-cursor-line") for picture in (kept(desk), own(desk))]
    assert lines[0] == pytest.approx(lines[1], abs=1)
    veils = [picture.locator(".lab-veil").bounding_box()["y"] for picture in (kept(desk), own(desk))]
    assert veils[0] == pytest.approx(veils[1], abs=1)
    assert 0 < veils[0] - lines[0] < 10
    assert kept(desk).locator(".imt-packets > .lab-later").count() == 2  # ack:N and ack:A
    assert kept(desk).locator(".lab-flying circle").count() == 1  # ack:R
    desk.go(200)
    assert kept(desk).locator(".imt-packets > .lab-later, .lab-flying circle").count() == 0
    assert own(desk).locator(".imt-packets > .lab-later").count() == 6


def test_the_time_goes_on_through_the_longer_of_both(page: Page):
    page.set_viewport_size(WIDE)
    desk = Desk(page, Lab("retransmit", Drop("ack:N")))
    press_keep(desk)
    desk.root.locator("[data-fault] [data-take-back]").evaluate("button => button.click()")
    desk.answer()
    assert desk.lab.trace.events[-1].t == 200
    expect(desk.root.locator("[data-part=time]")).to_have_attribute("max", "500")
    assert kept(desk).locator(".imt-packets > .lab-later").count() == 0  # the end is the end of both
    desk.go(300)
    expect(desk.root.locator(".lab-now")).to_contain_text("In the first run: the timer for m1 runs out")
    desk.root.locator("[data-act=next]").click()
    expect(desk.root.locator(".lab-when")).to_have_text("350 ms")
    desk.go(100)
    desk.root.locator('[data-jump="difference"]').click()
    expect(desk.root.locator(".lab-when")).to_have_text("180 ms")
    press_keep(desk)
    expect(desk.root.locator("[data-part=time]")).to_have_attribute("max", "200")
    expect(desk.root.locator('[data-jump="difference"]')).to_be_hidden()


# The kept picture is a picture only


def test_nothing_in_the_kept_picture_can_be_taken_for_the_labs_own(desk: Desk):
    desk.page.set_viewport_size(LAPTOP)
    press_keep(desk)
    drop(desk, "m1/ack:N#1")
    desk.root.locator(".lab-picture").evaluate("frame => frame.scrollTop = 300")
    settle(desk)
    expect(desk.root.locator(".lab-kept .lab-head-copy")).to_have_count(3)
    names = desk.root.locator(".lab-kept").evaluate(
        "kept => [...kept.querySelectorAll('svg *')].flatMap((part) => part.getAttributeNames())"
    )
    assert len(names) > 100
    assert {name for name in names if name.startswith(("data-", "aria-")) or name in ("role", "tabindex", "id")} <= {
        "data-flies",  # empty
        "aria-hidden",
    }
    packets = desk.root.locator("[data-packet]").evaluate_all("all => all.map((one) => one.dataset.packet)")
    assert packets == [packet.name for packet in desk.lab.trace.packets]
    expect(desk.root.locator("[data-rev]")).to_have_count(1)
    picture = desk.root.get_by_role("img", name="First run, kept: Sequence diagram: retransmit, nothing dropped.")
    expect(picture).to_have_count(1)
    ids = desk.page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("tool", ["drop", "crash", "why"])
def test_a_click_in_the_kept_picture_does_nothing_but_say_why(desk: Desk, tool: str):
    press_keep(desk)
    drop(desk, "m1/msg:N#1")
    desk.choose(tool)
    for part in (".imt-packets rect", ".lab-told", ".imt-card"):
        box = kept(desk).locator(part).first.bounding_box()
        desk.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert desk.answer() == []
    expect(desk.root.locator(".lab-kept-note")).to_have_text(
        "The first run stays as it is: what you click happens in the second."
    )
    expect(desk.root.locator(".lab-when")).to_have_text("end, 500 ms")
    assert desk.faults == ["drop m1/msg:N#1"]


def test_what_a_learner_typed_stays_text_there(page: Page):
    page.set_viewport_size(WIDE)
    desk = Desk(page, Lab(Scenario("retransmit", say=[Say(NASTY)])))
    press_keep(desk)
    drop(desk, "m1/ack:N#1")
    expect(kept(desk)).to_contain_text("</svg><script>")
    expect(desk.root.locator(".lab-came")).to_contain_text("</svg><script>")
    assert desk.root.locator(".lab-kept :is(script, img), .lab-compared :is(script, img)").count() == 0
    assert page.evaluate("window.struck") is None


# The buttons and the keys


def test_the_kept_run_is_put_away_by_the_same_button_and_the_page_is_as_before(desk: Desk):
    before = own(desk).evaluate("svg => svg.outerHTML.replace(/data-rev=.\\d+./, '')")
    keep = desk.root.locator("[data-act=keep]")
    expect(keep).to_have_accessible_name("Keep this run beside the next one")
    press_keep(desk)
    expect(keep).to_have_accessible_name("Put away the kept run")
    expect(keep).to_have_text("Put away")
    assert [message["do"] for message in press_keep(desk)] == ["put away"]
    expect(keep).to_have_text("Keep")
    for part in (".lab-kept", ".lab-compared"):
        expect(desk.root.locator(part)).to_be_hidden()
    assert own(desk).evaluate("svg => svg.outerHTML.replace(/data-rev=.\\d+./, '')") == before
    assert desk.root.locator(".lab-body").get_attribute("class") in ("lab-body", "lab-body lab-beside")
    assert desk.lab.kept is None


def test_undo_redo_and_reset_leave_the_kept_run(desk: Desk):
    press_keep(desk)
    drop(desk, "m1/ack:N#1")
    drop(desk, "m1/ack:R#1")
    for act, faults in (("undo", 1), ("redo", 2), ("reset", 0)):
        desk.root.locator(f"[data-act={act}]").click()
        desk.answer()
        assert len(desk.faults) == faults
        expect(kept(desk)).to_contain_text("First run, kept: retransmit, nothing dropped")
    expect(desk.root.locator(".lab-first")).to_contain_text("The two runs are the same")


def test_the_second_run_is_kept_in_the_place_of_the_first(desk: Desk):
    press_keep(desk)
    instead = desk.root.get_by_role("button", name="Keep the second instead")
    expect(instead).to_be_hidden()  # it is the same
    drop(desk, "m1/ack:N#1")
    instead.focus()
    desk.page.keyboard.press("Enter")
    assert [message["do"] for message in desk.answer()] == ["keep"]
    expect(kept(desk)).to_contain_text("First run, kept: retransmit, m1/ack:N#1 dropped")
    expect(instead).to_be_hidden()
    expect(desk.root.locator("[data-act=keep]")).to_be_focused()


def test_it_has_a_key_and_a_screen_reader_is_told_the_difference(desk: Desk):
    own(desk).locator('[data-packet="m1/ack:N#1"]').focus()
    desk.page.keyboard.press("k")
    desk.answer()
    desk.page.keyboard.press("Enter")
    desk.answer()
    assert desk.faults == ["drop m1/ack:N#1"]
    said = desk.root.locator(".lab-side [aria-live=polite]", has_text=SENTENCE)
    expect(said).to_have_count(1)
    expect(own(desk).locator('[data-packet="m1/ack:N#1"]')).to_be_focused()
    desk.page.keyboard.press("?")
    expect(desk.root.locator(".lab-key-list")).to_contain_text("Keep this run beside the next one; again: put it away")


def test_without_python_there_is_nothing_to_keep(desk: Desk):
    keep = desk.root.locator("[data-act=keep]")
    expect(keep).to_have_attribute("data-asks", "keep")
    expect(keep).to_be_visible()
    desk.root.evaluate("root => root.dataset.kernel = 'none'")
    expect(keep).to_be_hidden()


# Others, and long runs


def test_a_second_lab_and_a_second_view_do_not_disturb(page: Page):
    page.set_viewport_size(WIDE)
    other = alone.mount(page, Lab("dedup"))
    other.locator("svg[data-rev]").wait_for()
    before = other.evaluate("lab => lab.outerHTML")
    desk = Desk(page, Lab("retransmit"), keep=True)
    press_keep(desk)
    drop(desk, "m1/ack:N#1")
    desk.go(120)
    expect(desk.root.locator(".lab-first")).to_have_text(SENTENCE)
    page.wait_for_timeout(600)  # until a moment that stays is told
    labs = page.locator(".imteach-lab")
    assert labs.first.evaluate("lab => lab.outerHTML") == before
    alone.mount(page, desk.lab, keep=True)  # the same lab once more
    expect(labs.nth(2).locator(".lab-first")).to_have_text(SENTENCE)
    labs.nth(2).locator("[data-part=time]").fill("400")
    assert labs.nth(2).locator(".lab-kept .lab-veil").get_attribute("y") > labs.nth(1).locator(
        ".lab-kept .lab-veil"
    ).get_attribute("y")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_of_long_runs_only_what_differs_is_said(page: Page):
    page.set_viewport_size(WIDE)
    desk = Desk(page, Lab(Scenario("basic", say=[Say("hi", at=100 * number) for number in range(70)])))
    press_keep(desk)
    desk.lab.drop("m1/msg:N")
    alone.told(page, desk.lab)
    expect(desk.root.locator(".lab-first")).to_contain_text("At 80 ms m1/msg:N#1 is dropped in the second run")
    expect(desk.root.locator(".lab-kept-note")).to_contain_text("more than 200 packets")
    expect(desk.root.locator(".lab-kept")).to_be_hidden()
    expect(own(desk).locator(".imt-title")).to_have_text("basic, m1/msg:N#1 dropped")


def test_the_saved_picture_is_of_the_present_run_by_itself(desk: Desk):
    still = "root => atob(root.imteachStill(true)['text/html'].split('base64,')[1].split('\"')[0])"
    without = desk.root.evaluate(still)
    press_keep(desk)
    assert desk.root.evaluate(still) == without
    drop(desk, "m1/ack:N#1")
    with_one = desk.root.evaluate(still)
    assert with_one != without
    press_keep(desk)
    assert desk.root.evaluate(still) == with_one
