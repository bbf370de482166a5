"""Count the lines of code of Python files: blank lines, comments and docstrings are none.

    python tools/lines_of_code.py [FOLDER or FILE…]

Prints the lines of each folder and their sum; without an argument, of `imteach` and `tests`.
"""

import ast
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def lines_of_code(file: Path) -> int:
    """Return how many lines of this file hold code."""
    with tokenize.open(file) as text:
        source = text.read()
    code: set[int] = set()
    for token in tokenize.generate_tokens(iter(source.splitlines(keepends=True)).__next__):
        if token.type not in NO_CODE:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - set(_docstrings(ast.parse(source))))


def _docstrings(tree: ast.AST) -> Iterator[int]:
    """Yield the numbers of the lines of texts that stand alone: docstrings, also those below a constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def main(places: list[str]) -> None:
    """Print the table."""
    folders: Counter[str] = Counter()
    for place in map(Path, places):
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            folders[str(file.parent)] += lines_of_code(file)
    for folder, lines in folders.items():
        print(f"{lines:6,} {folder}")
    print(f"{folders.total():6,} in all")


if __name__ == "__main__":
    main(sys.argv[1:] or ["imteach", "tests"])
