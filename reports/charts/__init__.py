"""Pictures as SVG text: pure functions, one renderer, a theme for the page and one for mail and print."""

from reports.charts.bars import driver, load, meter, outlook, progress
from reports.charts.history import forecast_history, index_line
from reports.charts.lines import accepted_against_plan, metric_line, spark
from reports.charts.png import png
from reports.charts.reliability import reliability
from reports.charts.theme import PRINT, WEB, Theme
from reports.charts.timeline import describe, timeline
from reports.charts.types import (
    ENGLISH,
    Band,
    ForecastDay,
    Item,
    LoadWeek,
    Metric,
    Outlook,
    Reading,
    Share,
    Timeline,
    Words,
)
from reports.charts.weeks import health_by_week

__all__ = [
    "ENGLISH",
    "PRINT",
    "WEB",
    "Band",
    "ForecastDay",
    "Item",
    "LoadWeek",
    "Metric",
    "Outlook",
    "Reading",
    "Share",
    "Theme",
    "Timeline",
    "Words",
    "accepted_against_plan",
    "describe",
    "driver",
    "forecast_history",
    "health_by_week",
    "index_line",
    "load",
    "meter",
    "metric_line",
    "outlook",
    "png",
    "progress",
    "reliability",
    "spark",
    "timeline",
]
