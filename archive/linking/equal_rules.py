"""Which rules give the same links under another name: a table that is read when names are compared.

Names that are kept stay as they are, and a ledger made anew brings the old ones back: a clip that was linked by equal
rules is not linked again. Whoever gives the present rules another name, and no other link, adds the former name here.
[Why](../../docs/decisions/0037-rules-by-version-and-digest.md).
"""

import lzma
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Rules:
    """A version of the logic, and the sha256 of what decides beside it but the known people."""

    version: str
    digest: str

    def name(self, known: tuple[str, ...]) -> str:
        """Their name in links and ledgers with these known people."""
        return _name(self.version, f"{self.digest}\n".encode(), known)


@dataclass(frozen=True, slots=True)
class ModulesRules:
    """Rules of a build whose digest was over its modules' constants by name; `file` has these, packed with xz."""

    version: str
    file: str

    def name(self, known: tuple[str, ...]) -> str:
        """Their name in links and ledgers with these known people."""
        return _name(self.version, _unpacked(self.file), known)


def _name(version: str, decides: bytes, known: tuple[str, ...]) -> str:
    digest = sha256(decides)
    digest.update("\n".join(known).encode("utf-8", "surrogatepass"))
    return f"{version}+{digest.hexdigest()[:12]}"


@lru_cache(maxsize=1)
def _unpacked(file: str) -> bytes:
    return lzma.decompress(Path(__file__).with_name(file).read_bytes())


EQUAL: tuple[frozenset[Rules | ModulesRules], ...] = (
    frozenset(
        (
            ModulesRules("thirdcopy-linking/3", "equal_rules_3.json.xz"),
            Rules("thirdcopy-linking/3", "25d93a7f41473593b27a2ef6bcb86a2c9b80d178ec664645beb30a6afde38abe"),
            # What no link of the others could have: an address that a disk states.
            Rules("thirdcopy-linking/4", "4089309ee05684ade971e243c33dcb189eaaa33972ec20c4f09b75dd0537471a"),
            # But of names in letters from U+A000 to U+F8FF, such as Hangul, which no language here writes today.
            Rules("thirdcopy-linking/5", "4089309ee05684ade971e243c33dcb189eaaa33972ec20c4f09b75dd0537471a"),
        )
    ),
)
"""Sets of rules that give the same links."""
