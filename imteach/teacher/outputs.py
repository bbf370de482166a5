"""The outputs of a lesson: keeping only what depends on the lesson itself, and comparing two versions."""

import base64
import difflib
import json
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import partial
from typing import Any, NamedTuple

from imteach.lab.still import WIDGET_VIEW

Notebook = Any  # nbformat's types say little, and less in some versions than in others

DIFF_LINES = 12  # of one cell's difference; the rest can be seen in the notebook

KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
"""What each notebook says of its kernel."""

_VOLATILE = ("widgets", "signature", "execution", "ExecuteTime", "collapsed", "scrolled", "trusted")
_GRAPH = re.compile(r'<div class="imteach-graph".*?</div>', re.DOTALL)
_PLOT = re.compile(r'(class="imteach-picture imteach-plot"[^>]*src=")data:image/svg\+xml;base64,[A-Za-z0-9+/]+=*')
_PICTURE = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/]+=*)")


def code_cells(lesson: Notebook) -> list[Any]:
    """Return the code cells with something in them; cell numbers count these, as the kernel does."""
    return [cell for cell in lesson.cells if cell.cell_type == "code" and cell.source.strip()]


class Wrong(NamedTuple):
    r"""What is wrong in a lesson: said in a line, with its cell if it is one cell's, and how an output differs.

    >>> print(Wrong("the output differs from the saved one", 2, "b = 2\nb + 3", ("-6", "+5")))
    cell 2 (b = 2): the output differs from the saved one
        -6
        +5
    """

    said: str
    number: int = 0
    source: str = ""
    diff: tuple[str, ...] = ()

    def __str__(self) -> str:
        first = self.source.strip().partition("\n")[0]
        name = f"cell {self.number} ({first if len(first) <= 40 else first[:39] + '…'}): " if self.number else ""
        return "\n".join([f"{name}{self.said}", *(f"    {line}" for line in self.diff)])

    def in_full(self) -> str:
        r"""Return the same with the whole source of the cell, for a reader who has no notebook open.

        >>> print(Wrong("the output differs from the saved one", 2, "b = 2\nb + 3", ("-6", "+5")).in_full())
        cell 2: the output differs from the saved one
        <BLANKLINE>
            b = 2
            b + 3
        <BLANKLINE>
        - is what was saved, + is what came:
        <BLANKLINE>
            -6
            +5
        """
        if not self.number:
            return self.said
        legend = ["- is what was saved, + is what came:", _indented(self.diff)] if self.diff else []
        source = _indented(self.source.strip().splitlines())
        return "\n\n".join([f"cell {self.number}: {self.said}", source, *legend])


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(f"    {line}".rstrip() for line in lines)


# Tidying


def tidy(lesson: Notebook) -> None:
    """Remove everything that does not depend on the lesson itself."""
    _forget(lesson.metadata)
    lesson.metadata.update(KERNEL)
    for cell in lesson.cells:
        _forget(cell.metadata)
        if cell.cell_type == "code":
            cell.outputs = _tidied(cell.outputs)
            if not cell.source.strip():
                cell.execution_count = None


def _forget(metadata: Any) -> None:
    for name in _VOLATILE:
        metadata.pop(name, None)


def _tidied(outputs: list[Any]) -> list[Any]:
    """Return the outputs with each stream in one piece, without live widgets, and with the last line of each error."""
    tidied: list[Any] = []
    streams: dict[str, Any] = {}
    for output in outputs:
        if output.output_type == "stream":
            if output.name in streams:  # how a stream is cut into pieces depends on timing
                streams[output.name].text += output.text
                continue
            streams[output.name] = output
        elif output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]  # the rest holds paths of this machine
        else:
            output.data.pop(WIDGET_VIEW, None)
            if not output.data:
                continue
        tidied.append(output)
    return tidied


# Comparing


def differences(saved: Notebook, fresh: Notebook) -> Iterator[Wrong]:
    """Yield for each cell whose outputs differ from the saved ones which one it is, and how. Both must be tidy."""
    pairs = zip(code_cells(saved), code_cells(fresh), strict=True)
    for number, (before, after) in enumerate(pairs, 1):
        cell = partial(Wrong, number=number, source=before.source)
        if before.execution_count is None:
            yield cell("never run; imteach validate --write runs it and saves its outputs")
        elif before.execution_count != after.execution_count:
            yield cell(f"saved as number {before.execution_count}, not run from top to bottom")
        elif (old := _compared(before.outputs)) != (new := _compared(after.outputs)):
            diff = tuple(_diff(_readable(old), _readable(new)))
            yield cell("the output differs from the saved one", diff=diff)


def _compared(outputs: list[Any]) -> list[Any]:
    """Return the outputs for comparison, without plots (by matplotlib) and graphs (by graphviz).

    Each version of those programs draws a little differently. What they show stands beside them as text.
    """
    compared = deepcopy(outputs)
    for output in compared:
        data = output.get("data", {})
        if "image/png" in data:
            data["image/png"] = "a picture, not compared"
        if "text/html" in data:
            data["text/html"] = _PLOT.sub(r"\1a plot, not compared", data["text/html"])
            data["text/html"] = _GRAPH.sub("a graph, not compared", data["text/html"])
    return compared


def _readable(outputs: list[Any]) -> list[str]:
    """Return the outputs as lines to compare: for each its kind, then its content."""
    lines = []
    for output in outputs:
        if output.output_type == "stream":
            lines += [f"[{output.name}]", *output.text.splitlines()]
        elif output.output_type == "error":
            lines += ["[error]", f"{output.ename}: {output.evalue}"]
        else:
            for kind, content in sorted(output.data.items()):
                text = content if isinstance(content, str) else json.dumps(content, sort_keys=True)
                lines += [f"[{output.output_type} {kind}]", *_PICTURE.sub(_decoded, text).splitlines()]
            if output.metadata:
                lines.append(f"[metadata] {json.dumps(output.metadata, sort_keys=True)}")
    return lines


def _decoded(picture: re.Match[str]) -> str:
    """Return the source of an embedded picture, because nobody can read a change in base64."""
    try:
        return "\n" + base64.b64decode(picture[1]).decode() + "\n"
    except ValueError:
        return picture[0]


def _diff(before: list[str], after: list[str]) -> list[str]:
    diff = list(difflib.unified_diff(before, after, "saved", "now", lineterm="", n=1))[2:]
    short = [line if len(line) <= 110 else f"{line[:109]}…" for line in diff]
    return [*short[:DIFF_LINES], f"… {len(short) - DIFF_LINES} lines more"] if len(short) > DIFF_LINES else short
