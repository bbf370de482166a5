"""A mistake in a learner's own class, as one sentence with the learner's own line, and the run until then.

The node whose code cannot go on is down from that moment to the end, as a program is that stopped; the rest of the
world goes on without it. So the run is a trace as any other, in which a crash carries the sentence.
"""

import ast
import linecache
import re
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from imteach.errors import InputError, is_learners_file, quoted
from imteach.learner.returned import piece_of, wrong_with
from imteach.learner.watch import Endless, Returned, Watch, functions_of, is_learners
from imteach.plain import plain
from imteach.printed import fold
from imteach.protocol import SERVER, Client, Effect, Packet, Server, Transmit

if TYPE_CHECKING:
    from traceback import FrameSummary

    from imteach.trace.trace import Trace

T = TypeVar("T")


class Line(NamedTuple):
    """A line of a learner's: its number, its text, and the name of its file ("" for a notebook's cell).

    >>> str(Line(4, "del self.queue['m9']", "mine.py"))
    "line 4 of mine.py:  del self.queue['m9']"
    """

    number: int
    text: str
    file: str = ""

    def __str__(self) -> str:
        return f"line {self.number}{f' of {self.file}' if self.file else ''}:  {self.text}"


class Mistake(NamedTuple):
    """What a learner's class did wrong in one step: who, did what, against which rule ("" if that is plain), where."""

    who: str
    did: str
    rule: str = ""
    line: Line | None = None

    def sentence(self, when: str) -> str:
        """Say it in one sentence.

        >>> Mistake("MyClient.on_msg_n", "returned None", "a node returns a list of effects").sentence("at 100 ms")
        'MyClient.on_msg_n returned None at 100 ms; a node returns a list of effects'
        """
        return f"{self.who} {self.did} {when}{f'; {self.rule}' if self.rule else ''}"


class LearnerError(InputError):
    """A learner's own class made a mistake.

    - `sentence`: what it did wrong, and when.
    - `line`: the learner's own `Line`, with `number`, `text` and `file`; None where it is not known.
    - `trace`: the run, in which the node stops there; None if it never came to an end.

    In a notebook all three are shown.
    """

    def __init__(self, sentence: str, line: Line | None = None, trace: "Trace | None" = None) -> None:
        super().__init__(sentence, line, trace)  # all of it, so that it comes back whole from another process
        self.sentence = sentence
        self.line = line
        self.trace = trace

    def __str__(self) -> str:
        return in_one_line(self.sentence, self.line)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the sentence, the learner's line, and the run so far."""
        where = [str(self.line)] if self.line else []
        drawn = ["", *self.trace.to_text().splitlines()] if self.trace and len(self.trace.packets) <= MOST_DRAWN else []
        return [fold(f"{type(self).__name__}: {self.sentence}"), *where, *drawn]


MOST_DRAWN = 100
"""A run of more packets is not drawn below an error; it is in the error's `trace`."""


def in_one_line(sentence: str, line: Line | None) -> str:
    """Return the sentence, with the learner's line behind it.

    >>> in_one_line("C.on_say returned 7 at 0 ms", Line(3, "return 7"))
    'C.on_say returned 7 at 0 ms (line 3: return 7)'
    """
    return f"{sentence} ({str(line).replace(':  ', ': ', 1)})" if line else sentence


# One step


