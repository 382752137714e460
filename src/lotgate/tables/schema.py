"""The tables of a workspace as data: every column's kind, vocabulary, unit and meaning, in English and Chinese.

Reading, checking, the empty workbook and the reference page are all made from this one record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

__all__ = ["KINDS", "TABLES", "Column", "Kind", "Table", "Word"]

Kind = Literal[
    "id", "ids", "text", "code", "codes", "hs", "country", "countries", "currency", "unit", "element", "word", "yes/no",
    "number", "day", "time",
]  # fmt: skip

Word = tuple[str, str]  # English, Chinese

# kind -> what a cell holds, as the guide prints it
KINDS: dict[str, Word] = {
    "id": ("identifier", "标识"),
    "ids": ("identifiers, separated by ;", "标识，以 ; 分隔"),
    "text": ("free text", "自由文本"),
    "code": ("control code; several separated by ;", "管制编码；多个以 ; 分隔"),
    "codes": ("control codes, separated by ;", "管制编码，以 ; 分隔"),
    "hs": ("HS code, 4 to 10 digits, stored as text", "海关商品编号，4 至 10 位数字，以文本存储"),
    "country": ("country, ISO 3166-1 alpha-2", "国家（地区），ISO 3166-1 两字母代码"),
    "countries": ("countries, ISO 3166-1 alpha-2, separated by ;", "国家（地区），ISO 3166-1 两字母代码，以 ; 分隔"),
    "currency": ("currency, ISO 4217", "币种，ISO 4217"),
    "unit": ("unit, UN/ECE Rec 20", "计量单位，UN/ECE 第 20 号建议书"),
    "element": ("chemical element symbol", "元素符号"),
    "word": ("one of the listed words", "所列词之一"),
    "yes/no": ("yes or no", "yes 或 no"),
    "number": ("number", "数字"),
    "day": ("day, YYYY-MM-DD", "日期，YYYY-MM-DD"),
    "time": ("time, ISO 8601; UTC where no offset is given", "时间，ISO 8601；未注明时差者为 UTC"),
}


@dataclass(frozen=True)
class Column:
    """One column: its name, what its cells hold, and what it means."""

    name: str
    kind: Kind
    en: str
    zh: str
    required: bool = False
    """The column must be there and no cell of it may be empty or `none`."""
    words: Mapping[str, Word] | None = None
    refers: str | None = None
    """The table whose identifiers the cells name; every one must be there."""
    measure: str | None = None
    """Unit of a number, as printed."""
    above: float | None = None
    """A number must be greater than this."""
    high: float | None = None
    """A number must not be greater than this. No number of a workspace is negative."""
    whole: bool = False
    several: bool = False
    """The cell may hold several values joined by `;` and still is one text: `1C904.a.3;1C905.a.4`."""
    none: bool = True
    """Whether the literal `none` may stand in a cell."""
    nothing: float | date | None = None
    """What `none` stands for in a number or day, where that is not NaN."""
    also_none: str | None = None
    """Another way of writing `none`."""
    prefixes: tuple[str, ...] = ()
    """Every value starts with one of these and a colon."""

    @property
    def dtype(self) -> pl.DataType:
        """The Polars type of the column in a loaded workspace."""
        if self.kind in ("ids", "codes", "countries"):
            return pl.List(pl.String())
        if self.kind == "number":
            return pl.Float64()
        if self.kind == "day":
            return pl.Date()
        if self.kind == "time":
            return pl.Datetime("us", "UTC")
        return pl.String()


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, and the columns that together identify a row (none where rows may repeat)."""

    name: str
    en: str
    zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def empty(self) -> pl.DataFrame:
        """A frame of no rows with all the columns."""
        return pl.DataFrame(schema={column.name: column.dtype for column in self.columns})


