"""Numbers with and without a cue, a language at a time. Nobody in these sentences lives."""

import pytest

from archive.linking.finding.numbers.mentions import number_mentions

MEANT = {
    "en": [
        ("Entry 123", "123"),
        ("entry number 123", "123"),
        ("Entry #1,358, please", "1358"),
        ("entry: #1358", "1358"),
        ("Entry No.: 1358", "1358"),
        ("entry number one thousand, three hundred and fifty-eight", "1358"),
        ("case one hundred fifty three", "153"),
        ("entry 1391's", "1391"),
        ("entry one three five eight", "1358"),
        ("entries 98–101", "98 99 100 101"),
        ("Entry (1358)", "1358"),
        ("Entry 1.358 of the register", "1358"),
        ("Entry 1'358", "1358"),
        ("Entry 1\u202f358", "1358"),
        ("entry number is one hundred and fifty three", "153"),
        ("so this is uh case number thirteen ninety one okay", "1391"),
        ("entry number five", "5"),
        ("Victim 153: a teacher", "153"),
        ("his number in the register is 1358", "1358"),
        ("#507 Perhat Yolwas", "507"),
        ("№ 1391", "1391"),
        ("No. 1391", "1391"),
        ("entries 12, 34, and 56", "12 34 56"),
        ("Entries 12,34 and 56", "12 34 56"),
        ("entries twelve, thirty four and fifty six", "12 34 56"),
        ("entries #12, #34 & #56", "12 34 56"),
        ("entries 12–15", "12 13 14 15"),
        ("entries 12 to 14 and 20", "12 13 14 20"),
        ("numbers 112, 134 and 156", "112 134 156"),
        ("Entry １３５８", "1358"),
        ("Entry\u200e 1358", "1358"),
        ("Entry 123 and entry 456", "123 456"),
        ("Entry 153, years later", "153"),
        ("Entry тысяча триста пятьдесят восемь", "1358"),
        ("Entry 一千三百五十八", "1358"),
        ("Entry 2018", "2018"),
        ("entries 12, 34 and 56 others", "12 34"),
        ("victims 153 and 1391", "153 1391"),
        ("his number on the site: 1358", "1358"),
    ],
    "ru": [
        ("запись № 1391", "1391"),
        ("запись номер тысяча триста пятьдесят восемь", "1358"),
        ("запись номер сто пятьдесят третий", "153"),
        ("запись под номером сто пятьдесят три", "153"),
        ("в записи тысяча триста пятьдесят восемь говорится", "1358"),
        ("о записи ста пятьюдесятью тремя", "153"),
        ("его номер 507", "507"),
        ("под номером 507 записан мой брат", "507"),
        ("записи 12, 34 и 56", "12 34 56"),
        ("номера 112, 134 и 156", "112 134 156"),
        ("запись номер тринадцать девяносто один", "1391"),
        ("запись 1 358", "1358"),
        ("Запись 1\xa0358", "1358"),
        ("дело номер 1391", "1391"),
        ("номер в базе 1391", "1391"),
        ("номер в базе данных 1391", "1391"),
        ("номер на сайте 1391", "1391"),
        ("мы говорим о жертвах 153 и 1391", "153 1391"),
        ("жертва № 153", "153"),
        ("Номер дела 1391", "1391"),
        ("по номеру записи 1391", "1391"),
        ("номер 1391-й в базе", "1391"),
        ("номер один три девять один", "1391"),
        ("сто пятьдесят третья запись", "153"),
        ("1358-я запись", "1358"),
        ("номер тысяча триста пятьдесят восемь", "1358"),
        ("номер бір мың үш жүз елу сегіз", "1358"),
        ("ЗАПИСЬ НОМЕР ТЫСЯЧА ТРИСТА ПЯТЬДЕСЯТ ВОСЕМЬ", "1358"),
        ("запись номер сорок четвертая", "44"),
        ("запись номер пять ноль семь", "507"),
    ],
    "kk": [
        ("тіркеу нөмірі 1391", "1391"),
        ("тіркеу нөмірі бір мың үш жүз елу сегіз", "1358"),
        ("1391 нөмірлі", "1391"),
        ("1358-нөмірлі жазба", "1358"),
        ("бір мың үш жүз елу сегіз нөмірлі жазба", "1358"),
        ("бір мың үш жүз елу сегізінші жазба", "1358"),
        ("1358-ші жазба", "1358"),
        ("1358-ші нөмір", "1358"),
        ("1358-інші нөмір", "1358"),
        ("1391 нөмірлі адам туралы", "1391"),
        ("1391-нөмірдегі адам", "1391"),
        ("1391 нөмірмен тіркелген", "1391"),
        ("153, 507 және 1391 нөмірлі жазбалар", "153 507 1391"),
        ("жазба 1358", "1358"),
        ("жазба нөмірі жүз елу үш", "153"),
        ("жазбалар 12, 34 және 56", "12 34 56"),
        ("нөмірі мың үш жүз елу сегіз", "1358"),
        ("тізімдегі нөмірі 1 358", "1358"),
        ("нөмірі он үш тоқсан бір", "1391"),
    ],
    "tr": [
        ("kayıt numarası 1391", "1391"),
        ("kayıt no: 1.358", "1358"),
        ("Kayıt numarası bin üç yüz elli sekiz", "1358"),
        ("kayıt numarası binüçyüzellisekiz", "1358"),
        ("KAYIT NUMARASI YÜZ KIRK İKİ", "142"),
        ("123 numaralı kayıt", "123"),
        ("yüz elli üç numaralı kayıt", "153"),
        ("1358. kayıt", "1358"),
        ("1358'inci kayıt", "1358"),
        ("bin üç yüz elli sekizinci kayıt", "1358"),
        ("numarası 507", "507"),
        ("kayıtlar 12, 34 ve 56", "12 34 56"),
        ("vaka no 153", "153"),
        ("1391 numaralı kişi", "1391"),
        ("1391 nolu kayıt", "1391"),
        ("1391 numaralı kayıt güncellendi", "1391"),
        ("1391 no'lu kayıt", "1391"),
        ("1391 numarada kayıtlı", "1391"),
        ("153, 507 ve 1391 numaralı kayıtlar", "153 507 1391"),
        ("10 Mart 2018, 507 ve 1391 numaralı kayıtlar", "507 1391"),
        ("kayıt no 1391'deki kişi", "1391"),
        ("kayit numarasi bin uc yuz elli sekiz", "1358"),
    ],
    "zh": [
        ("我要为第1391号作证", "1391"),
        ("编号一百五十三", "153"),
        ("编号是1358", "1358"),
        ("条目123", "123"),
        ("條目編號1,358", "1358"),
        ("第一千三百五十八号", "1358"),
        ("第12、34和56号", "12 34 56"),
        ("第12、第34和第56号条目", "12 34 56"),
        ("条目12、34和56", "12 34 56"),
        ("123号条目", "123"),
        ("编号一三五八", "1358"),
        ("编号幺三五八", "1358"),
        ("受害者编号１３５８", "1358"),
        ("登记号一千三百五十八", "1358"),
        ("序号 1358", "1358"),
    ],
    "ug": [
        ("نومۇرى 123", "123"),
        ("123-نومۇرلۇق", "123"),
        ("1358-نومۇرلۇق خاتىرە", "1358"),
        ("خاتىرە نومۇرى بىر مىڭ ئۈچ يۈز ئەللىك سەككىز", "1358"),
        ("نومۇرى بىر مىڭ ئۈچ يۈز ئەللىك سەككىز", "1358"),
        ("بىر مىڭ ئۈچ يۈز ئەللىك سەككىزىنچى خاتىرە", "1358"),
        ("تىزىملىك نومۇرى ١٣٥٨", "1358"),
        ("xatire nomuri bir ming üch yüz ellik sekkiz", "1358"),
        ("1358-nomurluq xatire", "1358"),
        ("tizimlik nomuri 1358", "1358"),
        ("1391-نومۇردىكى ئادەم", "1391"),
        ("153، 507 ۋە 1391-نومۇرلۇق خاتىرىلەر", "153 507 1391"),
        ("خاتىرىلەر 12، 34 ۋە 56", "12 34 56"),
    ],
    "ar": [
        ("رقم ١٢٣", "123"),
        ("القيد رقم ألف وثلاثمئة وثمانية وخمسون", "1358"),
        ("القيد رقم ١٬٣٥٨", "1358"),
        ("والقيد رقم ۱۳۵۸", "1358"),
        ("رقم القيد 1358", "1358"),
        ("الحالة رقم مئة وثلاثة وخمسين", "153"),
        ("رقمه في السجل 1358", "1358"),
        ("القيود 12، 34 و56", "12 34 56"),
        ("القيود أرقام 12 و34 و56", "12 34 56"),
        ("الضحية رقم ١٥٣", "153"),
        ("القيد رقم ألف وثلاث مئة وثمانية وخمسون", "1358"),
        ("القَيْد رَقم ١٥٣", "153"),
    ],
}

