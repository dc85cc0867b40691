"""Names of people who reported something, as most may see them."""


def masked(name: str | None) -> str | None:
    """Return a name with all but its first sign hidden: 王小明 → 王**; None for none."""
    tidy = (name or "").strip()
    # As many stars for every name: how long it is tells something, too.
    return f"{tidy[0]}**" if tidy else None
