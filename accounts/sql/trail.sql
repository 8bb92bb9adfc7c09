-- The trail's functions. They run as the tables' owner, and each pins its search path: a schema or temporary table of
-- the caller can never stand in for what they name.

CREATE OR REPLACE FUNCTION public.trail_digest(salt bytea, before jsonb, after jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT sha256(salt || convert_to(jsonb_build_array(before, after)::text, 'UTF8')) $$;

-- What a link of the chain covers beside the digest: everything about an entry that is never erased.
CREATE OR REPLACE FUNCTION public.trail_facts(entry public.accounts_trailentry) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT convert_to(
        jsonb_build_array(
            entry.id, extract(epoch FROM entry.at), entry.table_name, entry.row_id, entry.op,
            entry.actor_id, entry.request_id, entry.db_role, entry.client_id
        )::text, 'UTF8'
    )
$$;

-- One entry per changed row. Arguments: the column with the client's id ('' for none), then columns to leave out.
CREATE OR REPLACE FUNCTION public.trail_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
    hidden text[] := coalesce(TG_ARGV[1:], '{}');
    whole jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    before jsonb;
    after jsonb;
    salt bytea := uuid_send(gen_random_uuid());
BEGIN
    IF TG_OP = 'INSERT' THEN
        after := whole - hidden;
    ELSIF TG_OP = 'DELETE' THEN
        before := whole - hidden;
    ELSE
        SELECT jsonb_object_agg(was.key, was.value), jsonb_object_agg(was.key, whole -> was.key)
          INTO before, after
          FROM jsonb_each(to_jsonb(OLD) - hidden) AS was
         WHERE was.value IS DISTINCT FROM whole -> was.key;
        IF before IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO public.accounts_trailentry
        (at, table_name, row_id, op, before, after, actor_id, request_id, db_role, client_id, salt, digest)
    VALUES (
        clock_timestamp(), TG_TABLE_NAME, (whole ->> 'id')::bigint, TG_OP, before, after,
        nullif(current_setting('app.actor', true), '')::bigint,
        left(coalesce(current_setting('app.request_id', true), ''), 36),
        CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role') END,
        CASE WHEN TG_ARGV[0] <> '' THEN (whole ->> TG_ARGV[0])::bigint END,
        salt, public.trail_digest(salt, before, after)
    );
    RETURN NULL;
END
$$;

-- Links committed entries to the chain, by id, and returns how many. An entry is looked for among those of the last
-- day; `everything` looks at all, for a transaction that stayed open longer.
CREATE OR REPLACE FUNCTION public.trail_chain(everything boolean DEFAULT false) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry public.accounts_trailentry;
    head bytea;
    since bigint := 0;
    linked integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('emplace trail chain'));
    SELECT hash INTO head FROM public.accounts_traillink ORDER BY id DESC LIMIT 1;
    head := coalesce(head, '');
    IF NOT everything THEN
        SELECT coalesce((
            SELECT entry_id FROM public.accounts_traillink
             WHERE at < clock_timestamp() - interval '1 day' ORDER BY id DESC LIMIT 1
        ), 0) INTO since;
    END IF;
    FOR entry IN
        SELECT e.* FROM public.accounts_trailentry e
         WHERE e.id > since
           AND NOT EXISTS (SELECT FROM public.accounts_traillink l WHERE l.entry_id = e.id)
         ORDER BY e.id
    LOOP
        head := sha256(head || public.trail_facts(entry) || entry.digest);
        INSERT INTO public.accounts_traillink (entry_id, at, hash) VALUES (entry.id, clock_timestamp(), head);
        linked := linked + 1;
    END LOOP;
    RETURN linked;
END
$$;

REVOKE ALL ON FUNCTION
    public.trail_digest(bytea, jsonb, jsonb), public.trail_facts(public.accounts_trailentry),
    public.trail_write(), public.trail_chain(boolean)
FROM PUBLIC;
