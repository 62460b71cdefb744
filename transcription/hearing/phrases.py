"""What Whisper writes into silence, noise and music, learnt from the subtitles that it was trained on.

Chosen by hand from what is commonly reported of such models; no study was counted through, and no list is complete.
Somebody may really say one, so it is marked, and deleted nowhere but where the detector's first look heard no speech.
"""

import re
from typing import Final

STOCK_PHRASES: Final[dict[str, tuple[str, ...]]] = {
    "ar": ("اشتركوا في القناة", "شكرا للمشاهدة", "شكرا على المشاهدة", "ترجمة نانسي قنقر", "لا تنسوا الاشتراك"),
    "en": (
        "thank you for watching", "thanks for watching", "thank you so much for watching", "please subscribe",
        "subscribe to my channel", "like and subscribe", "see you in the next video", "subtitles by the amara org",
        "transcription by castingwords", "you",
    ),
    "fr": (
        "sous titres réalisés par la communauté d amara org", "sous titres réalisés para la communauté d amara org",
        "sous titrage st 501", "sous titrage société radio canada", "merci d avoir regardé", "abonnez vous",
    ),
    "kk": ("көргендеріңізге рахмет", "назарларыңызға рахмет"),
    "ru": (
        "субтитры сделал dimatorzok", "субтитры создавал dimatorzok", "субтитры добавил dimatorzok",
        "редактор субтитров", "продолжение следует", "спасибо за просмотр", "подписывайтесь на канал",
        "спасибо за внимание",
    ),
    "tr": ("izlediğiniz için teşekkür", "abone olmayı unutmayın", "altyazı m k", "kanalıma abone olmayı"),
    "zh": (
        "请不吝点赞", "請不吝點贊", "订阅转发打赏支持明镜与点点栏目", "明镜与点点", "謝謝觀看", "谢谢观看",
        "字幕由amara org社区提供", "字幕志愿者", "字幕志願者", "谢谢大家收看", "謝謝大家收看", "中文字幕志愿者",
    ),
}  # fmt: skip
"""By language, in lower case and without punctuation."""

_NOT_WORDS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """A text in lower case, words separated by one space, without punctuation."""
    return _NOT_WORDS.sub(" ", text.casefold()).strip()


def is_stock(text: str) -> bool:
    """Whether a text is such a phrase, or one with little beside it; whatever language the model wrote it in."""
    said = plain(text)
    return any(
        phrase in said and len(said) <= max(2 * len(phrase), len(phrase) + 12) if len(phrase) > 4 else said == phrase
        for phrases in STOCK_PHRASES.values()
        for phrase in phrases
    )
