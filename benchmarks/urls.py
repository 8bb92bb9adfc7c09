"""Every address of the product, and the empty page."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def floor(_request: HttpRequest) -> HttpResponse:
    """Answer with a page that says nothing, after sign-in, role and transaction."""
    return HttpResponse("<!doctype html><title>Floor</title>")


urlpatterns = [path("floor/", floor, name="floor"), path("", include("config.urls"))]
