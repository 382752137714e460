"""Every label a report shows, in English and Chinese, from one record. Law texts carry their own two languages."""

from __future__ import annotations

from lotgate.law import Text
from lotgate.tables.schema import END_USES, REGIMES, SHIPMENT_KINDS

__all__ = ["ANSWERS", "FACTS", "LANGUAGES", "WORDS", "fact_label", "met", "say", "word"]

LANGUAGES = ("en", "zh")
ANSWERS = ("stop", "apply", "ask", "go")
"""Strictest first, the order in which reports show them."""

# fmt: off
_PAIRS: dict[str, tuple[str, str]] = {
    # the four answers: the word for a label, then what it means in one sentence
    "answer.stop": ("stop", "禁止"),
    "answer.apply": ("apply", "须申请"),
    "answer.ask": ("ask", "待查"),
    "answer.go": ("go", "可行"),
    "meaning.stop": ("Forbidden; no ordinary licence route.", "禁止；没有通常的许可途径。"),
    "meaning.apply": ("A licence, registration or notification is needed and not in hand.",
                      "须取得许可、登记或事先通知，目前尚未办理。"),
    "meaning.ask": ("A missing fact could turn this to apply or stop.", "缺少的事实可能使结论变为须申请或禁止。"),
    "meaning.go": ("No permission is needed that day, or one in hand covers it.", "该日无需许可，或持有的许可已涵盖。"),
    # what a rule does
    "effect.licence-required": ("licence required", "须取得许可"),
    "effect.prohibited": ("prohibited", "禁止"),
    "effect.registration": ("registration", "登记"),
    "effect.notification": ("notification", "事先通知"),
    "effect.exempt": ("exempt", "豁免"),
    "effect.suspended": ("suspended", "暂停"),
    "effect.not-established": ("status not established", "效力未确定"),
    "effect.advisory": ("advisory", "提示"),
    # how an application is reviewed
    "policy.approval-presumed": ("approval presumed", "推定批准"),
    "policy.case-by-case": ("case by case", "逐案审查"),
    "policy.denial-presumed": ("denial presumed", "推定拒绝"),
    "policy.registration": ("registration", "登记"),
    "policy.notification": ("notification", "事先通知"),
    # what a clause is on a day
    "status.off": ("not in force", "未生效"),
    "status.in-force": ("in force", "有效"),
    "status.suspended": ("suspended", "暂停"),
    "status.stopped": ("stopped", "停止"),
    "status.not-enforced": ("not enforced", "不执行"),
    "status.not-established": ("not established", "未确定"),
    # what kind of act a measure is
    "force.statute": ("statute", "法律"),
    "force.regulation": ("regulation", "条例"),
    "force.rule": ("rule", "规则"),
    "force.guidance": ("guidance", "指引"),
    "force.letter": ("letter", "通知函"),
    "force.statement": ("statement", "声明"),
    "force.list": ("list", "清单"),
    "force.order": ("order", "命令"),
    "verified.yes": ("verified", "已核实"),
    "verified.partly": ("partly verified", "部分核实"),
    "verified.no": ("not verified", "未核实"),
    # column heads
    "head.answer": ("answer", "结论"),
    "head.policy": ("policy", "审查政策"),
    "head.line": ("line", "行"),
    "head.date": ("date", "日期"),
    "head.goods": ("goods", "物项"),
    "head.destination": ("destination", "目的地"),
    "head.goods_destination": ("goods → destination", "物项 → 目的地"),
    "head.end_user": ("end user", "最终用户"),
    "head.deciding": ("deciding clause", "决定性条款"),
    "head.measure": ("measure", "措施"),
    "head.measures": ("measures", "措施"),
    "head.rule": ("clause", "条款号"),
    "head.cite": ("cite", "条款"),
    "head.text": ("text", "内容"),
    "head.held_by": ("held back or set by", "限制或依据"),
    "head.questions": ("questions", "待查问题"),
    "head.question": ("question", "问题"),
    "head.next_step": ("next step", "下一步"),
    "head.holds_until": ("holds until", "结论持续至"),
    "head.regime": ("law", "法律"),
    "head.regimes": ("laws", "法律"),
    "head.effect": ("effect", "效力"),
    "head.fact": ("fact", "事实"),
    "head.subject": ("about", "对象"),
    "head.matters_for": ("matters for", "所涉措施"),
    "head.before": ("before", "此前"),
    "head.after": ("after", "此后"),
    "head.day": ("day", "日期"),
    "head.title": ("title", "名称"),
    "head.issued": ("issued", "发布"),
    "head.status": ("status", "状态"),
    "head.force": ("kind", "类别"),
    "head.clauses": ("clauses", "条款数"),
    "head.list": ("list", "清单"),
    "head.as_of": ("as of", "截至"),
    "head.age": ("age", "时效"),
    "head.entries": ("entries", "条目"),
    "head.rejected": ("rejected", "未收"),
    "head.source": ("source", "来源"),
    "head.kind": ("movement", "移动方式"),
    "head.quantity": ("quantity", "数量"),
    "head.value": ("value", "货值"),
    "head.exporter": ("exporter", "出口人"),
    "head.consignee": ("consignee", "收货人"),
    "head.intermediaries": ("intermediaries", "中间方"),
    "head.route": ("route", "路线"),
    "head.end_use": ("end use", "最终用途"),
    "head.licence": ("licence in hand", "持有许可"),
    "head.item": ("item", "物项编号"),
    "head.because": ("deciding facts", "决定性事实"),
    "head.about": ("about", "说明"),
    "head.codes": ("control codes", "管制编码"),
    # counts
    "count.lines": ("{n} lines", "共 {n} 行"),
    "count.line": ("1 line", "共 1 行"),
    "count.more": ("and {n} more ({which}): use --html", "另有 {n} 行（{which}）：使用 --html 查看"),
    "count.shown": ("{n} of {all} lines shown", "显示 {n} / {all} 行"),
    # sections of a line's reasoning
    "part.facts": ("The shipment", "货物情况"),
    "part.todo": ("What to do next", "下一步"),
    "part.questions": ("Open questions", "待查问题"),
    "part.parties": ("What lists and owners say of the parties", "清单与股权对各方的记录"),
    "part.conflicts": ("Laws that collide", "法律冲突"),
    "part.laws": ("Law by law", "逐法分析"),
    "part.silent": ("Looked at, does not apply", "已审查，不适用"),
    "part.why": ("because", "理由"),
    "part.measures": ("Measures cited", "引用的措施"),
    "part.notes": ("Notes", "说明"),
    "part.lists": ("Party lists", "主体清单"),
    "part.months": ("If every line left on another day", "如改在其他日期启运"),
    "part.lines": ("Lines", "各行结论"),
    "part.clock": ("Clocks", "时间线"),
    "part.when": ("when", "适用条件"),
    "part.terms": ("Conditions by name", "具名条件"),
    "condition.all": ("all of", "同时满足"),
    "condition.any": ("any of", "满足其一"),
    "condition.not": ("not", "非"),
    # sentences
    "title.check": ("Shipment check", "货物出口检查"),
    "title.explain": ("Line {line} on {day}", "{line} 行，{day}"),
    "title.horizon": ("Days on which an answer changes", "结论变化的日期"),
    "title.law": ("Law as data", "法律数据"),
    "title.law_at": ("The law on {day}", "{day} 的法律状态"),
    "title.law_diff": ("What changed between {before} and {after}", "{before} 与 {after} 之间的变化"),
    "say.no_change": ("No recorded change in these days.", "该期间没有已记录的变化。"),
    "say.nothing_listed": ("No party list is loaded.", "尚未载入主体清单。"),
    "say.nothing_found": ("No list was found.", "未找到清单。"),
    "say.taken": ("in use", "已启用"),
    "say.kept_out": ("kept out", "未采用"),
    "say.load_lists": ("lotgate lists import FILE loads one.", "使用 lotgate lists import 文件 载入。"),
    "say.not_subject": ("not subject", "不受约束"),
    "say.no_demand_list": (
        "Within reach, nothing in force asks for a permission: {regimes}.",
        "属于管辖范围、现行规定未要求许可：{regimes}。",
    ),
    "say.not_subject_list": ("Not subject: {regimes}.", "不受约束：{regimes}。"),
    "say.needs_nothing": ("Nothing more is needed that day.", "该日无需其他手续。"),
    "say.no_lines": ("No lines to decide.", "没有需要判定的行。"),
    "say.licence_moves": ("a licence in hand begins or ends", "持有许可的有效期开始或届满"),
    "say.above": ("as above", "同上"),
    "say.tested": ("tested: {comparison}", "检验：{comparison}"),
    "say.off": ("not part of the law on this day", "该日不在法律之中"),
    "say.unknown": ("unknown", "未知"),
    "say.none": ("none", "无"),
    "say.colon": (": ", "："),
    "say.holds": ("holds until {day}", "结论持续至 {day}"),
    "say.open_end": ("no recorded change ahead", "此后无已记录变化"),
    "say.between": ("{day} through {last}", "{day} 至 {last}"),
    "say.from": ("from {day}", "自 {day} 起"),
    "say.days": ("{n} days", "{n} 天"),
    "say.day": ("1 day", "1 天"),
    "say.matters": ("matters for {measures}", "涉及 {measures}"),
    "say.answer_in": ("fill in the cell, or answer in the table facts: subject {subject}, fact {fact}",
                      "补填单元格，或在 facts 表中答复：subject 填 {subject}，fact 填 {fact}"),
    "say.load_list": ("load it: lotgate lists import FILE", "载入该清单：lotgate lists import 文件"),
    "say.conflict_unverified": ("The text of this conflict is not fully verified.", "该冲突条文尚未完全核实。"),
    "say.authorisation": ("Way out", "解决途径"),
    "say.law": ("Law data version {version}", "法律数据版本 {version}"),
    "say.known": ("Law data known up to {day}", "法律数据截至 {day}"),
    "say.list": ("{list} as of {day}, {entries} entries", "{list}，截至 {day}，{entries} 条"),
    "say.list_undated": ("{list} without a day, {entries} entries", "{list}，无日期，{entries} 条"),
    "say.many_lists": ("{n} party lists, the oldest as of {day}", "{n} 份主体清单，最早截至 {day}"),
    "say.see_lists": ("lotgate lists status shows them", "可用 lotgate lists status 查看"),
    "say.lists": ("Lists: {lists}", "清单：{lists}"),
    "say.no_lists": ("Lists: none loaded", "清单：未载入"),
    "say.next_explain": ("lotgate explain WORKSPACE LINE shows one line's whole reasoning.",
                         "lotgate explain 工作区 行号 查看某行的完整分析。"),
    "say.reasons_cut": ("Beyond {limit} lines the reasoning of lines that may go is left out; see lotgate explain.",
                        "行数超过 {limit}，可行各行的分析从略；可用 lotgate explain 查看。"),
    "say.rows_cut": ("The {shown} strictest of {all} lines are shown; --parquet and --json hold every line.",
                     "仅显示最严格的 {shown} 行，共 {all} 行；--parquet 和 --json 含全部各行。"),
    "say.sheet_cut": ("The sheet reasons holds the first {shown} of {all} rows; an Excel sheet cannot hold more.",
                      "reasons 工作表仅含前 {shown} 行，共 {all} 行；Excel 工作表容量有限。"),
    "say.tables_cut": ("The table {table} has {all} rows, more than an Excel sheet holds; the first {shown} are here.",
                       "{table} 表共 {all} 行，超出 Excel 工作表容量；此处为前 {shown} 行。"),
    "say.rebuilt": ("Your workbook could not be opened with its formats ({reason}); its tables are written anew.",
                    "无法带格式打开原工作簿（{reason}）；各表已重新写出。"),
    "say.chart": ("Answers for all {n} lines if they left on the day shown, by the law known today.",
                  "按目前已知的法律，全部 {n} 行如在所示日期启运的结论。"),
    "say.chart_from": ("From {day}", "自 {day}"),
    "say.chart_note": ("Recorded changes only; what is not yet announced cannot be shown.",
                       "仅含已记录的变化；尚未公布的事项无法显示。"),
    "say.chart_age": ("More than 30 days after {day} a go becomes ask until somebody has checked the law.",
                      "超过 {day} 三十日后，在有人核实法律之前，可行改为待查。"),
    "say.chart_table": ("The same figures as a table", "同一数据的表格"),
    "say.conflict_mark": ("laws collide", "法律冲突"),
    "say.licence_footer": ("Lotgate, Apache License 2.0.", "Lotgate，Apache 许可证 2.0 版。"),
    "say.care": ("Lotgate informs; a person decides. Law data known up to {day}.",
                 "Lotgate 提供信息，由人作出决定。法律数据截至 {day}。"),
    "next.stop": ("Do not ship.", "不得发货。"),
    "next.apply": ("Apply for a licence before shipping.", "发货前申请许可。"),
    "next.registration": ("Register before shipping.", "发货前办理登记。"),
    "next.notification": ("Notify before shipping.", "发货前办理通知。"),
    "next.ask": ("Settle the open questions.", "先解决待查问题。"),
    # controlled content
    "title.content": ("Controlled content on {day}", "受控成分，{day}"),
    "head.met": ("level", "标准"),
    "head.by_value": ("by value", "按价值"),
    "head.by_mass": ("by mass", "按质量"),
    "head.settles": ("would settle it", "补充即可确定"),
    "head.path": ("largest path", "最大路径"),
    "content.met": ("met", "达到"),
    "content.open": ("open", "待定"),
    "content.below": ("below", "未达到"),
    "content.china": ("listed rare earths of Chinese origin in the item's value", "物项价值中列名的中国原产稀土"),
    "content.united_states": ("US content that needs a licence to the destination, in the item's price",
                              "物项价格中运往该目的地须申请许可的美国成分"),
    "content.at_least": ("reached at {share}", "达到 {share}"),
    "content.above": ("reached above {share}", "超过 {share}"),
    "content.nothing": ("No item holds anything these laws count.", "没有物项含有上述法律所计的成分。"),
    "content.everywhere": ("every destination", "所有目的地"),
    "content.all_but": ("all but {some}", "除 {some} 外的所有目的地"),
    "content.some_but": ("{some} but {out}", "{some}，{out} 除外"),
    "content.cell_of": ("{cell} of {part}", "{part} 的{cell}"),
    "content.settle": ("settle: {what}", "须补充：{what}"),
    "content.to": ("to {destinations}", "目的地：{destinations}"),
    "content.more": ("and {n} more: --parquet and --json hold every row",
                     "另有{n}项：--parquet 和 --json 含全部各行"),
    "content.cycle": ("The bill of materials goes round in a circle: {way}. What depends on it stays open.",
                      "物料清单存在循环：{way}。依赖于它的内容仍未确定。"),
    "content.without_bill": ("{n} items have no bill of materials, so what is in them is unknown: {items}",
                             "{n}个物项没有物料清单，成分未知：{items}"),
    "content.zero": ("{n} rows come to nothing and are not shown.", "{n}行为零，未显示。"),
    "content.next": ("Countries are those of the US Country Chart; groups as D:5 are those of 15 CFR 740 Supp. 1.",
                     "目的地按美国国别表；D:5 等国家组见 15 CFR 第740部分补编1。"),
    # controls of the page
    "page.search": ("Search", "搜索"),
    "page.search_hint": ("line, goods, party, measure…", "行号、物项、主体、措施……"),
    "page.law": ("Law", "法律"),
    "page.any_law": ("all laws", "全部法律"),
    "page.answers": ("Answers", "结论"),
    "page.sort": ("Sort by", "排序"),
    "page.open_all": ("Open all", "全部展开"),
    "page.close_all": ("Close all", "全部收起"),
    "page.print": ("Print", "打印"),
    "page.language": ("Language", "语言"),
    "page.nothing": ("No line matches.", "没有符合条件的行。"),
    "page.skip": ("Skip to the lines", "跳至各行"),
    "page.top": ("Back to the top", "返回顶部"),
}
# fmt: on

