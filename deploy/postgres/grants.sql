-- What the serving and the backup role may do with each table. The owner runs this after every `portico migrate`; running it twice changes
-- nothing. Nodes that serve notice nothing: it is one transaction.
--
--   psql -v ON_ERROR_STOP=1 -f grants.sql 'postgres://portico_owner@db.example.org/portico?sslmode=verify-full'
--
-- Other names: -v schema=… -v serving=… -v backup=…
--
-- A list rather than default privileges: a new table would be open to UPDATE and DELETE by default, and one of them is the audit record.
-- A table that is not on the list stops this file, so that it cannot be forgotten.

\set ON_ERROR_STOP on
\if :{?schema} \else \set schema portico \endif
\if :{?serving} \else \set serving portico_serving \endif
\if :{?backup} \else \set backup portico_backup \endif

BEGIN;

-- The serving role never gets TRUNCATE, REFERENCES or TRIGGER, and owns nothing. Rows that go with their resident, client, session or grant
-- (ON DELETE CASCADE) go in the owner's name, so they need no DELETE here.
WITH allowance (name, privileges) AS (
    VALUES
        ('resident', 'SELECT, INSERT, UPDATE'),
        ('client', 'SELECT, INSERT, UPDATE, DELETE'),
        ('session', 'SELECT, INSERT, UPDATE, DELETE'),
        ('consent', 'SELECT, INSERT, UPDATE'),
        ('access_grant', 'SELECT, INSERT, UPDATE, DELETE'),
        ('authorization_code', 'SELECT, INSERT, UPDATE, DELETE'),
        ('refresh_token', 'SELECT, INSERT, UPDATE, DELETE'),
        ('assertion_id', 'SELECT, INSERT, DELETE'),
        ('failure_counter', 'SELECT, INSERT, UPDATE, DELETE'),
        ('signing_key', 'SELECT, INSERT, UPDATE, DELETE'),
        ('sealed_secret', 'SELECT, INSERT'),
        ('epoch', 'SELECT, INSERT, UPDATE'),
        ('claim', 'SELECT, INSERT, UPDATE, DELETE'),
        -- Rows are only added: who breaks into a node cannot take back what it did.
        ('audit_event', 'SELECT, INSERT'),
        -- Written by `portico migrate`.
        ('schema_migration', 'SELECT'),
        ('schema_support', 'SELECT')
),
found (name) AS (
    SELECT relname FROM pg_class WHERE relnamespace = :'schema'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
),
steps (step, statement) AS (
    SELECT 1, format('DO $check$ BEGIN RAISE EXCEPTION %L; END $check$', 'there is no table in ' || :'schema' || '; run portico migrate first')
    WHERE NOT EXISTS (SELECT FROM found)
    UNION ALL
    SELECT 1, format('DO $check$ BEGIN RAISE EXCEPTION %L; END $check$', 'grants.sql says nothing about the table ' || name)
    FROM found WHERE name NOT IN (SELECT name FROM allowance)
    UNION ALL
    SELECT 2, format('REVOKE ALL ON TABLE %I.%I FROM PUBLIC, %I, %I', :'schema', name, :'serving', :'backup') FROM found
    UNION ALL
    SELECT 3, format('GRANT %s ON TABLE %I.%I TO %I', privileges, :'schema', name, :'serving') FROM allowance JOIN found USING (name)
)
SELECT statement FROM steps ORDER BY step, statement
\gexec

-- A backup that misses a table is none.
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema" TO :"backup";
GRANT SELECT ON ALL SEQUENCES IN SCHEMA :"schema" TO :"backup";

COMMIT;
