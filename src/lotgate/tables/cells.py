"""Turns the cells of one column into values of the column's type, and names every cell that is none.

Cells are judged once per distinct text, so that a million rows cost little more than their distinct values.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import numpy as np
import polars as pl

from lotgate.errors import Fault
from lotgate.tables.schema import KINDS, Column, Word
from lotgate.tables.vocabulary import (
    COUNTRIES,
    COUNTRY_HINTS,
    CURRENCIES,
    CURRENCY_HINTS,
    ELEMENTS,
    UNIT_HINTS,
    UNITS,
    nearest,
)

__all__ = ["decode"]

# What is wrong with a cell -> the message.
_PROBLEMS: dict[str, Word] = {
    "required": ("a required cell is empty", "必填单元格为空"),
    "none": ("`none` cannot stand here", "此处不能填 none"),
    "mixed": ("`none` stands among other values", "none 与其他值并列"),
    "error": ("the cell holds a spreadsheet error", "单元格为电子表格错误值"),
    "control": ("a control character", "含有控制字符"),
    "long": ("longer than 200 characters", "超过 200 个字符"),
    "several": ("several values where one belongs", "此处只能填一个值"),
    "blank": ("separators without values", "只有分隔符而没有值"),
    "number": ("not a number", "不是数字"),
    "digits": ("more than 15 significant digits", "有效数字超过 15 位"),
    "size": ("the number is too large or too small", "数字过大或过小"),
    "negative": ("a negative number", "负数"),
    "low": ("the number is too small", "数字过小"),
    "high": ("the number is too large", "数字过大"),
    "whole": ("not a whole number", "不是整数"),
    "day": ("not a day", "不是日期"),
    "calendar": ("no such day in the calendar", "日历上没有这一天"),
    "time": ("not a time", "不是时间"),
    "hs": ("not a customs code", "不是海关商品编号"),
    "zero": ("an odd number of digits; the leading zero seems lost", "海关编号位数为奇数，首位的 0 疑已丢失"),
    "numeric": ("the code reads as a number", "编码成了数字"),
    "prefix": ("the code does not say whose list it is from", "编码未注明所属清单"),
    "unknown": ("not a known value", "不是已知的值"),
}  # fmt: skip

_LIST_KINDS = ("ids", "codes", "countries")
_BLANKS = " \t\r\n\x0b\x0c\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_BLANKS += "\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_ERRORS = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BUSY!"]
# Control and direction characters that are not seen and make two names differ.
_CONTROL = "[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$"
_DAY = r"^\d{4}-\d{2}-\d{2}$"


def decode(table: str, column: Column, cells: pl.Series, rows: pl.Series) -> tuple[pl.Series, list[Fault]]:
    """The column's values in its own type, in the order of `cells`, null where the cell is empty or at fault.

    `rows` holds the data row number of every cell, for the faults.
    """
    distinct = _distinct(cells)
    if len(distinct) == len(cells) and _is_plain(column, cells):
        return cells.alias(column.name), []
    judged = _judge(column, cells, distinct)
    faulty = judged.filter(pl.col("problem").is_not_null())
    values = judged["value"] if judged.height == len(cells) else _spread(cells, judged)
    if faulty.is_empty():
        return values.alias(column.name), []
    return values.alias(column.name), _faults(table, column, cells, rows, faulty)


def _distinct(cells: pl.Series) -> pl.Series:
    """The distinct texts of a column whose texts repeat, else the column itself."""
    if cells.dtype == pl.String and len(cells) > 1000 and cells.head(2000).n_unique() < 1000:
        return cells.unique()
    return cells


def _is_plain(column: Column, cells: pl.Series) -> bool:
    """Whether identifiers need no judging: a look at the bytes shows no blank, control sign, separator or `none`."""
    if column.kind != "id" or cells.dtype != pl.String or cells.null_count() or len(cells) == 0:
        return False
    lengths = cells.str.len_bytes()
    if lengths.min() == 0 or lengths.max() > 200:  # type: ignore[operator]
        return False
    if (cells.filter(lengths == 4).str.to_lowercase() == "none").any():
        return False
    buffer = cells.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2]
    octets = np.frombuffer(buffer, dtype=np.uint8)
    return not _ODD[octets].any()


_ODD = np.zeros(256, dtype=bool)
_ODD[:0x21] = _ODD[0x7F:] = _ODD[ord(";")] = _ODD[ord("#")] = True


def _judge(column: Column, cells: pl.Series, distinct: pl.Series) -> pl.DataFrame:
    """`raw`, `value` and `problem` for every distinct cell, or for all cells in order where they hardly repeat."""
    raw = distinct.alias("raw")
    if cells.dtype == pl.String:
        return _judge_texts(column, raw.to_frame())
    if cells.dtype == pl.List(pl.String):
        return _judge_lists(column, cells.alias("list").to_frame().with_columns(cells.list.join(";").alias("raw")))
    if column.kind == "number":
        # -0.0 + 0.0 is 0.0
        frame = raw.to_frame().with_columns((pl.col("raw") + 0.0).alias("value"))
        problem = pl.when(pl.col("value").is_infinite()).then(pl.lit("size")).otherwise(_range(column))
        frame = frame.with_columns(_required(column, problem).alias("problem"))
        return frame.with_columns(pl.when(pl.col("problem").is_null()).then(pl.col("value")).alias("value"))
    return raw.to_frame().select("raw", pl.col("raw").alias("value"), _required(column, pl.lit(None)).alias("problem"))


def _required(column: Column, problem: pl.Expr) -> pl.Expr:
    if not column.required:
        return pl.when(pl.col("raw").is_null()).then(None).otherwise(problem).cast(pl.String)
    return pl.when(pl.col("raw").is_null()).then(pl.lit("required")).otherwise(problem).cast(pl.String)


def _spread(cells: pl.Series, judged: pl.DataFrame) -> pl.Series:
    """The values of the distinct texts, row by row."""
    if judged.schema["value"] == pl.String and judged["value"].eq_missing(judged["raw"]).all():
        return cells
    if judged.height == 1:
        return judged["value"].new_from_index(0, len(cells))
    known = judged.drop_nulls("raw")
    places = cells.cast(pl.Enum(known["raw"])).to_physical()
    return known["value"].gather(places)


# ---- texts ------------------------------------------------------------------------------------------------------


def _judge_texts(column: Column, frame: pl.DataFrame) -> pl.DataFrame:
    raw = pl.col("raw")
    plain = frame["raw"].str.len_bytes().sum() == frame["raw"].str.len_chars().sum()
    text = (
        raw if plain or column.kind == "text" else raw.str.normalize("NFC" if column.kind in ("id", "ids") else "NFKC")
    )
    text = text.str.strip_chars(_BLANKS)
    frame = frame.with_columns(pl.when(text != "").then(text).alias("text"))
    lowered = pl.col("text").str.to_lowercase()
    nothing = lowered == "none"
    if column.also_none:
        nothing |= lowered == column.also_none.lower()
    frame = frame.with_columns(nothing.fill_null(False).alias("nothing"))
    if column.kind in _LIST_KINDS:
        split = pl.col("text").str.replace_all("；", ";", literal=True).str.split(";")
        return _judge_lists(
            column, frame.with_columns(pl.when(~pl.col("nothing")).then(split).otherwise([]).alias("list"))
        )
    value, problem = _VALUES.get(column.kind, _known)(column, frame)
    frame = frame.with_columns(value.alias("value")).with_columns(
        pl.when(pl.col("text").is_null())
        .then(pl.lit("required" if column.required else None))
        .when(pl.col("text").is_in(_ERRORS))
        .then(pl.lit("error"))
        .when(pl.col("nothing"))
        .then(pl.lit(None if column.none and not column.required else "none"))
        .otherwise(problem)
        .alias("problem")
    )
    return frame.with_columns(pl.when(pl.col("problem").is_null()).then(pl.col("value")).alias("value"))


_Judged = tuple[pl.Expr, pl.Expr]


def _or_none(value: pl.Expr) -> pl.Expr:
    return pl.when("nothing").then(pl.lit("none")).otherwise(value)


def _texts(column: Column, frame: pl.DataFrame) -> _Judged:
    return _or_none(pl.col("text")), _first({"control": pl.col("text").str.contains("\0", literal=True)})


def _identifiers(column: Column, frame: pl.DataFrame) -> _Judged:
    text = pl.col("text").str.replace_all("；", ";", literal=True)
    problems = {"long": text.str.len_chars() > 200, "control": text.str.contains(_CONTROL)}
    if column.several:
        text = text.str.replace_all(r"\s*;[\s;]*", ";").str.strip_chars(";")
        problems |= {"blank": text == "", "mixed": text.str.contains(r"(?i)(^|;)none(;|$)")}
    else:
        problems["several"] = text.str.contains(";", literal=True)
    return _or_none(text), _first(problems)


def _codes(column: Column, frame: pl.DataFrame) -> _Judged:
    value, problem = _identifiers(column, frame)
    text = pl.col("text")
    more = {"numeric": text.str.contains(_NUMERIC)}
    if column.prefixes:
        each = "(" + "|".join(column.prefixes) + r"):[^;\s]+"
        more["prefix"] = ~text.str.contains(rf"^{each}(\s*[;；]\s*{each})*[;；]?$")
    return value, pl.coalesce(problem, _first(more))


# 10 or 1.00E+01: what a spreadsheet makes of 1E001. The code itself has no plus sign.
_NUMERIC = r"(^|;)\s*\d+(\.\d+)?([eE]\+\d+)?\s*(;|$)"


def _customs(column: Column, frame: pl.DataFrame) -> _Judged:
    digits = pl.col("text").str.replace_all(".", "", literal=True)
    # 9 digits are whole in Japan; 3, 5 and 7 are no tariff's length but are what a lost zero leaves.
    return _or_none(digits), _first(
        {
            "zero": digits.str.contains(r"^[1-9](\d{2}|\d{4}|\d{6})$"),
            "hs": ~digits.str.contains(r"^(0[1-9]|[1-9]\d)(\d{2}|\d{4}|\d{6,8})$"),
        }
    )


def _known(column: Column, frame: pl.DataFrame) -> _Judged:
    return _or_none(pl.col("text")), _first({"unknown": ~pl.col("text").is_in(_vocabulary(column))})


def _numbers(column: Column, frame: pl.DataFrame) -> _Judged:
    text = pl.col("text").str.replace("\u2212", "-", literal=True)
    digits = text.str.replace("[eE].*$", "").str.replace_all("[^0-9]", "").str.strip_chars("0").str.len_chars()
    number = pl.when(text.str.contains(_NUMBER)).then(text).cast(pl.Float64, strict=False) + 0.0
    nothing = math.nan if column.nothing is None else column.nothing
    value = pl.when("nothing").then(pl.lit(nothing, dtype=pl.Float64)).otherwise(number)
    problems = _first(
        {
            "number": number.is_null(),
            "digits": digits > 15,
            "size": number.is_infinite() | ((number == 0) & (digits > 0)),
        }
    )
    return value, pl.coalesce(problems, _range(column, number))


def _range(column: Column, number: pl.Expr | None = None) -> pl.Expr:
    number = pl.col("value") if number is None else number
    problems = {"negative": number < 0}
    if column.above is not None:
        problems["low"] = number <= column.above
    if column.high is not None:
        problems["high"] = number > column.high
    if column.whole:
        problems["whole"] = number != number.floor()
    return _first(problems)


def _days(column: Column, frame: pl.DataFrame) -> _Judged:
    text = pl.col("text")
    shaped = text.str.contains(_DAY) & ~text.str.starts_with("0000")
    day = pl.when(shaped).then(text).str.to_date("%Y-%m-%d", strict=False)
    value = pl.when("nothing").then(pl.lit(column.nothing, dtype=pl.Date)).otherwise(day)
    return value, _first({"day": ~shaped, "calendar": day.is_null()})


def _times(column: Column, frame: pl.DataFrame) -> _Judged:
    moments = pl.Series([_moment(text) for text in frame["text"].to_list()], dtype=pl.Datetime("us", "UTC"))
    return pl.lit(moments), _first({"time": pl.lit(moments.is_null())})


def _moment(text: str | None) -> datetime | None:
    if text is None or len(text) < 10 or text[4] != "-":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_VALUES = {
    "text": _texts,
    "id": _identifiers,
    "code": _codes,
    "hs": _customs,
    "number": _numbers,
    "day": _days,
    "time": _times,
}


def _first(problems: dict[str, pl.Expr]) -> pl.Expr:
    """The name of the first problem that holds, null where none does."""
    return pl.coalesce(pl.when(holds).then(pl.lit(name)) for name, holds in problems.items())


# ---- lists ------------------------------------------------------------------------------------------------------


def _judge_lists(column: Column, frame: pl.DataFrame) -> pl.DataFrame:
    """Judges `list`, the elements as split: blanks and repetitions are left out, `none` alone is the empty list."""
    element = pl.element().str.strip_chars(_BLANKS)
    items = pl.col("list").list.eval(element.filter(element != "").unique(maintain_order=True))
    frame = frame.with_columns(items.alias("value"))
    alone = (pl.col("value").list.len() == 1) & (
        pl.col("value").list.get(0, null_on_oob=True).str.to_lowercase() == "none"
    )
    frame = frame.with_columns(
        pl.when(alone).then(pl.lit([], dtype=pl.List(pl.String))).otherwise("value").alias("value")
    )
    text = pl.element()
    problems = {
        "mixed": text.str.to_lowercase() == "none",
        "long": text.str.len_chars() > 200,
        "control": text.str.contains(_CONTROL),
        "error": text.is_in(_ERRORS),
    }
    if column.kind == "countries":
        problems["unknown"] = ~text.is_in(_vocabulary(column))
    if column.kind == "codes":
        problems["numeric"] = text.str.contains(_NUMERIC)
    worst = pl.col("value").list.eval(_first(problems).drop_nulls()).list.first()
    blank = (pl.col("value").list.len() == 0) & (pl.col("list").list.len() > 0) & ~alone
    frame = frame.with_columns(pl.when(blank).then(pl.lit("blank")).otherwise(worst).cast(pl.String).alias("problem"))
    return frame.with_columns(pl.when(pl.col("problem").is_null()).then("value").alias("value"))


# ---- what was expected ------------------------------------------------------------------------------------------


def _vocabulary(column: Column) -> Collection[str]:
    if column.words is not None:
        return list(column.words)
    known: dict[str, Sequence[str]] = {
        "country": list(COUNTRIES),
        "countries": list(COUNTRIES),
        "currency": sorted(CURRENCIES),
        "unit": list(UNITS),
        "element": ELEMENTS,
        "yes/no": ("yes", "no"),
    }
    return known[column.kind]


_HINTS = {"country": COUNTRY_HINTS, "countries": COUNTRY_HINTS, "currency": CURRENCY_HINTS, "unit": UNIT_HINTS}
_HINTS["yes/no"] = {"TRUE": "yes", "1": "yes", "Y": "yes", "是": "yes", "FALSE": "no", "0": "no", "N": "no", "否": "no"}


def _faults(table: str, column: Column, cells: pl.Series, rows: pl.Series, faulty: pl.DataFrame) -> list[Fault]:
    faulty = faulty.select("raw", "problem").unique(maintain_order=True)
    if cells.dtype.is_nested():
        cells = cells.list.join(";")
    at = pl.DataFrame([cells.alias("raw"), rows.alias("row")]).join(
        faulty, on="raw", how="inner", nulls_equal=True, maintain_order="left"
    )
    said = {
        (raw, problem): _expected(column, problem, "" if raw is None else str(raw), hint=place < _HINTED)
        for place, (raw, problem) in enumerate(faulty.rows())
    }
    return [
        Fault(
            table,
            _PROBLEMS[problem][0],
            row=row,
            column=column.name,
            value=None if problem == "required" else str(raw),
            message_zh=_PROBLEMS[problem][1],
            expected=said[raw, problem][0],
            expected_zh=said[raw, problem][1],
        )
        for raw, row, problem in at.rows()
    ]


_HINTED = 1000  # distinct wrong values of one column that get the nearest known one named


def _expected(column: Column, problem: str, raw: str, hint: bool = True) -> Word:
    """What should have stood in the cell, with the nearest known value where there is a vocabulary."""
    if column.words is not None or column.kind in ("country", "countries", "currency", "unit", "element", "yes/no"):
        return _expected_word(column, raw, hint)
    if problem == "zero":
        digits = raw.strip(_BLANKS).replace(".", "")
        return f"0{digits}, or 4, 6, 8, 9 or 10 digits", f"0{digits}，或 4、6、8、9、10 位数字"
    if column.kind == "number":
        return _expected_number(column)
    if column.prefixes:
        return (
            f"{column.prefixes[0]}: or another of {', '.join(column.prefixes)} before the code",
            f"编码前加 {'、'.join(column.prefixes)} 之一和冒号",
        )
    return KINDS[column.kind]


def _expected_word(column: Column, raw: str, hinted: bool) -> Word:
    known = _vocabulary(column)
    parts = [part.strip(_BLANKS) for part in raw.replace("；", ";").split(";")]
    word = next((part for part in parts if part not in known), raw)
    hint = (_HINTS.get(column.kind, {}).get(word.upper()) or nearest(word, known)) if hinted else None
    en, zh = KINDS[column.kind]
    if column.words is not None or column.kind == "yes/no":
        en, zh = f"one of {', '.join(known)}", f"以下之一：{', '.join(known)}"
    return (f"{hint} (nearest), {en}", f"{hint}（最接近），{zh}") if hint else (en, zh)


def _expected_number(column: Column) -> Word:
    en, zh = ("a whole number", "整数") if column.whole else ("a number such as 1234.5", "数字，如 1234.5")
    if column.high is not None:
        return f"a number from 0 to {column.high:g}", f"0 至 {column.high:g} 的数字"
    if column.above is not None:
        return f"{en}, greater than {column.above:g}", f"{zh}，大于 {column.above:g}"
    return f"{en}, not negative, at most 15 significant digits", f"{zh}，不为负，有效数字不超过 15 位"
