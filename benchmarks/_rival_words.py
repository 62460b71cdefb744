"""Parts of names, and sentences, of which `benchmarks._rivals` makes texts. Parts go to one half each, by lot."""

UYGHUR_PARTS = """
abliz ablet ablimit abdukërim abdurëhim abduraxman abdusalam abduweli abduqadir adil anargül arzugül asiye awut aygül
aynur ayshem ayup azat bahargül batur bextiyar burhan chimen dawut dilnar dilshat dilreba dolqun ehmet ekber ekrem
elyar eli elshat enwer erkin esqer exmet ezimet ëziz gheni ghalip gheyret ghopur gülbahar gülnar gülshen güzel
hebibulla haji hashim hesen hörmet hüsen ilham imin ibrahim islam ismayil jappar jëlil juma kamil kërim küresh
lutpulla mahire mahmut memet memtimin meryem mihray mijit mirzat muhemmet muxter munire musa mutellip muyesser nabijan
nadir nijat niyaz nurmemet nurnisa obul ömer osman patime patigül perhat polat qadir qasim qeyser qurban rahile rehim
rena reshat rishat rozi rustem sabir sadir salih sami semet sëtiwaldi shahide shëripe shöhret sidiq siyit sulayman
sultan tahir tayir tashpolat telet tiliwaldi toxti tömür turdi turghun tursun wahap waris weli yasin yaqup yolwas
yultuz yusup zahir zakir zeynep zohre zordun zulpiqar zulpiye zumret zunun
"""
KAZAKH_PARTS = """
айгүл айдос айнұр ақбота ақмарал алмас алтынай амангелді амантай арман асқар әсел ахмет әлия әлібек әсет бақыт бақытжан
бауыржан бекзат берік болат данияр дархан дәулет дәурен динара думан еділ ерболат ербол ерғазы ержан ерлан есен жанат
жанар жасұлан жомарт жұмабек жұмағұл зейнолла зәуре кәмила кәрім кеңес күләш қайрат қайсар қанат қарлығаш қасым қуаныш
құрман мағжан мақсұт марат мәдина медет мейрам мұқан мұрат нұргүл нұрлан нұржан нұрсұлтан ораз оразбек орынбек оспан
рахым риза сағат самат сандуғаш сәбит сәкен серік серікжан сәуле талғат темір тілеу төлеген төлеубек тұрсын уәли үміт
шолпан шынар ілияс ыбырай жібек гүлшат гүлнар мереке досым ғабит ғалым еркін есқали игілік кәмшат қадыр қабдыл қыдыр
құралай мұса мырзахан нағима нәзира нышан өмір пернебай сайран сапар сейдахмет сұлтан тоқтар тұрар үсен хадиша шаймерден
шәкен ырыс мәлік дәмелі зухра абай абылай
"""
HUI_SURNAMES = """
马ma 丁ding 哈ha 沙sha 白bai 金jin 李li 王wang 杨yang 张zhang 海hai 穆mu 虎hu 单shan 查zha 盖ge 仇qiu 曾zeng
朴piao 乐yue 覃qin 解xie 区ou 韩han 田tian 刘liu 郭guo 拜bai 苏su 何he 周zhou 赵zhao
"""
HUI_GIVEN = """
国guo 庆qing 秀xiu 兰lan 明ming 华hua 建jian 军jun 文wen 英ying 玉yu 林lin 海hai 龙long 志zhi 强qiang 春chun 梅mei
小xiao 东dong 德de 福fu 生sheng 成cheng 忠zhong 义yi 桂gui 芳fang 丽li 娟juan 伟wei 平ping 学xue 武wu 振zhen
江jiang 永yong
"""

ENDINGS = {
    "Uyghur": ("jan", "gül", "xan", "nisa", "niyaz", "ahun"),
    "Kazakh": ("жан", "гүл", "хан", "бек", "тай", "әлі"),
}
VOWELS = {"Uyghur": "aeiouöü", "Kazakh": "аәеыіоөұү"}
SENTENCES = {
    "ug-Arab": ("{0} 2018-يىلى تۇتقۇن قىلىندى.", "ئاكام {0} لاگېردا.", "{0} نەدە؟", "{0}"),
    "ug-Latn": ("{0} 2018-yili tutqun qilindi.", "Akam {0} lagërda.", "{0} nede?", "{0}"),
    "ug-Cyrl": ("{0} 2018-жили тутқун қилинди.", "Акам {0} лагерда.", "{0} нәдә?", "{0}"),
    "kk-Arab": ("{0} 2018 جىلى ۇستالدى.", "اعام {0} لاگەردە.", "{0} قايدا؟", "{0}"),
    "kk-Latn": ("{0} 2018 jyly ūstaldy.", "Ağam {0} lagerde.", "{0} qaida?", "{0}"),
    "kk-Cyrl": ("{0} 2018 жылы ұсталды.", "Ағам {0} лагерьде.", "{0} қайда?", "{0}"),
    "Hans": ("{0}于2018年被捕。", "我的哥哥{0}在营里。", "{0}在哪里？", "{0}"),
}