SHIPMENT_KINDS: dict[str, Word] = {
    "export": ("export", "出口"),
    "reexport": ("reexport from a third country", "从第三国再出口"),
    "in-country-transfer": ("transfer inside one country", "国内转让"),
    "technology": ("release of technology", "技术提供"),
}
END_USES: dict[str, Word] = {
    "civil": ("civil", "民用"),
    "military": ("military", "军事用途"),
    "military-potential": ("may raise military potential", "有助于提升军事实力"),
    "wmd": ("weapons of mass destruction and their carriers", "大规模杀伤性武器及其运载工具"),
    "terrorism": ("terrorism", "恐怖主义"),
    "chip-fab": ("making chips", "芯片制造"),
    "chip-equipment": ("making chip tools or their parts", "芯片制造设备及零部件"),
    "ai-training": ("training AI models", "人工智能训练"),
    "ai-military": ("AI with a military use", "具有军事用途的人工智能"),
    "supercomputer": ("supercomputer", "超级计算机"),
    "rare-earth-processing": ("rare earth mining, smelting, magnets, recycling", "稀土开采、冶炼分离、磁材制造、回收"),
    "medical-emergency": ("medical emergency", "紧急医疗"),
    "public-health": ("public health emergency", "突发公共卫生事件"),
    "disaster-relief": ("disaster relief", "自然灾害救助"),
    "repair-return": ("returned after repair", "维修后复运"),
    "exhibition-return": ("returned after an exhibition", "展览后复运"),
    "civil-aircraft-parts": ("parts for civil aircraft", "民用航空器零部件"),
    "evaluation": ("test or evaluation", "测试评估"),
}
STAGES: dict[str, Word] = {
    "ore": ("ore", "矿石"),
    "concentrate": ("concentrate", "精矿"),
    "oxide": ("oxide", "氧化物"),
    "compound": ("other compound", "其他化合物"),
    "metal": ("metal", "金属"),
    "alloy": ("alloy", "合金"),
    "target": ("sputtering target", "靶材"),
    "magnet": ("magnet", "磁材"),
    "part": ("part", "零件"),
    "assembly": ("assembly", "组件"),
    "finished": ("finished goods", "制成品"),
    "equipment": ("equipment", "设备"),
    "chip": ("chip", "芯片"),
    "board": ("board", "板卡"),
    "system": ("system", "系统"),
    "technology": ("technology", "技术"),
}
PRECISIONS: dict[str, Word] = {
    word: (word.upper(), word.upper()) for word in ("fp4", "fp8", "int8", "fp16", "bf16", "tf32", "fp32")
}
PARTY_KINDS: dict[str, Word] = {
    "company": ("company", "企业"),
    "person": ("person", "个人"),
    "vessel": ("vessel", "船舶"),
    "government": ("government body", "政府机构"),
    "bank": ("bank", "银行"),
}
REGIMES: dict[str, Word] = {
    "cn": ("China", "中国"),
    "us": ("United States", "美国"),
    "eu": ("European Union", "欧盟"),
    "nl": ("Netherlands", "荷兰"),
    "jp": ("Japan", "日本"),
}
LICENCE_KINDS: dict[str, Word] = {
    "single": ("single licence", "单项许可"),
    "general": ("general licence", "通用许可"),
    "exception": ("licence exception", "许可例外"),
}
EVENT_KINDS: dict[str, Word] = {
    "make": ("made", "生产"),
    "transform": ("transformed", "加工转化"),
    "ship": ("shipped", "发货"),
    "receive": ("received", "收货"),
    "split": ("split", "拆分"),
    "merge": ("merged", "合并"),
    "destroy": ("destroyed", "销毁"),
    "correct": ("correction", "更正"),
}

