"""Words that say what somebody is in a testimony, by language; a language is added by adding words here.

Only what the authors are sure of. A word is a stem: up to eight letters may follow it, so that cases and tenses fit.
"""

import re


def _stems(text: str, *, before: str = r"(?<!\w)", after: str = r"\w{0,8}") -> str:
    return f"{before}(?:{'|'.join(sorted(text.split(), key=len, reverse=True))}){after}".replace("_", r"\s")


_SELF = (
    r"(?<!\w)(?:my name is|my name's|i am called|i am|i'm|this is|меня зовут|моё имя|мое имя|это я|менің аты-жөнім|"
    r"менің атым|менің есімім|атым|есімім|benim adım|adım|ismim|ben|مېنىڭ ئىسمىم|ئىسمىم|مەن|اسمي|أنا|معكم)(?!\w)"
    r"[\s:,–—-]{0,3}|(?:我叫做?|我的名字是|我的名字叫|我名叫|我是|本人)[\s:，,]{0,2}|(?<!\w)(?:я|мен)[\s:,–—-]{1,3}"
)
SELF = re.compile(_SELF, re.IGNORECASE)
SELF_BEFORE = re.compile(rf"(?:{_SELF})$", re.IGNORECASE)
"""Ends where a speaker's own name begins."""

SELF_AFTER = re.compile(r"[\s,]{0,3}(?:speaking|деген атым|менің атым|-?(?:мын|мін|пын|пін)(?!\w)|dir benim adım)")
"""Begins where a speaker's own name ends."""

NAMED = re.compile(
    r"[\s.,;:。，]{0,4}(?:(?:his|her|the victim['’]s) (?:full )?name (?:is|was)|(?:he|she) is (?:called|named)|this is|"
    r"(?:его|её|ее) зовут|(?:его|её|ее) имя|(?:оның )?(?:аты-жөні|есімі|аты)|(?:onun )?(?:adı|ismi)|"
    r"(?:ئۇنىڭ )?ئىسمى|اسمها?|(?:他|她)?(?:的名字)?(?:名?叫|是)|姓名)[\s:,，：–—-]{0,3}",
    re.IGNORECASE,
)
"""Stands between a number and the name of whom it means, also where a sentence ends in between."""

FATE = re.compile(
    "|".join(
        (
            _stems(
                """
                detain arrest imprison sentenc jail intern disappear vanish abduct missing captiv prison camp camps
                taken_away was_taken were_taken been_taken took_him took_her took_them re-educat reeducat incarcerat
                political_prisoner lost_contact no_news where_is free_my release whereabouts victim taken_to
                help_find please_find please_free bring_back justice_for prayers_for
                """
            ),
            _stems(
                """
                задерж арест забра посад осуд осужд приговор тюрьм лагер пропа исчез заключ освобо увез увел жертв
                нет_связи похит
                """
            ),
            _stems("ұста қама тұтқын сотта лагер түрме жоғал хабарсыз босат алып_кет әкет құрбан абақты"),
            _stems(
                "gözalt tutuk tutsak hapis hapse hapiste kamp kayıp kaybol götür mahkum mahkûm serbest tutul kurban"
            ),
            _stems("تۇتقۇن تۇتۇل تۇتۇپ قاماق قاماپ قامالغان لاگېر تۈرمە يوقاپ ئېلىپ_كەت كېسىل ئىز-دېرەك"),
            _stems("اعتقل اعتقال معتقل المعتقل سجن السجن معسكر المعسكر اختف اختطف مفقود محتجز احتجز أفرج حكم_علي"),
            "被捕|被抓|抓走|抓进|带走|帶走|拘留|逮捕|判刑|判处|判了|关押|關押|集中营|集中營|监狱|監獄|失踪|失蹤|失联|释放|受害|再教育|关进",
        )
    ),
    re.IGNORECASE,
)
"""What happened to those who are in a register."""

NOT_BEFORE = re.compile(
    r"(?:(?<!\w)(?:never|not|without|не|никогда|لم|ما)|n['’]t)\s(?:[^\W\d_]{1,12}\s){0,2}$|(?:没有?|未|从未|從未)$",
    re.IGNORECASE,
)
"""Ends where a fate begins that nobody had."""

NOT_WITHIN = re.compile(
    r"\w(?:m[ae](?:dı|di|mış|miş|yan|yen|z)|[мбп][ае](?:ды|ді|ған|ген|йды|йді)|م[ىاە](?:دى|غان|گەن|پتۇ))", re.IGNORECASE
)
"""A verb's denial in Turkic languages, in the word for a fate."""

