"""`cheat_sheet()`: all on one page. What the engine can say is asked of it: so the page cannot disagree with a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from os import PathLike

from imteach.draw.tables import Table, as_html, as_markdown, as_text
from imteach.files import write_whole
from imteach.protocol import KINDS, LADDER, STATUSES
from imteach.scenario import Scenario
from imteach.tell import ENDS, PROMISE_TITLES
from imteach.tell.words import sign
from imteach.verify import FaultMap, fault_map

RUNGS = ("basic", "acked", "retransmit", "dedup")
"""The rungs whose losses differ; above them each single loss ends as at `dedup`."""

SIGNS = {
    "sending": (("basic", "nothing has come back yet"),),
    "sent": (("basic", "msg:A came: the server has it"),),
    "delivered": (
        ("acked", "ack:N came: bob's client has shown it"),
        ("offline", "ack:N came: bob's client has shown it, or the server keeps it for him and made the ack:N itself"),
        ("group", "the server keeps it for every member"),
    ),
    "unconfirmed": (("acked", "at acked only: msg:A came, ack:N did not; alice cannot tell whether bob has it"),),
    "failed": (
        ("basic", "no msg:A within the RTO"),
        ("acked", "neither msg:A nor ack:N within the RTO"),
        ("retransmit", "no ack:N to any of the tries, whether msg:A came or not"),
    ),
    "forgotten": (("retransmit", "a crash lost it before it was settled: no sign is left"),),
}
"""What each status says, and from which rung on it says so: see `imteach/protocol/client.py`."""

WAYS = {
    "msg:R": "alice → server",
    "msg:A": "server → alice",
    "msg:N": "server → bob",
    "ack:R": "bob → server",
    "ack:A": "server → bob",
    "ack:N": "server → alice",
    "offline:R": "bob → server",
    "offline:A": "server → bob",
    "offlineack:R": "bob → server",
}

GLOSSARY = {
    "msgid": "the name of a message; a retransmission has the same one",
    "retransmission": "the same msg:R sent again, because no ack:N came within the RTO",
    "RTO": "retransmission timeout: how long a sender waits for the ack:N",
    "in flight": "sent, and neither arrived nor lost yet",
    "waiting-ack queue": "the messages that a sender's client keeps until their ack:N comes",
    "duplicate": "a message that reaches somebody who has it already",
    "dedup": "a duplicate is discarded by its msgid, and acknowledged again",
    "lifeline": "the vertical line of somebody in a sequence diagram: their time, from top to bottom",
    "happens before": "one event can have caused the other: there is a way of arrows from it to the other",
    "promise": "what a protocol says of every run (an invariant)",
    "counterexample": "a run that breaks a promise; the smallest one is shown",
    "state space": "everything that all sides and the network can hold at once, and every step between",
}


@dataclass(frozen=True)
class CheatSheet:
    """The whole course on one page: signs, packets, what each loss does, the promises, the words.

    In a notebook it shows as tables; `to_text`, `to_markdown` and `to_html` are the same, the last to be printed.

    >>> print(cheat_sheet().to_text().splitlines()[0])
    What stands beside a message on its sender's phone
    """

    tables: tuple[Table, ...]

    def to_text(self) -> str:
        """Return it as text."""
        return as_text(self.tables)

    def to_markdown(self) -> str:
        """Return it in Markdown."""
        return as_markdown(self.tables)

    def to_html(self, path: str | PathLike[str] | None = None) -> str:
        """Return it as a page that stands alone and can be printed; with a `path`, write it there, too.

        Raises `InputError` if it cannot be written.
        """
        page = _PAGE.format(tables=as_html(self.tables), title=escape("imteach: the cheat sheet"))
        if path is not None:
            write_whole(path, page)
        return page

    def __repr__(self) -> str:
        return self.to_text().rstrip()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": as_html(self.tables)}


def cheat_sheet() -> CheatSheet:
    """Return the cheat sheet: what each loss does is looked up in the fault map of each rung."""
    return CheatSheet((_signs(), _packets(), _losses(), _ends(), _ladder(), _promises(), _glossary()))


def _signs() -> Table:
    rows = [
        [sign(status) if STATUSES[status] else "(nothing)", _from(rung), means]
        for status, meanings in SIGNS.items()
        for rung, means in meanings
    ]
    columns = ["sign", "from the rung", "what its sender knows"]
    return Table("What stands beside a message on its sender's phone", columns, rows, words=True)


def _from(rung: str) -> str:
    return f"{list(LADDER).index(rung) + 1} {rung}"


def _packets() -> Table:
    rows = [[kind, WAYS[kind], says] for kind, says in KINDS.items()]
    caption = "The packets: R is a request, A its acknowledge, N a notify"
    return Table(caption, ["packet", "way", "says"], rows, words=True)


def _losses() -> Table:
    maps = {rung: fault_map(rung) for rung in RUNGS}
    rows = []
    for kind in list(KINDS)[:6]:
        ends = [_end(maps[rung], kind) for rung in RUNGS]
        rows.append([f"{kind} is lost", *ends])
    notes = ["Above dedup each of them ends as there."]
    return Table("Which single loss does what", ["", *RUNGS], rows, notes, words=True)


def _end(losses: FaultMap, kind: str) -> str:
    """How it ends if the first packet of this kind is lost; "–" where none is sent."""
    lost = [cell for cell in losses.singles if cell.short_names == kind]
    return f"{lost[0].end.sign} {lost[0].end.name}" if lost else "–"


def _ends() -> Table:
    rows = [[f"{end.sign} {end.name}", end.means] for end in ENDS]
    return Table("How a run can end", ["", "means"], rows, words=True)


def _ladder() -> Table:
    rows = [[_from(rung.name), f"{rung.adds}. Still: {rung.breaks}"] for rung in LADDER.values()]
    return Table("The ladder: what each rung adds, and what still goes wrong", ["rung", ""], rows, words=True)


def _promises() -> Table:
    met: dict[str, str] = {name: rung for rung in reversed(LADDER) for name in Scenario(rung).run().promises}
    rows = [[title, name, _from(met[name])] for name, title in PROMISE_TITLES.items() if name in met]
    return Table("The promises", ["promise", "in Python", "judged from the rung"], rows, words=True, code="in Python")


def _glossary() -> Table:
    return Table("Words", ["word", "means"], [list(row) for row in _words()], words=True)


def _words() -> Iterator[tuple[str, str]]:
    yield from sorted(GLOSSARY.items(), key=lambda row: row[0].lower())


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{font: 11px/1.35 system-ui, sans-serif; margin: 12px; columns: 2 420px; column-gap: 22px}}
:root {{color-scheme: light dark}}
table {{border-collapse: collapse; width: 100%; margin: 0 0 12px; break-inside: avoid}}
caption {{font-weight: 700; font-size: 1.1em; padding-bottom: 3px}}
th, td {{text-align: start; vertical-align: top; padding: 2px 8px 2px 0; border-bottom: 1px solid #8886}}
p {{margin: -8px 0 12px; break-before: avoid}}
@media print {{body {{margin: 0; font-size: 7.6px; columns: 3}} @page {{size: A4 landscape; margin: 8mm}}}}
</style>
{tables}
</html>
"""
