"""Writes the empty workbook a user fills in, and the reference page of the tables, both from the schema."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lotgate.errors import Fault, InputError
from lotgate.tables.schema import KINDS, TABLES, Column, Table
from lotgate.tables.vocabulary import COUNTRIES, CURRENCIES, ELEMENTS, UNITS

__all__ = ["write_table_guide", "write_template"]

GUIDE_SHEET = "Guide 说明"
LISTS_SHEET = "_lists"
_FILLABLE_ROWS = 20_000  # rows that carry drop-downs; more may be filled in

_RULES = (
    (
        "An empty cell means unknown. The word none means known to be nothing (for codes: classified and not listed).",
        "空单元格表示未知；none 表示已知为无（编码列：已判定且未列管）。",
    ),
    (
        "Several values in one cell are separated by a semicolon. Days are written YYYY-MM-DD, shares from 0 to 1.",
        "同一单元格内的多个值以分号分隔。日期写作 YYYY-MM-DD，比例为 0 至 1。",
    ),
    (
        "Sheets of other names are left alone. Keep the header row; columns you have nothing for may be deleted.",
        "其他名称的工作表不予读取。请保留表头；没有内容的列可以删除，必填列除外。",
    ),
)


def write_template(path: str | Path) -> None:
    """Writes the empty workbook: a sheet for every table, and first a sheet that explains every column.

    Raises InputError where the file cannot be written. The same schema gives the same bytes.
    """
    path = Path(path)
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Lotgate workspace", "created": datetime(2026, 1, 1)})  # noqa: DTZ001
    styles = _styles(book)
    _write_guide(book.add_worksheet(GUIDE_SHEET), styles)
    sheets = {name: book.add_worksheet(name) for name in TABLES}
    lists = _write_lists(book.add_worksheet(LISTS_SHEET))
    for name, sheet in sheets.items():
        _write_table(sheet, TABLES[name], styles, lists)
    book.close()
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(memory.getvalue())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(
            [Fault(str(path), f"cannot be written: {error.strerror}", message_zh=f"无法写入：{error.strerror}")]
        ) from error


def _styles(book: Workbook) -> dict[str, Format]:
    # 49 is the built-in text format "@", which every spreadsheet program knows as such.
    head = {"bold": True, "font_color": "#FFFFFF", "valign": "top", "border": 1, "border_color": "#BFBFBF"}
    return {
        "required": book.add_format({**head, "bg_color": "#8C1D18", "num_format": 49}),
        "optional": book.add_format({**head, "bg_color": "#1F3A5F", "num_format": 49}),
        "title": book.add_format({"bold": True, "font_size": 16}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": 49}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }


# ---- the sheet that explains ------------------------------------------------------------------------------------

_GUIDE_COLUMNS = (
    ("Table 表", 14),
    ("Column 列", 18),
    ("Required 必填", 11),
    ("Holds", 30),
    ("内容", 30),
    ("Unit 单位", 10),
    ("Allowed values 可用值", 52),
    ("Meaning", 52),
    ("含义", 48),
)


def _write_guide(sheet: Worksheet, styles: Mapping[str, Format]) -> None:
    sheet.write_string(0, 0, "Lotgate workspace 工作区", styles["title"])
    for row, (en, zh) in enumerate(_RULES, start=1):
        sheet.write_string(row, 0, f"{en} {zh}")
    head = len(_RULES) + 2
    for place, (name, width) in enumerate(_GUIDE_COLUMNS):
        sheet.write_string(head, place, name, styles["optional"])
        sheet.set_column(place, place, width)
    row = head
    for table in TABLES.values():
        for column in table.columns:
            row += 1
            for place, text in enumerate(_guide_row(table, column)):
                sheet.write_string(row, place, text, styles["wrapped"])
    sheet.autofilter(head, 0, row, len(_GUIDE_COLUMNS) - 1)
    sheet.freeze_panes(head + 1, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)


def _guide_row(table: Table, column: Column) -> tuple[str, ...]:
    en, zh = KINDS[column.kind]
    return (
        table.name,
        column.name,
        "yes 是" if column.required else "",
        en + (f", from table {column.refers}" if column.refers else ""),
        zh + (f"，须见于 {column.refers} 表" if column.refers else ""),
        column.measure or "",
        _allowed(column),
        column.en,
        column.zh,
    )


def _allowed(column: Column) -> str:
    """The words of a column with their meaning in both languages, one a line; the bounds of a number."""
    if column.words is not None:
        return "\n".join(
            word if word.upper() == en == zh else f"{word}: {en} {zh}" for word, (en, zh) in column.words.items()
        )
    if column.kind == "yes/no":
        return "yes, no"
    if column.kind == "number":
        least = f"> {column.above:g}" if column.above is not None else "≥ 0"
        most = f", ≤ {column.high:g}" if column.high is not None else ""
        return least + most + (", whole 整数" if column.whole else "")
    return ""


# ---- the sheets to fill in --------------------------------------------------------------------------------------


def _write_lists(sheet: Worksheet) -> dict[tuple[str, ...], str]:
    """Writes every drop-down list into a column of the hidden sheet; list -> the range that holds it."""
    ranges: dict[tuple[str, ...], str] = {}
    for table in TABLES.values():
        for column in table.columns:
            words = _choices(column)
            if words and words not in ranges:
                place = len(ranges)
                for row, word in enumerate(words):
                    sheet.write_string(row, place, word)
                letter = xl_col_to_name(place)
                ranges[words] = f"='{LISTS_SHEET}'!${letter}$1:${letter}${len(words)}"
    sheet.hide()
    return ranges


def _choices(column: Column) -> tuple[str, ...]:
    """What the drop-down of a column offers; empty where there is none, as for cells that may hold several values."""
    known: dict[str, Sequence[str]] = {
        "country": list(COUNTRIES),
        "currency": sorted(CURRENCIES),
        "unit": list(UNITS),
        "element": ELEMENTS,
        "yes/no": ("yes", "no"),
    }
    words = tuple(column.words) if column.words is not None else tuple(known.get(column.kind, ()))
    return (*words, "none") if words and column.none and not column.required else words


def _write_table(
    sheet: Worksheet, table: Table, styles: Mapping[str, Format], lists: Mapping[tuple[str, ...], str]
) -> None:
    for place, column in enumerate(table.columns):
        # Text cells keep the zero of 0304 and do not turn 1E001 into the number 10 or MAR-1 into a day.
        cells = styles.get("day" if column.kind == "day" else "text") if column.kind != "number" else None
        sheet.set_column(place, place, max(12, len(column.name) + 3), cells)
        sheet.write_string(0, place, column.name, styles["required" if column.required else "optional"])
        sheet.write_comment(0, place, _comment(column), {"x_scale": 2.2, "y_scale": 1.6})
        words = _choices(column)
        if words:
            sheet.data_validation(
                1,
                place,
                _FILLABLE_ROWS,
                place,
                {
                    "validate": "list",
                    "source": lists[words],
                    "error_title": column.name,
                    "error_message": f"{KINDS[column.kind][0]}\n{KINDS[column.kind][1]}",
                },
            )
    sheet.freeze_panes(1, 1)


def _comment(column: Column) -> str:
    en, zh = KINDS[column.kind]
    unit = f" [{column.measure}]" if column.measure else ""
    must = " Required. 必填。" if column.required else ""
    return f"{column.en}{unit} ({en})\n{column.zh}{unit}（{zh}）{must}"


# ---- the reference page -----------------------------------------------------------------------------------------


def write_table_guide() -> str:
    """The reference page of the workspace tables, in Markdown, English and Chinese."""
    lines = ["# Workspace tables 工作区各表", ""]
    lines += [f"- {text}" for rule in _RULES for text in rule]
    for table in TABLES.values():
        lines += ["", f"## {table.name}", "", f"{table.en}. {table.zh}。", ""]
        lines += ["| column | holds | meaning | 内容 | 含义 |", "|---|---|---|---|---|"]
        lines += [_guide_line(table, column) for column in table.columns]
    lines += ["", "## Words 词表"]
    for table in TABLES.values():
        for column in table.columns:
            if column.words:
                lines += ["", f"### {table.name}.{column.name}", "", "| word | English | 中文 |", "|---|---|---|"]
                lines += [f"| `{word}` | {en} | {zh} |" for word, (en, zh) in column.words.items()]
    lines += ["", "## Units 计量单位", "", "| code | unit | 单位 | converts to |", "|---|---|---|---|"]
    lines += [f"| `{unit.code}` | {unit.en} | {unit.zh} | {unit.dimension} |" for unit in UNITS.values()]
    return "\n".join(lines) + "\n"


def _guide_line(table: Table, column: Column) -> str:
    _, _, must, en, zh, unit, allowed, meaning, meaning_zh = _guide_row(table, column)
    if column.words is not None:
        allowed = ""
    more = "".join(f", {part}" for part in (unit, allowed) if part)
    name = f"**`{column.name}`**" if must else f"`{column.name}`"
    return f"| {name} | {en}{more} | {meaning} | {zh} | {meaning_zh} |"
