"""How much of a channel's voice is in another channel, or in the mix of all, in a piece of some seconds. Pure."""

from functools import cached_property
from typing import Final

import numpy
from numpy.typing import NDArray

from transcription.engines.engine import Samples
from transcription.media.decoding import SAMPLE_RATE

HELD: Final = 0.6
"""Share of a channel's speech band that must be in another signal for its voice to be heard there.

The share is the magnitude-squared coherence (Carter, "Coherence and time delay estimation", Proc. IEEE 75, 1987),
averaged over 300 to 3400 Hz by the square root of the channel's power beyond what goes on all the time: .5 is a voice
under another one of the same level, .75 one under its own room's noise at 0 dB, .95 at 10 dB.
"""

ENVELOPES_ALIKE: Final = 0.85
"""Correlation of the loudness of bands over time from which two signals hold the same voice, whatever the room did."""

LOST_DB: Final = -8.0
"""How much of a channel's level may be lost: two channels of which one is silent lose 6 dB, three of which two are 9.5.

With 9.5 dB less, three in ten characters of a recording with soft passages were wrong, with 6 none more.
"""

COVERED: Final = 0.1
"""Share of a signal's whole power that a channel must be of to be heard in it: a tone or a hum may be the rest."""

SOFTEST_DB: Final = -65.0
"""Level of a channel's speech band, below full scale, below which nothing in it is listened for."""

_FRAME, _HOP = 1024, 512
_WINDOW = numpy.hanning(_FRAME + 1)[:-1]
_BAND = slice(int(300 * _FRAME / SAMPLE_RATE), int(3400 * _FRAME / SAMPLE_RATE))
_GROUPS: Final = 12


class Mixing:
    """A piece of a track's sound, one column a channel, compared with itself; after the last channel comes the mix.

    In what is told of pairs, the first index is a channel, the second that channel, or the mix, in which its voice may
    be. A piece shorter than a quarter of a second is taken to be held everywhere.
    """

    def __init__(self, piece: NDArray[numpy.float32]) -> None:
        self.channels: int = piece.shape[1]
        signals = numpy.concatenate([piece, piece.mean(axis=1, keepdims=True)], axis=1).astype(numpy.float64)
        padded = numpy.pad(signals, ((0, max(0, 4 * _FRAME - len(signals))), (0, 0)))
        frames = numpy.lib.stride_tricks.sliding_window_view(padded, _FRAME, axis=0)[::_HOP]
        self._spectra = numpy.fft.rfft(frames * _WINDOW, axis=-1)  # frame, signal, frequency
        self._cross = numpy.einsum("tcf,tkf->ckf", self._spectra, self._spectra.conj()) / len(self._spectra)
        self._power = numpy.einsum("ccf->cf", self._cross).real + 1e-20
        self._short = len(signals) < 4 * _FRAME

    @cached_property
    def held(self) -> NDArray[numpy.bool_]:
        """Pairs of which it is sure: a channel that is as good as silent, and itself, are held too."""
        alike = (self._share >= HELD) | (self._envelopes_alike >= ENVELOPES_ALIKE)
        itself = numpy.eye(self.channels, self.channels + 1, dtype=bool)
        found: NDArray[numpy.bool_] = alike & self._loud_enough | self._silent[:, None] | itself | self._short
        return found

    @property
    def in_question(self) -> NDArray[numpy.bool_]:
        """Pairs that are not sure, of which the second is loud enough: what is not common may be noise, or a voice."""
        found: NDArray[numpy.bool_] = self._loud_enough & ~self.held
        return found

    def rest(self, channel: int, other: int) -> Samples:
        """What is left of a channel without all that is common to it and another signal (a Wiener filter in 64 ms)."""
        response = self._cross[channel, other] / self._power[other]
        spectra = self._spectra[:, channel] - response * self._spectra[:, other]
        frames = numpy.fft.irfft(spectra, n=_FRAME, axis=-1)
        sound = numpy.zeros((len(frames) + 1) * _HOP)
        for number, frame in enumerate(frames):
            sound[number * _HOP : number * _HOP + _FRAME] += frame
        return sound.astype(numpy.float32)

    @cached_property
    def _coherence(self) -> NDArray[numpy.float64]:
        power = self._power
        found: NDArray[numpy.float64] = numpy.abs(self._cross) ** 2 / (power[:, None] * power[None, :])
        return found[: self.channels]

    @property
    def _own(self) -> NDArray[numpy.float64]:
        """The power of each channel in the speech band."""
        found: NDArray[numpy.float64] = self._power[: self.channels, _BAND].sum(axis=1)
        return found

    @property
    def _silent(self) -> NDArray[numpy.bool_]:
        full = (_FRAME / 2) * numpy.sum(_WINDOW**2) / 2
        found: NDArray[numpy.bool_] = 10 * numpy.log10(self._own / full + 1e-20) < SOFTEST_DB
        return found

    @property
    def _loud_enough(self) -> NDArray[numpy.bool_]:
        """Whether what is common is a fair share of the channel's level, and of all that is in the other signal."""
        common = self._coherence * self._power[None, :]
        kept = 10 * numpy.log10(common[:, :, _BAND].sum(axis=2) / self._own[:, None] + 1e-20)
        covered = common.sum(axis=2) / self._power.sum(axis=1)[None, :]
        found: NDArray[numpy.bool_] = (kept >= LOST_DB) & (covered >= COVERED)
        return found

    @property
    def _share(self) -> NDArray[numpy.float64]:
        """The coherence of each pair over the speech band, by what moves in the channel.

        Noise of a mean power has a median of ln 2 times that, since its power is distributed exponentially: what is
        beyond goes up and down, as a voice does and a noise or a tone does not.
        """
        power = numpy.abs(self._spectra[:, : self.channels, _BAND]) ** 2
        moving = numpy.maximum(power.mean(axis=0) - numpy.median(power, axis=0) / numpy.log(2), 0) + 1e-20
        weights = numpy.sqrt(moving)
        weights /= weights.sum(axis=1, keepdims=True)
        found: NDArray[numpy.float64] = numpy.einsum("cf,ckf->ck", weights, self._coherence[:, :, _BAND])
        return found

    @property
    def _envelopes_alike(self) -> NDArray[numpy.float64]:
        """The correlation of each pair's loudness, in dB, over bands and frames, each band about its own mean."""
        power = numpy.abs(self._spectra[:, :, _BAND]) ** 2
        bands = numpy.stack([band.sum(axis=2) for band in numpy.array_split(power, _GROUPS, axis=2)], axis=2)
        loud = 10 * numpy.log10(bands + 1e-10)
        loud -= loud.mean(axis=0, keepdims=True)
        flat = loud.transpose(1, 0, 2).reshape(loud.shape[1], -1)
        norm = numpy.linalg.norm(flat, axis=1) + 1e-9
        found: NDArray[numpy.float64] = (flat @ flat.T) / (norm[:, None] * norm[None, :])
        return found[: self.channels]
