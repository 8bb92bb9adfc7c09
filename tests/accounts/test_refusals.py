"""Refused pages write one line into the log."""

import logging

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client as Browser

from accounts.db import as_firm
from tests import factories


def record_of(error: Exception) -> logging.LogRecord:
    info = (type(error), error, None)
    return logging.LogRecord("django.request", logging.WARNING, __file__, 1, "Forbidden: %s", ("/audit/",), info)


@pytest.mark.parametrize("error", [PermissionDenied(), Http404()])
def test_a_refusal_keeps_its_line_and_loses_its_traceback(error: Exception) -> None:
    record = record_of(error)
    assert logging.getLogger("django.request").filter(record)
    assert record.exc_info is None
    assert record.getMessage() == "Forbidden: /audit/"


def test_a_failure_keeps_its_traceback() -> None:
    record = record_of(ValueError("a bug"))
    assert logging.getLogger("django.request").filter(record)
    assert record.exc_info


def test_a_forbidden_page_writes_one_line(client: Browser, db: None, caplog: pytest.LogCaptureFixture) -> None:
    with as_firm():
        cast = factories.cast()
    client.force_login(cast.specialist)
    assert client.get("/audit/").status_code == 403
    lines = [one for one in caplog.records if one.name == "django.request"]
    assert len(lines) == 1
    assert lines[0].exc_info is None
