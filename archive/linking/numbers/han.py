"""The cues of Chinese, which parts no words: before a number, after it, and around it (第123号). Pure."""

import re

from archive.linking.numbers.numerals.chinese import CHARACTERS

BEFORE = re.compile(
    r"(?:(?P<strong>(?:条目|條目|(?P<file>案例|档案|檔案)|受害者|受害人|登记|登記|词条|詞條)(?:的)?(?:编号|編號|号码|號碼|序号|序號|号|號)?"
    r"|(?:数据库|數據庫|名册|名冊|名单|名單)(?:里|中|上)?(?:的)?(?:编号|編號|号码|號碼|序号|序號)"
    r"|(?:(?<=^)|(?<=[\s，。、；：（(]))(?:编号|編號))"
    r"|(?P<own>(?:我|本人)[^，。！？\s]{0,10}?(?:的)?(?:编号|編號|号码|號碼))"
    r"|(?P<weak>编号|編號|号码|號碼|序号|序號))(?P<gap>[ :：第为為是#№]{0,3})"
)
NUMBERED = re.compile(
    r"(?<![\dA-Za-z第.,:/–—-])(?P<number>\d{4,7})[ ]?[号號](?![线線楼樓房院文公令线馆店厅室车楼路街])"
)
"""A long number with 号 and without 第, which days and houses hardly have."""

LISTED = re.compile(rf"(?:数据库|數據庫|名册|名冊|名单|名單)(?:里|中|上)?(?:的)?第[ ]?(?=[\d{CHARACTERS}])")
"""In a register, 条 and 位 number entries too: 数据库第1358条."""

AFTER = re.compile(r"[ ]?(?:号|號)(?:条目|條目|案例|档案|檔案|受害者|受害人|词条|詞條)")
FRAMED = re.compile(rf"第[ ]?(?=[\d{CHARACTERS}])")
LIST_ENDS = re.compile(r"[ ]?(?:条|條|号|號|位|个|個)")
FRAME_ENDS = re.compile(r"[ ]?(?:号|號)(?P<strong>条目|條目|案例|档案|檔案|受害者|受害人|词条|詞條)?")
NUMERALS = re.compile(rf"[{CHARACTERS}]{{1,14}}")
"""A run of numerals; one that goes on is none, so look at what follows."""
