"""What must hold before a licence is used, changed or its goods confirmed: licences, customs, delivery, lots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lotgate.dates import parse_day
from lotgate.law import Text
from lotgate.licence.filing_guards import lot_key
from lotgate.licence.ledger import Ledger, converted, number, written
from lotgate.licence.records import Actor, Record

if TYPE_CHECKING:
    from lotgate.licence.acts import Step

__all__ = ["CONDITIONS", "GUARDS", "STANDING", "account_of", "balance", "in_licence_unit"]


def in_licence_unit(record: Record, data: Mapping[str, Any]) -> Decimal | Text:
    """The quantity filled in, in the unit of the licence, or why it has none."""
    return converted(number(data["quantity"]), data["unit"], record.facts["unit"])


def balance(facts: Mapping[str, Any]) -> Decimal:
    """What is left of a lot, in its own unit: made - consumed - shipped + returned - destroyed."""
    made, consumed, shipped, returned, destroyed = (
        number(facts[name]) for name in ("made", "consumed", "shipped", "returned", "destroyed")
    )
    return made - consumed - shipped + returned - destroyed


def _partial_use(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    if not record.facts["partial_use"]:
        yield Text("this licence covers one shipment, which is reserved already", "该许可证仅限一次出口，且已预留")


def _uses_left(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    ledger = Ledger.of(record.facts)
    if ledger.uses_left == 0:
        yield Text(
            f"the licence allows {ledger.max_uses} exports; none is left", f"许可证限 {ledger.max_uses} 次出口，已用完"
        )


def _declaration_matches(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    facts = record.facts
    pairs = {
        "exporter": ("exporter", "出口经营者"),
        "lot": ("lot", "货批"),
        "end_user": ("end user", "最终用户"),
        "destination": ("destination", "目的国（地区）"),
    }
    for name, (en, zh) in pairs.items():
        if data[name] != facts[name]:
            yield Text(
                f"{en}: the declaration says {data[name]}, the licence {facts[name]}",
                f"{zh}：报关单为 {data[name]}，许可证为 {facts[name]}",
            )
    if sorted(data["code"]) != sorted(facts["codes"]):
        yield Text("control code: declaration and licence differ", "管制编码：报关单与许可证不一致")


def _within(record: Record, day: date, today: date) -> Iterator[Text]:
    facts = record.facts
    if not parse_day(facts["valid_from"]) <= day <= parse_day(facts["valid_to"]):
        yield Text(
            f"{day} lies outside the validity from {facts['valid_from']} through {facts['valid_to']}",
            f"{day} 不在有效期 {facts['valid_from']} 至 {facts['valid_to']} 之内",
        )
    if day > today:
        yield Text(f"{day} is in the future", f"{day} 晚于今日")


def _inside_validity(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    today = step.day(record)
    yield from _within(record, parse_day(data["day"]), today)
    if today < parse_day(record.facts["valid_from"]):
        yield Text(
            f"the licence is valid from {record.facts['valid_from']}", f"许可证自 {record.facts['valid_from']} 起有效"
        )


def _clears_inside_validity(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    """The day the goods left counts, in the time zone of the authority, last day included; it may be reported later."""
    yield from _within(record, parse_day(data["day"]), step.day(record))


def _quantity_left(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    ledger, wanted = Ledger.of(record.facts), in_licence_unit(record, data)
    if isinstance(wanted, Text):
        yield wanted
    elif not 0 < wanted <= ledger.left:
        unit, left, granted = ledger.unit, written(ledger.left), written(ledger.granted)
        yield Text(
            f"{written(wanted)} {unit} cannot be reserved: {left} of {granted} {unit} are left",
            f"不能预留 {written(wanted)} {unit}：准予 {granted} {unit}，剩余 {left} {unit}",
        )


def _reservation_open(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if data["clearance"] not in Ledger.of(record.facts).open:
        yield Text(
            f"clearance {data['clearance']} holds no reservation here", f"通关记录 {data['clearance']} 在此无预留"
        )


def _cleared_fits(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    ledger, left = Ledger.of(record.facts), in_licence_unit(record, data)
    if isinstance(left, Text):
        yield left
        return
    others = ledger.taken - ledger.open.get(data["clearance"], Decimal(0))
    if not 0 < left <= ledger.most - others:
        yield Text(
            f"{written(left)} {ledger.unit} is more than the licence still covers: {written(ledger.most - others)}"
            if left > 0
            else "nothing left: cancel the clearance instead",
            f"{written(left)} {ledger.unit} 超过许可证尚可覆盖的 {written(ledger.most - others)}"
            if left > 0
            else "未有货物离境，请注销通关记录",
        )


def _lot_balance(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    lot = step.tx.get("lot", lot_key(record.facts))
    if lot is None:
        yield Text(f"nothing is known of lot {record.facts['lot']}", f"没有货批 {record.facts['lot']} 的记录")
        return
    wanted = converted(number(data["quantity"]), data["unit"], lot.facts["unit"])
    if isinstance(wanted, Text):
        yield wanted
    elif wanted > balance(lot.facts):
        left, unit = written(balance(lot.facts)), lot.facts["unit"]
        yield Text(f"only {left} {unit} of the lot are left", f"该货批仅剩 {left} {unit}")


def _proposal_fits(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if data["step"] == "reinstate" and record.state != "suspended":
        yield Text("only a suspended licence can be reinstated", "只有已中止的许可证才能恢复")
    if data["step"] in record.facts["proposals"]:
        yield Text("this is proposed already", "该事项已提请")


def _proposed(step: str) -> Any:
    def rule(record: Record, actor: Actor, day: date) -> Iterator[Text]:
        proposal = record.facts["proposals"].get(step)
        if proposal is None or proposal["by"] == actor.id:
            yield Text("a second person has to propose this first", "须先由另一人提请")

    return rule


def _not_stopped(record: Record, actor: Actor, day: date) -> Iterator[Text]:
    if record.facts["stopped"]:
        yield Text("the shipment is stopped: its licence is suspended", "该批货物已暂停：许可证已中止")


def account_of(step: Step, record: Record) -> Record:
    """The licence that now holds the account a clearance was written to: its own, or the one that replaced it."""
    number = record.facts["licence"]
    while True:
        licence = step.tx.get("licence", number)
        if licence is None:
            raise LookupError(f"clearance {record.id} names licence {number}, which is not there")
        if "replaced_by" not in licence.facts:
            return licence
        number = licence.facts["replaced_by"]


def _adjustment_fits(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    licence = account_of(step, record)
    ledger, right = Ledger.of(licence.facts), in_licence_unit(licence, data)
    if isinstance(right, Text):
        yield right
        return
    if right == number(record.facts["cleared"]):
        yield Text("the quantity is the same", "数量未变")
    taken = ledger.taken - number(record.facts["cleared"]) + right
    if taken > ledger.most:
        yield Text(
            f"the licence would be used with {written(taken)} of {written(ledger.most)} {ledger.unit}",
            f"许可证使用量将达 {written(taken)}，上限为 {written(ledger.most)} {ledger.unit}",
        )
    lot = step.tx.get("lot", lot_key(licence.facts))
    more = right - number(record.facts["cleared"])
    grown = converted(more, licence.facts["unit"], lot.facts["unit"]) if lot else Decimal(0)
    if isinstance(grown, Text):
        yield grown
    elif lot is not None and grown > balance(lot.facts):
        yield Text("more than is left of the lot", "超过该货批余量")


def _contra_fits(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    back = in_licence_unit(account_of(step, record), data)
    if isinstance(back, Text):
        yield back
    elif not 0 < back <= number(record.facts["cleared"]):
        yield Text(
            f"at most the {record.facts['cleared']} cleared can be written back",
            f"冲销数量不得超过已核销的 {record.facts['cleared']}",
        )


def _receipt_plausible(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    day = parse_day(data["day"])
    if day > step.day(record) or day < parse_day(record.facts["exited"]):
        yield Text("goods are received after they left and not in the future", "收货日期须在离境之后且不晚于今日")
    amount = converted(number(data["quantity"]), data["unit"], record.facts["unit"])
    if isinstance(amount, Text):
        yield amount


def _received(record: Record) -> Decimal | None:
    received = record.facts.get("received")
    if received is None:
        return None
    amount = converted(number(received["quantity"]), received["unit"], record.facts["unit"])
    return amount if isinstance(amount, Decimal) else None


def _receipt_equals_cleared(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    clearance = step.tx.get("clearance", record.id)
    cleared = number(clearance.facts["cleared"]) if clearance else None
    if _received(record) != cleared:
        yield Text(
            f"received {_received(record)}, cleared {cleared} {record.facts['unit']}: a mismatch opens an inquiry",
            f"收货 {_received(record)}，核销 {cleared} {record.facts['unit']}：不一致应启动调查",
        )


def _overdue_or_mismatch(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    overdue = record.state == "expected" and step.day(record) > parse_day(record.facts["due"])
    if not overdue and (record.state == "expected" or not list(_receipt_equals_cleared(step, record, data))):
        yield Text("receipt is neither overdue nor different from what left", "收货既未逾期，也与离境数量一致")


def _lot_quantity(record: Record, data: Mapping[str, Any]) -> Decimal | Text:
    return converted(number(data["quantity"]), data["unit"], record.facts["unit"])


def _lot_unit(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if "unit" in record.facts and isinstance(amount := _lot_quantity(record, data), Text):
        yield amount


def _lot_holds(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    amount = _lot_quantity(record, data)
    if isinstance(amount, Text):
        yield amount
    elif amount > balance(record.facts):
        yield Text("more than is left of the lot", "超过该货批余量")


def _lot_was_shipped(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    amount = _lot_quantity(record, data)
    if isinstance(amount, Text):
        yield amount
    elif amount > number(record.facts["shipped"]) - number(record.facts["returned"]):
        yield Text("more than is abroad of the lot", "超过该货批已出口数量")


def _run_new(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    if data["run"] <= record.facts.get("last", 0) or str(data["run"]) in record.facts.get("waiting", {}):
        yield Text(f"run {data['run']} was received before", f"批次 {data['run']} 已接收")


def _run_next(step: Step, record: Record, data: Mapping[str, Any]) -> Iterator[Text]:
    following = record.facts["last"] + 1
    if data["run"] != following or str(following) not in record.facts["waiting"]:
        yield Text(f"the next run is {following}", f"下一批次为 {following}")


def _last_reservation(record: Record, data: Mapping[str, Any]) -> bool:
    return not set(Ledger.of(record.facts).open) - {data.get("clearance")}


def _spends_licence(record: Record, data: Mapping[str, Any]) -> bool:
    left = in_licence_unit(record, data)
    return not isinstance(left, Text) and Ledger.of(record.facts).spent_by(data["clearance"], left)


STANDING: Mapping[str, Any] = {
    "partial_use": _partial_use,
    "uses_left": _uses_left,
    "not_stopped": _not_stopped,
    "revocation_proposed": _proposed("revoke"),
    "reinstatement_proposed": _proposed("reinstate"),
}

GUARDS: Mapping[str, Any] = {
    "declaration_matches": _declaration_matches,
    "inside_validity": _inside_validity,
    "clears_inside_validity": _clears_inside_validity,
    "quantity_left": _quantity_left,
    "reservation_open": _reservation_open,
    "cleared_fits": _cleared_fits,
    "lot_balance": _lot_balance,
    "proposal_fits": _proposal_fits,
    "adjustment_fits": _adjustment_fits,
    "contra_fits": _contra_fits,
    "receipt_plausible": _receipt_plausible,
    "receipt_equals_cleared": _receipt_equals_cleared,
    "overdue_or_mismatch": _overdue_or_mismatch,
    "run_new": _run_new,
    "run_next": _run_next,
    "lot_unit": _lot_unit,
    "lot_holds": _lot_holds,
    "lot_was_shipped": _lot_was_shipped,
}

CONDITIONS: Mapping[str, Any] = {
    "last_reservation": _last_reservation,
    "spends_licence": _spends_licence,
}
