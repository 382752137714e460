"""Lists of any length and customer files to screen against them, made from real lists and a seed.

Entries beyond the real ones, and clean names, take their words from letter chains of real words: they look and share
letters like names, and stand for nobody.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import polars as pl

from bench.customer_names import COMPANY_PERTURBATIONS, PERSON_PERTURBATIONS, clean_names
from lotgate.parties.lists import ListSet, PartyList
from lotgate.parties.screen import Query

__all__ = ["Planted", "clean", "entries", "planted"]

_AT_ONCE = 50_000
_WORD = re.compile(r"[A-Za-zÀ-ž]{4,}")


class Chain:
    """Makes words letter by letter, each letter after the two before it as often as in the words it was given."""

    def __init__(self, words: list[str]) -> None:
        self._after: dict[str, list[str]] = defaultdict(list)
        for word in words:
            for place, letter in enumerate(f"{word.lower()}."):
                self._after[f"^^{word.lower()}"[place : place + 2]].append(letter)

    def word(self, chance: random.Random) -> str:
        """A word of five to eleven letters."""
        while True:
            made = "^^"
            while made[-1] != "." and len(made) < 14:
                made += chance.choice(self._after[made[-2:]])
            if made[-1] == "." and 8 <= len(made) <= 14:
                return made[2:-1].capitalize()


def entries(lists: ListSet, count: int, seed: int) -> PartyList:
    """A list of `count` entries: real ones in the order of the dice, and made ones where these do not suffice.

    A made entry is a real one with its rare words replaced, so that kinds, countries and common words stay as they are.
    """
    real = pl.concat([one.entries.with_columns(entry=f"{one.id}:" + pl.col("entry")) for one in lists])
    real = real.filter(pl.col("kind").fill_null("") != "address").sample(fraction=1, shuffle=True, seed=seed)
    frame = real.head(count)
    if count > len(real):
        frame = pl.concat([frame, _made(real, count - len(real), seed)])
    return PartyList("bench", "Bench", None, "", frame, len(frame), sha256=f"bench-{seed}-{count}-{len(real)}")


def _made(real: pl.DataFrame, count: int, seed: int) -> pl.DataFrame:
    chance = random.Random(seed)
    often = Counter(word.lower() for name in real["name"] for word in _WORD.findall(name))
    rare = [word for word, times in often.items() if times < 10]
    chain = Chain(rare)
    models = [row for row in real.select("name", "kind", "countries").iter_rows() if _WORD.search(row[0])]

    def other(found: re.Match[str]) -> str:
        word = found.group(0)
        if often[word.lower()] >= 30:
            return word
        made = chain.word(chance)
        return made.upper() if word.isupper() else made

    schema = {key: real.schema[key] for key in ("entry", "name", "kind", "countries")}
    frames = []
    for start in range(0, count, _AT_ONCE):
        rows = []
        for number in range(start, min(count, start + _AT_ONCE)):
            name, kind, countries = chance.choice(models)
            rows.append((f"made:{number}", _WORD.sub(other, name), kind, countries))
        frames.append(pl.DataFrame(rows, schema=schema, orient="row"))
    made = pl.concat(frames)
    empty = pl.lit([], dtype=pl.List(pl.String))
    made = made.with_columns(aliases=empty, weak_aliases=empty, identifiers=empty, tags=pl.lit(["bench"]))
    return made.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in real.schema.items() if name not in made.columns
    ).select(real.columns)


@dataclass(frozen=True)
class Planted:
    """A listed name as a customer writes it: how it was changed, and the entry that must be found."""

    query: Query
    change: str
    listed: str
    entry: str


def planted(found: PartyList, count: int, seed: int) -> list[Planted]:
    """`count` variants of real names and strong aliases on a list, each changed in one way, all ways in turn."""
    chance = random.Random(seed)
    rows = found.entries.filter(~pl.col("entry").str.starts_with("made:"))
    listed = [
        (entry, name, kind, countries[0] if countries else None)
        for entry, main, aliases, kind, countries in rows.select(
            "entry", "name", "aliases", "kind", "countries"
        ).iter_rows()
        for name in (main, *aliases)
        if sum(letter.isalnum() for letter in name) >= 5
    ]
    made: list[Planted] = []
    turn = 0
    while len(made) < count:
        entry, name, kind, country = chance.choice(listed)
        changes = PERSON_PERTURBATIONS if kind == "person" else COMPANY_PERTURBATIONS
        change = list(changes)[turn % len(changes)]
        turn += 1
        written = changes[change](chance, name, country)
        if written is not None:
            query = Query(f"planted-{len(made)}", (written,), country, kind)
            made.append(Planted(query, change, name, entry))
    return made


_SECTOR_TEXT = (
    "Valves|Pumps|Foods|Dairy|Furniture|Textiles|Garments|Ceramics|Plastics|Packaging|Printing|Fasteners|"
    "Bearings|Castings|Forgings|Motors|Drives|Optics|Lighting|Cables|Batteries|Instruments|Dental Supply|"
    "Pharma|Logistics|Shipping|Trading|Technology|Technologies|Electronics|Semiconductor|Software|Systems|"
    "Chemical|Metals|Steel|Mining|Machinery|Tools|Automation|Robotics|Energy|Solar|Engineering|Construction|"
    "Import and Export|Industries|International|Holdings|Group"
)
_SECTORS = _SECTOR_TEXT.split("|")
_COMPANY_FORMS = {
    "CN": "Co., Ltd.|Co Ltd|Company Limited", "DE": "GmbH|AG|GmbH & Co. KG", "NL": "B.V.|N.V.", "FR": "SAS|S.A.",
    "IT": "S.p.A.|S.r.l.", "IN": "Pvt Ltd|Private Limited", "JP": "K.K.|Co., Ltd.", "KR": "Co., Ltd.",
    "BR": "Ltda|S.A.", "MX": "S.A. de C.V.", "TR": "A.S.|Ltd. Sti.", "PL": "Sp. z o.o.|S.A.", "RU": "LLC|JSC",
    "US": "Inc.|LLC|Corp.",
    "GB": "Ltd|Limited|PLC", "ES": "S.L.|S.A.", "TW": "Co., Ltd.|Corp.", "VN": "JSC|Co., Ltd.", "AE": "FZE|LLC",
}  # fmt: skip
_SYLLABLE_TEXT = (
    "an bao bo cheng chun da de feng fu guang gui hai hao heng hong hua hui jia jian jin jing kai kang lan li "
    "lian long lu mei ming nan ning peng ping qi qing rong rui sen shan sheng shun tai tian tong wan wei xiang "
    "xin xing xu yang yi ying you yu yuan yue yun ze zhen zheng zhi zhong"
)
_SYLLABLES = _SYLLABLE_TEXT.split()
_GIVEN_TEXT = (
    "James Mary Robert Patricia Linda Michael Barbara William Susan Richard Karen Thomas Nancy Daniel Sandra "
    "Laura Kevin Ivan Elena Pavel Olga Hans Greta Pierre Claire Marco Giulia Carlos Lucia Hiroshi Yuki Anil "
    "Priya Kofi Ama"
)
_GIVEN = _GIVEN_TEXT.split()


@cache
def _words() -> tuple[list[str], dict[str, list[str]], dict[str, Chain]]:
    """Surnames, cities by country, and a chain for each country's cities."""
    data = files("lotgate.parties").joinpath("data")
    surnames = [line.capitalize() for line in data.joinpath("surnames.csv").read_text("utf-8").split()[1:]]
    cities: dict[str, list[str]] = defaultdict(list)
    for line in data.joinpath("cities.csv").read_text("utf-8").splitlines()[1:]:
        name, countries = line.rsplit(",", 1)
        cities[countries.split(";")[0]].append(name.title())
    kept = {country: cities[country] for country in _COMPANY_FORMS}
    return surnames, kept, {country: Chain(names) for country, names in kept.items()}


