"""What Sphinx is told. See `tools/reading_site.py`."""

import json
import re
from html import unescape
from pathlib import Path

import reference_pages
from sphinx.application import Sphinx

import imteach

project, author, release = "imteach", "the imteach authors", imteach.__version__
extensions = ["sphinx.ext.autodoc", "sphinx.ext.viewcode", "myst_nb"]

# Pages, lessons, pictures
exclude_patterns = ["extra"]
html_extra_path = ["extra"]  # the labs: files that go as they are
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_block"]
nb_execution_mode = "off"  # lessons show what they were saved with; the gallery asks for itself to be run
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True

# The reference
add_module_names = False
python_use_unqualified_type_names = True
maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
autodoc_default_options = {
    "members": True,
    "member-order": "bysource",
    # what comes from outside is not told here
    "inherited-members": "AnyWidget,DOMWidget,Widget,LoggingHasTraits,HasTraits,HasDescriptors,Struct,Exception,"
    "BaseException,ValueError,tuple,dict,object",
}

# How it looks
html_theme = "pydata_sphinx_theme"
html_title = "imteach"
html_static_path = ["site.css", "site.js"]
html_favicon = "ticks.svg"
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_sidebars = {"index": []}
html_theme_options = {
    "logo": {"text": "imteach", "image_light": "ticks.svg", "image_dark": "ticks.svg"},
    "show_toc_level": 1,
    "navigation_with_keys": True,
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
    "footer_start": [],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def setup(app: Sphinx) -> None:
    """Have our docstrings read as they are written."""
    app.connect("autodoc-process-docstring", in_rst)
    app.connect("autodoc-process-signature", in_python)
    app.connect("html-page-context", without_ways_back)
    app.connect("html-page-context", keep_words)
    app.connect("build-finished", write_words)


def in_rst(app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]) -> None:
    """Give Sphinx a docstring as reStructuredText."""
    lines[:] = reference_pages.as_rst("\n".join(lines)).split("\n")


def in_python(app: Sphinx, what: str, name: str, value: object, options: object, *signature: str | None) -> object:
    """Give Sphinx a signature whose defaults are Python, or it cannot read it: `Client`, not `<class '….Client'>`."""
    arguments, returned = signature
    arguments = re.sub(r"<class '(?:\w+\.)*(\w+)'>", r"\1", arguments or "").replace("<factory>", "...")
    return arguments or None, returned


def without_ways_back(app: Sphinx, page: str, template: str, context: dict[str, str], *_: object) -> None:
    """Take the links to entries out of the pages of source code: they take it that a module has one package's names."""
    if page.startswith("_modules/"):
        context["body"] = re.sub(r'<a class="viewcode-back".*?</a>', "", context["body"])


WORDS: dict[str, str] = {}
"""What each page says, for the search: from the disk, a page of results may not read the pages that it lists."""


def keep_words(app: Sphinx, page: str, template: str, context: dict[str, str], *_: object) -> None:
    """Keep the words of this page, without its markup."""
    if "body" in context and not page.startswith("_modules/"):
        words = re.sub(r'<a class="headerlink".*?</a>|</?(?:span|code|em|strong|a)\b[^>]*>', "", context["body"])
        words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", words, flags=re.DOTALL)
        WORDS[page] = " ".join(unescape(words).split())


def write_words(app: Sphinx, error: Exception | None) -> None:
    """Write them as a script, which is all that a page on the disk may load; `site.js` asks for it there."""
    if error is None:
        script = f"const wordsOfPages = {json.dumps(WORDS, ensure_ascii=False)};\n"
        (Path(app.outdir) / "_static" / "words.js").write_text(script, "utf-8")
