"""Names as customers write them: perturbations of a listed name, and clean company names made from a seed.

Each perturbation takes (random, name, country) and gives the changed name, or None where it does not apply.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import opencc

_FORMS = {
    "CN": ["Co., Ltd.", "Co Ltd", "Company Limited", "Corp."],
    "HK": ["Limited", "Ltd."],
    "RU": ["LLC", "OOO", "JSC", "AO"],
    "BY": ["OJSC", "JSC"],
    "DE": ["GmbH", "AG", "G.m.b.H.", "A.G."],
    "IT": ["S.p.A.", "S.r.l.", "SpA"],
    "FR": ["SAS", "S.A.", "SARL", "GIE"],
    "JP": ["Co., Ltd.", "K.K.", "Corporation"],
    "US": ["Inc.", "LLC", "L.L.C.", "Corp"],
    "SG": ["Pte Ltd", "Pte. Ltd."],
    "AE": ["FZE", "LLC", "L.L.C"],
    "TR": ["A.S.", "Ltd. Sti."],
    "IR": ["Co.", "Company"],
    "IN": ["Pvt Ltd", "Private Limited"],
}
_ANY_FORM = ["Ltd", "Co., Ltd.", "LLC", "Inc."]
_LEGAL = re.compile(
    r"[,\s]+(?:co\.?,?\s*,?\s*ltd\.?|company limited|ltd\.?|limited|llc|inc\.?|"
    r"incorporated|corp\.?|corporation|gmbh|ag|"
    r"s\.?a\.?|s\.?p\.?a\.?|jsc|ojsc|pjsc|co\.?|company|pte\.? ltd\.?|fze|plc|b\.?v\.?|n\.?v\.?)\s*$",
    re.IGNORECASE,
)
_DOTTED = {
    "ag": "A.G.", "gmbh": "G.m.b.H.", "llc": "L.L.C.", "jsc": "J.S.C.", "ojsc": "O.J.S.C.", "pjsc": "P.J.S.C.",
    "co., ltd.": "Co Ltd", "co., ltd": "CO.,LTD", "co. ltd.": "Co.,Ltd", "company limited": "Co. Ltd", "plc": "P.L.C.",
    "limited": "Ltd.", "ltd.": "LTD", "ltd": "Ltd.", "inc.": "INC", "inc": "Inc.", "corporation": "Corp.",
    "fze": "F.Z.E.",
    "company": "Co.", "co.": "Co", "corp.": "CORP", "corp": "Corp.", "sa": "S.A.", "s.a.": "SA", "spa": "S.p.A.",
    "incorporated": "Inc.", "llc.": "LLC", "co": "Co.",
}  # fmt: skip
_SHORT = {
    "technology": "Tech.", "technologies": "Tech", "institute": "Inst.", "university": "Univ.",
    "international": "Intl.",
    "manufacturing": "Mfg.", "electronics": "Elec.", "electronic": "Elec.", "research": "Res.", "department": "Dept.",
    "center": "Ctr.", "centre": "Ctr", "limited": "Ltd", "company": "Co", "corporation": "Corp", "group": "Grp",
    "brothers": "Bros.", "industry": "Ind.", "industries": "Inds.", "industrial": "Indl.", "equipment": "Equip.",
    "science": "Sci.", "sciences": "Sci.", "engineering": "Engg.", "development": "Dev.", "laboratory": "Lab.",
    "national": "Natl.", "development's": "Dev", "instruments": "Instr.", "communication": "Comm.", "general": "Gen.",
    "communications": "Comms.", "systems": "Sys.", "services": "Svcs.", "academy": "Acad.", "management": "Mgmt.",
    "investment": "Inv.", "trading": "Trdg.", "shipping": "Shpg.", "logistics": "Log.", "machinery": "Mach.",
    "automation": "Autom.", "semiconductor": "Semicond.", "information": "Info.", "aviation": "Avn.",
    "associates": "Assoc.",
    "aerospace": "Aerosp.", "transport": "Transp.", "petroleum": "Petrol.", "chemical": "Chem.", "chemicals": "Chem.",
    "association": "Assn.", "government": "Govt.", "enterprises": "Ent.", "enterprise": "Ent.", "mechanical": "Mech.",
    "holding": "Hldg.", "holdings": "Hldgs.", "construction": "Constr.", "distribution": "Distr.", "products": "Prods.",
}  # fmt: skip
_CITIES = {
    "CN": ["Shenzhen", "Beijing", "Shanghai", "Wuhan"], "RU": ["Moscow", "St. Petersburg", "Novosibirsk"],
    "HK": ["Kowloon", "Hong Kong"], "IR": ["Tehran", "Isfahan"], "US": ["Houston", "New York"], "DE": ["Munich",
    "Berlin"],
    "AE": ["Dubai", "Sharjah"], "TR": ["Istanbul", "Ankara"], "JP": ["Tokyo", "Osaka"], "BY": ["Minsk", "Gomel"],
    "KP": ["Pyongyang"], "SY": ["Damascus", "Aleppo"], "PK": ["Karachi", "Islamabad"], "IN": ["Mumbai", "Bangalore"],
    "LB": ["Beirut"], "IQ": ["Baghdad"], "UA": ["Kyiv", "Odesa"], "MX": ["Guadalajara", "Tijuana"], "CO": ["Cali"],
    "FR": ["Paris", "Lyon"], "IT": ["Milan", "Rome"], "SG": ["Singapore"], "MM": ["Yangon"], "GB": ["London"],
    "CH": ["Zurich", "Geneva"], "CY": ["Limassol", "Nicosia"], "PA": ["Panama"], "VE": ["Caracas"], "TW": ["Taipei"],
}  # fmt: skip
_COUNTRIES = {
    "CN": ["China", "P.R. China", "PRC"], "RU": ["Russia", "Russian Federation"], "HK": ["Hong Kong"], "IR": ["Iran"],
    "US": ["USA", "U.S.A."], "DE": ["Germany"], "AE": ["UAE", "U.A.E."], "TR": ["Turkey"], "JP": ["Japan"],
    "BY": ["Belarus"], "KP": ["North Korea", "DPRK"], "SY": ["Syria"], "PK": ["Pakistan"], "IN": ["India"],
    "LB": ["Lebanon"], "IQ": ["Iraq"], "UA": ["Ukraine"], "MX": ["Mexico"], "CO": ["Colombia"], "FR": ["France"],
    "IT": ["Italy"], "SG": ["Singapore"], "MM": ["Myanmar"], "GB": ["UK", "United Kingdom"], "CH": ["Switzerland"],
    "CY": ["Cyprus"], "PA": ["Panama"], "VE": ["Venezuela"], "TW": ["Taiwan"],
}  # fmt: skip
_SMALL = frozenset(["of", "the", "and", "for", "de", "la", "y", "in", "et", "du", "des", "und", "e", "di"])
_LEGAL_TEXT = (
    "aktsionernoe ao closed co company corp corporation gmbh inc joint jsc liability limited llc ltd oao "
    "obshchestvo ojsc ooo open otkrytoe pao pjsc "
    "private public publichnoe sirketi stock ticaret zakrytoe zao şirketi șirketi"
)
_LEGAL_WORDS = frozenset(_LEGAL_TEXT.split())
_PLACES = (
    "Shanghai|Beijing|Shenzhen|Wuhan|Hangzhou|Nanjing|Guangzhou|Suzhou|Chengdu|Xi'an|Tianjin|Chongqing|Hong Kong|"
    "Moscow|"
    "Tehran|Jiangsu|Zhejiang|Guangdong|Anhui|Dalian|Harbin|Hefei|Hunan|Henan|Shandong|Sichuan|Dongguan|Wuxi|Ningbo"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_FORMS = ["集团股份有限公司", "股份有限公司", "集团有限公司", "有限责任公司", "有限公司", "集团公司", "公司"]

Perturbation = Callable[[random.Random, str, str | None], str | None]


def _latin(name: str) -> bool:
    return not _HAN.search(name) and sum(character.isascii() and character.isalpha() for character in name) >= 4


def _form(chance: random.Random, name: str, country: str | None) -> str | None:
    if not _latin(name) or _LEGAL.search(name):
        return None
    return f"{name} {chance.choice(_FORMS.get(country or '', _ANY_FORM))}"


def _without_form(_: random.Random, name: str, __: str | None) -> str | None:
    made = _LEGAL.sub("", name)
    return made if made != name and len(made) >= 5 and _latin(made) else None


def _punctuated(_: random.Random, name: str, __: str | None) -> str | None:
    found = _LEGAL.search(name)
    written = _DOTTED.get(found.group(0).strip(" ,").lower()) if found else None
    return name[: found.start()] + " " + written if found and written else None


def _chinese_form(chance: random.Random, name: str, _: str | None) -> str | None:
    if len(_HAN.findall(name)) < 5 or not name.endswith("公司"):
        return None
    ending = next(form for form in _HAN_FORMS if name.endswith(form))
    stem = name[: -len(ending)]
    if "集团" in stem or len(stem) < 3:
        return stem + chance.choice(["有限公司", "股份有限公司"])
    return stem + chance.choice([form for form in _HAN_FORMS[:5] if form != ending])


def _words(name: str) -> list[str]:
    return re.findall(r"[A-Za-z][A-Za-z'’-]*", name)


def _initials(name: str) -> str | None:
    stem = _LEGAL.sub("", name)
    words = [word for word in _words(stem) if word.lower() not in _SMALL]
    if not _latin(name) or "(" in name or "." in stem or not 3 <= len(words) <= 7:
        return None
    if _LEGAL_WORDS & {word.lower() for word in words}:
        return None
    return "".join(word[0] for word in words).upper()


def _with_initials(_: random.Random, name: str, __: str | None) -> str | None:
    letters = _initials(name)
    return f"{name} {letters}" if letters else None


def _with_bracketed_initials(_: random.Random, name: str, __: str | None) -> str | None:
    letters = _initials(name)
    return f"{name} ({letters})" if letters else None


def _repeated(chance: random.Random, name: str, _: str | None) -> str | None:
    words = [word for word in _words(_LEGAL.sub("", name)) if len(word) > 4 and word.lower() not in _LEGAL_WORDS]
    if not words or not _latin(name):
        return None
    return f"{name} {chance.choice([words[0], _LEGAL.sub('', name)])}"


def _shortened(_: random.Random, name: str, __: str | None) -> str | None:
    made = re.sub(r"[A-Za-z]+", lambda found: _SHORT.get(found.group(0).lower(), found.group(0)), name)
    return re.sub(r"\.+", ".", made) if made != name else None


def _moved_place(_: random.Random, name: str, __: str | None) -> str | None:
    found = re.match(rf"({_PLACES})\s+(.+)$", name)
    if found and len(_LEGAL.sub("", found[2])) >= 5:
        stem = _LEGAL.sub("", found[2])
        return f"{stem} ({found[1]}){found[2][len(stem) :]}"
    found = re.match(rf"(.+?)\s*\(({_PLACES})\)\s*(.*)$", name)
    return f"{found[2]} {found[1]} {found[3]}".strip() if found else None


def _and_sign(_: random.Random, name: str, __: str | None) -> str | None:
    made = name.replace(" & ", " and ") if " & " in name else re.sub(r" and ", " & ", name, flags=re.IGNORECASE)
    return made if made != name else None


def _hyphens(chance: random.Random, name: str, _: str | None) -> str | None:
    if re.search(r"(?<=[A-Za-z]{2})-(?=[A-Za-z]{2})", name):
        return re.sub(r"(?<=[A-Za-z]{2})-(?=[A-Za-z]{2})", chance.choice([" ", ""]), name)
    words = name.split()
    places = [i for i in range(len(words) - 1) if words[i].isalpha() and words[i + 1].isalpha()]
    if not places or not _latin(name):
        return None
    place = chance.choice(places)
    return " ".join([*words[:place], f"{words[place]}-{words[place + 1]}", *words[place + 2 :]])


def _apostrophes(_: random.Random, name: str, __: str | None) -> str | None:
    made = re.sub(r"['’`‘]", "", name)
    if made != name:
        return made
    return name.replace(" ", " '", 1) + "'" if " " in name and _latin(name) and len(name.split()) == 2 else None


def _glued(chance: random.Random, name: str, _: str | None) -> str | None:
    words = name.split()
    places = [
        i
        for i in range(len(words) - 1)
        if all(word.isalpha() and len(word) >= 4 for word in words[i : i + 2])
        and not _LEGAL_WORDS & {words[i].lower(), words[i + 1].lower()}
    ]
    if not places or not _latin(name):
        return None
    place = chance.choice(places)
    return " ".join([*words[:place], words[place] + words[place + 1].lower(), *words[place + 2 :]])


def _split(chance: random.Random, name: str, _: str | None) -> str | None:
    words = name.split()
    places = [i for i, word in enumerate(words) if word.isascii() and word.isalpha() and len(word) >= 8]
    if not places:
        return None
    place = places[0]
    at = chance.randint(3, len(words[place]) - 3)
    return " ".join([*words[:place], words[place][:at], words[place][at:], *words[place + 1 :]])


def _typo(chance: random.Random, name: str, _: str | None) -> str | None:
    places = list(re.finditer(r"[A-Za-z]{6,}", name))
    if not places or not _latin(name):
        return None
    found = chance.choice(places)
    word, at = found.group(0), chance.randint(1, len(found.group(0)) - 2)
    kind = chance.randrange(4)
    letter = chance.choice("aeiorstnl")
    made = (
        word[:at] + word[at + 1 :] if kind == 0
        else word[:at] + letter + word[at:] if kind == 1
        else word[:at] + word[at + 1] + word[at] + word[at + 2 :] if kind == 2
        else word[:at] + word[at] + word[at:]
    )  # fmt: skip
    return name[: found.start()] + made + name[found.end() :]


def _with_city(chance: random.Random, name: str, country: str | None) -> str | None:
    cities = _CITIES.get(country or "")
    return f"{name}{chance.choice([', ', ' '])}{chance.choice(cities)}" if cities and _latin(name) else None


def _with_country(chance: random.Random, name: str, country: str | None) -> str | None:
    names = _COUNTRIES.get(country or "")
    return f"{name}{chance.choice([', ', ' '])}{chance.choice(names)}" if names and _latin(name) else None


def _care_of(chance: random.Random, name: str, _: str | None) -> str | None:
    return chance.choice(["c/o {}", "C/O {}", "Attn: {}", "attn. {}", "To: {}", "Messrs. {}", "M/s {}"]).format(name)


def _also_known(chance: random.Random, name: str, _: str | None) -> str | None:
    return chance.choice(
        ["{} a.k.a. Blauwater Tulpenhandel", "Blauwater Tulpenhandel aka {}", "{} (f/k/a Blauwater Tulpenhandel)",
         "{} formerly Blauwater Tulpenhandel", "Blauwater Tulpenhandel a/k/a {}", "{} f.k.a. Blauwater Tulpenhandel"]
    ).format(name)  # fmt: skip


_TRADITIONAL, _SIMPLIFIED = opencc.OpenCC("s2t"), opencc.OpenCC("t2s")


def _other_han(_: random.Random, name: str, __: str | None) -> str | None:
    if len(_HAN.findall(name)) < 4:
        return None
    made = _TRADITIONAL.convert(name)
    return made if made != name else _SIMPLIFIED.convert(name)


def _full_width(_: random.Random, name: str, __: str | None) -> str | None:
    made = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in name)
    return made if made != name else None


COMPANY_PERTURBATIONS: dict[str, Perturbation] = {
    "as listed": lambda _, name, __: name,
    "legal form added": _form,
    "legal form dropped": _without_form,
    "legal form punctuated": _punctuated,
    "Chinese legal form": _chinese_form,
    "own initials": _with_initials,
    "own initials in brackets": _with_bracketed_initials,
    "own name repeated": _repeated,
    "abbreviations": _shortened,
    "place moved": _moved_place,
    "The": lambda _, name, __: f"The {name}" if _latin(name) and not name.lower().startswith("the ") else None,
    "ampersand": _and_sign,
    "hyphens": _hyphens,
    "apostrophes": _apostrophes,
    "words glued": _glued,
    "word split": _split,
    "upper case": lambda _, name, __: name.upper() if name.upper() != name else name.lower(),
    "typo": _typo,
    "city behind": _with_city,
    "country behind": _with_country,
    "care of": _care_of,
    "also known as": _also_known,
    "traditional or simplified": _other_han,
    "full width": _full_width,
}
PERSON_PERTURBATIONS = {
    kind: COMPANY_PERTURBATIONS[kind]
    for kind in ("as listed", "upper case", "typo", "care of", "also known as", "apostrophes", "hyphens", "full width")
}

_CLEAN_WORDS = {
    "DE": (
        "Lipp|Isar|Weser|Tauber|Havel|Enz|Ahr|Fulda|Neckar|Rhön|Eifel|Allgäu|Spessart|Hunsrück|Wetterau|Holst|Kraich",
        "Pumpen|Getriebe|Magnettechnik|Feinguss|Werkzeugbau|Spedition|Möbelwerke|Backwaren|Vakuumtechnik|Lacke",
        "GmbH|GmbH & Co. KG|AG|KG",
    ),
    "NL": (
        "Vermeulen|Hofstra|Zuidema|Kamstra|Dijkhuis|Brabant|Veluwe|Achterhoek|Terpstra|Hoekema|Wiersma|Postma",
        "Kaas|Optiek Systemen|Machinefabriek|Scheepsbouw|Tuinbouw|Zuivel|Verpakkingen|Metaalbewerking",
        "B.V.|NV|Holding B.V.",
    ),
    "IN": (
        "Kaveri|Godavari|Narmada|Sahyadri|Malabar|Deccan|Krishnan|Iyer|Deshpande|Mukherjee|Nilgiri|Chettinad",
        "Motors|Textile Mills|Drives|Forgings|Spices|Pharma|Castings|Agro Foods|Ceramics|Pumps",
        "Pvt Ltd|Private Limited|Ltd",
    ),
    "US": (
        "Prairie|Ozark|Cascade|Dubuque|Sawtooth|Abernathy|Cuthbert|Wasatch|Monongahela|Blue~Mesa|Larkspur|Winslow",
        "Bakery Equipment|Instruments|Ceramics|Dental Supply|Ski Rental|Fasteners|Orchards|Brewing|Optical",
        "Inc|LLC|Corp.",
    ),
    "CN": (
        "Yiwu|Wenzhou|Foshan|Zhongshan|Jiaxing|Taizhou|Lishui|Nantong|Yancheng|Quanzhou|Zhangzhou|Jinhua",
        "Baihua Toys|Lantian Valve|Chunhe Zipper|Mingyue Ceramics|Qiaoxi Furniture|Yulin Garments|Haoyun Umbrella",
        "Co., Ltd.|Company Limited",
    ),
    "JP": (
        "Akita|Aomori|Sagami|Kure|Kikuyo|Hokuriku|Sanuki|Tosa|Hagi|Shimane|Sakura~Spring|Matsue",
        "Spindle|Lacquer Art|Precision Castings|Bonsai|Tea|Ceramic|Drive Systems|Paper|Soy Sauce|Kimono",
        "K.K.|Co., Ltd.|Corporation",
    ),
    "GB": (
        "Garnet~Hill|Halifax|Ashbourne|Penrith|Tewkesbury|Whitby|Cotswold|Fenland|Ludlow|Kettlewell|Harrogate",
        "Textiles|Optics|Kitchen Ware|Media|Building Society|Books|Joinery|Saddlery|Brewers|Potteries",
        "Ltd|Limited|PLC",
    ),
    "BR": (
        "Curitiba|Goias|Paulista|Serra~Gaucha|Londrina|Uberaba|Cuiaba|Pelotas|Blumenau|Joinville",
        "Madeiras|Turbinas|Industria Magnetica|Metalurgica|Cafe|Calcados|Tecidos|Ceramica",
        "Ltda|S.A.",
    ),
    "IT": (
        "Brembati|Valtrompia|Lenzi|Carrara|Bergamasca|Fratelli~Rossetti|Trevigiana|Pontedera|Mugello|Vicentina",
        "Officine|Meccanica|Ceramiche|Pastificio|Mobili|Tessitura|Vetreria|Oleificio",
        "S.r.l.|S.p.A.",
    ),
}


def clean_names(count: int, seed: int) -> list[tuple[str, str]]:
    """Company names that stand on no list, each with its country; no two alike."""
    chance = random.Random(seed)
    made: dict[str, str] = {}
    while len(made) < count:
        country = chance.choice(list(_CLEAN_WORDS))
        firsts, seconds, forms = (words.split("|") for words in _CLEAN_WORDS[country])
        heads = chance.sample(firsts, chance.choice([1, 1, 2]))
        name = " ".join([*heads, chance.choice(seconds), chance.choice(forms)]).replace("~", " ")
        made.setdefault(name, country)
    return list(made.items())
