"""The free text of the Entity List read into tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from lotgate.parties.entity_list import footnotes, policy_tag, requirement_tags, split_name
from lotgate.parties.reading import read_list


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("For all items subject to the EAR, see §§ 734.9(e)1 and 744.11 of the EAR2", ("fn1",)),
        ("For all items subject to the EAR, see §§ 734.9(e) 1 and 744.11 of the EAR 2", ("fn1",)),
        ("For All Items Subject to the EAR (See §734.9(e)(2), and §744.11 of the EAR)4.", ("fn4",)),
        ("For all items subject to the EAR. (See §§ 734.9(e) and 744.11 of the EAR) 4", ("fn4",)),
        ("For all items subject to the EAR. (See §§ 734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR)", ("fn3",)),
        ("For all items subject to the EAR (See §§734.9(g)3, 746.8(a)(3), and 744.2l(b) of the EAR)", ("fn3",)),
        ("For all items subject to the EAR. (See §§734.4(a)(9), 734.9(e)(3), and 744.11 of the EAR)5", ("fn5",)),
        ("For all items subject to the EAR. (See §§ 734.9(e)(2) and 744.11 of the EAR)", ("fn4",)),
        ("For all items subject to the EAR. (See §744.11 of the EAR).", ()),
        ("For all items subject to the EAR (See §744.2 of the EAR)", ()),
        ("", ()),
    ],
)
def test_footnotes_are_found_in_flattened_text(text: str, expected: tuple[str, ...]) -> None:
    assert footnotes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("For All Items Subject to the EAR.", ("us-el:all-items",)),
        ("All items subject to the EAR. (See §744.11 of the EAR)", ("us-el:all-items",)),
        ("All items subject to the EAR except for: crude oil", ("us-el:all-items", "us-el:carve-out")),
        ("For all items subject to the EAR when used in projects specified in § 746.8(a)(4)", ("us-el:other-items",)),
        ("For items on the CCL and listed in supplement no. 7 to part 746 of the EAR", ("us-el:ccl-items",)),
        ("For items on the CCL and EAR99 items listed in supplement no. 7 to part 746", ("us-el:other-items",)),
        ("", ("us-el:other-items",)),
    ],
)
def test_requirement_is_one_of_three(text: str, expected: tuple[str, ...]) -> None:
    assert requirement_tags(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Presumption of denial", "us-el:denial"),
        ("Presumption for denial.", "us-el:denial"),
        ("Policy of denial. See §§ 746.8(b) and 744.21(e).", "us-el:denial"),
        ("Case-by-case basis.", "us-el:case-by-case"),
        ("See §§ 744.2(d), 744.3(d), and 744.4(d) of this part.", "us-el:case-by-case"),
        ("Case-by-case for all items listed on the CCL. Presumption of approval for EAR99 items", "us-el:case-by-case"),
        ("Policy of denial apart from food and medicine, which will be case-by case", "us-el:policy-mixed"),
        ("Case-by-case review for ECCN 1A995; casa-by-case review; presumption of denial", "us-el:policy-mixed"),
        ("See §§744.11 and 744.23(d) of the EAR", "us-el:policy-mixed"),
        ("", "us-el:policy-mixed"),
    ],
)
def test_policy_is_one_of_three(text: str, expected: str) -> None:
    assert policy_tag(text) == expected


def test_an_affiliate_is_listed_under_its_own_name() -> None:
    name, _, parent = split_name("Huawei Technologies Co., Ltd. (Huawei). Affiliated Entity: Nanchang Huawei")
    assert (name, parent) == ("Nanchang Huawei", "Huawei Technologies Co., Ltd. (Huawei)")
    name, _, _ = split_name("China Aerospace Second Academy. Subordinate Institution - 204th Research Institute")
    assert name == "China Aerospace Second Academy 204th Research Institute"


def test_every_real_row_gets_one_requirement_and_one_policy(real_lists_folder: Path) -> None:
    entries = read_list(real_lists_folder / "us_entity_list_2026-07-31.csv")[0].entries
    assert entries.height == 3420
    wanted = (
        {"us-el:all-items", "us-el:ccl-items", "us-el:other-items"},
        {
            "us-el:denial",
            "us-el:case-by-case",
            "us-el:policy-mixed",
        },
    )
    counts: dict[str, int] = {}
    for tags in entries["tags"].to_list():
        assert all(len(group & set(tags)) == 1 for group in wanted)
        for tag in tags:
            counts[tag] = counts.get(tag, 0) + 1
    # As counted when the copy was made; footnote 3 stands on 766 rows, and five more cite 734.9(g) without the digit.
    assert (counts["us-el:fn1"], counts["us-el:fn3"], counts["us-el:fn4"], counts["us-el:fn5"]) == (156, 771, 96, 16)
