"""Names of another language in Chinese text, whose two parts a dot joins (买买提·吐尔逊). Pure.

The dot says that there is a name, and where one part ends and the other begins; not where the name itself does. As far
as the characters are such as transcribe names, it is taken to go on: each that is left out counts against it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from archive.linking.names.correspondences import spellings
from archive.linking.names.search import SWAPPED, NameIndex

SHORTEST, LONGEST = 2, 8
"""Characters of one part."""

SHORTER = 2
"""Characters that transcribe names of which a part may do without, beside the name."""

PART_FLOOR, NAME_FLOOR = 0.5, 0.7
"""Nearness that each part needs to one of a name, and both together to the name; of true ones 97 in 100 have it."""

ANY_CHARACTER = 0.85
"""Nearness at most of characters that do not transcribe names: as of homophones."""

LEFT_OUT = 0.12
"""Taken off for each character that transcribes names and is left out, or is taken in and does not."""

DOT = re.compile("[·•・]")
_TRANSCRIBES = frozenset(
    "阿艾埃爱安昂奥敖巴拜班邦包保贝本比毕别滨宾波伯博卜不布部察昌茨次达代戴丹德登邓迪底蒂丁东都杜敦多额恩尔耳二法凡范"
    "芳菲费芬丰佛夫弗福甫尕嘎噶盖甘刚岗高戈格葛根贡古谷瓜关圭郭果哈海罕汗翰杭豪合何荷赫黑亨红洪胡虎华怀黄辉霍基吉及加"
    "佳嘉贾简江焦杰金津京景久居君卡喀凯坎康考科克肯孔库夸宽昆阔拉来莱兰郎朗劳勒雷冷黎里理力历立丽利莲连良烈林琳玲留龙"
    "卢鲁露吕伦罗洛麻马玛买迈麦满曼芒毛茂梅门蒙孟米密蜜敏明莫默姆木穆那娜纳乃南瑙内嫩尼妮宁纽农努诺欧帕派潘庞培佩彭皮"
    "平坡珀朴普奇齐其契恰强乔切钦青琼丘曲冉热然仁日荣肉如茹瑞若萨塞赛桑瑟森沙莎山珊尚绍舍申什沈生胜圣施诗石史舒帅舜顺"
    "斯丝思松苏素孙索塔台太泰坦唐汤陶特腾提替铁廷通图土吐托瓦外湾完万旺威维韦温文翁沃渥乌吾伍武西希锡喜夏香肖晓歇谢辛"
    "欣新兴雄休秀许轩雪逊亚延扬阳杨耀耶叶伊依易意音银尹英永尤余玉宇郁元云扎再赞泽增翟詹张章长哲者珍真郑芝治智忠朱珠竹"
    "准卓孜兹子宗祖尊佐开屯楚春坚"
)
"""Characters that write the sounds of names, as China's registries and newspapers do; without such as stand beside a
name for a word of their own (于, 年, 哥)."""


def dotted(text: str, places: Sequence[int], index: NameIndex) -> Iterator[tuple[int, int, dict[int, float]]]:
    """For each dot of a run of Han, whose characters stand at `places`, the name around it: span, entries, nearness."""
    for after, (one, other) in enumerate(pairwise(places), start=1):
        if other - one > 1:
            first, begin = _part(text, places[max(0, after - LONGEST) : after][::-1], index)
            second, last = _part(text, places[after : after + LONGEST], index)
            if scores := index.of_pair(first, second, NAME_FLOOR, swapped=SWAPPED):
                yield begin, last + 1, scores


def off(text: str, start: int, end: int) -> float | None:
    """What is taken off a span that was heard in another way, for what it leaves out of a dotted name.

    None for what ends or begins at a dot: it is one part of such a name, and nobody's whole name.
    """
    before, after = text[max(0, start - SHORTER) : start][::-1], text[end : end + SHORTER]
    if DOT.match(before) or DOT.match(after):
        return None
    left = sum(len(list(takewhile(_TRANSCRIBES.__contains__, side))) for side in (before, after))
    return LEFT_OUT * left if DOT.search(text, start, end) else 0.0


def _part(text: str, places: Sequence[int], index: NameIndex) -> tuple[dict[int, float], int]:
    """What the characters beside a dot, the nearest first, are like of the register's; and the last of the likeliest.

    Where they do not transcribe names, as a recogniser writes any character of a sound, any number may be the part.
    """
    run = next((n for n, place in enumerate(places) if text[place] not in _TRANSCRIBES), len(places))
    least, most = (max(SHORTEST, run - SHORTER), run + 1) if run >= SHORTEST else (SHORTEST, LONGEST)
    found: dict[int, float] = {}
    best, edge = 0.0, places[0]
    for many in range(least, min(most, len(places)) + 1):
        word = "".join(text[place] for place in sorted(places[:many]))
        for token, nearness in index.heard(spellings(word)[0], PART_FLOOR).items():
            score = nearness - LEFT_OUT * abs(run - many) if run >= SHORTEST else min(nearness, ANY_CHARACTER)
            found[token] = max(score, found.get(token, 0.0))
            if score >= best:
                best, edge = score, places[many - 1]
    return found, edge
