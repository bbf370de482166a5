"""The widget: a message from the page in, the parts of the page out."""

import json
import logging
import math
import subprocess
import sys
import zlib
from threading import Thread

import pytest

from imteach import Client, Drop, InputError, Lab, Offline, Say, Scenario
from imteach.draw import drawn, mimebundle
from imteach.lab import shown
from imteach.lab.live import MOST_VIEWS

OF_THE_PICTURE = {"picture", "drawn", "sheet", "moments", "promises", "holds", "knows", "stretch", "chats"}
PARTS = (*OF_THE_PICTURE, "ladder", "outcome", "struck", "code", "command", "steps", "refusal", "why", "at")

NASTY = "<script>alert(1)</script> & <img src=x onerror=\"alert('2')\"> ]]> </svg>"


def tell(lab: Lab, content: object) -> None:
    """Let the lab hear what its page says, which shows what the lab shows unless the message says otherwise."""
    seen = {"rev": revision(lab)}
    lab._handle_custom_msg(seen | content if isinstance(content, dict) else content, [])


def parts(lab: Lab) -> dict:
    return {name: getattr(lab, name) for name in PARTS}


def sent_parts(data: dict, buffers: list) -> dict:
    """What a message brings to the page: the parts as they are, what travels compressed unpacked."""
    large = {
        path: json.loads(zlib.decompress(buffer)) for (path,), buffer in zip(data["buffer_paths"], buffers, strict=True)
    }
    return data["state"] | large


def revision(lab: Lab) -> int:
    return int(lab.picture.partition('data-rev="')[2].partition('"')[0])


def test_a_click_drops_the_packet_and_everything_on_the_page_follows():
    lab = Lab("retransmit")
    before = revision(lab)
    tell(lab, {"do": "drop", "packet": "m1/ack:N#1"})
    page = parts(lab)
    assert 'data-packet="m1/ack:N#2"' in page["picture"]
    assert page["code"] == 'Scenario("retransmit").run(Drop("ack:N"))'
    broken = {row["name"]: row for row in page["promises"] if row["history"][-1][1] == "broken"}
    assert list(broken) == ["no_duplicates"]
    assert broken["no_duplicates"]["title"]
    assert "m1/ack:N#1" in broken["no_duplicates"]["history"][-1][2]
    assert [len(chat["bubbles"]) for chat in page["chats"]] == [1, 2]
    assert page["steps"] == {"undo": True, "redo": False, "reset": True}
    assert page["refusal"] == ""
    assert revision(lab) > before


def test_what_was_asked_of_an_older_picture_is_not_done_twice_nor_undone():
    lab = Lab("dedup")
    seen = revision(lab)
    for _ in range(3):  # three clicks before the first answer
        tell(lab, {"do": "drop", "packet": "m1/ack:N#1", "rev": seen})
    assert lab.code == 'Scenario("dedup").run(Drop("ack:N"))'
    assert (revision(lab), lab.refusal) == (seen + 1, "")

    for _ in range(3):
        tell(lab, {"do": "spare", "packet": "m1/ack:N#1", "rev": seen + 1})
    assert (lab.faults, lab.refusal) == ((), "")

    lab.drop("msg:N")
    tell(lab, {"do": "undo", "rev": seen})
    assert lab.faults == (Drop("m1/msg:N#1"),)
    assert "nothing was undone" in lab.refusal
    tell(lab, {"do": "undo"})
    assert (lab.faults, lab.refusal) == ((), "")

    lab = Lab("offline", Offline("bob", lasting=1000))
    for _ in range(2):
        tell(lab, {"do": "take back", "fault": "offline bob@0+1000", "rev": 1})
    assert (lab.faults, lab.refusal) == ((), "")


def test_each_question_of_each_view_is_answered_whatever_came_of_it():
    lab = Lab("dedup")
    tell(lab, {"do": "drop", "packet": "m1/ack:N#1", "ask": ["here", 1]})
    tell(lab, {"do": "explode", "ask": ["there", 1]})
    tell(lab, {"do": "rung", "rung": "dedup", "ask": ["there", 2]})  # where it is already
    assert lab.answered == {"here": 1, "there": 2}
    for nonsense in (7, ["here"], ["here", "2"], [["here"], 2], ["x" * 41, 2], None):
        tell(lab, {"do": "reset", "ask": nonsense})
    assert lab.answered == {"here": 1, "there": 2}
    for number in range(100):
        tell(lab, {"do": "reset", "ask": [f"view {number}", 1]})
    assert len(lab.answered) == MOST_VIEWS
    assert "view 99" in lab.answered


