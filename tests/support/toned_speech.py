"""Speech with tones above it: Whisper and its detector hear the voice, a made-up CTC model reads the tones.

So it is known what each engine writes, and the whole way is tried with real ones. It is no speech that anybody could
read, and no test with it says anything of quality.
"""

from collections.abc import Callable
from pathlib import Path

import numpy

from tests.transcription.sounds import Sound, in_turn, load
from tests.world.ctc_model import CtcModel, Layout, make_ctc_model

UYGHUR, TURKISH = "ئۇېڭبا", "dağışü"
LETTERS = f"{UYGHUR}{TURKISH} "

ABOVE_SPEECH = 3600
"""Hz of the lowest tone: what voices have above it is faint."""

SAID = "ئۇبا بابا ئېڭا ڭابۇا"
SAID_IN_TURKISH = "dağ ışığı üşüdü"

WORDS = "Kardeşim kışın evimizden alındı, o günden beri ondan haber alamadık."


def tone_model(folder: Path, layout: Layout = "omnilingual") -> CtcModel:
    """A CTC model; in the layout of Omnilingual ASR it knows Uyghur, Kyrgyz, Turkish and others."""
    return make_ctc_model(folder, layout, letters=LETTERS, lowest=ABOVE_SPEECH)


def toned(say: Callable[..., Path], model: CtcModel, *texts: str, voice: str = "tr", words: str = WORDS) -> Sound:
    """The same words for each text, said by a voice with the text's tones above it; silence after each."""
    spoken = load(say(words, voice=voice))
    return in_turn(*(_mixed(spoken, model, text) for text in texts))


def _mixed(spoken: Sound, model: CtcModel, text: str) -> Sound:
    tones = model.sound(text, gap_ms=50) if text else numpy.zeros(0)
    whole = numpy.zeros(max(spoken.size, tones.size))
    whole[: spoken.size] += 0.5 * spoken
    whole[: tones.size] += 0.4 * tones
    return whole