LEAVING = re.compile(
    "releas|free|bring_back|news|contact|освобо|нет|босат|хабар|serbest|أفرج|ئىز|find".replace("_", r"\s")
)
"""What is no fate less for being denied: not released."""

PLACE = re.compile(
    r"(?<!\w)(?:prisons?|camps?|jails?|internment|detention|лагер\w{0,3}|тюрьм\w{0,3}|колони\w{0,3}|лагерь\w{0,6}|"
    r"түрме\w{0,6}|абақты\w{0,6}|kamp\w{0,6}|hapishane\w{0,6}|cezaev\w{0,6}|لاگېر\w{0,6}|تۈرمە\w{0,6}|السجن|سجن|"
    r"المعسكر|معسكر|المعتقل|معتقل)(?!\w)|集中营|集中營|监狱|監獄|看守所|拘留所|教培中心",
    re.IGNORECASE,
)
"""Where people are held: whoever heads one has an office."""

OWN_FATE = re.compile(
    r"(?<!\w)(?:i was|i had been|i've been|they (?:took|detained|arrested) me|"
    r"меня (?:\w{1,12} )?(?:задерж|арест|забра|посад|осуд|держал|увез)|я сидел\w?|я был\w? в (?:лагер|тюрьм)|"
    r"мені (?:\w{1,12} )?(?:ұста|қама|алып|сотта)|(?:ұсталды|қамалды|сотталды|тұтқындалды)м(?!\w)|"
    r"beni (?:\w{1,12} )?(?:gözalt|tutuk|hapse|götür|kamp)|"
    r"(?:tutukland|gözaltına alınd|götürüld|hapsedild|yakaland)[ıiuü]m|"
    r"kampta (?:\w{1,12} ){0,2}(?:kald|yatt|tutuld)[ıu]m|"
    r"лагерьде (?:\w{1,12} ){0,3}(?:болдым|отырдым|жаттым)|لاگېردا (?:\w{1,12} ){0,3}ياتتىم|"
    r"مېنى (?:\w{1,12} )?(?:تۇت|قام|ئېلىپ)|(?:تۇتۇلدۇ|قامالدى|سولاندى)م(?!\w)|اعتقلت|اعتقلوني|سجنت)|"
    r"我[^。！？]{0,16}(?:被|曾被)(?:捕|抓|关|關|送|判|带|帶|拘)",
    re.IGNORECASE,
)
"""A speaker's own fate."""

PASSIVE = re.compile(
    r"[\s,]{0,2}(?:\w{1,12}\s)?(?:was|were|is being|has been|had been|был[аио]?|被)(?!\w)|被", re.IGNORECASE
)
"""Begins where the name of somebody ends to whom something was done."""

POSSESSED = re.compile(r"(?:['’]s|['’]?(?:[ндт][ыі]ң|n?[iıuü]n)|ن?ىڭ)\s|的", re.IGNORECASE)
"""Begins where a name ends whose bearer has something: `'s brother`, `的弟弟`."""

POSSESSOR = re.compile(r"(?:['’]s|['’]n?[iıuü]n|[ндт][ыі]ң|نىڭ)$", re.IGNORECASE)
"""Ends a name in the case of whoever has something."""

OF = re.compile(r"(?<!\w)(?P<what>[^\W\d_]{2,20})\s(?:of|as|with)\s(?:the\s)?$", re.IGNORECASE)
"""Ends where a name begins that only says whose somebody is: `cellmate of`, `same village as`."""

OFFICE = re.compile(
    "|".join(
        (
            _stems(
                """
                secretary governor president chairman chairwoman minister mayor officer police policeman judge
                prosecutor director chief commander guard warden interrogator cadre official leader spokesman
                spokeswoman spokesperson ambassador consul general senator congressman party_boss head boss
                """,
                after=r"s?(?!\w)",
            ),
            _stems(
                """
                секретар губернатор президент председател министр мэр полицейск следовател судь прокурор начальник
                директор охранник надзирател чиновник глава посол консул генерал депутат староста
                """
            ),
            _stems(
                """
                хатшы әкім президент төраға министр полицей тергеуші судья прокурор бастық бастығ басшы елші депутат
                күзетші
                """
            ),
            _stems(
                """
                sekreter vali başkan bakan memur polis yargıç hakim savcı müdür komutan gardiyan büyükelçi yetkili
                muhtar
                """
            ),
            _stems("شۇجى سېكرېتار رەئىس مىنىستىر ساقچى سوتچى تەپتىش باشلىق ئەمەلدار"),
            _stems(
                """
                السكرتير سكرتير الرئيس رئيس الوزير وزير الشرطي ضابط الضابط القاضي المدير مدير المسؤول مسؤول السفير
                المحقق محقق الحارس
                """
            ),
            "书记|書記|主席|省长|县长|部长|局长|警察|警官|法官|检察官|所长|主任|干部|官员|大使|总统|村长|村長|队长|隊長|管教|狱警|獄警",
        )
    ),
    re.IGNORECASE,
)
"""Those who hold an office: they do what is done to others."""

