"""The product's settings, with one address more: an empty page behind the same middleware, the floor of every page."""

from config.settings import *  # noqa: F403 - these are the product's settings

ROOT_URLCONF = "benchmarks.urls"
