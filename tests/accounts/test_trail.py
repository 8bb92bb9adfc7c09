"""The trail is the database's: the product can read it, and nothing else."""

import hashlib
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections

from accounts import ddl
from accounts.db import as_firm, as_portal
from accounts.models import TrailEntry, TrailLink, User
from accounts.tasks import chain
from accounts.verify import verify
from tests.accounts.conftest import everybody

LOCAL = pytest.mark.django_db
AS_OWNER = pytest.mark.django_db(databases=["default", "owner"], transaction=True)


def sql(text: str, *params: str | int, using: str = "default") -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchall() if cursor.description else []


@LOCAL
def test_an_update_keeps_the_columns_that_differ(people):
    with as_firm(people.manager, request_id="request-42"):
        User.objects.filter(pk=people.specialist.pk).update(name="Sam Smith", title="")
        entry = TrailEntry.objects.filter(table="accounts_user").latest("id")
    assert (entry.before, entry.after) == ({"name": "Sam Specialist"}, {"name": "Sam Smith"})
    assert (entry.op, entry.row, entry.actor_id) == ("UPDATE", people.specialist.pk, people.manager.pk)
    assert (entry.request_id, entry.client_id) == ("request-42", None)
    assert entry.db_role.endswith("firm")


@LOCAL
def test_an_update_that_changes_nothing_leaves_no_entry(people):
    with as_firm():
        before = TrailEntry.objects.count()
        User.objects.filter(pk=people.specialist.pk).update(name="Sam Specialist")
        assert TrailEntry.objects.count() == before


@LOCAL
def test_secrets_never_enter_the_trail(people):
    with as_firm():
        before = TrailEntry.objects.count()
        people.specialist.set_password("another-long-password")
        people.specialist.save(update_fields=["password"])
        assert TrailEntry.objects.count() == before
        assert not TrailEntry.objects.filter(after__has_key="password").exists()


@LOCAL
def test_insert_and_delete_keep_the_whole_row_and_its_client(people):
    with as_firm(people.manager):
        row = people.contact.contact
        number, client = row.pk, row.client_id
        row.delete()
        made, gone = TrailEntry.objects.filter(table="engagements_contact", row=number).order_by("id")
    assert (made.op, made.before, made.client_id) == ("INSERT", None, client)
    assert (gone.op, gone.after, gone.client_id) == ("DELETE", None, client)
    assert gone.before == made.after


@LOCAL
def test_sign_in_writes_are_kept_under_the_login_role(people):
    User.objects.filter(pk=people.contact.pk).update(email="cora@new.example")
    with as_firm():
        entry = TrailEntry.objects.latest("id")
    assert (entry.db_role, entry.client_id) == (ddl.Roles.from_settings().login, people.contact.client_ref)


@LOCAL
def test_the_digest_is_sha256_over_salt_and_payload(people):
    with as_firm():
        entry = TrailEntry.objects.filter(op="INSERT").latest("id")
        ((payload,),) = sql(
            "SELECT jsonb_build_array(before, after)::text FROM accounts_trailentry WHERE id = %s", entry.pk
        )
    assert hashlib.sha256(bytes(entry.salt or b"") + payload.encode()).digest() == bytes(entry.digest)
    assert len(bytes(entry.salt or b"")) == 16


FORBIDDEN = {
    "insert": "INSERT INTO accounts_trailentry (at, table_name, row_id, op, request_id, db_role, digest)"
    " VALUES (now(), 'x', 1, 'INSERT', '', '', '')",
    "update": "UPDATE accounts_trailentry SET table_name = 'x'",
    "update the payload": "UPDATE accounts_trailentry SET after = NULL",
    "delete": "DELETE FROM accounts_trailentry",
    "truncate": "TRUNCATE accounts_trailentry CASCADE",
    "insert a link": "INSERT INTO accounts_traillink (entry_id, at, hash) VALUES (1, now(), '')",
    "update a link": "UPDATE accounts_traillink SET hash = ''",
    "delete a link": "DELETE FROM accounts_traillink",
    "call the trigger function": "SELECT trail_write()",
    "attach it elsewhere": "CREATE TRIGGER forged AFTER INSERT ON roles_role EXECUTE FUNCTION trail_write('')",
    "disable the trigger": "ALTER TABLE accounts_user DISABLE TRIGGER trail_writes",
    "disable all triggers": "ALTER TABLE accounts_user DISABLE TRIGGER ALL",
    "drop the trigger": "DROP TRIGGER trail_writes ON accounts_user",
    "become a replica": "SET session_replication_role = replica",
    "become a replica for a transaction": "SELECT set_config('session_replication_role', 'replica', true)",
    "replace the function": "CREATE OR REPLACE FUNCTION public.trail_digest(bytea, jsonb, jsonb) RETURNS bytea"
    " LANGUAGE sql AS 'SELECT NULL::bytea'",
    "switch row security off": "ALTER TABLE accounts_user DISABLE ROW LEVEL SECURITY",
    "drop a policy": "DROP POLICY wall_portal ON accounts_event",
    "make a table": "CREATE TABLE forged (id int)",
    "take the owner's role": "SELECT set_config('role', (SELECT tableowner FROM pg_tables"
    " WHERE tablename = 'accounts_user'), true)",
}


@LOCAL
@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
@pytest.mark.parametrize("role", ["firm", "portal", "login"])
def test_no_role_of_the_product_can(people, role, statement):
    words = r"permission denied|must be owner|must be (a )?superuser|must be able to SET ROLE|row-level security"
    if role == "login":
        with pytest.raises(DatabaseError, match=words), connection.cursor() as cursor:
            cursor.execute(statement)
        return
    stand = as_firm() if role == "firm" else as_portal([people.contact.client_ref])
    with pytest.raises(DatabaseError, match=words), stand:
        sql(statement)


