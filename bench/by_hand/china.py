"""Chinese law by hand."""

from __future__ import annotations

import polars as pl

from bench.by_hand.rules import Rules
from bench.by_hand.words import OPEN, Lists, among, at_least, during, of, since

__all__ = ["china"]

TRUCE = ("2025-11-07", "2026-11-10")
"""Announcement 70 of 2025."""
STEPS = [("2025-05-14", "2025-08-11"), ("2025-08-12", "2025-11-09"), ("2025-11-10", "2026-11-10")]
"""The three suspensions of the April 2025 listings."""


def china(lists: Lists) -> Rules:
    """Every Chinese clause that leads to an answer."""
    rules = Rules("cn")

    def code(name: str) -> pl.Expr:
        return lists.has("cn_code", name)

    def listed(tag: str) -> pl.Expr:
        return lists.has("listed", tag)

    abroad = ~of("ship_from", "CN")
    to_china = of("destination", "CN")
    exported = (of("ship_from", "CN") & ~to_china) | (
        of("kind", "technology") & of("exporter_country", "CN") & ~to_china
    )
    via = pl.col("via known") & lists.has("via", "CN")
    leaves = exported | (abroad & ~to_china & via)
    moved = abroad & ~leaves
    chinese = of("origin", "CN")
    october = code("cn-55") | code("cn-56") | code("cn-57") | code("cn-58") | code("cn-62")
    controlled = ~code("none")
    settled = controlled & ~october
    dual_use = (
        (during("2024-12-01", "2025-02-03") & settled & ~code("cn-10") & ~code("cn-18"))
        | (during("2025-02-04", "2025-04-03") & settled & ~code("cn-18"))
        | (during("2025-04-04", "2025-10-08") & settled)
        | (
            during("2025-10-09", "2025-11-06")
            & controlled
            & ~(code("cn-55") | code("cn-56") | code("cn-57") | code("cn-58"))
        )
        | (since("2025-11-07") & settled)
    )
    military = of("military", "yes") | among("end_use", ["military", "ai-military", "wmd"])
    stronger = military | of("end_use", "military-potential")
    to_america = of("destination", "US") | of("end_user_country", "US")
    to_japan = of("destination", "JP") | of("end_user_country", "JP")
    weapons = among("end_use", ["wmd", "terrorism"])

    # Items, announcement by announcement.
    for ref, start, name in [
        ("CN-2023-23/1", "2023-08-01", "cn-23"),
        ("CN-2023-39/1", "2023-12-01", "cn-39"),
        ("CN-2024-33/1.1", "2024-09-15", "cn-33-antimony"),
        ("CN-2024-33/1.2", "2024-09-15", "cn-33-superhard"),
        ("CN-2025-10/1", "2025-02-04", "cn-10"),
        ("CN-2025-18/1", "2025-04-04", "cn-18"),
    ]:
        rules.licence(ref, leaves & code(name), start)
    for number in ("55", "56", "57", "58"):
        rules.licence(f"CN-2025-{number}/1", leaves & code(f"cn-{number}"), "2025-11-08", asleep=[TRUCE])
    named = code("cn-any")
    rules.licence("CN-LIST-2024-51/1", leaves & controlled & ~named, "2024-12-01")
    rules.licence("CN-LIST-2024-51/earlier", leaves & controlled & ~named, "2020-12-01", "2024-11-30", unsure=True)
    rules.licence("CN-DUIR-792/14.3", leaves & weapons, "2024-12-01")
    rules.licence("CN-ECL-2020/12.3", leaves & weapons, "2020-12-01")

    # The United States and Japan.
    to_army = dual_use & to_america & military
    rules.stop("CN-2024-46#1/1", leaves & to_army, "2024-12-03")
    rules.stop("CN-2024-46#1/1-abroad", moved & chinese & to_army, "2024-12-03")
    material = code("cn-23") | code("cn-33-antimony") | code("cn-33-superhard")
    pause = [("2025-11-09", "2026-11-27")]
    for ref, when in {
        "2": leaves & material,
        "2-abroad": moved & chinese & material,
        "2-graphite": leaves & code("cn-39"),
    }.items():
        rules.licence(f"CN-2024-46#2/{ref}", when & of("destination", "US"), "2024-12-03", asleep=pause)
    rules.stop("CN-2026-1/1", leaves & dual_use & to_japan & stronger, "2026-01-06")
    rules.stop("CN-2026-1/1-abroad", moved & chinese & dual_use & to_japan & stronger, "2026-01-06")

    # Listings.
    for ref, start in [("CN-2025-1", "2025-01-02"), ("CN-2025-35", "2025-07-09"), ("CN-2025-51", "2025-09-25")]:
        rules.stop(f"{ref}/1", leaves & dual_use & listed(ref), start)
    rules.stop("CN-2025-13/1", leaves & dual_use & listed("CN-2025-13"), "2025-03-04", stopped="2025-11-10")
    rules.stop("CN-2025-21/1", leaves & dual_use & listed("CN-2025-21"), "2025-04-04", asleep=STEPS)
    rules.stop(
        "CN-2025-22/1", leaves & dual_use & listed("CN-2025-22"), "2025-04-10", asleep=STEPS[:1], stopped="2025-08-12"
    )
    for ref, start in [
        ("CN-2026-0622", "2026-06-22"),
        ("CN-2026-11", "2026-02-24"),
        ("CN-2026-20", "2026-04-24"),
        ("CN-2026-28", "2026-06-29"),
        ("CN-2026-30", "2026-07-24"),
    ]:
        rules.stop(f"{ref}/1", leaves & dual_use & listed(ref), start)
        unread = ref == "CN-2026-30"
        when = moved & chinese & dual_use & listed(ref)
        rules.stop(f"{ref}/1-abroad", when & pl.col("listed known") if unread else when, start, unsure=unread)
    for ref, start in [("CN-2026-12", "2026-02-24"), ("CN-2026-0629W", "2026-06-29")]:
        rules.licence(f"{ref}/1", leaves & dual_use & listed(ref), start, kinds=["single"])
    inward = abroad & to_china & pl.col("listed known")
    for ref, start in [
        ("CN-UEL-2023-1", "2023-02-16"), ("CN-UEL-2024-1", "2024-05-20"), ("CN-UEL-2025-9", "2025-09-25"),
        ("CN-UEL-2025-A", "2025-01-02"), ("CN-UEL-2025-B", "2025-01-14"), ("CN-UEL-2025-C", "2025-01-15"),
    ]:  # fmt: skip
        rules.stop(f"{ref}/1", listed(ref) & (exported | inward), start)
    rules.stop(
        "CN-UEL-2025-4/1",
        pl.col("listed known") & listed("CN-UEL-2025-4") & (exported | inward),
        "2025-02-04",
        unsure=True,
    )
    rules.stop("CN-UEL-2025-5/1", listed("CN-UEL-2025-5") & (exported | inward), "2025-03-04", stopped="2025-11-10")
    rules.stop("CN-UEL-2025-7/1", listed("CN-UEL-2025-7") & (exported | inward), "2025-04-04", asleep=STEPS)
    rules.stop(
        "CN-UEL-2025-8/1", listed("CN-UEL-2025-8") & (exported | inward), "2025-04-10",
        asleep=[("2025-05-14", "9999-12-31")], stopped="2025-08-12",
    )  # fmt: skip
    exporter = of("exporter_country", "CN")
    rules.stop("CN-UEL-2025-10/1", listed("CN-UEL-2025-10") & (exported | exporter | inward), "2025-10-09")
    for ref, start, asleep, stopped in [
        ("CN-AFSL-2025-5", "2025-08-13", [], "2026-04-24"),
        ("CN-AFSL-2025-6", "2025-10-14", [("2025-11-10", "2026-11-10")], None),
        ("CN-AFSL-2026-2", "2026-08-05", [], None),
        ("CN-AFSL-2026-3", "2026-08-05", [], None),
        ("CN-AFSL-MFA-2025-12-26", "2025-12-26", [], None),
    ]:
        rules.stop(f"{ref}/1", listed(ref) & (exported | exporter), start, asleep=asleep, stopped=stopped)
    for ref, start in [
        ("CN-AFSL-MFA-2023-04-07", "2023-04-07"), ("CN-AFSL-MFA-2023-12-26", "2023-12-26"),
        ("CN-AFSL-MFA-2024-01-07", "2024-01-07"), ("CN-AFSL-MFA-2024-09-18", "2024-09-18"),
        ("CN-AFSL-MFA-2024-10-10", "2024-10-10"), ("CN-AFSL-MFA-2024-12-05", "2024-12-05"),
        ("CN-AFSL-MFA-2024-12-21", "2024-12-21"), ("CN-AFSL-MFA-2024-12-27", "2024-12-27"),
    ]:  # fmt: skip
        rules.stop(f"{ref}/1", listed(ref) & (exported | exporter), start)
    for ref, start in [
        ("CN-AFSL-MFA-2021-07-23", "2021-07-23"), ("CN-AFSL-MFA-2023-09-15", "2023-09-15"),
        ("CN-AFSL-MFA-2024-07-12", "2024-07-12"), ("CN-MFA-2019-12-02", "2019-12-02"),
        ("CN-MFA-2021-03-22", "2021-03-22"), ("CN-MFA-2021-03-26", "2021-03-26"),
    ]:  # fmt: skip
        rules.stop(f"{ref}/1", pl.col("listed known") & listed(ref) & (exported | exporter), start, unsure=True)

    # Announcements 61, 62 and 70 of 2025.
    reach = moved & ~to_china & ~of("kind", "in-country-transfer")
    relief = among("end_use", ["medical-emergency", "public-health", "disaster-relief"])
    foreign, share = ~chinese, at_least("cn61_share", 0.001)
    annex = code("cn-61-part1") | code("cn-61-part2")
    maker = lists.has("technology", "cn-61-technology")
    for limb, start, listed_item, when in [
        ("1.1", "2025-12-01", code("cn-61-part2"), foreign & share),
        ("1.2", "2025-12-01", annex, foreign & maker),
        ("1.3", "2025-10-09", annex, chinese),
    ]:
        ref = f"CN-2025-61#{limb}/{limb}"
        rules.licence(ref, reach & listed_item & when, start, asleep=[TRUCE], free=relief)
        unread = reach & code("cn-61-part2-unread") & when
        rules.licence(f"{ref}-targets", unread, start, asleep=[TRUCE], free=relief, unsure=True)
    person = exporter | of("exporter_headquarters", "CN")
    outside = ~to_china | ~of("end_user_country", "CN")
    technology = leaves | (of("ship_from", "CN") & ~of("end_user_country", "CN")) | (person & outside)
    rules.licence("CN-2025-62/1", code("cn-62") & technology, "2025-10-09", asleep=[TRUCE])
    support = of("end_use", "rare-earth-processing") & ~to_china & (leaves | exporter)
    rules.licence("CN-2025-62/1-support", support, "2025-10-09", asleep=[TRUCE])
    listed_abroad = (
        (during("2026-02-24", "2026-04-23") & listed("CN-2026-11"))
        | (during("2026-04-24", "2026-06-21") & (listed("CN-2026-11") | listed("CN-2026-20")))
        | (during("2026-06-22", "2026-06-28") & (listed("CN-2026-11") | listed("CN-2026-20") | listed("CN-2026-0622")))
        | (
            since("2026-06-29")
            & (listed("CN-2026-11") | listed("CN-2026-20") | listed("CN-2026-0622") | listed("CN-2026-28"))
        )
    )
    july = since("2026-07-24") & listed("CN-2026-30")
    standing = listed("CN-2025-1") | listed("CN-2025-35") | listed("CN-2025-51")
    control = since("2026-02-24") & (standing | listed_abroad | july)  # earlier versions never meet the clause below
    taken = leaves | (moved & chinese)
    barred = (leaves & control) | (moved & chinese & listed_abroad)
    barred = barred | (taken & ((to_america & military) | (to_japan & stronger)))
    rules.stop("CN-2025-70/open-items", october & barred & OPEN, "2026-11-11")
    return rules