NOT_MEANT = {
    "en": [
        "Beat 1083", "1391", "in 2018 he was 45 years old", "number 2018", "number one concern",
        "in case 2 people come", "his entry. 507 came", "the register. 507 came",
        "room number 507", "No. 12 prison", "my phone number 1234567", "Entry 10:30", "Entry 12.05.2018",
        "entry 45 years", "Number 50,000 dollars", "Entry 1 358", "Entry 12345678901", "no 500 yuan", "reentry 123",
        "re-entry 123", "industry 123", "Entry on on the list", "the number of victims is 10,000",
        "house number 12", "12 Main Street, No. 45 Long Road", "school No. 12", "prison cell number 12",
        "born on 12 May 1985", "at 10:45 on 3/4/2018", "a score of 3:1, then 12-10", "phone: +90 212 555 01 23",
        "ID number 990000199001010000", "No. 8 701 123 45 67", "number 12.5 percent", "$45 and number 45$",
        "bus number 45", "his age is 45", "case 45 days", "case 45-year-old", "&#8217;12", "C#12",
        "the year number 1999",
        "numbers 10, 20 and 30 percent", "entries 1–500", "Entry 12-15", "Entry 3rd", "Entry 45th of May",
        "criminal case number 153", "diary entry 45", "number nineteen ninety", "entry one", "What number? 507 people",
        "the number. 50 people came", "numbers 50 to 60", "Entry 12/34", "number 45 km", "Vol. no. 45", "No.45 bus",
        "we were 12 in room 45", "entries 12 per day and 45 people", "page number 153", "he was prisoner number 1583",
        "entry fee 500", "Entry 0", "Entry 000", "Entry v2.153", "Entry 1358 2019",
        "entry number one three", "entry five six people", "Entry 1391/2", "entry number 1-3-5-8",
        "number twelve on my list", "Victims: 1358", "cases 153, of whom many were young", "victims 153 and 20 others",
        "our vehicle number 507", "seat number 153",
    ],
    "ru": [
        "школа номер 12", "номер 12 колония", "мне 45 лет", "в 2018 году", "запись 2019 года", "запись 2019",
        "запись 12 минут", "номер один враг", "номер телефона 87011234567", "ул. Абая, № 12", "улица Абая, дом № 12",
        "номер 50 000 тенге", "вторая запись", "третья запись", "12 мая 1985 года", "уголовное дело № 153",
        "тысяча триста пятьдесят восемь человек", "паспорт № 1234567", "автобус номер 45", "номер 2018",
        "камера номер двести пять", "запись двадцать лет", "номер 12 45 67", "15 записей", "квартира № 153",
        "запись один", "номер 45 процентов", "в 10:45", "жазба нөмірі: бір үш деген", "больница номер 153",
        "на машине номер 507", "поезд номер 153", "всего жертвы: 1358",
    ],
    "kk": [
        "мектеп нөмірі 12", "12 нөмірлі мектеп", "телефон нөмірі 8701123", "45 жаста", "2018 жылы", "мың адам",
        "жазба 2019", "2017-ші нөмір", "5-ші нөмір",
        "12-й номер телефона", "15 жазба",
        "екінші жазба", "нөмірі 2018", "түрме № 153", "бір мың үш жүз елу сегіз адам",
        "нөмірі 50 000 теңге", "153 нөмірлі камера", "көлік нөмірі 507",
    ],
    "tr": [
        "12 numaralı oda", "oda numarası 507", "telefon numarası 1234567", "45 yaşında", "2018 yılında", "on kişi",
        "bir numara", "15 kayıt", "ikinci kayıt", "kayıt 2019", "numarası 2018", "1358 kayıt", "bin kişi",
        "okul no. 12", "153 numaralı cezaevi", "otobüs numarası 153", "Atatürk caddesi no. 12", "numarası 45 lira",
        "uçuş numarası 387", "kapı numarası 153", "kayıt 15 gün sürdü", "12, 14 ve 16 numaralı odalar",
    ],
    "zh": [
        "第12号监狱", "15号", "2018年5月15号", "45岁", "第12号文件", "电话号码1234567", "身份证编号990000199001010000",
        "身份证编号1234567", "房间号码507", "第12个人", "受害者12人", "中山路第12号", "第二次", "一千三百五十八人",
        "第2018号", "第12号学校", "学生编号1234", "受害者12名", "手机号码1391234",
    ],
    "ug": [
        "تېلېفون نومۇرى 1234567", "12-نومۇرلۇق مەكتەپ", "12-نومۇرلۇق تۈرمە", "45 ياش", "2018-يىلى", "15 خاتىرە",
        "ئىككىنچى خاتىرە", "بىر مىڭ ئادەم", "نومۇرى 2018", "خاتىرە 2019", "telefon nomuri 1234567",
        "12-nomurluq mektep",
        "kimlik nomuri 1234567", "ياتاق نومۇرى 153",
    ],
    "ar": [
        "رقم الهاتف 1234567", "غرفة رقم ١٢", "سجن رقم 12", "عام 2018", "عمره 45 سنة", "رقم 2018", "ألف شخص",
        "رقم ١٢ سنة", "شارع الجامعة رقم ١٢", "ثلاثمئة دولار", "رقم خمسة", "القيد 2019", "٥٠٬٠٠٠ دولار", "١٢/٥/٢٠١٨",
        "السيارة رقم 507", "جواز رقم 1234567", "رقم ١٠:٣٠", "رقم ١٥٫٥",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "entries"),
    [pytest.param(*case, id=f"{lang}-{n}") for lang, cases in MEANT.items() for n, case in enumerate(cases)],
)
def test_a_number_with_its_cue_is_meant(text: str, entries: str) -> None:
    for whole in (text, f"… {text}.", f"(abc) {text}\nand"):
        found = number_mentions(whole)
        assert " ".join(m.entry for m in found) == entries, whole
        assert all(whole[m.start : m.end] == m.quote for m in found)


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=f"{lang}-{n}") for lang, texts in NOT_MEANT.items() for n, text in enumerate(texts)]
)
def test_what_a_number_counts_dates_or_numbers_otherwise_is_not_meant(text: str) -> None:
    assert number_mentions(text) == [], text
    assert number_mentions(f"… {text} …") == [], text


