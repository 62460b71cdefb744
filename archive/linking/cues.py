"""What stands beside a name and says whose it is: tables of words, by language. Pure.

Only what the authors are sure of; a language is added by adding words here. Cues of numbers are in `number_cues.py`.
"""

import re

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
