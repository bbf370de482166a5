"""A checked answer is a line of the learner's progress."""

from pathlib import Path

import pytest

from imteach import Client, exercises, my_progress
from imteach.course.progress.kept import kept
from imteach.errors import InputError


class Silent(Client):
    def on_msg_n(self, packet):
        return [] if packet.msgid in self.dedup else super().on_msg_n(packet)


class Stopped(Client):
    def on_msg_n(self, packet):
        raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def _file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMTEACH_PROGRESS", str(tmp_path / "progress.jsonl"))


def test_a_checked_answer_is_kept_with_what_it_met() -> None:
    exercise = exercises["mend the silent dedup"]
    assert not exercise.check(Silent).passed
    assert exercise.check(Client).passed
    first, second = kept().done
    assert (first.did, first.about, first.right) == ("exercise", "mend the silent dedup", False)
    assert first.said == "each single loss: drop m1/ack:R#1"
    assert (second.said, second.right) == ("all stages passed", True)
    assert my_progress().lessons[""].solved == 1


def test_what_is_no_answer_or_was_stopped_is_not_kept() -> None:
    exercise = exercises["mend the silent dedup"]
    with pytest.raises(InputError):
        exercise.check("dedup")
    assert exercise.check(Stopped).passed is False
    assert kept().done == ()
