"""The labels of the comparison of computing systems, in English and Chinese, from one record."""

from __future__ import annotations

from lotgate.law import Text

__all__ = ["tell", "told"]

# fmt: off
_PAIRS: dict[str, tuple[str, str]] = {
    "title": ("{first} and {second}", "{first} 与 {second}"),
    "side_by_side": ("Computing systems side by side", "计算系统对比"),
    "basis": ("estimated, calibrated {day} on {n} published results; intervals hold nine tenths",
              "估算值，{day} 以{n}项公开结果校准；区间涵盖九成"),
    "equals": ("One {second} equals", "一套 {second} 相当于"),
    "equals.energy": ("Energy of {first} over {second}", "{first} 与 {second} 的能耗之比"),
    "never_one": ("Three phases, three figures. They do not add up to one “performance”.",
                  "三个阶段，三个数值，不能合成为单一的“性能”。"),
    "of": ("{n} of {name}", "{n} 套 {name}"),
    "range": ("{low} to {high}", "{low} 至 {high}"),
    "mark": ("~ extrapolated: no published result stands behind it", "~ 外推：没有公开结果支持"),
    "none": ("does not fit", "装不下"),
    "unknown": ("unknown", "未知"),
    "machine": ("The machines", "系统规格"),
    "chips": ("chips", "芯片"),
    "memory": ("memory", "内存"),
    "bandwidth": ("memory bandwidth", "内存带宽"),
    "dense": ("dense PFLOPS", "稠密算力（PFLOPS）"),
    "link": ("scale-up link, one way", "超节点内链路（单向）"),
    "link.value": ("{rate} GB/s among {n} chips", "{rate} GB/s，{n}个芯片互联"),
    "network": ("network, per chip", "每芯片网络"),
    "power": ("power, stated", "标称功率"),
    "power.estimated": ("{kw} kW, from its chips", "{kw} kW，由芯片推算"),
    "power.stated": ("{kw} kW", "{kw} kW"),
    "standing": ("standing of the figures", "数据可靠性"),
    "standing.verified": ("verified", "已核实"),
    "standing.secondary": ("at second hand", "二手来源"),
    "standing.roadmap": ("announced only", "仅为公布"),
    "standing.own": ("your own", "用户提供"),
    "phase.prefill": ("Prefill", "预填充"),
    "phase.decode": ("Decode", "解码"),
    "phase.training": ("Training", "训练"),
    "work": ("work", "任务"),
    "rate.chip": ("tokens/s per chip", "每芯片词元/秒"),
    "rate.system": ("tokens/s, whole system", "整套系统词元/秒"),
    "energy": ("joules per token", "每词元焦耳"),
    "latency": ("ms per token", "每词元毫秒"),
    "runs": ("runs", "运行方式"),
    "runs.prefill": ("{precision}, {ranks} ranks", "{precision}，{ranks}个并行单元"),
    "runs.decode": ("{precision}, {batch} sequences a chip, {ranks} ranks",
                    "{precision}，每芯片{batch}个序列，{ranks}个并行单元"),
    "runs.training": ("{precision}", "{precision}"),
    "where": ("Where the time goes, on one chip", "单芯片时间构成"),
    "term.matrix": ("matrix products", "矩阵乘"),
    "term.attention": ("attention", "注意力"),
    "term.traffic": ("other memory traffic", "其他内存流量"),
    "term.launch": ("launches", "启动"),
    "term.link": ("sending", "传输"),
    "term.start": ("starts of sending", "传输启动"),
    "term.bubble": ("pipeline bubble", "流水线空泡"),
    "term.exchange": ("exchange of gradients", "梯度交换"),
    "term.update": ("update of weights", "权重更新"),
    "terms.note": ("Terms may overlap, so they can add up to more than the step takes.",
                   "各项可能重叠，总和可超过一步的用时。"),
    "chart.equal": ("How many of {first} equal one of {second}, on a scale of doublings",
                    "多少套 {first} 相当于一套 {second}（倍数刻度）"),
    "figure": ("figure", "项目"),
    "sources": ("Sources", "来源"),
    "next": ("Other works: --work NAME; lotgate compute list names works, systems and models.",
             "其他任务：--work 名称；lotgate compute list 列出任务、系统与模型。"),
    "care": ("Estimates from public figures; no purchase, export or policy should rest on them alone.",
             "依据公开数据的估算，不应作为采购、出口或政策的唯一依据。"),
    "list.systems": ("Systems", "系统"),
    "list.works": ("Works", "任务"),
    "list.models": ("Models", "模型"),
    "cal.title": ("Calibration of the model of computing systems", "计算系统模型的校准"),
    "cal.head": ("result", "结果"),
    "cal.measured": ("measured", "实测"),
    "cal.fit": ("fitted", "拟合"),
    "cal.without": ("left out", "留一"),
    "cal.platform": ("family out", "留一平台"),
    "cal.mean": ("mean error", "平均误差"),
    "cal.worst": ("worst error", "最大误差"),
    "cal.inside": ("{n} of {all} results left out lie inside their interval", "留一结果中有 {n}/{all} 项落在区间内"),
    "cal.inside_make": (
        "{n} of {all} results of a make left out lie inside their interval",
        "整类留出结果中有 {n}/{all} 项落在区间内",
    ),
    "cal.makes": ("A whole make of chip left out", "整类芯片留出"),
    "cal.make": ("{n} results, mean error {mean}, worst {worst}", "{n}项结果，平均误差 {mean}，最大 {worst}"),
    "cal.kept": ("Kept back: results that never enter", "保留结果：从不参与校准"),
    "cal.in": ("inside its interval", "落在区间内"),
    "cal.out": ("outside its interval", "落在区间外"),
    "cal.constants": ("Constants", "常数"),
    "cal.not_used": ("Not used", "未使用"),
}
# fmt: on


def told(key: str, **values: object) -> Text:
    """The words for a key in both languages, with values filled in; KeyError for a key that is not in the record."""
    en, zh = _PAIRS[key]
    filled = {
        language: {name: one[language] if isinstance(one, Text) else one for name, one in values.items()}
        for language in ("en", "zh")
    }
    return Text(en.format(**filled["en"]), zh.format(**filled["zh"]))


def tell(key: str, language: str, **values: object) -> str:
    """The words for a key in one language."""
    return told(key, **values)[language]
