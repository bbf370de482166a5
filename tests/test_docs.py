"""The pages: every link leads somewhere, every file that is named is there, and the changelog has its form."""

import json
import re
from pathlib import Path

import pytest

import imteach

ROOT = Path(__file__).parents[1]
PAGES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *sorted(ROOT.glob("docs/*.md"))]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))[1:]  # behind the welcome, which has no number
FILE = re.compile(
    r"`((?:imteach|tests|tools|docs|lessons|findings|binder|hub|\.ci)/[\w./-]*(?<!/1))`"
)  # imteach/trace/1 is none
ROW = re.compile(r"^\| (\d+)\. \[(.*)\]\((.*)\) \| \S.* \| (\d+) \|$", re.MULTILINE)  # of the table of lessons

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page):
    """A page without its pieces of code."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page):
    """The targets of a page's links and pictures, but for those shown as code."""
    return re.findall(r"\]\(([^)\s]+)\)", re.sub("`[^`]*`", "", prose(page)))


@each_page
def test_every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading(page):
    for link in links(page):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), f"{link} leads out of the project"
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


@each_page
def test_every_file_that_a_page_names_is_there(page):
    if page.name == "CHANGELOG.md":
        return  # which tells of files as they were
    for name in FILE.findall(prose(page)):
        assert (ROOT / name).exists(), f"{page.name} names {name}"


def test_the_pages_link_and_name_something():
    assert sum(len(links(page)) for page in PAGES) > 40
    assert "to-try-it" in anchors(ROOT / "README.md")


def test_every_page_of_docs_can_be_found_from_the_readme():
    found, look_at = set(), [ROOT / "README.md"]
    while look_at:
        page = look_at.pop()
        found.add(page)
        targets = ((page.parent / link.partition("#")[0]).resolve() for link in links(page))
        look_at += [target for target in targets if target.suffix == ".md" and target.exists() and target not in found]
    assert set(PAGES) - {ROOT / "docs" / "README.md"} <= found


def minutes(lesson):
    """How long a lesson takes: 180 words a minute, half a minute for each cell that is run, 9 for the lab.

    Without its exercises and the self-test.
    """
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    words = sum(len("".join(cell["source"]).split()) for cell in cells if cell["cell_type"] == "markdown")
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    runs = sum('exercises["' not in source and "quiz(" not in source for source in code)
    return 5 * round((words / 180 + runs / 2 + 9) / 5)


def test_the_readme_lists_every_lesson_with_its_minutes():
    rows = ROW.findall((ROOT / "README.md").read_text("utf-8"))
    expected = []
    for lesson in LESSONS:
        title = "".join(json.loads(lesson.read_text("utf-8"))["cells"][0]["source"]).splitlines()[0]
        number, name = re.fullmatch(r"# Lesson (\d+): (.*)", title).groups()
        expected.append((number, name, f"lessons/{lesson.name}", str(minutes(lesson))))
    assert rows == expected


def test_the_readme_is_short():
    assert 600 <= len((ROOT / "README.md").read_text("utf-8").split()) <= 900


def test_the_changelog_has_the_form_of_keep_a_changelog():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", version) for version in versions[1:])
    assert f"[{imteach.__version__}]" in versions[1]
    kinds = re.findall(r"^### (.*)$", text, re.MULTILINE)
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert kinds
