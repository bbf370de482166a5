"""A watch over a learner's own code while it makes one step: it stops a loop without end, and sees what was returned.

It counts turns and lines instead of seconds, so the same code is stopped at the same place on any machine. It costs
nothing while no class of a learner's runs. It cannot stop a loop inside Python itself: `list(itertools.count())`.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from types import CellType, CodeType, FrameType, FunctionType
from typing import Any, NamedTuple, TypeVar

from imteach.errors import is_learners_file

MOST_TURNS = 1_000_000
"""How much of a learner's code may run in one step: turns of loops, or lines, whichever this Python can count."""

_OURS = ("imteach.",)

T = TypeVar("T")


class Endless(BaseException):
    """A step does not end. It is no `Exception`, so that a learner's `except Exception` does not catch it."""


class Returned(NamedTuple):
    """What a learner's function returned, and from which line."""

    code: CodeType
    line: int
    value: object


def functions_of(owner: type) -> Iterator[FunctionType]:
    """Yield the functions of a class that a learner wrote, with those it inherits from other classes of theirs.

    >>> list(functions_of(Endless))
    []
    """
    for klass in owner.__mro__:
        if klass.__module__.startswith(_OURS) or klass is object:
            continue  # our classes are long: skip them at once
        for value in vars(klass).values():
            function = _plain_function(value)
            if function is not None and is_written(function):
                yield function


def is_learners(owner: type) -> bool:
    """Whether a learner wrote any of this class."""
    return next(functions_of(owner), None) is not None


def is_written(function: FunctionType) -> bool:
    """Whether a learner wrote this function."""
    return _wrote(function.__code__, function.__globals__)


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of a function, and of those that are defined inside it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes_in(inner)


def _wrote(code: CodeType, names: dict[str, Any]) -> bool:
    """Whether a learner wrote this code, which sees these global names."""
    if code.co_filename == "<string>" and str(names.get("__name__")).startswith((*_OURS, "namedtuple_")):
        return False  # a dataclass or a named tuple wrote it
    return is_learners_file(code.co_filename)


def _plain_function(value: object) -> FunctionType | None:
    if isinstance(value, staticmethod | classmethod):
        value = value.__func__
    elif isinstance(value, property):
        value = value.fget
    return value if isinstance(value, FunctionType) else None


class Watch:
    """Makes steps of nodes whose classes are `owners`, and stops one that does not end.

    >>> watch = Watch([])
    >>> watch.step(str.upper, "bob"), watch.ended
    ('BOB', True)
    """

    def __init__(self, owners: list[type]) -> None:
        self.returned: deque[Returned] = deque(maxlen=64)  # by a learner's functions in the last step, oldest first
        self.ended = True  # whether the last step ended
        self._turns = 0
        self.on_call = _on_call(self)
        _look_at(owners)

    def step(self, step: Callable[..., T], *told: Any) -> T:
        """Make one step. Raises what it raises, and `Endless`."""
        self.forget()
        return _watched(self, step, told)

    def forget(self) -> None:
        """A new step begins: forget what was seen in the last."""
        self.returned.clear()
        self._turns, self.ended = 0, True

    def turn(self) -> None:
        """Count one more turn, or line, of a learner's code."""
        self._turns += 1
        if self._turns > MOST_TURNS:
            self.ended = False
            raise Endless

    def returns(self, code: CodeType, line: int, value: object) -> None:
        """A learner's function returned a value."""
        if code.co_name != "__init__":  # which rightly returns None
            self.returned.append(Returned(code, line, value))


