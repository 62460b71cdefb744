"""What of the targets' words is believed: what one target alone says is not, since its key could write all of it. Pure.

Run records are not signed, so a key to one store can plant an object and the run record that names it. A version is
*vouched for* where two targets say it: they hold it, or a run record that they hold names it by digest. Where only one
target holds anything, a run record there that names it is all that can be had; then words of people (access that was
opened, judgements, corrections, declarations) are not in force until a person accepts them (decision 30).
"""

from collections.abc import Collection
from dataclasses import dataclass, field

ENOUGH = 2


@dataclass(frozen=True)
class Said:
    """Who says that a version of an object has this inventory: targets that hold it, and those whose runs name it."""

    version: int
    sha512: str
    holders: tuple[str, ...]
    named_by: frozenset[str] = frozenset()

    @property
    def witnesses(self) -> frozenset[str]:
        """The targets that say so in either way."""
        return self.named_by | set(self.holders)


@dataclass(frozen=True)
class Verdict:
    """What is believed of an object: `vouched` is its newest version that is, `others` are versions that wait.

    `forks` are those of the others that stand against another content of the same version.
    """

    vouched: Said | None
    others: tuple[Said, ...] = ()
    forks: tuple[Said, ...] = field(default=())

    def in_force(self) -> bool:
        """Whether the words of people in the vouched version are two targets' words."""
        return self.vouched is not None and len(self.vouched.witnesses) >= ENOUGH


def judge(said: Collection[Said], speaking: int) -> Verdict:
    """What is believed of an object of which this is said, where so many targets hold anything at all.

    The newest version comes first; of two contents of one version, the one that more targets say.
    """
    ranked = sorted(said, key=lambda one: (-one.version, -len(one.witnesses), one.holders))
    enough = ENOUGH if speaking >= ENOUGH else 1

    def vouches(one: Said) -> bool:
        return len(one.witnesses) >= enough and (speaking >= ENOUGH or bool(one.named_by))

    vouched = next((one for one in ranked if vouches(one)), None)
    number = vouched.version if vouched else 0
    others = tuple(one for one in ranked if one is not vouched and one.version >= number)
    forks = (one for one in others if any(o.version == one.version and o.sha512 != one.sha512 for o in said))
    return Verdict(vouched, others, tuple(forks))