class Learners:
    """Whoever makes the steps of nodes of a learner's classes: it looks at each, and says what is wrong with it.

    `own` are the learner's classes, `nodes` the names of all nodes. A driver of the nodes (a simulator, a checker)
    calls `called` for each step.

    >>> from imteach.protocol import Server
    >>> Learners.among([Client, Server], ["alice", "bob", "server"]) is None
    True
    """

    def __init__(self, own: list[type], nodes: Iterable[str]) -> None:
        self._own = own
        self._nodes = frozenset(nodes)
        self._watch = Watch(own)
        self._shared = [_Shared(name, held, copy(held)) for name, held in _held_by_classes(own)]

    @classmethod
    def among(cls, classes: Iterable[type], nodes: Iterable[str]) -> "Learners | None":
        """Return one if any of these classes is a learner's."""
        own = [klass for klass in dict.fromkeys(classes) if is_learners(klass)]
        return cls(own, nodes) if own else None

    def made(self, make: Callable[[], T]) -> T:
        """Return what `make` makes, nodes of the learner's classes. Raises `LearnerError`."""
        self._check_names()
        try:
            return self._watch.step(make)
        except (Exception, SystemExit, Endless) as error:
            frames = _learners_frames(error)
            words = "did not come to an end" if isinstance(error, Endless) else f"raised {_text_of(error)}"
            line = _line_of(frames[-1]) if frames else self.class_line(self._own[0])
            made = " or ".join(own.__name__ for own in self._own)
            needs_init = _lacks_init(error) or (isinstance(error, TypeError) and not frames)
            rule = f"; {_INIT}" if needs_init else ""
            raise LearnerError(f"{made}.__init__ {words} before the run began{rule}", line) from error

    def _check_names(self) -> None:
        """Raise `LearnerError` for a method by whose name nobody will call it: on_msgA instead of on_msg_a."""
        for owner in self._own:
            bases = [klass for klass in reversed(owner.__mro__) if klass.__module__.startswith("imteach.")]
            ours = [name for klass in bases for name in vars(klass)]  # in the order of the ladder
            used = {name for function in functions_of(owner) for name in function.__code__.co_names}
            for function in functions_of(owner):
                name = function.__name__
                if name.startswith("on_") and name not in used and name not in ours:
                    called = ", ".join(dict.fromkeys(our for our in ours if our.startswith("on_")))
                    line = _line(function.__code__.co_filename, function.__code__.co_firstlineno)
                    raise LearnerError(f"nobody will call {owner.__name__}.{name}; what is called is {called}", line)

    def called(self, node: object, step: Callable[..., object], *told: Any) -> list[Effect | Mistake]:
        """Let a node make a step, a method of it, with what it is told: the effects, or the one mistake in it."""
        try:
            if type(node) in self._own:
                effects = self._watch.step(step, *told)
            else:
                self._watch.forget()
                effects = step(*told)
        except Endless as endless:
            return [self._endless(node, step, told, _learners_frames(endless))]
        except (Exception, SystemExit) as error:  # exit() in a method would end the notebook's cell without a word
            return [self._raised(node, step, told, error)]
        if not self._watch.ended:  # its own `except` took hold of what was to stop it
            return [self._endless(node, step, told, [])]
        if not isinstance(effects, list):
            return [self._returned(node, step, told, effects, _NO_LIST)]
        for at, effect in enumerate(effects):
            wrong = wrong_with(effect)
            rule = (wrong and piece_of(effects, at)) or wrong or self._wrong_way(node, effect)
            if rule:
                return [self._returned(node, step, told, effect, rule)]
        return self._changed_for_all(node, step, told) or effects

    def _changed_for_all(
        self, node: object, step: Callable[..., object], told: tuple[Any, ...]
    ) -> list[Effect | Mistake]:
        """Say what was changed that stands in the class itself, if anything was, and put it back."""
        for name, held, before in self._shared:
            if held != before:
                _put_back(held, before)
                did = f"changed {type(node).__name__}.{name}"
                rule = f"what stands in a class is shared by all nodes and all runs: set self.{name} in __init__"
                return [Mistake(_who(node, handler(step, told)), did, rule, self._class_attribute_line(name))]
        return []

    def _class_attribute_line(self, name: str) -> Line | None:
        """The line in which a class of the learner's gives this name something to hold."""
        for owner in self._own:
            begins = self.class_line(owner)
            file = next(functions_of(owner)).__code__.co_filename
            for number, text in enumerate(linecache.getlines(file), start=1):
                if begins and number > begins.number and re.match(rf"\s+{name}\b[^=]*=", text):
                    return _line(file, number)
        return None

    def keeps(self, node: object, value: str, where: str, rule: str) -> Mistake:
        """A node keeps something that breaks a rule, `value` in words, at `where`, such as `self.seen[…]`."""
        attribute = where.removeprefix("self.").partition("[")[0].partition(".")[0]
        line = next(_assignments(type(node), attribute), None) or self.class_line(type(node))
        return Mistake(type(node).__name__, f"kept {_steady(value)} in {where}", rule, line)

    def wavers(self, node: object, step: Callable[..., object], *told: Any) -> Mistake:
        """Asked the same in the same state, a node did something else."""
        method = handler(step, told)
        who, line = _who(node, method), self._def_line(node, method)
        return Mistake(who, "did two different things in one state", _STEADY, line)

    def _raised(
        self, node: object, step: Callable[..., object], told: tuple[Any, ...], error: BaseException
    ) -> Mistake:
        frames, method = _learners_frames(error), handler(step, told)
        if _lacks_init(error):
            did = f"did not call super().__init__, so {method} raised {_text_of(error)}"
            return Mistake(_who(node, "__init__"), did, _INIT, self._def_line(node, "__init__"))
        if frames:
            line = _line_of(frames[-1]) or self.class_line(type(node))
            return Mistake(_who(node, frames[0].name), f"raised {_text_of(error)}", line=line)
        forgot = next((each for each in reversed(self._watch.returned) if each.value is None), None)
        if forgot:  # a piece that our own method called
            did = f"returned None, so {method} raised {_text_of(error)}"
            return Mistake(_who(node, forgot.code.co_name), did, line=_line(forgot.code.co_filename, forgot.line))
        return Mistake(_who(node, method), f"raised {_text_of(error)}", line=self._def_line(node, method))

    def _endless(
        self, node: object, step: Callable[..., object], told: tuple[Any, ...], frames: "list[FrameSummary]"
    ) -> Mistake:
        method = frames[0].name if frames else handler(step, told)
        line = _loop(frames[-1]) if frames else self._def_line(node, method)
        return Mistake(_who(node, method), "did not come to an end", "it was stopped", line)

    def _returned(
        self, node: object, step: Callable[..., object], told: tuple[Any, ...], wrong: object, rule: str
    ) -> Mistake:
        """Something wrong was returned: name the function of the learner's that returned it, or a list with it."""
        found = [each for each in reversed(self._watch.returned) if _brought(each, wrong)]
        returned = min(found, key=lambda each: each.value is not wrong) if found else None
        method = returned.code.co_name if returned else handler(step, told)
        line = _line(returned.code.co_filename, returned.line) if returned else self._def_line(node, method)
        return Mistake(_who(node, method), f"returned {_shown(wrong)}", rule, line)

    def _wrong_way(self, node: object, effect: object) -> str:
        """What is wrong with the ends and the kind of a packet that this node transmits, in words."""
        if not isinstance(effect, Transmit):
            return ""
        packet = effect.packet
        me = node.name if isinstance(node, Client) else SERVER
        if (me == SERVER) == (packet.dst == SERVER) or packet.dst not in self._nodes:
            return f"{me} transmits {packet.kind} to {packet.dst!r}; clients talk to the server, it to them"
        if packet.src != me:
            return f"the src of a packet is who transmits it, {me!r}"
        if packet.kind.endswith(":R") != (me != SERVER):
            return "clients transmit what ends in :R, the server what ends in :A or :N"
        return ""

    def _def_line(self, node: object, method: str) -> Line | None:
        """The line that begins a method, if a learner wrote it; else the one that begins their class."""
        for function in functions_of(type(node)):
            if function.__name__ == method:
                return _line(function.__code__.co_filename, function.__code__.co_firstlineno)
        return self.class_line(type(node))

    def class_line(self, of: type) -> Line | None:
        """The line that begins this class; if it is one of ours, the first of the learner's, whose doing it must be."""
        of = of if of in self._own else self._own[0]
        first = min(functions_of(of), key=lambda function: function.__code__.co_firstlineno).__code__
        lines = linecache.getlines(first.co_filename)[: first.co_firstlineno]
        numbers = [n for n, text in enumerate(lines, start=1) if re.match(rf"\s*class\s+{of.__name__}\b", text)]
        return _line(first.co_filename, numbers[-1]) if numbers else None