def test_a_step_that_comes_from_another_thread_in_the_middle_of_one_waits_until_that_one_is_shown(monkeypatch):
    lab = Lab("retransmit")
    sent: list[dict] = []
    monkeypatch.setattr(lab.comm, "send", lambda data=None, buffers=(), **_: sent.append(sent_parts(data, buffers)))
    click = Thread(target=tell, args=(lab, {"do": "drop", "packet": "m1/msg:N#1", "ask": ["page", 1]}))

    def drawn_slowly(*asked):
        picture = drawn(*asked)
        if not click.ident:
            click.start()
            click.join(0.3)  # it comes now, and has time enough to be done
        return picture

    monkeypatch.setattr(shown, "drawn", drawn_slowly)
    lab.drop("ack:N")  # a cell does this
    click.join()
    assert lab.code == 'Scenario("retransmit").run(Drop("ack:N"), Drop("msg:N"))'
    assert [state.get("code") for state in sent] == ['Scenario("retransmit").run(Drop("ack:N"))', lab.code]
    assert [set(state) >= {"picture", "code", "outcome"} for state in sent] == [True, True]  # each step in one piece
    assert sent[-1]["picture"] == drawn(lab.trace, revision(lab)).svg
    assert sent[-1]["answered"] == {"page": 1}


def test_a_fault_of_any_kind_can_be_taken_back_from_its_row():
    lab = Lab("offline", Offline("bob", lasting=1000))
    assert [row["fault"] for row in lab.struck] == ["offline bob@0+1000"]
    tell(lab, {"do": "take back", "fault": "offline bob@0+1000"})
    assert lab.struck == []
    assert lab.faults == ()
    tell(lab, {"do": "take back", "fault": "offline bob@0+1000"})
    assert "no fault 'offline bob@0+1000' strikes here" in lab.refusal
    lab.undo()
    lab.take_fault_back("offline bob@0+1000")
    assert lab.code == 'Scenario("offline").run()'


def test_the_page_can_climb_the_ladder_undo_and_reset():
    lab = Lab("basic", Drop("msg:N"))
    assert lab.ladder["chosen"] == "basic"
    assert [rung["name"] for rung in lab.ladder["rungs"]][:4] == ["basic", "acked", "retransmit", "dedup"]
    assert lab.steps == {"undo": False, "redo": False, "reset": False}
    tell(lab, {"do": "rung", "rung": "dedup"})
    assert lab.ladder["chosen"] == lab.rung == "dedup"
    assert lab.trace.packet["m1/msg:N#1"].fate == "dropped"
    tell(lab, {"do": "undo"})
    assert lab.rung == "basic"
    tell(lab, {"do": "rung", "rung": "acked"})
    tell(lab, {"do": "reset"})
    assert repr(lab) == 'Lab(Scenario("basic"), Drop("msg:N"))'


def test_every_step_has_a_twin_in_python():
    lab = Lab("acked")
    lab.drop("ack:N")
    lab.rung = "retransmit"
    assert lab.code == 'Scenario("retransmit").run(Drop("ack:N"))'
    assert lab.trace == Scenario("retransmit").run(Drop("ack:N"))
    assert (lab.scenario, lab.faults) == (Scenario("retransmit"), (Drop("m1/ack:N#1"),))
    assert 'data-packet="m1/ack:N#2"' in lab.picture
    lab.take_back("ack:N")
    assert lab.faults == ()
    lab.undo()
    assert lab.faults == (Drop("m1/ack:N#1"),)
    lab.reset()
    assert lab.code == 'Scenario("acked").run()'
    assert lab.picture.count('data-packet="m1/ack:N#') == 1


