# ruff: noqa: E501 (documents are quoted as they are)
"""Small list files in the official layouts, of any number of entries."""

from __future__ import annotations

import csv
import io
import json

__all__ = ["csl_json", "eu_xml", "ofac_set", "uk_csv", "uk_xml", "un_xml"]

_CSL_SOURCES = (
    ("Entity List (EL) - Bureau of Industry and Security", 6),
    ("Denied Persons List (DPL) - Bureau of Industry and Security", 2),
    ("Unverified List (UVL) - Bureau of Industry and Security", 1),
    ("Military End User (MEU) List - Bureau of Industry and Security", 1),
    ("Nonproliferation Sanctions (ISN) - State Department", 1),
    ("ITAR Debarred (DTC) - State Department", 1),
)


def csl_json(scale: int = 4) -> str:
    """The Consolidated Screening List as bulk JSON, `scale` times twelve entries, with what a reader must not lose."""
    records = []
    for source, share in _CSL_SOURCES:
        for number in range(share * scale):
            records.append(
                {
                    "source": source,
                    "entity_number": None,
                    "type": None,
                    "programs": [],
                    "name": f"{source[:6].strip()} Firm {number}",
                    "alt_names": [f"{source[:6].strip()} Alias; with a semicolon {number}"],
                    "addresses": [{"address": "1 Road", "city": "Wuhan", "country": "CN"}],
                    "license_requirement": "For all items subject to the EAR (See §744.11 of the EAR)",
                    "license_policy": "Presumption of denial",
                    "start_date": "2020-05-01",
                    "ids": [{"type": "Registration Number", "number": f"91-{number:06}", "country": "CN"}],
                }
            )
    return json.dumps({"total": len(records), "results": records}, ensure_ascii=False)


