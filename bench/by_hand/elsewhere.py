"""European, Dutch and Japanese law by hand."""

from __future__ import annotations

import polars as pl

from bench.by_hand.rules import Rules
from bench.by_hand.words import Lists, among, during, of, since

__all__ = ["europe", "japan", "netherlands"]


def europe(lists: Lists) -> Rules:
    """Every clause of the Union that leads to an answer."""
    rules = Rules("eu")
    territory, members = lists.values("eu-customs-territory"), lists.values("eu-members")
    embargoed, declared = lists.values("eu-arms-embargo"), lists.values("eu-arms-embargo-declared")

    def code(name: str) -> pl.Expr:
        return lists.has("eu_code", name)

    inside, arrives = among("ship_from", territory), among("destination", territory)
    leaves = inside & ~arrives & (since("2021-01-01") | ~of("destination", "GB"))
    stays = inside & arrives & ~of("kind", "in-country-transfer")
    brokered = among("exporter_country", members) & ~inside & ~arrives
    binds = inside | among("exporter_country", members)
    controlled, numbers = ~code("none"), code("eu-500-numbers")
    classified = pl.col("eu_code known")
    military_use = among("end_use", lists.values("eu-military-uses"))
    military = military_use | of("military", "yes")
    relief = among("end_use", ["medical-emergency", "public-health", "disaster-relief"])

    def bound_for(country: str) -> pl.Expr:
        return binds & (of("destination", country) | of("end_user_country", country))

    single = ["single"]
    listed = leaves & controlled & ~numbers
    rules.licence("EU-428-2009/3", listed, "2009-08-27", "2021-09-08")
    older = of("end_use", "wmd") | (military & among("destination", embargoed))
    rules.licence("EU-428-2009/4", leaves & older, "2009-08-27", "2021-09-08", single)
    rules.licence("EU-2021-821/3", listed, "2021-09-09")
    rules.licence("EU-2021-821/4.1.a", leaves & of("end_use", "wmd"), "2021-09-09", kinds=single)
    for ref, countries in {"4.1.b": embargoed, "4.1.b-declared": declared}.items():
        there = among("destination", countries) | among("end_user_country", countries)
        rules.licence(f"EU-2021-821/{ref}", leaves & there & military, "2021-09-09", kinds=single)
    use = of("end_use", "wmd") | (military_use & among("destination", embargoed))
    rules.licence("EU-2021-821/6", brokered & controlled & use, "2021-09-09", kinds=single)
    rules.licence("EU-2021-821#9/9", leaves & classified & numbers, "2021-09-09", "2025-11-14", unsure=True)
    terrorism = pl.col("end_use").is_not_null() & of("end_use", "terrorism")
    rules.licence("EU-2021-821#9/9-terrorism", leaves & terrorism, "2021-09-09", unsure=True)
    rules.licence("EU-2021-821/11", stays & classified & code("eu-annex-iv"), "2021-09-09")
    rules.licence("EU-2021-821#11/11-part", stays & classified & code("eu-annex-iv-part"), "2021-09-09", unsure=True)
    series = code("eu-500-series")
    rules.licence("EU-2025-2003/annex-i", leaves & series, "2025-11-15")
    rules.licence(
        "EU-2025-2003#other/annex-i-other", leaves & classified & numbers & ~series, "2025-11-15", unsure=True
    )
    test = "EU-3A501.a.16"
    rules.licence("EU-2025-2003/3A501.a.16", leaves & ~classified & lists.has("item_meets", test), "2025-11-15")
    rules.licence("EU-2025-2003/4A507", leaves & ~classified & lists.has("parts_meet", test), "2025-11-15")
    rules.stop("EU-2017-1509/dual-use", bound_for("KP") & controlled, "2017-08-31")
    rules.stop("EU-2017-1509#other/other-goods", bound_for("KP"), "2017-08-31", unsure=True)
    rules.stop("EU-267-2012/dual-use", bound_for("IR") & controlled, "2025-09-30")
    rules.stop("EU-267-2012#other/other-goods", bound_for("IR"), "2012-03-24", unsure=True)
    rules.stop("EU-36-2012/other-goods", bound_for("SY"), "2012-01-19", unsure=True)
    rules.stop("EU-765-2006/dual-use", bound_for("BY") & controlled, "2022-03-03")
    rules.stop("EU-765-2006#other/other-goods", bound_for("BY"), "2022-03-03", unsure=True)
    rules.stop("EU-833-2014/2.1", bound_for("RU") & controlled, "2022-02-26", free=relief)
    rules.stop("EU-833-2014/2.1a", leaves & lists.has("via", "RU") & controlled, "2023-02-26")
    rules.stop("EU-833-2014#2a/2a", bound_for("RU"), "2022-02-26", unsure=True)
    annex_iv = binds & lists.has("listed", "eu-833-iv")
    rules.stop("EU-833-2014/2b", annex_iv & controlled, "2022-02-26")
    rules.stop("EU-833-2014#2a/2b-technology", annex_iv, "2022-02-26", unsure=True)
    rules.stop("EU-ASSET-FREEZES/2.2", binds & lists.has("listed", "eu-fsf"), "2001-12-28")
    rules.stop("EU-ASSET-FREEZES/owned", binds & of("eu_owned", "yes"), "2014-03-17")
    rules.stop("EU-ASSET-FREEZES/un", binds & lists.has("listed", "un-sc"), "2002-05-30")
    return rules


