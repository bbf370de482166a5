#!/usr/bin/env bash
#
# marimo 0.25.2 (with anywidget 0.11.0, traitlets 5.14.3)                                        2026-11-30
#
# What it does. A widget's Unicode trait may hold a subclass of str: traitlets takes it, and json and ipywidgets send its
# text. marimo sends {} in its place, without a warning. So the page reads an object, and shows "[object Object]".
#
# What one would have guessed. A str is a str: its text arrives, as in JupyterLab. Or the encoder says that it cannot.
#
# Why it matters. A widget that is right in JupyterLab is wrong in marimo where one of its texts is of a kind that prints
# itself in a special way (a sentence that folds its lines, a text marked as safe). It has to be made a plain str first.
#
# Ends with 0 if it is as described, with 1 if it is not, with anything else if it could not be tried.

set -eu
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv" || exit 2
"$work/venv/bin/pip" install --quiet --disable-pip-version-check marimo==0.25.2 anywidget==0.11.0 traitlets==5.14.3 \
    || exit 2

cat >"$work/notebook.py" <<'PYTHON'
import marimo

app = marimo.App()


@app.cell
def _():
    import anywidget
    import marimo as mo
    import traitlets

    class Kind(str):
        """A text that could print itself in another way."""

    class Words(anywidget.AnyWidget):
        _esm = "export default {render({model, el}) { el.textContent = model.get('special'); }}"
        usual = traitlets.Unicode().tag(sync=True)
        special = traitlets.Unicode().tag(sync=True)

    mo.ui.anywidget(Words(usual="good morning", special=Kind("good evening")))
    return
PYTHON

cd "$work"
"$work/venv/bin/marimo" export html notebook.py -o page.html --no-include-code >export.txt 2>&1 || exit 2
"$work/venv/bin/python" - <<'PYTHON'
import json
import re
from importlib.metadata import version
from pathlib import Path


class Kind(str):
    pass


page = Path("page.html").read_text("utf-8")
sent = {name: re.findall(rf'"{name}": ("[^"]*"|\{{\}})', page)[0] for name in ("usual", "special")}
print("marimo", version("marimo"))
print("json says:  ", json.dumps({"usual": "good morning", "special": Kind("good evening")}))
print("marimo says:", sent)
assert sent == {"usual": '"good morning"', "special": "{}"}, "the behaviour has changed"
PYTHON
