"""Words for relatives, a table a language. Only what the authors are sure of; a language is added by adding words here.

English, Russian and Chinese say whose relative it is with a word before (`my`, `его`, `我的`); the others with the
word's ending, added here: a speaker's own (`інім`, `kardeşim`, `أخي`) and somebody else's (`інісі`, `kardeşi`, `أخوه`).
"""

from collections.abc import Mapping

KINDS = {
    "father": ("lineal", "m"), "mother": ("lineal", "f"), "son": ("lineal", "m"), "daughter": ("lineal", "f"),
    "brother": ("sibling", "m"), "sister": ("sibling", "f"), "husband": ("spouse", "m"), "wife": ("spouse", "f"),
    "uncle": ("collateral", "m"), "aunt": ("collateral", "f"), "nephew": ("collateral", "m"),
    "niece": ("collateral", "f"), "cousin": ("cousin", None), "grandfather": ("grand", "m"),
    "grandmother": ("grand", "f"), "grandson": ("grand", "m"), "granddaughter": ("grand", "f"),
    "in-law": ("in-law", None), "relative": ("relative", None),
}  # fmt: skip
"""Each kind with the class in which it and its counterpart meet (who has a brother may be a sister), and the sex."""


def _table(lines: str) -> dict[str, str]:
    """Words to kinds, from lines of `kind: words`."""
    rows = (line.split(":") for line in lines.strip().splitlines())
    return {word: kind.strip() for kind, words in rows for word in words.split()}


ENGLISH = _table("""
    father: father dad daddy papa
    mother: mother mom mum mama
    son: son sons
    daughter: daughter daughters
    brother: brother brothers
    sister: sister sisters
    husband: husband
    wife: wife
    uncle: uncle uncles
    aunt: aunt aunts auntie
    nephew: nephew nephews
    niece: niece nieces
    cousin: cousin cousins
    grandfather: grandfather grandpa
    grandmother: grandmother grandma
    grandson: grandson
    granddaughter: granddaughter
    in-law: son-in-law daughter-in-law father-in-law mother-in-law brother-in-law sister-in-law in-law in-laws
    relative: relative relatives fiance fiancé fiancee fiancée kin
""")
RUSSIAN = _table("""
    father: отец отца отцу отцом отце папа папу папы
    mother: мать матери матерью мама маму мамы
    son: сын сына сыну сыном сыне
    daughter: дочь дочери дочерью дочка дочку
    brother: брат брата брату братом брате братишка братишку
    sister: сестра сестры сестре сестру сестрой сестрёнка сестренка
    husband: муж мужа мужу мужем муже супруг супруга супругу
    wife: жена жены жене жену женой
    uncle: дядя дяди дяде дядю дядей
    aunt: тётя тетя тёти тети тёте тете тётю тетю тётей тетей
    nephew: племянник племянника племяннику племянником
    niece: племянница племянницы племянницу племяннице
    cousin: кузен кузена кузина кузину
    grandfather: дед деда дедушка дедушку дедушки
    grandmother: бабушка бабушку бабушки
    grandson: внук внука внуку
    granddaughter: внучка внучку внучки
    in-law: зять зятя тесть тестя свёкор свекор свекровь невестка невестку тёща теща
    relative: родственник родственника родственница родственницу
""")
KAZAKH = _table("""
    father: әке
    mother: ана шеше
    son: ұл
    daughter: қыз
    brother: аға іні бауыр көке
    sister: апа әпке қарындас сіңлі апай
    husband: күйеу жолдас
    wife: әйел жұбай
    nephew: жиен
    cousin: бөле
    grandfather: ата
    grandmother: әже
    grandson: немере
    in-law: жеңге жезде бажа
    relative: туыс туысқан нағашы
""")
TURKISH = _table("""
    father: baba
    mother: anne
    son: oğul oğl
    daughter: kız
    brother: kardeş ağabey abi
    sister: abla
    husband: koca
    wife: eş karı
    uncle: amca dayı
    aunt: teyze hala
    nephew: yeğen
    cousin: kuzen
    grandfather: dede
    grandmother: nine babaanne anneanne
    grandson: torun
    in-law: enişte damat yenge kayınpeder kayınvalide
    relative: akraba
""")
UYGHUR = _table("""
    father: دادا ئاتا
    mother: ئانا ئاپا
    son: ئوغل ئوغۇل
    daughter: قىز
    brother: ئاكا ئىنى ئۇكا قېرىنداش
    sister: ئاچا سىڭىل سىڭل ھەدە
    husband: ئەر يولداش
    wife: ئايال خوتۇن
    uncle: تاغا
    aunt: ھامما
    nephew: جىيەن
    cousin: بۆلە
    grandfather: بوۋا
    grandmother: موما
    grandson: نەۋرە
    relative: تۇغقان تۇغقىن
""")
ARABIC_MINE = _table("""
    father: أبي والدي ابي
    mother: أمي والدتي امي
    son: ابني إبني
    daughter: ابنتي إبنتي بنتي
    brother: أخي اخي شقيقي
    sister: أختي اختي شقيقتي
    husband: زوجي
    wife: زوجتي
    uncle: عمي خالي
    aunt: عمتي خالتي
    grandfather: جدي
    grandmother: جدتي
    grandson: حفيدي
    relative: قريبي قريبتي
""")
ARABIC_THEIRS = _table("""
    father: والده والدها أبوه أبوها أبيه أبيها
    mother: والدته والدتها أمه أمها
    son: ابنه ابنها
    daughter: ابنته ابنتها
    brother: أخوه أخوها أخيه أخيها شقيقه شقيقها
    sister: أخته أختها شقيقته شقيقتها
    husband: زوجها
    wife: زوجته
    uncle: عمه عمها خاله خالها
    aunt: عمته خالته
    relative: قريبه قريبها
""")
CHINESE = _table("""
    father: 父亲 父親 爸爸 爸
    mother: 母亲 母親 妈妈 媽媽 妈
    son: 儿子 兒子
    daughter: 女儿 女兒
    brother: 哥哥 弟弟 兄弟 大哥 二哥 哥 弟
    sister: 姐姐 妹妹 姐妹 大姐 姐 妹
    husband: 丈夫 老公
    wife: 妻子 老婆 太太
    uncle: 叔叔 舅舅 伯父 伯伯
    aunt: 阿姨 姑姑 姨妈 舅妈
    nephew: 侄子 外甥
    niece: 侄女 外甥女
    cousin: 表哥 表弟 堂哥 堂弟 表姐 表妹 堂姐 堂妹
    grandfather: 爷爷 爺爺 外公 祖父
    grandmother: 奶奶 外婆 祖母
    grandson: 孙子 孫子
    granddaughter: 孙女 孫女
    in-law: 女婿 儿媳 嫂子 姐夫 妹夫 岳父 岳母 公公 婆婆
    relative: 亲戚 親戚
""")


