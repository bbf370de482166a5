"""A lab to pass on: each form holds the run that is shown, and what is opened is checked."""

import base64

import pytest

from imteach import Client, Drop, Duplicate, InputError, Lab, Say, Scenario, Trace
from imteach.lab.session import Session
from imteach.lab.share import EXPORTS, exported, forms
from imteach.scenario import parse_scenario

SESSION = Session(Scenario("retransmit", say=[Say("hello"), Say("</svg><script>1</script>", at=40)]), Drop("m1/ack:N"))


def content(session: Session, form: str) -> bytes:
    made = exported(session, form)
    return base64.b64decode(made["base64"]) if "base64" in made else made["text"].encode()


def test_each_form_is_that_of_the_run_that_is_shown():
    trace = SESSION.trace
    assert content(SESSION, "svg").decode() == trace.to_svg()
    assert content(SESSION, "text").decode() == trace.to_text()
    assert Trace.from_json(content(SESSION, "json").decode()) == trace
    scenario, faults = parse_scenario(content(SESSION, "toml").decode())
    assert scenario.run(*faults) == trace


@pytest.mark.parametrize("form", EXPORTS)
def test_each_form_has_a_name_and_a_title(form):
    made = exported(SESSION, form)
    suffix = EXPORTS[form].suffix
    assert made["name"] == (f"retransmit.{suffix}" if suffix else "")
    assert {"name": form, "title": EXPORTS[form].title, "copy": not suffix} in forms()
    assert len(content(SESSION, form)) > 40


def test_what_a_form_loses_is_said():
    twice = Session("dedup", Duplicate("msg:N"))
    assert exported(twice, "shiviz")["note"] != ""
    assert exported(Session("dedup"), "svg")["note"] == ""


def test_a_form_that_there_is_not_and_a_class_that_no_file_can_hold():
    with pytest.raises(InputError, match="no form 'gif'; a lab can be saved as toml, link, svg"):
        exported(SESSION, "gif")

    class Mine(Client):
        pass

    with pytest.raises(InputError, match="Mine"):
        exported(Session(Scenario("dedup", client=Mine)), "toml")


def test_what_is_opened_is_a_step_and_what_is_wrong_changes_nothing():
    lab = Lab("dedup", Drop("ack:N"))
    lab.open_text(SESSION.to_text())
    assert lab.trace == SESSION.trace
    lab.undo()
    assert repr(lab) == 'Lab(Scenario("dedup"), Drop("ack:N"))'
    for wrong in ('rung = "nope"', "rung =", "\x00", "", 'rung = "dedup"\nfaults = ["drop"]', 7):
        with pytest.raises(InputError):
            lab.open_text(wrong)
    assert repr(lab) == 'Lab(Scenario("dedup"), Drop("ack:N"))'
    lab._handle_custom_msg({"do": "open", "text": "rung =", "rev": 3}, [])
    assert lab.refusal != ""


def test_a_link_is_opened_where_a_scenario_file_is():
    lab = Lab("basic")
    lab.open_text(f" https://example.org/page{content(SESSION, 'link').decode()}\n")
    assert lab.trace == SESSION.trace
    lab.open_text('rung = "dedup"  # no link: #lab=q1Y')
    assert repr(lab) == 'Lab(Scenario("dedup"))'
    with pytest.raises(InputError, match="damaged after #lab="):
        lab.open_text("#lab=q1Y")
    assert repr(lab) == 'Lab(Scenario("dedup"))'


def test_a_link_in_the_place_of_a_rung_is_told_where_it_belongs():
    with pytest.raises(InputError, match=r"a link is opened by Lab.from_link\(…\)"):
        Lab(f"https://example.org/page{SESSION.link()}")


def test_only_the_view_that_asked_for_it_saves_it():
    lab = Lab("dedup")
    lab._handle_custom_msg({"do": "export", "form": "svg", "rev": 1, "ask": ["one", 1]}, [])
    assert (lab.exported["view"], lab.exported["name"]) == ("one", "dedup.svg")
    lab._handle_custom_msg({"do": "export", "form": "gif", "rev": 1, "ask": ["other", 1]}, [])
    assert lab.exported["view"] == "one"
    assert "no form 'gif'" in lab.refusal
    lab.drop("ack:N")
    assert lab.exported == {}  # that was another run
