"""What beside a number makes it something else than an entry's: a room, a year, an age, a sum; by language. Pure.

A word that ends in `*` stands for all that begin so. Every word is folded as the text is.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from archive.linking.numbers.numerals.folding import fold
from archive.linking.numbers.wording import MARKS, Wording

YEARS = range(1900, 2100)
"""Numbers that are years rather than entries, unless the register is named."""

_BEFORE = """
    in room phone telephone tel mobile fax contact whatsapp telegram call cell house flat apartment school prison camp
    bus block ward passport id identity identification card flight building bed brigade team gate door account platform
    track episode part chapter article order document licence license plate serial model security social registration
    visa vehicle car truck train seat locker office kindergarten factory hospital colony worker prisoner inmate badge
    beat bid tax bank any small large great total certain student employee ticket invoice bus route line channel page
    volume issue version vol lot bib jersey unit level grade class criminal civil court diary journal blog dictionary
    log port data re first second last reg guard taxi cab restaurant shop bunk mattress verdict letter protest
    checkpoint tent row table chair lane law decree sentence hall court school* школ* телефон* тел паспорт* кабинет*
    тюрьм* колони* квартир* палат* камер* дом дома доме больниц* автобус* рейс* поезд* вагон* машин* автомобил* офис*
    стать* уголовн* гражданск* административн* судебн* удостоверен* карта карты карте карту картой счет* счета маршрут*
    отряд* барак* корпус* группа группы лицей* завод* изолятор* ик сизо пост пункт* глав* страниц* выпуск* серия серии
    участок участк* детсад* отделен* дневник* приказ* закон* видео звуков* аудио лагер* койк* протокол* заявлени* письм*
    повестк* такси зал зала мектеп* телефон* паспорт* төлқұжат* куәлік* бөлме* түрме* камера* үй үйі пәтер* автобус*
    көлік* пойыз* вагон* рейс* аурухана* бап төсек* хат хаттың заң* шешім* сот сотта соттың зауыт* колония* бет бейне*
    аудио* oda* telefon* uçuş* sefer* tren* araç* aracın* kapı* koltuk* ofis* pasaport* okul* ev evin daire* otobüs*
    cezaev* kimlik* hapishane* koğuş* hücre* bina* kat sayfa plaka hesap* kart* hastane* otob* hat* ders* kanun* yasa*
    mektup* taksi* dükkan* ranza* salon* mahkeme* karar* video* ses film* هاتف الهاتف هاتفي تلفون جوال غرفة الغرفة مدرسة
    المدرسة سجن السجن زنزانة جواز الجواز البطاقة بطاقة الهوية هوية شقة بيت حافلة سيارة السيارة قطار القطار الرحلة رحلة
    حساب صفحة المادة مادة شارع قرار الحلقة القاعة قاعة القانون قانون الشاهد شاهد الرسالة السرير سرير المحكمة محكمة
    تېلېفون* قانۇن* خەت* ئىشخان* سوت* كارىۋات* پاسپورت* مەكتەپ* تۈرمە* كىملىك* ياتاق* ئۆي* كامېر* دوختۇرخان* ماشىنا* بەت
    سىن telefon* pasport* mektep* türme* kimlik* yataq* kamér*
"""
"""A word right before a cue that makes it number something else."""

_PLACES = """
    street str road avenue lane boulevard address ул улиц* проспект* переулок* шоссе көшесі даңғылы cadde* sokak* sokağ*
    mahalle* شارع طريق كوچا* يولى kocha*
"""
"""Words up to three before a cue that make it part of an address."""

_COURTS = """
    court courts tribunal trial lawsuit hearing police prosecutor unhcr asylum immigration visa application суд* судеб*
    следовател* допрашив* трибунал* прокурат* полици* следств* миграц* сот сотта соттың соты прокуратура* полиция*
    mahkeme* savcı* polis* dava* davası göç iltica سوت* مەھكىمە* ساقچى* محكمة المحكمة الشرطة النيابة القضاء
"""
"""A word that makes a case or file near it a court's or an office's."""

_HAN_COURTS = re.compile("法院|公安|派出所|检察院|檢察院|法庭|难民署|難民署")

_THINGS = """
    room cell bed bunk mattress house flat apartment building taxi cab bus train flight guard badge table ticket page
    article verdict row gate door plate passport phone telephone account locker seat ward visa restaurant shop кабинет*
    палат* камер* койк* квартир* автобус* рейс* поезд* вагон* такси паспорт* телефон* стать* приговор* протокол*
    удостоверен* отряд* барак* бөлме* камера* төсек* пәтер* автобус* пойыз* паспорт* куәлік* телефон* шешім* oda* hücre*
    koğuş* ranza* daire* otobüs* tren* uçuş* taksi* pasaport* kimlik* telefon* madde* karar* kapı* koltuk* masa* ياتاق*
    كامېر* كارىۋات* ماشىنا* پاسپورت* تېلېفون* كىملىك* غرفة الغرفة زنزانة الزنزانة سرير السرير شقة حافلة قطار رحلة الرحلة
    جواز هاتف الهاتف المادة القاعة قاعة