def netherlands(lists: Lists) -> Rules:
    """Every Dutch clause that leads to an answer."""
    rules = Rules("nl")

    def code(name: str) -> pl.Expr:
        return lists.has("nl_code", name)

    leaves = of("ship_from", "NL") & ~among("destination", lists.values("eu-customs-territory"))
    first, second = (among("model", lists.values(name)) for name in ("nl-2023-models", "nl-2024-models"))
    classified, scanner = pl.col("nl_code known"), code("nl-scanners")
    other = ~code("none") & ~code("nl-2023-items") & ~scanner
    rules.licence("NL-2023/2", leaves & code("nl-2023-items"), "2023-09-01")
    rules.licence("NL-2023/2-scanners", leaves & scanner & first, "2023-09-01")
    unnamed = leaves & classified & scanner & ~first & ~second
    rules.licence("NL-2023/2-scanners-unnamed", unnamed, "2023-09-01", "2024-09-06", unsure=True)
    rules.licence("NL-2024/2-scanners", leaves & scanner, "2024-09-07")
    rules.licence(
        "NL-2024-SUPPLEMENT/other-items", leaves & classified & other, "2024-12-01", "2025-03-31", unsure=True
    )
    rules.licence("NL-2025/2", leaves & other, "2025-04-01")
    return rules


def japan(lists: Lists) -> Rules:
    """Every Japanese clause that leads to an answer."""
    rules = Rules("jp")

    def code(name: str) -> pl.Expr:
        return lists.has("jp_code", name)

    leaves = of("ship_from", "JP") & ~of("destination", "JP")
    friends, friend = (
        among("destination", lists.values("jp-42")),
        among("destination", lists.values("jp-group-a")),
    )
    group_a = friend | (of("destination", "KR") & ~during("2019-08-28", "2023-07-20"))
    wmd, military = of("end_use", "wmd"), among("end_use", ["military", "military-potential", "ai-military"])
    russia = among("destination", ["RU", "BY"])
    single = ["single"]
    rules.licence("JP-2023/individual", leaves & code("jp-2023") & ~friends, "2023-07-23", kinds=single)
    rules.licence("JP-2023/bulk", leaves & code("jp-2023") & friends, "2023-07-23", kinds=["single", "general"])
    rules.licence("JP-ETCO/appended-1", leaves & ~code("none") & ~code("jp-2023"), "1987-11-06")
    rules.licence(
        "JP-ETCO-16/end-user-list", leaves & ~group_a & lists.has("listed", "jp-eul"), "2002-04-01", kinds=single
    )
    rules.licence("JP-ETCO-16/wmd", leaves & ~group_a & wmd, "2002-04-01", kinds=single)
    rules.licence("JP-ETCO-16#informed/wmd-informed", leaves & group_a & wmd, "2002-04-01", kinds=single, unsure=True)
    embargoed = among("destination", lists.values("jp-un-embargo"))
    rules.licence("JP-ETCO-16/military-embargoed", leaves & embargoed & military, "2008-11-01", kinds=single)
    rules.licence("JP-ETCO-16#military/military", leaves & ~group_a & military, "2025-10-09", kinds=single, unsure=True)
    rules.stop("JP-KP-2009/all", leaves & of("destination", "KP"), "2009-06-18")
    rules.stop("JP-RU-2022/listed", leaves & russia & ~code("none"), "2022-03-18")
    rules.stop("JP-RU-2022#other/other-goods", leaves & russia, "2022-03-18", unsure=True)
    return rules
