# ruff: noqa: E501 (documents are quoted as they are)
"""Official layouts of which no dated copy is at hand, from small documents in their schema."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from lotgate.parties import read_list
from lotgate.parties.ftm import to_lines
from lotgate.parties.lists import PartyList

SDN_XML = """<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML">
<publshInformation><Publish_Date>03/04/2026</Publish_Date><Record_Count>2</Record_Count></publshInformation>
<sdnEntry><uid>36</uid><lastName>BETA LINES</lastName><sdnType>Entity</sdnType>
<programList><program>CUBA</program></programList>
<akaList><aka><uid>1</uid><type>a.k.a.</type><category>weak</category><lastName>BL</lastName></aka>
<aka><uid>2</uid><type>a.k.a.</type><category>strong</category><lastName>BETA SHIPPING</lastName></aka></akaList>
<idList><id><uid>9</uid><idType>Vessel Registration Identification</idType><idNumber>IMO 9123456</idNumber></id></idList>
<addressList><address><uid>3</uid><city>Havana</city><country>Cuba</country></address></addressList></sdnEntry>
<sdnEntry><uid>37</uid><firstName>John</firstName><lastName>DOE</lastName><sdnType>Individual</sdnType>
<programList><program>SDGT</program></programList></sdnEntry></sdnList>"""

ADVANCED = """<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML">
<DateOfIssue><Year>2026</Year><Month>3</Month><Day>4</Day></DateOfIssue>
<ReferenceValueSets>
<CountryValues><Country ID="11" ISO2="CU">Cuba</Country></CountryValues>
<ListValues><List ID="1550">SDN List</List></ListValues>
<NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType><NamePartType ID="1521">First Name</NamePartType>
</NamePartTypeValues>
<PartySubTypeValues><PartySubType ID="4" PartyTypeID="1">Individual</PartySubType></PartySubTypeValues>
<SanctionsTypeValues><SanctionsType ID="1">Program</SanctionsType></SanctionsTypeValues>
</ReferenceValueSets>
<Locations><Location ID="77"><LocationCountry CountryID="11"/></Location></Locations>
<DistinctParties><DistinctParty FixedRef="37"><Profile ID="37" PartySubTypeID="4">
<Identity ID="5"><Alias FixedRef="37" AliasTypeID="1403" Primary="true" LowQuality="false"><DocumentedName ID="1">
<DocumentedNamePart><NamePartValue NamePartGroupID="8">Doe</NamePartValue></DocumentedNamePart>
<DocumentedNamePart><NamePartValue NamePartGroupID="9">John</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<Alias FixedRef="37" AliasTypeID="1400" Primary="false" LowQuality="true"><DocumentedName ID="2">
<DocumentedNamePart><NamePartValue NamePartGroupID="9">Johnny</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<NamePartGroups><MasterNamePartGroup><NamePartGroup ID="8" NamePartTypeID="1520"/></MasterNamePartGroup>
<MasterNamePartGroup><NamePartGroup ID="9" NamePartTypeID="1521"/></MasterNamePartGroup></NamePartGroups></Identity>
<Feature ID="3"><FeatureVersion ID="4"><VersionLocation LocationID="77"/></FeatureVersion></Feature>
</Profile></DistinctParty></DistinctParties>
<SanctionsEntries><SanctionsEntry ID="1" ProfileID="37" ListID="1550">
<EntryEvent ID="1"><Date><Year>2020</Year><Month>5</Month><Day>6</Day></Date></EntryEvent>
<SanctionsMeasure ID="2" SanctionsTypeID="1"><Comment>SDGT</Comment></SanctionsMeasure></SanctionsEntry></SanctionsEntries>
</Sanctions>"""

EU_FSF = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-03-04T10:00:00.000+01:00" globalFileId="1">
<sanctionEntity designationDate="2022-02-28" designationDetails="" euReferenceNumber="EU.1.23" logicalId="23">
<regulation regulationType="amendment" programme="UKR" numberTitle="2022/336"/>
<subjectType code="person" classificationCode="P"/>
<nameAlias wholeName="Ivan Petrov" strong="true"/><nameAlias wholeName="Vanya" strong="false"/>
<citizenship countryIso2Code="RU"/><identification number="123456" identificationTypeCode="passport" countryIso2Code="RU"/>
</sanctionEntity></export>"""

UK_CSV = """Report Date: 04-Mar-2026
Last Updated,Unique ID,Name 6,Name 1,Name type,Alias strength,Name non-latin script,Regime Name,Designation Type,Date Designated,Nationality,Address Country
01/03/2026,RUS0001,PETROV,Ivan,Primary Name,,Иван Петров,Russia,Individual,28/02/2022,Russia,
01/03/2026,RUS0001,VANYA,,Alias,Low quality a.k.a,,Russia,Individual,28/02/2022,Russia,
02/03/2026,RUS0002,DELTA LLC,,Primary Name,,,Russia,Entity,01/03/2022,,United Arab Emirates
"""

