"""Chinese surnames: which characters are some, and how those are read that a surname reads in its own way. Pure.

The readings are those of the Xiandai Hanyu Cidian under `xing`, a surname; of a character that is two surnames, both.
"""

_READINGS = """
单 shan; 單 shan; 查 zha; 盖 ge gai; 蓋 ge gai; 仇 qiu; 曾 zeng; 朴 piao pu; 乐 yue le; 樂 yue
le; 覃 qin tan; 解 xie; 区 ou; 區 ou; 翟 zhai di; 尉 wei yu; 黑 hei he; 员 yun; 員 yun; 折
she; 缪 miao; 繆 miao; 种 chong; 祭 zhai; 召 shao; 句 gou; 隗 wei kui; 郗 xi chi; 繁 po; 乜
nie; 牟 mou mu; 谌 chen shen; 諶 chen shen; 莘 shen xin; 柏 bai bo; 洗 xian; 那 na nuo; 秘
bi; 宓 mi fu; 薄 bo; 尉迟 yu'chi; 尉遲 yu'chi; 长孙 zhang'sun; 長孫 zhang'sun; 万俟 mo'qi; 萬俟
mo'qi; 澹台 tan'tai; 澹臺 tan'tai; 单于 chan'yu; 單于 chan'yu; 鲜于 xian'yu; 鮮于 xian'yu; 令狐
ling'hu; 欧阳 ou'yang; 歐陽 ou'yang; 司马 si'ma; 司馬 si'ma; 上官 shang'guan; 诸葛 zhu'ge; 諸葛
zhu'ge; 皇甫 huang'fu; 慕容 mu'rong; 东方 dong'fang; 東方 dong'fang; 呼延 hu'yan; 夏侯 xia'hou;
公孙 gong'sun; 公孫 gong'sun; 宇文 yu'wen; 司徒 si'tu; 赫连 he'lian; 赫連 he'lian; 拓跋 tuo'ba; 独孤
du'gu; 獨孤 du'gu
"""
SURNAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    surname: tuple(tuple(read.split("'")) for read in readings)
    for surname, *readings in (row.split() for row in _READINGS.split(";"))
}
"""Surnames read otherwise than their characters mostly are, and those of two characters; a reading is its syllables."""

COMMON = frozenset(
    "李王张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈"
    "吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏锺鍾钟鐘汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史"
    "顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文庞龐樊兰蘭殷施陶洪安颜顏倪严嚴牛温溫芦蘆季俞章鲁魯"
    "葛伍韦韋毕畢聂聶丛叢焦向柳邢路岳齐齊沿梅莫庄莊辛管祝左涂谷祁时時舒耿牟卜詹关關苗凌费費纪紀靳盛童欧歐甄项項曲"
    "成游阳陽裴席卫衛鲍鮑霍翁隋植甘景薄单單包司柏宁寧柯阮桂闵閔解强強柴华華车車冉房边邊辜吉饶饒刁瞿戚丘古米池滕晋"
    "晉苑邬鄔臧畅暢宫宮来來嵺苟全褚廉简簡娄婁盖蓋符奚木穆党黨燕郎邸冀谈談姬屠连連郜晏栾欒郁商蒙计計喻揭窦竇迟遲宇"
    "敖糜鄢冷卓花仇艾蓝藍都巩鞏稽井练練仲乐樂虞卞封竺冼原官衣楚佟栗匡宗应應台巫鞠僧桑荆谌諶银銀扬揚明沙伏岑习習胥"
    "保和哈虎海拜者撒妥喇者铁鐵丹摆擺买買敏麻锁鎖朵定满滿速宛答法摩黑洒灑脱脫羽以水门門忽靠回曾朴覃查区區尤赫"
)
"""Characters that are a surname by themselves: the commonest of China, and those of the Hui."""
