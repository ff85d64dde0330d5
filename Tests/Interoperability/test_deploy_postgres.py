"""deploy/postgres against a real server: who may do what, tried by each role with its own password."""

import contextlib
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import tempfile

import pytest

from portico_driver.server import REPOSITORY

FOLDER = REPOSITORY / "deploy/postgres"
PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")
ROLES = ("portico_owner", "portico_serving", "portico_backup")
ADMINISTRATOR = "postgres"
REFUSED = "permission denied|must be owner"


# A server of one's own, on a socket only.


class Cluster:
    def __init__(self):
        # The path of a socket must be short, and for root the server runs as somebody else.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portico-roles-", dir="/tmp"))
        self.passwords = {role: secrets.token_urlsafe(24) for role in ROLES}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")

    def start(self):
        self.program("initdb", "--pgdata", self.folder / "data", "--username", ADMINISTRATOR, "--auth", "trust", "--no-sync", "--no-instructions")
        self.write_access_rules()
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"
        self.program("pg_ctl", "--pgdata", self.folder / "data", "--log", self.folder / "log", "--wait", "--options", options, "start")

    def write_access_rules(self):
        """The lines of pg_hba.conf as they are, but over the socket instead of TLS; the administrator comes in without a password."""
        rules = (FOLDER / "pg_hba.conf").read_text()
        rules = re.sub(r"^hostssl(\s+\S+\s+\S+\s+)\S+", r"local\1", rules, flags=re.MULTILINE)
        rules = re.sub(r"^host(\s+\S+\s+\S+\s+)\S+", r"local\1", rules, flags=re.MULTILINE)
        (self.folder / "data/pg_hba.conf").write_text(f"{rules}local all {ADMINISTRATOR} trust\n")

    def set_passwords(self):
        """As `\\password` does it: the server is told a verifier, made by the client's library."""
        for role, password in self.passwords.items():
            self.must(ADMINISTRATOR, f"ALTER ROLE {role} PASSWORD '{password}'", "portico")

    def end(self):
        with contextlib.suppress(AssertionError):
            self.program("pg_ctl", "--pgdata", self.folder / "data", "--wait", "--mode", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def program(self, name, *arguments):
        other_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        finished = subprocess.run(
            [*other_user, PROGRAMS / name, *arguments], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=120, env=environment(),
        )  # fmt: skip
        assert finished.returncode == 0, f"{name}: {finished.stdout}"

    def psql(self, role, *arguments, database="portico"):
        return subprocess.run(
            ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--no-password", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
            env={**environment(), "PGHOST": str(self.folder), "PGUSER": role, "PGDATABASE": database, "PGPASSWORD": self.passwords.get(role, "")},
        )  # fmt: skip

    def must(self, role, statement, database="portico"):
        finished = self.psql(role, "--command", statement, database=database)
        assert finished.returncode == 0, f"{role}: {statement}: {finished.stderr}"
        return finished.stdout.strip()

    def run_file(self, role, name, *arguments, database="portico"):
        finished = self.psql(role, "--file", FOLDER / name, *arguments, database=database)
        assert finished.returncode == 0, f"{role}: {name}: {finished.stderr}"


def environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


# What stands in for `portico migrate`.


def schema():
    """The tables in PostgreSQL's words: the migrations for it where there are some, else SQLite's, translated."""
    own = sorted((REPOSITORY / "migrations/postgres").glob("V*.sql"))
    text = "\n".join(file.read_text() for file in own) or translated((REPOSITORY / "migrations/sqlite/V0001_foundation.sql").read_text())
    for name in ("schema_migration", "schema_support", "claim"):
        if not re.search(rf"CREATE TABLE (IF NOT EXISTS )?{name}\b", text):
            text += f"\nCREATE TABLE {name} (version BIGINT PRIMARY KEY);"
    return text


def translated(sql):
    sql = re.sub(r"\) STRICT(, WITHOUT ROWID)?;", ");", sql).replace("BLOB", "BYTEA").replace("INTEGER", "BIGINT")
    return sql.replace("id BIGINT NOT NULL PRIMARY KEY,\n    at", "id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    at")


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster()
    try:
        cluster.start()
        cluster.run_file(ADMINISTRATOR, "roles.sql", database="postgres")
        cluster.set_passwords()
        cluster.must("portico_owner", schema())
        cluster.run_file("portico_owner", "grants.sql")
        yield cluster
    finally:
        cluster.end()


@pytest.fixture
def refused(cluster):
    """That a role may not do something: the server says so, and for want of a right rather than for another fault."""

    def check(role, statement, words=REFUSED, database="portico"):
        finished = cluster.psql(role, "--command", statement, database=database)
        assert finished.returncode != 0, f"{role} was allowed: {statement}"
        assert re.search(words, finished.stderr), finished.stderr

    return check


# Tests


def test_each_file_may_be_run_again(cluster):
    cluster.run_file(ADMINISTRATOR, "roles.sql", database="postgres")
    cluster.run_file("portico_owner", "grants.sql")
    assert rights(cluster, "portico_serving")["audit_event"] == {"SELECT", "INSERT"}


def test_every_table_belongs_to_the_owner_and_nothing_stands_outside_its_schema(cluster):
    owners = cluster.must(
        ADMINISTRATOR, "SELECT DISTINCT schemaname || ' ' || tableowner FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    assert owners == "portico portico_owner"


ORDINARY = [
    "INSERT INTO resident (id, username_key, username, claims, state, created_at, updated_at) VALUES ('r1', 'sam', 'Sam', '{}', 'active', 1, 1)",
    "UPDATE resident SET state = 'disabled' WHERE id = 'r1'",
    "SELECT id FROM resident WHERE id = 'r1' FOR UPDATE",
    "INSERT INTO client (id, metadata, created_at, updated_at) VALUES ('c1', '{}', 1, 1) ON CONFLICT (id) DO UPDATE SET updated_at = 2",
    "INSERT INTO consent VALUES ('r1', 'c1', 'openid', '', '', 1, 1, 1)",
    "INSERT INTO assertion_id VALUES ('c1', decode(repeat('00', 32), 'hex'), 1) ON CONFLICT (client_id, jti_digest) DO NOTHING",
    "DELETE FROM assertion_id WHERE client_id = 'c1'",
    "INSERT INTO sealed_secret VALUES ('peppers', '\\x00') ON CONFLICT (name) DO NOTHING",
    "INSERT INTO epoch (topic, number) VALUES ('keys', 1) ON CONFLICT (topic) DO UPDATE SET number = epoch.number + 1",
    "INSERT INTO audit_event (at, kind, actor, detail) VALUES (1, 'test', 'test', '{}') RETURNING id",
    "SELECT count(*) FROM audit_event",
    "SELECT count(*) FROM schema_migration",
    "SELECT pg_advisory_xact_lock(1)",
    "LISTEN portico",
    "NOTIFY portico, 'keys'",
    # The consent goes with its client, in the owner's name.
    "DELETE FROM client WHERE id = 'c1'",
]


def test_the_serving_role_does_its_ordinary_work(cluster):
    for statement in ORDINARY:
        cluster.must("portico_serving", statement)
    assert cluster.must("portico_serving", "SELECT count(*) FROM consent") == "0"


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE resident ADD COLUMN more TEXT", "ALTER TABLE audit_event DISABLE TRIGGER ALL", "DROP TABLE session", "DROP SCHEMA portico",
        "DROP INDEX resident_username", "CREATE INDEX more ON resident (state)", "CREATE TABLE more (id BIGINT)",
        "CREATE TABLE public.more (id BIGINT)", "CREATE TEMPORARY TABLE more (id BIGINT)", "CREATE SCHEMA more",
        "CREATE FUNCTION more() RETURNS BIGINT LANGUAGE sql AS 'SELECT 1'", "CREATE VIEW more AS SELECT 1", "TRUNCATE session", "TRUNCATE audit_event",
        "UPDATE audit_event SET actor = 'somebody else'", "DELETE FROM audit_event", "INSERT INTO schema_migration DEFAULT VALUES",
        "UPDATE schema_migration SET version = 0", "DELETE FROM schema_migration", "DELETE FROM resident", "DELETE FROM sealed_secret",
        "UPDATE sealed_secret SET sealed = ''", "BEGIN; LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE",
        "SET ROLE portico_owner", "CREATE ROLE more", "ALTER ROLE portico_serving SUPERUSER", "ALTER DATABASE portico SET statement_timeout = 0",
        "COPY resident TO PROGRAM 'cat'", "COPY resident TO '/tmp/never'", "SELECT pg_read_file('/etc/passwd')", "SELECT setval('audit_event_id_seq', 1)",
    ],
)  # fmt: skip
def test_the_serving_role_may_not(refused, statement):
    refused("portico_serving", statement, r"permission denied|must be (owner|superuser)|must be superuser")