def _rows(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue() + "\x1a"


def ofac_set(count: int = 20, *, cons: bool = False) -> dict[str, str]:
    """The four CSV files of the Treasury by their names, without header, null as `-0- `, closed by the sign 0x1A."""
    null = "-0- "
    programs = (
        ["NS-PLC", "CMIC-EO13959", "UKRAINE-EO13662", "561-Related", "RUSSIA-EO14024"]
        if cons
        else ["SDGT", "CUBA] [IFSR"]
    )
    primary, alt, add, comments = [], [], [], []
    for number in range(1, count + 1):
        kind = "individual" if number % 5 == 0 else "vessel" if number % 7 == 0 else null
        remarks = "IMO 9123456; Vessel." if number % 7 == 0 else null
        primary.append(
            [str(number), f"FIRM {number} LINES", kind, programs[number % len(programs)], *[null] * 7, remarks]
        )
        alt.append([str(number), str(number), "aka", f"FIRM {number} SHIPPING", null])
        add.append([str(number), str(number), null, "Havana", "Cuba", null])
    comments.append(["1", " a.k.a. 'FONE'; Tax ID No. 123456 (Cuba)."])
    if cons:
        return {
            "cons_prim.csv": _rows(primary),
            "cons_alt.csv": _rows(alt),
            "cons_add.csv": _rows(add),
            "cons_comments.csv": _rows(comments),
        }
    return {
        "sdn.csv": _rows(primary),
        "alt.csv": _rows(alt),
        "add.csv": _rows(add),
        "sdn_comments.csv": _rows(comments),
    }


def un_xml(count: int = 20, day: str = "2026-03-04") -> str:
    """The Security Council's list."""
    persons = "".join(
        f"<INDIVIDUAL><DATAID>{n}</DATAID><FIRST_NAME>PERSON</FIRST_NAME><SECOND_NAME>NUMBER {n}</SECOND_NAME><UN_LIST_TYPE>DRC</UN_LIST_TYPE>"
        f"<REFERENCE_NUMBER>CDi.{n:03}</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON><NATIONALITY><VALUE>Democratic Republic of the Congo</VALUE></NATIONALITY>"
        f"<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>ALSO NUMBER {n}</ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL>"
        for n in range(1, count)
    )
    firm = "<ENTITY><DATAID>900</DATAID><FIRST_NAME>KUMSAN &amp; CO</FIRST_NAME><UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER>KPe.045</REFERENCE_NUMBER></ENTITY>"
    return (
        f'<?xml version="1.0" encoding="utf-8"?><CONSOLIDATED_LIST dateGenerated="{day}T00:00:01.000Z"><INDIVIDUALS>{persons}</INDIVIDUALS>'
        f"<ENTITIES>{firm}</ENTITIES></CONSOLIDATED_LIST>"
    )


def eu_xml(count: int = 20, day: str = "2026-03-04") -> str:
    """The Commission's consolidated list, XML 1.1."""
    parties = "".join(
        f'<sanctionEntity designationDetails="" unitedNationId="" designationDate="2022-02-28" euReferenceNumber="EU.{n}.1" logicalId="{n}">'
        f'<regulation regulationType="amendment" organisationType="council" publicationDate="2022-02-28" entryIntoForceDate="2022-02-28" numberTitle="2022/336 (OJ L58)" programme="UKR" logicalId="1"><publicationUrl>https://eur-lex.europa.eu/</publicationUrl></regulation>'
        f'<subjectType code="enterprise" classificationCode="E"/><nameAlias firstName="" middleName="" lastName="" wholeName="Party &amp; Sons {n}" function="" gender="" title="" nameLanguage="" strong="true" regulationLanguage="en" logicalId="{n}"/>'
        f'<nameAlias wholeName="Партия {n}" nameLanguage="RU" strong="true" logicalId="9{n}"/><nameAlias wholeName="PS{n}" strong="false" logicalId="8{n}"/>'
        f'<address city="Moscow" street="" poBox="" zipCode="" region="" place="" asAtListingTime="false" countryIso2Code="RU" countryDescription="RUSSIAN FEDERATION"/><address city="" countryIso2Code="00" countryDescription="UNKNOWN"/>'
        f'<identification diplomatic="false" knownExpired="false" number="77{n:05}" identificationTypeCode="regnumber" identificationTypeDescription="Registration Number" countryIso2Code="00"/></sanctionEntity>'
        for n in range(count)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="{day}T10:00:00.000+01:00" globalFileId="140000">{parties}</export>'


def uk_xml(count: int = 20, day: str = "04/03/2026") -> str:
    """The UK Sanctions List as XML."""
    parties = "".join(
        f"<Designation><LastUpdated>01/03/2026</LastUpdated><DateDesignated>28/02/2022</DateDesignated><UniqueID>RUS{n:04}</UniqueID><OFSIGroupID>{n}</OFSIGroupID>"
        f"<Names><Name><Name6>DELTA {n}</Name6><NameType>Primary name</NameType></Name><Name><Name6>DELTIC {n}</Name6><NameType>ALias</NameType><AliasStrength>Low quality a.k.a</AliasStrength></Name></Names>"
        f"<NonLatinNames><NonLatinName><NameNonLatinScript>Дельта {n}</NameNonLatinScript></NonLatinName></NonLatinNames>"
        f"<RegimeName>The Russia (Sanctions) (EU Exit) Regulations 2019</RegimeName><IndividualEntityShip>Entity</IndividualEntityShip>"
        f"<Addresses><Address><AddressLine1>1 Road</AddressLine1><AddressCountry>Russia</AddressCountry></Address></Addresses>"
        f"<EntityDetails><Entity><BusinessRegistrationNumbers><BusinessRegistrationNumber>INN 77{n:08}</BusinessRegistrationNumber></BusinessRegistrationNumbers></Entity></EntityDetails></Designation>"
        for n in range(count)
    )
    return f'<?xml version="1.0" encoding="utf-8"?><Designations><DateGenerated>{day}</DateGenerated>{parties}</Designations>'


_UK_HEADER = [
    "Last Updated",
    "Unique ID",
    "OFSI Group ID",
    "UN Reference Number",
    "Name 6",
    "Name 1",
    "Name 2",
    "Name 3",
    "Name 4",
    "Name 5",
    "Name type",
    "Alias strength",
    "Title",
    "Name non-latin script",
    "Non-latin script type",
    "Non-latin script language",
    "Regime Name",
    "Designation Type",
    "Designation source",
    "Sanctions Imposed",
    "Other Information",
    "UK Statement of Reasons",
    "Address Line 1",
    "Address Line 2",
    "Address Line 3",
    "Address Line 4",
    "Address Line 5",
    "Address Line 6",
    "Address Postal Code",
    "Address Country",
    "Phone number",
    "Website",
    "Email address",
    "Date Designated",
    "D.O.B",
    "Nationality(/ies)",
    "National Identifier number",
    "National Identifier additional information",
    "Passport number",
    "Passport additional information",
    "Position",
    "Gender",
    "Town of birth",
    "Country of birth",
    "Type of entity",
    "Subsidiaries",
    "Parent company",
    "Business registration number (s)",
    "IMO number",
    "Current owner/operator (s)",
    "Previous owner/operator (s)",
    "Current believed flag of ship",
    "Previous flags",
    "Type of ship",
    "Tonnage of ship",
    "Length of ship",
    "Year Built",
    "Hull identification number (HIN)",
]


def uk_csv(count: int = 20) -> str:
    """The UK Sanctions List as CSV of 58 columns, two rows a party, with the line that tells its day."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _UK_HEADER, lineterminator="\r\n")
    writer.writeheader()
    for n in range(count):
        same = {
            "Last Updated": "01/03/2026",
            "Unique ID": f"RUS{n:04}",
            "Regime Name": "Russia",
            "Designation Type": "Ship",
            "Date Designated": "28/02/2022",
        }
        writer.writerow(
            {
                **same,
                "Name 6": f"NEVA {n}",
                "Name type": "Primary name",
                "IMO number": f"91{n:05}",
                "Current believed flag of ship": "Panama",
            }
        )
        writer.writerow(
            {
                **same,
                "Name 6": f"NEVSKY {n}",
                "Name type": "Alias",
                "Alias strength": "Good quality a.k.a",
                "UK Statement of Reasons": 'Said "so",\nand more',
            }
        )
    return "Report Date: 04-Mar-2026\r\n" + out.getvalue()
