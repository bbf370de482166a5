"""A message kept for somebody must not be lost because a later one reaches them directly, from `ordered` on."""

import pytest

from imteach import Drop, Offline, Say, Scenario


@pytest.mark.parametrize("rung", ["ordered", "group"])
@pytest.mark.parametrize("lost", ["bob/offline:R#1", "bob/offline:A#1"])
def test_a_kept_message_is_still_shown_when_a_later_one_overtakes_its_pull(rung, lost):
    says = [Say("kept"), Say("straight", at=620)]
    trace = Scenario(rung, say=says).run(Offline("bob", lasting=500), Drop(lost))
    assert [event.text for event in trace.happened("show", node="bob")] == ["kept", "straight"]
    assert all(trace.promises.values())


def test_no_page_of_a_long_pull_is_overtaken():
    says = [Say(str(number), at=number) for number in range(25)] + [Say("straight", at=1001)]
    trace = Scenario("ordered", say=says).run(Offline("bob", lasting=950))
    assert [event.text for event in trace.happened("show", node="bob")] == [say.text for say in says]
    assert all(trace.promises.values())
