"""What runs leave in the temporary folder when their keeper was killed too, and so could not clear up."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from config.embedded import postgres, processes, redis_server
from config.embedded.keeper import KEEPER_LOCK, OWNER_LOCK, SPEC, Spec
from config.embedded.locks import is_held


def sweep(base: Path, prefix: str) -> int:
    """Remove throw-away stacks of ours in `base` that nobody owns or keeps; return how many there were."""
    return sum(_removed(folder) for folder in base.glob(f"{prefix}*") if (folder / SPEC).exists())


def _removed(home: Path) -> bool:
    with suppress(OSError, ValueError, TypeError, KeyError):
        # A folder of somebody else's is none of our business, whatever its name.
        if home.lstat().st_uid != os.geteuid() or any(is_held(home / name) for name in (OWNER_LOCK, KEEPER_LOCK)):
            return False
        spec = Spec.read(home)
        if spec.durable or Path(spec.servers).parent != home:
            return False
        _stop_servers(Path(spec.servers))
        shutil.rmtree(home, ignore_errors=True)
        return True
    return False


def _stop_servers(folder: Path) -> None:
    """Stop servers that outlived their keeper, where the kernel did not do so."""
    data = folder / "postgres" / "data"
    processes.stop_orphan(data / "postmaster.pid", data, postgres.STOP_STEPS)
    redis = folder / "redis"
    processes.stop_orphan(redis / "redis.pid", redis, redis_server.STOP_STEPS)
