"""What stands beside a number or a name and says what it is: tables of words, by language.

Only what the authors are sure of; a language is added by adding words here. Strong cues speak of the register itself;
weak ones (`number`, `№`) number anything, so they hold only where nothing beside them says otherwise.
"""

import re
from collections.abc import Iterable


def _words(text: str) -> list[str]:
    return text.split()


def _any(words: Iterable[str]) -> str:
    return "|".join(words)


_NUMBER_EN = r"(?:numbers?|num\b\.?|no\b\.?|nr\b\.?|#|№)"

STRONG = (
    rf"entr(?:y|ies)(?:[ ]{{1,2}}{_NUMBER_EN})?",
    rf"(?:case|victim|profile|database|register|list)[ ]{{1,2}}{_NUMBER_EN}",
    r"(?:запис[ьи]|записью|дел[оа]|случа[йя])[ ]{1,2}(?:под[ ])?(?:номер(?:ом|а)?|№)|запис[ьи]",  # Russian
    r"(?:тіркеу|жазба|іс)[ ]{1,2}(?:нөмірі|№)|жазба",  # Kazakh
    r"(?:kayıt|dosya|vaka)[ ]{1,2}(?:numarası|no\b[.:]?|№)|kayıt",  # Turkish
    r"(?:条目|條目|案例|受害者)(?:编号|編號|号码|號碼|第)?|编号|編號",  # Chinese
    r"(?:القيد|الحالة|السجل|الملف)[ ]رقم",  # Arabic
    r"(?:خاتىرە|دېلو)[ ]نومۇرى",  # Uyghur
)
WEAK = (
    r"(?:numbers?|num\.|no\.|nr\.|#|№)",
    r"case",
    r"номер(?:ом|а)?",
    r"нөмірі?",
    r"numara(?:sı)?",
    r"رقم",
    r"نومۇرى?",
)
STRONG_AFTER = (r"нөмірлі[ ]жазба", r"numaralı[ ]kayıt", r"号条目|號條目|号案例|號案例")
WEAK_AFTER = (r"-?[ ]?нөмір(?:лі)?", r"numaralı", r"-?[ ]?نومۇر(?:لۇق)?")
FRAMED = (r"第", r"号|號")
"""Chinese puts the number between: 第123号."""

NOT_BEFORE = frozenset(
    _words(
        """
    in room phone telephone tel mobile fax contact whatsapp cell house flat apartment school prison camp bus
    block ward passport id identity identification card flight building bed brigade team gate door account
    platform track episode part chapter article order document licence license plate serial model security
    social registration visa street road kindergarten factory hospital colony worker prisoner inmate badge beat
    bid tax bank any small large школа школы школе телефон телефона паспорт паспорта кабинет тюрьма тюрьмы
    колония колонии квартира палата камера камеры камере дом больница автобус рейс статья мектеп мектебі
    телефоны паспорты бөлме түрме oda telefon pasaport okul ev daire otobüs cezaevi kimlik هاتف الهاتف غرفة
    مدرسة سجن جواز الجواز البطاقة تېلېفون پاسپورت مەكتەپ تۈرمە كىملىك
    """
    )
)
"""A word right before a weak cue that makes it number something else."""

_NOT_AFTER = _words(
    r"""
    years? year-olds? days? weeks? months? hours? minutes? seconds? people persons? victims entries times yuan
    rmb dollars? euros? tenge million billion thousand hundred percent km kilomet kg st nd rd th am pm january
    february march april may june july august september october november december schools? middle high primary
    secondary prisons? camps? hospital street road detention cent(?:er|re) factory village brigade bus division
    regiment kindergarten лет год года году человек школ[аыеу] колони[яию] тюрьм[аыеу] больниц[аы] январ[яь]
    феврал[яь] марта? апрел[яь] ма[яй] июн[яь] июл[яь] августа? сентябр[яь] октябр[яь] ноябр[яь] декабр[яь]
    тысяч миллион тенге рублей мектеп\w* түрме\w* жыл\w* адам\w* мың бөлме\w* yıl\w* gün\w* kişi\w* okul\w*
    oda\w* cezaev\w* bin milyon سنة عام يوم شخص يىل\w* كۈن\w* ئادەم\w* مەكتەپ\w* تۈرمە\w*
    """
)
_NOT_AFTER_HAN = _words(
    """
    年 月 日 天 岁 歲 人 元 万 萬 亿 次 监狱 監獄 中学 中學 小学 小學 学校 學校 医院 醫院 工厂 看守所 楼 路 线
    """
)


