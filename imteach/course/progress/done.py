"""One thing that a learner did, and the line of JSON that it is in a file.

Such lines come from the learner's own file, which they may edit, and from files of strangers: each field is checked.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from imteach.errors import InputError, quoted
from imteach.plain import plain

LINE_LIMIT = 4096
"""The most bytes of a line. The limits below keep every line that we write shorter than this."""

LONGEST = {"when": 40, "did": 20, "lesson": 100, "about": 400, "said": 300}
"""The most characters of each text; what is longer ends in …"""

_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Done:
    """One thing done: whether it was `did` "predict" or "exercise", about what, what was said, and was that right.

    `when` is ISO, in seconds, with the zone; `lesson` is a notebook's name, "" outside one.

    >>> Done("2026-11-30T10:45:00+01:00", "predict", "05-timeout", "When?", "300 ms", True).moment.minute
    45
    """

    when: str
    did: str
    lesson: str
    about: str
    said: str
    right: bool

    @property
    def moment(self) -> datetime:
        """When it was done."""
        return datetime.fromisoformat(self.when)

    @property
    def subject(self) -> tuple[str, str, str]:
        """What is one and the same, however often it is tried."""
        return (self.lesson, self.did, self.about)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields by name, as JSON has them."""
        return asdict(self)

    @property
    def line(self) -> str:
        """The line of a file, without its end."""
        return json.dumps(self.fields, ensure_ascii=False)


def done_now(did: str, lesson: str, about: str, said: str, right: bool) -> Done:
    r"""Return what is done now, by this machine's clock. Texts are put on one line and cut to their limits.

    >>> done_now("predict", "", "How\noften?" + "?" * 400, "once", 1).about[:12]
    'How often???'
    """
    texts = {"when": now(), "did": did, "lesson": lesson, "about": about, "said": said}
    return Done(**{name: _short(str(text), LONGEST[name]) for name, text in texts.items()}, right=bool(right))


def now() -> str:
    """Return the time by this machine's clock, as ISO has it, with the zone."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _short(text: str, most: int) -> str:
    text = plain(text).strip()
    return text if len(text) <= most else text[: most - 1] + "…"


def read_done(value: object) -> Done:
    """Return what JSON says was done. Raises `InputError` for anything that we would not have written.

    >>> read_done({"when": "2026-11-30T10:45:00+01:00"})
    Traceback (most recent call last):
    imteach.errors.InputError: did: expected text, got None
    """
    if not isinstance(value, dict):
        raise InputError(f"expected an object with named fields, got {quoted(value)}")
    texts = {name: _text(value.get(name), name, most) for name, most in LONGEST.items()}
    check_time(texts["when"], "when")
    if not _WORD.fullmatch(texts["did"]):
        raise InputError(f"expected a word such as predict or exercise, got {quoted(texts['did'])}", where="did")
    right = value.get("right")
    if not isinstance(right, bool):
        raise InputError(f"expected true or false, got {quoted(right)}", where="right")
    return Done(**texts, right=right)


def _text(value: object, name: str, most: int) -> str:
    if not isinstance(value, str):
        raise InputError(f"expected text, got {quoted(value)}", where=name)
    if len(value) > most:
        raise InputError(f"expected at most {most} characters, got {len(value)}", where=name)
    return plain(value)


def check_time(text: object, where: str) -> str:
    """Return a text that is a time. One without its zone is none: it could be compared with no other."""
    try:
        if (
            isinstance(text, str)
            and len(text) <= LONGEST["when"]
            and datetime.fromisoformat(text).utcoffset() is not None
        ):
            return text
    except ValueError:
        pass
    raise InputError(f"expected a time such as 2026-11-30T10:45:00+01:00, got {quoted(text)}", where=where)
