"""The cues of Chinese, which parts no words: before a number, after it, and around it (第123号). Pure."""

import re

from archive.linking.numbers.numerals.chinese import CHARACTERS

BEFORE = re.compile(
    r"(?:(?P<strong>(?:条目|條目|案例|档案|檔案|受害者|受害人|登记|登記|词条|詞條)(?:的)?(?:编号|編號|号码|號碼|序号|序號|号|號)?|编号|編號)"
    r"|(?P<weak>号码|號碼|序号|序號))(?P<gap>[ :：第为為是#№]{0,3})"
)
AFTER = re.compile(r"[ ]?(?:号|號)(?:条目|條目|案例|档案|檔案|受害者|受害人|词条|詞條)")
FRAMED = re.compile(rf"第[ ]?(?=[\d{CHARACTERS}])")
FRAME_ENDS = re.compile(r"[ ]?(?:号|號)(?P<strong>条目|條目|案例|档案|檔案|受害者|受害人|词条|詞條)?")
NUMERALS = re.compile(rf"[{CHARACTERS}]{{1,14}}")
"""A run of numerals; one that goes on is none, so look at what follows."""
