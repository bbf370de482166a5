"""A dataclass as a client loses our `__init__`, which is told; one that keeps it works, and so do slots."""

import linecache
from dataclasses import dataclass, field

import pytest

from imteach import Client, LearnerError, Scenario, check, explore

RUNS = pytest.mark.parametrize("run", [Scenario.run, explore, check])
MEND = (
    "leave @dataclass out, and to keep more write def __init__(self, *args, **kwargs): and, as its first line, super()"
)


@dataclass
class HasFields(Client):
    shown: set = field(default_factory=set)


@dataclass
class HasAMethod(Client):
    shown: int = 0

    def on_msg_n(self, packet):
        return super().on_msg_n(packet)


@dataclass
class FitsByChance(Client):
    """It takes as much as ours, and keeps nothing of it where ours looks for it."""

    one: object
    two: object
    three: object
    four: object
    five: object = ()
    six: object = 1

    def on_msg_n(self, packet):
        return super().on_msg_n(packet)


@RUNS
@pytest.mark.parametrize("client", [HasFields, HasAMethod])
def test_a_dataclass_that_takes_the_place_of_our_init_is_told(run, client):
    with pytest.raises(LearnerError) as error:
        run(Scenario("dedup", client=client))
    name = client.__name__
    assert error.value.sentence.startswith(
        f"{name} could not be made; the __init__ that @dataclass makes takes the place of ours: {MEND}"
    )
    assert error.value.line.text == f"class {name}(Client):"


def test_a_dataclass_in_a_cell_has_its_line_too(monkeypatch):
    """It has no method that says in which cell it stands."""
    cells = {
        "<ipython-input-1>": "class Mine(Client):\n    pass\n",
        "<ipython-input-2>": "@dataclass\nclass Mine(Client):\n    shown: int = 0\n",
        "<ipython-input-3>": "class Other(Client):\n    pass\n",
    }
    names = {"Client": Client, "dataclass": dataclass, "__name__": "in a notebook"}
    for name, text in cells.items():
        monkeypatch.setitem(linecache.cache, name, (len(text), None, text.splitlines(keepends=True), name))
        exec(compile(text, name, "exec"), names)
    with pytest.raises(LearnerError) as error:
        Scenario("dedup", client=names["Mine"]).run()
    assert error.value.line == (2, "class Mine(Client):", "")


def test_it_is_told_where_the_number_of_arguments_fits_by_chance():
    with pytest.raises(LearnerError) as error:
        Scenario("dedup", client=FitsByChance).run()
    assert error.value.sentence.startswith("FitsByChance.on_start raised AttributeError: ")
    assert "; the __init__ that @dataclass makes takes the place of ours: " in error.value.sentence
    assert error.value.line.text == "class FitsByChance(Client):"


@dataclass
class ForgetsOurInit(Client):
    shown: int = 0

    def __init__(self, *args, **kwargs):
        self.shown = 0


def test_one_that_has_an_init_of_its_own_is_told_what_that_lacks():
    with pytest.raises(LearnerError, match=r"^ForgetsOurInit\.__init__ did not call super\(\)\.__init__, so on_start "):
        Scenario("dedup", client=ForgetsOurInit).run()


@dataclass(slots=True)
class HasNoSuper(Client):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)


@RUNS
def test_a_dataclass_with_slots_is_another_class_than_super_knows(run):
    with pytest.raises(LearnerError) as error:
        run(Scenario("dedup", client=HasNoSuper))
    assert "@dataclass(slots=True) makes another class, in which super() does not work: " in error.value.sentence
    assert error.value.line.text == "class HasNoSuper(Client):"


# Right neighbours


@dataclass
class KeepsOurInit(Client):
    shown: int = 0

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.shown = 0

    def on_msg_n(self, packet):
        self.shown += 1
        return super().on_msg_n(packet)


@dataclass
class CallsOurInit(Client):
    name: str
    rung: object
    retries: int
    new_msgid: object
    groups: tuple = ()
    ack_every: int = 1

    def __post_init__(self):
        super().__init__(self.name, self.rung, self.retries, self.new_msgid, self.groups, self.ack_every)


class HasSlots(Client):
    """The dedup table is in a slot, under a name that Python changes."""

    __slots__ = ("__shown", "times")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__shown = set()
        self.times = 0

    def on_msg_n(self, packet):
        self.times = min(self.times + 1, 2)
        if packet.msgid in self.__shown:
            return self.acknowledge(packet)
        self.__shown.add(packet.msgid)
        return super().on_msg_n(packet)


@pytest.mark.parametrize("client", [KeepsOurInit, CallsOurInit, HasSlots])
def test_what_keeps_our_init_works(client):
    assert Scenario("dedup", client=client).run().events == Scenario("dedup").run().events
    assert check(Scenario("dedup", client=client)).promises["no_duplicates"].holds
    assert explore(Scenario("dedup", client=client), 2).promises["no_duplicates"].holds
