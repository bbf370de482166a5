"""A mistake in a learner's own class: one sentence, the learner's own line, and the run so far. One story a mistake.

Each class stands in a cell as a notebook has it: text that Python finds again through `linecache`, and no file.
"""

import linecache
import pickle
import sys

import pytest

from imteach import Crash, Drop, InputError, LearnerError, Offline, Say, Scenario, Trace, protocol
from imteach.tell import in_short

LIST = "a node returns a list of effects, or []"


@pytest.fixture
def cell(request):
    """Run text as a notebook runs a cell, and return the class in it."""
    name = f"<ipython-input-7-{request.node.name}>"

    def run(text):
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        names = {"__name__": "__main__", **{name: getattr(protocol, name) for name in protocol.__all__}}
        exec(compile(text, name, "exec"), names)
        return names["Mine"]

    yield run
    linecache.cache.pop(name, None)


def mistake_of(client, *faults, rung="dedup", **more):
    """Run to the mistake, and hold what is true of every one."""
    with pytest.raises(LearnerError) as caught:
        Scenario(rung, client=client, **more).run(*faults)
    error = caught.value
    assert isinstance(error, InputError)
    assert "\n" not in str(error)
    trace = error.trace
    assert Trace.from_json(trace.to_json()).to_json() == trace.to_json()
    assert trace.mistakes[0].text == str(error)
    stopped = trace.mistakes[0]
    assert trace.state_at(stopped.t)[stopped.node] == {}
    assert "its code stops here" in trace.to_text()
    assert "its code stops here" in trace.to_svg()
    assert {event.kind for event in trace.events[stopped.id + 1 :] if event.node == stopped.node} <= {"unsaid"}
    return error


# What Python itself finds


RAISES = """\
class Mine(Client):
    def on_ack_n(self, packet):
        del self.queue["m9"]
        return []
"""


def test_an_exception_is_told_with_the_method_the_moment_and_the_line(cell):
    error = mistake_of(cell(RAISES), Drop("msg:R"))
    assert error.sentence == "Mine.on_ack_n raised KeyError: 'm9' when m1/ack:N#1 arrived at 500 ms"
    assert error.line == (3, 'del self.queue["m9"]', "")
    assert str(error) == f'{error.sentence} (line 3: del self.queue["m9"])'


def test_a_notebook_shows_the_sentence_the_line_and_the_diagram(cell):
    first, line, nothing, *diagram = mistake_of(cell(RAISES))._render_traceback_()
    assert first == "LearnerError: Mine.on_ack_n raised KeyError: 'm9' when m1/ack:N#1 arrived at 200 ms"
    assert line == 'line 3:  del self.queue["m9"]'
    assert nothing == ""
    assert diagram[0] == "dedup, nothing dropped"
    assert any("✕ its code stops here" in row for row in diagram)


def test_the_world_goes_on_without_the_one_who_stopped(cell):
    trace = mistake_of(cell(RAISES), say=[Say("one"), Say("two", sender="bob", to="alice", at=300)]).trace
    assert trace.packet["m1/ack:N#1"].fate == "arrived"  # it came, and its node failed over it
    assert trace.packet["m2/msg:N#1"].fate == "lost"
    assert [event.text for event in trace.happened("lose")] == ["alice is down"] * 3
    assert trace.messages[1].status == "failed"
    assert in_short(trace).startswith("The code of alice stops at 200 ms, over a mistake. ")


def test_an_exception_in_a_function_that_a_method_calls_is_told_with_that_line(cell):
    mine = """\
def half(packet):
    return packet.number / 0

class Mine(Client):
    def on_msg_n(self, packet):
        return half(packet)
"""
    error = mistake_of(cell(mine))
    assert (
        error.sentence == "Mine.on_msg_n raised ZeroDivisionError: division by zero when m1/msg:N#1 arrived at 100 ms"
    )
    assert error.line.text == "return packet.number / 0"


def test_what_is_only_noticed_in_our_code_is_told_with_the_line_of_the_class(cell):
    mine = """\
class Mine(Client):
    def on_say(self, message):
        effects = super().on_say(message)
        self.status.clear()
        return effects
"""
    error = mistake_of(cell(mine), Drop("msg:R"), rung="acked")
    assert (
        str(error)
        == "Mine.on_timer raised KeyError: 'm1' when its timer m1 ran out at 300 ms (line 1: class Mine(Client):)"
    )


