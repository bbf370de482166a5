"""`imteach site` without a network: the list of wheels, imteach's own wheel, what is refused, and what is said then."""

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pytest

from imteach.cli import jupyter, main
from imteach.course.site import pyodide
from imteach.course.site.build import MARK, build
from imteach.course.site.lock import entry, lock
from imteach.course.site.opening import open_first, say_what_is_loading
from imteach.course.site.own import own_wheel
from imteach.course.site.pyodide import fetch_pyodide
from imteach.course.site.wheels import KERNEL, OURS, fetch
from imteach.errors import InputError, comes_with

INFO = {"abi_version": "2026_0", "arch": "wasm32", "platform": "emscripten_5_0_3", "python": "3.14.2"}

METADATA = """\
Metadata-Version: 2.1
Name: Fast_Fields
Version: 0.23.0
Requires-Dist: slow-fields>=1
Requires-Dist: not.here
Requires-Dist: processes; sys_platform != "emscripten"
Requires-Dist: tester; extra == "test"

Requires-Dist: is not read in the text below
"""


def wheel(folder: Path, name: str, metadata: str, *files: str) -> Path:
    path = folder / name
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{name.split('-')[0]}-1.dist-info/METADATA", metadata)
        for file in files:
            archive.writestr(file, "")
    return path


def test_an_entry_says_what_a_browser_needs_of_a_wheel(tmp_path: Path) -> None:
    name = "fast_fields-0.23.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
    files = ["fast_fields/__init__.py", "fast_fields/deep/__init__.py", "single.py", "fast_fields.libs/a.so"]
    path = wheel(tmp_path, name, METADATA, *files)
    assert entry(path) == {
        "name": "fast-fields",
        "version": "0.23.0",
        "file_name": name,
        "install_dir": "site",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": ["fast_fields", "single"],
        "depends": ["slow-fields", "not-here"],
        "unvendored_tests": False,
    }


def test_the_list_asks_for_nothing_that_is_not_in_the_folder(tmp_path: Path) -> None:
    fast = wheel(tmp_path, "fast_fields-0.23.0-py3-none-any.whl", METADATA, "fast_fields/__init__.py")
    slow = wheel(tmp_path, "slow_fields-1-py3-none-any.whl", "Name: slow.fields\nVersion: 1\n", "slow_fields.py")
    made = lock(INFO, [slow, fast])
    assert made["info"] == INFO
    assert {name: each["depends"] for name, each in made["packages"].items()} == {
        "fast-fields": ["slow-fields"],
        "slow-fields": [],
    }


