"""Words of a description, in English and Chinese alike, and how much each of them matters.

Known terms of the trade become concepts that both scripts share (`target` and 靶 are one), chemical elements become
their symbols, the rest are stems of English words and pairs of Chinese characters. What a description denies (`no heavy
rare earth`, 不含) is left out; what stands behind `with`, `for` or a comma weighs less than what the goods are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from lotgate.suppliers.substances import rows_of

__all__ = ["FORMS", "broader", "entry_weights", "goods_name", "head", "tokens", "weighted"]

_STOP = frozenset(
    re.findall(
        r"\S+",
        "a an and any are as at be by for from in into is it its not of on or other such than that the their these "
        "thereof this those to which with within without all each both more most least less following having specially "
        "designed described specified controlled items item see also one two three use used using made e.g i.e eg ie "
        "capable has have can may per including include includes therefor thereto n.e.s nes elsewhere etc type kind "
        "grade lot new industrial commercial household retail consumer domestic professional "
        "的 及其 和 与 或 等 用 含 及 以 其",
    )
)
_DENIED = re.compile(
    r"\b(?:no|not|without|free of|free from|except|excluding|other than)\b[^,;.()]*"
    r"|(?:不含|不包括|不受|不属于|不带)[^，。；、,;（(]*"
)
_ORIGIN = re.compile(
    r"\b(?:made|manufactured|produced|assembled) in\b[^,;.()]*|\b(?:direct )?product of [A-Z][^,;.()]*"
    r"|[^,;.()]*\b(?:price|not stated|not yet classified|controlled content|of unknown origin)\b[^,;.()]*"
)
"""Where goods were made and what is not known of them says nothing of what they are."""
_TAIL = re.compile(r"\b(?:with|containing|for|from|used in|inside|including|made of|of|by)\b|[,;(（，；]")
_PURPOSE = re.compile(
    r"\b(?:for|usable|capable|having|containing|used|designed|including|such as|with|other than|to)\b|[(（]"
)
_WORD = re.compile(r"[a-z0-9]+(?:[./-][a-z0-9]+)*|[\u4e00-\u9fff]+")
_SYMBOL = re.compile(r"(?<![A-Za-z])(?:Dy|Tb|Gd|Sm|Lu|Sc|Ho|Er|Tm|Eu|Yb|Ga|Ge|Sb|Bi|Te|Nd|Pr)(?![A-Za-z])")
FORMS = frozenset(
    re.findall(
        r"\S+",
        "c:equipment c:metal c:powder c:oxide c:compound c:alloy c:crystal c:wafer c:mixture c:target c:isotope device "
        "devic unit assembl assembly part component module product gas sheet block piece tow stack spool fibr tube "
        "sponge kit material 材料 设备 部件 产品 制品 系统 装置 组件 元件 器件",
    )
)
"""Words that say in what form goods come, and leave it to the word before to say what they are."""
TAIL_WEIGHT = 0.6
"""How much a word behind the goods' name weighs, against one of the name."""
BROADER = 0.6
"""How much a wider term weighs, against the one that was said."""