WORDED = {
    "en": [
        ("his ID in the victims database is 1358", "1358"),
        ("listed in the Xinjiang Victims Database under 24680", "24680"),
        ("Number in the victims database: 2764", "2764"),
        ("victim number 1 8 0 0 5", "18005"),
        ("entry 14200 and 16007", "14200 16007"),
        ("entry 1358 and 20 others", "1358"),
        ("the number of entries is 27000", ""),
        ("en\xadtry num\u2060ber 1358", "1358"),
        ("entry 13\xad58", ""),
        ("listed in the database as 12888", "12888"),
        ("he is in the register under 12888", "12888"),
        ("entries 98 and 2017", "98"),
        ("entries 1998 and 2017", "1998 2017"),
        ("entry 13\u200b58", ""),
    ],
    "ru": [
        ("Номер в базе жертв — 2764", "2764"),
        ("номера: 3015, 3016 и 26 110", "3015 3016 26110"),
        ("Жертвы 7043, 8219, 10 234", "7043 8219 10234"),
        ("в базе данных под номером 153", "153"),
        ("его карточка под номером 6021", "6021"),
    ],
    "kk": [
        ("2764 нөмірімен тіркелген", "2764"), ("Жәбірленуші 2764", "2764"), ("1358-ші болып тіркелген", "1358"),
        ("базада 12888 деп тұр", "12888"), ("базада 12888 адам бар", "")],
    "tr": [
        ("1358 numara Perhat Yolvas", "1358"),
        ("1358 numarası ile kayıtlı", "1358"),
        ("veritabanında 1358. sırada kayıtlı", "1358"),
        ("kayıt numarası 1358, 2017'de Aksu'da", "1358"),
        ("listede 21000 diye arayın", "21000"),
        ("listede 500 kişi var", ""),
    ],
    "ug": [("1358-نومۇردا", "1358"), ("1358-نومۇرغا تىزىملانغان", "1358"), ("زىيانكەش 2764", "2764")],
    "ar": [("رقمه في قاعدة بيانات الضحايا 2764", "2764"), ("الضحية 2764", "2764")],
    "zh": [
        ("7043号胡西塔尔，8219号木合塔尔", "7043 8219"),
        ("数据库第1358条", "1358"),
        ("第一个是10234号，依力亚尔", "10234"),
        ("2018号文件", ""),
        ("1205号房", ""),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "entries"),
    [pytest.param(*case, id=f"{lang}-{n}") for lang, cases in WORDED.items() for n, case in enumerate(cases)],
)
def test_other_ways_to_word_a_number_are_known(text: str, entries: str) -> None:
    found = number_mentions(text)
    assert " ".join(m.entry for m in found) == entries
    assert all(text[m.start : m.end] == m.quote for m in found)


