"""Material declarations in XML of the IPC-1752A/B and IPC-1754 family.

Elements are found by their local names, so that the namespaces of all editions read alike:

    MainDeclaration / Product / ProductID (itemNumber, itemName), Amount (value, UOM)
      SubProduct (nested, with ProductID) or MaterialInfo / HomogeneousMaterialList / HomogeneousMaterial (name), Amount
        SubstanceCategory / Substance (name), SubstanceID (identity, authority=CAS), Amount or Concentration

A declaration of the whole product without materials (class C, IPC-1754) has its substances right under the product.
Answers to questions (class A) and groups of materials (class B) name no substance and are left aside, as is a substance
said not to reach its reporting level, not to be in the product, or to be used in making it only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lotgate.dates import parse_day
from lotgate.errors import Fault
from lotgate.suppliers.document import Cell, Document, Paper, Share
from lotgate.suppliers.shares import plain
from lotgate.suppliers.substances import elements_of

__all__ = ["read_ipc"]

LARGEST = 200 * 1024**2
"""Bytes of a declaration; more is a mistake or an attack."""
GRAMS = {
    "mg": Fraction(1, 1000), "g": Fraction(1), "kg": Fraction(1000), "ug": Fraction(1, 10**6), "µg": Fraction(1, 10**6),
    "lb": Fraction("453.59237"), "oz": Fraction("28.349523125"), "t": Fraction(10**6),
}  # fmt: skip
PARTS = {
    "ppm": Fraction(1, 10**6), "masspercent": Fraction(1, 100), "percent": Fraction(1, 100), "%": Fraction(1, 100),
    "%w/w": Fraction(1, 100), "ppb": Fraction(1, 10**9),
}  # fmt: skip
_LISTS = ("substancecategory", "substancelist", "declarablesubstancelist")
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")
_ROOTS = ("maindeclaration", "declaration")


def read_ipc(path: Path, data: bytes) -> Document:
    """The declaration in an XML file; what is wrong with it stands in `faults`."""
    if len(data) > LARGEST:
        return _refused(path, "the file is larger than 200 MB", "文件超过 200 MB")
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        return _refused(
            path,
            "the XML has a document type or entities of its own, which could make a reader fetch or unpack anything",
            "XML 带有自定义的文档类型或实体，可能诱使读取程序下载或展开任意内容",
        )
    except (ParseError, ValueError, LookupError) as error:
        return _refused(path, f"the XML is damaged: {error}", f"XML 已损坏：{error}")
    if _name(root) not in _ROOTS or not any(_name(one) == "product" for one in root.iter()):
        return _refused(
            path, "this XML is no material declaration", "此 XML 不是材料声明", _name(root),
            "a MainDeclaration of IPC-1752 or IPC-1754 with a Product",
        )  # fmt: skip
    return _Reader(path, root).document()


def _refused(path: Path, message: str, message_zh: str, value: str | None = None, expected: str = "") -> Document:
    wanted = expected or "a well-formed declaration of IPC-1752 or IPC-1754"
    fault = Fault(
        path.name, message, value=value, expected=wanted, message_zh=message_zh, expected_zh="IPC-1752 或 IPC-1754 声明"
    )
    return Document(path.name, "material declaration", faults=(fault,))


def _name(element: Element) -> str:
    """The local name in lower case."""
    return element.tag.rsplit("}", 1)[-1].lower() if isinstance(element.tag, str) else ""


def _attribute(element: Element | None, *names: str) -> str | None:
    if element is None:
        return None
    found = {key.rsplit("}", 1)[-1].lower(): value.strip() for key, value in element.attrib.items()}
    return next((found[name] for name in names if found.get(name)), None)


def _child(element: Element, *names: str) -> Element | None:
    return next((one for one in element if _name(one) in names), None)


def _below(element: Element, wanted: str, *shut: str) -> Iterator[Element]:
    """The nearest elements of a name below, not looking into those in `shut` or into one another."""
    for one in element:
        if _name(one) == wanted:
            yield one
        elif _name(one) not in shut:
            yield from _below(one, wanted, *shut)


def _not_in_product(substance: Element) -> str | None:
    """Why a substance that is listed is not thereby in the product; None where nothing says so."""
    for one in (substance, *substance):
        said = {key.rsplit("}", 1)[-1].lower(): value.strip().lower() for key, value in one.attrib.items()}
        said[_name(one)] = (one.text or "").strip().lower()
        if any(said.get(name) in _FALSE for name in ("abovethresholdlevel", "abovethreshold")):
            return "under its reporting level, which is not the same as none"
        if any(said.get(name) in _FALSE for name in ("presentinproduct", "present", "contained")):
            return "said not to be in the product"
        if any(said.get(name) in _TRUE for name in ("processchemical", "usedinprocess")):
            return "used in making it, not said to be in the product"
    return None


def _rounded(amount: Element | None) -> str | None:
    """Why an amount of 0.00 is none: it was rounded, and a trace may be there."""
    text = _attribute(amount, "value") or ""
    rounded = re.fullmatch(r"0*[.,]0+", text)
    return f"{text} may be a rounded trace, and is taken neither as there nor as none" if rounded else None


class _Reader:
    """Reads one declaration, keeping the faults."""

    def __init__(self, path: Path, root: Element) -> None:
        self.file, self.root = path.name, root
        self.faults: list[Fault] = []
        self.aside: dict[str, None] = {}
        self.parts: dict[str, str] = {}
        self.shares: list[Share] = []
        self.cells: list[Cell] = []
        self.names: dict[tuple[str | None, str | None], tuple[str | None, str | None]] = {}
        self.paper = self._paper()

    def _paper(self) -> Paper:
        response = next((one for one in self.root.iter() if _name(one) == "response"), None)
        company = next((one for one in self.root.iter() if _name(one) in ("supplycompany", "suppliercompany")), None)
        return Paper(
            self.file,
            "material declaration",
            supplier=_attribute(company, "name"),
            date=self._day(_attribute(response, "date")),
        )

    def _day(self, text: str | None) -> date | None:
        if text is None:
            return None
        try:
            return parse_day(text[:10])
        except ValueError:
            self._fault("the day of the response cannot be read", "声明日期无法识别", text, "YYYY-MM-DD")
            return None

    def _fault(self, message: str, message_zh: str, value: str | None, expected: str) -> None:
        self.faults.append(
            Fault(self.file, message, value=value, expected=expected, message_zh=message_zh, expected_zh=expected)
        )

    def document(self) -> Document:
        """All products of the declaration."""
        for number, product in enumerate(_below(self.root, "product"), 1):
            self._product(product, number)
        return Document(
            self.file,
            "material declaration",
            self.parts,
            tuple(self.shares),
            tuple(self.cells),
            tuple(self.aside),
            tuple(self.faults),
            self.paper.supplier,
        )

    def _product(self, product: Element, number: int) -> None:
        identity = _child(product, "productid")
        part = _attribute(identity, "itemnumber", "identity")
        if part is None:
            self._fault(f"product {number} has no itemNumber", f"第 {number} 个产品没有 itemNumber", None, "itemNumber")
            return
        self.parts[part] = _attribute(identity, "itemname", "name") or ""
        self._without_substances(product)
        amount = _child(identity, "amount", "mass") if identity is not None else None
        mass = self._mass(amount if amount is not None else _child(product, "amount", "mass"), part)
        if mass is not None:
            self.cells.append(Cell(part, "unit_mass_kg", plain(mass / 1000), self.paper))
        found: dict[str, Fraction | None] = {}
        inside = self._inside(product, part, found, mass)
        whole = mass or inside
        for symbol, grams in found.items():
            share = None if grams is None or not whole else grams / whole
            if share is not None and share > Fraction(1005, 1000):
                self._fault(
                    f"{part}: {symbol} weighs more than the product",
                    f"{part}：{symbol} 的质量大于产品",
                    plain(share),
                    "a mass fraction of at most 1",
                )
                continue
            self.shares.append(Share(part, symbol, None if share is None else min(share, Fraction(1)), self.paper))

    def _without_substances(self, product: Element) -> None:
        """Keeps in sight what a declaration of class A or B says, which no table can hold."""
        for one in product.iter():
            if _name(one) == "query" and (statement := _attribute(one, "statement", "name")):
                reply = next((each for each in one.iter() if _name(each) in ("response", "answer")), None)
                said = _attribute(reply, "value") or (reply.text or "").strip() if reply is not None else ""
                self.aside[f"answer to “{statement}”: {said or '?'}"] = None
            if _name(one) == "materialgroup" and not any(_name(each) == "substance" for each in one.iter()):
                self.aside[f"group of materials {_attribute(one, 'name') or '?'}, without substances"] = None

    def _inside(
        self, holder: Element, part: str, found: dict[str, Fraction | None], mass: Fraction | None
    ) -> Fraction | None:
        """Adds grams per element of all that is in a product; gives the grams of its materials, None where open."""
        total: Fraction | None = Fraction(0)
        materials = list(_below(holder, "homogeneousmaterial", "subproduct", "substance"))
        inner = list(_below(holder, "subproduct", "homogeneousmaterial", "substance"))
        loose = list(_below(holder, "substance", "subproduct", "homogeneousmaterial"))
        for one in materials:
            grams = self._mass(_child(one, "amount", "mass"), part, mass)
            if grams is None and len(materials) == 1 and not inner:
                grams = mass if mass is not None else Fraction(1)  # the one material is the product
            self._substances(one, list(_below(one, "substance")), part, found, grams)
            total = None if total is None or grams is None else total + grams
        for one in inner:
            own = _child(one, "productid")
            amount = _child(own, "amount", "mass") if own is not None else None
            grams = self._mass(amount if amount is not None else _child(one, "amount", "mass"), part, mass)
            deep = self._inside(one, part, found, grams)
            grams = grams if grams is not None else deep
            total = None if total is None or grams is None else total + grams
        self._substances(holder, loose, part, found, mass if mass is not None or materials or inner else Fraction(1))
        return total if materials or inner else mass if mass is not None else Fraction(1) if loose else None

    def _substances(
        self,
        holder: Element,
        substances: list[Element],
        part: str,
        found: dict[str, Fraction | None],
        whole: Fraction | None,
    ) -> None:
        """Adds grams per element of the substances of one material or product.

        A substance may stand on several lists at once (what the supplier knows, what REACH and JIG ask for): it is
        there once. Twice on one list, with different exemptions, it adds up.
        """
        place = {one: number for number, each in enumerate(holder.iter()) if _name(each) in _LISTS for one in each}
        lists: dict[tuple[str | None, str | None], dict[int, list[Fraction | None]]] = {}
        for one in substances:
            name, cas = _attribute(one, "name"), _attribute(_child(one, "substanceid", "uniqueid"), "identity")
            if elements_of(name, cas) is None:
                self.aside[" ".join(filter(None, (name, cas))) or "?"] = None
                continue
            amount = _child(one, "amount", "concentration", "mass")
            grams = self._mass(amount, f"{part}, {name or cas}", whole)
            why = None if grams else _not_in_product(one) or _rounded(amount)
            if why is not None:
                self.aside[f"{name or cas}: {why}"] = None
                continue
            key: tuple[str | None, str | None] = (None, cas) if cas else (name, None)
            lists.setdefault(key, {}).setdefault(place.get(one, -1), []).append(grams)
            self.names[key] = (name, cas)
        for key, told in lists.items():
            sums = [sum(filter(None, each)) for each in told.values() if None not in each]
            grams = Fraction(max(sums)) if sums else None
            for symbol, share in (elements_of(*self.names[key]) or {}).items():
                before = found.get(symbol, Fraction(0))
                found[symbol] = None if grams is None or before is None else before + grams * share

    def _mass(self, amount: Element | None, where: str, whole: Fraction | None = None) -> Fraction | None:
        """Grams of an amount, a share being one of `whole`; None where it is not given."""
        text = _attribute(amount, "value")
        if amount is None or text is None:
            return None
        try:
            number = Fraction(text.replace(",", "."))
        except (ValueError, ZeroDivisionError):
            self._fault(f"{where}: the amount is no number", f"{where}：数量不是数字", text, "a number such as 12.5")
            return None
        if number < 0:
            self._fault(f"{where}: the amount is negative", f"{where}：数量为负", text, "a number from 0 up")
            return None
        given = _attribute(amount, "uom", "unit") or ("masspercent" if _name(amount) == "concentration" else "")
        unit = given.lower().replace(" ", "")
        if unit in PARTS:
            return None if whole is None else number * PARTS[unit] * whole
        if unit not in GRAMS:
            wanted = f"one of {', '.join([*GRAMS, *PARTS])}"
            self._fault(f"{where}: unknown unit of mass", f"{where}：未知的质量单位", given or None, wanted)
            return None
        return number * GRAMS[unit]
