"""United States law by hand."""

from __future__ import annotations

import polars as pl

from bench.by_hand.rules import Rules
from bench.by_hand.words import Lists, among, at_least, at_most, below, during, known, more_than, of, since

__all__ = ["america"]

AFFILIATES = ("2025-11-10", "2026-11-09")
PROGRAMMES = [
    "BELARUS", "BELARUS-EO14038", "RUSSIA-EO14024", "UKRAINE-EO13660", "UKRAINE-EO13661", "UKRAINE-EO13662",
    "UKRAINE-EO13685", "FTO", "SDGT", "NPWMD", "ILLICIT-DRUGS-EO14059", "SDNT", "SDNTK", "TCO",
]  # fmt: skip
"""Programmes of the SDN list that 744.8 names."""
CHART = ["ns1", "ns2", "rs1", "rs2", "mt1", "np1", "np2", "cb1", "cb2", "cb3", "cc1", "fc1"]


class Terms:
    """What several clauses share."""

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self.domestic = of("destination", "US")
        self.ordinary = ~self.domestic & (of("ship_from", "US") | of("origin", "US"))
        self.abroad = ~self.domestic & ~of("ship_from", "US")
        self.d5 = self.to("us-macau-d5")
        self.china, self.china_macau = self.to("us-china"), self.to("us-china-macau")
        self.scope = self.to("us-ac-scope")
        self.headquarters = lists.has("headquarters", "us-macau-d5")
        self.uncontrolled = self.code("none")
        share = more_than("us_controlled_share", 0.25) | (self.to("us-e1-e2") & more_than("us_controlled_share", 0.1))
        self.over_de_minimis = self.abroad & share
        self.russia = among("destination", ["RU", "BY"])
        self.fab, self.supercomputer = of("end_use", "chip-fab"), of("end_use", "supercomputer")
        self.logic, self.dram = at_most("logic_nm", 16), at_most("dram_nm", 18)
        self.advanced = self.logic | at_least("nand_layers", 128) | self.dram
        self.node_unknown = ~known("logic_nm") | ~known("nand_layers") | ~known("dram_nm")
        self.embargo = among("destination", ["CU", "IR", "KP", "SY"]) | (self.russia & ~self.uncontrolled)
        self.military = of("military", "yes") | among("end_use", ["military", "ai-military"])
        self._chips()
        self._direct_products()
        self._requirements()

    def to(self, name: str) -> pl.Expr:
        return among("destination", self.lists.values(name))

    def code(self, name: str) -> pl.Expr:
        return self.lists.has("us_code", name)

    def listed(self, tag: str) -> pl.Expr:
        return self.lists.has("listed", tag)

    def owned(self, tag: str) -> pl.Expr:
        return self.lists.has("us_owned_by", tag)

    def technology(self, name: str) -> pl.Expr:
        return self.lists.has("technology", name)

    def _chips(self) -> None:
        def met(test: str) -> pl.Expr:
            return self.lists.has("item_meets", test) | self.lists.has("parts_meet", test)

        self.ac_2022 = self.code("us-ac-2022") | met("3A090@2022")
        ruled = since("2023-11-17")
        self.ac_a = ruled & (self.code("us-ac-a") | met("3A090.a@2023"))
        self.ac_b = ruled & (self.code("us-ac-b") | met("3A090.b@2023"))
        self.ac_ab = ruled & (self.code("us-ac-ab") | met("3A090.a@2023") | met("3A090.b@2023"))
        self.ac_c = since("2024-12-02") & (self.code("us-3a090-c") | self.lists.has("item_meets", "3A090.c@2024"))
        self.ac_entry = (during("2023-11-17", "2024-12-01") & self.code("us-ac-ab")) | (
            since("2024-12-02") & self.code("us-ac-any")
        )
        self.ac_to_scope = ruled & ((self.scope & self.ac_ab) | (self.d5 & (self.ac_c | self.ac_entry)))
        away = (~self.scope & self.ac_ab) | (~self.d5 & self.ac_c)
        self.ac_to_headquarters = ruled & ~self.domestic & away & self.headquarters
        market = of("datacentre", "no") & ~self.lists.has("parts_meet", "3A090.a.datacentre@2023")
        self.nac = (self.ac_a & market) | (self.ac_b & ~self.ac_a)
        near = (self.to("us-aca-scope") & ~self.headquarters) | (of("kind", "in-country-transfer") & self.d5)
        self.aca = self.nac & near
        peaceful = ~(of("military", "yes") | among("end_use", ["military", "ai-military", "wmd", "terrorism"]))
        slow = below("tpp", 21000) & below("dram_gb_per_s", 6500)
        to_china = of("ship_from", "US") & self.china_macau
        self.january = since("2026-01-15") & to_china & self.ac_ab & slow & peaceful
        self.first_scope = (during("2022-10-07", "2023-01-16") & self.china) | (
            during("2023-01-17", "2023-11-16") & self.china_macau
        )
        self.fab_scope = self.first_scope | (ruled & self.d5)

    def _direct_products(self) -> None:
        partners = self.lists.values("us-742-s4")
        based_d5 = among("exporter_headquarters", self.lists.values("us-macau-d5"))
        carved_out = among("ship_from", partners) & ~based_d5
        sme = self.abroad & self.code("us-sme-goods") & self.d5 & ~carved_out
        self.us_ic = of("contains_us_ic", "yes")
        self.no_level_sme = sme & self.us_ic
        exempt_from = (during("2023-11-17", "2024-09-06") & ~of("ship_from", "JP")) | (
            since("2024-09-07") & ~among("ship_from", ["JP", "NL"])
        )
        scanner = self.abroad & self.code("us-3b993-f1") & self.fab & self.logic
        self.no_level_scanner = exempt_from & scanner & more_than("us_controlled_share", 0)
        self.fn5_place = self.listed("us-el:fn5") | (self.fab & self.d5 & (self.logic | self.dram))
        self.fn5_exporter = ~among("ship_from", partners) | based_d5
        tools = self.technology("us-tech-3b")
        headings = self.code("us-3b-headings") & self.listed("us-el:fn5") & self.d5
        unparted = of("stage", "equipment") & (self.code("us-3b991-tools") | headings)
        self.fn5_reach = self.abroad & (self.code("us-fn5-goods") | unparted) & self.fn5_place & self.fn5_exporter
        self.fn5_test = self.fn5_reach & (tools | self.us_ic)
        self.sme_test = sme & tools
        enforced = since("2024-12-31")
        self.sme_met = enforced & (self.sme_test | self.no_level_sme)
        self.fn1 = self.abroad & self.listed("us-el:fn1") & self.technology("us-tech-fn1")
        self.fn4 = since("2022-10-21") & self.abroad & self.listed("us-el:fn4") & self.technology("us-tech-fn4")
        partner = among("ship_from", self.lists.values("us-746-s3"))
        any_technology = self.technology("us-tech-any")
        self.fn3 = self.abroad & self.listed("us-el:fn3") & any_technology & ~partner
        self.ru = self.abroad & self.russia & ~self.uncontrolled & any_technology & ~partner
        iran = of("destination", "IR") & self.code("us-cat3-9") & self.technology("us-tech-cat3-9")
        self.ir = self.abroad & iran & ~partner
        computing = self.abroad & self.technology("us-tech-ac")
        earlier = (during("2022-10-21", "2023-01-16") & self.china) | (
            during("2023-01-17", "2023-11-16") & self.china_macau
        )
        later = since("2023-11-17") & (self.ac_to_scope | self.ac_to_headquarters)
        self.ac = computing & ((earlier & self.ac_2022) | later)
        super_goods = self.china_macau & self.code("us-744-23-ic") & self.technology("us-tech-sc")
        self.sc = since("2022-10-21") & self.abroad & self.supercomputer & super_goods
        self.subject = (
            self.ordinary | self.over_de_minimis | self.no_level_scanner | self.fn1 | self.fn4
            | (enforced & self.fn5_test) | self.sme_met | self.ac | self.sc | self.fn3 | self.ru | self.ir
        )  # fmt: skip

    def _requirements(self) -> None:
        self.chart = {column: self.code(f"us-reason-{column}") & self.to(f"us-chart-{column}") for column in CHART}
        special = since("2024-09-06") & self.code("us-worldwide")
        special |= self.code("us-all-destinations") & ~self.domestic
        special |= self.code("us-all-but-canada") & ~of("destination", "CA")
        special |= self.code("us-y-items") & self.to("us-y-scope")
        special |= self.code("us-rs-iraq") & of("destination", "IQ")
        special |= self.code("us-rs-pakistan") & of("destination", "PK")
        special |= self.code("us-biotech") & self.d5
        tools = self.d5 & (self.code("us-sme") | self.code("us-sme-headings"))
        charted = self.chart["ns1"]
        for column in CHART[1:]:
            charted |= self.chart[column]
        self.ccl = charted | special | self.embargo | tools