DOUBTFUL = {
    "en": [
        "her cell was number 15", "his badge was number 7777", "at No. 20 Xinhua Road", "My number 291",
        "Witness number 15 was a nurse", "Case 291 in the Tarbagatai court", "victim number three",
    ],
    "ru": ["Дело № 291 слушалось в суде", "Мой номер 291", "Протест № 372", "Я спала на кровати номер 15"],
    "kk": ["менің нөмірім 47 болды", "Төсегімнің нөмірі 15 еді"],
    "tr": ["Numaram 291 idi", "Yatağımın numarası 15 idi", "Dosya numarası 291, Gulca mahkemesi"],
    "ug": ["مېنىڭ نومۇرۇم 47 ئىدى", "كارىۋىتىمنىڭ نومۇرى 15 ئىدى"],
    "ar": ["خيمة رقم 47", "الملف رقم 291 في محكمة غولجا"],
    "zh": ["我在教培中心的编号是291", "帐篷编号47", "第15号证人", "档案编号1291，由法院保管"],
}  # fmt: skip
SURE = {
    "en": ["Number 507", "then number 153", "She is number 507.", "In court. Entry 291", "Case number 153"],
    "ru": ["под номером 153", "Номер 507", "дело номер 153"],
    "kk": ["оның нөмірі 153"],
    "tr": ["onun numarası 153"],
    "ug": ["ئۇنىڭ نومۇرى 153"],
    "ar": ["رقم 153", "هو رقم 153"],
    "zh": ["他的编号是153", "编号153", "第153号。"],
}


@pytest.mark.parametrize("text", [text for texts in DOUBTFUL.values() for text in texts])
def test_what_may_well_be_another_number_is_doubtful(text: str) -> None:
    assert [m.doubtful for m in number_mentions(text)] == [True], number_mentions(text)


@pytest.mark.parametrize("text", [text for texts in SURE.values() for text in texts])
def test_a_plain_cue_is_not_doubtful(text: str) -> None:
    assert [m.doubtful for m in number_mentions(text)] == [False], number_mentions(text)