# fmt: off
_SHIPMENTS = Table("shipments", "Lots to be decided, one per line", "待判定的货批，每行一批", (
    Column("line", "id", "Name of the line, unique", "行号，不得重复", required=True),
    Column("date", "day", "Day the goods are to leave", "货物启运日期", none=False),
    Column("kind", "word", "Kind of movement; empty: derived from exporter, ship_from and origin",
           "移动方式；留空则由 exporter、ship_from 和 origin 推定", words=SHIPMENT_KINDS),
    Column("item", "id", "Item shipped", "所运物项", refers="items"),
    Column("lot", "id", "Lot number", "批号"),
    Column("quantity", "number", "Quantity, in the unit given", "数量，以所填单位计"),
    Column("unit", "unit", "Unit of the quantity", "数量单位"),
    Column("value", "number", "Value of the line", "货值"),
    Column("currency", "currency", "Currency of the value", "货值币种"),
    Column("exporter", "id", "Party that exports", "出口方", refers="parties"),
    Column("consignee", "id", "Party that receives the goods", "收货人", refers="parties"),
    Column("end_user", "id", "Party that uses the goods", "最终用户", refers="parties"),
    Column("intermediaries", "ids", "Agents, forwarders and other parties between", "中间商、货代等其他参与方",
           refers="parties"),
    Column("ship_from", "country", "Country the goods leave", "启运国（地区）", none=False),
    Column("destination", "country", "Country of final destination", "最终目的国（地区）", none=False),
    Column("via", "countries", "Countries passed through", "途经国（地区）"),
    Column("end_use", "word", "End use", "最终用途", words=END_USES),
    Column("end_use_text", "text", "End use in the end user's words", "最终用户对用途的说明"),
    Column("logic_nm", "number", "Finest logic node the end-use facility makes", "最终用途工厂最先进逻辑芯片制程",
           measure="nm"),
    Column("nand_layers", "number", "Most NAND layers the end-use facility makes", "最终用途工厂最高 NAND 层数",
           whole=True),
    Column("dram_nm", "number", "Finest DRAM half-pitch the end-use facility makes", "最终用途工厂最先进 DRAM 半间距",
           measure="nm"),
    Column("licence", "id", "Number of a licence in hand; several separated by ;", "已持有许可证的编号；多个以 ; 分隔",
           several=True),
), key=("line",))

_ITEMS = Table("items", "Goods and technology", "物项：货物与技术", (
    Column("item", "id", "Name of the item, unique", "物项标识，不得重复", required=True),
    Column("description", "text", "Description in English", "英文名称"),
    Column("description_zh", "text", "Description in Chinese", "中文名称"),
    Column("model", "text", "Name in the built-in catalogue of accelerators and tools", "内置加速器与设备目录中的型号"),
    Column("hs", "hs", "Customs code", "海关商品编号"),
    Column("made_in", "country", "Country it is made in", "生产国（地区）", none=False),
    Column("origin", "country", "Country of origin; empty: made_in", "原产国（地区）；留空则为 made_in", none=False),
    Column("cn_code", "code", "Chinese export control code; none: classified, not listed",
           "中国出口管制编码；none 表示已判定且未列管", several=True),
    Column("us_code", "code", "US ECCN; none or EAR99: classified, not listed",
           "美国 ECCN；none 或 EAR99 表示已判定且未列管", several=True, also_none="EAR99"),
    Column("eu_code", "code", "EU dual-use Annex I code; none: not listed", "欧盟两用物项附件一编码；none 表示未列管",
           several=True),
    Column("nl_code", "code", "Dutch code; none: not listed", "荷兰编码；none 表示未列管", several=True),
    Column("jp_code", "code", "Japanese entry; none: not listed", "日本列管条目；none 表示未列管", several=True),
    Column("stage", "word", "Stage of processing", "加工阶段", words=STAGES),
    Column("unit_value", "number", "Value of one unit", "单位价值"),
    Column("currency", "currency", "Currency of unit_value", "单位价值的币种"),
    Column("unit_mass_kg", "number", "Mass of one unit", "单位质量", measure="kg"),
    Column("unit", "unit", "Unit that unit_value and unit_mass_kg are for; empty: one piece",
           "unit_value 和 unit_mass_kg 所指的计量单位；留空则为一件", none=False),
    Column("technology", "code", "What it is a direct product of, as CN:1E902.a or US:3E001; none: nothing controlled",
           "其直接产品来源技术，如 CN:1E902.a 或 US:3E001；none 表示不是任何受控技术的直接产品", several=True,
           prefixes=("CN", "US", "EU", "NL", "JP")),
    Column("contains_us_ic", "yes/no", "Contains an integrated circuit subject to US direct-product rules",
           "是否含有受美国直接产品规则约束的集成电路", none=False),
    Column("supplier", "id", "Who is asked about it, a party or a name; several separated by ; (none: nobody outside)",
           "向谁询问：参与方标识或名称；多个以 ; 分隔；none 表示无需外部询问", several=True),
), key=("item",))

