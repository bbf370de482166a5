"""A lab to pass on: as a scenario file or a link that goes on elsewhere, or as a picture or text of its run."""

import base64
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from imteach.errors import InputError, quoted
from imteach.lab.session import Session
from imteach.trace import Trace


class Export(NamedTuple):
    """A form in which a lab is passed on: its title, how its file's name ends, its media type, and what makes it.

    What has no `suffix` is no file, but a text to copy.
    """

    title: str
    suffix: str
    media: str
    make: Callable[[Session], str | bytes]


def _of_trace(make: Callable[[Trace], str | bytes]) -> Callable[[Session], str | bytes]:
    return lambda session: make(session.trace)


EXPORTS: Mapping[str, Export] = {
    "toml": Export("Scenario file", "toml", "application/toml", Session.to_text),
    "link": Export("Link", "", "text/plain", Session.link),
    "svg": Export("SVG", "svg", "image/svg+xml", _of_trace(Trace.to_svg)),
    "png": Export("PNG", "png", "image/png", _of_trace(Trace.to_png)),
    "text": Export("Text", "txt", "text/plain", _of_trace(Trace.to_text)),
    "mermaid": Export("Mermaid", "mmd", "text/plain", _of_trace(Trace.to_mermaid)),
    "plantuml": Export("PlantUML", "puml", "text/plain", _of_trace(Trace.to_plantuml)),
    "shiviz": Export("ShiViz", "log", "text/plain", _of_trace(Trace.to_shiviz)),
    "json": Export("JSON", "json", "application/json", _of_trace(Trace.to_json)),
}
"""What a lab can be saved as, by name."""


def forms() -> list[dict[str, Any]]:
    """Return what a lab can be saved as, each form with its name and title; what is no file is to `copy`.

    >>> forms()[:2]
    [{'name': 'toml', 'title': 'Scenario file', 'copy': False}, {'name': 'link', 'title': 'Link', 'copy': True}]
    """
    return [{"name": name, "title": export.title, "copy": not export.suffix} for name, export in EXPORTS.items()]


def exported(session: Session, form: str) -> dict[str, Any]:
    r"""Return the lab in this form, as the page saves it: the file's name, its media type, its text or its bytes.

    What is no file, but to be copied, has no name. Bytes are in base64, as `base64`; `note` says what the form cannot
    show. Raises `InputError` for no such form, and for what a form cannot hold.

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
    name = f"{session.rung}.{export.suffix}" if export.suffix else ""
    return {"name": name, "media": export.media, "note": note, **content}
