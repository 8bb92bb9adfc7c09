"""What browser tests begin with."""

import pytest
import time_machine

from accounts.db import as_firm
from tests import factories


@pytest.fixture
def people(monday: time_machine.Traveller, transactional_db: None) -> factories.Cast:
    """The cast alone, committed, so that the server that a browser talks to sees them."""
    with as_firm():
        return factories.cast()
