"""The one error of the embedded stack."""


class StackError(Exception):
    """Something kept the servers from running; the message is a sentence that says what to do."""


class AlreadyRunningError(StackError):
    """Another process owns these servers."""
