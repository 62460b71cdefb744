"""What synthetic voices say, a few sentences a language.

The base model hears German and Turkish in them, and reads some of several whatever the processor; synthetic French it
may take for circles on some processors, and then writes nothing of it.
"""

from collections.abc import Sequence
from pathlib import Path

from tests.transcription.conftest import Say
from tests.transcription.sounds import Sound, in_turn, load, write

GERMAN = (
    "Guten Tag, meine Damen und Herren. Heute ist das Wetter sehr schön in Berlin.",
    "Wir sprechen über die Menschen, die verschwunden sind, und über ihre Familien.",
    "Meine Mutter wartet seit vielen Jahren auf einen Brief von meinem Bruder.",
)
TURKISH = (
    "Kardeşim kışın evimizden alındı.",
    "O günden beri ondan haber alamadık.",
    "Annem hâlâ bir cevap bekliyor.",
)
FRENCH = (
    "Mon frère a été emmené de notre maison pendant l'hiver. Nous n'avons plus de nouvelles de lui depuis ce jour, "
    "et ma mère attend toujours une réponse."
)


def spoken(say: Say, sentences: Sequence[str], voice: str) -> Sound:
    """Sentences with silence after each."""
    return in_turn(*(load(say(one, voice=voice)) for one in sentences))


def apart(say: Say, sentences: Sequence[str], voice: str, path: Path) -> Path:
    """The same, written to a file."""
    return write(path, spoken(say, sentences, voice))
