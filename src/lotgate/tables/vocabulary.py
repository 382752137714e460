"""The closed lists a workspace cell may draw on: countries, currencies, units, chemical elements.

Written out here, because what a cell may hold has to be the same on every machine. Words of our own tables
(end uses, stages, kinds) stand in schema.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from rapidfuzz import process
from rapidfuzz.distance import OSA

__all__ = [
    "COUNTRIES",
    "COUNTRY_HINTS",
    "CURRENCIES",
    "CURRENCY_HINTS",
    "ELEMENTS",
    "PIECE",
    "UNITS",
    "UNIT_HINTS",
    "Unit",
    "convert",
    "nearest",
]

# ISO 3166-1 alpha-2: the 249 codes officially assigned, without user-assigned (XK) and reserved ones (UK, EU).
_COUNTRIES = """
AD Andorra 安道尔|AE United Arab Emirates 阿联酋|AF Afghanistan 阿富汗|AG Antigua and Barbuda 安提瓜和巴布达
AI Anguilla 安圭拉|AL Albania 阿尔巴尼亚|AM Armenia 亚美尼亚|AO Angola 安哥拉|AQ Antarctica 南极洲
AR Argentina 阿根廷|AS American Samoa 美属萨摩亚|AT Austria 奥地利|AU Australia 澳大利亚|AW Aruba 阿鲁巴
AX Åland Islands 奥兰群岛|AZ Azerbaijan 阿塞拜疆|BA Bosnia and Herzegovina 波黑|BB Barbados 巴巴多斯
BD Bangladesh 孟加拉国|BE Belgium 比利时|BF Burkina Faso 布基纳法索|BG Bulgaria 保加利亚|BH Bahrain 巴林
BI Burundi 布隆迪|BJ Benin 贝宁|BL Saint Barthélemy 圣巴泰勒米|BM Bermuda 百慕大|BN Brunei 文莱
BO Bolivia 玻利维亚|BQ Bonaire, Sint Eustatius and Saba 荷兰加勒比区|BR Brazil 巴西|BS Bahamas 巴哈马
BT Bhutan 不丹|BV Bouvet Island 布韦岛|BW Botswana 博茨瓦纳|BY Belarus 白俄罗斯|BZ Belize 伯利兹
CA Canada 加拿大|CC Cocos (Keeling) Islands 科科斯群岛|CD Democratic Republic of the Congo 刚果（金）
CF Central African Republic 中非|CG Congo 刚果（布）|CH Switzerland 瑞士|CI Côte d'Ivoire 科特迪瓦
CK Cook Islands 库克群岛|CL Chile 智利|CM Cameroon 喀麦隆|CN China 中国|CO Colombia 哥伦比亚
CR Costa Rica 哥斯达黎加|CU Cuba 古巴|CV Cabo Verde 佛得角|CW Curaçao 库拉索|CX Christmas Island 圣诞岛
CY Cyprus 塞浦路斯|CZ Czechia 捷克|DE Germany 德国|DJ Djibouti 吉布提|DK Denmark 丹麦|DM Dominica 多米尼克
DO Dominican Republic 多米尼加|DZ Algeria 阿尔及利亚|EC Ecuador 厄瓜多尔|EE Estonia 爱沙尼亚|EG Egypt 埃及
EH Western Sahara 西撒哈拉|ER Eritrea 厄立特里亚|ES Spain 西班牙|ET Ethiopia 埃塞俄比亚|FI Finland 芬兰
FJ Fiji 斐济|FK Falkland Islands (Malvinas) 福克兰群岛（马尔维纳斯）|FM Micronesia 密克罗尼西亚
FO Faroe Islands 法罗群岛|FR France 法国|GA Gabon 加蓬|GB United Kingdom 英国|GD Grenada 格林纳达
GE Georgia 格鲁吉亚|GF French Guiana 法属圭亚那|GG Guernsey 根西|GH Ghana 加纳|GI Gibraltar 直布罗陀
GL Greenland 格陵兰|GM Gambia 冈比亚|GN Guinea 几内亚|GP Guadeloupe 瓜德罗普|GQ Equatorial Guinea 赤道几内亚
GR Greece 希腊|GS South Georgia and the South Sandwich Islands 南乔治亚和南桑威奇群岛|GT Guatemala 危地马拉
GU Guam 关岛|GW Guinea-Bissau 几内亚比绍|GY Guyana 圭亚那|HK Hong Kong 香港
HM Heard Island and McDonald Islands 赫德岛和麦克唐纳群岛|HN Honduras 洪都拉斯|HR Croatia 克罗地亚|HT Haiti 海地
HU Hungary 匈牙利|ID Indonesia 印度尼西亚|IE Ireland 爱尔兰|IL Israel 以色列|IM Isle of Man 马恩岛|IN India 印度
IO British Indian Ocean Territory 英属印度洋领地|IQ Iraq 伊拉克|IR Iran 伊朗|IS Iceland 冰岛|IT Italy 意大利
JE Jersey 泽西|JM Jamaica 牙买加|JO Jordan 约旦|JP Japan 日本|KE Kenya 肯尼亚|KG Kyrgyzstan 吉尔吉斯斯坦
KH Cambodia 柬埔寨|KI Kiribati 基里巴斯|KM Comoros 科摩罗|KN Saint Kitts and Nevis 圣基茨和尼维斯
KP North Korea 朝鲜|KR South Korea 韩国|KW Kuwait 科威特|KY Cayman Islands 开曼群岛|KZ Kazakhstan 哈萨克斯坦
LA Laos 老挝|LB Lebanon 黎巴嫩|LC Saint Lucia 圣卢西亚|LI Liechtenstein 列支敦士登|LK Sri Lanka 斯里兰卡
LR Liberia 利比里亚|LS Lesotho 莱索托|LT Lithuania 立陶宛|LU Luxembourg 卢森堡|LV Latvia 拉脱维亚
LY Libya 利比亚|MA Morocco 摩洛哥|MC Monaco 摩纳哥|MD Moldova 摩尔多瓦|ME Montenegro 黑山
MF Saint Martin (French part) 法属圣马丁|MG Madagascar 马达加斯加|MH Marshall Islands 马绍尔群岛
MK North Macedonia 北马其顿|ML Mali 马里|MM Myanmar 缅甸|MN Mongolia 蒙古|MO Macao 澳门
MP Northern Mariana Islands 北马里亚纳群岛|MQ Martinique 马提尼克|MR Mauritania 毛里塔尼亚
MS Montserrat 蒙特塞拉特|MT Malta 马耳他|MU Mauritius 毛里求斯|MV Maldives 马尔代夫|MW Malawi 马拉维
MX Mexico 墨西哥|MY Malaysia 马来西亚|MZ Mozambique 莫桑比克|NA Namibia 纳米比亚|NC New Caledonia 新喀里多尼亚
NE Niger 尼日尔|NF Norfolk Island 诺福克岛|NG Nigeria 尼日利亚|NI Nicaragua 尼加拉瓜|NL Netherlands 荷兰
NO Norway 挪威|NP Nepal 尼泊尔|NR Nauru 瑙鲁|NU Niue 纽埃|NZ New Zealand 新西兰|OM Oman 阿曼|PA Panama 巴拿马
PE Peru 秘鲁|PF French Polynesia 法属波利尼西亚|PG Papua New Guinea 巴布亚新几内亚|PH Philippines 菲律宾
PK Pakistan 巴基斯坦|PL Poland 波兰|PM Saint Pierre and Miquelon 圣皮埃尔和密克隆|PN Pitcairn 皮特凯恩
PR Puerto Rico 波多黎各|PS Palestine 巴勒斯坦|PT Portugal 葡萄牙|PW Palau 帕劳|PY Paraguay 巴拉圭
QA Qatar 卡塔尔|RE Réunion 留尼汪|RO Romania 罗马尼亚|RS Serbia 塞尔维亚|RU Russia 俄罗斯|RW Rwanda 卢旺达
SA Saudi Arabia 沙特阿拉伯|SB Solomon Islands 所罗门群岛|SC Seychelles 塞舌尔|SD Sudan 苏丹|SE Sweden 瑞典
SG Singapore 新加坡|SH Saint Helena, Ascension and Tristan da Cunha 圣赫勒拿、阿森松和特里斯坦-达库尼亚
SI Slovenia 斯洛文尼亚|SJ Svalbard and Jan Mayen 斯瓦尔巴和扬马延|SK Slovakia 斯洛伐克|SL Sierra Leone 塞拉利昂
SM San Marino 圣马力诺|SN Senegal 塞内加尔|SO Somalia 索马里|SR Suriname 苏里南|SS South Sudan 南苏丹
ST São Tomé and Príncipe 圣多美和普林西比|SV El Salvador 萨尔瓦多|SX Sint Maarten (Dutch part) 荷属圣马丁
SY Syria 叙利亚|SZ Eswatini 斯威士兰|TC Turks and Caicos Islands 特克斯和凯科斯群岛|TD Chad 乍得
TF French Southern Territories 法属南部领地|TG Togo 多哥|TH Thailand 泰国|TJ Tajikistan 塔吉克斯坦
TK Tokelau 托克劳|TL Timor-Leste 东帝汶|TM Turkmenistan 土库曼斯坦|TN Tunisia 突尼斯|TO Tonga 汤加
TR Türkiye 土耳其|TT Trinidad and Tobago 特立尼达和多巴哥|TV Tuvalu 图瓦卢|TW Taiwan 台湾|TZ Tanzania 坦桑尼亚
UA Ukraine 乌克兰|UG Uganda 乌干达|UM United States Minor Outlying Islands 美国本土外小岛屿
US United States 美国|UY Uruguay 乌拉圭|UZ Uzbekistan 乌兹别克斯坦|VA Holy See 梵蒂冈
VC Saint Vincent and the Grenadines 圣文森特和格林纳丁斯|VE Venezuela 委内瑞拉
VG British Virgin Islands 英属维尔京群岛|VI United States Virgin Islands 美属维尔京群岛|VN Viet Nam 越南
VU Vanuatu 瓦努阿图|WF Wallis and Futuna 瓦利斯和富图纳|WS Samoa 萨摩亚|YE Yemen 也门|YT Mayotte 马约特
ZA South Africa 南非|ZM Zambia 赞比亚|ZW Zimbabwe 津巴布韦
"""


def _countries() -> dict[str, tuple[str, str]]:
    entries = _COUNTRIES.strip().replace("\n", "|").split("|")
    return {entry[:2]: (entry[3:].rpartition(" ")[0], entry.rpartition(" ")[2]) for entry in entries}


COUNTRIES: dict[str, tuple[str, str]] = _countries()
"""Code -> (English name, Chinese name)."""

# What people write instead of the alpha-2 code, so that the fault can name the right one. Never accepted silently.
COUNTRY_HINTS: dict[str, str] = {
    "UK": "GB", "EL": "GR", "USA": "US", "GBR": "GB", "CHN": "CN", "PRC": "CN", "ROC": "TW", "TWN": "TW",
    "HKG": "HK", "MAC": "MO", "JPN": "JP", "KOR": "KR", "PRK": "KP", "DEU": "DE", "GER": "DE", "FRA": "FR",
    "NLD": "NL", "NED": "NL", "HOLLAND": "NL", "ITA": "IT", "ESP": "ES", "BEL": "BE", "POL": "PL", "SWE": "SE",
    "CHE": "CH", "AUT": "AT", "IND": "IN", "AUS": "AU", "CAN": "CA", "MEX": "MX", "BRA": "BR", "SGP": "SG",
    "MYS": "MY", "VNM": "VN", "VIETNAM": "VN", "THA": "TH", "IDN": "ID", "RUS": "RU", "UKR": "UA", "TUR": "TR",
    "TURKEY": "TR", "IRN": "IR", "ISR": "IL", "ARE": "AE", "UAE": "AE", "SAU": "SA", "KOREA": "KR", "MACAU": "MO",
    "BURMA": "MM", "ENGLAND": "GB", "UNITED STATES OF AMERICA": "US", "RUSSIAN FEDERATION": "RU", "NORWAY": "NO",
    "FALSE": "NO",
}  # fmt: skip
COUNTRY_HINTS |= {name.upper(): code for code, names in COUNTRIES.items() for name in names}

# ISO 4217, active alphabetic codes without funds and metals, which price no goods. The last row holds currencies
# withdrawn while laws known here were already in force (kuna 2023, guilder 2025, lev 2026).
_CURRENCIES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
    CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
    IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
    MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV
    WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    HRK ANG BGN
"""
CURRENCIES: frozenset[str] = frozenset(_CURRENCIES.split())

