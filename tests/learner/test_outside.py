"""What a learner's code keeps in its module is told where it changes, with the line; what only stands there is not."""

import itertools
import random
from collections import Counter, deque
from types import SimpleNamespace

import pytest

from imteach import Client, LearnerError, Say, Scenario, check, explore
from imteach.protocol import Server

GLOBAL = "what is global is shared by all nodes and all runs: keep self.{}, set in __init__"

seen = set()
by_name = {"alice": [], "bob": []}
counts = Counter()
last_two = deque(maxlen=2)
dice = random.Random(1)
numbers = itertools.count(1)
log = []
WORDS = {"hello": ["hi"]}
LEVELS = [[1], [2]]
LEVELS.append(LEVELS)  # it holds itself


class Shared:
    msgids = ()
    count = 0


class Box:
    def __init__(self):
        self.msgids = set()
        self.count = 0


box = Box()
names = SimpleNamespace(last="")


class Adds(Client):
    def on_msg_n(self, packet):
        if packet.msgid in seen:
            return self.acknowledge(packet)
        seen.add(packet.msgid)
        return super().on_msg_n(packet)


class AddsInside(Client):
    def on_msg_n(self, packet):
        if packet.msgid not in by_name[self.name]:
            by_name[self.name].append(packet.msgid)
        return super().on_msg_n(packet)


class Counts(Client):
    def on_msg_n(self, packet):
        counts[packet.msgid] += 1
        return super().on_msg_n(packet)


def remember(msgid):
    last_two.append(msgid)
    return len(last_two)


class LetsAHelper(Client):
    def on_msg_n(self, packet):
        return super().on_msg_n(packet) if remember(packet.msgid) else []


def count_up(msgid, times={}):  # noqa: B006  # the mistake itself
    times[msgid] = times.get(msgid, 0) + 1
    return times[msgid]


class CountsInADefault(Client):
    def on_msg_n(self, packet):
        return super().on_msg_n(packet) if count_up(packet.msgid) else []


class ByAnotherName(Client):
    def on_msg_n(self, packet):
        table = seen
        table.add(packet.msgid)
        return super().on_msg_n(packet)


class DeclaresIt(Client):
    def on_msg_n(self, packet):
        global seen
        seen |= {packet.msgid}
        return super().on_msg_n(packet)


class CountsElsewhere(Client):
    def on_msg_n(self, packet):
        Shared.count += 1
        return super().on_msg_n(packet)


class AddsToAnObject(Client):
    def on_msg_n(self, packet):
        if packet.msgid in box.msgids:
            return self.acknowledge(packet)
        box.msgids |= {packet.msgid}
        return super().on_msg_n(packet)


class CountsInAnObject(Client):
    def on_msg_n(self, packet):
        box.count += 1
        return super().on_msg_n(packet)


class NamesTheLast(Client):
    def on_msg_n(self, packet):
        names.last = packet.msgid
        return super().on_msg_n(packet)


class CountsInItsFunction(Client):
    def on_msg_n(self, packet):
        remember.times += 1
        return super().on_msg_n(packet)


remember.times = 0


class SharesItsDice(Client):
    def on_msg_n(self, packet):
        return super().on_msg_n(packet) if dice.random() < 2 else []


class MakesItGlobal(Client):
    def on_msg_n(self, packet):
        global newest  # which is nowhere else
        newest = packet.msgid
        return super().on_msg_n(packet)


@pytest.mark.parametrize("time", ["first", "second"])
@pytest.mark.parametrize(
    ("client", "name", "line"),
    [
        (Adds, "seen", "seen.add(packet.msgid)"),
        (AddsInside, "by_name", "by_name[self.name].append(packet.msgid)"),
        (Counts, "counts", "counts[packet.msgid] += 1"),
        (LetsAHelper, "last_two", "last_two.append(msgid)"),
        (ByAnotherName, "seen", "table = seen"),
        (DeclaresIt, "seen", "seen |= {packet.msgid}"),
        (CountsElsewhere, "Shared.count", "Shared.count += 1"),
        (AddsToAnObject, "box.msgids", "box.msgids |= {packet.msgid}"),
        (CountsInAnObject, "box.count", "box.count += 1"),
        (NamesTheLast, "names.last", "names.last = packet.msgid"),
        (CountsInItsFunction, "remember.times", "remember.times += 1"),
        (SharesItsDice, "dice", "return super().on_msg_n(packet) if dice.random() < 2 else []"),
        (MakesItGlobal, "newest", "def on_msg_n(self, packet):"),
    ],
)
def test_what_changes_in_the_module_is_told_in_each_run(client, name, line, time):
    with pytest.raises(LearnerError) as error:
        Scenario("retransmit", client=client).run()
    assert error.value.sentence == (
        f"{client.__name__}.on_msg_n changed the global {name} when m1/msg:N#1 arrived at 100 ms; "
        f"{GLOBAL.format(name.rpartition('.')[2])}"
    )
    assert (error.value.line.text, error.value.line.file) == (line, "test_outside.py")
    assert (seen, by_name, counts, len(last_two)) == (set(), {"alice": [], "bob": []}, Counter(), 0)
    assert (vars(box), vars(names), vars(remember)) == ({"msgids": set(), "count": 0}, {"last": ""}, {"times": 0})
    assert (Shared.count, dice.getstate(), "newest" in globals()) == (0, random.Random(1).getstate(), False)


