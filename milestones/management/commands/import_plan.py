"""Read a manager's CSV as the plan of an engagement."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.db import as_firm
from accounts.errors import DomainError
from accounts.formats import long_day
from accounts.models import User
from engagements.actions.engagements import create_engagement
from engagements.actions.placements import place
from engagements.models import Client, Engagement
from milestones.actions.imports import import_plan
from milestones.importing import DateOrder, read_plan
from milestones.imports import Reading, frame_of, understand
from roles.models import ServiceLine, Specialist


class Command(BaseCommand):
    """`manage.py import_plan FILE --engagement MER-04`, or `--client NAME --name NAME --start DATE` for a new one."""

    help = "Read a CSV as the plan of a draft engagement. Says what it understood; writes all of it or nothing."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the file, where it goes and how it is read."""
        parser.add_argument("file", type=Path, help="the CSV")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--engagement", metavar="CODE", help="a draft that has no plan yet")
        where.add_argument("--client", metavar="NAME", help="log a new engagement for this client")
        parser.add_argument("--name", default="", help="with --client: the engagement's name")
        parser.add_argument("--start", type=date.fromisoformat, help="with --client: day 0, such as 2026-10-06")
        parser.add_argument("--service-line", default="data_science_ml", help="with --client: key of the service line")
        parser.add_argument("--percent", type=int, default=100, help="with --client: allocation of the owners named")
        parser.add_argument("--by", metavar="E-MAIL", help="the manager who does it; else the engagement's own")
        parser.add_argument("--date-order", choices=["dmy", "mdy"], help="how to read dates such as 03/04/2026")
        parser.add_argument("--accepted-by", default="", help="who accepted the work that is finished already")
        parser.add_argument("--internal", action="store_true", help="the client does not sign off what is still open")
        parser.add_argument("--dry-run", action="store_true", help="say what was understood and write nothing")

    def handle(self, **options: Any) -> None:
        """Do it in one transaction, as the firm."""
        try:
            data = options["file"].read_bytes()
            with as_firm():
                by = _manager(options["by"])
            with as_firm(by):
                self._run(data, by, options)
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error

    def _run(self, data: bytes, by: User | None, options: dict[str, Any]) -> None:
        engagement = _logged(options["engagement"]) if options["engagement"] else _new(data, by, options)
        reading = understand(
            data,
            frame_of(engagement),
            date_order=options["date_order"],
            sign_off=not options["internal"],
            accepted_by=options["accepted_by"],
        )
        self._say(reading)
        if not reading.ok:
            raise CommandError("Nothing was written.")
        if options["dry_run"]:
            transaction.set_rollback(True)
            self.stdout.write("Nothing was written: this was a dry run.")
            return
        import_plan(by=by or engagement.manager, engagement=engagement, reading=reading)
        self.stdout.write(f"{engagement.code}: {len(reading.sketches)} deliverables planned.")

    def _say(self, reading: Reading) -> None:
        for header, field in reading.understood:
            self.stdout.write(f"Column {header}: {field}")
        if reading.file.ignored:
            self.stdout.write(f"Not used: {', '.join(reading.file.ignored)}")
        for line, column, text in [*reading.notes, *reading.reasons]:
            place_ = f"Line {line}" if line else "The file"
            self.stdout.write(f"{place_}{', ' + column if column else ''}: {text}")
        if (doubt := reading.file.ambiguous) is not None:
            self.stdout.write(
                f"Line {doubt.line}, {doubt.column}: “{doubt.value}” is "
                f"{long_day(doubt.dmy)} or {long_day(doubt.mdy)}. "
                "Say which with --date-order dmy or --date-order mdy."
            )
        self.stdout.write(f"{len(reading.file.rows)} lines understood, {reading.taken_over} accepted before Emplace.")


def _manager(email: str | None) -> User | None:
    if not email:
        return None
    user = User.objects.filter(email__iexact=email).first()
    if user is None or not user.manages:
        raise CommandError(f"{email} is no account manager or administrator here.")
    return user


def _logged(code: str) -> Engagement:
    engagement = Engagement.objects.select_related("client", "manager").filter(code__iexact=code).first()
    if engagement is None:
        raise CommandError(f"There is no engagement {code}.")
    return engagement


def _new(data: bytes, by: User | None, options: dict[str, Any]) -> Engagement:
    """Log the engagement, with a placement for every owner whom the file names and we know."""
    if by is None or not options["name"] or options["start"] is None:
        raise CommandError("With --client also give --name, --start and --by.")
    client = Client.objects.filter(name__iexact=options["client"]).first()
    line = ServiceLine.objects.filter(key=options["service_line"]).first()
    if client is None or line is None:
        raise CommandError("There is no client of this name, or no such service line.")
    engagement = create_engagement(
        by=by,
        client=client,
        name=options["name"],
        goal="",
        service_line=line,
        manager=by,
        start_on=options["start"],
    )
    _place_owners(by, engagement, data, options)
    return engagement


def _place_owners(by: User, engagement: Engagement, data: bytes, options: dict[str, Any]) -> None:
    order: DateOrder | None = options["date_order"]
    rows = read_plan(data, date_order=order).rows
    emails = {row.owner.casefold() for row in rows if row.owner}
    frame = frame_of(engagement)
    ends_on = max([frame.milestone(90), *(row.due for row in rows)])
    for specialist in Specialist.objects.select_related("user", "role"):
        if specialist.user.email.casefold() in emails:
            place(
                by=by,
                engagement=engagement,
                specialist=specialist,
                role=specialist.role,
                percent=options["percent"],
                starts_on=engagement.start_on,
                ends_on=ends_on,
                overload_reason="Taken over from a file",
            )