def america(lists: Lists) -> Rules:
    """Every clause of United States law that leads to an answer."""
    rules, t = Rules("us"), Terms(lists)
    _content_and_products(rules, t)
    _commerce_list(rules, t)
    _end_users_and_uses(rules, t)
    _sanctions(rules, t)
    return rules


def _content_and_products(rules: Rules, t: Terms) -> None:
    rules.licence("US-734.4-c-d/d", t.over_de_minimis & t.ccl, "1996-03-25")
    rules.licence("US-734.4-a3/a.3", t.no_level_scanner & t.d5, "2023-11-17")
    rules.licence("US-734.4-a8/a.8", t.no_level_sme, "2024-12-02", enforced="2024-12-31")
    rules.licence("US-734.4-a9/a.9", t.fn5_reach & t.us_ic, "2024-12-02", enforced="2024-12-31")
    charted = t.chart["ns1"] | t.chart["ns2"]
    security = t.abroad & charted & t.to("us-fdp-b-scope") & t.technology("us-tech-ns")
    rules.licence("US-734.9-b/b", security, "1996-03-25")
    satellites = t.abroad & t.code("us-9x515") & t.to("us-fdp-c-scope") & t.technology("us-tech-9x515")
    rules.licence("US-734.9-c/c", satellites, "2014-11-10")
    arms = t.abroad & t.code("us-600-series") & t.to("us-fdp-d-scope") & t.technology("us-tech-600")
    rules.licence("US-734.9-d/d", arms, "2013-10-15")
    rules.licence("US-734.9-e1/e.1", t.fn1, "2020-08-17")
    rules.licence("US-734.9-e2/e.2", t.fn4, "2022-10-21")
    rules.licence("US-734.9-e3/e.3", t.fn5_test, "2024-12-02", enforced="2024-12-31")
    rules.licence("US-734.9-f/f", t.ru, "2022-03-03")
    rules.licence("US-734.9-g/g", t.fn3, "2022-03-03")
    rules.licence("US-734.9-h/h", t.ac, "2022-10-21", free=t.aca)
    rules.licence("US-734.9-i/i", t.sc, "2022-10-21")
    rules.licence("US-734.9-j/j", t.ir, "2024-07-23")
    rules.licence("US-734.9-k/k", t.sme_test, "2024-12-02", enforced="2024-12-31")