"""
"""What has numbers itself, and may stand further before a cue: `her cell was number 15`."""

_USUAL = """
    a the is was are were be it its this that he she they his her their our your by at as under with to for from of on
    in and or but not now next then about see has have had says said so also again only just here called name named goes
    go look read check take comes like i you we who whose there well okay ok yes number numbers под за это его её их ее
    у и а с по на в о про к но или же вот тут здесь там теперь далее дальше следующий следующая следом затем потом есть
    идет идёт имеет значится числится записан записана указан указана стоит оның олардың бұл осы мына келесі сол ол
    деген және мен ал енді onun onların bu şu o sonraki yani işte ve ile ama şimdi olan olarak ئۇنىڭ ئۇلارنىڭ بۇ شۇ
    كېيىنكى ۋە ئۇ بىلەن ئەمدى هو هي هم تحت ثم هذا هذه ذلك له لها التالي وهو وهي عن في من الى إلى على
"""
"""Words before a weak cue that number nothing themselves."""

_BETWEEN = frozenset(["with", "the", "a", "an", "is", "under", "под", "за", "на", "с", "by", "of", "bearing"])

_AFTER = """
    year years yearold days day week weeks month months hour hours minute minutes second seconds sec min people persons
    victims entries cases times time yuan rmb dollar dollars euro euros usd tenge lira pound pounds billion million
    thousand hundred percent km kilomet* metre* meter* kg gram* st nd rd th am pm o'clock january february march april
    may june july august september october november december school* middle high primary secondary prison* camp*
    hospital* street road avenue detention center centers centre centres factory factories village* brigade bus division
    regiment kindergarten others other more men women children videos times mile* acres pages points goals votes visits
    fee fees per each point degree* bc ad лет год года году годах годы г гг человек* людей школ* колони* тюрьм* больниц*
    январ* феврал* март марта марте апрел* мая мае май июн* июл* август* сентябр* октябр* ноябр* декабр* тысяч* миллион*
    миллиард* тенге рубл* юан* доллар* евро процент* час часа часов минут* секунд* дней дня день недел* месяц* раз раза
    других другие камер* класс* километр* метр* лагер* дом кабинет* завод* детсад* отряд* градус* веке век мектеп*
    түрме* жыл* жас жаста жасар жасында адам* мың миллион* бөлме* теңге* доллар* юань* күн күні ай айы ақпан* қаңтар*
    наурыз* сәуір* мамыр* маусым* шілде* тамыз* қыркүйек* қазан* қараша* желтоқсан* сағат* минут* рет үй лагерь* пайыз*
    аурухана* класс* сынып* басқа көше* yıl* yıllık yılı gün günü günlük gündür günde günden ay ayı kişi* okul* oda*
    cezaev* bin milyon* yaş* lira* dolar* yüzde saat* dakika* saniye* kez kere ocak şubat mart nisan mayıs haziran
    temmuz ağustos eylül ekim kasım aralık diğer hapishane* kamp* hastane* ev evde daire* otobüs* koğuş* hücre* sokak*
    metre kilometre* adet tane سنة سنوات سنه عام عاما أعوام يوم يوما أيام شهر شهرا أشهر شخص شخصا أشخاص دولار دولارا ليرة
    يوان ساعة ساعات دقيقة دقائق مرة مرات ألف مليون بالمئة بالمائة يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر
    أكتوبر نوفمبر ديسمبر آخر آخرين آخرون كيلومتر كيلو متر معتقل سجين طالب عضو يىل* كۈن* ئادەم* مەكتەپ* تۈرمە* ياش*
    ياشلىق ئاي ئايدا يۈەن* دوللار* سائەت* مىنۇت* قېتىم* نەپەر* مىڭ مىليون* ياتاق* كامېر* دوختۇرخان* ئۆي* ئىشخان*
    كارىۋات* سوت* لاگېر* پىرسەنت* yil* kün* adem* mektep* türme* yash* yuen* sa'et* minut* qetim* neper* lagér*
"""
"""A word right after a number, that counts, dates or measures something, or numbers a place."""

_PEOPLE = "адам* kişi* ئادەم* adem*"
_HAN_AFTER = """
    年 月 日 天 岁 歲 人 名 位 个 個 元 块 塊 万 萬 亿 億 次 分 秒 点 點 时 時 小时 公里 米 斤 届 屆 条 條 章 页 頁
    楼 樓 路 线 線 室 房 门 門 床 监 監 看守所 教育 培训 培訓 学校 學校 中学 中學 小学 小學 医院 醫院 工厂 工廠
    集中营 集中營 文件 公告 令 车 車 机 機
"""
_HAN_BEFORE = """
    楼 樓 房 房间 房間 室 路 街 巷 弄 监狱 監獄 监室 監室 学校 學校 中学 小学 身份证 身份證 证件 證件 护照 護照
    电话 電話 手机 手機 学生 學生 囚犯 犯人 床 车牌 車牌 病历 产品 账户 賬戶 银行卡 航班 公交 邮政 邮件 訂單 订单
    文件 字 节目 視頻 视频 囚服 床位 判决书 判決書 申请 申請 囚室 号服 號服 案件 教室 车 病房 宿舍 信 法律 法院
