"""Public ids: what stands in addresses instead of primary keys."""

import secrets

# No vowels and no look-alikes: no words arise by chance, and an id can be read over the telephone.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
LENGTH = 12


def public_id() -> str:
    """Return 12 random characters (57 bits), unguessable enough beside the access rule that guards each page."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