def _clean_firm(chance: random.Random, country: str) -> str:
    surnames, cities, chains = _words()
    form, sector = chance.choice(_COMPANY_FORMS[country].split("|")), chance.choice(_SECTORS)
    if country == "CN":
        brand = "".join(chance.choices(_SYLLABLES, k=chance.choice([2, 2, 3]))).capitalize()
        brand = f"{chance.choice(cities[country])} {brand}"
    elif country in ("US", "GB") and chance.random() < 0.7:
        brand = chance.choice(surnames)
    else:
        brand = chains[country].word(chance)
    way = chance.random()
    if way < 0.55:
        return f"{brand} {sector} {form}"
    if way < 0.70:
        return f"{brand} {chance.choice(_SECTORS)} & {sector} {form}"
    if way < 0.80:
        return f"{chance.choice(cities[country])} {chains[country].word(chance)} {sector} {form}"
    if way < 0.90:
        return f"{brand} {chance.choice(surnames)} {sector}"
    return f"{brand} {chains[country].word(chance)} {form}"


def clean(count: int, seed: int) -> list[Query]:
    """Names of nobody on any list: firms of nineteen countries with new, borrowed and family names, and persons.

    One in seven comes without its kind, one in seven without its country.
    """
    chance = random.Random(seed)
    surnames, _, _ = _words()
    made: dict[str, tuple[str | None, str]] = {
        name: (country, "company") for name, country in clean_names(count // 5, seed)
    }
    while len(made) < count:
        country = chance.choice(list(_COMPANY_FORMS))
        if chance.random() < 0.1:
            made.setdefault(f"{chance.choice(_GIVEN)} {chance.choice(surnames)}", (country, "person"))
        else:
            made.setdefault(_clean_firm(chance, country), (country, "company"))
    return [
        Query(f"clean-{number}", (name,), None if chance.random() < 1 / 7 else country,
              None if chance.random() < 1 / 7 else kind)
        for number, (name, (country, kind)) in enumerate(made.items())
    ]  # fmt: skip
