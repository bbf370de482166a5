"""What must be so before a version goes to an index of packages. `.github/workflows/release.yml` asks it.

    python tools/release_check.py v0.2.0         the tag, the version, the changelog and the pages
    python tools/release_check.py v0.2.0 dist    what `python -m build` has put into dist, too

Each thing that is not so is a line, and the exit status is 1. What was built is installed into a fresh environment, and
tried outside of this clone. It needs no package; to install the wheel, pip needs a network.
"""

import re
import subprocess
import sys
import tarfile
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

HERE = Path(__file__).resolve().parents[1]

NOT_YET = ("on no index of packages yet", "once imteach is on PyPI")
"""What pages say before the first release, and no page after it."""

TRIED = (
    (["lessons", "handed-out"], "lessons in handed-out"),
    (["run", "retransmit", "--drop", "ack:N"], "dropped"),
    (["run", "retransmit", "--drop", "ack:N"], "sends again"),
)
"""Commands for the version that was installed, and what each must say."""


def main(arguments: list[str]) -> int:
    """Print what is not so, and return the exit status."""
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    wrong = list(said_wrong(arguments[0], HERE))
    if len(arguments) == 2 and not wrong:
        wrong = list(built_wrong(version_of(HERE), Path(arguments[1]).resolve(), HERE))
    for line in wrong:
        print(f"✗ {line}")
    print(f"{'not ' if wrong else ''}ready to be released: {arguments[0]}")
    return 1 if wrong else 0


def version_of(clone: Path) -> str:
    """Return the version that this clone would be released as."""
    project: dict[str, str] = tomllib.loads((clone / "pyproject.toml").read_text("utf-8"))["project"]
    return project["version"]


def said_wrong(tag: str, clone: Path) -> Iterator[str]:
    """Yield what files say that is not so of a release by this tag."""
    version = version_of(clone)
    if tag != f"v{version}":
        yield f"the tag is {tag}, but pyproject.toml says version {version}, which is tagged v{version}"
    if f'\n__version__ = "{version}"\n' not in (clone / "imteach" / "__init__.py").read_text("utf-8"):
        yield f"imteach/__init__.py does not say that __version__ is {version}"
    sections = sections_of((clone / "CHANGELOG.md").read_text("utf-8"))
    if not any(re.fullmatch(rf"\[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d", title) for title in sections):
        yield f"CHANGELOG.md has no section ## [{version}] - YEAR-MONTH-DAY"
    for title, content in sections.items():
        if title.startswith(f"[{version}]") and not content:
            yield f"CHANGELOG.md says nothing of {version}"
    if sections.get("[Unreleased]"):
        yield "CHANGELOG.md still has lines under [Unreleased], and they would be released"
    for page in [clone / "README.md", *sorted((clone / "docs").glob("*.md"))]:
        for words in NOT_YET:
            if words.lower() in " ".join(page.read_text("utf-8").lower().split()):
                yield f"{page.relative_to(clone)} says “{words}”"


def sections_of(changelog: str) -> dict[str, str]:
    """Return the sections by their headings."""
    parts = re.split(r"^## (.*)$", changelog, flags=re.MULTILINE)
    return dict(zip(parts[1::2], map(str.strip, parts[2::2]), strict=True))


def built_wrong(version: str, folder: Path, clone: Path) -> Iterator[str]:
    """Yield what is wrong with the files that were built."""
    names = [f"imteach-{version}-py3-none-any.whl", f"imteach-{version}.tar.gz"]
    found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if found != names:
        yield f"expected {' and '.join(names)} in {folder}, got {', '.join(found) or 'nothing'}"
        return
    wheel, sdist = (folder / name for name in names)
    lessons = sorted(path.name for path in (clone / "lessons").glob("*.ipynb"))
    with ZipFile(wheel) as archive, tarfile.open(sdist) as source:
        for name, inside, top in (
            (wheel.name, archive.namelist(), "imteach/lessons"),
            (sdist.name, source.getnames(), f"imteach-{version}/lessons"),
        ):
            yield from (f"{name} has no {lesson}" for lesson in lessons if f"{top}/{lesson}" not in inside)
    yield from tried_wrong(wheel, version)


def tried_wrong(wheel: Path, version: str) -> Iterator[str]:
    """Install the wheel, and yield what it does not do."""
    with TemporaryDirectory() as place:
        venv.create(Path(place, "venv"), with_pip=True)
        python = str(Path(place, "venv", "bin", "python"))
        installed = _run([python, "-m", "pip", "install", "--quiet", str(wheel)], place)
        if installed.returncode:
            yield f"{wheel.name} cannot be installed: {installed.stderr.strip()}"
            return
        for asked, expected in ((["--version"], f"imteach {version}"), *TRIED):
            ran = _run([python, "-m", "imteach", *asked], place)
            if ran.returncode or expected not in ran.stdout:
                said = (ran.stderr or ran.stdout).strip()
                yield f"imteach {' '.join(asked)}: expected “{expected}”, got status {ran.returncode} and: {said}"


def _run(command: list[str], place: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in this folder, where no clone of imteach is in the way."""
    isolated = [command[0], "-P", *command[1:]]
    return subprocess.run(isolated, cwd=place, capture_output=True, encoding="utf-8", check=False)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
