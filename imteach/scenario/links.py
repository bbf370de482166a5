"""A scenario file's text as the fragment of a link: compressed, and written with signs that a URL may hold."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from imteach.errors import InputError, quoted
from imteach.scenario.file import CHARACTERS

BEGIN = "#lab="
LEVEL = 9  # always the same, so that the same text gives the same link; another zlib may give another
MOST = 2 * CHARACTERS  # in a link that is read; those of lessons have a few hundred


def to_link(text: str) -> str:
    r"""Return the text of a scenario file as a URL's fragment: `#lab=…`. `from_link` reads it back.

    The text is compressed (DEFLATE, without a header) and written as base64url without padding.

    >>> from_link("https://example.org/six.html" + to_link('rung = "dedup"\n'))
    'rung = "dedup"\n'
    """
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(text.encode()) + packer.flush()
    return BEGIN + urlsafe_b64encode(packed).decode().rstrip("=")


def from_link(link: str) -> str:
    """Return the text of a scenario file that a link holds; what stands before its `#lab=` does not matter.

    Raises `InputError` for what is no such link, and for one that holds more than a scenario file may.

    >>> from_link("#lab=?")
    Traceback (most recent call last):
    imteach.errors.InputError: link: damaged after #lab=, or not whole: '?'
    """
    if not isinstance(link, str) or BEGIN not in link:
        raise InputError(f"expected {BEGIN} and what follows it, got {quoted(link)}", where="link")
    if len(link) > MOST:
        raise InputError(f"more than {MOST} characters; the link of a lab is shorter", where="link")
    written = link.rpartition(BEGIN)[2].strip()
    try:
        text = _unpacked(_decoded(written)).decode()
    except (Error, zlib.error, UnicodeError):
        raise InputError(f"damaged after {BEGIN}, or not whole: {quoted(written)}", where="link") from None
    return text


def is_link(text: str) -> bool:
    """Whether a text is a link of a lab and no scenario file: one line, with `#lab=` at its beginning or after a URL.

    >>> is_link("#lab=q1Y"), is_link("https://example.org/six.html#lab=q1Y"), is_link('rung = "dedup"  #lab=q1Y')
    (True, True, False)
    """
    return BEGIN in text and len(text.split()) == 1


def _decoded(written: str) -> bytes:
    padded = written.encode("ascii") + b"=" * (-len(written) % 4)
    packed = urlsafe_b64decode(padded)
    if urlsafe_b64encode(packed) != padded:  # Python passes over signs that it does not know
        raise Error
    return packed


def _unpacked(packed: bytes) -> bytes:
    """Unpack no more than a scenario file may hold: a few bytes can stand for gigabytes."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    text = unpacker.decompress(packed, CHARACTERS)
    if unpacker.unconsumed_tail or (not unpacker.eof and unpacker.decompress(b"", 1)):
        raise InputError(f"holds more than {CHARACTERS} bytes; a scenario file is shorter", where="link")
    if not unpacker.eof or unpacker.unused_data:
        raise zlib.error
    return text