"""
_MONEY = "%‰°$€£¥₽₸₺؋﷼٪℃"


def _compiled(table: str) -> tuple[frozenset[str], tuple[str, ...]]:
    words = [fold(word.rstrip("*")) + "*" * word.endswith("*") for word in table.split()]
    return frozenset(w for w in words if w[-1] != "*"), tuple(sorted({w[:-1] for w in words if w[-1] == "*"}))


_TABLES = {
    name: _compiled(table)
    for name, table in {
        "b": _BEFORE,
        "p": _PLACES,
        "a": _AFTER,
        "people": _PEOPLE,
        "c": _COURTS,
        "t": _THINGS,
        "u": _USUAL,
    }.items()
}


@lru_cache(maxsize=1 << 14)
def _in(table: str, word: str) -> bool:
    exact, stems = _TABLES[table]
    return word in exact or (bool(word) and word.startswith(stems))


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_GAP_AFTER = re.compile(rf"[ \xa0\-{MARKS}]{{0,3}}\Z")
_SYMBOL_AFTER = re.compile(rf"[ \xa0]?[{_MONEY}]|[ ]?(?:号|號)?(?:{_any(_HAN_AFTER.split())})")
_HAN_ENDS = re.compile(rf"(?:{_any(_HAN_BEFORE.split())})(?:的|号|號)?[ :：是为為]?\Z")
_CLAUSE_ENDS = re.compile(r"[!?;。！？؟\n]")
_LONGEST_ABBREVIATION = 4
_AFAR, _ADDRESS, _FILED = 6, 3, 8
"""Words before a cue in which a thing makes it doubtful, after a number an address, to either side a court."""


def counts(wording: Wording, end: int, *, adjective: bool = False) -> bool:
    """Whether what follows a number that ends at `end` counts, dates or measures something, or numbers a place.

    After an `adjective` made of the number (`1391 numaralı kişi`) people are not counted: one is named.
    """
    if _SYMBOL_AFTER.match(wording.text, end):
        return True
    index = wording.from_offset(end)
    if index >= len(wording.words):
        return False
    gap = wording.text[end : wording.starts[index]]
    word = wording.words[index]
    return bool(_GAP_AFTER.match(gap)) and _in("a", word) and not (adjective and _in("people", word))


def measures(word: str) -> bool:
    """Whether a folded word is one that counts, dates, measures or numbers things, and so is nobody's name."""
    return _in("a", word) or _in("b", word)


def numbers_something_else(wording: Wording, index: int) -> bool:
    """Whether the words before a cue, whose first word has this index, make it number something else."""
    for distance in range(1, 4):
        before = index - distance
        if before < 0 or _parts(wording, before):
            return False
        if _in("p", wording.words[before]):
            return True
        if _in("b", wording.words[before]) and all(w in _BETWEEN for w in wording.words[before + 1 : index]):
            return True
    return False


def doubtful(wording: Wording, first: int, last: int, *, file: bool) -> bool:
    """Whether the words around a phrase and its number, with these indices, make it rather something else's number.

    A thing that has numbers is named up to six words before (`her cell was number 15`), an address goes on after it
    (`No. 20 Xinhua Road`), or a court stands near the number of a `file`.
    """
    for back in range(first - 1, max(-1, first - 1 - _AFAR), -1):
        if _parts(wording, back):
            break
        word = wording.words[back]
        if not file and _in("t", word):
            return True
        if file and first - back <= _FILED and _in("c", word):
            return True
    for ahead in range(last + 1, min(len(wording.words), last + 1 + (_FILED if file else _ADDRESS))):
        if _parts(wording, ahead - 1):
            break
        if _in("c" if file else "p", wording.words[ahead]):
            return True
    return False


def follows_a_noun(wording: Wording, first: int) -> bool:
    """Whether a weak cue, whose first word has this index, stands right after a word that may be what is numbered.

    `Witness number 15`, `протест № 372`: whatever is no usual word before a number, and no name within a sentence.
    """
    if first == 0 or wording.between(first).strip(f" \xa0{MARKS}"):
        return False
    word = wording.words[first - 1]
    name = wording.text[wording.starts[first - 1]].isupper() and first > 1 and not _parts(wording, first - 2)
    return not (word.isdigit() or name or _in("u", word))


def han_file_of_a_court(text: str, start: int, end: int) -> bool:
    """Whether a court stands near the number of a file, in Chinese."""
    return bool(_HAN_COURTS.search(text[max(0, start - 10) : end + 10]))


def _parts(wording: Wording, index: int) -> bool:
    """Whether a sentence ends after a word: a full stop after a short one belongs to an abbreviation (`St.`)."""
    gap = wording.text[wording.ends[index] : wording.starts[index + 1]][:9]
    return bool(_CLAUSE_ENDS.search(gap)) or ("." in gap and len(wording.words[index]) > _LONGEST_ABBREVIATION)


def han_numbers_something_else(text: str, start: int) -> bool:
    """The same for Chinese, where nothing parts the words."""
    return bool(_HAN_ENDS.search(text[max(0, start - 8) : start]))