_EVIDENCE = (
    Column("source", "text", "Who says so, and in which paper", "来源：何人、何文件"),
    Column("date", "day", "Day of the paper it rests on", "所依据文件的日期", none=False),
    Column("expires", "day", "Last day on which the paper counts; empty or none: it does not run out",
           "文件有效的最后一日；留空或 none 表示不失效", nothing=date.max),
)

_COMPOSITION = Table("composition", "What an item consists of", "物项成分", (
    Column("item", "id", "Item", "物项", required=True, refers="items"),
    Column("substance", "element", "Element symbol", "元素符号", required=True),
    Column("mass_fraction", "number", "Share of the item's mass", "占物项质量的比例", measure="0..1", high=1,
           none=False),
    *_EVIDENCE,
), key=("item", "substance"))

_BOM = Table("bom", "Bill of materials", "物料清单", (
    Column("parent", "id", "Item that contains", "父项", required=True, refers="items"),
    Column("component", "id", "Item contained", "子项", required=True, refers="items"),
    Column("quantity", "number", "Units of the component per one unit of the parent", "每单位父项所含子项的数量",
           required=True, above=0),
    Column("unit", "unit", "Unit of the quantity; empty: the component's own",
           "数量的计量单位；留空则为子项自身的单位", none=False),
))

_RATES = Table("rates", "Rates of exchange, every one to or from one common currency",
               "汇率，每行均须涉及同一共同币种", (
    Column("currency", "currency", "Currency of which one unit is priced", "一单位被折算的币种", required=True),
    Column("to_currency", "currency", "Currency the rate is given in", "汇率所用的计价币种", required=True),
    Column("date", "day", "Day of the rate; it counts from then on, for 31 days at most",
           "汇率日期；自该日起适用，最多 31 日", required=True),
    Column("rate", "number", "Units of to_currency for one unit of currency", "一单位 currency 折合的 to_currency 数额",
           required=True, above=0),
    Column("source", "text", "Who publishes it", "公布机构"),
))

_CHIPS = Table("chips", "Computing performance, one row per precision; per-item cells are repeated",
               "芯片算力，每种精度一行；每个物项的其余数据各行相同", (
    Column("item", "id", "Item", "物项", required=True, refers="items"),
    Column("precision", "word", "Number format", "数值格式", words=PRECISIONS),
    Column("bit_length", "number", "Bits of one operand", "操作数位长", measure="bit", whole=True, above=0),
    Column("dense_tops", "number", "Peak rate without sparsity", "非稀疏峰值算力", measure="TOPS"),
    Column("die_area_mm2", "number", "Applicable die area", "适用的晶粒面积", measure="mm²"),
    Column("io_gb_per_s", "number", "Aggregate bidirectional transfer rate, for the 2022 text",
           "双向传输总速率，用于 2022 年文本", measure="GB/s"),
    Column("memory_gb", "number", "Memory", "存储容量", measure="GB"),
    Column("memory_gb_per_s", "number", "Memory bandwidth", "存储带宽", measure="GB/s"),
    Column("memory_area_mm2", "number", "Memory package area", "存储器封装面积", measure="mm²"),
    Column("transistors_bn", "number", "Transistors in thousand millions", "晶体管数量（十亿）", measure="10⁹"),
    Column("node_nm", "number", "Node of the logic dies", "逻辑芯片制程", measure="nm"),
    Column("datacentre", "yes/no", "Designed or marketed for data centres", "是否为数据中心设计或销售", none=False),
), key=("item", "precision"))

_PARTIES = Table("parties", "Firms, people, vessels and bodies", "参与方", (
    Column("party", "id", "Name of the party in these tables, unique", "参与方标识，不得重复", required=True),
    Column("name", "text", "Name in Latin letters", "外文名称"),
    Column("name_local", "text", "Name in its own script", "本国文字名称"),
    Column("country", "country", "Country it is established in", "所在国（地区）", none=False),
    Column("address", "text", "Address", "地址"),
    Column("kind", "word", "Kind of party", "类型", words=PARTY_KINDS),
    Column("military", "yes/no", "Military end user", "是否为军事用户", none=False),
    Column("headquarters", "country", "Country of the ultimate parent; none: it has none",
           "最终母公司所在国（地区）；none 表示没有母公司"),
), key=("party",))

