"""Readers for environment variables that fail loudly and name the fix."""

import os
from urllib.parse import ParseResult, parse_qsl, unquote, urlparse

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


class EnvError(Exception):
    """A variable is missing or cannot be read; the message says which and what to set."""


def text(name: str, default: str | None = None) -> str:
    """Return the variable, or `default`. Raises EnvError where neither is there."""
    value = os.environ.get(name)
    if value:
        return value
    if default is None:
        raise EnvError(f"{name} is not set. Set it in the environment, see the configuration table in README.md.")
    return default


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes/no variable; anything that is neither is refused, so that a typo is never a no."""
    value = os.environ.get(name)
    if value is None:
        return default
    word = value.strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise EnvError(f"{name} is {value!r}. Use yes or no.")


def number(name: str, default: int) -> int:
    """Return a whole number."""
    value = os.environ.get(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise EnvError(f"{name} is {value!r}. Use a whole number, for example {default}.") from None


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list, without blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def _parsed(name: str, url: str, schemes: tuple[str, ...]) -> ParseResult:
    parts = urlparse(url)
    if parts.scheme not in schemes:
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        raise EnvError(f"{name} must start with {wanted}.")
    return parts


def database(name: str, url: str) -> dict[str, object]:
    """Return Django's settings for a PostgreSQL address; `?host=/folder` names a socket folder.

    Only PostgreSQL is accepted: the product's walls are its roles, policies and triggers.
    """
    parts = _parsed(name, url, ("postgres", "postgresql"))
    options = dict(parse_qsl(parts.query))
    if not parts.path.strip("/"):
        raise EnvError(f"{name} names no database. Write postgresql://user:password@host:5432/emplace.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": options.pop("port", None) or str(parts.port or ""),
        "OPTIONS": options,
    }


def email(name: str, url: str) -> dict[str, object]:
    """Return Django's e-mail settings for smtp://user:password@host:port, `smtp+tls` or `smtp+ssl`."""
    parts = _parsed(name, url, ("smtp", "smtp+tls", "smtp+ssl"))
    return {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtp+ssl",
    }
