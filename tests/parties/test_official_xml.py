# ruff: noqa: E501 (documents are quoted as they are)
"""Official layouts of which no dated copy is at hand, from small documents in their schema."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from lotgate.errors import InputError
from lotgate.parties import read_list
from lotgate.parties.ftm import export
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

EU_HARD = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-03-04T23:59:59.000+01:00" globalFileId="1">
<sanctionEntity designationDate="" designationDetails="" unitedNationId="KPe.1" euReferenceNumber="" logicalId="7" delistingDate="2025-01-02">
<remark>(UNSC RESOLUTION 1483)</remark>
<regulation regulationType="regulation" organisationType="commission" publicationDate="2020-01-02" entryIntoForceDate="2020-01-03" numberTitle="1/2020 (OJ L1)" programme="PRK" logicalId="1"><publicationUrl>https://eur-lex.europa.eu/</publicationUrl></regulation>
<regulation regulationType="amendment" organisationType="council" publicationDate="2021-01-02" entryIntoForceDate="2021-01-03" numberTitle="2/2021 (OJ L1)" programme="UKR" logicalId="2"><publicationUrl>https://eur-lex.europa.eu/</publicationUrl></regulation>
<subjectType code="enterprise" classificationCode="E"/>
<nameAlias wholeName="OOO &quot;Дельта&quot;" nameLanguage="RU" strong="true"/>
<nameAlias wholeName="" firstName="Delta" middleName="" lastName="Works" nameLanguage="EN" strong="true"/>
<nameAlias wholeName="  Delta   Plant " strong="false" function="a.k.a."/><nameAlias wholeName="" strong="true"/>
<citizenship region="" countryIso2Code="00" countryDescription="UNKNOWN"/>
<address city="Omsk" countryIso2Code="RU"/><address city="Dubai" countryIso2Code="AE"/><address city="" countryIso2Code="RU"/>
<identification number="ИНН 7701" latinNumber="INN7701" identificationTypeCode="regnumber" countryIso2Code="RU" knownFalse="false"/>
<contactInfo key="email" value="x@example.org"/></sanctionEntity>
<sanctionEntity logicalId="8"><subjectType code="person"/><nameAlias wholeName="" strong="true"/></sanctionEntity>
<sanctionEntity logicalId="9" euReferenceNumber="EU.9.9" designationDate="2022-02-28"><subjectType code="person"/><nameAlias wholeName="Ivan Petrov"/><birthdate circa="false" calendarType="GREGORIAN" year="1960" countryIso2Code="RU"/></sanctionEntity>
</export>"""

