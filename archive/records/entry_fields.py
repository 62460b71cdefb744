"""The fields of an entry, and which one a column's name means, however it is spelled. Pure."""

import re
import unicodedata
from difflib import get_close_matches

from archive.masks import mask
from transcription.cutting import shortened

COLUMNS = (
    "Entry", "Victim's Name", "Chinese name", "ID no.", "About the Testifier", "Relation", "About the Victim",
    "Assumed Location", "When Detention Took Place", "Detention Reason", "Victim's Status",
    "How Testifier Learned of Status", "Additional Info", "Prison Term", "Age", "Gender", "Ethnicity", "Location",
    "Detention type", "Detention time", "Health status", "Profession",
)  # fmt: skip
"""The fields of an entry: the columns of the Xinjiang Victims Database's export.

Each may come again with ` (Translated/Edited)` after its name, which is then preferred. The export has the detention
reason twice, spelled with a capital and without; case does not count here.
"""

EDITED = " (Translated/Edited)"
NAMES = ("Victim's Name", "Chinese name")
"""The fields of which an entry should have one."""
SECRET = ("ID no.",)
"""What is kept nowhere, whatever the settings add."""

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def clean(text: str) -> str:
    """The text without control and direction marks, which a cell may carry to look like another; line ends are one."""
    if text.isprintable():  # the common case, and far quicker than a look at each character
        return text
    text = _LINE_ENDS.sub("\n", text)
    unwanted = [c for c in set(text) if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs")]
    return text.translate(dict.fromkeys(map(ord, unwanted))) if unwanted else text


def plain(column: str) -> str:
    """A column's name as it is compared: without case, marks, curly apostrophes and double spaces."""
    return " ".join(clean(column).replace("’", "'").replace("`", "'").lower().split())


def shown(column: str, width: int = 60) -> str:
    """A stranger's name of a column for a message."""
    return shortened(mask(" ".join(clean(column).split())), width)


FIELDS = {plain(name): name for column in COLUMNS for name in (column, column + EDITED)}
"""Every field by its plain name."""


def field_of(name: str) -> str:
    """The field that a name means, however it is spelled. Raises ValueError with the nearest one."""
    if found := FIELDS.get(plain(name)):
        return found
    near = get_close_matches(plain(name), FIELDS, n=1, cutoff=0.4)
    hint = f"did you mean {FIELDS[near[0]]!r}?" if near else f"there are: {', '.join(COLUMNS)}"
    raise ValueError(f"{shown(name)!r} is no field of an entry; {hint}")
