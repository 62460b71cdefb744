"""Whether copies are spread as the settings ask, and how many would be left if something is lost. Pure."""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from typing import Literal, get_args

from archive.settings.stanzas import DistinctSettings
from storage.targets.common_settings import Labels

Kind = Literal["key_holder", "provider", "country"]
Lost = Literal["nothing", "key_holder", "provider", "country"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Loss:
    """What a loss does to the clips that are held: the copies that the worst-off one keeps, and how many keep none.

    `value` is whose loss it is; None stands for all targets without that label, or for no loss at all.
    """

    value: str | None
    left: int
    none: int


def is_safe(
    targets: Collection[str], labels: Mapping[str, Labels], *, minimum: int, distinct: DistinctSettings
) -> bool:
    """Whether copies at `targets` are enough, and lie with enough different providers, countries and key holders.

    `labels` has the targets that count; others are as if they were not there. All targets without a label of some kind
    share one value of it.
    """
    there = [labels[name] for name in set(targets) if name in labels]
    return len(there) >= minimum and all(_values(there, kind) >= getattr(distinct, kind) for kind in KINDS)


def unreachable(labels: Mapping[str, Labels], distinct: DistinctSettings) -> list[str]:
    """What of `distinct` not even copies at every target that counts would fulfil: a sentence each."""
    there = list(labels.values())
    return [
        f"distinct.{kind} is {wanted}, and the targets that count have {had} different {kind}"
        f"{', those without the label being one' if any(getattr(one, kind) is None for one in there) else ''}: "
        f'write labels = {{ {kind} = "…" }} in the [targets.NAME] stanzas, add targets elsewhere, '
        f"or set {kind} = {max(had, 1)} under [distinct]"
        for kind in KINDS
        if (had := _values(there, kind)) < (wanted := getattr(distinct, kind))
    ]


def survivors(held: Mapping[frozenset[str], int], labels: Mapping[str, Labels]) -> dict[Lost, Loss]:
    """The worst that the loss of nothing, of one key holder, one provider and one country does.

    The worst is what leaves the fewest copies, then the most clips with none. `held` says how many clips have their
    copies at exactly which targets; `labels` has the targets that count. Empty without clips.
    """
    if not any(held.values()):
        return {}
    found: dict[Lost, Loss] = {"nothing": _lose(None, held, labels.keys())}
    for kind in KINDS:
        shown = dict[str | None, str | None]()
        for one in labels.values():
            shown.setdefault(_same(one, kind), getattr(one, kind))
        losses = [
            _lose(name, held, {target for target, one in labels.items() if _same(one, kind) != value})
            for value, name in shown.items()
        ]
        found[kind] = min(losses, key=lambda loss: (loss.left, -loss.none), default=found["nothing"])
    return found


def _lose(value: str | None, held: Mapping[frozenset[str], int], kept: Set[str]) -> Loss:
    left = [(len(targets & kept), clips) for targets, clips in held.items() if clips]
    return Loss(value, min(copies for copies, _ in left), sum(clips for copies, clips in left if not copies))


def _values(there: Collection[Labels], kind: Kind) -> int:
    return len({_same(one, kind) for one in there})


def _same(one: Labels, kind: Kind) -> str | None:
    """A label as it is compared: `Hetzner` and `hetzner` are one provider."""
    value: str | None = getattr(one, kind)
    return value.casefold() if value else None