@LOCAL
def test_the_firm_reads_the_trail_and_the_portal_does_not(people):
    with as_firm():
        assert TrailEntry.objects.exists()
        assert not TrailLink.objects.exists()
    for model in (TrailEntry, TrailLink):
        with pytest.raises(DatabaseError, match="permission denied"), as_portal([people.contact.client_ref]):
            model.objects.exists()


# --- the chain ---------------------------------------------------------------------------------------------


def verified(head: str = "") -> str:
    out = StringIO()
    call_command("verify_trail", head=head, stdout=out)
    return out.getvalue()


@LOCAL
def test_chain_links_each_entry_once(people):
    chain()
    with as_firm():
        linked = TrailLink.objects.count()
        assert linked == TrailEntry.objects.count() > 5
        (again,) = sql("SELECT trail_chain()")
        assert again == (0,)
        User.objects.filter(pk=people.manager.pk).update(title="Lead")
        (one,) = sql("SELECT trail_chain()")
        assert one == (1,)
        verdict = verify()
    assert (verdict.sound, verdict.linked, verdict.loose) == (True, linked + 1, 0)


@LOCAL
def test_verify_counts_what_waits_for_its_link_and_prints_the_head(people):
    assert "0 entries are as they were written" in verified()
    chain()
    said = verified()
    assert "0 wait for their link" in said
    head = said.split("Head: ")[1].strip()
    assert len(head) == 64
    with as_firm():
        User.objects.filter(pk=people.manager.pk).update(title="Lead")
    chain()
    assert head not in verified(head=head)


REWRITES = {
    "a payload": 'UPDATE accounts_trailentry SET after = after || \'{"name": "Forged"}\' WHERE id = %s',
    "the actor": "UPDATE accounts_trailentry SET actor_id = 4711 WHERE id = %s",
    "the time": "UPDATE accounts_trailentry SET at = at - interval '1 day' WHERE id = %s",
    "a digest that fits again": "UPDATE accounts_trailentry SET after = '{}',"
    " digest = trail_digest(salt, before, '{}') WHERE id = %s",
    "an entry away": "WITH gone AS (DELETE FROM accounts_traillink WHERE entry_id = %s RETURNING entry_id)"
    " SELECT count(*) FROM gone",
}


@AS_OWNER
@pytest.mark.parametrize("rewrite", REWRITES.values(), ids=REWRITES.keys())
def test_verify_finds_what_the_owner_rewrote(rewrite):
    everybody()
    chain()
    with as_firm():
        entry = TrailEntry.objects.filter(op="INSERT", table="accounts_user").order_by("id")[1]
    sql(rewrite, entry.pk, using="owner")
    with pytest.raises(CommandError, match=r"The trail was altered: entry \d+ does not fit"):
        verified()


@AS_OWNER
def test_verify_names_the_first_broken_entry():
    everybody()
    chain()
    with as_firm():
        first, second = TrailEntry.objects.filter(table="accounts_user").order_by("id")[:2]
    sql("UPDATE accounts_trailentry SET after = '{}' WHERE id IN (%s, %s)", first.pk, second.pk, using="owner")
    with pytest.raises(CommandError, match=f"entry {first.pk} "):
        verified()


@AS_OWNER
def test_verify_finds_an_entry_rewritten_before_it_was_linked():
    everybody()
    with as_firm():
        entry = TrailEntry.objects.earliest("id")
    sql("UPDATE accounts_trailentry SET after = '{}' WHERE id = %s", entry.pk, using="owner")
    with pytest.raises(CommandError, match=f"entry {entry.pk} "):
        verified()


@AS_OWNER
def test_only_a_head_kept_elsewhere_shows_a_cut_tail():
    people = everybody()
    chain()
    head = verified().split("Head: ")[1].strip()
    with as_firm():
        last = TrailLink.objects.latest("id")
    sql("DELETE FROM accounts_traillink WHERE id = %s", last.pk, using="owner")
    sql("DELETE FROM accounts_trailentry WHERE id = %s", last.entry_id, using="owner")
    assert "Head: " in verified()
    with pytest.raises(CommandError, match="no longer contains the head"):
        verified(head=head)
    assert people.manager.pk


@AS_OWNER
def test_erased_personal_data_leaves_the_proof_standing():
    everybody()
    chain()
    with as_firm():
        entry = TrailEntry.objects.filter(table="accounts_user").earliest("id")
    sql(
        "UPDATE accounts_trailentry SET salt = NULL, before = NULL, after = NULL WHERE id = %s", entry.pk, using="owner"
    )
    assert "are as they were written" in verified()


@AS_OWNER
def test_an_entry_committed_late_is_linked_after_younger_ones():
    people = everybody()
    with as_firm():
        late = TrailEntry.objects.earliest("id")
    chain()
    sql("DELETE FROM accounts_traillink", using="owner")
    sql(
        "INSERT INTO accounts_traillink (entry_id, at, hash) SELECT e.id, now(), sha256(trail_facts(e) || e.digest)"
        " FROM accounts_trailentry e WHERE id = %s",
        late.pk + 1,
        using="owner",
    )
    chain()
    with as_firm(people.administrator):
        assert verify().sound
        assert list(TrailLink.objects.values_list("entry_id", flat=True)[:2]) == [late.pk + 1, late.pk]