UK_XML = """<?xml version="1.0" encoding="utf-8"?><Designations><DateGenerated>04/03/2026</DateGenerated><Designation>
<UniqueID>RUS0001</UniqueID><Names><Name><Name6>PETROV</Name6><Name1>Ivan</Name1><NameType>Primary Name</NameType></Name>
<Name><Name6>PETROFF</Name6><Name1>Ivan</Name1><NameType>Alias</NameType></Name></Names>
<NonLatinNames><NonLatinName><NameNonLatinScript>Иван Петров</NameNonLatinScript></NonLatinName></NonLatinNames>
<RegimeName>Russia</RegimeName><IndividualEntityShip>Individual</IndividualEntityShip>
<DateDesignated>28/02/2022</DateDesignated></Designation></Designations>"""


def read(folder: Path, name: str, text: str) -> PartyList:
    (folder / name).write_text(text, encoding="utf-8")
    (found,) = read_list(folder / name)
    assert found.rows == len(found) + found.merged + len(found.rejected)
    return found


def test_sdn_xml(tmp_path: Path) -> None:
    found = read(tmp_path, "sdn.xml", SDN_XML)
    beta, doe = found.entries.rows(named=True)
    assert (found.id, found.as_of) == ("us-sdn", date(2026, 3, 4))
    assert (beta["aliases"], beta["weak_aliases"], beta["countries"]) == (["BETA SHIPPING"], ["BL"], ["CU"])
    assert "imo:9123456" in beta["identifiers"]
    assert (doe["name"], doe["kind"], doe["tags"]) == ("DOE, John", "person", ["us-sdn", "us-sdn:SDGT"])


def test_consolidated_xml_is_not_taken_for_the_sdn_list(tmp_path: Path) -> None:
    (tmp_path / "cons.xml").write_text(SDN_XML.replace("SDGT", "NS-PLC").replace("CUBA", "RUSSIA-EO14024"))
    assert sorted(found.id for found in read_list(tmp_path / "cons.xml")) == ["us-nsmbs", "us-plc"]


def test_sdn_advanced_xml(tmp_path: Path) -> None:
    found = read(tmp_path, "sdn_advanced.xml", ADVANCED)
    (row,) = found.entries.rows(named=True)
    assert (found.id, found.as_of) == ("us-sdn", date(2026, 3, 4))
    assert (row["name"], row["weak_aliases"], row["kind"]) == ("Doe, John", ["Johnny"], "person")
    assert (row["countries"], row["tags"], row["from"]) == (["CU"], ["us-sdn", "us-sdn:SDGT"], date(2020, 5, 6))


def test_eu_consolidated_xml(tmp_path: Path) -> None:
    found = read(tmp_path, "20260304-FULL-1_1.xml", EU_FSF)
    (row,) = found.entries.rows(named=True)
    assert (found.id, found.as_of, row["entry"]) == ("eu-fsf", date(2026, 3, 4), "EU.1.23")
    assert (row["name"], row["weak_aliases"], row["countries"]) == ("Ivan Petrov", ["Vanya"], ["RU"])
    assert (row["identifiers"], row["tags"]) == (["passport:123456"], ["eu-fsf", "eu:UKR"])


def test_uk_list_joins_the_rows_of_one_party(tmp_path: Path) -> None:
    found = read(tmp_path, "UK-Sanctions-List.csv", UK_CSV)
    petrov, delta = found.entries.rows(named=True)
    assert (found.as_of, found.rows, found.merged) == (date(2026, 3, 2), 3, 1)
    assert (petrov["name"], petrov["aliases"], petrov["weak_aliases"]) == ("Ivan PETROV", ["Иван Петров"], ["VANYA"])
    assert (delta["kind"], delta["countries"]) == ("company", ["AE"])


def test_uk_xml(tmp_path: Path) -> None:
    found = read(tmp_path, "UK-Sanctions-List.xml", UK_XML)
    (row,) = found.entries.rows(named=True)
    assert (found.as_of, row["name"]) == (date(2026, 3, 4), "Ivan PETROV")
    assert row["aliases"] == ["Ivan PETROFF", "Иван Петров"]


def test_followthemoney_goes_out_and_comes_back(tmp_path: Path) -> None:
    first = read(tmp_path, "sdn.xml", SDN_XML)
    text = "\n".join(to_lines(first))
    passport = {"id": "p1", "schema": "Passport", "properties": {"number": ["1"]}}
    back = read(tmp_path, "copy.json", f"{text}\n{json.dumps(passport)}\n")
    columns = ["entry", "name", "aliases", "weak_aliases", "kind", "countries"]
    assert back.entries.select(columns).rows() == first.entries.select(columns).rows()
    assert back.merged == 1