def test_imteach_in_a_browser_is_this_one_with_all_it_needs(tmp_path: Path) -> None:
    path = own_wheel(tmp_path, "9.9", OURS)
    assert path.name == "imteach-9.9-py3-none-any.whl"
    assert entry(path)["depends"] == sorted(OURS)
    assert {"msgspec", "anywidget", "ipywidgets", "networkx"} <= set(OURS)
    assert entry(path)["imports"] == ["imteach"]
    before = path.read_bytes()
    assert own_wheel(tmp_path, "9.9", OURS).read_bytes() == before
    run = "import sys; sys.path.insert(0, sys.argv[1]); from imteach import sim; print(sim.__file__)"
    done = subprocess.run([sys.executable, "-c", run, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(path))


def test_its_lessons_have_no_outputs(tmp_path: Path) -> None:
    with ZipFile(own_wheel(tmp_path, "9.9", OURS)) as archive:
        lessons = [name for name in archive.namelist() if name.endswith(".ipynb")]
        assert len(lessons) > 15
        for name in lessons:
            cells = json.loads(archive.read(name))["cells"]
            shown = [cell for cell in cells if cell.get("outputs")]
            assert all("lab" in cell["metadata"]["tags"] for cell in shown)


def test_each_wheel_has_one_version() -> None:
    assert not set(KERNEL) & set(OURS)
    assert all(version[0].isdigit() for version in (KERNEL | OURS).values())


def test_the_site_opens_the_first_lesson_and_says_what_is_loading(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "big.js").write_bytes(b" " * 2_600_000)
    page = tmp_path / "lab" / "index.html"
    page.write_text("<html><head><title>JupyterLite</title></head><body><noscript>no</noscript></body></html>")
    say_what_is_loading(tmp_path)
    open_first(tmp_path, "00 welcome.ipynb")
    text = page.read_text("utf-8")
    assert '<p id="imteach-loading" role="status"' in text.partition("<noscript>")[0]
    assert "together 3 MB" in text
    scripts = re.findall(r'src="\.\./(imteach/\w+\.js)"', text)
    assert scripts
    assert all((tmp_path / script).is_file() for script in scripts)
    assert "url=lab/index.html?path=00%20welcome.ipynb" in (tmp_path / "index.html").read_text("utf-8")
    page.write_text("<p>another page</p>")
    with pytest.raises(InputError, match="not as expected"):
        say_what_is_loading(tmp_path)


@pytest.fixture
def there(tmp_path: Path) -> Path:
    folder = tmp_path / "there"
    folder.mkdir()
    return folder


def test_a_folder_with_something_else_stays_as_it_is(there: Path) -> None:
    (there / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=f"{there} holds something that is no site of imteach"):
        build(there, "9.9")
    assert [path.name for path in there.parent.rglob("*")] == ["there", "thesis.txt"]


def test_a_file_and_a_link_are_no_place_for_a_site(there: Path) -> None:
    for place in (there / "file", there / "link"):
        place.write_text("") if place.name == "file" else place.symlink_to(there)
        with pytest.raises(InputError, match="is no folder; name a new one"):
            build(place, "9.9")


def test_a_site_takes_the_place_of_the_one_before(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def built(work: Path, version: str) -> Path:
        (work / "site").mkdir()
        (work / "site" / "new.html").write_text(version)
        return work / "site"

    (there / MARK).write_text(json.dumps({"files": [MARK, "old.html"]}))
    (there / "old.html").write_text("")
    monkeypatch.setattr("imteach.course.site.build._built", built)
    assert build(there, "9.9") == there
    assert sorted(path.name for path in there.iterdir()) == [MARK, "new.html"]
    assert [path.name for path in there.parent.iterdir()] == ["there"]


def test_a_build_that_fails_leaves_the_site_before(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(work: Path, version: str) -> Path:
        raise InputError("no network")

    (there / MARK).write_text("{}")
    monkeypatch.setattr("imteach.course.site.build._built", failing)
    with pytest.raises(InputError, match="no network"):
        build(there, "9.9")
    assert [path.name for path in there.parent.rglob("*")] == ["there", MARK]


def refused(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["site", *arguments])
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_what_is_missing_is_said_and_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "-o: expected the folder for the site, such as -o public" in refused(capsys=capsys)
    monkeypatch.setattr(jupyter, "find_spec", lambda name: None if name == "jupyterlite_core" else importlib.util)
    assert refused("-o", str(tmp_path / "new"), capsys=capsys) == (
        f"imteach site: jupyterlite_core is not installed; {comes_with('site')}\n"
    )


def test_without_npm_or_a_network_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyodide.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="npm is not installed, and Pyodide comes from there"):
        fetch_pyodide(tmp_path, "314.0.6")
    monkeypatch.setattr(pyodide.shutil, "which", lambda name: name)
    said = SimpleNamespace(returncode=1, stdout="", stderr="npm error code ENOTFOUND\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: said)
    with pytest.raises(InputError, match=r"npm cannot fetch pyodide 314\.0\.6: npm error code ENOTFOUND"):
        fetch_pyodide(tmp_path, "314.0.6")
    said.stderr = "npm error code ENOSPC\nnpm error errno -28\nnpm error nospc ENOSPC: no room\nnpm error Clear up"
    with pytest.raises(InputError, match=r"npm error nospc ENOSPC: no room$"):
        fetch_pyodide(tmp_path, "314.0.6")
    said.stderr = "ERROR: Exception:\nTraceback (most recent call last):\nOSError: No space left on device\n"
    with pytest.raises(InputError, match=r"wheels of a site: OSError: No space left on device$"):
        fetch(tmp_path)
    said.stderr = "ERROR: No matching distribution found for comm==0.2.3\n\n[notice] a new pip\n"
    with pytest.raises(
        InputError, match=r"pip cannot fetch the wheels of a site: ERROR: No matching .* comm==0\.2\.3$"
    ):
        fetch(tmp_path)