def _commerce_list(rules: Rules, t: Terms) -> None:
    for column, required in t.chart.items():
        rules.licence(f"US-738/{column.upper()}", required & t.ordinary, "1996-03-25")
    rules.licence("US-738/UN", t.code("us-reason-un") & t.to("us-un-embargo") & t.ordinary, "2012-07-23")
    rules.licence("US-738/3B-D5", t.code("us-sme-headings") & t.d5 & t.ordinary, "2023-11-17")
    classified = pl.col("us_code known")
    partly = t.code("us-if-world")
    for column in ["ns1", "rs1", "rs2", "mt1", "np1", "np2", "cb1", "cb2", "cc1", "cc2", "cc3"]:
        partly |= t.code(f"us-if-{column}") & t.to(f"us-chart-{column}")
    partly |= t.code("us-if-ac") & t.scope
    partly |= t.code("us-if-cw") & t.to("us-cwc-outside")
    rules.licence("US-738-conditions/conditions", classified & partly & t.ordinary, "1996-03-25", unsure=True)
    unread = ~t.uncontrolled & (~t.code("us-known") | ~t.to("us-countries"))
    unread = classified & (t.code("us-unclear") | unread)
    rules.licence("US-738-unread/unread", unread & t.ordinary, "1996-03-25", unsure=True)
    rules.licence("US-2024-09-06/a.5", t.code("us-worldwide") & t.ordinary, "2024-09-06")
    for name, place, start in [
        ("all-destinations", None, "1996-03-25"),
        ("all-but-canada", ~of("destination", "CA"), "1996-03-25"),
    ]:
        when = t.code(f"us-{name}") & t.ordinary
        rules.licence(f"US-742/{name}", when if place is None else when & place, start)
    rules.licence("US-742/y", t.code("us-y-items") & t.to("us-y-scope") & t.ordinary, "2014-07-01")
    rules.licence("US-742/iraq", t.code("us-rs-iraq") & of("destination", "IQ") & t.ordinary, "2004-07-30")
    rules.licence("US-742/pakistan", t.code("us-rs-pakistan") & of("destination", "PK") & t.ordinary, "2024-12-02")
    rules.licence("US-742/biotech", t.code("us-biotech") & t.d5 & t.ordinary, "2025-01-16")
    rules.licence("US-742.6-a11/a.11", t.code("us-fn5-rs") & t.listed("us-el:fn5") & t.subject, "2024-12-02")
    reached = t.ordinary | t.over_de_minimis | t.ac
    rules.licence("US-742.6-a6/2022", t.ac_2022 & t.first_scope & reached, "2022-10-21", "2023-11-16")
    entry = (t.scope & t.ac_ab) | (t.d5 & t.ac_entry)
    rules.licence("US-742.6-a6/iii", entry & reached, "2023-11-17", free=t.aca)
    rules.licence("US-742.6-a6/i.B", t.d5 & t.ac_c & reached, "2024-12-02")
    made = t.ordinary | t.over_de_minimis | t.sme_met
    rules.licence("US-742.6-a6/i.A", t.d5 & t.code("us-sme") & made, "2023-11-17")
    rules.licence("US-742.6-a6/3B090", t.code("us-3b090") & t.first_scope & t.ordinary, "2022-10-07", "2023-11-16")
    rules.licence("US-2026-01-15/b.10", t.january & ~t.nac, "2026-01-15")


