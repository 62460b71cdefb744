"""Sentences of which the talks of `benchmarks.talk` are put together, in six languages and two splits.

The two splits share no sentence. Rules may be tuned on talks of `TUNING`; what is reported is of `REPORTED`. In braces:
`name` of who is spoken of, `number` of the entry, `kin` between speaker and subject, `place`, `year`, `age`, and of
decoys `n` (a small number), `sum`, `phone`. A language's sentences are listed by what they do:

- `self`: the speaker gives the own name
- `both`: a subject by name and number; `only`: by number alone; `named`: by name alone, with what happened to them
- `more`: facts about the subject just named; `again`: the subject's name once more
- `kin`, `office`, `asks`: a bystander by name: a relative who is free, an official, an interviewer or helper
- `filler`: nobody is named; with decoys
"""

from collections.abc import Mapping

Sentences = Mapping[str, tuple[str, ...]]

KIN = {
    "en": ("brother", "sister", "father", "husband"),
    "ru": ("брата", "сестру", "отца", "мужа"),
    "kk": ("інім", "әпкем", "әкем", "күйеуім"),
    "tr": ("kardeşim", "ablam", "babam", "eşim"),
    "zh": ("哥哥", "姐姐", "父亲", "丈夫"),
    "ug": ("ئاكام", "ئاچام", "دادام", "يولدىشىم"),
}
"""The kin of a subject to the speaker, in the order brother, sister, father, husband."""

TUNING: dict[str, Sentences] = {
    "en": {
        "self": ("My name is {name}.", "Good evening, I am {name} from Almaty."),
        "both": (
            "I am testifying for my {kin} {name}, entry {number}.",
            "Next is number {number}, {name}.",
            "{name}, whose entry number is {number}, was a farmer.",
            "Entry {number} in the database is {name}.",
        ),
        "only": ("Then there is entry {number}.", "Please look at entry number {number}."),
        "named": (
            "{name} was arrested in {year}.",
            "My {kin} {name} was taken to a camp.",
            "{name} was sentenced to {n} years in prison.",
        ),
        "more": ("This happened in {year} in {place}.", "At that time it was {place}, and the age was {age}."),
        "again": ("We have no news of {name}.", "So {name} is still there."),
        "kin": (
            "His uncle {name} told us about it.",
            "My cousin {name} lives in Astana.",
            "Her son {name} is a student here.",
        ),
        "office": (
            "The county secretary {name} signed the paper.",
            "They were questioned by {name}.",
            "A policeman called {name} came to the house.",
        ),
        "asks": (
            "The interviewer was {name}.",
            "I thank {name} for the translation.",
            "{name} asked me to speak slowly.",
        ),
        "filler": (
            "We waited for {n} days at the border.",
            "They fined us {sum} yuan in {year}.",
            "Room {n} was always cold.",
            "On the {n}th of May we went back.",
            "You can call {phone}.",
            "It was very hard for all of us.",
            "There were {n} people in one room.",
            "The children do not speak the language any more.",
        ),
    },
    "ru": {
        "self": ("Меня зовут {name}.", "Здравствуйте, моё имя {name}."),
        "both": (
            "Я свидетельствую за моего {kin} {name}, номер {number}.",
            "Запись {number}, {name}.",
            "{name}, номер записи {number}.",
        ),
        "only": ("Теперь запись номер {number}.", "Посмотрите запись {number}."),
        "named": (
            "{name} был арестован в {year} году.",
            "Моего {kin} {name} забрали в лагерь.",
            "{name} приговорили к {n} годам тюрьмы.",
        ),
        "more": ("Это было в {year} году, место {place}.", "Тогда это был {place}, возраст {age} лет."),
        "again": ("О {name} нет вестей.", "До сих пор {name} там."),
        "kin": ("Его дядя {name} рассказал нам.", "Её сын {name} учится здесь."),
        "office": ("Секретарь района {name} подписал бумагу.", "Начальник полиции {name} пришёл к нам."),
        "asks": ("Журналист {name} спросил меня.", "Спасибо {name} за перевод."),
        "filler": (
            "Мы ждали {n} дней на границе.",
            "Штраф был {sum} юаней.",
            "В комнате {n} было холодно.",
            "Нам всем было очень тяжело.",
            "Телефон {phone}.",
            "В {year} году мы уехали.",
        ),
    },
    "kk": {
        "self": ("Менің атым {name}.", "Сәлеметсіздер ме, менің есімім {name}."),
        "both": ("Менің {kin} {name}, нөмірі {number}.", "Тіркеу нөмірі {number}, {name}."),
        "only": ("Келесі жазба {number}.",),
        "named": ("{name} {year} жылы ұсталды.", "Менің {kin} {name} лагерьге қамалды."),
        "more": ("Бұл {year} жылы {place} қаласында болды.",),
        "again": ("Сол {name} әлі түрмеде.",),
        "kin": ("Оның ағасы {name} бізге айтты.", "Оның қызы {name} осында оқиды."),
        "office": ("Аудан хатшысы {name} қол қойды.", "Полицей {name} үйге келді."),
        "asks": ("Журналист {name} менен сұрады.",),
        "filler": ("Біз {n} күн күттік.", "Айыппұл {sum} юань болды.", "Бәрімізге қиын болды.", "Телефон {phone}."),
    },
    "tr": {
        "self": ("Benim adım {name}.",),
        "both": ("Benim {kin} {name}, kayıt numarası {number}.", "Kayıt {number}, {name}."),
        "only": ("Kayıt numarası {number}.",),
        "named": ("{name} {year} yılında tutuklandı.", "Benim {kin} {name} kampa götürüldü."),
        "more": ("Bu {year} yılında {place} şehrinde oldu.",),
        "again": ("Hâlâ {name} hapiste.",),
        "kin": ("Onun amcası {name} bize anlattı.",),
        "office": ("Vali {name} imzaladı.", "Polis memuru {name} eve geldi."),
        "asks": ("Gazeteci {name} bana sordu.",),
        "filler": ("Sınırda {n} gün bekledik.", "Ceza {sum} yuan idi.", "Hepimiz için çok zordu.", "Oda {n} soğuktu."),
    },
    "zh": {
        "self": ("我叫{name}。", "大家好，我的名字叫{name}。"),
        "both": ("我为我的{kin}{name}作证，编号{number}。", "条目{number}，{name}。"),
        "only": ("下面是条目{number}。",),
        "named": ("{name}在{year}年被捕。", "我的{kin}{name}被抓走了。"),
        "more": ("这是{year}年的事。",),
        "again": ("到现在{name}还在里面。",),
        "kin": ("他的叔叔{name}告诉我们。",),
        "office": ("警察{name}来了家里。",),
        "asks": ("记者{name}采访了我。",),
        "filler": ("我们等了{n}天。", "罚款{sum}元。", "大家都很困难。", "电话是{phone}。"),
    },
    "ug": {
        "self": ("مېنىڭ ئىسمىم {name}.",),
        "both": ("مېنىڭ {kin} {name}، نومۇرى {number}.",),
        "only": ("خاتىرە نومۇرى {number}.",),
        "named": ("{name} {year} يىلى تۇتۇلدى.", "مېنىڭ {kin} {name} لاگېرغا قامالدى."),
        "more": ("بۇ ئىش {year} يىلى بولدى.",),
        "again": ("ھازىرمۇ {name} تۈرمىدە.",),
        "kin": ("ئۇنىڭ ئاكىسى {name} بىزگە ئېيتتى.",),
        "office": ("ساقچى {name} ئۆيگە كەلدى.",),
        "asks": ("مۇخبىر {name} مەندىن سورىدى.",),
        "filler": ("بىز {n} كۈن ساقلىدۇق.", "جەرىمانە {sum} يۈەن ئىدى.", "ھەممىمىزگە قىيىن بولدى."),
    },
}

