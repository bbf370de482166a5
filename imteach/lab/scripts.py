"""Our pages' scripts and styles, and how the script of a page becomes one: readers want several files, hosts one."""

import re
from functools import cache
from pathlib import Path

from imteach.draw.sequence.svg.style import EVERY_RULE

WEB = Path(__file__).parent / "web"
_IMPORTED = re.compile(r'^import .* from "\./(.*)";', re.MULTILINE)
_MODULE_ONLY = re.compile(r"^import .*\n|^export (?!default)", re.MULTILINE)


@cache
def page_script(name: str) -> str:
    r"""Return the script of this page behind all that it imports, as the one module that anywidget takes.

    >>> page_script("lab.js").count("\nexport "), page_script("lab.js").count("function make(")
    (1, 1)
    """
    return "\n".join(_MODULE_ONLY.sub("", text) for text in _with_imported(name, {}).values())


@cache
def page_style(*names: str) -> str:
    """Return the styles of these names as one, behind what all our pages share.

    >>> page_style("predict.css").index(".imteach-lab") < page_style("predict.css").index(".predict-")
    True
    """
    return "\n".join((WEB / name).read_text("utf-8") for name in ("common.css", *names))


@cache
def style_with_pictures(name: str) -> str:
    """Return the style of a page in which pictures are drawn, with every rule that a picture may need.

    A style that came with each picture would have the browser look at all that is in the page again.

    >>> style_with_pictures("lab.css").startswith(page_style("lab.css")), ".imt-title" in style_with_pictures("lab.css")
    (True, True)
    """
    return f"{page_style(name)}\n{EVERY_RULE}"


def _with_imported(name: str, before: dict[str, str]) -> dict[str, str]:
    """Return the text of a script by its name, behind those of the scripts that it imports, each once."""
    text = (WEB / name).read_text("utf-8")
    for other in _IMPORTED.findall(text):
        if other not in before:
            _with_imported(other, before)
    before[name] = text
    return before