ADVANCED_HARD = """<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML" Version="1">
<DateOfIssue CalendarTypeID="1"><Year>2026</Year><Month>3</Month><Day>4</Day></DateOfIssue>
<ReferenceValueSets>
<AliasTypeValues><AliasType ID="1400">A.K.A.</AliasType><AliasType ID="1401">F.K.A.</AliasType><AliasType ID="1403">Name</AliasType></AliasTypeValues>
<AreaCodeValues><AreaCode ID="11050" CountryID="11050" Description="Iran" AreaCodeTypeID="1">IR</AreaCode></AreaCodeValues>
<CountryValues><Country ID="11110" ISO2="RU">Russia</Country><Country ID="11999">Burma</Country></CountryValues>
<FeatureTypeValues><FeatureType ID="25">Location</FeatureType></FeatureTypeValues>
<IDRegDocTypeValues><IDRegDocType ID="1626">Vessel Registration Identification</IDRegDocType><IDRegDocType ID="1596">Tax ID No.</IDRegDocType></IDRegDocTypeValues>
<ListValues><List ID="1550">SDN List</List><List ID="91507">Sectoral Sanctions Identifications List</List><List ID="91875">Non-SDN Menu-Based Sanctions List</List></ListValues>
<NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType><NamePartType ID="1521">First Name</NamePartType><NamePartType ID="1522">Middle Name</NamePartType><NamePartType ID="1525">Entity Name</NamePartType><NamePartType ID="1526">Vessel Name</NamePartType></NamePartTypeValues>
<PartySubTypeValues><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType><PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType><PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType></PartySubTypeValues>
<PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType><PartyType ID="4">Transport</PartyType></PartyTypeValues>
<SanctionsTypeValues><SanctionsType ID="1">Program</SanctionsType><SanctionsType ID="1705">Block</SanctionsType></SanctionsTypeValues>
</ReferenceValueSets>
<Locations><Location ID="1"><LocationAreaCode AreaCodeID="11050"/></Location><Location ID="2"><LocationCountry CountryID="11110" CountryRelevanceID="1"/></Location><Location ID="3"><LocationCountry CountryID="11999"/></Location></Locations>
<IDRegDocuments><IDRegDocument ID="1" IDRegDocTypeID="1626" IdentityID="51"><IDRegistrationNo>IMO 9123456</IDRegistrationNo></IDRegDocument>
<IDRegDocument ID="2" IDRegDocTypeID="1596" IdentityID="52"><IDRegistrationNo>7701234567</IDRegistrationNo></IDRegDocument><IDRegDocument ID="3" IDRegDocTypeID="1596" IdentityID="52"/></IDRegDocuments>
<DistinctParties>
<DistinctParty FixedRef="101"><Comment/><Profile ID="101" PartySubTypeID="1"><Identity ID="51" FixedRef="101" Primary="true" False="false">
<Alias FixedRef="101" AliasTypeID="1403" Primary="true" LowQuality="false"><DocumentedName ID="1" FixedRef="101" DocNameStatusID="1"><DocumentedNamePart><NamePartValue NamePartGroupID="1" ScriptID="215" ScriptStatusID="1" Acronym="false">NEVA</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<NamePartGroups><MasterNamePartGroup><NamePartGroup ID="1" NamePartTypeID="1526"/></MasterNamePartGroup></NamePartGroups></Identity></Profile></DistinctParty>
<DistinctParty FixedRef="102"><Profile ID="102" PartySubTypeID="3"><Identity ID="52" FixedRef="102" Primary="true" False="false">
<Alias FixedRef="102" AliasTypeID="1400" Primary="false" LowQuality="true"><DocumentedName ID="2"><DocumentedNamePart><NamePartValue NamePartGroupID="2">DW</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<Alias FixedRef="102" AliasTypeID="1401" Primary="false" LowQuality="false"><DocumentedName ID="3"><DocumentedNamePart><NamePartValue NamePartGroupID="2">DELTA OLD</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<Alias FixedRef="102" AliasTypeID="1403" Primary="true" LowQuality="false"><DocumentedName ID="4" DocNameStatusID="1"><DocumentedNamePart><NamePartValue NamePartGroupID="2" ScriptID="215">DELTA WORKS</NamePartValue></DocumentedNamePart></DocumentedName><DocumentedName ID="5" DocNameStatusID="2"><DocumentedNamePart><NamePartValue NamePartGroupID="2" ScriptID="220">ДЕЛЬТА</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<NamePartGroups><MasterNamePartGroup><NamePartGroup ID="2" NamePartTypeID="1525"/></MasterNamePartGroup></NamePartGroups></Identity>
<Feature ID="1" FeatureTypeID="25"><FeatureVersion ID="1"><VersionLocation LocationID="1"/></FeatureVersion></Feature><Feature ID="2" FeatureTypeID="25"><FeatureVersion ID="2"><VersionLocation LocationID="2"/></FeatureVersion><FeatureVersion ID="3"><VersionLocation LocationID="3"/></FeatureVersion></Feature></Profile></DistinctParty>
<DistinctParty FixedRef="103"><Profile ID="103" PartySubTypeID="4"><Identity ID="53" Primary="true">
<Alias AliasTypeID="1403" Primary="true" LowQuality="false"><DocumentedName ID="6"><DocumentedNamePart><NamePartValue NamePartGroupID="3">DOE</NamePartValue></DocumentedNamePart><DocumentedNamePart><NamePartValue NamePartGroupID="4">John</NamePartValue></DocumentedNamePart><DocumentedNamePart><NamePartValue NamePartGroupID="5">Q.</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
<NamePartGroups><MasterNamePartGroup><NamePartGroup ID="3" NamePartTypeID="1520"/></MasterNamePartGroup><MasterNamePartGroup><NamePartGroup ID="4" NamePartTypeID="1521"/></MasterNamePartGroup><MasterNamePartGroup><NamePartGroup ID="5" NamePartTypeID="1522"/></MasterNamePartGroup></NamePartGroups></Identity></Profile></DistinctParty>
<DistinctParty FixedRef="104"><Profile ID="104" PartySubTypeID="3"><Identity ID="54"/></Profile></DistinctParty>
</DistinctParties><ProfileRelationships/>
<SanctionsEntries>
<SanctionsEntry ID="1" ProfileID="101" ListID="1550"><EntryEvent ID="1" EntryEventTypeID="1" LegalBasisID="1"><Comment/><Date CalendarTypeID="1"><Year>2020</Year><Month>5</Month><Day>6</Day></Date></EntryEvent><SanctionsMeasure ID="1" SanctionsTypeID="1"><Comment>RUSSIA-EO14024</Comment></SanctionsMeasure><SanctionsMeasure ID="2" SanctionsTypeID="1705"><Comment/></SanctionsMeasure></SanctionsEntry>
<SanctionsEntry ID="2" ProfileID="102" ListID="1550"><SanctionsMeasure ID="3" SanctionsTypeID="1"><Comment>SDGT</Comment></SanctionsMeasure></SanctionsEntry>
<SanctionsEntry ID="3" ProfileID="102" ListID="91507"><SanctionsMeasure ID="4" SanctionsTypeID="1"><Comment>UKRAINE-EO13662</Comment></SanctionsMeasure></SanctionsEntry>
<SanctionsEntry ID="4" ProfileID="103" ListID="91875"/>
</SanctionsEntries></Sanctions>"""

