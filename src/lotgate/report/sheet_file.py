"""Writes a workbook of plain tables fast: millions of cells with a dozen styles, and nothing a table does without.

A library that knows all of Excel takes ten times as long a cell. What a cell says is spelt once and kept, since most
cells of a table say what others say.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import shutil
from collections.abc import Iterable, Sequence
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.utils import get_column_letter

__all__ = ["COLOURS", "HEAD_COLOUR", "LIKE_FORMULA", "MOST_CHARACTERS", "Sheet", "SheetFile", "legible"]

MOST_CHARACTERS = 32_767
"""What a cell of Excel holds."""
LIKE_FORMULA = re.compile(r"^[=+\-@\t\r]")
COLOURS = {
    "stop": ("FBE7E3", "9B2318"),
    "apply": ("FCEFD2", "744600"),
    "ask": ("E4EDFA", "1C4F91"),
    "go": ("E2F1E7", "1B5E3C"),
}
"""Fill and ink of a cell that shows an answer."""
HEAD_COLOUR = "E9E6DF"

_NAMES = ("top", "wrapped", "head", *COLOURS)
_PLAIN, _QUOTED, _DAY = range(3)
_KEPT = 200_000
"""Spelt cells to keep: what a table repeats is soon among them."""
_BUFFER = 1 << 20
_FIRST_DAY = dt.date(1900, 3, 1)
_DAY_ZERO = dt.date(1899, 12, 30)
"""Excel counts a day in February 1900 that never was; days before it stay text."""
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as the code of a character."""

_SHEETML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def legible(text: str) -> str:
    """The text as a cell can hold it: signs that no workbook may contain replaced, the rest cut off at the end."""
    return _ILLEGAL.sub("\ufffd", text)[:MOST_CHARACTERS]


class Sheet:
    """One table, filled from its head down."""

    def __init__(self, title: str, heads: Sequence[tuple[str, int]], kept: dict[tuple[str, Any, type], str]) -> None:
        """`heads` are names of columns and their widths in characters."""
        self.title = title
        self.rows = 0
        self.filtered = False
        self._kept = kept
        self._letters = [get_column_letter(place) for place in range(1, len(heads) + 1)]
        self._body = TemporaryFile(buffering=_BUFFER)  # noqa: SIM115 - see `close`
        widths = "".join(
            f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
            for place, (_, width) in enumerate(heads, start=1)
        )
        self._write(
            f'{_HEADER}<worksheet xmlns="{_SHEETML}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
            f'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{widths}</cols>'
            "<sheetData>"
        )
        self.append((name for name, _ in heads), repeat("head"))

    def append(self, values: Iterable[Any], styles: Iterable[str] = repeat("top")) -> None:
        """Adds a row; None leaves a cell out."""
        self.rows += 1
        row, kept, cells = self.rows, self._kept, []
        for letter, value, style in zip(self._letters, values, styles, strict=False):
            if value is None:
                continue
            key = style, value, type(value)  # 1, 1.0 and True are equal
            said = kept.get(key)
            if said is None:
                if len(kept) >= _KEPT:
                    kept.clear()
                said = kept[key] = _spelt(value, style)
            cells.append(f'<c r="{letter}{row}"{said}')
        self._write(f'<row r="{row}">{"".join(cells)}</row>')

    def _write(self, text: str) -> None:
        self._body.write(text.encode())

    def filter(self) -> None:
        """Puts drop-downs for choosing rows on the head."""
        self.filtered = True

    def pack(self, archive: ZipFile, name: str) -> None:
        """Ends the sheet and puts it in the archive."""
        last = f"{self._letters[-1]}{self.rows}"
        chosen = f'<autoFilter ref="A1:{last}"/>' if self.filtered else ""
        self._write(f"</sheetData>{chosen}</worksheet>")
        info = _entry(name)
        info.file_size = self._body.tell()  # tells whether the archive needs wide sizes
        self._body.seek(0)
        with archive.open(info, "w") as packed:
            shutil.copyfileobj(self._body, packed, _BUFFER)

    def close(self) -> None:
        """Lets go of what was written."""
        self._body.close()