def _end_users_and_uses(rules: Rules, t: Terms) -> None:
    rules.licence("US-744.2-4/wmd", of("end_use", "wmd") & t.subject, "1996-03-25")
    rules.licence("US-744.11-16/all", t.listed("us-el:all-items") & t.subject, "1997-02-03")
    rules.licence("US-744.11-16/ccl", t.listed("us-el:ccl-items") & ~t.uncontrolled & t.subject, "1997-02-03")
    rules.licence("US-744.11-16/other", t.listed("us-el:other-items") & t.subject, "1997-02-03")
    rules.licence("US-744.15/b", t.listed("us-uvl") & t.subject, "2013-12-19")
    programmes = t.listed(f"us-sdn:{PROGRAMMES[0]}")
    for name in PROGRAMMES[1:]:
        programmes |= t.listed(f"us-sdn:{name}")
    rules.licence("US-744.8/a.1", programmes & t.subject, "2024-03-21")
    supplement = t.code("us-744-s2")
    destinations = ["CN", "HK", "VE"]
    scope = during("2020-06-29", "2021-03-07") & among("destination", destinations)
    scope |= during("2021-03-08", "2021-12-08") & among("destination", [*destinations, "MM"])
    scope |= during("2021-12-09", "2024-03-14") & among("destination", [*destinations, "MM", "KH"])
    scope |= since("2024-03-15") & among("destination", [*destinations, "MM", "KH", "NI"])
    rules.licence("US-744.21/a.1", supplement & scope & t.military & t.subject, "2020-06-29")
    rules.licence("US-744.21/b.1", supplement & t.listed("us-meu") & t.subject, "2020-12-23")
    rules.licence("US-744.21/a.2", t.russia & t.military & t.subject, "2022-03-03")
    fab = t.fab & t.fab_scope
    outside = since("2024-12-02") & t.listed("us-el:fn5")
    basic = t.node_unknown & t.code("us-cat3-bcde")
    super_ic = t.supercomputer & t.fab_scope & t.code("us-744-23-ic")
    rules.licence("US-744.23/a.1", super_ic & t.subject, "2022-10-21")
    rules.licence("US-744.23/a.2.i", fab & t.advanced & t.subject, "2022-10-21", free=outside)
    rules.licence("US-744.23/a.2.ii", fab & basic & t.subject, "2022-10-21", free=outside)
    between = known("dram_nm") & more_than("dram_nm", 18) & at_most("dram_nm", 21) & since("2024-12-02")
    rules.licence("US-744.23-dram/dram", fab & between & t.subject, "2024-12-02", unsure=True)
    rules.licence("US-744.23-a3/a.3", t.ac_to_headquarters & t.subject, "2023-11-17")
    equipment = of("end_use", "chip-equipment")
    rules.licence("US-744.23/a.4.2022", equipment & t.fab_scope & t.subject, "2022-10-07", "2023-11-16")
    listed = equipment & ~t.uncontrolled & t.subject
    rules.licence("US-744.23/a.4.i", listed & t.d5, "2023-11-17")
    rules.licence("US-744.23/a.4.ii", listed & ~t.d5 & ~t.domestic & t.headquarters, "2024-12-02")
    person = of("exporter_country", "US") & t.abroad & t.d5
    for ref, when in {"i": t.advanced, "ii": basic}.items():
        rules.licence(f"US-744.6/c.2.{ref}", person & t.fab & when & t.headquarters, "2022-10-12")
    rules.licence("US-744.6/c.2.iii", person & t.code("us-sme"), "2022-10-12")
    near = t.d5 | (~t.domestic & t.headquarters)
    h20 = among("model", t.lists.values("us-h20-models"))
    h20 |= known("dram_gb_per_s") & at_least("dram_gb_per_s", 4000)
    mi308 = among("model", t.lists.values("us-mi308-models"))
    rules.licence("US-2025-04-09-H20/nvidia", t.lists.has("addressee", "nvidia") & h20 & near, "2025-04-09")
    rules.licence("US-2025-04-09-H20/amd", t.lists.has("addressee", "amd") & mi308 & near, "2025-04-14")
    presumed = "us-ascend-presumed"
    ascend = among("model", t.lists.values(presumed)) | t.lists.has("parts_model", presumed)
    rules.stop("US-2025-05-13-GP10/1", ascend, "2025-05-13", free=of("end_use", "evaluation"))
    any_route = t.ordinary | t.over_de_minimis | (t.abroad & t.technology("us-tech-ac"))
    weights = t.code("us-4e091")
    for ref, when in {
        "US-2025-01-15-AID/worldwide": t.ac_a & ~t.scope & any_route,
        "US-4E091/weights": weights & t.ordinary,
        "US-734.9-l/l": weights & t.abroad,
    }.items():
        rules.licence(ref, when, "2025-01-13", enforced="9999-12-31")  # in the code of law, and never enforced
    military = of("end_use", "ai-military") & t.subject & (t.d5 | t.headquarters)
    rules.licence("US-2025-05-13-AI/military", military, "2025-05-13")
    owned = t.owned("us-el:all-items") | (t.owned("us-el:ccl-items") & ~t.uncontrolled) | t.owned("us-el:other-items")
    blocked = t.owned(f"us-sdn:{PROGRAMMES[0]}")
    for name in PROGRAMMES[1:]:
        blocked |= t.owned(f"us-sdn:{name}")
    foreign = (t.owned("us-el:fn1") & t.technology("us-tech-fn1")) | (
        t.owned("us-el:fn4") & t.technology("us-tech-fn4")
    )
    for ref, when in {
        "entity-list": t.subject & owned,
        "meu-list": t.subject & supplement & t.owned("us-meu"),
        "sdn": t.subject & blocked,
        "foreign-made": t.abroad & foreign,
    }.items():
        rules.licence(f"US-2025-09-29-AFF/{ref}", when, "2025-09-29", asleep=[AFFILIATES])


