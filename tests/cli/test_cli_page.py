"""`imteach page`: one HTML file, or one line that says why not."""

from pathlib import Path

import pytest

from imteach import Offline, Scenario
from imteach.cli import main
from imteach.lab.answers.file import every_rung, one_file


def test_it_writes_the_file_that_python_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "page.html"
    assert main(["page", "offline", "--offline", "bob@0+1000", "--faults", "0", "-o", str(path)]) == 0
    assert path.read_text("utf-8") == one_file(Scenario("offline"), [Offline("bob", at=0, lasting=1000)], most=0)
    assert capsys.readouterr() == (f"{path}: open it in a browser\n", "")


def test_every_rung_with_the_settings_that_are_given(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    assert main(["page", "--all", "--faults", "0", "--rto", "200", "-o", str(path)]) == 0
    assert path.read_text("utf-8") == every_rung(Scenario("dedup", rto=200), most=0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "imteach page: -o: expected the file to write, such as -o six.html, got none"),
        ("tcp -o p.html", "imteach page: no rung 'tcp'"),
        ("--faults many -o p.html", "imteach page: --faults: expected a whole number"),
        ("--faults 9 -o p.html", "imteach page: with up to 9 faults this page would hold more than 5000 runs; ask for"),
        ("--faults 0 -o no/such/p.html", "imteach page: cannot write no/such/p.html: No such file"),
        ("dedup --all -o p.html", "imteach page: --all: every rung begins with one hello and no fault, so RUNG cannot"),
        ("--all --drop ack:N -o p.html", "and no fault, so --drop cannot stand here"),
        ("--all --say alice>bob:hi -o p.html", "and no fault, so --say cannot stand here"),
    ],
)
def test_what_is_wrong_gets_one_line_and_no_file(
    arguments: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as exit_:
        main(["page", *arguments.split()])
    assert exit_.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