WITNESS = re.compile(
    "|".join(
        (
            _stems(
                """
                journalist reporter interviewer host moderator presenter translator interpreter volunteer activist
                lawyer attorney editor researcher cameraman anchor correspondent colleague rights_defender witness
                witnesse
                """,
                after=r"s?(?!\w)",
            ),
            _stems(
                """
                журналист корреспондент ведущ переводчи доброволец волонтёр волонтер активист адвокат редактор
                правозащитни юрист свидетел
                """
            ),
            _stems("журналист тілші жүргізуші аудармашы ерікті белсенді адвокат заңгер қорғаушы куәгер"),
            _stems(
                "gazeteci muhabir sunucu tercüman çevirmen gönüllü aktivist avukat editör savunucu tanık tanığ şahit"
            ),
            _stems("مۇخبىر ژۇرنالىست رىياسەتچى تەرجىمان پىدائىي پائالىيەتچى ئادۋوكات گۇۋاھچى"),
            _stems(
                "الصحفي الصحافي صحفي مراسل المذيع المترجم مترجم المتطوع الناشط ناشط المحامي محامي الشاهد شاهد الشاهدة"
            ),
            "记者|記者|主持人|翻译|翻譯|志愿者|义工|活动人士|维权人士|律师|律師|编辑|证人|證人",
        )
    ),
    re.IGNORECASE,
)
"""Those who ask, write and help."""

SPEAKS = re.compile(
    r"[\s,]{0,2}(?:(?:also|then|has|had|have|just)\s)?(?:says?|said|told|tells|asks?|asked|reports?|reported|"
    r"explain\w{0,3}|wrote|writes|interview\w{0,3}|translat\w{0,3}|filmed|recorded|called me|helped|"
    r"сказал\w?|говорит|рассказал\w?|спросил\w?|"
    r"сообщил\w?|заявил\w?|написал\w?|переводит|айтты|айтады|деді|сұрады|"
    r"жазды|хабарлады|söyledi|dedi|anlattı|sordu|yazdı|"
    r"bildirdi|دېدى|ئېيتتى|سورىدى|يازدى|قال|قالت|يقول|تقول|سأل|سألت|كتب|ذكر)(?!\w)|(?:说|说道|告诉|问|表示|报道|写道|采访)",
    re.IGNORECASE,
)
"""Begins where the name of somebody ends who speaks of others."""

SOURCE = re.compile(
    r"(?:['’]?n?[iıuü]n)?\s(?:haberine|ifadesine|dediğine|söylediğine|"
    r"anlattığına|bildirdiğine|aktardığına)\sgöre(?!\w)|"
    r"(?:['’]?(?:[ндт][ыі]ң))?\s(?:айтуынша|айтуы бойынша|мәліметінше|сөзінше)(?!\w)|"
    r"(?:نىڭ)?\s(?:ئېيتىشىچە|ئاڭلىتىشىچە|دېيىشىچە|خەۋىرىگە\sئاساسلانغاندا)(?!\w)",
    re.IGNORECASE,
)
"""Begins where the name of somebody ends on whose word something is told, as Turkic languages put it."""

SPOKEN_TO = re.compile(
    r"(?<!\w)(?:thanks to|thank you|thank|according to|interview with|"
    r"interviewed by|interview by|interviewed|spoke to|spoke with|"
    r"talked to|talked with|talking to|with me is|joined by|told by|signed by|"
    r"ordered by|led by|hosted by|filmed by|sunan|yöneten|hazırlayan|"
    r"by|as told to|спасибо|благодарю|по словам|со слов|рахмет|айтуынша|teşekkürler|göre|رەھمەت|شكرا|بحسب|"
    r"(?:thanks|thank you)(?: (?:so|very) much)? for(?: \w{1,15}){1,4}(?=,)|"
    r"(?:спасибо|благодарю)(?: вам)? за(?: \w{1,15}){1,4}(?=,)|"
    r"وفقا ل)[\s,:]{1,2}$|(?:感谢|谢谢|采访|据)$",
    re.IGNORECASE,
)
"""Ends where the name of somebody begins who is thanked, asked or obeyed."""
