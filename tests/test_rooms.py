"""The drawing of the rooms shows what is imported now: `python tools/rooms.py` draws it anew."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("rooms", ROOT / "tools" / "rooms.py")
assert _spec is not None and _spec.loader is not None  # noqa: PT018  # for the reader's types
rooms = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(rooms)

DRAW_ANEW = "the rooms have changed: python tools/rooms.py draws them anew"


def test_the_drawing_is_of_the_imports_as_they_are():
    assert rooms.DOT.read_text("utf-8") == rooms.dot(), DRAW_ANEW


def test_the_picture_is_of_this_drawing():
    """It is not compared itself, for each version of graphviz draws a little differently."""
    assert rooms.SVG.read_text("utf-8").startswith(rooms.mark(rooms.DOT.read_text("utf-8"))), DRAW_ANEW


def test_every_import_between_rooms_is_drawn_or_follows_from_those_drawn():
    all_imports, drawn = rooms.imports(), list(rooms.drawn(rooms.imports()))
    kept = {room: {there for here, there in drawn if here == room} for room in all_imports}
    assert {room: rooms.reached(kept, room) for room in kept} == {
        room: rooms.reached(all_imports, room) for room in all_imports
    }
    assert all(there in all_imports[here] for here, there in drawn)
    assert ("tell", "trace") in drawn
    assert ("scenario", "sim") in list(rooms.asked())


def test_each_box_says_what_its_room_is_for_and_has_every_module():
    for room in rooms.imports():
        assert re.fullmatch(r"[A-Z][^.:]{9,60}", rooms.what_for(room)), room
    drawn = {name for room in rooms.imports() for line in rooms.modules_in(room) for name in line.split()}
    assert {file.stem for file in rooms.SOURCE.rglob("*.py")} - {"__init__", "__main__", "planted"} <= drawn


def test_each_room_stands_in_the_table_of_the_page():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## The rooms")[2]
    listed = re.findall(r"^\| `?(\w+)`? \| [^-]", page, re.MULTILINE)[1:]
    assert listed == [
        *("ground", "protocol", "scenario", "trace", "tell", "draw", "learner", "sim", "planted"),
        *("verify", "lab", "course", "teacher", "imteach", "cli"),
    ]
    assert set(rooms.imports()) == set(listed)