def test_a_class_that_does_not_call_its_parents_init_is_told_at_its_first_step(cell):
    mine = """\
class Mine(Client):
    def __init__(self, *given):
        self.mine = {}
"""
    error = mistake_of(cell(mine))
    assert error.sentence == (
        "Mine.__init__ did not call super().__init__, so on_start raised AttributeError: 'Mine' object has no "
        "attribute 'groups' when it started at 0 ms; write def __init__(self, *args, **kwargs): and, as its first "
        "line, super().__init__(*args, **kwargs)"
    )
    assert error.line == (2, "def __init__(self, *given):", "")


def test_an_attribute_that_a_learner_took_away_is_no_matter_of_init(cell):
    mine = """\
class Mine(Client):
    def on_say(self, message):
        del self.dedup
        return self.dedup
"""
    error = mistake_of(cell(mine))
    assert error.sentence.endswith("object has no attribute 'dedup' when alice said “hello” at 0 ms")
    assert error.line.text == "return self.dedup"


def test_a_method_that_takes_too_little_is_told_with_its_own_line(cell):
    mine = """\
class Mine(Client):
    def on_msg_n(self):
        return []
"""
    error = mistake_of(cell(mine))
    assert error.sentence.startswith("Mine.on_msg_n raised TypeError: Mine.on_msg_n() takes 1 positional argument")
    assert error.line.text == "def on_msg_n(self):"


def test_a_method_that_wants_to_end_everything_ends_its_node(cell):
    mine = """\
class Mine(Client):
    def on_msg_n(self, packet):
        raise SystemExit(3)
"""
    assert mistake_of(cell(mine)).sentence == "Mine.on_msg_n raised SystemExit: 3 when m1/msg:N#1 arrived at 100 ms"


def test_what_cannot_be_printed_is_told_all_the_same(cell):
    mine = """\
class Odd:
    def __repr__(self):
        return self.missing

class Mine(Client):
    def on_msg_n(self, packet):
        return [Odd()]
"""
    error = mistake_of(cell(mine))
    assert error.sentence.startswith(
        "Mine.on_msg_n returned something of class Odd that cannot be printed when m1/msg:N#1 arrived"
    )


def test_an_attribute_that_is_misspelt_or_taken_away_is_no_missing_init(cell):
    mine = """\
class Mine(Client):
    def __init__(self, *given):
        super().__init__(*given)
        del self.retries

    def on_msg_a(self, packet):
        return [self.raport(packet.msgid, "sent")]
"""
    assert mistake_of(cell(mine)).sentence.startswith("Mine.on_msg_a raised AttributeError: 'Mine' object has no")
    without = mistake_of(cell(mine.replace("raport", "report")), Drop("ack:N"))
    assert without.sentence.startswith("Mine.on_timer raised AttributeError: 'Mine' object has no attribute 'retries'")


def test_a_class_that_cannot_be_made_has_no_run(cell):
    mine = cell("class Mine(Client):\n    def __init__(self, name):\n        self.name = name\n")
    with pytest.raises(LearnerError, match=r"Mine.__init__ raised TypeError: .* before the run began") as caught:
        Scenario("dedup", client=mine).run()
    assert caught.value.trace is None
    assert caught.value._render_traceback_()[1:] == ["line 1:  class Mine(Client):"]


def test_an_exception_of_two_lines_or_none_is_one_sentence(cell):
    mine = """\
class Mute(Exception):
    def __str__(self):
        raise ValueError

class Mine(Client):
    def on_say(self, message):
        if message.text == "hello":
            raise RuntimeError("two\\nlines")
        raise Mute
"""
    two = mistake_of(cell(mine))
    assert two.sentence == "Mine.on_say raised RuntimeError: two lines when alice said “hello” at 0 ms"
    assert mistake_of(cell(mine), say=[Say("hi")]).sentence == "Mine.on_say raised Mute when alice said “hi” at 0 ms"


def test_what_is_said_is_in_the_trace_though_its_client_fails(cell):
    mine = "class Mine(Client):\n    def on_say(self, message):\n        return message.said\n"
    trace = mistake_of(cell(mine)).trace
    assert (trace.messages[0].msgid, trace.messages[0].status) == ("m1", None)
    assert not trace.promises["no_silent_loss"]


def test_each_node_fails_for_itself_and_the_first_is_told(cell):
    mine = "class Mine(Client):\n    def on_ack_a(self, packet):\n        raise TypeError\n    on_msg_a = on_ack_a\n"
    error = mistake_of(cell(mine))
    assert [(crash.t, crash.node) for crash in error.trace.mistakes] == [(100, "alice"), (200, "bob")]
    assert "at 100 ms" in error.sentence