@pytest.mark.parametrize("step", ["drop", "take_back"])
def test_a_wrong_name_in_python_raises_at_the_learners_line(step: str):
    lab = Lab("dedup")
    before = parts(lab)
    with pytest.raises(InputError, match="kinds are"):
        getattr(lab, step)("msg:X")
    with pytest.raises(InputError, match="no rung 'tcp'"):
        lab.rung = "tcp"
    assert parts(lab) == before


@pytest.mark.parametrize(
    "content",
    [
        {},
        None,
        "undo",
        ["drop"],
        {"do": "explode"},
        {"do": ["undo"]},
        {"do": "undo"},
        {"do": "drop"},
        {"do": "toggle", "packet": "m1/ack:N#1"},
        {"do": "drop", "packet": 7},
        {"do": "drop", "packet": "m1/msg:R#99"},
        {"do": "drop", "packet": NASTY},
        {"do": "spare", "packet": "m1/msg:R#1"},
        {"do": "spare", "packet": ["m1/ack:N#1"]},
        {"do": "rung", "rung": {"dedup": 1}},
        {"do": "rung", "rung": "x" * 10_000},
        {"do": "rung"},
    ],
    ids=lambda content: json.dumps(content)[:40],
)
def test_a_message_that_makes_no_sense_is_refused_on_the_page_and_changes_nothing(content, caplog):
    lab = Lab("dedup", Drop("ack:N"))
    before = {name: value for name, value in parts(lab).items() if name not in ("refusal", "picture")}
    with caplog.at_level(logging.DEBUG):
        tell(lab, content)
    assert lab.refusal
    assert len(lab.refusal) < 300
    assert {name: value for name, value in parts(lab).items() if name not in ("refusal", "picture")} == before
    assert not caplog.records
    tell(lab, {"do": "spare", "packet": "m1/ack:N#1"})
    assert lab.refusal == ""


def test_a_learners_own_client_that_raises_is_told_of_on_the_page(caplog):
    class Fragile(Client):
        def on_timer(self, msgid):
            raise KeyError(msgid)

    lab = Lab(Scenario("dedup", client=Fragile))
    tell(lab, {"do": "drop", "packet": "m1/ack:N#1"})
    assert lab.refusal.startswith("Fragile.on_timer raised KeyError: 'm1' when its timer m1 ran out at 300 ms (line ")
    assert lab.refusal.endswith(" of test_lab_widget.py: raise KeyError(msgid))")
    assert "its code stops here" in lab.picture
    tell(lab, {"do": "undo"})
    assert lab.refusal == ""
    assert "its code stops here" not in lab.picture
    assert lab.faults == ()
    assert not caplog.records
    lab.drop("ack:N")  # the same in Python
    assert lab.refusal.startswith("Fragile.on_timer raised KeyError")


def test_only_what_a_step_changes_travels_to_the_page():
    lab = Lab("retransmit", Drop("ack:N"))
    changed: list[str] = []
    lab.observe(lambda change: changed.append(change["name"]), names=list(PARTS))
    lab.rung = "dedup"
    assert set(changed) >= {"picture", "ladder", "outcome", "chats", "promises", "code", "steps"}
    assert not {"struck", "sheet", "at", "why"} & set(changed)
    changed.clear()
    lab.drop("ack:A")
    assert {"picture", "struck"} <= set(changed)
    assert not {"ladder", "chats", "promises", "sheet"} & set(changed)


def test_what_a_learner_typed_is_text_and_never_markup():
    lab = Lab(Scenario("dedup", say=[Say(NASTY)]))
    assert "<script" not in lab.picture
    assert "<img" not in lab.picture
    assert lab.picture.count("</svg>") == 1
    assert lab.phones[0]["bubbles"][0]["text"] == NASTY  # a text node's content, as it was typed


def test_the_state_is_json_all_of_it():
    page = parts(Lab(Scenario("retransmit", say=[Say("ä\u2028\x00"), Say("b", at=3)]), Drop("m1/ack:N")))
    assert set(page) == set(PARTS)
    assert json.loads(json.dumps(page)) == page


