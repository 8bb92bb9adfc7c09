"""Tables of the contract."""

from engagements.models.clients import Client, Contact
from engagements.models.engagements import Agreement, Engagement, Placement, Risk
from engagements.models.holds import Hold
from engagements.models.metrics import BusinessMetric, MetricReading

__all__ = [
    "Agreement",
    "BusinessMetric",
    "Client",
    "Contact",
    "Engagement",
    "Hold",
    "MetricReading",
    "Placement",
    "Risk",
]