def _endings(stems: Mapping[str, str], links: str, cases: str) -> dict[str, str]:
    """Every stem with each link and each case after it; `-` is an empty one."""
    ends = [(link + case).replace("-", "") for link in links.split() for case in cases.split()]
    return {stem + end: kind for stem, kind in stems.items() for end in ends}


OWN = (
    _endings(KAZAKH, "м ым ім", "- ды ді ның нің а е нан нен мен ыз із ызды ізді ыздың іздің")
    | _endings(TURKISH, "m ım im um üm", "- ı i u ü ın in un ün a e dan den la le ız iz uz üz")
    | _endings(UYGHUR, "م ىم ۇم ۈم", "- نى نىڭ غا گە دىن ىز ىزنى")
    | {"تۇغقىنىم": "relative"}
    | ARABIC_MINE
)
OTHERS = (
    _endings(KAZAKH, "сы сі ы і", "- н ның нің мен")
    | _endings(TURKISH, "sı si su sü ı i u ü", "- nı ni nu nü nın nin nun nün")
    | _endings(UYGHUR, "سى ى", "- نى نىڭ")
    | _table("""
        father: دادىسى ئاتىسى
        mother: ئانىسى ئاپىسى
        brother: ئاكىسى ئىنىسى ئۇكىسى
        sister: ئاچىسى ھەدىسى
        uncle: تاغىسى
    """)
    | ARABIC_THEIRS
)
"""Forms that say by their ending that the relative is the speaker's, and that it is somebody else's."""