def test_the_serving_role_passes_no_right_on(cluster):
    finished = cluster.psql("portico_serving", "--command", "GRANT SELECT ON resident TO PUBLIC")
    assert "no privileges were granted" in finished.stderr and granted_to_everybody(cluster) == "0"


def test_the_serving_role_cannot_hold_a_lock_for_ever(cluster):
    settings = cluster.must("portico_serving", "SELECT name || '=' || setting FROM pg_settings WHERE name LIKE '%timeout%' OR name = 'search_path'")
    assert {"statement_timeout=30000", "lock_timeout=10000", "idle_in_transaction_session_timeout=30000", "search_path=portico, pg_temp"} <= set(
        settings.splitlines()
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_role_comes_to_its_own_database_only_and_not_without_its_password(cluster, refused, role):
    refused(role, "SELECT 1", "pg_hba.conf rejects", database="postgres")
    cluster.must(role, "SELECT 1")
    password, cluster.passwords[role] = cluster.passwords[role], "wrong"
    refused(role, "SELECT 1", "password authentication failed")
    cluster.passwords[role] = password


@pytest.mark.parametrize("role", ROLES)
def test_no_role_has_more_than_its_own_rights(cluster, role):
    flags = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls OR rolinherit"
    assert cluster.must(role, f"SELECT {flags} FROM pg_roles WHERE rolname = current_user") == "f"
    assert cluster.must(role, f"SELECT count(*) FROM pg_auth_members WHERE member = '{role}'::regrole") == "0"


def test_a_role_that_had_more_rights_before_is_pointed_out(cluster):
    cluster.must(ADMINISTRATOR, "ALTER ROLE portico_serving CREATEROLE")
    finished = cluster.psql(ADMINISTRATOR, "--file", FOLDER / "roles.sql", database="postgres")
    cluster.must(ADMINISTRATOR, "ALTER ROLE portico_serving NOCREATEROLE")
    assert finished.returncode != 0 and "portico_serving has more rights than it may have: createrole" in finished.stderr


def test_the_owner_alters_its_own_schema_and_nothing_else(cluster, refused):
    cluster.must("portico_owner", "ALTER TABLE epoch ADD COLUMN more TEXT; ALTER TABLE epoch DROP COLUMN more")
    for statement in ("CREATE SCHEMA more", "CREATE TABLE public.more (id BIGINT)", "DROP DATABASE portico", "CREATE ROLE more"):
        refused("portico_owner", statement)


def test_a_table_that_the_grants_do_not_know_stops_them_and_opens_to_nobody(cluster, refused):
    cluster.must("portico_owner", "CREATE TABLE novelty (id BIGINT)")
    try:
        finished = cluster.psql("portico_owner", "--file", FOLDER / "grants.sql")
        assert finished.returncode != 0 and "grants.sql says nothing about the table novelty" in finished.stderr
        refused("portico_serving", "SELECT * FROM novelty")
        cluster.must("portico_serving", "SELECT count(*) FROM resident")
    finally:
        cluster.must("portico_owner", "DROP TABLE novelty")


def test_grants_beyond_the_list_are_taken_back(cluster, refused):
    cluster.must("portico_owner", "GRANT ALL ON audit_event TO portico_serving; GRANT SELECT ON resident TO PUBLIC")
    cluster.run_file("portico_owner", "grants.sql")
    refused("portico_serving", "DELETE FROM audit_event")
    assert granted_to_everybody(cluster) == "0"


def granted_to_everybody(cluster):
    return cluster.must(
        ADMINISTRATOR, "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = 'PUBLIC' AND table_schema = 'portico'"
    )


def test_the_backup_role_reads_all_and_writes_nothing(cluster, refused):
    refused("portico_backup", "DELETE FROM session", "permission denied|read-only transaction")
    refused("portico_backup", "BEGIN READ WRITE; DELETE FROM session")
    dumped = subprocess.run(
        [PROGRAMS / "pg_dump", "--schema=portico", "--no-privileges"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        env={
            **environment(), "PGHOST": str(cluster.folder), "PGUSER": "portico_backup", "PGDATABASE": "portico",
            "PGPASSWORD": cluster.passwords["portico_backup"],
        },
    )  # fmt: skip
    assert dumped.returncode == 0, dumped.stderr
    tables = cluster.must(ADMINISTRATOR, "SELECT tablename FROM pg_tables WHERE schemaname = 'portico'").split()
    assert len(tables) >= 16
    for table in tables:
        assert f"COPY portico.{table} " in dumped.stdout


# What the sources need


def test_the_serving_role_has_what_the_sources_statements_need_and_no_more(cluster):
    """Read from the statements themselves, so that a new one without its grant fails here rather than on the first node."""
    needed = {}
    for file in (REPOSITORY / "Sources").rglob("*.swift"):
        for verb, table in re.findall(r"\b(INSERT INTO|UPDATE|DELETE FROM)\s+([a-z_]+)\b", file.read_text()):
            needed.setdefault(table, {"SELECT"}).add(verb.split()[0])
        for table in re.findall(r"INSERT INTO\s+([a-z_]+)(?:(?!INSERT INTO)[\s\S])*?ON CONFLICT \([^)]*\) DO UPDATE", file.read_text()):
            needed[table].add("UPDATE")
    granted = rights(cluster, "portico_serving")
    assert needed.pop("schema_migration") and granted.pop("schema_migration") == {"SELECT"}
    assert needed.pop("schema_support", {"SELECT"}) and granted.pop("schema_support") == {"SELECT"}
    if "claim" not in needed:
        granted.pop("claim")
    assert granted == needed


def rights(cluster, role):
    rows = cluster.must(
        ADMINISTRATOR, f"SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = '{role}' AND table_schema = 'portico'"
    )
    granted = {}
    for row in rows.splitlines():
        table, privilege = row.split("|")
        granted.setdefault(table, set()).add(privilege)
    return granted
