"""The file: a lab's page, its script, its style and its table of answers, in one HTML text that needs nothing else."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Any

from imteach.errors import InputError
from imteach.lab.answers.reached import reached
from imteach.lab.answers.table import packed
from imteach.lab.answers.told import told
from imteach.lab.scripts import page_script, style_with_pictures
from imteach.lab.session import Session
from imteach.protocol import LADDER
from imteach.scenario import Fault, Scenario, usual_say
from imteach.scenario.checks import whole

MOST_BYTES = 20_000_000
"""The largest file: a mail or a blog takes it, and a browser opens it in a second."""

FRIENDS = {"friends": ["alice", "bob", "carol"]}
"""Whom the page with every rung shows on the rung `group`."""

STYLE = """
html { color-scheme: light dark; background: light-dark(#ffffff, #111317); color: light-dark(#1f2937, #e6e9ee) }
body { max-width: 1500px; margin: 0 auto; padding: 12px 16px; font: 14px/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 20px }
header p { margin: 2px 0 10px; max-width: 75em }
a { color: light-dark(#1d4ed8, #8fb4ff) }
[data-framed] h1 { display: none }
[data-framed] body { padding: 8px 0 0 }
[data-framed] header, [data-framed] #index { padding: 0 12px }
[data-framed] .imteach-lab { border: 0 }
#index { display: grid; grid-template-columns: repeat(auto-fit, minmax(290px, 1fr)); gap: 2px 18px }
#index { margin: 0 0 12px; padding: 0; list-style: none }
#index a[aria-current] { font-weight: 700; text-decoration-thickness: 2px }
"""

_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_LINE_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+|\n(?=\n)", re.MULTILINE)


def one_file(scenario: Scenario, faults: Iterable[Fault] = (), most: int = 2, at: float | None = None) -> str:
    """Return a lab as the text of one HTML file in which a reader drops up to `most` packets besides these faults.

    It has every rung but `group`; a scenario with groups has only its own. It opens at the moment `at`, in simulated
    ms; None: the end. The same values give the same text. Raises `InputError` for what is too much for one file.

    >>> text = one_file(Scenario("basic"), most=1)
    >>> text[:15], len(text) < 250_000
    ('<!doctype html>', True)
    """
    return _file([_lab(scenario, faults, most, at, [scenario.rung])], [], scenario.rung)


def every_rung(scenario: Scenario, most: int = 2) -> str:
    """Return one HTML file with every rung, and an index of them; on `group` alice says it to bob and carol.

    Of the scenario only its settings count. Raises `InputError` for what is too much for one file.
    """
    settings = {name: getattr(scenario, name) for name in ("latency", "rto", "retries")}
    alone = Scenario("basic", **settings)
    together = Scenario("group", groups=FRIENDS, say=usual_say(FRIENDS), **settings)
    labs = [_lab(each, (), most) for each in (alone, together)]
    index = [{"rung": name, "adds": rung.adds, "lab": int(name == "group")} for name, rung in LADDER.items()]
    return _file(labs, index, "every rung")


@dataclass(frozen=True)
class _Page:
    """A lab without Python: what it shows first, which is small and soon read, and all its answers."""

    opening: dict[str, Any]
    answers: dict[str, Any]


def _lab(
    scenario: Scenario, faults: Iterable[Fault], most: int, at: float | None = None, begins: Sequence[str] = ()
) -> _Page:
    """Return a lab that opens on one of these rungs; none given: on any."""
    found = reached(scenario, faults, whole(most, "faults", most=1000))
    runs = [list(map(_told, row)) for row in found.runs]
    opening = {
        "rungs": found.rungs,
        "first": scenario.rung,
        "at": None if at is None else float(at),
        "limit": _limit(most, bool(found.sets[0])),
        "shown": {
            rung: _shown(row[0]) for rung, row in zip(found.rungs, runs, strict=True) if rung in begins or not begins
        },
    }
    answers = {
        "drops": [list(drops.items()) for drops in found.drops],
        "spared": [list(spared.items()) for spared in found.spared],
        "runs": runs,
    }
    return _Page(opening, answers)


def _shown(run: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in run.items() if name != "asked"}


def _told(run: Session | InputError) -> dict[str, Any]:
    return told(run) if isinstance(run, Session) else {"refusal": str(run)}


def _limit(most: int, begins_with_faults: bool) -> str:
    """Return what the page says of a loss that it was not given.

    >>> _limit(1, begins_with_faults=True)
    'This page knows what happens with up to 1 more loss; for more, open it in Jupyter.'
    """
    if most == 0:
        return "This page knows no other losses; for those, open it in Jupyter."
    losses = f"{most}{' more' if begins_with_faults else ''} {'loss' if most == 1 else 'losses'}"
    return f"This page knows what happens with up to {losses}; for more, open it in Jupyter."


def _file(labs: Sequence[_Page], index: Sequence[Mapping[str, Any]], about: str) -> str:
    script, style = shortened(page_script("one_file.js")), STYLE + shortened(style_with_pictures("lab.css"))
    text = _PAGE.format(
        policy=policy([script], [style]),
        title=escape(f"imteach: {about}"),
        limit=escape(labs[0].opening["limit"]),
        nav=_NAV if index else "",
        style=style,
        script=script,
        opening=packed(labs=[lab.opening for lab in labs], index=index),
        answers=packed(labs=[lab.answers for lab in labs]),
    )
    if len(text.encode()) > MOST_BYTES:
        raise InputError(
            f"this page would hold {len(text.encode()) // 10**6} MB, and at most {MOST_BYTES // 10**6} MB are meant "
            "to be in one file; ask for fewer faults, or let less be said"
        )
    return text


def shortened(text: str) -> str:
    r"""Return a script, or a style, without its comments and its indentation, which no reader of the page needs.

    No text in them may hold what begins a comment, or more than one line: tests/lab/test_page_scripts.py looks.

    >>> shortened("// Why\n/** @type {number} */\nlet n = 1;\n  n += 1; // one more\n")
    'let n = 1;\nn += 1; // one more\n'
    """
    return _INDENT.sub("", _LINE_COMMENT.sub("", _COMMENT.sub("", text)))


def policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """Return the Content-Security-Policy of a page that runs these scripts and has these styles, and nothing else.

    >>> policy(["1"], [])
    "default-src 'none'; script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='; style-src 'none'; \
base-uri 'none'; form-action 'none'"
    """
    allowed = {"script-src": _hashes(scripts), "style-src": _hashes(styles)}
    rules = [f"{rule} {hashes or _NONE}" for rule, hashes in allowed.items()]
    return "; ".join([f"default-src {_NONE}", *rules, f"base-uri {_NONE}", f"form-action {_NONE}"])


_NONE = "'none'"


def _hashes(texts: Iterable[str]) -> str:
    return " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts)


_NAV = '<nav aria-label="Rungs"><ol id="index"></ol></nav>\n'

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="imteach">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>What if a packet is lost?</h1>
<p>Click an arrow to lose that packet; move the time; choose Why?, and click anything that happened. {limit}</p>
</header>
<noscript><p>This page needs JavaScript. It loads nothing from elsewhere.</p></noscript>
{nav}<main id="lab"></main>
<template id="opening">{opening}</template>
<script type="module">{script}</script>
<template id="answers">{answers}</template>
</body>
</html>
"""
