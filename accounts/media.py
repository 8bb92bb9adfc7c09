"""The folder of stored files: what lies where, and what no row names any more."""

import logging
import os
import stat
from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import models

from accounts.clock import now

logger = logging.getLogger(__name__)

# Below MEDIA_ROOT; nothing outside of these folders is ever removed.
EVIDENCE: Final = "evidence"
STATEMENTS: Final = "statements"
PACKS: Final = "packs"
FOLDERS: Final = (EVIDENCE, STATEMENTS, PACKS)

# Far longer than any request or job: a file is written before the row that names it is committed.
GRACE: Final = timedelta(days=1)


def named() -> set[str]:
    """Return the names below MEDIA_ROOT that rows give to files; one query for each file field. Call it as the firm."""
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:  # noqa: SLF001 - Django documents it under this name
            if isinstance(field, models.FileField):
                rows = model._base_manager.exclude(**{field.name: ""})  # noqa: SLF001
                found.update(rows.values_list(field.name, flat=True).iterator())
    return found


def remove_orphans(kept: Collection[str]) -> int:
    """Remove files older than GRACE that are not in `kept`, as `named` returned it; returns how many those were.

    A transaction that rolls back leaves its file behind. Where nothing that lies here is named, nothing is removed:
    this is then the folder of another database.
    """
    root = Path(settings.MEDIA_ROOT)
    if not any((root / name).is_file() for name in kept):
        return 0
    ours = [root / folder for folder in FOLDERS]
    tops = [top for top in ours if top.is_dir() and not top.is_symlink()]
    return sum(_remove(name, at) for top in tops for name, at in _files(root, top) if name not in kept)


def _files(root: Path, top: Path) -> Iterator[tuple[str, int]]:
    """Yield each file's name below `root` and the descriptor of its folder; links are not followed."""
    for path, _folders, files, at in os.fwalk(top):
        below = PurePosixPath(path).relative_to(root)
        for file in files:
            yield str(below / file), at


def _remove(name: str, at: int) -> bool:
    """Remove one file by the descriptor of the folder it was found in, so that no link leads elsewhere meanwhile."""
    file = PurePosixPath(name).name
    oldest = (now() - GRACE).timestamp()
    try:
        facts = os.stat(file, dir_fd=at, follow_symlinks=False)
        if not stat.S_ISREG(facts.st_mode) or facts.st_mtime > oldest:
            return False
        os.unlink(file, dir_fd=at)
    except OSError:
        logger.exception("%s belongs to nothing, and could not be removed.", name)
        return False
    logger.info("%s was removed: no row names it.", name)
    return True