class SheetFile:
    """A workbook of tables, packed when the block ends well."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sheets: list[Sheet] = []
        self._kept: dict[tuple[str, Any, type], str] = {}

    def sheet(self, title: str, heads: Sequence[tuple[str, int]]) -> Sheet:
        """A new sheet, the last one so far."""
        made = Sheet(title, heads, self._kept)
        self._sheets.append(made)
        return made

    def __enter__(self) -> SheetFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._pack()
        finally:
            for sheet in self._sheets:
                sheet.close()

    def _pack(self) -> None:
        names = [f"worksheets/sheet{number}.xml" for number in range(1, len(self._sheets) + 1)]
        sheets, links, kinds = "", "", ""
        for number, (sheet, name) in enumerate(zip(self._sheets, names, strict=True), start=1):
            sheets += f'<sheet name={quoteattr(sheet.title)} sheetId="{number}" r:id="rId{number}"/>'
            links += f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="{name}"/>'
            kinds += f'<Override PartName="/xl/{name}" ContentType="{_KINDS}.worksheet+xml"/>'
        links += f'<Relationship Id="rId0" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        parts = {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KINDS}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_KINDS}.styles+xml"/>{kinds}</Types>',
            "_rels/.rels": _links(
                f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            ),
            "xl/workbook.xml": f'<workbook xmlns="{_SHEETML}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _links(links),
            "xl/styles.xml": _styles(),
        }
        with ZipFile(self.path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(_entry(name), _HEADER + content)
            for sheet, name in zip(self._sheets, names, strict=True):
                sheet.pack(archive, f"xl/{name}")


def _entry(name: str) -> ZipInfo:
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    info._compresslevel = 3  # type: ignore[attr-defined]
    return info


def _links(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _spelt(value: Any, style: str) -> str:
    """A cell without its place."""
    if isinstance(value, bool):
        return f'{_style(style)} t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float) and math.isfinite(value):
        return f"{_style(style)}><v>{value!r}</v></c>"
    if isinstance(value, dt.date) and value >= _FIRST_DAY:
        return f"{_style(style, _DAY)}><v>{(value - _DAY_ZERO).days}</v></c>"
    text = legible(str(value))
    if not text:
        return f"{_style(style)}/>"
    said = escape(_CODED.sub("_x005F_", text), {"\r": "&#13;"})
    look = _QUOTED if LIKE_FORMULA.match(text) else _PLAIN
    return f'{_style(style, look)} t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _style(name: str, look: int = _PLAIN) -> str:
    return f' s="{1 + 3 * _NAMES.index(name) + look}"'


def _styles() -> str:
    """The styles by number: none, then each name plain, as quoted text, as a day."""
    coloured = [("", ""), (HEAD_COLOUR, ""), *COLOURS.values()]
    fonts, fills = [], ['<patternFill patternType="none"/>', '<patternFill patternType="gray125"/>']
    for fill, ink in coloured:
        bold, colour = "<b/>" if fill else "", f'<color rgb="FF{ink}"/>' if ink else ""
        fonts.append(f'<font>{bold}<sz val="11"/>{colour}<name val="Calibri"/></font>')
        fills += [f'<patternFill patternType="solid"><fgColor rgb="FF{fill}"/></patternFill>'] if fill else []
    shapes = ['<xf xfId="0" numFmtId="0" fontId="0" fillId="0" borderId="0"/>']
    for name in _NAMES:
        place = max(_NAMES.index(name) - 1, 0)  # in `coloured`
        wrap = ' wrapText="1"' if name in ("wrapped", "head") else ""
        for look in (_PLAIN, _QUOTED, _DAY):
            quoted = ' quotePrefix="1"' if look == _QUOTED else ""
            shapes.append(
                f'<xf xfId="0" numFmtId="{164 if look == _DAY else 0}" fontId="{place}" fillId="{place and place + 1}" '
                f'borderId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"{quoted}>'
                f'<alignment vertical="top"{wrap}/></xf>'
            )
    return (
        f'<styleSheet xmlns="{_SHEETML}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        f"</numFmts><fonts>{''.join(fonts)}</fonts><fills>{''.join(f'<fill>{fill}</fill>' for fill in fills)}</fills>"
        "<borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        '<cellStyleXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f"<cellXfs>{''.join(shapes)}</cellXfs>"
        '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
