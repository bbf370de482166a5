"""The predictions of a lesson, with what is right and what is wrong about each."""

import json

from imteach import InputError, Predict
from imteach.course.predictions.kinds import ChooseOne, ChooseSeveral, GiveNumber, PickPacket, PutInOrder


def cells_of(lesson):
    """The cells of a lesson."""
    return json.loads(lesson.read_text("utf-8"))["cells"]


def asked_in(lesson, monkeypatch):
    """The predictions of a lesson, as its cells make them."""
    return [guess for _, guess in asked_where(lesson, monkeypatch)]


def asked_where(lesson, monkeypatch):
    """The predictions of a lesson, each behind the number of its cell."""
    asked = []
    begin = Predict._begin

    def begun(self, *about):
        begin(self, *about)
        asked.append((place, self))

    monkeypatch.setattr(Predict, "_begin", begun)
    namespace = {"__name__": "__main__"}
    for number, cell in enumerate(cells_of(lesson)):
        place = number
        if cell["cell_type"] == "code":
            try:
                exec("".join(cell["source"]), namespace)
            except InputError:
                assert "raises-exception" in cell["metadata"].get("tags", [])
    return asked


def rights_of(guess):
    """The values that are right."""
    return guess._kind.rights(guess._answered)


def another(kind, rights):
    """An answer that is wrong."""
    match kind:
        case ChooseOne():
            return next(place for place in range(len(kind.choices)) if place not in rights)
        case ChooseSeveral():
            return next(said for said in ((), (0,)) if said not in rights)
        case GiveNumber():
            return rights[0] + kind.within + 1
        case PickPacket():
            return next(name for name in kind.names if name not in rights)
        case PutInOrder():
            return tuple(reversed(rights[0]))
    raise AssertionError(kind)
