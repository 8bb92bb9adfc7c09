"""Tables of what is shown and sent."""

from reports.models.digests import Digest, DigestSetting
from reports.models.notes import StatusNote
from reports.models.packs import HandoffPack

__all__ = ["Digest", "DigestSetting", "HandoffPack", "StatusNote"]
