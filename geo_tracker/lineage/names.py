"""What names say about who became whom: evidence beside the ground, never against it."""

import re
import unicodedata
from functools import lru_cache

from geo_tracker.language import N_, Message

_ENDINGS = re.compile(r"(村民委员会|居民委员会|村委会|居委会|行政村|新村|社区|村)$")
_VARIANTS = str.maketrans("邨樑裡蹟峯堃濬鎭淸", "村梁里迹峰坤浚镇清")
"""Characters written in two ways in village names → the one in use."""


@lru_cache(maxsize=200_000)
def bare_name(name: str) -> str:
    """Return a name without what names of its kind end in, in one form of writing.

    Blanks and case go, full width becomes half, variant characters become the usual ones; a name
    that is nothing but an ending stays.
    """
    plain = unicodedata.normalize("NFKC", name).translate(_VARIANTS)
    plain = re.sub(r"[\s·・-]", "", plain).casefold()
    bare = _ENDINGS.sub("", plain)
    return bare or plain


_EVIDENCE = {
    1.0: Message(N_("the names are the same")),
    0.9: Message(N_("the names sound the same")),
    0.7: Message(N_("one name is part of the other")),
    0.6: Message(N_("the new name has a character of the old one")),
}


def name_evidence(old: str | None, new: str | None) -> Message | None:
    """Say what the names of an old and a new village have to do with each other, if anything."""
    return _EVIDENCE.get(name_likeness(old, new))


@lru_cache(maxsize=200_000)
def _sound(name: str) -> str:
    # Its dictionaries take longer to load than many a comparison takes.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return "".join(lazy_pinyin(bare_name(name)))


def known_name(value: object) -> str | None:
    """Return a name out of a column, None where it is missing in any of pandas' ways."""
    return value if isinstance(value, str) else None


def name_likeness(old: str | None, new: str | None) -> float:
    """Return how much the name of a new village speaks for an old one, in 0–1.

    1 where the names are the same but for their endings, 0.9 where they only sound the same, 0.6
    where the new name is put together of the old one's characters and others' (十里 + 长林 →
    十林), as far as its first or last character shows; 0 where a name is unknown or unlike.
    """
    if not old or not new:
        return 0.0
    one, other = bare_name(old), bare_name(new)
    if one == other:
        return 1.0
    if _sound(old) == _sound(new):
        return 0.9
    if len(one) >= 2 and (one in other or other in one):
        return 0.7
    is_chinese = all("\u4e00" <= character <= "\u9fff" for character in one + other)
    if is_chinese and 2 <= len(other) <= 4 and (one[0] == other[0] or one[-1] == other[-1]):
        return 0.6
    return 0.0
