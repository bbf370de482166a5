"""imteach itself as a wheel, made of the package that runs: so the site has this very version, checkout or not."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from imteach.course.workspace import shipped_lessons, without_answers

_PACKAGE = Path(__file__).resolve().parents[2]
_NOT_THERE = {"__pycache__", "cli", "jupyter_data", "jupyter_config", "lessons", "site", "teacher"}
"""Folders that are of no use in a browser, or that come in another way."""


def own_wheel(folder: Path, version: str, needs: Iterable[str]) -> Path:
    """Write the wheel into the folder, and return it. `needs` are the projects that come with `import imteach`.

    The lessons in it have no outputs: progress only asks them how many predictions there are.
    """
    wheel = folder / f"imteach-{version}-py3-none-any.whl"
    with ZipFile(wheel, "w", ZIP_DEFLATED) as archive:
        for name, content in [*_files(), *_about(version, needs)]:
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)  # dated 1980: the same files are the same wheel
    return wheel


def _files() -> Iterator[tuple[str, bytes]]:
    for path in sorted(_PACKAGE.rglob("*")):
        part = path.relative_to(_PACKAGE)
        if path.is_file() and not _NOT_THERE & set(part.parts):
            yield f"imteach/{part.as_posix()}", path.read_bytes()
    for path in sorted(shipped_lessons().glob("*.ipynb")):
        yield f"imteach/lessons/{path.name}", without_answers(path.read_bytes())


def _about(version: str, needs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    about = f"imteach-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", "Name: imteach", f"Version: {version}"]
    metadata.extend(f"Requires-Dist: {need}" for need in needs)
    yield f"{about}/METADATA", "\n".join([*metadata, ""]).encode()
    yield f"{about}/WHEEL", b"Wheel-Version: 1.0\nGenerator: imteach\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    yield f"{about}/RECORD", b""
