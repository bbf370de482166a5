"""The cheat sheet says what runs say."""

import re

import pytest

from imteach import Drop, InputError, Offline, Scenario, cheat_sheet
from imteach.course.cheat_sheet import GLOSSARY, RUNGS, SIGNS
from imteach.protocol import KINDS, LADDER, STATUSES
from imteach.verify import fault_map

SHEET = cheat_sheet()


def rows(caption):
    (table,) = [table for table in SHEET.tables if table.caption.startswith(caption)]
    return [list(row) for row in table.rows]


def test_every_status_every_packet_and_every_rung_is_on_it():
    assert set(SIGNS) == set(STATUSES)
    assert [row[0] for row in rows("The packets")] == list(KINDS)
    assert [row[0].split()[1] for row in rows("The ladder")] == list(LADDER)


def test_a_known_row_of_what_each_loss_does():
    assert ["msg:A is lost", "≠ false failure", "= harmless", "= harmless", "= harmless"] in rows("Which single loss")
    assert ["ack:N is lost", "–", "? unconfirmed", "2× shown twice", "↻ repaired"] in rows("Which single loss")


@pytest.mark.parametrize("rung", ["offline", "durable", "ordered"])
def test_above_dedup_each_loss_ends_as_there(rung):
    ends = {cell.short_names: cell.end for cell in fault_map(rung).singles}
    assert ends == {cell.short_names: cell.end for cell in fault_map(RUNGS[-1]).singles}


@pytest.mark.parametrize(
    ("rung", "faults", "status"),
    [
        ("basic", [Drop("msg:A")], "failed"),
        ("basic", [Drop("msg:N")], "sent"),
        ("acked", [Drop("msg:N")], "unconfirmed"),
        ("acked", [Drop("msg:R")], "failed"),
        ("retransmit", [Drop(f"ack:N#{n}") for n in (1, 2, 3)], "failed"),
        ("offline", [Offline("bob", at=0, lasting=9000)], "delivered"),
    ],
)
def test_what_the_signs_say_is_so(rung, faults, status):
    """The rung from which on a sign has this meaning, and a run that shows it."""
    assert Scenario(rung).run(*faults).messages[0].status == status
    assert list(LADDER).index(SIGNS[status][0][0]) <= list(LADDER).index(rung)


def test_only_at_acked_is_anything_unconfirmed():
    for rung in list(LADDER)[2:7]:
        ends = {cell.messages[0].status for cell in fault_map(rung, faults=2).cells}
        assert "unconfirmed" not in ends


def test_the_promises_say_from_which_rung_on_they_are_judged():
    for _, name, where in rows("The promises"):
        rung = where.split()[1]
        below = list(LADDER)[: list(LADDER).index(rung)]
        assert name in Scenario(rung).run().promises
        assert not any(name in Scenario(lower).run().promises for lower in below)


def test_it_can_be_printed(tmp_path):
    page = SHEET.to_html(tmp_path / "sheet.html")
    assert (tmp_path / "sheet.html").read_text("utf-8") == page
    assert page.count("<table>") == len(SHEET.tables)
    assert not re.search(r"<script|https?:", page)
    assert all(word in page for word in GLOSSARY)
    with pytest.raises(InputError):
        SHEET.to_html(tmp_path / "nowhere" / "sheet.html")


def test_it_is_the_same_in_every_form():
    assert "| msg:A is lost |" in SHEET.to_markdown()
    assert SHEET._repr_mimebundle_()["text/plain"] == repr(SHEET)