# What was returned


FORGETS = """\
class Mine(Client):
    def on_msg_n(self, packet):
        effects = super().on_msg_n(packet)
"""


def test_a_forgotten_return_is_told_with_the_line_behind_which_it_is_missing(cell):
    error = mistake_of(cell(FORGETS))
    assert error.sentence == f"Mine.on_msg_n returned None when m1/msg:N#1 arrived at 100 ms; {LIST}"
    assert error.line == (3, "effects = super().on_msg_n(packet)", "")


def test_where_a_debugger_watches_already_a_forgotten_return_is_told_with_its_def(cell):
    mine = cell(FORGETS)
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        error = mistake_of(mine)
    finally:
        sys.settrace(before)
    assert error.line.text in ("def on_msg_n(self, packet):", "effects = super().on_msg_n(packet)")


def test_a_return_forgotten_in_a_piece_that_a_method_of_ours_calls_is_told_there(cell):
    mine = """\
class Mine(Client):
    def show_or_discard(self, arrived):
        if arrived.msgid not in self.dedup:
            return super().show_or_discard(arrived)

    def acknowledge(self, arrived):
        super().acknowledge(arrived)
"""
    error = mistake_of(cell(mine))
    assert error.sentence == (
        "Mine.acknowledge returned None, so on_msg_n raised TypeError: Value after * must be an iterable, "
        "not NoneType when m1/msg:N#1 arrived at 100 ms"
    )
    assert error.line.number == 7
    again = mistake_of(
        cell(mine.replace("        super().acknowledge", "        return super().acknowledge")), Drop("ack:N")
    )
    assert again.sentence == "Mine.show_or_discard returned None when m1/msg:N#2 arrived at 400 ms; that is no effect"
    assert again.line.number == 3


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        (
            "yield self.show_or_discard(packet)",
            f"returned a generator (it has yield where it needs return) {{}}; {LIST}",
        ),
        ("return CancelTimer('m1')", f"returned CancelTimer(name='m1') {{}}; {LIST}"),
        ("return [StartTimer('m1', 0)]", "returned StartTimer(name='m1', attempt=0, wait='rto') {}; an attempt is"),
        ("return [object()]", "returned <object object> {}; that is no effect"),
        (
            "return [Report('m1', 'read')]",
            "returned Report(msgid='m1', status='read', write=None) {}; the statuses are",
        ),
        ("return [Transmit(packet.follow_up('ack:R', 'carol'))]", "bob transmits ack:R to 'carol'; clients talk to"),
        ("return [Transmit(packet._replace(dst='server'))]", "the src of a packet is who transmits it, 'bob'"),
        (
            "return [Transmit(Packet('ack:N', packet.msgid, 'bob', 'server', packet.message))]",
            "clients transmit what ends in :R",
        ),
    ],
)
def test_a_wrong_effect_is_told_with_the_line_that_returned_it(cell, returned, told):
    error = mistake_of(cell(f"class Mine(Client):\n    def on_msg_n(self, packet):\n        {returned}\n"))
    assert told.format("when m1/msg:N#1 arrived at 100 ms") in error.sentence
    assert error.sentence.startswith("Mine.on_msg_n returned ")
    assert error.line.text in (returned, "def on_msg_n(self, packet):")


def test_a_method_that_is_async_is_told(cell, recwarn):
    error = mistake_of(cell("class Mine(Client):\n    async def on_msg_n(self, packet):\n        return []\n"))
    assert "returned a coroutine (a method of a node is no async def) when" in error.sentence
    assert error.line.text == "async def on_msg_n(self, packet):"
    assert not recwarn.list


def test_nothing_of_a_wrong_step_happens(cell):
    mine = """\
class Mine(Client):
    def on_msg_n(self, packet):
        return [*super().on_msg_n(packet), None]
"""
    assert mistake_of(cell(mine)).trace.happened("show") == []


# What does not end