@lru_cache(maxsize=1)
def _terms() -> list[dict[str, str]]:
    """The terms of the trade: concept, how both languages write it, and the wider terms it is listed under."""
    text = files("lotgate.classification").joinpath("data").joinpath("terms.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def _concepts() -> tuple[Mapping[str, str], re.Pattern[str], Mapping[str, str], re.Pattern[str]]:
    """English phrase to concept with its pattern, and Chinese phrase to concept with its pattern."""
    english: dict[str, str] = {}
    chinese: dict[str, str] = {}
    for row in _terms():
        english |= dict.fromkeys(row["en"].split(";"), f"c:{row['concept']}")
        chinese |= {phrase.lower(): f"c:{row['concept']}" for phrase in row["zh"].split(";")}
    for row in rows_of("elements.csv"):
        if row["symbol"] not in ("Ar", "He", "Kr", "Ne", "Xe", "C", "H", "O", "S", "N"):
            english[row["en"]] = chinese[row["zh"]] = f"e:{row['symbol']}"
    english |= {"aluminum": "e:Al", "lead metal": "e:Pb"}
    english.pop("lead")
    return english, _phrases(english, word=True), chinese, _phrases(chinese, word=False)


def _phrases(known: Mapping[str, str], word: bool) -> re.Pattern[str]:
    """The longest phrase first."""
    inner = "|".join(re.escape(phrase) for phrase in sorted(known, key=lambda one: (-len(one), one)))
    return re.compile(rf"(?<![a-z0-9])({inner})(?:e?s)?(?![a-z0-9])" if word else f"({inner})")


def _stem(word: str) -> str:
    for end in ("ational", "ations", "ation", "ings", "ing", "ised", "ized", "ers", "ies", "es", "ed", "er", "s"):
        if word.endswith(end) and len(word) - len(end) >= 4:
            return word[: -len(end)]
    return word


def _of(text: str) -> Iterator[str]:
    english, in_english, chinese, in_chinese = _concepts()
    lowered = text.lower()
    for pattern, known in ((in_english, english), (in_chinese, chinese)):
        for found in pattern.finditer(lowered):
            yield known[found[1]]
        lowered = pattern.sub(" ", lowered)
    for symbol in _SYMBOL.findall(text):
        yield f"e:{symbol}"
    for found in _WORD.finditer(lowered):
        word = found[0]
        if "\u4e00" <= word[0] <= "\u9fff":
            yield from (word[k : k + 2] for k in range(len(word) - 1)) if len(word) > 1 else ()
        elif word not in _STOP and len(word) > 1 and not re.fullmatch(r"[\d./-]+", word):
            yield _stem(word)


def goods_name(description: str) -> str:
    """What stands before the first comma, `with`, `for` and the like."""
    said = _DENIED.sub(" ", _ORIGIN.sub(" ", description))
    return next((part.strip() for part in _TAIL.split(said) if part.strip()), "")


def head(description: str) -> frozenset[str]:
    """What goods are, by the last word of their name; with what stands before it, where that only tells a form.

    A steel shaft is a shaft: an entry that speaks of steel alone is not about it.
    """
    said = goods_name(description)
    name, models = said.lower(), {found[0].lower() for found in re.finditer(r"\b[A-Z0-9:./-]{2,}\b", said)}
    english, in_english, chinese, in_chinese = _concepts()
    places = [
        (f.end(), known[f[1]]) for p, known in ((in_english, english), (in_chinese, chinese)) for f in p.finditer(name)
    ]
    plain = in_chinese.sub(lambda f: "\0" * len(f[0]), in_english.sub(lambda f: "\0" * len(f[0]), name))
    for found in _WORD.finditer(plain):
        word = found[0]
        if "\u4e00" <= word[0] <= "\u9fff":
            places.append((found.end(), word[-2:]))
        elif not re.search(r"\d", word) and word not in _STOP | models:
            places.append((found.end(), _stem(word)))
    held: list[str] = []
    for _, token in sorted(places, reverse=True):
        held.append(token)
        if token not in FORMS:
            break
    return frozenset(held)


@lru_cache(maxsize=65536)
def tokens(text: str) -> frozenset[str]:
    """The tokens of a text of law: everything it names."""
    return frozenset(_of(text))


def weighted(description: str) -> Mapping[str, float]:
    """The tokens of a description with their weight: the goods' name in full, what stands behind it less."""
    description = _ORIGIN.sub(" ", description)
    before, _, purpose = re.sub(r"\bfor\b", "\0", description, count=1).partition("\0")
    meant = dict.fromkeys(_of(purpose), TAIL_WEIGHT) if purpose else {}
    meant = {token: weight for token, weight in meant.items() if token not in set(_of(before))}
    denied = {token for found in _DENIED.finditer(description) for token in _of(found[0])}
    said = {**_weighed(description, _TAIL), **meant}
    return {token: weight for token, weight in said.items() if token not in denied}


def entry_weights(text: str) -> Mapping[str, float]:
    """The same for a text of law, which names several goods before it says what they are for."""
    return _weighed(text, _PURPOSE)


@lru_cache(maxsize=65536)
def _weighed(text: str, tail: re.Pattern[str]) -> Mapping[str, float]:
    said = _DENIED.sub(" ", text)
    weights: dict[str, float] = {}
    for number, part in enumerate(tail.split(said)):
        for token in _of(part):
            # an element is what laws ask about, wherever it stands
            weight = 1.0 if number == 0 or token.startswith("e:") else TAIL_WEIGHT
            weights[token] = max(weight, weights.get(token, 0.0))
    return weights


@lru_cache(maxsize=1)
def _broader() -> Mapping[str, frozenset[str]]:
    """Concept to the words of law under which it is usually listed."""
    found: dict[str, frozenset[str]] = {}
    for row in _terms():
        names = [name for name in row["also"].split(";") if name]
        known = {one["concept"] for one in _terms()}
        found[f"c:{row['concept']}"] = frozenset(
            token for name in names for token in ({f"c:{name}"} if name in known else tokens(name))
        )
    return found


def broader(said: Mapping[str, float]) -> dict[str, float]:
    """The wider terms under which lists speak of what a description names (a milling machine is a machine tool)."""
    found: dict[str, float] = {}
    for token, weight in said.items():
        for other in _broader().get(token, ()):
            if other not in said:
                found[other] = max(found.get(other, 0.0), weight * BROADER)
    return found
