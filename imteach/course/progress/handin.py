"""A file to be handed in: what a learner did, with the sha256 of it. A file of strangers, where it is gathered.

The sha256 shows that a file was changed by accident, or by somebody who did not know of it. It proves nothing about who
wrote it: whoever can edit the file can work it out anew, or edit their progress before.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from imteach.course.progress.counts import tries
from imteach.course.progress.done import Done, check_time, now, read_done
from imteach.errors import InputError, quoted
from imteach.plain import plain

SCHEMA = "imteach/handin/1"

MOST_BYTES = 1_000_000
"""The most bytes of such a file."""

LONGEST_NAME = 80


@dataclass(frozen=True)
class HandIn:
    """What somebody handed in: their `name`, "" if they gave none; when it was `made`; what was `done`, in order."""

    name: str
    made: str
    done: tuple[Done, ...]

    @property
    def moment(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made)

    def to_json(self) -> str:
        """Return the file's text; it says itself what it is. Raises `InputError` if it is too large.

        >>> HandIn("ada", "2026-11-30T10:45:00+01:00", ()).to_json().splitlines()[1]
        ' "schema": "imteach/handin/1",'
        """
        content = {"schema": SCHEMA, **self._content}
        text = json.dumps({**content, "sha256": _signed(content)}, indent=1, ensure_ascii=False) + "\n"
        if len(text.encode()) > MOST_BYTES:
            raise InputError(f"a file of more than {MOST_BYTES // 1_000_000} MB is no hand-in; this would be one")
        return text

    @property
    def _content(self) -> dict[str, Any]:
        return {"name": self.name, "made": self.made, "done": [done.fields for done in self.done]}


def hand_in(done: Iterable[Done], name: str = "") -> HandIn:
    """Return what is to be handed in now: of each question the first try, the first right one and the last.

    Raises `InputError` for a name that is too long.

    >>> hand_in([], "ada").name
    'ada'
    """
    done = list(done)
    kept = {id(one) for each in tries(done) for one in each.telling}
    return HandIn(_name(name), now(), tuple(one for one in done if id(one) in kept))


def read_hand_in(text: str | bytes) -> HandIn:
    """Read a file that somebody handed in. Raises `InputError` for anything else, and if it was changed.

    >>> read_hand_in(HandIn("ada", "2026-11-30T10:45:00+01:00", ()).to_json()).name
    'ada'
    >>> read_hand_in("[]")
    Traceback (most recent call last):
    imteach.errors.InputError: not a hand-in; imteach handin writes one
    """
    if len(text) > MOST_BYTES:
        raise InputError(f"larger than {MOST_BYTES // 1_000_000} MB, so it is no hand-in")
    found = _parsed(text)
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise InputError("not a hand-in; imteach handin writes one")
    if found.pop("sha256", None) != _signed(found):
        raise InputError("it was changed after it was made: its sha256 does not fit")
    return HandIn(_name(found.get("name")), check_time(found.get("made"), "made"), _read_all(found.get("done")))


def _parsed(text: str | bytes) -> Any:
    try:
        found = json.loads(text)
        json.dumps(found)  # what can be read can be too deep to be written
        return found
    except RecursionError:
        raise InputError("not a hand-in: nested too deeply to be read") from None
    except ValueError:  # no UTF-8, no JSON, or a number of thousands of digits
        raise InputError("not a hand-in: not readable as JSON") from None


def _signed(content: dict[str, Any]) -> str:
    """Return the sha256 of a content, however its file is laid out."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise InputError(f"expected text, got {quoted(name)}", where="name")
    if len(name) > LONGEST_NAME:
        raise InputError(f"expected at most {LONGEST_NAME} characters, got {len(name)}", where="name")
    return plain(name).strip()


def _read_all(rows: object) -> tuple[Done, ...]:
    if not isinstance(rows, list):
        raise InputError(f"expected a list, got {quoted(rows)}", where="done")
    read = []
    for place, row in enumerate(rows):
        try:
            read.append(read_done(row))
        except InputError as error:
            raise error.within(f"done[{place}]{'.' if error.where else ''}") from None
    return tuple(read)