if sys.version_info >= (3, 12):  # a few instructions of a learner's functions are watched, and no other function is
    from contextvars import ContextVar

    _monitoring = sys.monitoring
    _EVENTS = _monitoring.events.JUMP | _monitoring.events.PY_RETURN
    _now: ContextVar[Watch | None] = ContextVar("watch", default=None)  # each thread has its own

    def _on_jump(code: CodeType, at: int, to: int) -> None:
        watch = _now.get()
        if watch is not None:
            watch.turn()

    def _on_return(code: CodeType, at: int, value: object) -> None:
        watch = _now.get()
        if watch is not None:
            watch.turn()  # a function that calls itself twice, and so on, does not end either
            watch.returns(code, _line_at(code, at), value)

    def _line_at(code: CodeType, at: int) -> int:
        lines = (line for start, end, line in code.co_lines() if start <= at < end)
        return next(lines, None) or code.co_firstlineno

    @cache
    def _tool() -> int | None:
        """Our number among those who watch this Python (debuggers, coverage …), or None if there is none left."""
        free = (number for number in (3, 4) if _monitoring.get_tool(number) in (None, __name__))
        number = next(free, None)
        if number is not None:
            if _monitoring.get_tool(number) is None:
                _monitoring.use_tool_id(number, __name__)
            _monitoring.register_callback(number, _monitoring.events.JUMP, _on_jump)
            _monitoring.register_callback(number, _monitoring.events.PY_RETURN, _on_return)
        return number

    def _look_at(owners: list[type]) -> None:
        """Have the functions of these classes watched, and those of the learner's that they call by name."""
        tool = _tool()
        to_do = [function for owner in owners for function in functions_of(owner)]
        seen: set[int] = set()
        while to_do and tool is not None:
            function = to_do.pop()
            if id(function) in seen:
                continue
            seen.add(id(function))
            for code in codes_in(function.__code__):
                if not _monitoring.get_local_events(tool, code):
                    _monitoring.set_local_events(tool, code, _EVENTS)
                to_do += _called(function, code)

    def _called(function: FunctionType, code: CodeType) -> Iterator[FunctionType]:
        """Yield the functions of the learner's that this code may call, as far as names tell."""
        named = [function.__globals__.get(name) for name in code.co_names]
        named += filter(None, map(_content, function.__closure__ or ()))
        for value in named:
            if isinstance(value, FunctionType) and is_written(value):
                yield value
            elif isinstance(value, type):
                yield from functions_of(value)

    def _on_call(watch: Watch) -> object:
        """No function has to be called at each call."""
        return None

    def _content(cell: CellType) -> object:
        try:
            return cell.cell_contents if isinstance(cell.cell_contents, FunctionType | type) else None
        except ValueError:  # nothing is in it yet
            return None

    def _watched(watch: Watch, step: Callable[..., T], told: tuple[Any, ...]) -> T:
        before = _now.set(watch)
        try:
            return step(*told)
        finally:
            _now.reset(before)

else:  # every call in a step is looked at, and each line of a learner's functions
    from dis import get_instructions

    _THEIRS: dict[str, bool] = {}  # by file

    def _look_at(owners: list[type]) -> None:
        """Nothing to prepare."""

    def _on_call(watch: Watch) -> Callable[[FrameType, str, object], Callable[..., Any] | None]:
        """Return what Python is to call at each call of a function."""

        def line(frame: FrameType, event: str, value: object) -> Callable[..., Any]:
            if event in ("line", "opcode"):
                watch.turn()
            elif event == "return":
                watch.returns(frame.f_code, frame.f_lineno, value)
            return line

        def call(frame: FrameType, event: str, value: object) -> Callable[..., Any] | None:
            code = frame.f_code
            theirs = _THEIRS.get(code.co_filename)
            if theirs is None:
                theirs = _wrote(code, frame.f_globals)
                if code.co_filename != "<string>":  # which many share
                    _THEIRS[code.co_filename] = theirs
            if not theirs:
                return None
            frame.f_trace_opcodes = _jumps_to_itself(code)
            return line

        return call

    @lru_cache(maxsize=1024)
    def _jumps_to_itself(code: CodeType) -> bool:
        """Whether there is a `while True: pass` on one line: Python reports no line in it, only instructions."""
        return any(each.opname == "JUMP_BACKWARD" and each.argval == each.offset for each in get_instructions(code))

    def _watched(watch: Watch, step: Callable[..., T], told: tuple[Any, ...]) -> T:
        if sys.gettrace() is not None:  # a debugger or coverage is here first; a learner who debugs can stop a loop
            return step(*told)
        sys.settrace(watch.on_call)
        try:
            return step(*told)
        finally:
            sys.settrace(None)