_OWNERSHIP = Table("ownership", "Who owns whom", "股权关系", (
    Column("owner", "id", "Owner: a party, or its name on a list", "持股方：参与方标识，或清单上的名称", required=True),
    Column("owned", "id", "Party that is owned", "被持股的参与方", required=True, refers="parties"),
    Column("share", "number", "Share held", "持股比例", measure="0..1", high=1, none=False),
    Column("from", "day", "First day of the holding; none: held from the start", "持股开始日；none 表示自始持有",
           nothing=date.min),
    Column("to", "day", "Last day of the holding; empty or none: still held", "持股结束日；留空或 none 表示仍持有",
           nothing=date.max),
))

_LICENCES = Table("licences", "Licences in hand", "已持有的许可证", (
    Column("number", "id", "Number of the licence", "许可证编号", required=True),
    Column("regime", "word", "Whose law it is granted under", "所依据的法律", words=REGIMES),
    Column("kind", "word", "Kind of licence", "许可类型", words=LICENCE_KINDS),
    Column("codes", "codes", "Control codes covered", "覆盖的管制编码"),
    Column("items", "ids", "Items covered", "覆盖的物项"),
    Column("end_users", "ids", "End users covered", "覆盖的最终用户"),
    Column("destinations", "countries", "Destinations covered", "覆盖的目的国（地区）"),
    Column("quantity", "number", "Quantity licensed; none: no limit", "许可数量；none 表示不限"),
    Column("unit", "unit", "Unit of the quantities", "数量单位"),
    Column("quantity_used", "number", "Quantity already used", "已使用数量", nothing=0),
    Column("valid_from", "day", "First day of validity", "有效期起", none=False),
    Column("valid_to", "day", "Last day of validity; none: no end", "有效期止；none 表示无期限", nothing=date.max),
    Column("max_uses", "number", "Exports allowed; none: no limit", "允许使用次数；none 表示不限", whole=True),
    Column("used", "number", "Exports already made", "已使用次数", whole=True, nothing=0),
))

_FACTS = Table("facts", "Answers to questions that a check asked", "对判定所提问题的答复", (
    Column("subject", "id", "Line, item, party, law (law:cn) or measure asked about",
           "所涉的行、物项、参与方、法律（law:cn）或措施", required=True),
    Column("fact", "id", "Fact asked for", "所问事实", required=True),
    Column("value", "text", "Answer", "答复"),
    *_EVIDENCE,
))

_EVENTS = Table("events", "What happened to lots", "货批事件", (
    Column("event", "id", "Name of the event", "事件标识", required=True),
    Column("time", "time", "When it happened", "发生时间", none=False),
    Column("kind", "word", "What happened", "事件类型", required=True, words=EVENT_KINDS),
    Column("lot_in", "id", "Lot that goes in", "投入批号"),
    Column("lot_out", "id", "Lot that comes out", "产出批号"),
    Column("quantity_in", "number", "Quantity that goes in", "投入数量"),
    Column("quantity_out", "number", "Quantity that comes out", "产出数量"),
    Column("unit", "unit", "Unit of the quantities", "数量单位"),
    Column("item", "id", "Item", "物项"),
    Column("from_party", "id", "Party it leaves", "转出方"),
    Column("to_party", "id", "Party it reaches", "接收方"),
    Column("from_country", "country", "Country it leaves", "转出国（地区）"),
    Column("to_country", "country", "Country it reaches", "接收国（地区）"),
    Column("licence", "id", "Licence used", "所用许可证"),
))
# fmt: on

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _SHIPMENTS,
        _ITEMS,
        _COMPOSITION,
        _BOM,
        _RATES,
        _CHIPS,
        _PARTIES,
        _OWNERSHIP,
        _LICENCES,
        _FACTS,
        _EVENTS,
    )
}
"""Name -> table, in the order in which tables are read, checked and shown."""
