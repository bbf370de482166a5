"""Each step of a learner's node is checked: what comes of it is effects, or one mistake."""

from collections.abc import Callable, Iterable
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from imteach.learner.init import INIT, lacks_init, of_dataclass
from imteach.learner.lines import (
    assignments,
    class_line,
    def_line,
    learners_frames,
    line_at,
    line_of,
    loop_line,
    member_line,
)
from imteach.learner.mistakes import LearnerError, Mistake
from imteach.learner.returned import piece_of, wrong_with
from imteach.learner.watch import Endless, Returned, Watch, functions_of, is_learners
from imteach.learner.words import shown, steady, text_of, who
from imteach.protocol import SERVER, Client, Effect, Packet, Transmit

if TYPE_CHECKING:
    from traceback import FrameSummary

    from imteach.learner.outside import Place
    from imteach.trace.trace import Trace

T = TypeVar("T")

_BEFORE = "before the run began"
_STEADY = (
    "a search must know what a node does when it is told something: no random numbers, no clock, nothing kept "
    "outside self"
)
_NO_LIST = "a node returns a list of effects, or []"


class Learners:
    """Makes the steps of nodes of a learner's classes, checks each, and says what is wrong with it.

    `own` are the learner's classes, `nodes` the names of all nodes. A driver of the nodes (a simulator, a checker)
    calls `called` for each step.

    >>> from imteach.protocol import Server
    >>> Learners.among([Client, Server], ["alice", "bob", "server"]) is None
    True
    """

    def __init__(self, own: list[type], nodes: Iterable[str]) -> None:
        from imteach.learner.outside import places_outside  # only a learner's class needs it
        from imteach.learner.slow import Pace  # as above

        self._own = own
        self._nodes = frozenset(nodes)
        self._watch = Watch(own)
        self.pace = Pace(own)
        self._outside = places_outside(own)
        self.tables = [place.table for place in self._outside if place.table is not None]  # that all nodes share

    @classmethod
    def among(cls, classes: Iterable[type], nodes: Iterable[str]) -> "Learners | None":
        """Return a `Learners` if any of these classes is a learner's; else None."""
        different = list(dict.fromkeys(classes))
        for klass in different:
            _check_methods(klass)
        own = [klass for klass in different if is_learners(klass)]
        if not own:
            return None
        from imteach.learner.chance import check_no_chance  # as below

        check_no_chance(own, frozenset(name for klass in own for name in _names_of_ours(klass)))
        return cls(own, nodes)

    def made(self, make: Callable[[], T]) -> T:
        """Return what `make` makes, nodes of the learner's classes. Raises `LearnerError`."""
        self._check_names()
        seconds = self.pace.start()
        try:
            made = self._watch.step(make)
        except (Exception, SystemExit, Endless) as error:
            raise self._not_made(error) from error
        many = sum(type(node) in self._own for node in made.values()) if isinstance(made, dict) else 1
        self.pace.took(seconds() / many, self._own, lambda: "__init__", self._watch.returned)
        changed = self._changed()
        if changed:
            raise LearnerError(f"{self._names}.__init__ {changed.told} {_BEFORE}; {changed.rule}", changed.line())
        return made

    def _not_made(self, error: BaseException) -> LearnerError:
        frames = learners_frames(error)
        for owner in self._own:
            rule = of_dataclass(owner, error, frames)
            if rule:
                return LearnerError(f"{owner.__name__} could not be made; {rule}", class_line(owner, self._own))
        words = "did not come to an end" if isinstance(error, Endless) else f"raised {text_of(error)}"
        line = line_of(frames[-1]) if frames else class_line(self._own[0], self._own)
        needs_init = lacks_init(error) or (isinstance(error, TypeError) and not frames)
        rule = f"; {INIT}" if needs_init else ""
        return LearnerError(f"{self._names}.__init__ {words} {_BEFORE}{rule}", line)

    @property
    def _names(self) -> str:
        return " or ".join(own.__name__ for own in self._own)

    def _check_names(self) -> None:
        """Raise `LearnerError` for a method whose name nobody will call: on_msgA instead of on_msg_a."""
        for owner in self._own:
            ours = _names_of_ours(owner)
            used = {name for function in functions_of(owner) for name in function.__code__.co_names}
            for function in functions_of(owner):
                name = function.__name__
                if name in used or name in ours:
                    continue
                line = line_at(function.__code__.co_filename, function.__code__.co_firstlineno)
                if name.startswith("on_"):
                    called = ", ".join(dict.fromkeys(our for our in ours if our.startswith("on_")))
                    raise LearnerError(f"nobody will call {owner.__name__}.{name}; what is called is {called}", line)
                meant = _misspelt(name, ours)
                if meant:
                    raise LearnerError(f"nobody will call {owner.__name__}.{name}; is {meant} meant?", line)

    def called(self, node: object, step: Callable[..., object], *told: Any) -> list[Effect | Mistake]:
        """Let a node make a step, its method called with what it is told; return the effects, or the one mistake."""
        seconds = self.pace.start()
        done = self._done(node, step, told)
        self.pace.took(seconds(), [type(node)], partial(handler, step, told), self._watch.returned)
        changed = self._changed()  # and put back, whatever else went wrong
        if changed and not any(isinstance(each, Mistake) for each in done):
            return [Mistake(who(node, handler(step, told)), changed.told, changed.rule, changed.line())]
        return done

    def _done(self, node: object, step: Callable[..., object], told: tuple[Any, ...]) -> list[Effect | Mistake]:
        try:
            if type(node) in self._own:
                effects = self._watch.step(step, *told)
            else:
                self._watch.forget()
                effects = step(*told)
        except Endless as endless:
            return [self._endless(node, step, told, learners_frames(endless))]
        except (Exception, SystemExit) as error:  # exit() in a method would end the notebook's cell without a word
            return [self._raised(node, step, told, error)]
        if not self._watch.ended:  # its own `except` caught what was to stop it
            return [self._endless(node, step, told, [])]
        if not isinstance(effects, list):
            return [self._returned(node, step, told, effects, _NO_LIST)]
        for at, effect in enumerate(effects):
            wrong = wrong_with(effect)
            rule = (wrong and piece_of(effects, at)) or wrong or self._wrong_way(node, effect)
            if rule:
                return [self._returned(node, step, told, effect, rule)]
        return effects

    def _changed(self) -> "Place | None":
        """Put back whatever has changed outside the nodes, and return the first of it; None if nothing has."""
        changed = [place for place in self._outside if place.changed()]
        for place in changed:
            place.put_back()
        return changed[0] if changed else None

    def keeps(self, node: object, value: str, where: str, rule: str) -> Mistake:
        """A node keeps something that breaks a rule, `value` in words, at `where`, such as `self.seen[…]`."""
        attribute = where.removeprefix("self.").partition("[")[0].partition(".")[0]
        line = next(assignments(type(node), attribute), None) or class_line(type(node), self._own)
        return Mistake(type(node).__name__, f"kept {steady(value)} in {where}", rule, line)

    def wavers(self, node: object, step: Callable[..., object], *told: Any) -> Mistake:
        """Asked the same in the same state, a node did something else."""
        method = handler(step, told)
        line = def_line(type(node), method, self._own)
        return Mistake(who(node, method), "did two different things in one state", _STEADY, line)

    def _raised(
        self, node: object, step: Callable[..., object], told: tuple[Any, ...], error: BaseException
    ) -> Mistake:
        frames, method = learners_frames(error), handler(step, told)
        rule = of_dataclass(type(node), error, frames)
        if rule:
            did, line = f"raised {text_of(error)}", class_line(type(node), self._own)
            return Mistake(who(node, method), did, rule, line)
        if lacks_init(error):
            did = f"did not call super().__init__, so {method} raised {text_of(error)}"
            return Mistake(who(node, "__init__"), did, INIT, def_line(type(node), "__init__", self._own))
        if frames:
            line = line_of(frames[-1]) or class_line(type(node), self._own)
            return Mistake(who(node, frames[0].name), f"raised {text_of(error)}", line=line)
        forgot = next((each for each in reversed(self._watch.returned) if each.value is None), None)
        if forgot:  # a method of the learner's that ours called
            did = f"returned None, so {method} raised {text_of(error)}"
            return Mistake(who(node, forgot.code.co_name), did, line=line_at(forgot.code.co_filename, forgot.line))
        return Mistake(who(node, method), f"raised {text_of(error)}", line=def_line(type(node), method, self._own))

    def _endless(
        self, node: object, step: Callable[..., object], told: tuple[Any, ...], frames: "list[FrameSummary]"
    ) -> Mistake:
        method = frames[0].name if frames else handler(step, told)
        line = loop_line(frames[-1]) if frames else def_line(type(node), method, self._own)
        return Mistake(who(node, method), "did not come to an end", "it was stopped", line)

    def _returned(
        self, node: object, step: Callable[..., object], told: tuple[Any, ...], wrong: object, rule: str
    ) -> Mistake:
        """Something wrong was returned: name the learner's function that returned it, or a list with it."""
        found = [each for each in reversed(self._watch.returned) if _brought(each, wrong)]
        returned = min(found, key=lambda each: each.value is not wrong) if found else None
        method = returned.code.co_name if returned else handler(step, told)
        line = (
            line_at(returned.code.co_filename, returned.line) if returned else def_line(type(node), method, self._own)
        )
        return Mistake(who(node, method), f"returned {shown(wrong)}", rule, line)

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


