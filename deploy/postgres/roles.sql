-- The database, its schema and the three roles. An administrator runs this once, and again whenever it changed; running it twice changes nothing.
--
--   psql -v ON_ERROR_STOP=1 -f roles.sql
--
-- Other names: -v database=… -v schema=… -v owner=… -v serving=… -v backup=… -v serving_connections=…
-- There is no password here. README.md says how each role proves who it is.

\set ON_ERROR_STOP on
\if :{?database} \else \set database portico \endif
\if :{?schema} \else \set schema portico \endif
\if :{?owner} \else \set owner portico_owner \endif
\if :{?serving} \else \set serving portico_serving \endif
\if :{?backup} \else \set backup portico_backup \endif
-- For all nodes together; a node that is refused a connection is not ready. Keep it below max_connections less what others need.
\if :{?serving_connections} \else \set serving_connections 60 \endif

-- Roles. A role that exists keeps its password.
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT', name)
FROM (VALUES (:'owner'), (:'serving'), (:'backup')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE :"owner" CONNECTION LIMIT 3;
ALTER ROLE :"serving" CONNECTION LIMIT :serving_connections;
ALTER ROLE :"backup" CONNECTION LIMIT 3;

-- A role that was there before may be able to do more than is said here; that is for a person to decide.
SELECT format('DO $check$ BEGIN RAISE EXCEPTION %L; END $check$', 'the role ' || rolname || ' has more rights than it may have: ' || rights)
FROM (
    SELECT rolname, concat_ws(', ',
        CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcreatedb THEN 'createdb' END, CASE WHEN rolcreaterole THEN 'createrole' END,
        CASE WHEN rolreplication THEN 'replication' END, CASE WHEN rolbypassrls THEN 'bypassrls' END,
        (SELECT 'member of ' || string_agg(roleid::regrole::text, ', ') FROM pg_auth_members WHERE member = pg_roles.oid)) AS rights
    FROM pg_roles WHERE rolname IN (:'owner', :'serving', :'backup')
) AS found
WHERE rights <> ''
\gexec

-- The database belongs to whoever runs this, so that no role of Portico's can drop or alter it. LOCALE 'C' compares text by its bytes, as
-- SQLite does, and an update of the system's C library cannot change that order under an index.
SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C''', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec

-- By default everybody may connect to a database and make temporary tables there.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"owner", :"serving", :"backup";

-- One schema on the path, temporary objects last: no name can be caught by an object in front of ours.
ALTER ROLE :"owner" IN DATABASE :"database" SET search_path = :"schema", pg_temp;
ALTER ROLE :"serving" IN DATABASE :"database" SET search_path = :"schema", pg_temp;
ALTER ROLE :"backup" IN DATABASE :"database" SET search_path = :"schema", pg_temp;

-- A migration that cannot get its lock gives up, rather than wait with every sign-in queued behind it.
ALTER ROLE :"owner" IN DATABASE :"database" SET lock_timeout = '5s';
-- Nothing that serves takes this long; what does is stuck, and must not hold its locks or its connection. Portico asks for the same by
-- itself; here it holds for whoever else connects as this role.
ALTER ROLE :"serving" IN DATABASE :"database" SET statement_timeout = '10s';
ALTER ROLE :"serving" IN DATABASE :"database" SET lock_timeout = '5s';
ALTER ROLE :"serving" IN DATABASE :"database" SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE :"backup" IN DATABASE :"database" SET default_transaction_read_only = on;

\connect :database

REVOKE ALL ON SCHEMA public FROM PUBLIC;
SELECT format('CREATE SCHEMA %I AUTHORIZATION %I', :'schema', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = :'schema')
\gexec

GRANT USAGE ON SCHEMA :"schema" TO :"serving", :"backup";
