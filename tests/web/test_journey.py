"""One lot in a real browser, from a workbook to its delivery, through all hands, in English and in Chinese.

Screenshots of every page, on a desk and on a phone, are left in the folder LOTGATE_SCREENSHOTS names.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import browsers
import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page

PASSWORD, DESK, PHONE = browsers.PASSWORD, browsers.DESK, browsers.PHONE


class Person:
    """Somebody signed in, who looks at every page on a desk and on a phone before going on."""

    def __init__(self, browser: Browser, address: str, name: str, language: str, pictures: Path | None) -> None:
        self.context = browser.new_context(viewport=DESK, locale="zh-CN" if language == "zh" else "en-GB")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.faults: list[str] = []
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.address, self.name, self.language, self.pictures = address, name, language, pictures
        self.page.goto(address)
        self.seen("sign-in")
        self.page.fill("#id_login", name)
        self.page.fill("#id_password", PASSWORD)
        self.press(".entrance .button")
        self.seen("today")

    def go(self, path: str) -> None:
        self.page.goto(self.address.rstrip("/") + path)

    def press(self, selector: str) -> None:
        self.page.click(selector)
        self.page.wait_for_load_state()

    def seen(self, what: str) -> None:
        """Holds the page against axe and in the language, and leaves its picture at both widths."""
        html = self.page.locator("html").get_attribute("lang")
        assert html == ("zh-Hans" if self.language == "zh" else "en-GB"), (what, html)
        if self.language == "zh":
            assert re.search(r"[\u4e00-\u9fff]", self.page.inner_text("main")), what
        assert browsers.faults_of(self.page, f"{self.language}-{self.name}-{what}", self.pictures) == []
        assert self.faults == [], (what, self.faults)

    def step(self, path: str, event: str, **typed: str) -> None:
        """Fills the form of a step and sends it."""
        self.go(f"{path}{event}/")
        for name, value in typed.items():
            box = self.page.locator(f'[name="{name.replace("__", ".")}"]')
            if box.evaluate("one => one.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)
        self.seen(event)
        self.press("form.card .actions button")
        assert self.page.locator(".messages .success").count() == 1, (event, self.page.inner_text("main")[:800])

    def close(self) -> None:
        self.context.close()


def shipments(path: Path, lot: str) -> None:
    """A workbook with one line that needs a licence, and one that asks."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    tables: dict[str, list[dict[str, Any]]] = {
        "shipments": [
            {
                "line": "L1", "date": today, "item": "magnet", "lot": lot, "quantity": "120", "unit": "KGM",
                "value": "96000", "currency": "CNY", "exporter": "demo-exporter", "consignee": "demo-end-user",
                "end_user": "demo-end-user", "intermediaries": "none", "ship_from": "CN", "destination": "DE",
                "via": "none", "end_use": "civil", "licence": "none",
            },
            {
                "line": "L2", "date": today, "item": "magnet", "lot": f"{lot}-B", "quantity": "5", "unit": "KGM",
                "value": "4000", "currency": "CNY", "exporter": "demo-exporter", "consignee": "demo-end-user",
                "end_user": "demo-end-user", "intermediaries": "none", "ship_from": "CN", "destination": "DE",
                "via": "none", "licence": "none",
            },
        ],
        "items": [
            {
                "item": "magnet", "description": "Sintered NdFeB magnet with dysprosium",
                "description_zh": "含镝烧结钕铁硼永磁体", "hs": "8505111000", "made_in": "CN", "cn_code": "1C905.a.4",
                "us_code": "none", "eu_code": "none", "nl_code": "none", "jp_code": "none", "stage": "magnet",
                "unit_value": "800", "currency": "CNY", "unit_mass_kg": "1", "technology": "none",
                "contains_us_ic": "no",
            }
        ],
        "parties": [
            {
                "party": "demo-exporter", "name": "Demonstration exporter", "name_local": "示例出口企业",
                "country": "CN", "address": "2 Example Road", "kind": "company", "military": "no", "headquarters": "CN",
            },
            {
                "party": "demo-end-user", "name": "Demonstration motor works", "name_local": "示例电机厂",
                "country": "DE", "address": "1 Example Street", "kind": "company", "military": "no",
                "headquarters": "DE",
            },
        ],
    }  # fmt: skip
    book = Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([row.get(column) for column in rows[0]])
    book.save(path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_lot_from_its_workbook_to_its_delivery(
    browser: Browser, server: browsers.Server, pictures: Path | None, language: str, tmp_path: Path
) -> None:
    address = server.address
    lot = f"JOURNEY-{language.upper()}"
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
    later = (today + dt.timedelta(days=200)).isoformat()
    workbook = tmp_path / "shipments.xlsx"
    shipments(workbook, lot)
    paper = tmp_path / "paper.pdf"

    def person(name: str) -> Person:
        return Person(browser, address, name, language, pictures)

    # the preparer: workbook, answers, reasoning, questions, application
    preparer = person("exporter-preparer")
    page = preparer.page
    preparer.go("/checks/")
    preparer.seen("checks")
    page.set_input_files("#workbook", str(workbook))
    preparer.press("aside .button.first")
    page.wait_for_selector(".counts", timeout=60_000)
    preparer.seen("check")
    check = re.sub(r"\?.*", "", page.url)
    page.goto(f"{check}questions/")
    preparer.seen("questions")
    asked = page.locator('fieldset:has(legend:text-matches("^L2 "))').first
    asked.locator('[name^="value-"]').select_option("civil")
    asked.locator('[name^="source-"]').fill("end user's letter")
    preparer.press(".actions .button.first")
    page.wait_for_selector(".counts", timeout=60_000)
    assert page.locator("tbody tr", has_text="L2").locator(".pill.apply").count() == 1
    preparer.press('tbody th a:text-is("L1")')
    preparer.seen("line")
    preparer.press(".head.small .button.first")
    preparer.seen("draft")
    case = "/" + page.url.removeprefix(address)
    number = case.rstrip("/").rsplit("/", 1)[-1]
    needed = {
        "content.header.kind": "single", "content.exporter.registration": "DEMO-0001",
        "content.lot.producer": "Demonstration magnet works", "content.lot.made": "120",
        "content.value.contract": lot, "content.value.total": "96000", "content.value.currency": "CNY",
        "content.end_use.text": "Rotor of a pump motor", "content.end_use.site": "1 Example Street",
        "content.end_use.wmd": "no", "content.end_use.military": "no", "content.end_use.reexport": "no",
        "content.end_use.incorporated": "yes", "content.route.port": "Shanghai", "content.declarations.truth": "yes",
        "content.declarations.records": "yes", "content.declarations.checks": "yes",
    }  # fmt: skip
    preparer.step(case, "edit", **{name.replace(".", "__"): value for name, value in needed.items()})
    for kind in ("contract", "technical", "end_user_introduction", "certificate_translation", "identity"):
        paper.write_bytes(b"%PDF-1.4\n" + f"{language} {kind}".encode())
        preparer.go(f"{case}attach/?kind={kind}")
        page.set_input_files("#box-file", str(paper))
        preparer.press("form.card .actions button")
    preparer.seen("documents")

    # the end user signs; the signatory submits
    user = person("end-user")
    user.step(
        case, "certify", id=f"EUC-{lot}", issued=today.isoformat(), no_other_use="yes", no_transfer="yes",
        no_weapons="yes", accept_checks="yes", signatory="managing director", site="1 Example Street",
    )  # fmt: skip
    signatory = person("exporter-signatory")
    signatory.step(case, "submit", signed_as="legal representative")

    # the authority: intake, a question and its answer, recommendation, decision by another person
    intake = person("authority-intake")
    for _ in range(5):
        intake.step(case, "check_file", result="clean", scanner="scanner 1.0")
    intake.step(case, "accept")
    officer = person("authority-officer")
    officer.go("/applications/?state=under_review")
    officer.seen("queue")
    due = (today + dt.timedelta(days=20)).isoformat()
    officer.step(case, "ask", questions="Which pump is the rotor for?", due=due)
    preparer.go(f"{case}answer/")
    page.fill('[name^="answers."]', "Type P-100, water supply")
    preparer.seen("answer")
    preparer.press("form.card .actions button")
    officer.go(case)
    officer.seen("case")
    if language == "zh":
        assert "licence" not in officer.page.inner_text("section:has(> #run)")
    officer.step(case, "screen", hits__0__party="demo-end-user", hits__0__list="demonstration", hits__0__entry="E-1")
    officer.step(case, "resolve", result="other", reason="Another firm of a like name")
    officer.step(case, "recommend", entries__0__view="grant", reason="Civil pump; end user known")
    decider = person("authority-decider")
    decider.step(case, "grant", quantity="120", valid_from=today.isoformat(), valid_to=later, reason="As recommended")
    decider.go(case)
    decider.press('main a[href^="/licences/"] >> nth=0')
    licence = "/" + decider.page.url.removeprefix(address)
    decider.seen("licence")

    # customs: from the paper's number to reservation and clearance
    customs = person("customs-officer")
    customs.go("/find/")
    customs.seen("find")
    customs.page.fill("#paper", licence.rstrip("/").rsplit("/", 1)[-1])
    customs.press(".entrance .button.first")
    assert customs.page.url == address.rstrip("/") + licence
    declared = {
        "declaration": f"DECL-{lot}", "exporter": "demo-exporter", "lot": lot, "code": "1C905.a.4",
        "end_user": "demo-end-user", "destination": "DE", "quantity": "120", "unit": "KGM", "day": today.isoformat(),
    }  # fmt: skip
    customs.go(f"{licence}reserve/")
    for name, value in (declared | {"quantity": "121"}).items():
        customs.page.fill(f'[name="{name}"]', value)
    customs.press("form.card .actions button")
    assert customs.page.locator(".warn").count() == 1
    customs.faults.clear()  # the browser calls an answer of 409 an error
    customs.step(licence, "reserve", **declared)
    customs.step(licence, "clear", quantity="120", unit="KGM", day=today.isoformat())
    customs.go(licence)
    customs.seen("used")

    # delivery, and the auditor
    user.go("/deliveries/")
    user.seen("deliveries")
    user.press("tbody th a >> nth=0")
    delivery = "/" + user.page.url.removeprefix(address)
    user.step(delivery, "confirm", quantity="120", unit="KGM", day=today.isoformat(), evidence="0" * 64)
    officer.step(delivery, "verify", text="Receipt compared with the clearance")
    auditor = person("auditor")
    auditor.go("/log/")
    auditor.press("main .button.first")
    auditor.seen("log")
    assert auditor.page.locator(".tag.go").count() == 1
    auditor.go(f"{case}as-of/?day={today}")
    auditor.seen("as-of")
    auditor.go(licence)
    auditor.seen("end")
    assert auditor.page.locator(".tag.go").count() >= 1
    administrator = person("administrator")
    administrator.go("/people/")
    administrator.seen("people")
    preparer.go("/portfolio/")
    preparer.seen("portfolio")
    preparer.go("/applications/?words=" + number)
    assert page.locator("tbody tr").count() == 1
    for one in (preparer, user, signatory, intake, officer, decider, customs, auditor, administrator):
        one.close()
