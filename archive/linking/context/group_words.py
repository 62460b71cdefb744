"""Words that name no person: peoples, languages, religions, places, and what stands beside them; a table a language.

Only what the authors are sure of; a language is added by adding a table. A stem of four letters or more takes the
endings of its language, a shorter one stands as it is. Words are compared folded (see `numbers.numerals.folding`), so
that case, accents and the shapes of one Arabic letter make no difference.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """The words of one language in one script: stems, and what may stand before and after them."""

    stems: str
    endings: str = ""
    beginnings: str = ""


def _each(firsts: str, seconds: str) -> str:
    """Every first with every second after it; `-` is an empty one."""
    return " ".join((a + b).replace("-", "") for a in firsts.split() for b in seconds.split())


ENGLISH = Table(
    """
    uyghur uighur uygur uigur kazakh kazak qazaq kyrgyz kirghiz kirgiz uzbek tajik tatar hui dungan han chinese mongol
    mongolian tibetan manchu xibe sibe daur turk turkish turkic turkmen russian arab arabic arabian persian iranian
    pakistani afghan korean japanese american european asian german french english british kurd kurdish jewish
    mandarin cantonese putonghua
    islam islamic islamist muslim moslem christian christianity buddhist buddhism taoist taoism sunni shia shiite sufi
    sufism salafi wahhabi catholic protestant falun gong hajj ramadan eid quran koran
    woman women man men girl boy child children kid people person language speaker dialect community minority majority
    nation national nationality ethnic ethnicity family citizen villager student teacher culture religion religious
    village town township city county district prefecture province region autonomous republic country state area
    government party communist committee congress secretary police bureau station office court ministry army
    prison jail camp center centre reeducation education vocational training school university college hospital factory
    concentration internment detention transformation mosque mosques northern southern eastern western central north
    south east west new year people's public security
    xinjiang shinjang sinkiang china turkestan turkistan kazakhstan kyrgyzstan uzbekistan pakistan turkey istanbul
    almaty astana bishkek beijing peking shanghai asia america europe russia mongolia tibet dabancheng
    the a of in from and or to is was are were at by with for on my his her our their this that number entry
    """,
    "s es",
)
"""`he`, `an` and `so` are surnames too, and are left out."""

_RUSSIAN_ENDINGS = (
    "а у ю ом ем ой ою ей е ы и я ов ев ам ям ами ями ах ях ий ый ая яя ое ее ие ые ого его ому ему им ым их ых ими "
    "ыми ую юю иям иями иях ия ию ией"
)
RUSSIAN = Table(
    """
    казах казашк казашек казахск уйгур уйгурк уйгурок уйгурск киргиз киргизк киргизск кыргыз кыргызк кыргызск узбек
    узбечк узбечек узбекск таджик таджичк таджикск татар татарк татарок татарск монгол монголк монгольск тибетец тибетц
    тибетск дунган дунганк дунганск хуэй хуэйск хань ханец ханьц ханьск китаец китайц китаянк китаянок китайск маньчжур
    турок турк турчанк турецк тюрк тюркск туркмен туркменск русск россиян араб арабк арабск перс персидск английск
    немец немц немецк американц американск японц японск кореец корейц корейск
    исламск мусульманин мусульман мусульманк мусульманок мусульманск христианин христиан христианск христианств буддист
    буддизм буддийск суннит шиит суфи религи религиозн
    женщин мужчин человек люд люди людей людьми народ народн народов язык семь семей девушк девочк мальчик ребенок
    ребенк дет дети детей граждан гражданин нац национальност национальн меньшинств общин диаспор культур
    район област край уезд округ город города сел село деревн деревень провинци республик автономн страна стран
    лагер лагерь лагерн тюрьм тюрем колони школ мечет мечеть парти партийн коммунистическ полици правительств суд
    университет больниц центр перевоспитани образовани восточн западн северн южн центральн нов
    синьцзян синьцзянск кита китай казахстан казахстанск кыргызстан киргизи узбекистан пакистан турци росси монголи
    тибет стамбул алмат алматы алма ата астан бишкек пекин шанха шанхай урумч урумчи туркестан америк средн ази
    кульдж кульджинск инин или илийск тачэн тарбагата тарбагатай чугучак кашгар кашгарск хотан хотанск аксу корл алтай
    алта алтайск турфан турпан хами комул карама карамай артуш атуш чанцзи бортал кызылсу шихэцз яркенд куча
    кучар
    каракаш лоп гум кери маралбеш янгисар каргалык поскам эмин текес монголкур кюнес нилк чапчал хоргос коктока каба
    бурчун
    и в на из с со по от о об для это был была были номер запис дел
    """,
    _RUSSIAN_ENDINGS,
)
RUSSIAN_SINGULAR = Table("ислам", "а у ом е")
"""`Исламов` is a surname."""

_KAZAKH_CASES = (
    "- ның нің дың дің тың тің ны ні ды ді ты ті ға ге қа ке на не да де та те нда нде дан ден тан тен нан нен мен бен "
    "пен ша ше н"
)
KAZAKH = Table(
    """
    қазақ қазағ ұйғыр қырғыз өзбек татар тәжік дүнген моңғол ханзу қытай орыс түрік түркі түркімен араб парсы ағылшын
    неміс тибет маньчжур мұсылман ислам христиан будда дін діни
    әйел ер еркек адам кісі халық халқ тіл тілі діні қыз ұл бала жігіт отбасы ұлт ұлттық азамат диаспора мәдениет
    аудан облыс қала ауыл өлке аймақ аймағ провинция республика автономиялы автономиялық мемлекет ел жер
    лагерь лагер түрме абақты мектеп мешіт партия коммунистік полиция үкімет сот орталық орталығ университет аурухана
    жаңа шығыс батыс солтүстік оңтүстік
    шыңжаң шинжаң қазақстан қырғызстан өзбекстан пәкістан түркия ресей моңғолия ыстамбұл алматы астана бейжің үрімжі
    түркістан америка құлжа іле тарбағатай шәуешек қашқар қотан ақсу қорла алтай тұрфан құмыл қарамай артыш санжы
    бортала қызылсу жаркент куча қарақаш гума керия текес моңғолкүре күнес нылқы шапшал жеменей қорғас көктоғай шіңгіл
    қаба буыршын
    мен пен бен және бір бұл сол нөмір нөмірі жазба тіркеу
    """,
    _each("- лар лер дар дер тар тер лары лері дары дері тары тері ы і сы сі", _KAZAKH_CASES),
)
KAZAKH_LATIN = Table(
    """
    qazaq qazag uigyr uigir uygyr uygir uyghyr qyrgyz qirgiz ozbek tatar tajik dungen mongol hanzu qytai qitai qytay
    qitay
    orys oris turik turki arab agylshyn musylman musilman islam
    aiel ayel adam kisi halyq haliq halqy halqi til tili dini qyz ul bala jigit otbasy ult
    audan ayyl auyl aul oblys oblis qala olke aimaq avtonomialy avtonomialyq memleket lager turme mektep meshit partia
    ukimet ortalyq shygys batys
    shynjan sinjan qazaqstan qyrgyzstan ozbekstan turkia resei almaty astana beijin urimji turkistan
    qulja ile tarbagatai qashqar qotan aqsu qorla altai turfan qumyl qaramai artysh sanjy qyzylsu
    men pen ben jane bir bul sol nomir nomiri jazba
    """,
    _each(
        "- lar ler dar der tar ter y i sy si",
        "- nyn nin dyn din tyn tin ny ni dy di ty ti ga ge qa ke na ne da de ta te nda nde dan den tan ten nan nen "
        "men ben pen sha she",
    ),
)
KAZAKH_ARABIC = Table(
    """
    قازاق ۇيعىر قىرعىز وزبەك تاتار تاجىك دۇنگەن موڭعول حانزۋ قىتاي ورىس تۇرىك اراب مۇسىلمان يسلام
    ايەل ەركەك ادام حالىق حالقى تىل ءتىل تىلى ءتىلى قىز ۇل بالا جىگىت ۇلت ءۇلت
    اۋدان وبلىس قالا اۋىل ولكە ايماق اۆتونوميالى اۆتونوميالىق مەملەكەت لاگەر تۇرمە مەكتەپ مەشىت پارتيا ۇكىمەت ورتالىق
    شىعىس باتىس
    شىڭجاڭ شينجياڭ قازاقستان قىرعىزستان تۇركيا الماتى استانا بەيجىڭ ۇرىمجى ءۇرىمجى تۇركىستان
    قۇلجا ىلە تارباعاتاي قاشقار قوتان اقسۋ قورلا التاي تۇرپان قۇمىل قاراماي ارتىش سانجى قىزىلسۋ
    مەن پەن بەن جانە ءبىر بىر بۇل سول ءنومىر نومىر نومىرى جازبا
    """,
    _each(
        "- لار لەر دار دەر تار تەر ى سى",
        "- نىڭ دىڭ تىڭ نى دى تى عا گە قا كە نا نە دا دە تا تە ندا ندە دان دەن تان تەن نان نەن مەن بەن پەن شا شە",
    ),
)
UYGHUR = Table(
    """
    ئۇيغۇر قازاق قىرغىز ئۆزبېك تاتار تاجىك تۇڭگان خۇيزۇ خەنزۇ موڭغۇل تىبەت خىتاي جۇڭگولۇق رۇس تۈرك تۈركمەن ئەرەب
    ئىنگلىز نېمىس ياپون شىبە مانجۇ مۇسۇلمان ئىسلام خرىستىيان بۇددا دىن دىنى دىنىي
    ئايال ئەر ئادەم كىشى قىز ئوغۇل بالا خەلق خەلقى تىل تىلى مىللەت مىللىتى مىللىي ئائىلە پۇقرا مەدەنىيەت
    ناھىيە ناھىيىسى ۋىلايەت ۋىلايىتى شەھەر شەھىرى يېزا يېزىسى كەنت كەنتى رايون رايونى ئاپتونوم ئۆلكە ئۆلكىسى دۆلەت
    لاگېر لاگېرى تۈرمە تۈرمىسى مەكتەپ مەكتىپى مەسچىت مەسچىتى پارتىيە كومپارتىيە ساقچى ھۆكۈمەت سوت مەركىزى مەركەز
    ئۇنىۋېرسىتېت دوختۇرخانا تەربىيەلەش تەربىيىلەش يېڭى شەرقىي غەربىي شەرق
    شىنجاڭ جۇڭگو تۈركىستان قازاقىستان قىرغىزىستان ئۆزبېكىستان پاكىستان تۈركىيە رۇسىيە ئىستانبۇل ئالمۇتا ئالمائاتا
    ئاستانا بېيجىڭ ئۈرۈمچى شاڭخەي ئامېرىكا
    غۇلجا ئىلى چۆچەك تارباغاتاي قەشقەر خوتەن ئاقسۇ كورلا ئالتاي تۇرپان قۇمۇل قاراماي ئاتۇش سانجى بۆرتالا قىزىلسۇ
    شىخەنزە يەكەن كۇچا كۇچار قاراقاش لوپ گۇما كېرىيە مارالبېشى پەيزاۋات يېڭىسار يوپۇرغا قاغىلىق پوسكام مەكىت
    ئۈچتۇرپان توقسۇ شايار ئاۋات دۆربىلجىن تېكەس نىلقا چاپچال قورغاس
    ۋە بىلەن بىر بۇ شۇ نومۇر نومۇرى خاتىرە
    """,
    _each(
        "- لار لەر لىرى لىق لىك لۇق لۈك ى سى",
        "- نىڭ نى غا گە قا كە دا دە تا تە دىن تىن چە مۇ",
    ),
)
UYGHUR_LATIN = Table(
    """
    uyghur qazaq qirghiz ozbek tatar tajik tunggan xuyzu xenzu mongghul tibet xitay junggoluq rus turk turkmen ereb
    ingliz musulman islam xristiyan budda din dini
    ayal er adem kishi qiz oghul bala xelq xelqi til tili millet milliti milliy aile
    nahiye nahiyisi wilayet wilayiti sheher shehiri yeza yezisi kent kenti rayon rayoni aptonom olke olkisi dolet
    lager lageri turme turmisi mektep mektipi meschit meschiti partiye saqchi hokumet sot merkizi yengi sherqiy sherq
    shinjang junggo turkistan qazaqistan qirghizistan turkiye istanbul almuta beyjing urumchi
    ghulja ili chochek tarbaghatay qeshqer xoten aqsu korla altay turpan qumul qaramay atush sanji bortala qizilsu
    yeken
    kuchar qaraqash lop guma keriye maralbeshi peyzawat yengisar yopurgha qaghiliq poskam mekit uchturpan toqsu shayar
    awat tekes nilqa chapchal qorghas
    we bilen bir bu shu nomur nomuri xatire
    """,
    _each("- lar ler liri liq lik luq i si", "- ning ni gha ge qa ke da de ta te din tin che mu"),
)
TURKISH = Table(
    """
    uygur kazak kırgız özbek tatar tacik dungan hui han çin çinli çince moğol tibetli tibet türk türkçe türkmen türki
    arap arapça fars rus rusça ingiliz ingilizce alman mançu
    müslüman islam islami islamiyet hristiyan hıristiyan budist budizm sünni şii din dini
    kadın erkek adam kişi insan halk halkı dil dili kız çocuk aile vatandaş azınlık millet toplum
    bölge bölgesi ilçe ilçesi il ili şehir şehri köy köyü eyalet eyaleti ülke özerk cumhuriyet cumhuriyeti
    kamp kampı toplama hapishane hapishanesi cezaevi okul okulu cami camii parti partisi komünist polis emniyet hükümet
    hükümeti mahkeme merkez merkezi üniversite üniversitesi hastane yeni doğu batı kuzey güney orta asya
    türkistan kazakistan kırgızistan özbekistan pakistan türkiye rusya moğolistan istanbul ankara almatı astana pekin
    şincan sincan urumçi gulca kaşgar hoten aksu korla altay turfan kumul karamay artuş yarkent
    ve ile bir bu şu kayıt numara numarası dosya
    """,
    _each(
        "- lar ler ları leri ı i u ü",
        "- nın nin nun nün ın in un ün nı ni yı yi yu ı i u a e ya ye na ne da de ta te nda nde dan den tan ten ndan "
        "nden la le yla yle ca ce ça çe",
    ),
)
ARABIC = Table(
    """
    ايغور اويغور إيغور أويغور كازاخ قازاق قرغيز قيرغيز اوزبك صيني تركي روسي عربي فارسي تتار طاجيك هوي هان صين مغول
    منغول تبت ترك تركمان روس
    عرب فارس
    انجليز مسلم اسلام مسيح مسيحي بوذ شيعة سنة صوفي قران دين ديانة
    امراة مراة نساء رجل رجال شعب شعوب ناس شخص اشخاص لغة فتاة بنت ولد طفل اطفال عائلة اسرة قومية اقلية طائفة مواطن
    قرية مدينة محافظة مقاطعة منطقة اقليم ولاية ناحية بلدة دولة جمهورية ذاتي حكم
    سجن معسكر معسكرات معتقل معتقلات مسجد مساجد مدرسة مدارس جامعة مستشفى حزب شيوع شيوعي شرطة حكومة محكمة مركز مراكز
    احتجاز اعتقال اعادة تعليم تاهيل تدريب مهني جديد شرق شرقي غرب جنوب شمال وسط اسيا
    شينجيانغ سنجان تركستان كازاخستان قرغيزستان اوزبكستان باكستان تركيا روسيا منغوليا اسطنبول انقرة بكين بيجين
    شنغهاي الماتي استانا اورومتشي اورومجي كاشغر قشغر ختن خوتان اكسو غولجا ايلي تورفان كورلا التاي اتوش يارقند
    في من على عن مع الى او هذا هذه رقم
    """,
    "ي ية يه يا يون يين يات ين ون ات ان ا ة ه",
    "ال و ف ب ل ك لل وال فال بال كال ولل",
)

TABLES = (
    ENGLISH, RUSSIAN, RUSSIAN_SINGULAR, KAZAKH, KAZAKH_LATIN, KAZAKH_ARABIC, UYGHUR, UYGHUR_LATIN, TURKISH, ARABIC,
)  # fmt: skip

NAMES_TOO = """
    islam ислам يسلام ئىسلام اسلام madina medina мадина мәдина مەدىنە adam адам ادام aqsu aksu аксу ақсу اقسۋ ئاقسۇ
    emin эмин emil altay altai алтай التاي ئالتاي sanji санжы سانجى