UK_CSV = """Report Date: 04-Mar-2026
Last Updated,Unique ID,Name 6,Name 1,Name type,Alias strength,Name non-latin script,Regime Name,Designation Type,Date Designated,Nationality,Address Country,Parent company,Passport number,IMO number
01/03/2026,RUS0001,PETROV,Ivan,Primary name,,Иван Петров,Russia,Individual,28/02/2022,Russia,,,No 7712345,
01/03/2026,RUS0001,VANYA,,ALIAS,Low quality a.k.a,,Russia,Individual,28/02/2022,Russia,,,,
02/03/2026,RUS0002,DELTA LLC,,Primary Name,,,Russia,Entity,dd/mm/2022,,United Arab Emirates,Gamma Holding,,
02/03/2026,RUS0002,DELTA TRADING,,Primary Name Variation,,,Russia,Entity,dd/mm/2022,,,,,
02/03/2026,RUS0003,NEVA,,Alias,,,Russia,Ship,01/03/2022,,,,,IMO 9123456
02/03/2026,RUS0004,,,Primary Name,,,Russia,Entity,01/03/2022,,,,,
"""

UK_XML = """<?xml version="1.0" encoding="utf-8"?><Designations xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><DateGenerated>2026-03-04T09:10:11</DateGenerated>
<Designation><LastUpdated>03/03/2026</LastUpdated><DateDesignated>28/02/2022</DateDesignated><UniqueID>RUS0001</UniqueID><OFSIGroupID>13000</OFSIGroupID><UNReferenceNumber/>
<Names><Name><Name1>Ivan</Name1><Name2/><Name6>PETROV</Name6><NameType>Primary name</NameType></Name>
<Name><Name6>PETROFF</Name6><Name1>Ivan</Name1><NameType>Primary Name Variation</NameType></Name>
<Name><Name6>Vanya</Name6><NameType>ALias</NameType><AliasStrength>Low quality a.k.a</AliasStrength></Name><Name><NameType>Alias</NameType></Name></Names>
<NonLatinNames><NonLatinName><NameNonLatinScript>Иван Петров</NameNonLatinScript><NonLatinScriptType>Cyrillic</NonLatinScriptType></NonLatinName></NonLatinNames>
<Titles><Title>Mr</Title></Titles><Addresses><Address><AddressLine1>1 Road</AddressLine1><AddressCountry>Russia</AddressCountry></Address></Addresses>
<RegimeName>Russia</RegimeName><IndividualEntityShip>Individual</IndividualEntityShip><UKStatementofReasons>Reasons &lt;given&gt;.</UKStatementofReasons>
<SanctionsImposedIndicators><AssetFreeze>true</AssetFreeze></SanctionsImposedIndicators>
<IndividualDetails><Individual><DOBs><DOB>dd/mm/1960</DOB></DOBs><Nationalities><Nationality>Russia</Nationality><Nationality>Cyprus</Nationality></Nationalities>
<PassportDetails><Passport><PassportNumber>7712345</PassportNumber></Passport></PassportDetails></Individual></IndividualDetails></Designation>
<Designation><UniqueID>RUS0002</UniqueID><Names><Name><Name6>ONLY AN ALIAS LLC</Name6><NameType>Alias</NameType></Name></Names><RegimeName>Russia</RegimeName><IndividualEntityShip>Entity</IndividualEntityShip>
<EntityDetails><Entity><BusinessRegistrationNumbers><BusinessRegistrationNumber>INN 7701234567</BusinessRegistrationNumber></BusinessRegistrationNumbers><ParentCompanies><ParentCompany>Gamma Holding</ParentCompany></ParentCompanies><Subsidiaries><Subsidiary>Epsilon</Subsidiary></Subsidiaries></Entity></EntityDetails></Designation>
<Designation><UniqueID>RUS0003</UniqueID><Names><Name><Name6>NEVA</Name6><NameType>Primary Name</NameType></Name></Names><RegimeName>Russia</RegimeName><IndividualEntityShip>Ship</IndividualEntityShip>
<ShipDetails><Ship><IMONumbers><IMONumber>9123456</IMONumber></IMONumbers><CurrentBelievedFlagOfShips><CurrentBelievedFlagOfShip>Panama</CurrentBelievedFlagOfShip></CurrentBelievedFlagOfShips></Ship></ShipDetails></Designation>
<Designation><UniqueID>RUS0004</UniqueID><Names/><IndividualEntityShip>Entity</IndividualEntityShip></Designation></Designations>"""


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