class _Shared(NamedTuple):
    """Something that stands in a class: its name, and what it held when the run began."""

    name: str
    held: Any
    before: Any


def _held_by_classes(own: Iterable[type]) -> Iterator[tuple[str, Any]]:
    """Yield what stands in these classes and can change, by name; a table that nobody changes does no harm."""
    for owner in own:
        for klass in owner.__mro__:
            if not klass.__module__.startswith("imteach.") and klass is not object:
                yield from ((name, held) for name, held in vars(klass).items() if isinstance(held, dict | list | set))


def _put_back(held: Any, before: Any) -> None:
    """Let a dictionary, list or set hold what it held before."""
    held.clear()
    if isinstance(held, list):
        held.extend(before)
    else:
        held.update(before)


_INIT = "write def __init__(self, *args, **kwargs): and, as its first line, super().__init__(*args, **kwargs)"
_STEADY = (
    "a search must know what a node does when it is told something: no random numbers, no clock, nothing kept "
    "outside self"
)
_NO_LIST = "a node returns a list of effects, or []"


def _lacks_init(error: BaseException) -> bool:
    """Whether a node lacks what the `__init__` of our own class gives it: the learner's has not called that."""
    return (
        isinstance(error, AttributeError)
        and isinstance(error.obj, Client | Server)
        and "rung" not in vars(error.obj)  # which it gives to every node
    )


