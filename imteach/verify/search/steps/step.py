"""A step of a run without a clock: what happens next. As text it is a sentence, which can be read back."""

import re
from collections.abc import Callable, Iterable, Iterator

from imteach.errors import InputError, quoted
from imteach.protocol import SERVER, Message, Packet, Value
from imteach.scenario import Fault, Offline, Resend
from imteach.sim.network import News
from imteach.verify.search.rules import World
from imteach.verify.search.scripts import Doing, LinkChange, PresenceChange
from imteach.verify.search.state import Action, State

SENTENCES: dict[str, str] = {
    "say": "PERSON says “TEXT”",
    "resend": "PERSON sends MSGID again",
    "arrive": "PACKET arrives",
    "drop": "PACKET is dropped",
    "copy": "PACKET is copied",
    "timer": "NODE's timer TIMER runs out",
    "beat": "NODE's timer TIMER runs out too early",
    "crash": "WHO crashes",
    "restart": "WHO starts again",
    "online": "the server learns that PERSON is online",
    "gone": "the server learns that PERSON is gone",
    "crashed": "the server notices that PERSON is gone",
    "crashed again": "the server notices that PERSON is gone by crash NUMBER",
    "logout": "PERSON logs out",
    "login": "PERSON logs in",
    "cut": "the link between PERSON and the server is cut",
    "mend": "the link between PERSON and the server works again",
    "logout more": "PERSON logs out once more",
    "login more": "PERSON logs in once more",
    "again": "PERSON sends MSGID again too early",
}
"""What can happen, each with its sentence; the words in capitals stand for what it is about.

Who logs out by a fault does so "once more" if a given `Offline` tells of logouts of theirs.
"""

CUT_SHORT = re.compile(r"(?P<step>.*), (?P<who>.*) crashes after effect (?P<effect>[1-9][0-9]{0,8})(:.*)?", re.DOTALL)
"""A step that a crash cuts short; after a colon any note may follow."""

TOLD_LATE = re.compile(r"(?P<step>.*), but (?P<who>\w+)'s timer (?P<timer>\S+) had run out", re.DOTALL)
"""A step that stops a timer which had run out already: its node is told of it right after the step."""

_BLANK = re.compile("[A-Z]{2,}")

_FITS = {
    "TEXT": "(.*)",
    "TIMER": "(.*)",
    "WHO": r"(the server|\w+)",
    "MSGID": r"(\S+)",
    "PACKET": r"(\S+)",
    "NUMBER": "([1-9][0-9]*)",
}
"""What fits these blanks; any other blank takes a name."""


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(_BLANK.sub(lambda blank: _FITS.get(blank[0], r"(\w+)"), sentence), re.DOTALL)


_PATTERNS = {what: _pattern(sentence) for what, sentence in SENTENCES.items()}


class Step(Value, frozen=True):
    """What happens next in a run without a clock: `what`, a key of `SENTENCES`, and the words `about` it, in order.

    If there is a `who`, only the first `effects` of it happen, and then `who`, named as in a sentence, crashes; or, if
    there is a timer that comes `late`, all of it happens, and then the node `who` is told of that timer.

    >>> step = Step("arrive", ("m1/msg:R#1",))
    >>> str(step), str(step._replace(who="the server", effects=1))
    ('m1/msg:R#1 arrives', 'm1/msg:R#1 arrives, the server crashes after effect 1')
    """

    what: str
    about: tuple[str, ...]
    who: str = ""
    effects: int = 0
    late: str = ""

    def __str__(self) -> str:
        about = iter(self.about)
        sentence = _BLANK.sub(lambda _: next(about), SENTENCES[self.what])
        if self.late:
            return f"{sentence}, but {self.who}'s timer {self.late} had run out"
        return f"{sentence}, {self.who} crashes after effect {self.effects}" if self.who else sentence

    @property
    def whole(self) -> "Step":
        """The step, if no crash cuts it short, and no timer comes late."""
        return Step(self.what, self.about)