def test_eu_entities_as_ugly_as_the_schema_allows(tmp_path: Path) -> None:
    found = read(tmp_path, "full.xml", EU_HARD)
    delta, ivan = found.entries.rows(named=True)
    assert (found.as_of, [str(fault) for fault in found.rejected]) == (
        date(2026, 3, 4),
        ["full.xml, row 2: entity 8 without a name"],
    )
    assert (delta["entry"], delta["kind"], delta["countries"]) == ("7", "company", ["RU", "AE"])
    assert (delta["name"], delta["aliases"], delta["weak_aliases"]) == (
        'OOO "Дельта"',
        ["Delta Works"],
        ["Delta Plant"],
    )
    assert (delta["tags"], delta["from"], delta["to"]) == (
        ["eu-fsf", "eu:PRK", "eu:UKR"],
        None,
        date(2025, 1, 2),
    )
    assert delta["identifiers"] == ["registration:ИНН 7701", "registration:INN7701"]
    assert (ivan["kind"], ivan["countries"], ivan["from"]) == ("person", [], date(2022, 2, 28))


EU_CSV_HEAD = (
    "fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_DesignationDate;Entity_Remark;"
    "Entity_SubjectType;Entity_SubjectType_ClassificationCode;Entity_Regulation_Programme;NameAlias_LastName;"
    "NameAlias_FirstName;NameAlias_MiddleName;NameAlias_WholeName;Address_City;Address_CountryIso2Code;"
    "Identification_Number;Identification_LatinNumber;Identification_TypeCode;Citizenship_CountryIso2Code"
)
EU_CSV = [
    '05/08/2026;13;EU.27.28;2003-07-07;"(UNSC 1483;\n ""old"")";P;person;IRQ;Petrov;Ivan;;Ivan Petrov;;;;;;',
    "05/08/2026;13;EU.27.28;;;P;person;IRQ;;;;Ваня;;;;;;",
    "05/08/2026;13;EU.27.28;;;P;person;IRQ;;;;;;;77 123;77123;passport;",
    "05/08/2026;13;EU.27.28;;;P;person;IRQ;;;;;;;;;;RU",
    "05/08/2026;14;EU.1.2;28/02/2022;;E;enterprise;UKR;;;;OOO Дельта;Moscow;RU;;;;",
    "05/08/2026;14;EU.1.2;;;E;enterprise;UKR;Delta;New;;;Dubai;AE;7701;;regnumber;",
    "05/08/2026;15;EU.1.3;;;E;enterprise;UKR;;;;;Dubai;00;;;;",
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_eu_consolidated_csv_joins_the_rows_of_one_party(tmp_path: Path, end: str, mark: str) -> None:
    text = mark + end.join([EU_CSV_HEAD, *EU_CSV]) + end
    (tmp_path / "full.csv").write_bytes(text.encode())
    (found,) = read_list(tmp_path / "full.csv")
    petrov, delta = found.entries.rows(named=True)
    assert (found.id, found.as_of, found.rows, found.merged) == ("eu-fsf", date(2026, 8, 5), 7, 4)
    assert [str(fault) for fault in found.rejected] == ["full.csv, row 3: entity EU.1.3 without a name"]
    assert (petrov["entry"], petrov["name"], petrov["aliases"]) == ("EU.27.28", "Ivan Petrov", ["Ваня"])
    assert (petrov["kind"], petrov["countries"], petrov["from"]) == ("person", ["RU"], date(2003, 7, 7))
    assert petrov["identifiers"] == ["passport:77 123", "passport:77123"]
    assert (delta["name"], delta["aliases"], delta["countries"]) == ("OOO Дельта", ["New Delta"], ["RU", "AE"])
    assert (delta["kind"], delta["from"], delta["tags"]) == ("company", date(2022, 2, 28), ["eu-fsf", "eu:UKR"])
    assert delta["identifiers"] == ["registration:7701"]


ENHANCED = """<?xml version="1.0" encoding="utf-8"?>
<sanctionsData xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ENHANCED_XML">
<publicationInfo><dataAsOf>2026-03-04T10:00:00</dataAsOf><filters><sanctionsLists><sanctionsList>SDN List</sanctionsList>
</sanctionsLists></filters></publicationInfo>
<referenceValues><referenceValue refId="91"><type>Country</type><value>Cuba</value></referenceValue></referenceValues>
<entities>
<entity id="36"><generalInfo><identityId>4</identityId><entityType>Entity</entityType><remarks>Old</remarks></generalInfo>
<sanctionsLists><sanctionsList refId="1" id="9" datePublished="1986-12-10">SDN List</sanctionsList>
<sanctionsList refId="2" datePublished="2014-07-16">Sectoral Sanctions Identifications List</sanctionsList></sanctionsLists>
<sanctionsPrograms><sanctionsProgram refId="7">CUBA</sanctionsProgram></sanctionsPrograms>
<names><name id="1"><isPrimary>true</isPrimary><isLowQuality>false</isLowQuality><translations>
<translation id="2"><isPrimary>false</isPrimary><script>Cyrillic</script><formattedFullName>АЭРО</formattedFullName>
</translation><translation id="1"><isPrimary>true</isPrimary><script>Latin</script>
<formattedFullName>AERO  LINES</formattedFullName></translation></translations></name>
<name id="3"><isPrimary>false</isPrimary><aliasType>A.K.A.</aliasType><isLowQuality>true</isLowQuality><translations>
<translation><script>Latin</script><nameParts><namePart><type>Entity Name</type><value>AL</value></namePart></nameParts>
</translation></translations></name></names>
<addresses><address id="5"><country refId="91">Cuba</country></address></addresses>
<features><feature><type featureTypeId="1">Nationality Country</type><valueRefId>91</valueRefId></feature>
<feature><type>Website</type><value>panama.example</value></feature></features>
<identityDocuments><identityDocument><type>Tax ID No.</type><documentNumber>12 34</documentNumber></identityDocument>
</identityDocuments></entity>
<entity id="37"><generalInfo><entityType>Vessel</entityType></generalInfo>
<names><name><isPrimary>true</isPrimary><translations><translation><script>Latin</script>
<formattedFullName>NEVA</formattedFullName></translation></translations></name></names>
<features><feature><type>Vessel Flag</type><value>Panama</value></feature></features>
<identityDocuments><identityDocument><type>Vessel Registration Identification</type>
<documentNumber>IMO 9123456</documentNumber></identityDocument></identityDocuments></entity>
<entity id="38"><generalInfo><entityType>Individual</entityType></generalInfo><names/></entity>
</entities></sanctionsData>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_sdn_enhanced_xml(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "SDN_ENHANCED.XML").write_bytes(ENHANCED.replace("utf-8", encoding[:6].rstrip("-s")).encode(encoding))
    lists = {one.id: one for one in read_list(tmp_path / "SDN_ENHANCED.XML")}
    assert sorted(lists) == ["us-sdn", "us-ssi"]
    assert sum(one.rows for one in lists.values()) == 4
    assert [str(fault) for one in lists.values() for fault in one.rejected] == [
        "SDN_ENHANCED.XML, row 3: entity 38 without a name"
    ]
    aero, neva = lists["us-sdn"].entries.rows(named=True)
    assert lists["us-sdn"].as_of == date(2026, 3, 4)
    assert (aero["entry"], aero["name"], aero["aliases"]) == ("36", "AERO LINES", ["АЭРО"])
    assert (aero["weak_aliases"], aero["kind"], aero["countries"]) == (["AL"], "company", ["CU"])
    assert (aero["from"], aero["tags"]) == (date(1986, 12, 10), ["us-sdn", "us-sdn:CUBA"])
    assert (aero["identifiers"], aero["remarks"]) == (["tax-id-no:12 34"], "Old")
    assert (neva["kind"], neva["identifiers"], neva["countries"]) == ("vessel", ["imo:9123456"], ["PA"])
    assert lists["us-ssi"].entries["from"].to_list() == [date(2014, 7, 16)]


def test_namespaces_of_another_edition_change_nothing(tmp_path: Path) -> None:
    plain = read(tmp_path, "uk.xml", UK_XML)
    other = read(tmp_path, "uk2.xml", UK_XML.replace("<Designations>", '<Designations xmlns="urn:another:edition">'))
    assert other.entries.equals(plain.entries)


def test_advanced_profiles_as_ugly_as_the_schema_allows(tmp_path: Path) -> None:
    (tmp_path / "advanced.xml").write_text(ADVANCED_HARD, encoding="utf-8")
    lists = {one.id: one for one in read_list(tmp_path / "advanced.xml")}
    assert sorted(lists) == ["us-nsmbs", "us-sdn", "us-ssi"]
    assert [str(fault) for one in lists.values() for fault in one.rejected] == [
        "advanced.xml, row 4: profile 104 without a name"
    ]
    for one in lists.values():
        assert one.rows == len(one) + one.merged + len(one.rejected)
    neva, delta = lists["us-sdn"].entries.rows(named=True)
    assert (neva["name"], neva["kind"], neva["identifiers"], neva["from"]) == (
        "NEVA",
        "vessel",
        ["imo:9123456"],
        date(2020, 5, 6),
    )
    assert (delta["name"], delta["aliases"], delta["weak_aliases"]) == ("DELTA WORKS", ["DELTA OLD", "ДЕЛЬТА"], ["DW"])
    assert (delta["kind"], delta["countries"], delta["identifiers"]) == (
        "company",
        ["IR", "RU", "MM"],
        ["tax-id-no:7701234567"],
    )
    assert lists["us-ssi"].entries["name"].to_list() == ["DELTA WORKS"]
    assert "us-ssi:UKRAINE-EO13662" in lists["us-ssi"].entries["tags"][0].to_list()
    (doe,) = lists["us-nsmbs"].entries.rows(named=True)
    assert (doe["name"], doe["kind"]) == ("DOE, John Q.", "person")


def test_uk_list_joins_the_rows_of_one_party(tmp_path: Path) -> None:
    found = read(tmp_path, "UK-Sanctions-List.csv", UK_CSV)
    petrov, delta, neva = found.entries.rows(named=True)
    assert (found.as_of, found.rows, found.merged, len(found.rejected)) == (date(2026, 3, 2), 6, 2, 1)
    assert (petrov["name"], petrov["aliases"], petrov["weak_aliases"]) == ("Ivan PETROV", ["Иван Петров"], ["VANYA"])
    assert petrov["identifiers"] == ["passport:7712345"]
    assert (delta["kind"], delta["countries"], delta["from"]) == ("company", ["AE"], None)
    assert (delta["aliases"], delta["remarks"]) == (["DELTA TRADING"], "parent: Gamma Holding")
    assert (neva["kind"], neva["identifiers"]) == ("vessel", ["imo:9123456"])


def test_uk_xml(tmp_path: Path) -> None:
    found = read(tmp_path, "UK-Sanctions-List.xml", UK_XML)
    petrov, alias, neva = found.entries.rows(named=True)
    assert (found.as_of, petrov["name"], petrov["kind"]) == (date(2026, 3, 4), "Ivan PETROV", "person")
    assert petrov["aliases"] == ["Ivan PETROFF", "Иван Петров"]
    assert (petrov["weak_aliases"], petrov["countries"]) == (["Vanya"], ["RU", "CY"])
    assert (petrov["identifiers"], petrov["remarks"]) == (["passport:7712345"], "Reasons <given>.")
    assert (alias["name"], alias["identifiers"]) == ("ONLY AN ALIAS LLC", ["registration:7701234567"])
    assert alias["remarks"] == "parent: Gamma Holding; subsidiaries: Epsilon"
    assert (neva["kind"], neva["identifiers"], neva["countries"]) == ("vessel", ["imo:9123456"], ["PA"])
    assert [str(fault) for fault in found.rejected] == ["UK-Sanctions-List.xml, row 4: party RUS0004 without a name"]


def test_followthemoney_goes_out_and_comes_back(tmp_path: Path) -> None:
    (first,) = (one for one in _lists(tmp_path, "advanced.xml", ADVANCED_HARD) if one.id == "us-sdn")
    export(first, tmp_path / "us-sdn.json")
    text = (tmp_path / "us-sdn.json").read_text(encoding="utf-8")
    entities = [json.loads(line) for line in text.splitlines()]
    assert [one["schema"] for one in entities] == ["Vessel", "Sanction", "Company", "Sanction"]
    assert entities[0]["properties"]["imoNumber"] == ["9123456"]
    passport = {"id": "p1", "schema": "Passport", "properties": {"number": ["1"]}}
    nameless = {"id": "p2", "schema": "Company", "properties": {}}
    back = read(tmp_path, "us-sdn.json", f"{text}{json.dumps(passport)}\n{json.dumps(nameless)}\n")
    assert back.entries.drop("remarks").rows() == first.entries.drop("remarks").rows()
    assert (back.merged, len(back.rejected)) == (3, 1)


def test_a_file_that_is_no_followthemoney_is_refused_by_its_line(tmp_path: Path) -> None:
    line = json.dumps({"id": "x", "schema": "Company", "properties": {"name": ["X"]}})
    (tmp_path / "cut.json").write_text(f"{line}\n{line[:30]}", encoding="utf-8")
    with pytest.raises(InputError, match="line 2 is no followthemoney entity"):
        read_list(tmp_path / "cut.json")


def _lists(folder: Path, name: str, text: str) -> list[PartyList]:
    (folder / name).write_text(text, encoding="utf-8")
    return read_list(folder / name)
