"""`imteach examine FILE:CLASS`: a file of one's own is run and examined, and what is wrong with it gets one line."""

import json

import pytest

from imteach.cli import main

MINE = """\
import helper
from imteach import Client
from imteach.protocol import Discard

print("read")


class Silent(Client):
    def on_msg_n(self, packet):
        print("asked")
        return [] if packet.msgid in self.dedup else super().on_msg_n(packet)


class Right(Client):
    pass
"""


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "helper.py").write_text("")  # what lies beside the file can be imported, as with `python FILE`
    path = tmp_path / "mine.py"
    path.write_text(MINE, encoding="utf-8")
    return path


def test_a_bug_is_found_and_what_the_file_prints_does_not_mix_with_the_answer(capsys, mine):
    assert main(["examine", f"{mine}:Silent", "--format", "json"]) == 1
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert (found["class"], found["promise"], found["faults"]) == ("Silent", "no_false_failure", ["drop m1/ack:R#1"])
    assert err.splitlines()[:2] == ["read", "asked"]


def test_a_right_class_passes(capsys, mine):
    assert main(["examine", f"{mine}:Right", "--rung", "basic", "--only", "one message", "--only", "copies"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Right at basic: ✓ it keeps what imteach's own class keeps\n")
    assert [line.split("  ")[0] for line in out.splitlines() if "✓ kept" in line] == ["one message", "copies"]


def test_it_is_written_to_a_file(capsys, mine, tmp_path):
    assert main(["examine", f"{mine}:Silent", "-o", str(tmp_path / "found.txt")]) == 1
    assert capsys.readouterr().out == f"{tmp_path / 'found.txt'}: open it in an editor\n"
    assert "it breaks “No false failure” (no_false_failure)" in (tmp_path / "found.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "name", "said"),
    [
        ("x = [\n1 / 0]", "Mine", "raised ZeroDivisionError: division by zero (line 2 of theirs.py: 1 / 0])"),
        ("def (", "Mine", "theirs.py is not Python: invalid syntax (theirs.py, line 1)"),
        ("x = 1\0", "Mine", "theirs.py is not Python: source code string cannot contain null bytes"),
        ("raise SystemExit", "Mine", "raised SystemExit (line 1 of theirs.py: raise SystemExit)"),
        ("class Other: pass", "Mine", "no class 'Mine' in"),
        ("class Other: pass", "Mine", "there are Other"),
        ("class Other: pass", "Other", "expected a class made from Client or Server, got <class"),
        ("", "Mine", "there are none"),
        ("", "no name", "expected FILE:CLASS, such as mine.py:MyClient, got "),
        ("#" * 1_000_001, "Mine", "is larger than 1,000,000 bytes"),
    ],
)
def test_what_is_wrong_with_a_file_gets_one_line(capsys, tmp_path, source, name, said):
    path = tmp_path / "theirs.py"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["examine", f"{path}:{name}"])
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith("imteach examine: ")
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_file_that_is_not_there_or_has_no_class_named_is_refused(capsys, tmp_path):
    for asked, said in ((f"{tmp_path}/gone.py:Mine", "No such file or directory"), ("mine.py", "expected FILE:CLASS")):
        with pytest.raises(SystemExit):
            main(["examine", asked])
        assert said in capsys.readouterr().err
