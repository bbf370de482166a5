"""`imteach map`: what comes of each loss, as a table."""

from html.parser import HTMLParser

import pytest

from imteach import Offline, fault_map
from imteach.cli import main


def test_each_loss_has_a_line(capsys):
    assert main(["map", "acked"]) == 0
    out = capsys.readouterr().out
    assert out == fault_map("acked").to_text()
    (line,) = [line for line in out.splitlines() if line.startswith("ack:N ")]
    assert line.split("  ")[0:1] == ["ack:N"]
    assert "? unconfirmed" in line


def test_two_losses_and_a_fault_that_strikes_in_every_run(capsys):
    assert main(["map", "offline", "--faults", "2", "--offline", "bob@0+1000", "--format", "markdown"]) == 0
    assert capsys.readouterr().out == fault_map("offline", 2, [Offline("bob", lasting=1000)]).to_markdown()


def test_a_page_for_a_browser_stands_alone(tmp_path):
    page = tmp_path / "map.html"
    assert main(["map", "dedup", "--faults", "2", "--format", "html", "-o", str(page)]) == 0
    text = page.read_text("utf-8")
    assert text.startswith('<!doctype html>\n<html lang="en"><head><meta charset="utf-8">')
    assert fault_map("dedup", 2).to_html() in text
    HTMLParser().feed(text)
    assert text.count("<title>") == text.count("</body>") == 1


@pytest.mark.parametrize("faults", ["0", "3", "two"])
def test_more_than_two_losses_are_refused_in_one_line(capsys, faults):
    with pytest.raises(SystemExit) as ended:
        main(["map", "dedup", "--faults", faults])
    error = capsys.readouterr().err
    assert ended.value.code == 2
    assert error.count("\n") == 1
    assert error.startswith("imteach map: ")
    assert "expected" in error