def _sanctions(rules: Rules, t: Terms) -> None:
    rules.stop("US-736.2-b4/4", t.listed("us-dpl") & t.subject, "1996-03-25")
    terror = of("end_use", "terrorism") & (t.subject | of("exporter_country", "US"))
    rules.stop("US-18USC2339A/1", terror, "1994-09-13")
    rules.licence("US-746.2/2", of("destination", "CU") & t.subject, "1996-03-25")
    rules.licence("US-746.4/4", of("destination", "KP") & t.subject, "2007-01-26")
    rules.licence("US-746.7/7", of("destination", "IR") & ~t.uncontrolled & t.subject, "1996-03-25")
    spared = since("2026-07-23") & t.uncontrolled
    rules.licence("US-746.9/9", of("destination", "SY") & t.subject, "2004-05-14", free=spared)
    rules.licence("US-746.8/8.a.1", t.russia & ~t.uncontrolled & t.subject, "2022-04-08")
    rules.licence("US-746.8-EAR99/8.a.5-8", t.russia & t.uncontrolled & t.subject, "2022-05-09", unsure=True)
    person = of("exporter_country", "US") | of("exporter_headquarters", "US")
    nexus = of("ship_from", "US") | person | of("origin", "US")
    rules.stop("US-OFAC-SDN/blocked", t.listed("us-sdn") & nexus, "1977-12-28")
    rules.stop("US-OFAC-50/half", of("ofac_owned", "yes") & nexus, "2014-08-13")
    rules.stop("US-OFAC-EMBARGO/iran", of("destination", "IR") & nexus, "1995-05-07")
    rules.stop("US-OFAC-EMBARGO/cuba", of("destination", "CU") & ~of("ship_from", "US") & person, "1963-07-08")