WORDS: dict[str, Text] = {key: Text(*pair) for key, pair in _PAIRS.items()}
WORDS |= {f"regime.{code}": Text(*names) for code, names in REGIMES.items()}
WORDS |= {f"end_use.{code}": Text(*names) for code, names in END_USES.items()}
WORDS |= {f"kind.{code}": Text(*names) for code, names in SHIPMENT_KINDS.items()}
"""Key -> the words, with `{name}` where a value goes."""

# What a person calls the facts that conditions of law compare.
FACTS: dict[str, Text] = {
    name: Text(en, zh)
    for name, en, zh in (
        ("kind", "movement", "移动方式"),
        ("ship_from", "ships from", "启运地"),
        ("destination", "destination", "目的地"),
        ("via", "passes through", "途经"),
        ("end_use", "end use", "最终用途"),
        ("logic_nm", "logic node of the facility, nm", "设施逻辑制程（纳米）"),
        ("nand_layers", "NAND layers of the facility", "设施 NAND 层数"),
        ("dram_nm", "DRAM half-pitch of the facility, nm", "设施 DRAM 半节距（纳米）"),
        ("exporter_country", "country of the exporter", "出口人所在地"),
        ("exporter_headquarters", "country of the exporter's parent", "出口人最终母公司所在地"),
        ("addressee", "exporter named in the letter", "被点名的出口人"),
        ("origin", "origin of the item", "物项原产地"),
        ("cn_code", "Chinese control code", "中国管制编码"),
        ("us_code", "ECCN", "ECCN 编码"),
        ("eu_code", "EU Annex I code", "欧盟附件一编码"),
        ("nl_code", "Dutch code", "荷兰编码"),
        ("jp_code", "Japanese entry", "日本列管条目"),
        ("technology", "direct product of", "所属技术的直接产品"),
        ("contains_us_ic", "contains a US integrated circuit", "含美国集成电路"),
        ("stage", "stage of processing", "加工阶段"),
        ("model", "model", "型号"),
        ("tpp", "total processing performance", "总处理性能（TPP）"),
        ("performance_density", "performance density", "性能密度"),
        ("memory_bandwidth_density", "memory bandwidth density", "存储带宽密度"),
        ("io_gb_per_s", "transfer rate, GB/s", "传输速率（GB/s）"),
        ("dram_gb_per_s", "DRAM bandwidth, GB/s", "DRAM 带宽（GB/s）"),
        ("datacentre", "made for data centres", "为数据中心设计"),
        ("item_meets", "limits the item meets", "物项达到的限值"),
        ("parts_meet", "limits its parts meet", "部件达到的限值"),
        ("parts_us_code", "ECCNs of its parts", "部件 ECCN 编码"),
        ("cn61_share", "value share under announcement 61", "第61号公告价值占比"),
        ("us_controlled_share", "share of controlled US content", "美国受控成分占比"),
        ("listed", "parties on lists", "清单主体"),
        ("us_owned_by", "listed owners, US rule", "被列名所有人（美国规则）"),
        ("ofac_owned", "owned by blocked persons", "由被冻结人员持有"),
        ("cn_owned_by", "listed owners, Chinese rule", "被列名所有人（中国规则）"),
        ("listed_owner_minority", "listed owner below one half", "被列名所有人持少数股权"),
        ("military", "military end user", "军事最终用户"),
        ("headquarters", "country of the ultimate parent", "最终母公司所在地"),
        ("end_user_country", "country of the end user", "最终用户所在地"),
        ("parts_model", "models of its parts", "部件型号"),
        ("status", "standing of the measure", "措施效力"),
        ("checked_until", "law checked up to", "法律核实至"),
        # cells and tables that questions name
        ("end_user", "end user", "最终用户"),
        ("consignee", "consignee", "收货人"),
        ("intermediaries", "intermediaries", "中间方"),
        ("exporter", "exporter", "出口人"),
        ("country", "country", "国家（地区）"),
        ("name", "name", "名称"),
        ("match", "match with a list", "与清单的匹配"),
        ("list", "party list", "主体清单"),
        ("licence", "licence in hand", "持有许可"),
        ("share", "share held", "持股比例"),
        ("made_in", "country of making", "生产国（地区）"),
        ("unit_value", "value of one unit", "单位价值"),
        ("bom", "bill of materials", "物料清单"),
        ("quantity", "quantity", "数量"),
        ("currency", "currency", "币种"),
        ("composition", "composition", "成分"),
        ("dense_tops", "dense peak rate", "稠密峰值算力"),
        ("bit_length", "bit length", "位宽"),
        ("die_area_mm2", "die area", "芯片面积"),
        ("memory_area_mm2", "memory area", "存储器面积"),
        ("memory_gb_per_s", "memory bandwidth", "存储带宽"),
    )
}
FACTS |= {f"licence_{code}": Text(f"licence in hand, {en}", f"持有许可（{zh}）") for code, (en, zh) in REGIMES.items()}


def word(key: str, **values: object) -> Text:
    """The words for a key in both languages, with values filled in; KeyError for a key that is not in the record."""
    held = WORDS[key]
    if not values:
        return held

    def fill(language: str) -> str:
        chosen = {name: value[language] if isinstance(value, Text) else value for name, value in values.items()}
        return held[language].format(**chosen)

    return Text(fill("en"), fill("zh"))


def say(key: str, language: str, **values: object) -> str:
    """The words for a key in one language."""
    return word(key, **values)[language]


def met(value: str) -> Text:
    """The value that a comparison met, as explain writes it, in both languages."""
    plain = value.replace("\n", " ").strip()
    if plain in ("", "unknown"):
        return WORDS["say.unknown"]
    if plain == "none":
        return WORDS["say.none"]
    return Text(plain, plain.replace(" (possibly more)", "（可能更多）").replace("unknown", "未知"))


def fact_label(fact: str) -> Text:
    """What a person calls a fact; its own name where the record has none."""
    return FACTS.get(fact, Text(fact, fact))
