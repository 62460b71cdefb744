"""Links texts to a register by whichever build is on the path.

    PYTHONPATH=BUILD python benchmarks/_linked.py ASKED.JSON FOUND.JSON

Asked are `entries`, pairs of number and Latin name, and `texts`; found for each text is a row of `propose`'s links in
their order, each with its tier, its entry and the entries of its alternatives.
"""

import json
import sys
from pathlib import Path

from archive.linking.index import RegisterIndex
from archive.linking.material import Material
from archive.linking.proposals import propose
from archive.linking.registers.entries import Entry
from archive.linking.registers.register import Register


def main() -> None:
    """Link them."""
    source, target = (Path(told) for told in sys.argv[1:])
    asked = json.loads(source.read_text(encoding="utf-8"))
    entries = tuple(Entry(number=number, latin=name) for number, name in asked["entries"])
    index = RegisterIndex(Register("rivals", "0" * 64, entries))
    links = [
        [[link.tier, link.entry, [other.entry for other in link.alternatives]] for link in propose(one, index)]
        for one in (Material("text", description=text) for text in asked["texts"])
    ]
    target.write_text(json.dumps(links), encoding="utf-8")


if __name__ == "__main__":
    main()