REPORTED: dict[str, Sentences] = {
    "en": {
        "self": ("Hello everybody, this is {name} speaking from Istanbul.", "I'm {name}, and I live in Norway now."),
        "both": (
            "The person I speak about today is {name}, and in the list the entry is {number}.",
            "Case number {number}: my {kin}, {name}.",
            "So this is victim number {number}, {name}, a shepherd.",
            "I read entry {number} now. The name is {name}.",
        ),
        "only": ("And the next one, entry {number}, has no photo.", "We also have victim number {number}."),
        "named": (
            "They detained {name} on the way to the mosque.",
            "In {year} my {kin} {name} disappeared.",
            "Nobody knows in which prison {name} is.",
        ),
        "more": (
            "They took everybody from {place} that spring, it was {year}.",
            "The family is from {place}, {age} years old.",
        ),
        "again": ("I ask them to release {name}.", "That is all I know about {name}."),
        "kin": (
            "Through his aunt {name} we learned of it.",
            "My nephew {name} helps me with the phone.",
            "Her husband {name} works as a driver in Bursa.",
        ),
        "office": (
            "The village party chief, {name}, gave the order.",
            "He mentioned a guard named {name}.",
            "According to {name}, the prosecutor, everything was legal.",
        ),
        "asks": (
            "With me is {name}, a volunteer.",
            "{name}, our host, has a question.",
            "The lawyer {name} wrote a letter for us.",
        ),
        "filler": (
            "My passport was taken away in {year}.",
            "We paid {sum} dollars for the ticket.",
            "It was about {n} o'clock at night.",
            "In house number {n} nobody was left.",
            "Write to {phone} if you know more.",
            "I could not sleep for weeks.",
            "School number {n} was closed.",
            "He is in good health, they say.",
            "Sorry, I cannot speak without tears.",
        ),
    },
    "ru": {
        "self": ("Добрый день, я {name}, живу в Бишкеке.",),
        "both": (
            "Сегодня говорю о человеке по имени {name}, это запись {number}.",
            "Дело номер {number}: мой родственник {name}.",
            "Под номером {number} значится {name}.",
        ),
        "only": ("Дальше идёт запись {number}, без фотографии.",),
        "named": (
            "Задержали {name} по дороге в мечеть.",
            "В {year} году пропал {name}.",
            "Никто не знает, в какой тюрьме {name}.",
        ),
        "more": ("Семья живёт в городе {place}, с {year} года вестей не было.",),
        "again": ("Я прошу освободить {name}.",),
        "kin": ("Через его тётю {name} мы узнали это.", "Мой племянник {name} помогает мне."),
        "office": ("Глава посёлка {name} отдал приказ.", "Там был следователь {name}."),
        "asks": ("Со мной волонтёр {name}.", "Адвокат {name} написал письмо."),
        "filler": (
            "Паспорт забрали в {year} году.",
            "Билет стоил {sum} долларов.",
            "В доме номер {n} никого не осталось.",
            "Школа номер {n} закрыта.",
            "Извините, мне трудно говорить.",
            "Было {n} часов ночи.",
        ),
    },
    "kk": {
        "self": ("Мен {name}, Алматыда тұрамын.",),
        "both": ("Бүгін {name} туралы айтамын, жазба {number}.", "Іс нөмірі {number}: {name}."),
        "only": ("Одан кейін тіркеу нөмірі {number}.",),
        "named": ("{year} жылы {name} жоғалып кетті.", "Мешітке бара жатқанда {name} тұтқындалды."),
        "more": ("Отбасы {place} қаласынан, {year} жылдан бері хабар жоқ.",),
        "again": ("Мен {name} босатылсын деймін.",),
        "kin": ("Оның апасы {name} хабар берді.", "Менің жиенім {name} маған көмектеседі."),
        "office": ("Ауыл әкімі {name} бұйрық берді.", "Тергеуші {name} сонда болды."),
        "asks": ("Ерікті {name} қасымда отыр.",),
        "filler": (
            "Билет {sum} теңге болды.",
            "Түнгі сағат {n} еді.",
            "Кешіріңіздер, айту қиын.",
            "{n} мектеп жабылды.",
        ),
    },
    "tr": {
        "self": ("Merhaba, ben {name}, Kayseri'de yaşıyorum.",),
        "both": ("Bugün {name} hakkında konuşuyorum, kayıt {number}.", "Dosya numarası {number}: {name}."),
        "only": ("Sonra kayıt no {number} var.",),
        "named": ("Camiye giderken {name} gözaltına alındı.", "{year} yılında {name} kayboldu."),
        "more": ("Ailesi {place} şehrinden, {year} yılından beri haber yok.",),
        "again": ("Lütfen {name} serbest bırakılsın.",),
        "kin": ("Onun teyzesi {name} haber verdi.", "Benim yeğenim {name} bana yardım ediyor."),
        "office": ("Köy başkanı {name} emir verdi.", "Orada savcı {name} vardı."),
        "asks": ("Yanımda gönüllü {name} var.",),
        "filler": (
            "Bilet {sum} dolardı.",
            "Gece saat {n} idi.",
            "Kusura bakmayın, konuşmak zor.",
            "{n} numaralı ev boştu.",
        ),
    },
    "zh": {
        "self": ("各位好，我是{name}，住在伊斯坦布尔。",),
        "both": ("今天说的是{name}，条目编号{number}。", "案例{number}：{name}。"),
        "only": ("接下来是受害者编号{number}。",),
        "named": ("{name}去清真寺的路上被拘留。", "{year}年{name}失踪了。"),
        "more": ("从{year}年起没有消息。",),
        "again": ("请释放{name}。",),
        "kin": ("我的侄子{name}帮助我。",),
        "office": ("村书记{name}下了命令。",),
        "asks": ("志愿者{name}和我在一起。",),
        "filler": ("机票花了{sum}美元。", "那时是晚上{n}点。", "对不起，我说不下去。", "{n}号楼没有人了。"),
    },
    "ug": {
        "self": ("مەن {name}، ئىستانبۇلدا تۇرىمەن.",),
        "both": ("بۈگۈن {name} ھەققىدە سۆزلەيمەن، خاتىرە نومۇرى {number}.",),
        "only": ("كېيىنكىسى نومۇرى {number}.",),
        "named": ("{year} يىلى {name} يوقاپ كەتتى.", "مەسچىتكە ماڭغاندا {name} تۇتقۇن قىلىندى."),
        "more": ("{year} يىلىدىن بېرى خەۋەر يوق.",),
        "again": ("{name} قويۇپ بېرىلسۇن.",),
        "kin": ("ئۇنىڭ ھاممىسى {name} خەۋەر بەردى.",),
        "office": ("كەنت شۇجىسى {name} بۇيرۇق بەردى.",),
        "asks": ("يېنىمدا تەرجىمان {name} بار.",),
        "filler": ("بېلەت {sum} دوللار ئىدى.", "كېچە سائەت {n} ئىدى.", "كەچۈرۈڭلار، سۆزلەش تەس."),
    },
}
