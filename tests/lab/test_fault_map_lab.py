"""The fault map above a lab: a message from the page in, the map and its mark out."""

import anywidget
import ipywidgets
import pytest

from imteach import Client, Drop, FaultMapLab, InputError, Offline, Scenario
from imteach.lab.fault_map_lab import NOWHERE, FaultMapTable


def tell(losses: FaultMapLab, content: object) -> None:
    """Let it hear what its page says."""
    losses.children[0]._handle_custom_msg(content, [])


def page(losses: FaultMapLab) -> FaultMapTable:
    return losses.children[0]


@pytest.mark.parametrize(("ours", "base"), [(FaultMapLab, ipywidgets.VBox), (FaultMapTable, anywidget.AnyWidget)])
def test_no_name_of_ours_hides_one_that_the_widget_needs(ours, base):
    assert {name for name in vars(ours) if not name.startswith("_")} & set(dir(base)) == set()


def test_a_cell_chosen_in_the_page_is_open_in_the_lab():
    losses = FaultMapLab("retransmit")
    assert (losses.cell.title, page(losses).chosen) == ("nothing lost", "")
    tell(losses, {"open": "drop m1/ack:N#1"})
    assert losses.trace.faults == (Drop("m1/ack:N#1"),)
    assert page(losses).chosen == "drop m1/ack:N#1"
    assert page(losses).said == f"The diagram shows: {losses.cell.sentence}"


def test_what_is_done_in_the_lab_moves_the_mark():
    losses = FaultMapLab("retransmit")
    losses.lab.drop("msg:N")
    assert (losses.cell.end.name, page(losses).chosen) == ("repaired", "drop m1/msg:N#1")
    losses.lab.drop("msg:R#2")
    assert (losses.cell, page(losses).chosen, page(losses).said) == (None, None, NOWHERE)
    losses.lab.undo()
    assert losses.cell.end.name == "repaired"


def test_a_run_without_a_given_fault_or_with_another_one_is_no_cell():
    away = Offline("bob", lasting=1000)
    losses = FaultMapLab("offline", given=[away])
    losses.choose("msg:R")
    assert losses.trace.faults == (away, Drop("m1/msg:R#1"))
    assert losses.cell == losses.map["msg:R"]
    losses.lab.take_fault_back("offline bob@0+1000")
    assert losses.cell is None
    losses.lab.undo()
    losses.lab.faults = [*losses.lab.faults, Offline("alice", at=2000, lasting=10)]
    assert losses.cell is None


@pytest.mark.parametrize("content", [None, {}, {"open": 7}, {"open": "drop m1/msg:R#2"}, {"open": None}])
def test_what_the_page_cannot_ask_for_is_said_and_changes_nothing(content):
    losses = FaultMapLab("dedup")
    losses.choose("ack:N")
    before = page(losses).rev
    tell(losses, content)
    assert losses.cell.title == "ack:N lost"
    assert "which is no cell of this map" in page(losses).said
    assert page(losses).rev > before


def test_on_another_rung_the_map_is_that_rungs_and_the_same_loss_stays():
    losses = FaultMapLab("retransmit", faults=2)
    losses.choose("ack:N", "ack:N#2")
    losses.lab.rung = "dedup"
    assert (losses.map.scenario.rung, losses.cell.end.name) == ("dedup", "repaired")
    assert "“dedup”" in page(losses).table
    assert page(losses).said.startswith("This is the map of dedup now. The diagram shows: ack:N and ack:N#2 lost")


def test_where_a_learners_client_stops_under_a_loss_the_map_stays_and_says_so():
    class Stops(Client):
        def on_ack_n(self, packet):
            if self.rung.name == "dedup" and not self.queue:
                raise ValueError("nothing waits")
            return super().on_ack_n(packet)

        def on_msg_n(self, packet):
            if self.rung.name == "dedup" and packet.msgid in self.shown:
                raise ValueError("again")
            return super().on_msg_n(packet)

    losses = FaultMapLab(Scenario("retransmit", client=Stops))
    losses.lab.rung = "dedup"
    assert losses.map.scenario.rung == "retransmit"
    assert "There is no map of dedup" in page(losses).said


def test_what_a_learner_typed_is_text_on_the_page():
    class Nasty(Client):
        def __init__(self, name, rung, retries, new_msgid, *more):
            super().__init__(name, rung, retries, lambda: new_msgid() and "<img&x|", *more)

    losses = FaultMapLab(Scenario("dedup", client=Nasty))
    losses.choose("<img&x|/ack:N#1")
    tell(losses, {"open": "drop <img&x|/msg:N#1"})
    assert losses.cell.names == ("<img&x|/msg:N#1",)
    for shown in (page(losses).table, losses._repr_mimebundle_()["text/html"]):
        assert "<img&x" not in shown
        assert "&lt;img&amp;x|" in shown


def test_its_python_makes_it_again():
    away = Offline("bob", at=0, lasting=1000)
    losses = FaultMapLab("offline", faults=2, given=[away])
    again = eval(repr(losses), {"FaultMapLab": FaultMapLab, "Scenario": Scenario, "Offline": Offline})
    assert again.map == losses.map
    with pytest.raises(InputError, match="no cell"):
        losses.choose("msg:N")


def test_a_run_in_which_more_is_said_is_not_in_the_map():
    losses = FaultMapLab("retransmit")
    losses.choose("ack:N")
    losses.lab.say("and?", at=900)
    assert losses.cell is None
    losses.lab.undo()
    assert losses.cell == losses.map["ack:N"]