BEFORE = re.compile(
    rf"(?<![\w])(?:(?P<strong>{_any(STRONG)})|(?P<weak>{_any(WEAK)}))(?P<gap>[ \t\n\xa0:：.,#№-]{{0,3}})",
    re.IGNORECASE,
)
BEFORE_HAN = re.compile(rf"(?:(?P<strong>{STRONG[5]}))(?P<gap>[ :：第]{{0,3}})")
AFTER = re.compile(rf"[ \xa0]?(?:(?P<strong>{_any(STRONG_AFTER)})|(?P<weak>{_any(WEAK_AFTER)}))(?!\w)", re.IGNORECASE)
UNIT = re.compile(
    rf"[ \xa0-]{{0,2}}(?:[%‰°$€£¥₽₸]|(?:{_any(_NOT_AFTER)})(?!\w))|[ ]?(?:号|號)?(?:{_any(_NOT_AFTER_HAN)})",
    re.IGNORECASE,
)
"""What follows a number that counts, dates or measures something."""

SELF = re.compile(
    r"(?:my name is|my name's|i am|i'm|меня зовут|моё имя|мое имя|менің атым|менің есімім|benim adım|adım|"
    r"我叫|我的名字是|我的名字叫|我是|مېنىڭ ئىسمىم|ئىسمىم|اسمي)[\s:,–-]{0,3}$",
    re.IGNORECASE,
)
"""Ends where a speaker's own name begins."""

_KIN_EN = (
    "father|mother|brother|sister|son|daughter|husband|wife|uncle|aunt|cousin|nephew|niece|grandfather|grandmother|"
    "grandson|granddaughter|parents|son-in-law|daughter-in-law|father-in-law|mother-in-law|brother-in-law|"
    "sister-in-law"
)
_KIN = re.compile(
    rf"(?:\b(?P<mine>my|our)|\b(?P<theirs>his|her|their|\w{{1,30}}['’]s))"
    rf"[ ](?:\w{{1,12}}[ ]){{0,2}}?(?:{_KIN_EN}),?[\s:,–-]{{0,3}}$|"
    r"\b(?:(?P<mine_ru>мо[йяиюе]\w{0,2}|наш\w{0,2})|(?P<theirs_ru>его|её|ее|их))[ ](?:\w{1,12}[ ])?"
    r"(?:отец|отца|мать|брат\w{0,2}|сестр\w{1,2}|сын\w{0,2}|дочь|муж\w{0,2}|жен\w{1,2}|дяд\w|тёт\w)[\s:,–-]{0,3}$|"
    r"(?P<mine_kk>менің|біздің)[ ](?:әкем|анам|ағам|інім|әпкем|сіңлім|ұлым|қызым|күйеуім|әйелім|жұбайым)[\s:,–-]{0,3}$|"
    r"\b(?P<mine_tr>benim)[ ](?:babam|annem|kardeşim|ağabeyim|abim|ablam|oğlum|kızım|kocam|eşim|karım)[\s:,–-]{0,3}$|"
    r"(?P<mine_zh>我)的?(?:父亲|爸爸|母亲|妈妈|哥哥|弟弟|姐姐|妹妹|儿子|女儿|丈夫|妻子)(?:是|叫)?[\s,，:]{0,3}$",
    re.IGNORECASE,
)


def kin(text: str) -> str | None:
    """`mine` or `theirs` where a text ends with a speaker's own or another's relative, just before a name."""
    found = _KIN.search(text[-80:])
    if not found:
        return None
    return next(group.split("_")[0] for group, value in found.groupdict().items() if value)
