"""Material declarations in XML of the IPC-1752A/B and IPC-1754 family.

Elements are found by their local names, so that the namespaces of all editions read alike:

    MainDeclaration / Product / ProductID (itemNumber, itemName), Amount (value, UOM)
      SubProduct (nested, with ProductID) or MaterialInfo / HomogeneousMaterialList / HomogeneousMaterial (name), Amount
        SubstanceCategory / Substance (name), SubstanceID (identity, authority=CAS), Amount or Concentration

A declaration of the whole product without materials (class C, IPC-1754) has its substances right under the product.
"""

from __future__ import annotations

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


class _Reader:
    """Reads one declaration, keeping the faults."""

    def __init__(self, path: Path, root: Element) -> None:
        self.file, self.root = path.name, root
        self.faults: list[Fault] = []
        self.aside: dict[str, None] = {}
        self.parts: dict[str, str] = {}
        self.shares: list[Share] = []
        self.cells: list[Cell] = []
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
            self._substances(list(_below(one, "substance")), part, found, grams)
            total = None if total is None or grams is None else total + grams
        for one in inner:
            own = _child(one, "productid")
            amount = _child(own, "amount", "mass") if own is not None else None
            grams = self._mass(amount if amount is not None else _child(one, "amount", "mass"), part, mass)
            deep = self._inside(one, part, found, grams)
            grams = grams if grams is not None else deep
            total = None if total is None or grams is None else total + grams
        self._substances(loose, part, found, mass if mass is not None or materials or inner else Fraction(1))
        return total if materials or inner else mass if mass is not None else Fraction(1) if loose else None

    def _substances(
        self, substances: list[Element], part: str, found: dict[str, Fraction | None], whole: Fraction | None
    ) -> None:
        for one in substances:
            identity = _child(one, "substanceid", "uniqueid")
            name, cas = _attribute(one, "name"), _attribute(identity, "identity")
            shares = elements_of(name, cas)
            if shares is None:
                self.aside[" ".join(filter(None, (name, cas))) or "?"] = None
                continue
            amount = _child(one, "amount", "concentration", "mass")
            grams = self._mass(amount, f"{part}, {name or cas}", whole)
            for symbol, share in shares.items():
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