CURRENCY_HINTS: dict[str, str] = {
    "RMB": "CNY", "CNH": "CNY", "NTD": "TWD", "US$": "USD", "$": "USD", "EURO": "EUR", "€": "EUR", "£": "GBP",
    "YEN": "JPY", "WON": "KRW", "元": "CNY", "人民币": "CNY", "美元": "USD", "欧元": "EUR", "日元": "JPY",
}  # fmt: skip

_ELEMENTS = """
    H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo
    Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl
    Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og
"""
ELEMENTS: tuple[str, ...] = tuple(_ELEMENTS.split())


@dataclass(frozen=True)
class Unit:
    """A UN/ECE Recommendation 20 unit: its dimension, and how many base units of that dimension one of it is."""

    code: str
    dimension: str
    factor: Fraction
    en: str
    zh: str


# dimension: code factor English Chinese. Factors are exact by definition (pound 0.45359237 kg, inch 0.0254 m).
_UNITS = {
    "mass": """KGM 1 kilogram 千克|GRM 1/1000 gram 克|MGM 1/1000000 milligram 毫克
        MC 1/1000000000 microgram 微克|CGM 1/100000 centigram 厘克|DJ 1/100 decagram 十克
        HGM 1/10 hectogram 百克|DTN 100 decitonne 公担|TNE 1000 tonne 吨|2U 1000 megagram 兆克
        KTN 1000000 kilotonne 千吨|CTM 0.0002 metric_carat 克拉|GRN 0.00006479891 grain 格令
        LBR 0.45359237 pound 磅|ONZ 0.028349523125 ounce 盎司|APZ 0.0311034768 troy_ounce 金衡盎司
        STI 6.35029318 stone 英石|CWA 45.359237 hundredweight_(US) 美担|CWI 50.80234544 hundredweight_(UK) 英担
        STN 907.18474 short_ton 短吨|LTN 1016.0469088 long_ton 长吨""",
    "count": """C62 1 one 个|H87 1 piece 件|EA 1 each 只|NAR 1 articles 物品数|PR 2 pair 双|NPR 2 pairs 对
        TPR 20 ten_pairs 十双|DZN 12 dozen 打|DPR 24 dozen_pairs 打双|GRO 144 gross 罗|CEN 100 hundred 百个
        HC 100 hundred_count 百件|MIL 1000 thousand 千个|T3 1000 thousand_pieces 千件|MIO 1000000 million 百万个
        MLD 1000000000 milliard 十亿个""",
    "length": """MTR 1 metre 米|DMT 1/10 decimetre 分米|CMT 1/100 centimetre 厘米|MMT 1/1000 millimetre 毫米
        4H 1/1000000 micrometre 微米|C45 1/1000000000 nanometre 纳米|A11 1/10000000000 ångström 埃
        A45 10 decametre 十米|HMT 100 hectometre 百米|KMT 1000 kilometre 千米|INH 0.0254 inch 英寸
        FOT 0.3048 foot 英尺|YRD 0.9144 yard 码|SMI 1609.344 mile 英里|NMI 1852 nautical_mile 海里""",
    "area": """MTK 1 square_metre 平方米|DMK 1/100 square_decimetre 平方分米
        CMK 1/10000 square_centimetre 平方厘米|MMK 1/1000000 square_millimetre 平方毫米
        KMK 1000000 square_kilometre 平方千米|ARE 100 are 公亩|HAR 10000 hectare 公顷
        INK 0.00064516 square_inch 平方英寸|FTK 0.09290304 square_foot 平方英尺
        YDK 0.83612736 square_yard 平方码|ACR 4046.8564224 acre 英亩|MIK 2589988.110336 square_mile 平方英里""",
    "volume": """MTQ 1 cubic_metre 立方米|DMQ 1/1000 cubic_decimetre 立方分米
        CMQ 1/1000000 cubic_centimetre 立方厘米|MMQ 1/1000000000 cubic_millimetre 立方毫米|LTR 1/1000 litre 升
        DLT 1/10000 decilitre 分升|CLT 1/100000 centilitre 厘升|MLT 1/1000000 millilitre 毫升
        4G 1/1000000000 microlitre 微升|A44 1/100 decalitre 十升|HLT 1/10 hectolitre 百升|K6 1 kilolitre 千升
        MAL 1000 megalitre 兆升|INQ 0.000016387064 cubic_inch 立方英寸|FTQ 0.028316846592 cubic_foot 立方英尺
        YDQ 0.764554857984 cubic_yard 立方码|GLL 0.003785411784 gallon_(US) 美制加仑
        GLI 0.00454609 gallon_(UK) 英制加仑|QTL 0.000946352946 liquid_quart_(US) 美制液体夸脱
        PTL 0.000473176473 liquid_pint_(US) 美制液体品脱|OZA 0.0000295735295625 fluid_ounce_(US) 美制液体盎司
        OZI 0.0000284130625 fluid_ounce_(UK) 英制液体盎司|BLL 0.158987294928 barrel_(US) 美制桶""",
    "energy": """JOU 1 joule 焦耳|KJO 1000 kilojoule 千焦|3B 1000000 megajoule 兆焦|GV 1000000000 gigajoule 吉焦
        D30 1000000000000 terajoule 太焦|C68 1000000000000000 petajoule 拍焦|WHR 3600 watt_hour 瓦时
        KWH 3600000 kilowatt_hour 千瓦时|MWH 3600000000 megawatt_hour 兆瓦时
        GWH 3600000000000 gigawatt_hour 吉瓦时|D32 3600000000000000 terawatt_hour 太瓦时
        BTU 1055.05585262 British_thermal_unit 英热单位|D70 4.1868 calorie 卡|E14 4186.8 kilocalorie 千卡""",
    "power": "WTT 1 watt 瓦|KWT 1000 kilowatt 千瓦|MAW 1000000 megawatt 兆瓦|A90 1000000000 gigawatt 吉瓦",
    "time": "SEC 1 second 秒|MIN 60 minute 分钟|HUR 3600 hour 小时|DAY 86400 day 天|WEE 604800 week 周",
    "calendar": "MON 1 month 月|ANN 12 year 年",  # months have no fixed number of days, so they are a dimension apart
    "information": """A99 1 bit 比特|AD 8 byte 字节|2P 8000 kilobyte 千字节|4L 8000000 megabyte 兆字节
        E34 8000000000 gigabyte 吉字节|E35 8000000000000 terabyte 太字节|E36 8000000000000000 petabyte 拍字节""",
    "amount": "C34 1 mole 摩尔|C18 1/1000 millimole 毫摩尔|B45 1000 kilomole 千摩尔",
    "activity": """BQL 1 becquerel 贝可|2Q 1000 kilobecquerel 千贝可|4N 1000000 megabecquerel 兆贝可
        GBQ 1000000000 gigabecquerel 吉贝可|CUR 37000000000 curie 居里""",
    "set": "SET 1 set 套",  # a set holds no stated number of pieces
    "kit": "KT 1 kit 组",
}


