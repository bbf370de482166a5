"""One word for one thing: what lessons and docs call something is what the code and the pictures call it."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = [*sorted((ROOT / "lessons").glob("*.ipynb")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]

OURS = {
    r"acknowledg(?:e?)ments?": "acknowledge",
    r"de-?duplicat\w+": "dedup",
    r"message[- ]ids?|msg[- ]ids?|message numbers?": "msgid",
    r"counter-examples?": "counterexample",
    r"time-outs?": "timeout",
    r"life[- ]lines?": "lifeline",
    r"state-space": "state space",
    r"re-?sendings?|re-?transmittals?|re-send\w*": "retransmission",
    r"(?:pending|unacked|retry|ack)[- ]queues?": "waiting-ack queue",
    r"invariants?": "promise",
    r"inflight|in-flight": "in flight",
}
"""What is not to be said, and what is said instead."""

CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\([^)]*\)")


def words_of(path):
    """The text of a page that a person reads: no code, no addresses."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return LINK.sub("]", CODE.sub(" ", text))


def wrong_in(text):
    return [
        (found[0], instead) for wrong, instead in OURS.items() for found in re.finditer(rf"\b(?:{wrong})\b", text, re.I)
    ]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_one_word_for_one_thing(path):
    text = words_of(path).replace("waiting-ack queue", "").replace("short for deduplication", "")
    assert wrong_in(text) == []


def test_the_list_finds_what_it_is_for():
    assert [right for _, right in wrong_in("An acknowledgement with a message ID")] == ["acknowledge", "msgid"]
    assert wrong_in("a retransmission of msg:R, in flight; the waiting queue") == []
