"""Name parts as Uyghur and Kazakh names are spelled, for persons made up of two; any likeness is chance.

A row: as a register has it, another Latin spelling, Kazakh or Russian, Uyghur in Arabic letters, Chinese.
"""

PARTS = (
    ("Memet", "Mehmet", "Мәмет", "مەمەت", "买买提"),
    ("Tursun", "Toursoun", "Турсун", "تۇرسۇن", "吐尔逊"),
    ("Abdurahman", "Abdurakhman", "Абдурахман", "ئابدۇراخمان", "阿不都热合曼"),
    ("Ehmet", "Akhmet", "Ахмет", "ئەخمەت", "艾合买提"),
    ("Patigul", "Patigül", "Патигуль", "پاتىگۈل", "帕提古丽"),
    ("Dilshat", "Dilxat", "Дильшат", "دىلشات", "迪力夏提"),
    ("Mutellip", "Mutällip", "Муталип", "مۇتەللىپ", "木塔力甫"),
    ("Zulpiye", "Zulfiya", "Зульфия", "زۇلپىيە", "祖丽皮亚"),
    ("Qurban", "Kurban", "Құрбан", "قۇربان", "库尔班"),
    ("Ismayil", "Ismail", "Исмаил", "ئىسمايىل", "伊斯马伊力"),
    ("Tohti", "Tokhti", "Тохти", "توختى", "托合提"),
    ("Perhat", "Ferhat", "Пархат", "پەرھات", "帕尔哈提"),
    ("Sulayman", "Suleyman", "Сулейман", "سۇلايمان", "苏来曼"),
    ("Roshengul", "Rushangul", "Рушангуль", "روشەنگۈل", "茹仙古丽"),
    ("Jelil", "Djalil", "Жалил", "جېلىل", "吉力力"),
    ("Seypidin", "Saypidin", "Сайфуддин", "سەيپىدىن", "赛福丁"),
    ("Erbol", "Yerbol", "Ербол", "ئەربول", "叶尔波力"),
    ("Nurlan", "Nourlan", "Нұрлан", "نۇرلان", "努尔兰"),
    ("Qairat", "Kayrat", "Қайрат", "قايرات", "哈依拉提"),
    ("Daulet", "Dawlet", "Дәулет", "داۋلەت", "达吾列提"),
    ("Zhumabek", "Jumabek", "Жұмабек", "جۇمابەك", "居马别克"),
    ("Gulbahar", "Gülbahar", "Гульбахар", "گۈلباھار", "古丽巴哈尔"),
    ("Shohret", "Şöhret", "Шохрат", "شۆھرەت", "肖合来提"),
    ("Turghun", "Turgun", "Тургун", "تۇرغۇن", "吐尔洪"),
)
LATIN, OTHER, CYRILLIC, ARABIC, HAN = range(5)