"""
"""What people are called as well: two of these side by side may be somebody (`Madina Islam`)."""

MECCA_AND_MEDINA = "madina medina mecca мадина мәдина медина мекка меке مەدىنە مەككە mekke مكة المدينة"

HAN = """
    汉族 漢族 汉人 漢人 华人 维吾尔 維吾爾 维族 維族 哈萨克 哈薩克 哈族 柯尔克孜 吉尔吉斯 乌孜别克 塔塔尔 塔吉克
    回族 回民 蒙古 满族
    锡伯 达斡尔 俄罗斯 藏族 东乡族 撒拉族 突厥 土耳其 阿拉伯 波斯 汉语 漢語 中文 维语 維語 维文 哈语 哈文 普通话
    国语 英语 俄语
    伊斯兰 伊斯蘭 穆斯林 回教 基督教 佛教 天主教 道教 清真 清真寺 法轮功
    新疆 中国 中國 北京 上海 香港 西藏 哈萨克斯坦 哈薩克斯坦 吉尔吉斯斯坦 乌兹别克斯坦 巴基斯坦 阿富汗 伊斯坦布尔
    阿拉木图 阿斯塔纳
    集中营 集中營 监狱 監獄 看守所 拘留所 共产党 东突厥斯坦 东突 南疆 北疆 东疆 达坂城 美国 日本 德国 俄国
"""
HAN_BESIDE = """
    少数 民族 族 人民 人 女人 女子 女性 女 男人 男子 男性 男 妇女 婦女 同胞 群众 百姓 老人 老百姓 姑娘 孩子 儿童
    语言 语 話 话 文字 文化 教徒 信徒 教 自治 区 區 县 縣 州 市 省 乡 鄉 镇 鎮 村 地区 地區 学校 學校 教育 培训 中心
    再 职业 技能 政府 公安 公安局 派出所 警察 党 国家 家庭 家 的 和 与 跟 是 在 了 们 有 被 这 那 个 一 里 去 来 从
    到 说
"""
"""What may stand beside a word of `HAN` and name nobody with it."""
