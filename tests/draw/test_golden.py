"""The pictures that are kept: the same trace gives the same bytes, here and everywhere.

After a wanted change: `IMTEACH_WRITE_GOLDEN=1 pytest tests/draw`, then open each changed file and look at it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from gallery import GALLERY

from imteach import Trace

FORMS = {"svg": Trace.to_svg, "txt": Trace.to_text, "mmd": Trace.to_mermaid}
GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", GALLERY)
@pytest.mark.parametrize("form", FORMS)
def test_a_picture_is_what_it_was(name, form):
    drawn = FORMS[form](GALLERY[name])
    kept = GOLDEN / f"{name}.{form}"
    if os.environ.get("IMTEACH_WRITE_GOLDEN"):
        kept.write_bytes(drawn.encode())
    assert drawn.encode() == kept.read_bytes()


def test_no_picture_is_kept_that_nobody_draws():
    assert {path.stem for path in GOLDEN.iterdir()} == set(GALLERY)


def test_another_process_with_other_hashes_draws_the_same_bytes():
    draw = (
        "from gallery import GALLERY; from hashlib import sha256\n"
        "print(sha256(''.join(t.to_svg() + t.to_text() for t in GALLERY.values()).encode()).hexdigest())"
    )
    here = Path(__file__).parents[1] / "shared"

    def digest(seed: str) -> str:
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(here.parents[1])}
        done = subprocess.run(
            [sys.executable, "-c", draw], env=env, cwd=here, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert digest("1") == digest("2")
