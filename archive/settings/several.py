"""One value of a list, written without the list."""


def several(value: object) -> object:
    """A list, also of one text that stands alone."""
    return (value,) if isinstance(value, str) else value