def test_the_moment_that_is_shown_is_a_moment():
    lab = Lab("dedup")
    lab.at = 210
    assert [[bubble["note"] for bubble in phone["bubbles"]] for phone in lab.phones] == [
        ["✓✓ delivered"],
        ["at 100 ms"],
    ]
    lab.at = 60
    assert lab.phones[1]["bubbles"] == []
    for wrong in (-1, math.inf, math.nan, "60", True, [60]):
        with pytest.raises(InputError, match="at: expected"):
            lab.at = wrong
    assert lab.at == 60
    lab.at = None
    assert lab.phones[1]["bubbles"][0]["note"] == "at 100 ms"


def test_it_is_printed_without_an_address():
    assert repr(Lab("dedup", Drop("m1/ack:N#1"))) == 'Lab(Scenario("dedup"), Drop("ack:N"))'
    assert repr(Lab("basic")) == 'Lab(Scenario("basic"))'


def test_it_brings_a_still_picture_for_a_page_without_a_kernel():
    lab = Lab("dedup", Drop("ack:N"))
    data, _ = lab._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == lab.model_id
    assert data["text/plain"] == repr(lab)
    words, picture = data["text/html"].split("</p>")
    assert picture == mimebundle(lab.trace)["text/html"]
    assert "To make it live" in words


def test_a_long_run_is_shown_in_windows_and_says_so():
    lab = Lab(Scenario("acked", say=[Say(f"message {n}", at=50 * n) for n in range(1000)]))
    assert len(lab.trace.packets) == 6000
    assert lab.stretch["words"].startswith("Showing packets 1 to 200 of 6,000, 0 to ")
    assert (lab.stretch["earlier"], lab.stretch["later"]) == (None, 1)
    assert lab.picture.count('role="button"') == 200
    assert len(lab.picture) < 300_000
    assert [len(phone["bubbles"]) for phone in lab.phones] == [50, 50]
    assert lab.phones[1]["earlier"] == 950
    assert lab.phones[1]["bubbles"][-1]["text"] == "message 999"

    tell(lab, {"do": "window", "window": 29})
    assert (lab.window, lab.stretch["earlier"], lab.stretch["later"]) == (29, 28, None)
    assert "m1000/ack:N#1" in lab.picture
    tell(lab, {"do": "drop", "packet": "m1000/ack:N#1"})
    assert lab.window == 29  # where the learner is
    assert lab.trace.packet["m1000/ack:N#1"].fate == "dropped"
    lab.window = 0
    assert 'data-packet="m1/msg:R#1"' in lab.picture
    lab.rung = "basic"
    assert lab.stretch["words"].startswith("Showing packets 1 to 200 of 3,000")
    for place in (30, -1, "0", None):
        tell(lab, {"do": "window", "window": place})
        assert "window: expected one of 0 to 14" in lab.refusal


def test_another_window_comes_to_the_page_in_one_piece(monkeypatch):
    lab = Lab(Scenario("acked", say=[Say(f"message {n}", at=50 * n) for n in range(50)]))
    sent: list[set[str]] = []
    monkeypatch.setattr(lab.comm, "send", lambda data=None, buffers=(), **_: sent.append({*sent_parts(data, buffers)}))
    lab.window = 1
    assert len(sent) == 1
    assert {"picture", "stretch", "moments"} <= sent[0] <= OF_THE_PICTURE


def test_a_window_that_is_no_more_gives_way_to_the_last():
    lab = Lab(Scenario("acked", say=[Say(f"message {n}", at=50 * n) for n in range(50)]))
    lab.window = 1
    lab.rung = "basic"
    assert (lab.window, lab.stretch) == (0, {})
    assert Lab("dedup").stretch == {}


def test_two_labs_do_not_share_a_thing():
    one, other = Lab("dedup"), Lab("dedup")
    one.drop("ack:N")
    assert other.faults == ()
    assert 'data-packet="m1/ack:N#2"' not in other.picture


WITHOUT = """
import sys
sys.modules["{missing}"] = None  # as if it were not installed
import imteach.lab.session
try:
    from imteach import Lab
except ImportError as error:
    print(error)
"""


@pytest.mark.parametrize("missing", ["anywidget", "traitlets"])
def test_without_the_widgets_it_says_what_to_install(missing: str):
    ran = subprocess.run([sys.executable, "-c", WITHOUT.format(missing=missing)], capture_output=True, text=True)
    assert "pip install 'imteach[lab]'" in ran.stdout
    assert not ran.stderr
