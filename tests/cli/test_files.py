"""Files are written whole or not at all."""

import os
from pathlib import Path

import pytest

from imteach.errors import InputError
from imteach.files import write_whole


def test_a_failure_on_the_way_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "run.txt"
    file.write_text("older")

    def full(_: object, __: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match=r"cannot write .*run.txt: No space left on device$"):
        write_whole(file, "newer")
    assert file.read_text() == "older"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(os.name != "posix", reason="modes and links of another kind")
def test_the_mode_stays_and_a_link_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "run.txt", tmp_path / "link"
    file.write_text("older")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, "newer ✓")
    assert link.is_symlink()
    assert file.read_bytes() == "newer ✓".encode()
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no /dev/null on this system")
def test_what_is_no_ordinary_file_is_not_replaced() -> None:
    write_whole(Path("/dev/null"), "gone")
    assert Path("/dev/null").is_char_device()


def test_links_that_lead_in_a_circle_and_names_no_file_can_have_are_told_in_one_line(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for path in (tmp_path / "a", tmp_path / "a\0b"):
        with pytest.raises(InputError, match="cannot write") as caught:
            write_whole(path, "text")
        assert "\n" not in str(caught.value)
