"""What an action says when it refuses."""


class DomainError(Exception):
    """A move that the product does not allow; `str()` is a sentence for the person who tried.

    `field` names the form field that it belongs to, where there is one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class IllegalMove(DomainError):
    """The thing is not in a state that allows this move (any more)."""


class NotAllowed(DomainError):
    """This person may not do this."""


class StaleEdit(DomainError):
    """Somebody else changed the thing meanwhile.

    `theirs` maps a field's name to the value now stored; the page shows it beside what was typed.
    """

    def __init__(self, message: str, *, theirs: dict[str, object], by: str = "") -> None:
        super().__init__(message)
        self.theirs = theirs
        self.by = by
