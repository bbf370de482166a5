"""How a notebook shows a learner's mistake: their own line and what was expected, nothing of our code."""

import runpy

import pytest

from imteach import InputError

CELL = """\
from imteach import Client, Drop, Scenario

class Forgetful(Client):
    def on_msg_n(self, packet):
        packet.kind  # and no return

{line}
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('Scenario("basicc")', "no rung 'basicc'; the rungs are basic, acked, retransmit, dedup"),
        (
            'Scenario("basic").run(Drop("msg:X"))',
            "no packet 'msg:X'; kinds are msg:R, msg:A, msg:N, ack:R, ack:A, ack:N",
        ),
        ('Scenario("basic", rto=-1)', "rto: expected a time in ms greater than 0, got -1"),
    ],
)
def test_a_mistake_is_shown_as_the_learners_line_and_what_was_expected(tmp_path, line, said):
    cell = tmp_path / "cell.py"
    cell.write_text(CELL.format(line=line))
    with pytest.raises(InputError) as caught:
        runpy.run_path(str(cell))
    shown = caught.value._render_traceback_()
    assert shown[0] == f"line 7:  {line}"
    assert shown[1].startswith(f"InputError: {said}")
    assert len(shown) == 2


def test_an_error_that_was_never_raised_shows_its_words_alone():
    assert InputError("no")._render_traceback_() == ["InputError: no"]
