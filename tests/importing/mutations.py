"""Files broken at random, as disks, mail programs and hostile people break them."""

import io
import random
import zipfile
from collections.abc import Callable

_MOST_EDITS = 8
_WORDS = (
    *(b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\x80", b"\xff\xfe"),
    *(
        b"nan",
        b"1e999",
        b"-0",
        b"'",
        b'"',
        b"<",
        b"]]>",
        b"\x1a",
        "村".encode(),
        "村".encode("gbk"),
    ),
)


def broken(content: bytes, rng: random.Random) -> bytes:
    """Return a file's bytes with some of them changed; those inside of a zip, too.

    A zip checks its members' bytes, so that changes to the outside alone never reach a reader.
    """
    if content.startswith(b"PK") and rng.random() < 0.8:
        inside = _inside(content, rng)
        if inside is not None:
            return inside
    return _edited(content, rng)


def _inside(content: bytes, rng: random.Random) -> bytes | None:
    packed = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as source,
            zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            members = source.infolist()
            if sum(member.file_size for member in members) > 10_000_000:
                return None
            chosen = rng.choice(members)
            for member in members:
                inner = source.read(member)
                if member is chosen:
                    if rng.random() < 0.1:
                        continue
                    inner = _edited(inner, rng)
                target.writestr(member.filename, inner)
    except (zipfile.BadZipFile, RuntimeError):
        return None
    return packed.getvalue()


def _edited(content: bytes, rng: random.Random) -> bytes:
    for _edit in range(rng.randint(1, _MOST_EDITS)):
        content = rng.choice(_EDITS)(content, rng)
    return content


def _place(content: bytes, rng: random.Random) -> int:
    # Headers lie in front, and most of what can go wrong with them.
    end = len(content) if rng.random() < 0.5 else min(len(content), 128)
    return rng.randint(0, end)


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: _place(content, rng)] if rng.random() < 0.3 else content


def _other_bytes(content: bytes, rng: random.Random) -> bytes:
    at, count = _place(content, rng), rng.randint(1, 4)
    return content[:at] + rng.randbytes(count) + content[at + count :]


def _a_word(content: bytes, rng: random.Random) -> bytes:
    at, word = _place(content, rng), rng.choice(_WORDS)
    return content[:at] + word + content[at + len(word) :]


def _more_bytes(content: bytes, rng: random.Random) -> bytes:
    at = _place(content, rng)
    return content[:at] + rng.choice(_WORDS) * rng.randint(1, 20) + content[at:]


def _fewer_bytes(content: bytes, rng: random.Random) -> bytes:
    at = _place(content, rng)
    return content[:at] + content[at + rng.randint(1, 40) :]


def _a_piece_again(content: bytes, rng: random.Random) -> bytes:
    at, other = _place(content, rng), _place(content, rng)
    return content[:at] + content[other : other + rng.randint(1, 200)] + content[at:]


_EDITS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_cut, _other_bytes, _a_word, _more_bytes, _fewer_bytes, _a_piece_again),
)
