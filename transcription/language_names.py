"""What people call languages: in English, in the language itself, and those of the region in its own languages too.

English names are those of ISO 639-2, as far as a person would write them in a label; `[afar]` and the like stay words.
"""

import unicodedata
from typing import Final

_NAMES: Final = {
    "am": "amharic, አማርኛ",
    "ar": "arabic, العربية, عربي, арабский, по-арабски, arapça, араб тілі, арабша, 阿拉伯语, 阿拉伯文, ئەرەبچە",
    "az": "azerbaijani, azeri, azərbaycanca, azərbaycan dili, азербайджанский, azerice",
    "ba": "bashkir, башҡортса, башкирский",
    "be": "belarusian, беларуская, белорусский",
    "bg": "bulgarian, български, болгарский",
    "bn": "bengali, bangla, বাংলা",
    "bo": "tibetan, བོད་སྐད་, བོད་ཡིག, тибетский, 藏语, 藏文",
    "bs": "bosnian, bosanski",
    "ca": "catalan, català",
    "ce": "chechen, нохчийн, чеченский",
    "cs": "czech, čeština, česky, чешский",
    "da": "danish, dansk",
    "de": "german, deutsch, немецкий, по-немецки, almanca, неміс тілі, немісше, 德语, 德文",
    "el": "greek, ελληνικά, греческий",
    "en": "english, английский, по-английски, ingilizce, ағылшын тілі, ағылшынша, ингилизче, inglizcha, 英语, 英文, "
    "ئىنگلىزچە, ئىنگلىز تىلى",
    "es": "spanish, castilian, español, castellano, испанский",
    "et": "estonian, eesti",
    "fa": "persian, farsi, dari, فارسی, персидский, farsça, 波斯语, پارسچە",
    "fi": "finnish, suomi, suomeksi, финский",
    "fr": "french, français, en français, французский, по-французски, fransızca, француз тілі, французша, 法语, 法文, "
    "فرانسۇزچە",
    "he": "hebrew, עברית, иврит",
    "hi": "hindi, हिन्दी, हिंदी",
    "hr": "croatian, hrvatski",
    "hu": "hungarian, magyar, венгерский",
    "hy": "armenian, հայերեն, армянский",
    "id": "indonesian, bahasa indonesia",
    "it": "italian, italiano, итальянский",
    "ja": "japanese, 日本語, японский, japonca, 日语, 日文, ياپونچە",
    "ka": "georgian, ქართული, грузинский",
    "kk": "kazakh, қазақша, қазақ тілі, qazaqşa, qazaqsha, qazaq tili, казахский, по-казахски, kazakça, "
    "казакча, qozoqcha, 哈萨克语, 哈薩克語, 哈萨克文, قازاقشا, قازاق ٴتىلى, قازاقچە, قازاق تىلى",
    "ko": "korean, 한국어, корейский, korece",
    "ku": "kurdish, kurdî, kurmanji, کوردی, курдский, kürtçe",
    "ky": "kyrgyz, kirghiz, kirgiz, кыргызча, кыргыз тили, kyrgyzcha, киргизский, кыргызский, по-киргизски, "
    "kırgızca, қырғызша, қырғыз тілі, 柯尔克孜语, 吉尔吉斯语, قىرغىزچە, قىرعىزشا",
    "la": "latin",
    "lt": "lithuanian, lietuvių",
    "lv": "latvian, latviešu",
    "mn": "mongolian, монгол хэл, монголоор, монгольский, moğolca, моңғолша, 蒙古语, 蒙古文, ᠮᠣᠩᠭᠣᠯ, موڭغۇلچە",
    "ms": "malay, bahasa melayu",
    "my": "burmese, မြန်မာ",
    "ne": "nepali, नेपाली",
    "nl": "dutch, flemish, nederlands, vlaams",
    "no": "norwegian, norsk",
    "pa": "punjabi, panjabi, ਪੰਜਾਬੀ",
    "pl": "polish, polski, po polsku, польский",
    "ps": "pashto, pushto, پښتو, пушту",
    "pt": "portuguese, português, португальский",
    "ro": "romanian, moldovan, moldavian, română",
    "ru": "russian, русский, по-русски, русский язык, rusça, орысша, орыс тілі, орусча, орус тили, ruscha, rus tili, "
    "俄语, 俄文, رۇسچە, رۇس تىلى",
    "sk": "slovak, slovenčina, slovensky",
    "sl": "slovenian, slovene, slovenščina",
    "so": "somali, soomaali",
    "sq": "albanian, shqip",
    "sr": "serbian, српски, srpski",
    "sv": "swedish, svenska, шведский",
    "sw": "swahili, kiswahili",
    "ta": "tamil, தமிழ்",
    "tg": "tajik, тоҷикӣ, таджикский, tacikçe, тәжікше, 塔吉克语, تاجىكچە",
    "th": "thai, ไทย",
    "tk": "turkmen, türkmençe, türkmen dili, туркменский, türkmence, түрікменше, 土库曼语",
    "tr": "turkish, türkçe, турецкий, по-турецки, түрікше, түрік тілі, туркчо, turkcha, 土耳其语, 土耳其文, تۈركچە",
    "tt": "tatar, татарча, татар теле, татарский, tatarca, татарша, 塔塔尔语, تاتارچە",
    "ug": "uyghur, uighur, uigur, uygur, ئۇيغۇرچە, ئۇيغۇر تىلى, уйғурчә, уйғур тили, uyghurche, uyghur tili, "
    "уйгурский, по-уйгурски, uygurca, ұйғырша, ұйғыр тілі, уйгурча, uyg‘urcha, uygʻurcha, "
    "维吾尔语, 維吾爾語, 维语, 维吾尔文",
    "uk": "ukrainian, українська, українською, украинский",
    "ur": "urdu, اردو, урду",
    "uz": "uzbek, oʻzbekcha, o‘zbekcha, o'zbekcha, ozbekcha, ўзбекча, узбекский, по-узбекски, özbekçe, өзбекше, "
    "өзбек тілі, өзбекче, 乌兹别克语, ئۆزبېكچە",
    "vi": "vietnamese, tiếng việt",
    "yi": "yiddish, ייִדיש",
    "yue": "cantonese, 粤语, 粵語, 广东话, 廣東話",
    "za": "zhuang, 壮语",
    "zh": "chinese, mandarin, putonghua, 中文, 汉语, 漢語, 普通话, 普通話, 国语, 國語, китайский, по-китайски, çince, "
    "қытайша, қытай тілі, кытайча, xitoycha, خەنزۇچە, خەنزۇ تىلى, ҳәнзучә, 汉文",
}  # fmt: skip


def _folded(name: str) -> str:
    """A name as it is compared: Turkish İ, which has a dot of its own in small letters, as i."""
    return " ".join(unicodedata.normalize("NFC", name.casefold().replace("i\u0307", "i")).split())


_CODES: Final = {_folded(name): code for code, names in _NAMES.items() for name in names.split(", ")}


def named(name: str) -> str | None:
    """The code of the language that people call so, in capitals or not; None where none is."""
    return _CODES.get(_folded(name))