def test_it_is_put_back_each_time_that_it_changes_in_a_run():
    both = [Say("hello"), Say("hi", sender="bob", to="alice", at=10)]
    with pytest.raises(LearnerError) as error:
        Scenario("retransmit", client=AddsInside, say=both).run()
    assert [mistake.node for mistake in error.value.trace.mistakes] == ["bob", "alice"]
    assert by_name == {"alice": [], "bob": []}


@pytest.mark.parametrize("search", [explore, check])
@pytest.mark.parametrize("client", [Adds, AddsInside, CountsElsewhere, SharesItsDice])
def test_a_search_tells_it_too(search, client):
    for _ in "ab":
        with pytest.raises(LearnerError, match="on_msg_n changed the global ") as error:
            search(Scenario("dedup", client=client))
        assert error.value.trace.events


class AddsAndFails(Client):
    def on_msg_n(self, packet):
        if packet.msgid not in seen:
            counts[packet.msgid] += 1
            seen.add(packet.msgid)
            raise IndexError
        return super().on_msg_n(packet)


def test_what_a_step_changed_that_failed_is_put_back_too():
    for _ in "ab":
        with pytest.raises(LearnerError, match="on_msg_n raised IndexError "):
            Scenario("dedup", client=AddsAndFails).run()
    assert (seen, counts) == (set(), Counter())


class NumbersItself(Client):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.number = next(numbers)


class CountsItself(Client):
    made = 0

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        CountsItself.made += 1


@pytest.mark.parametrize(
    ("client", "what", "line"),
    [
        (NumbersItself, "the global numbers", "self.number = next(numbers)"),
        (CountsItself, "CountsItself.made", "made = 0"),
    ],
)
def test_what_changes_while_nodes_are_made_is_told(client, what, line):
    with pytest.raises(LearnerError) as error:
        Scenario("dedup", client=client).run()
    assert error.value.sentence.startswith(f"{client.__name__}.__init__ changed {what} before the run began; ")
    assert error.value.line.text == line
    assert CountsItself.made == 0


def test_what_a_function_around_the_class_holds_is_outside_too():
    known, count = [], 0

    class Adds(Client):
        def on_msg_n(self, packet):
            if packet.msgid in known:
                return []
            known.append(packet.msgid)
            return super().on_msg_n(packet)

    class Counts(Client):
        def on_msg_n(self, packet):
            nonlocal count
            count += 1
            return super().on_msg_n(packet)

    for client, name, line in (
        (Adds, "known", "known.append(packet.msgid)"),
        (Counts, "count", "def on_msg_n(self, packet):"),
    ):
        with pytest.raises(LearnerError) as error:
            Scenario("dedup", client=client).run()
        assert error.value.sentence.startswith(f"{client.__name__}.on_msg_n changed the outer {name} when ")
        assert error.value.sentence.endswith(
            f"; what is outer is shared by all nodes and all runs: keep self.{name}, set in __init__"
        )
        assert error.value.line.text == line
    assert (known, count) == ([], 0)


# Right neighbours


class Reads(Client):
    def on_msg_n(self, packet):
        return super().on_msg_n(packet) if WORDS["hello"] and LEVELS and Shared.msgids == () else []


class Copies(Client):
    """It begins with what stands in the module, and changes a copy."""

    def __init__(self, *args, words=WORDS, **kwargs):
        super().__init__(*args, **kwargs)
        self.words = {name: list(more) for name, more in words.items()}
        self.known = words

    def on_msg_n(self, packet):
        self.words["hello"].append(packet.msgid)
        self.words[packet.msgid] = []
        return super().on_msg_n(packet)


