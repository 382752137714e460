"""Units of persons' names: titles left out, particles and patronymics light, given names known by their variants."""

from __future__ import annotations

import re

from lotgate.parties.names.characters import ARABIC, CHINESE_RUNS, HANGUL_RUNS, arabic_units, run_unit
from lotgate.parties.names.glossary import glossary, word_weight
from lotgate.parties.names.scripts import fold, has_cjk, pinyin_syllables, simplified
from lotgate.parties.names.units import Unit

__all__ = ["person_units"]


_TITLES_TEXT = (
    "mr mrs ms miss dr doctor prof professor sir general gen colonel col major maj captain capt lieutenant lt "
    "admiral sheikh shaykh shaikh sheik hajji haji hadji haj hajj mullah maulavi mawlawi maulvi sayyid sayed "
    "ayatollah imam qari jr sr ii iii phd eng engineer brigadier commander comandante licenciado lic don dona"
)
_TITLES = frozenset(_TITLES_TEXT.split())
_PARTICLES_TEXT = (
    "al el ul ur ad ar as ash az an at ed bin ben ibn bint abu abou umm um van von der den de da do dos di du "
    "la le del dela della y e und oglu ogly kyzy qizi zade ou ol"
)
_PARTICLES = frozenset(_PARTICLES_TEXT.split())

_PATRONYMICS_TEXT = (
    "ovich ovicsh ovith ovitsh evich evicsh evith evitsh ovna evna ichna ovych evych ivna avich auna euna avna ovic"
)
_PATRONYMICS = tuple(_PATRONYMICS_TEXT.split())


def _person_weight(token: str) -> float:
    if token in _PARTICLES:
        return 0.1
    if len(token) == 1:
        return 0.3
    if token.endswith(_PATRONYMICS):
        return 0.5
    return max(0.6, word_weight(token))


_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦"
    "向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜肖詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华"
    "车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽"
)


def _han_person_units(run: str) -> list[Unit]:
    """Units of a person's name in Chinese characters: a known given name, else surname and given name."""
    known = glossary().given_han.get(run)
    if known:
        return [
            Unit("".join(pinyin_syllables(run)), "word", 0.8, frozenset([f"name {known}"]), run, pinyin_syllables(run))
        ]
    if 2 <= len(run) <= 3 and run[0] in _SURNAMES:
        return [run_unit(run[:1]), run_unit(run[1:])]
    return [run_unit(run)]


def person_units(text: str) -> list[Unit]:
    units: list[Unit] = []
    # Korean writes a name without blanks, and every syllable of it may stand alone in Latin letters.
    for run in HANGUL_RUNS.findall(text):
        units += [Unit(fold(syllable), "word", 0.7, writing="hangul") for syllable in run]
    text = HANGUL_RUNS.sub(" ", text)
    if ARABIC.search(text):
        units += arabic_units(text, person=True)
        text = re.sub(r"[\u0600-\u06ff]+", " ", text)
    for part in re.split(r"[·・‧•=＝]", text) if has_cjk(text) else [text]:
        rest = part
        if has_cjk(part):
            for run in CHINESE_RUNS.findall(simplified(part)):
                units += _han_person_units(run)
            rest = CHINESE_RUNS.sub(" ", simplified(part))
        for token in fold(rest).split():
            if token in _TITLES:
                continue
            given = glossary().given_name(token)
            concepts = frozenset([f"name {given}"]) if given else frozenset()
            units.append(Unit(token, "word", _person_weight(token), concepts))
    return units
