"""Made-up people for the linking tests; any likeness to a living person is chance."""

from archive.linking.index import RegisterIndex
from archive.linking.registers.entries import Entry
from archive.linking.registers.register import Register
from archive.linking.registers.testimonies import Testimony

CLIP = "file-00000000000000000000000000000000"
ADDRESS = "youtube.com/watch?v=abcdefghijk"

ENTRIES = (
    Entry(
        number="123",
        latin="Aqbota Seitqali",
        testimonies=(Testimony(labels=("1",), testifier="Dauren Seitqali", relation="husband"),),
        sources=(ADDRESS,),
    ),
    Entry(number="507", latin="Perhat Yolwas"),
    Entry(number="508", latin="Dauren Seitqali"),
    Entry(number="1358", latin="Mahire Tohti", chinese="玛依热·托合提"),
    Entry(number="1391", latin="Ghulamjan Ablimit"),
    Entry(number="2001", latin="Omirbek Aldan"),
    Entry(number="2002", latin="Perhat Yolwas"),
    Entry(number="2003", latin="Bao Wenxiang"),
    Entry(number="2004", latin=None),
)


def index(*entries: Entry) -> RegisterIndex:
    """The made-up register, or one of the entries given, ready for linking."""
    return RegisterIndex(Register(name="made-up", sha256="0" * 64, entries=entries or ENTRIES))