def _check_methods(owner: type) -> None:
    """Raise `LearnerError` for what is no method and stands where one of ours does: `on_msg_n = "show"`."""
    for klass in owner.__mro__:
        if klass.__module__.startswith("imteach.") or klass is object:
            continue
        for name, held in vars(klass).items():
            replaces = any(isinstance(vars(base).get(name), FunctionType) for base in klass.__mro__[1:-1])
            if replaces and not callable(held) and not isinstance(held, staticmethod | classmethod):
                what = "a property" if isinstance(held, property) else shown(held)
                sentence = f"{klass.__name__}.{name} is {what}, and must be a method: def {name}(self, …):"
                raise LearnerError(sentence, member_line(klass, name))


def _names_of_ours(owner: type) -> list[str]:
    """The names of what our classes below this one define, in the order of the ladder."""
    bases = [klass for klass in reversed(owner.__mro__) if klass.__module__.startswith("imteach.")]
    return [name for klass in bases for name in vars(klass)]


def _misspelt(name: str, ours: list[str]) -> str:
    """The name of ours that is written almost like this one; "" if there is none, or one only goes on."""
    from difflib import get_close_matches  # only a class with a method of its own needs it

    close = get_close_matches(name, [our for our in ours if not our.startswith("_")], n=1, cutoff=0.85)
    goes_on = close and (name.startswith(close[0]) or close[0].startswith(name))
    return "" if not close or goes_on else close[0]


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


_TIMERS = {"pull": "on_pull_timer", "heartbeat": "on_heartbeat", "ack": "on_ack_timer"}


def unsteady(classes: Iterable[type], trace: "Trace | None" = None) -> LearnerError:
    """Return the error for learners' classes that did not do the same in two runs that are the same."""
    own = [klass for klass in classes if is_learners(klass)]
    names = " or ".join(klass.__name__ for klass in own)
    line = class_line(own[0], own) if own else None
    return LearnerError(f"{names} did not do the same in two runs that are the same; {_STEADY}", line, trace)
