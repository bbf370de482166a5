"""An exercise in JupyterLab and in Notebook 7: failed with a run to click in, a hint, and then solved."""

import driving
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.parametrize("host", driving.HOSTS, indirect=True)

SILENT = """from imteach import exercises
class MyClient(Client):
    def on_msg_n(self, packet):
        return [] if packet.msgid in self.dedup else super().on_msg_n(packet)
exercise = exercises["mend the silent dedup"]
exercise.check(MyClient)"""
SOLVED = """class MyClient(Client):
    def on_msg_n(self, packet):
        return super().on_msg_n(packet)
exercise.check(MyClient)"""


def test_failed_with_a_counterexample_and_hints_then_solved(run):
    page = run(SILENT, SOLVED).page
    failed, solved = (page.locator(".imteach-exercise").nth(place) for place in (0, 1))
    expect(failed).to_have_attribute("data-passed", "false")
    expect(failed.locator("[data-stage][data-passed=false]")).to_have_count(1)
    expect(failed.locator(".exercise-reason")).not_to_be_empty()
    failed.locator(".exercise-hint").click()
    expect(failed.locator(".exercise-hints li")).to_have_count(1)
    expect(failed.locator(".exercise-hint")).to_have_text("Another hint (2 left)")

    lab = page.locator(".imteach-lab").first  # below the report: the run that shows it
    expect(lab.locator('[data-promise="no_false_failure"]')).to_have_attribute("data-holds", "false")
    lab.locator('[data-packet="m1/ack:R#1"] > rect').click()  # take the loss back
    expect(lab.locator('[data-promise="no_false_failure"]')).to_have_attribute("data-holds", "true")

    expect(solved).to_have_attribute("data-passed", "true")
    expect(solved.locator("[data-stage][data-passed=true]")).to_have_count(5)
    expect(solved.locator(".exercise-hint")).to_be_hidden()