def parse_step(text: str) -> Step:
    """Return the step that this sentence says, so that `str` of it is the sentence. Raises `InputError`.

    >>> parse_step("bob crashes")
    Step(what='crash', about=('bob',), who='', effects=0, late='')
    >>> parse_step("bob falls")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    imteach.errors.InputError: no step 'bob falls'; a step is PERSON says “TEXT”, PERSON sends MSGID again, PACKET ...
    """
    for step in readings(text):
        return step
    *known, last = SENTENCES.values()
    after = "and after it there may be: , but NODE's timer TIMER had run out; or: , WHO crashes after effect NUMBER"
    raise InputError(f"no step {quoted(text)}; a step is {', '.join(known)} or {last}, {after}")


def readings(text: object) -> Iterator[Step]:
    """Yield the steps that a text can be read as: two, if somebody says what looks like a crash.

    >>> [step.who for step in readings("alice says “hi”, alice crashes after effect 1: ”")]
    ['', 'alice']
    """
    if not isinstance(text, str):
        return
    yield from _whole(text)
    cut = CUT_SHORT.fullmatch(text)
    if cut:
        yield from (step._replace(who=cut["who"], effects=int(cut["effect"])) for step in _whole(cut["step"]))
    late = TOLD_LATE.fullmatch(text)
    if late:
        yield from (step._replace(who=late["who"], late=late["timer"]) for step in _whole(late["step"]))


def _whole(text: str) -> list[Step]:
    """The step that a text says with nothing after it; at most one, for no two sentences are alike."""
    matches = ((what, pattern.fullmatch(text)) for what, pattern in _PATTERNS.items())
    return [Step(what, match.groups()) for what, match in matches if match]


def noticed(person: str, number: int) -> Step:
    """Return the step in which the server notices a person's crash: the `number`th of those it has yet to notice.

    >>> str(noticed("bob", 1)), str(noticed("bob", 2))
    ('the server notices that bob is gone', 'the server notices that bob is gone by crash 2')
    """
    return Step("crashed", (person,)) if number == 1 else Step("crashed again", (person, str(number)))


def by_a_fault(person: str, out: bool, given: Iterable[Fault]) -> Step:
    """Return the step in which a person logs out by a fault, or in again; `given` faults may tell of others.

    >>> str(by_a_fault("bob", True, [])), str(by_a_fault("bob", True, [Offline("bob", at=0, lasting=100)]))
    ('bob logs out', 'bob logs out once more')
    """
    more = " more" if any(isinstance(fault, Offline) and fault.person == person for fault in given) else ""
    return Step(f"{'logout' if out else 'login'}{more}", (person,))


# The steps of a search


def step_of(world: World, state: State, action: Action, named: Callable[[Packet], str]) -> Step:
    """Return the step that an action of this state is; `named` says what a packet in flight is called."""
    step = _step_of(world, state, action, named)
    if action.late is not None:
        node, timer = action.late
        return step._replace(who=world.names[node], late=timer)
    if not action.crash_after:
        return step
    return step._replace(who=world.spoken(world.teller(state, action)), effects=action.crash_after)


def _step_of(world: World, state: State, action: Action, named: Callable[[Packet], str]) -> Step:
    match action.what, action.about:
        case "do", int(script):
            return _step_of_doing(world, world.scripts[script][state.shared.done[script]])
        case ("arrive" | "drop" | "copy") as what, int(packet):
            return Step(what, (named(world.packets[packet]),))
        case ("timer" | "beat") as what, (int(node), str(name)):
            return Step(what, (world.names[node], name))
        case ("crash" | "restart") as what, int(node):
            return Step(what, (world.spoken(node),))
        case ("away" | "back") as what, int(node):
            return by_a_fault(world.names[node], what == "away", world.given)
        case "again", (int(node), str(msgid)):
            return Step("again", (world.names[node], msgid))
        case "learn", News(person, online, _, crash) as news:
            if not crash:
                return Step("online" if online else "gone", (person,))
            crashes = [each for each in world.nets[state.shared.net].news if each.crash and each.person == person]
            return noticed(person, crashes.index(news) + 1)
    raise AssertionError(action)


def _step_of_doing(world: World, doing: Doing) -> Step:
    match doing:
        case Message(_, sender, _, text):
            return Step("say", (sender, text))
        case Resend(msgid=msgid):
            return Step("resend", (world.scenario.sender_of(msgid), msgid))
        case PresenceChange(person, out):
            return Step("logout" if out else "login", (world.names[person],))
        case LinkChange(ways, cut):
            return Step("cut" if cut else "mend", (next(name for name in ways[0] if name != SERVER),))