class WritesALog(Client):
    """Nothing that it does depends on what is in it."""

    def on_msg_n(self, packet):
        log.append(packet.msgid)
        return super().on_msg_n(packet)


class HasTheName(Client):
    """A table of its own, under the name of one in the module."""

    def on_msg_n(self, packet):
        seen = set()
        seen.add(packet.msgid)
        self.seen = seen
        return super().on_msg_n(packet)


@pytest.mark.parametrize("client", [Reads, Copies, WritesALog, HasTheName])
def test_what_only_stands_in_the_module_does_no_harm(client):
    assert Scenario("dedup", client=client).run().events == Scenario("dedup").run().events
    ours, theirs = check(Scenario("dedup")), check(Scenario("dedup", client=client))
    assert [verdict.holds for verdict in theirs.promises.values()] == [
        verdict.holds for verdict in ours.promises.values()
    ]
    assert explore(Scenario("dedup", client=client)).plans == explore(Scenario("dedup")).plans


def test_a_log_keeps_what_was_written():
    log.clear()
    Scenario("dedup", client=WritesALog).run()
    assert log == ["m1"]


class Odd(dict):
    def __init__(self, *, needed):
        super().__init__(needed=needed)

    def __reduce_ex__(self, protocol):
        raise TypeError("not to be copied")


odd = Odd(needed=1)


class ReadsWhatCannotBeCopied(Client):
    def on_msg_n(self, packet):
        return super().on_msg_n(packet) if odd["needed"] else []


def test_what_cannot_be_copied_is_left_alone():
    assert Scenario("dedup", client=ReadsWhatCannotBeCopied).run().events == Scenario("dedup").run().events


# The default value of a parameter


@pytest.mark.parametrize("run", [Scenario.run, explore, check])
def test_a_default_of_a_helper_is_told(run):
    with pytest.raises(LearnerError) as error:
        run(Scenario("dedup", client=CountsInADefault))
    assert error.value.sentence.startswith("CountsInADefault.on_msg_n changed the default value of times in count_up ")
    assert error.value.line.text.startswith("def count_up(msgid, times={}):")


class SharesADefault(Client):
    def __init__(self, *args, shown={}, **kwargs):  # noqa: B006  # the mistake itself
        super().__init__(*args, **kwargs)
        self.shown = shown

    def on_msg_n(self, packet):
        if packet.msgid in self.shown:
            return self.acknowledge(packet)
        self.shown[packet.msgid] = True
        return super().on_msg_n(packet)


class NeedsNoDefault(Client):
    def __init__(self, *args, shown=None, words=WORDS, **kwargs):
        super().__init__(*args, **kwargs)
        self.shown = {} if shown is None else shown
        self.words = words

    def on_msg_n(self, packet):
        if packet.msgid in self.shown:
            return self.acknowledge(packet)
        self.shown[packet.msgid] = True
        return super().on_msg_n(packet)


class SharesInTheServer(Server):
    def __init__(self, *args, known=[], **kwargs):  # noqa: B006  # the mistake itself
        super().__init__(*args, **kwargs)
        self.known = [known]

    def on_msg_r(self, packet):
        self.known[0].append(packet.msgid)
        return super().on_msg_r(packet)


@pytest.mark.parametrize("search", [explore, check])
@pytest.mark.parametrize("before", ["nothing", "a run", "a search"])
def test_a_default_that_a_search_changes_is_told_whatever_ran_before(search, before):
    if before != "nothing":
        with pytest.raises(LearnerError):
            (explore if before == "a search" else Scenario.run)(Scenario("dedup", client=SharesADefault))
    with pytest.raises(LearnerError) as error:
        search(Scenario("dedup", client=SharesADefault), faults=2)
    assert error.value.sentence.startswith(
        "SharesADefault.on_msg_n changed the default value of shown in __init__ when m1/msg:N#1 arrived at "
    )
    assert error.value.line.text.startswith("def __init__(self, *args, shown={}, **kwargs):")
    assert SharesADefault.__init__.__kwdefaults__ == {"shown": {}}


@pytest.mark.parametrize("search", [explore, check])
def test_a_servers_default_is_told_wherever_it_is_held(search):
    with pytest.raises(LearnerError, match=r"^SharesInTheServer\.on_msg_r changed the default value of known "):
        search(Scenario("dedup", server=SharesInTheServer))


def test_nodes_that_make_their_own_table_share_none():
    assert Scenario("dedup", client=NeedsNoDefault).run().events == Scenario("dedup").run().events
    assert check(Scenario("dedup", client=NeedsNoDefault)).promises["no_duplicates"].holds