def _units() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for dimension, block in _UNITS.items():
        for entry in block.replace("\n", "|").split("|"):
            code, factor, en, zh = entry.split()
            units[code] = Unit(code, dimension, Fraction(factor), en.replace("_", " "), zh)
    return units


UNITS: dict[str, Unit] = _units()

PIECE = "C62"
"""What a price is for where no unit is given."""

UNIT_HINTS: dict[str, str] = {
    "KG": "KGM", "KGS": "KGM", "KILO": "KGM", "G": "GRM", "GR": "GRM", "MG": "MGM", "T": "TNE", "TON": "TNE",
    "TONS": "TNE", "MT": "TNE", "LB": "LBR", "LBS": "LBR", "OZ": "ONZ", "PC": "H87", "PCS": "H87", "PCE": "H87",
    "UNIT": "C62", "UNITS": "C62",
    "M": "MTR", "CM": "CMT", "MM": "MMT", "KM": "KMT", "UM": "4H", "NM": "C45", "M2": "MTK", "M3": "MTQ", "L": "LTR",
    "ML": "MLT", "W": "WTT", "KW": "KWT", "J": "JOU", "H": "HUR", "S": "SEC", "公斤": "KGM", "GB": "E34", "TB": "E35",
}  # fmt: skip
UNIT_HINTS |= {name.upper(): unit.code for unit in reversed(UNITS.values()) for name in (unit.en, unit.zh)}


def convert(quantity: Fraction | int, from_unit: str, to_unit: str) -> Fraction:
    """The exact quantity in `to_unit`; ValueError for an unknown unit or for units of two dimensions."""
    for code in (from_unit, to_unit):
        if code not in UNITS:
            hint = UNIT_HINTS.get(code.upper())
            known = f"; nearest {hint}" if hint else ""
            raise ValueError(f"{code!r} is not a unit of UN/ECE Rec 20 known here{known}")
    source, target = UNITS[from_unit], UNITS[to_unit]
    if source.dimension != target.dimension:
        raise ValueError(f"{from_unit} is a unit of {source.dimension}, {to_unit} of {target.dimension}")
    return Fraction(quantity) * source.factor / target.factor


def nearest(word: str, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """The known word most like `word`, letter case aside; None if nothing is at least `cutoff` (0..1) alike."""
    lowered = {entry.lower(): entry for entry in known}
    found = process.extractOne(
        word.lower()[:100], sorted(lowered), scorer=OSA.normalized_similarity, score_cutoff=cutoff
    )
    return lowered[found[0]] if found else None