def unsteady(classes: Iterable[type], trace: "Trace | None" = None) -> LearnerError:
    """Return the error for learners' classes that did not do the same in two runs that are the same."""
    own = [klass for klass in classes if is_learners(klass)]
    names = " or ".join(klass.__name__ for klass in own)
    line = Learners(own, ()).class_line(own[0]) if own else None
    return LearnerError(f"{names} did not do the same in two runs that are the same; {_STEADY}", line, trace)


def _brought(each: Returned, wrong: object) -> bool:
    """Whether this function returned the wrong thing, or a list that holds it."""
    return each.value is wrong or (isinstance(each.value, list) and any(one is wrong for one in each.value))


def handler(step: Callable[..., object], told: tuple[Any, ...]) -> str:
    """Return the name of the method that handles what a node is told.

    >>> from imteach.protocol import LADDER, Server
    >>> server = Server(LADDER["basic"], ["alice", "bob"])
    >>> handler(server.receive, (Packet("ack:R", "m1", "bob", "server"),))
    'on_ack_r'
    """
    match getattr(step, "__name__", "step"), told:
        case "receive", (Packet(kind=kind),):
            return f"on_{kind.lower().replace(':', '_')}"
        case "timer", (str(name),):
            return _TIMERS.get(name.partition(":")[0], "on_timer")
        case "command", (str(name), *_):
            return f"on_{name}"
    return str(getattr(step, "__name__", "step"))


_TIMERS = {"pull": "on_pull_timer", "heartbeat": "on_heartbeat", "ack": "send_cursor"}


# Words and lines


def _who(node: object, method: str) -> str:
    return f"{type(node).__name__}.{method}"


def _text_of(error: BaseException) -> str:
    """An exception as the last line of a traceback has it, on one line."""
    try:
        words = " ".join(_steady(str(error)).split())[:200]
    except Exception:  # a learner's own exception can fail to say what it is
        words = ""
    return f"{type(error).__name__}{f': {words}' if words else ''}"


def _shown(value: object) -> str:
    if hasattr(value, "close") and hasattr(value, "cr_await"):
        value.close()  # else Python says later that it was never awaited
        return "a coroutine (a method of a node is no async def)"
    if hasattr(value, "gi_frame"):
        return "a generator (it has yield where it needs return)"
    return plain(_steady(quoted(value)))


def _steady(text: str) -> str:
    """Leave out addresses, which are others in each run."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", plain(text))


def _learners_frames(error: BaseException) -> "list[FrameSummary]":
    """Where in a learner's code it was raised, the innermost last."""
    from traceback import extract_tb  # only a mistake needs it

    return [frame for frame in extract_tb(error.__traceback__) if is_learners_file(frame.filename)]


def _line(filename: str, number: int) -> Line | None:
    from pathlib import Path  # as above

    text = linecache.getline(filename, number).strip()
    path = Path(filename)
    is_cell = path.parent.name.startswith("ipykernel_") or not path.is_file()
    return Line(number, text, "" if is_cell else path.name) if text else None


def _line_of(frame: "FrameSummary") -> Line | None:
    return _line(frame.filename, frame.lineno or 0)


def _assignments(owner: type, attribute: str) -> Iterator[Line]:
    """Yield the lines of a learner's class that give this attribute of itself something to hold."""
    for function in functions_of(owner):
        code = function.__code__
        lines = linecache.getlines(code.co_filename)
        for number in sorted({line for *_, line in code.co_lines() if line}):
            if re.search(rf"\bself\.{attribute}\b.*=", "".join(lines[number - 1 : number])):
                line = _line(code.co_filename, number)
                if line is not None:
                    yield line


def _loop(frame: "FrameSummary") -> Line | None:
    """The line that begins the loop that does not end, by the looks of it: of those around this place the innermost.

    A `while` rather than a `for`, which mostly ends. The place itself if there is no loop.
    """
    number = frame.lineno or 0
    try:
        tree = ast.parse("".join(linecache.getlines(frame.filename)))
    except SyntaxError:  # a cell can hold what is no Python
        return _line_of(frame)
    loops = (node for node in ast.walk(tree) if isinstance(node, ast.While | ast.For))
    around = [
        (isinstance(loop, ast.While), loop.lineno) for loop in loops if loop.lineno <= number <= (loop.end_lineno or 0)
    ]
    return _line(frame.filename, max(around, default=(False, number))[1])
