"""Codes of engagements: MER-04, the fourth whose client's name begins so."""

import re
import unicodedata
from typing import Final

from django.db import connection

from engagements.models import Client, Engagement

# Letters that Unicode does not take apart into a plain one and a mark.
PLAIN: Final = str.maketrans({"Ø": "O", "Æ": "AE", "Œ": "OE", "Þ": "TH", "Ð": "D", "Đ": "D", "Ł": "L", "ẞ": "SS"})


def _prefix(client: Client) -> str:
    plain = unicodedata.normalize("NFKD", client.name.upper().translate(PLAIN)).encode("ascii", "ignore").decode()
    letters = re.sub(r"[^A-Za-z]", "", plain) or re.sub(r"[^A-Za-z]", "", client.mark)
    return letters[:3].upper() or "ENG"


def next_code(client: Client) -> str:
    """Return a code that no engagement has; holds a lock until the transaction ends, so two get two."""
    prefix = _prefix(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"engagement code {prefix}"])
    taken = Engagement.objects.filter(code__regex=rf"^{prefix}-[0-9]+$").values_list("code", flat=True)
    highest = max((int(code.rpartition("-")[2]) for code in taken), default=0)
    return f"{prefix}-{highest + 1:02d}"