@pytest.mark.skipif(sys.gettrace() is not None and sys.version_info < (3, 12), reason="somebody else watches")
@pytest.mark.parametrize(
    ("loop", "line"),
    [
        ("while self.queue:\n            pass", "while self.queue:"),
        ("while True: pass", "while True: pass"),
        ("while True:\n            for n in range(3):\n                n += 1", "while True:"),
        ("for n in iter(int, 1):\n            self.n = n", "for n in iter(int, 1):"),
        (
            "try:\n            while True:\n                pass\n        except Exception:\n            pass",
            "while True:",
        ),
        ("self.on_timer(self.on_timer(msgid)) if msgid else wait()", "while not []:"),
    ],
)
def test_a_loop_without_end_is_stopped(cell, loop, line):
    mine = f"""\
def wait():
    while not []:
        pass

class Mine(Client):
    def on_timer(self, msgid):
        {loop}
"""
    if "wait" in loop:
        mine = mine.replace(loop, "wait()")
    error = mistake_of(cell(mine), Drop("msg:R"))
    assert error.sentence == "Mine.on_timer did not come to an end when its timer m1 ran out at 300 ms; it was stopped"
    assert error.line.text == line


@pytest.mark.skipif(sys.gettrace() is not None and sys.version_info < (3, 12), reason="somebody else watches")
def test_a_method_that_calls_itself_for_ages_is_stopped(cell):
    mine = """\
class Mine(Client):
    def fib(self, n):
        return n if n < 2 else self.fib(n - 1) + self.fib(n - 2)

    def on_msg_n(self, packet):
        return self.fib(100)
"""
    assert mistake_of(cell(mine)).sentence.startswith("Mine.on_msg_n did not come to an end when m1/msg:N#1")


def test_a_long_loop_that_ends_is_not_stopped(cell):
    mine = """\
class Mine(Client):
    def on_msg_n(self, packet):
        for n in range(100_000):
            pass
        return super().on_msg_n(packet)
"""
    assert all(Scenario("dedup", client=cell(mine)).run().promises.values())


def test_the_watch_leaves_no_trace_function_behind(cell):
    before = sys.gettrace()
    mistake_of(cell(RAISES))
    assert sys.gettrace() is before


# Other nodes, other moments


def test_a_mistake_of_a_server_leaves_everybody_waiting(cell):
    mine = cell("class Mine(Server):\n    def on_ack_r(self, packet):\n        return [self.confirm(packet)]\n")
    with pytest.raises(LearnerError) as caught:
        Scenario("dedup", server=mine).run()
    trace = caught.value.trace
    assert caught.value.sentence.startswith("Mine.on_ack_r raised TypeError: ")
    assert trace.mistakes[0].node == "server"
    assert trace.messages[0].status == "failed"


@pytest.mark.parametrize(
    ("method", "faults", "moment"),
    [
        ("on_login", [Offline("bob", lasting=100)], "when bob logged in at 100 ms"),
        ("on_logout", [Offline("bob", lasting=100)], "when bob logged out at 0 ms"),
        ("restart", [Crash("bob", at=10, down=50)], "when it started again at 60 ms"),
        ("on_offline_a", [Offline("bob", lasting=300)], "when bob/offline:A#1 arrived at 400 ms"),
        ("on_pull_timer", [Offline("bob", lasting=300), Drop("offline:R")], "when its timer pull ran out at 600 ms"),
    ],
)
def test_the_moment_of_a_mistake_is_told(cell, method, faults, moment):
    mine = cell(f"class Mine(Client):\n    def {method}(self, *told):\n        raise IndexError\n")
    assert mistake_of(mine, *faults, rung="offline").sentence == f"Mine.{method} raised IndexError {moment}"


def test_a_mistake_at_a_restart_is_no_crash_that_a_fault_ordered(cell):
    mine = cell("class Mine(Client):\n    def restart(self, disk):\n        raise IndexError\n")
    trace = mistake_of(mine, Crash("bob", after="show m1"), rung="offline").trace
    assert [crash.text in map(str, trace.faults) for crash in trace.happened("crash")] == [True, False]
    assert trace.unused == ()


def test_one_who_goes_on_without_end_does_not_hide_the_mistake(cell):
    mine = """\
class Mine(Client):
    def on_ack_n(self, packet):
        raise KeyError(packet.msgid)

    def on_ack_a(self, packet):
        return [StartTimer("tea")]

    def on_timer(self, msgid):
        return [StartTimer("tea")]
"""
    with pytest.raises(LearnerError, match=r"Mine\.on_ack_n raised KeyError: 'm1'") as caught:
        Scenario("dedup", client=cell(mine), rto=1000).run()
    assert caught.value.trace is None


def test_an_error_comes_back_whole_from_another_process():
    error = LearnerError("Mine.on_say returned 7 at 0 ms", None, Scenario("dedup").run())
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.trace) == (str(error), error.trace)


