"""`pytest lessons --imteach`: each notebook is a test, as `imteach validate` sees it.

Every pytest of the environment loads this module. So nothing of Jupyter, or of imteach, is loaded before it is asked
for.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option."""
    what = "run each notebook (*.ipynb), and compare its outputs with those saved in it"
    parser.getgroup("imteach").addoption("--imteach", action="store_true", help=what)


def pytest_configure(config: pytest.Config) -> None:
    """Say what is missing before anything is collected."""
    if config.getoption("--imteach"):
        try:
            import imteach.teacher.validate  # noqa: F401  # only whether it can be
        except ModuleNotFoundError as error:
            from imteach.errors import comes_with

            raise pytest.UsageError(f"--imteach: {error.name} is not installed; {comes_with('lab')}") from None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "LessonFile | None":
    """Take each notebook, if we are asked to."""
    if file_path.suffix == ".ipynb" and parent.config.getoption("--imteach"):
        return LessonFile.from_parent(parent, path=file_path)
    return None


class LessonFile(pytest.File):
    """A notebook. It has one test, for its cells are run from top to bottom, in one kernel."""

    def collect(self) -> Iterator["LessonItem"]:
        """Yield the test."""
        yield LessonItem.from_parent(self, name="lesson")


class LessonItem(pytest.Item):
    """The test that a lesson runs, and shows what was saved. It fails with what is wrong in which cells."""

    def runtest(self) -> None:
        """Run the lesson."""
        from imteach.errors import InputError
        from imteach.teacher.validate import validate_lesson

        try:
            report = validate_lesson(self.path)
        except InputError as error:
            pytest.fail(str(error), pytrace=False)
        if not report.good:
            pytest.fail("\n\n".join(wrong.in_full() for wrong in report.wrong), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the name of the file, which says more than `lesson`."""
        return self.path, None, self.path.name
