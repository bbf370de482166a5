"""A lab to pass on: as a scenario file that goes on elsewhere, or as a picture or text of the run that it shows."""

import base64
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from imteach.errors import InputError, quoted
from imteach.lab.session import Session
from imteach.trace import Trace


class Export(NamedTuple):
    """A form in which a lab can be saved: its title, how its file's name ends, its media type, and what makes it."""

    title: str
    suffix: str
    media: str
    make: Callable[[Session], str | bytes]


def _of_trace(make: Callable[[Trace], str | bytes]) -> Callable[[Session], str | bytes]:
    return lambda session: make(session.trace)


EXPORTS: Mapping[str, Export] = {
    "toml": Export("Scenario file", "toml", "application/toml", Session.to_text),
    "svg": Export("SVG", "svg", "image/svg+xml", _of_trace(Trace.to_svg)),
    "png": Export("PNG", "png", "image/png", _of_trace(Trace.to_png)),
    "text": Export("Text", "txt", "text/plain", _of_trace(Trace.to_text)),
    "mermaid": Export("Mermaid", "mmd", "text/plain", _of_trace(Trace.to_mermaid)),
    "plantuml": Export("PlantUML", "puml", "text/plain", _of_trace(Trace.to_plantuml)),
    "shiviz": Export("ShiViz", "log", "text/plain", _of_trace(Trace.to_shiviz)),
    "json": Export("JSON", "json", "application/json", _of_trace(Trace.to_json)),
}
"""What a lab can be saved as, by name."""


def forms() -> list[dict[str, str]]:
    """Return what a lab can be saved as: each form's name and title.

    >>> [form["name"] for form in forms()][:2]
    ['toml', 'svg']
    """
    return [{"name": name, "title": export.title} for name, export in EXPORTS.items()]


def exported(session: Session, form: str) -> dict[str, Any]:
    r"""Return the lab in this form, as the page saves it: the file's name, its media type, its text or its bytes.

    Bytes are in base64, as `base64`; `note` says what the form cannot show. Raises `InputError` for no such form, and
    for what a form cannot hold.

    >>> made = exported(Session("dedup"), "toml")
    >>> made["name"], made["text"]
    ('dedup.toml', 'rung = "dedup"\n')
    """
    if form not in EXPORTS:
        raise InputError(f"no form {quoted(form)}; a lab can be saved as {', '.join(EXPORTS)}")
    export = EXPORTS[form]
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        made = export.make(session)
    content = {"text": made} if isinstance(made, str) else {"base64": base64.b64encode(made).decode()}
    note = " ".join(str(doubt.message) for doubt in doubts)
    return {"name": f"{session.rung}.{export.suffix}", "media": export.media, "note": note, **content}
