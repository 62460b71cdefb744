"""Whatever happens in whatever order, every surviving clip ends sound at every target, or as an honest debt."""

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from archive.ledger.copies import SealedVersion
from archive.objects import held_versions, ocfl
from archive.preservation.auditing import audit, objects_of
from archive.preservation.mirroring import store_owed
from archive.preservation.repairing import repair
from archive.preservation.usable_targets import ready
from archive.steps.storing import owed, tidy
from storage.contract import Target
from storage.file_digests import digest
from tests.support.archives import Clock, an_archive, folder_targets, keep
from tests.support.faults import Crash, CrashingTarget
from tests.world.ocfl import validate_folder

NAMES = "abc"
CLIPS = ("peertube-1", "peertube-2")
MEDIA = 3 * (1 << 20) // 2
Harm = Literal["flip", "cut", "empty", "lose", "lose object", "swap"]


class AnyOrder(RuleBasedStateMachine):
    """An archive of two clips at three targets, to which anything may happen."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(mkdtemp(prefix="thirdcopy-any-order-"))
        self.clock = Clock()
        self.takes = dict.fromkeys(CLIPS, 0)
        self.harmed = False

    def teardown(self) -> None:
        try:
            self.ends_sound_or_owed()
        finally:
            shutil.rmtree(self.home)

    @initialize()
    def begin(self) -> None:
        self.targets = folder_targets(self.home, NAMES)
        self.archives = an_archive(self.home / "state", self.targets, clock=self.clock)
        self.archive = self.archives.__enter__()

    @rule(clip=st.sampled_from(CLIPS))
    def put(self, clip: str) -> None:
        """A new capture is sealed and stored."""
        self.takes[clip] += 1
        media = bytes([self.takes[clip]]) * MEDIA + clip.encode()
        keep(self.archive, clip, self.takes[clip], media=media, targets=ready(self.archive).writable)
        store_owed(self.archive, ready(self.archive).writable)

    @rule(
        clip=st.sampled_from(CLIPS),
        name=st.sampled_from(NAMES),
        at=st.integers(1, 12),
        when=st.sampled_from(["before", "after"]),
    )
    def crash(self, clip: str, name: str, at: int, when: Literal["before", "after"]) -> None:
        """The process dies at some writing to some target, and is begun anew."""
        usable: dict[str, Target] = dict(ready(self.archive).writable)
        self.takes[clip] += 1
        keep(self.archive, clip, self.takes[clip], targets=usable)
        usable[name] = CrashingTarget(self.targets[name], at=at, when=when)
        try:
            store_owed(self.archive, usable)
        except Crash:
            self.archives.__exit__(None, None, None)
            self.begin()

    @rule(name=st.sampled_from(NAMES), which=st.integers(0, 10_000), harm=st.sampled_from(Harm.__args__))  # type: ignore[attr-defined]
    def damage(self, name: str, which: int, harm: Harm) -> None:
        """Something happens to a file at a target, behind everybody's back."""
        files = sorted(path for path in (self.home / name / "ocfl").rglob("v*/**/*") if path.is_file())
        if not files:
            return
        self.harmed = True
        path = files[which % len(files)]
        data = bytearray(path.read_bytes())
        if harm == "lose":
            path.unlink()
        elif harm == "lose object":
            root = next(folder for folder in path.parents if folder.name.startswith(("evidence-", "run-")))
            shutil.rmtree(root)
        elif harm == "swap":
            other = files[(which + 1) % len(files)]
            path.write_bytes(other.read_bytes())
            other.write_bytes(data)
        elif harm == "flip" and data:
            data[which % len(data)] ^= 1
            path.write_bytes(data)
        else:
            path.write_bytes(b"" if harm == "empty" else data[: len(data) // 2])

    @rule()
    def audit(self) -> None:
        audit(self.archive, self.targets, objects_of(self.archive, []))

    @rule()
    def repair(self) -> None:
        repair(self.archive, ready(self.archive).writable)

    @rule(days=st.integers(0, 3))
    def a_later_run(self, days: int) -> None:
        """Debts are paid, and the spool is freed of what is safe."""
        self.clock.advance(days=days)
        store_owed(self.archive, ready(self.archive).writable)
        tidy(self.archive, keep_unread=False)

    @invariant()
    def what_is_said_to_have_arrived_was_read(self) -> None:
        if not hasattr(self, "archive") or self.harmed:
            return
        for sealed, name in self._copies(("arrived", "proven")):
            assert self._wrong(sealed, name) == []

    def ends_sound_or_owed(self) -> None:
        """After audit, repair and run: sound bytes, or a debt with its reason; and what survived is whole.

        What was damaged behind a writer that had died amid a version is found by the run that goes on with it: no audit
        reads what never arrived. So there is a second repair, and a run.
        """
        if not hasattr(self, "archive"):
            return
        survives = {
            (sealed.object, sealed.version)
            for sealed, _ in self._copies(None)
            if all(any(self._has(name, sealed, path, sha) for name in NAMES) for path, sha in self._content(sealed))
        }
        everything = objects_of(self.archive, [])
        audit(self.archive, self.targets, everything)
        for _ in range(2):
            repair(self.archive, ready(self.archive).writable)
            store_owed(self.archive, ready(self.archive).writable)
        audit(self.archive, self.targets, everything)
        for sealed, name in self._copies(("arrived", "proven")):
            assert self._wrong(sealed, name) == []
        for sealed, name in self._copies(("owed",)):
            (copy,) = [c for c in self.archive.ledger.copies.of(sealed.object, sealed.version) if c.target == name]
            assert copy.problem, "a debt says why"
            assert (sealed.object, sealed.version) not in survives, (sealed.object, sealed.version, name, copy.problem)
        if not any(owed(self.archive).values()):
            for name in NAMES:
                verdict = validate_folder(self.home / name / "ocfl")
                assert verdict.clean, verdict
        self.archives.__exit__(None, None, None)

    def _copies(self, states: tuple[str, ...] | None) -> list[tuple[SealedVersion, str]]:
        copies = self.archive.ledger.copies
        found = [
            (copies.version(copy.object, copy.version), copy.target)
            for head in copies.heads()
            for copy in copies.of(head.object)
            if states is None or copy.state in states
        ]
        return [(sealed, name) for sealed, name in found if sealed]

    def _content(self, sealed: SealedVersion) -> list[tuple[str, str]]:
        return sorted(ocfl.parse(sealed.inventory.encode()).content_of(sealed.version).items())

    def _has(self, name: str, sealed: SealedVersion, path: str, sha512: str) -> bool:
        local = self.home / name / held_versions.object_key(sealed.object, path)
        return local.is_file() and digest(local).sha512 == sha512

    def _wrong(self, sealed: SealedVersion, name: str) -> list[str]:
        expected = [
            *self._content(sealed),
            (f"v{sealed.version}/{ocfl.INVENTORY}", sealed.sha512),
            (
                f"v{sealed.version}/{ocfl.INVENTORY_DIGEST}",
                ocfl.digest_of(ocfl.digest_line(sealed.sha512)),
            ),
        ]
        return [path for path, sha512 in expected if not self._has(name, sealed, path, sha512)]


AnyOrder.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
test_any_order = AnyOrder.TestCase