def test_what_our_own_classes_do_is_not_looked_at():
    from imteach.sim.simulator import Simulator

    assert Simulator(Scenario("dedup"), ()).learners is None


# What stands in the class


class SharesItsTable(protocol.Client):
    """Alice's table is bob's too."""

    words = {"m1": "never changed"}  # noqa: RUF012
    seen = {}  # noqa: RUF012  # the mistake itself

    def on_msg_n(self, packet):
        if packet.msgid in self.seen:
            return []
        self.seen[packet.msgid] = self.words.get(packet.msgid)
        return [protocol.Show(packet.msgid, packet.message), *self.acknowledge(packet)]


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_table_in_the_class_is_shared_by_all_so_it_must_not_change(time):
    with pytest.raises(LearnerError) as error:
        Scenario("retransmit", client=SharesItsTable).run()
    assert error.value.sentence == (
        "SharesItsTable.on_msg_n changed SharesItsTable.seen when m1/msg:N#1 arrived at 100 ms; "
        "what stands in a class is shared by all nodes and all runs: set self.seen in __init__"
    )
    assert error.value.line.text.startswith("seen = {}")
    assert SharesItsTable.seen == {}  # put back, so that the next run does not begin with it


class CountsInTheClass(protocol.Client):
    count = 0

    def on_msg_n(self, packet):
        CountsInTheClass.count += 1
        return super().on_msg_n(packet) if self.count < 2 else []


class HasADefault(protocol.Client):
    def __init__(self, *args, seen=[], **kwargs):  # noqa: B006  # the mistake itself
        super().__init__(*args, **kwargs)
        self.seen = seen

    def on_msg_n(self, packet):
        self.seen.append(packet.msgid)
        return super().on_msg_n(packet) if self.seen.count(packet.msgid) < 2 else []


met = 0


class CountsInTheModule(protocol.Client):
    def on_msg_n(self, packet):
        global met
        met += 1
        return super().on_msg_n(packet) if met < 2 else []


@pytest.mark.parametrize("time", ["first", "second"])
@pytest.mark.parametrize(
    ("client", "what", "rule", "line"),
    [
        (CountsInTheClass, "CountsInTheClass.count", "set self.count in __init__", "count = 0"),
        (HasADefault, "the default value of seen in __init__", "write seen=None, and make it inside", "def __init__"),
        (CountsInTheModule, "the global met", "keep self.met, set in __init__", "def on_msg_n"),
    ],
)
def test_what_is_kept_outside_the_nodes_is_a_mistake_in_the_first_run_and_in_the_second(client, what, rule, line, time):
    with pytest.raises(LearnerError) as error:
        Scenario("dedup", client=client).run()
    assert f"{client.__name__}.on_msg_n changed {what} when m1/msg:N#1 arrived at 100 ms; " in error.value.sentence
    assert error.value.sentence.endswith(rule)
    assert error.value.line.text.startswith(line)
    assert (CountsInTheClass.count, met, HasADefault.__init__.__kwdefaults__) == (0, 0, {"seen": []})


class CannotBeCompared:
    def __eq__(self, other):
        raise ValueError("neither here nor there")

    __hash__ = None


last = CannotBeCompared()


class KeepsWhatCannotBeCompared(protocol.Client):
    def on_msg_n(self, packet):
        global last
        last = CannotBeCompared()
        return super().on_msg_n(packet)


def test_what_cannot_be_compared_is_told_apart_too():
    first = last
    with pytest.raises(LearnerError) as error:
        Scenario("dedup", client=KeepsWhatCannotBeCompared).run()
    assert "KeepsWhatCannotBeCompared.on_msg_n changed the global last when " in error.value.sentence
    assert last is first


class ReadsWhatIsOutside(protocol.Client):
    """What only stands there does no harm."""

    most = 3
    words = {"hello": "hi"}  # noqa: RUF012

    def on_msg_n(self, packet, more=[]):  # noqa: B006
        return [*super().on_msg_n(packet), *more] if len(self.words) < self.most else []


def test_what_only_stands_outside_the_nodes_does_no_harm():
    assert Scenario("dedup", client=ReadsWhatIsOutside).run().promises["all_delivered"]


# Slips of the first hour


class NamesAWord(protocol.Client):
    on_msg_n = "show"

    def on_ack_a(self, packet):
        return []


class IsNothingButAWord(protocol.Client):
    on_msg_n = "show"


class MakesAProperty(protocol.Client):
    @property
    def on_msg_n(self):
        return []


