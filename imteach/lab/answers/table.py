"""Many values that are much alike as one small text: whatever is equal in them is stored once.

A value is what JSON can hold. It becomes a node:

- a text is its number in `texts`;
- a list or an object that occurs more than once is a negative number: -1 is the first of `shared`, -2 the second;
- another list is `[0, node, …]`, and an object `[n, node, …]` whose keys are the n-th of `shapes`, from 1;
- a number is itself, but as a JSON text; true, false and null are themselves.

`web/answers.js` reads it, and only as far as it is asked: a node of which nothing is wanted stays as it is.
"""

import json
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from typing import Any

Node = Any
_Key = tuple[Any, ...]


class NodeTable:
    """Values as nodes. All that are to be stored together are put there together: only then it is known what is shared.

    >>> table = NodeTable()
    >>> table.put([{"t": 0, "who": "bob"}, {"t": 50, "who": "bob"}, {"t": 0, "who": "bob"}])
    [0, -1, [1, '50', 0], -1]
    >>> table.texts, table.shapes, table.shared
    (['bob'], [['t', 'who']], [[1, '0', 0]])
    """

    def __init__(self) -> None:
        self.shared: list[Node] = []
        self._texts: dict[str, int] = {}
        self._shapes: dict[tuple[str, ...], int] = {}
        self._numbers: dict[_Key, int] = {}  # of every list and object; the equal ones have one number
        self._keys: list[_Key] = []
        self._uses: Counter[int] = Counter()
        self._places: dict[int, int] = {}  # in `shared`, by number

    @property
    def texts(self) -> list[str]:
        """Every text, in the order of first use."""
        return list(self._texts)

    @property
    def shapes(self) -> list[list[str]]:
        """The keys of objects, each combination once."""
        return [list(keys) for keys in self._shapes]

    def put(self, value: Any) -> Node:
        """Return the node of a value with all that is in it."""
        root = self._key(value)
        for key in self._keys:
            self._uses.update(part for part in key[1] if isinstance(part, int))
        return self._node(root)

    def _key(self, value: Any) -> Any:
        """Return what is equal for equal values: the number of a list or an object, anything else in a tuple."""
        if isinstance(value, dict):
            key: _Key = (tuple(value), tuple(map(self._key, value.values())))
        elif isinstance(value, list | tuple):
            key = (None, tuple(map(self._key, value)))
        else:
            return (
                (str.__str__(value),) if isinstance(value, str) else (value, type(value))
            )  # a `Sentence` folds itself
        if key not in self._numbers:
            self._numbers[key] = len(self._keys)
            self._keys.append(key)
        return self._numbers[key]

    def _node(self, key: Any) -> Node:
        if isinstance(key, int):
            return self._inner(key)
        match key[0]:
            case str(text):
                return self._texts.setdefault(text, len(self._texts))
            case None | True | False:
                return key[0]
        return json.dumps(key[0])

    def _inner(self, number: int) -> Node:
        if self._uses[number] < 2:
            return self._opened(number)
        if number not in self._places:
            node = self._opened(number)  # first, so that what is in it stands before it
            self._places[number] = len(self.shared)
            self.shared.append(node)
        return -1 - self._places[number]

    def _opened(self, number: int) -> Node:
        names, parts = self._keys[number]
        shape = 0 if names is None else self._shapes.setdefault(names, len(self._shapes)) + 1
        return [shape, *map(self._node, parts)]


def packed(**parts: Any) -> str:
    """Return the values by these names as one text of letters that HTML leaves alone: JSON, deflated, in base64."""
    table = NodeTable()
    root = table.put(parts)
    whole = {"texts": table.texts, "shapes": table.shapes, "shared": table.shared, "root": root}
    return b64encode(b"".join(_deflated(json.dumps(whole, ensure_ascii=False, separators=(",", ":"))))).decode()


def _deflated(text: str) -> Iterator[bytes]:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    yield deflate.compress(text.encode())
    yield deflate.flush()
