"""What names say about who became whom: evidence beside the ground, never against it."""

from collections.abc import Sequence
from functools import lru_cache

from pypinyin import lazy_pinyin

from geo_tracker.language import N_, Message
from geo_tracker.lineage.name_forms import name_forms

SAME, WRITTEN, SOUNDS, COMPOSED, OTHER_KIND, PART, CHARACTER = 1.0, 0.95, 0.9, 0.8, 0.7, 0.7, 0.6
"""How much names speak for each other, by what they have in common."""

_EVIDENCE = {
    "same": Message(N_("the names are the same")),
    "written": Message(N_("the names are the same, written in another way or language")),
    "sound": Message(N_("the names sound the same")),
    "kind": Message(N_("the name is the same, of another kind of unit")),
    "part": Message(N_("one name is part of the other")),
    "character": Message(N_("the new name has a character of the old one")),
}
_LIKENESS = {
    "same": SAME,
    "written": WRITTEN,
    "sound": SOUNDS,
    "kind": OTHER_KIND,
    "part": PART,
    "character": CHARACTER,
    "": 0.0,
}
_MOST_CHARACTERS = 6
_LEAST_TWO = 2


def bare_name(name: str) -> str:
    """Return a name without what names of its kind end in, in one form of writing.

    As `name_forms`; of a name in two languages the first.
    """
    return name_forms(name).forms[0].bare


def known_name(value: object) -> str | None:
    """Return a name out of a column, None where it is missing in any of pandas' ways."""
    return value if isinstance(value, str) else None


def name_evidence(old: str | None, new: str | None) -> Message | None:
    """Say what the names of an old and a new village have to do with each other, if anything."""
    return _EVIDENCE.get(_in_common(old, new)) if old and new else None


def name_likeness(old: str | None, new: str | None) -> float:
    """Return how much the name of a new village speaks for an old one, in 0–1.

    1 where the names are the same but for the endings of villages; 0.95 where accents, hyphens,
    "Saint" or a second language differ; 0.9 where Chinese names only sound the same; 0.7 where the
    name is that of another kind of unit (a town and the rural municipality around it are two) or
    one is part of the other; 0.6 where the new name begins or ends with a character of the old one.
    0 where a name is unknown or unlike.
    """
    return _LIKENESS[_in_common(old, new)] if old and new else 0.0


@lru_cache(maxsize=200_000)
def _in_common(old: str, new: str) -> str:
    one, other = name_forms(old), name_forms(new)
    if not one.exact or not other.exact:
        # A dash in place of a name.
        return ""
    if one.exact == other.exact:
        return "same"
    pairs = [(a, b) for a in one.forms for b in other.forms]
    if any(a.whole == b.whole for a, b in pairs):
        return "same" if one.is_han else "written"
    kinds = [(a.kind, b.kind) for a, b in pairs if a.bare == b.bare]
    if any(a == b or _villages(a, b) for a, b in kinds):
        return "same" if one.is_han else "written"
    if kinds:
        return "part" if all("" in pair for pair in kinds) else "kind"
    if one.is_han and other.is_han:
        return _han_in_common(old, new)
    if any(_is_part(a.bare, b.bare) or _is_part(b.bare, a.bare) for a, b in pairs):
        return "part"
    return ""


def _villages(*kinds: str) -> bool:
    """Say whether kinds are those of villages, or unsaid; in Chinese a village may leave it out."""
    return set(kinds) <= {"village", ""} and "village" in kinds


def _han_in_common(old: str, new: str) -> str:
    (one,), (other,) = name_forms(old).forms, name_forms(new).forms
    same_kind = one.kind == other.kind or _villages(one.kind, other.kind)
    # 町 is Japanese, where characters sound otherwise.
    if same_kind and one.kind != "町" and _sound(one.bare) == _sound(other.bare):
        return "sound"
    a, b = one.bare, other.bare
    if (len(a) >= _LEAST_TWO and a in b) or (len(b) >= _LEAST_TWO and b in a):
        return "part"
    if len(a) >= _LEAST_TWO and 2 <= len(b) <= 4 and (a[0] == b[0] or a[-1] == b[-1]):
        return "character"
    return ""


def _is_part(short: str, long: str) -> bool:
    """Say whether a name stands in another as whole words."""
    return len(short) >= _LEAST_TWO and f" {short} " in f" {long} "


@lru_cache(maxsize=200_000)
def _sound(bare: str) -> str:
    return "".join(lazy_pinyin(bare))


def composed_of(olds: Sequence[str | None], new: str | None) -> dict[int, str]:
    """Return which characters of a new village's name come from which of its former villages.

    Parameters
    ----------
    olds : sequence of str or None
        Names of all former villages of one new village.
    new : str or None
        Its name.

    Returns
    -------
    dict of int to str
        Position among ``olds`` → characters, in the order of the new name; empty unless the
        characters of two or more former villages make up the whole name (十里 + 长林 → 十林; 倪宅 +
        新川 → 倪宅新村). Of several ways the one with most former villages, then the longest first
        part.
    """
    if not new:
        return {}
    forms = name_forms(new)
    if not forms.is_han:
        return {}
    bares = [None if old is None else name_forms(old).forms[0].bare for old in olds]
    stems = [forms.forms[0].bare]
    if forms.ends_new:
        # 新 may be the first character of one of them and not "new".
        stems.insert(0, f"{stems[0]}新")
    for stem in stems:
        # A name that stands in one of theirs is kept, not put together.
        kept = any(stem in bare for bare in bares if bare is not None)
        if not kept and 2 <= len(stem) <= _MOST_CHARACTERS:
            found = _pieces(stem, bares, frozenset())
            if found is not None and len(found) >= _LEAST_TWO:
                return dict(found)
    return {}


def _pieces(
    stem: str, bares: Sequence[str | None], used: frozenset[int]
) -> list[tuple[int, str]] | None:
    """Return the best way to cut a name into parts of names not used yet."""
    if not stem:
        return []
    best: list[tuple[int, str]] | None = None
    for length in range(len(stem), 0, -1):
        piece = stem[:length]
        for at, bare in enumerate(bares):
            if at in used or bare is None or piece not in bare:
                continue
            rest = _pieces(stem[length:], bares, used | {at})
            if rest is not None and (best is None or len(rest) + 1 > len(best)):
                best = [(at, piece), *rest]
    return best


def group_likeness(olds: Sequence[str | None], new: str | None) -> list[float]:
    """Return how much a new village's name speaks for each of its former villages, in 0–1.

    As `name_likeness`; 0.8 at least for those whose characters make up the new name together.
    """
    likeness = [name_likeness(old, new) for old in olds]
    for at in composed_of(olds, new):
        likeness[at] = max(likeness[at], COMPOSED)
    return likeness


def group_evidence(olds: Sequence[str | None], new: str | None) -> Message | None:
    """Say what a new village's name has to do with those of all its former villages.

    It is put together of several, or that of one of them: the merged village often keeps the
    strongest one's name.
    """
    parts = composed_of(olds, new)
    if parts:
        told = " + ".join(f"{piece} ({olds[at]})" for at, piece in parts.items())
        return Message(N_("the new name is put together: %(parts)s"), {"parts": told})
    likeness = [name_likeness(old, new) for old in olds]
    best = max(likeness, default=0.0)
    if best >= SOUNDS and likeness.count(best) == 1:
        return Message(
            N_("the new village keeps the name of %(name)s"), {"name": olds[likeness.index(best)]}
        )
    return None