class MisspellsAHelper(protocol.Client):
    def show_or_dicard(self, arrived):
        return []


class HasHelpersOfItsOwn(protocol.Client):
    """Nobody calls them, and their names are near ours, but no slips of them."""

    def states(self):
        return self.state()

    def sender(self):
        return self.name


class MisspellsAMethod(protocol.Client):
    def on_msgA(self, packet):  # noqa: N802  # the mistake itself
        return []


class HasAHelper(protocol.Client):
    def on_msg_n(self, packet):
        return self.on_any_message(packet)

    def on_any_message(self, packet):
        return super().on_msg_n(packet)


class TakesNothing(protocol.Client):
    def __init__(self):
        super().__init__()


class UsesItsTablesTooSoon(protocol.Client):
    def __init__(self, *args, **kwargs):
        self.before = len(self.dedup)
        super().__init__(*args, **kwargs)


class PutsAListInside(protocol.Client):
    def on_msg_n(self, packet):
        return [self.acknowledge(packet)]


class TakesAShowApart(protocol.Client):
    def on_msg_n(self, packet):
        return [*self.acknowledge(packet), *self.show_or_discard(packet)]


class TakesADiscardApart(protocol.Client):
    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            return [*self.show_or_discard(packet), *self.acknowledge(packet)]
        return super().on_msg_n(packet)


class AddsAReport(protocol.Client):
    def on_msg_a(self, packet):
        effects = []
        effects += self.report(packet.msgid, "sent")
        return effects


class ReturnsWords(protocol.Client):
    def on_msg_a(self, packet):
        return [packet.msgid, "sent"]


def a_piece_of_a(kind, name):
    return f"that is a piece of a {kind}: put no * before {name} (one effect, no list)"


def test_where_no_function_says_in_which_file_a_class_is_its_mistake_has_no_line():
    with pytest.raises(LearnerError) as error:
        Scenario("dedup", client=IsNothingButAWord).run()
    assert error.value.sentence.startswith("IsNothingButAWord.on_msg_n is 'show', and must be a method")
    assert error.value.line is None


def test_a_helper_of_ones_own_may_be_called_almost_as_ours():
    assert Scenario("dedup", client=HasHelpersOfItsOwn).run().promises["all_delivered"]


@pytest.mark.parametrize(
    ("client", "words"),
    [
        (MisspellsAMethod, "nobody will call MisspellsAMethod.on_msgA; what is called is on_say, on_resend, on_msg_a"),
        (NamesAWord, "NamesAWord.on_msg_n is 'show', and must be a method: def on_msg_n(self, …):"),
        (MakesAProperty, "MakesAProperty.on_msg_n is a property, and must be a method: def on_msg_n(self, …):"),
        (MisspellsAHelper, "nobody will call MisspellsAHelper.show_or_dicard; is show_or_discard meant?"),
        (TakesNothing, "write def __init__(self, *args, **kwargs): and, as its first line, super().__init__"),
        (UsesItsTablesTooSoon, "no attribute 'dedup' before the run began; write def __init__(self, *args, **kwargs):"),
        (PutsAListInside, "that is a list inside the list: put a * before it"),
        (TakesAShowApart, a_piece_of_a("Show", "show_or_discard")),
        (TakesADiscardApart, a_piece_of_a("Discard", "show_or_discard")),
        (AddsAReport, "put no * before report (one effect, no list), and add it with append, not +="),
        (ReturnsWords, "ReturnsWords.on_msg_a returned 'm1' when m1/msg:A#1 arrived at 100 ms; that is no effect"),
    ],
)
def test_a_common_slip_is_told_with_its_mend(client, words):
    with pytest.raises(LearnerError) as error:
        Scenario("dedup", client=client).run(Drop("ack:N"))
    assert words in error.value.sentence
    assert error.value.line.file == "test_mistakes.py"


def test_a_helper_may_have_any_name():
    assert Scenario("dedup", client=HasAHelper).run().promises["all_delivered"]


def test_a_long_value_does_not_hide_the_rule_behind_it():
    with pytest.raises(LearnerError) as error:
        Scenario("dedup", client=PutsAListInside).run()
    value, rule = error.value.sentence.split(" when ")
    assert value.startswith("PutsAListInside.on_msg_n returned [Transmit(packet=Packet(kind='ack:R', ")
    assert len(value) < 100
    assert rule == "m1/msg:N#1 arrived at 100 ms; that is a list inside the list: put a * before it"
