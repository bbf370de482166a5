"""A page's script is joined from the files that it imports: anywidget takes one module, and readers several."""

import re

import pytest

from imteach.lab.scripts import WEB, page_script

PAGES = ["lab.js", "fault_map.js", "one_file.js", "predict.js", "exercise.js"]
FILES = sorted(path.name for path in WEB.glob("*.js"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_one_module_that_needs_no_other(page):
    script = page_script(page)
    assert re.findall(r"^(?:import|export).*", script, re.MULTILINE) == ["export default { render };"]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_imports_stands_in_front_of_it_once(page):
    script = page_script(page)
    heads = {name: (WEB / name).read_text("utf-8").splitlines()[1] for name in FILES}
    parts = [name for name in FILES if heads[name] in script]
    assert [script.count(heads[name]) for name in parts] == [1] * len(parts)
    assert {page, "live.js"} <= set(parts)
    assert script.index(heads["live.js"]) == min(script.index(heads[name]) for name in parts)
    assert script.index(heads[page]) == max(script.index(heads[name]) for name in parts)


@pytest.mark.parametrize("page", PAGES)
def test_no_two_files_of_a_page_declare_the_same_name(page):
    """They are one module in the end, and would not even load."""
    declared = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", page_script(page), re.MULTILINE)
    assert len(declared) > 10
    assert sorted({name for name in declared if declared.count(name) > 1}) == []


def test_every_script_is_part_of_a_page():
    scripts = [page_script(page) for page in PAGES]
    unused = [
        name
        for name in FILES
        if not any((WEB / name).read_text("utf-8").splitlines()[1] in script for script in scripts)
    ]
    assert unused == []


@pytest.mark.parametrize("name", FILES)
def test_a_script_can_be_shortened_without_looking_into_its_texts(name):
    """What a file is made of loses its comments and its indentation: no text may look like those."""
    text = (WEB / name).read_text("utf-8")
    assert all(line.count("`") % 2 == 0 for line in text.splitlines()), "a text of several lines"
    assert not re.search(
        r"""["'`][^"'`\n]*(/\*|\*/)[^"'`\n]*["'`]""", re.sub(r"/\*\*.*?\*/", "", text, flags=re.DOTALL)
    )
