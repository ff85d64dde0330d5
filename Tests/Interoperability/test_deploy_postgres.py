"""deploy/postgres against a real server: who may do what, tried by each role with its own password, and Portico served by them."""

import os
import re
import secrets
import subprocess
import urllib.parse

import pytest

from portico_driver.postgres import Cluster
from portico_driver.registrations import Registrations, residents
from portico_driver.server import REPOSITORY, Server
from portico_driver.visitor import Visitor

pytestmark = pytest.mark.chooses_its_engine

FOLDER = REPOSITORY / "deploy/postgres"
ROLES = ("portico_owner", "portico_serving", "portico_backup")
ADMINISTRATOR = "postgres"
REFUSED = "permission denied|must be owner"


class Roles:
    """A cluster with the access rules and roles of deploy/postgres, and psql as any of them."""

    def __init__(self):
        self.cluster = Cluster()
        self.passwords = {role: secrets.token_urlsafe(24) for role in ROLES}

    def start(self):
        self.cluster.start()
        self.write_access_rules()
        self.cluster.restart()
        self.run_file(ADMINISTRATOR, "roles.sql", database="postgres")
        for role, password in self.passwords.items():
            self.must(ADMINISTRATOR, f"ALTER ROLE {role} PASSWORD '{password}'")

    def write_access_rules(self):
        """The lines of pg_hba.conf as they are, but over the socket instead of TLS; the administrator comes in without a password."""
        rules, replaced = re.subn(r"^host(?:ssl)?(\s+\S+\s+\S+\s+)\S+", r"local\1", (FOLDER / "pg_hba.conf").read_text(), flags=re.MULTILINE)
        assert replaced == 6
        (self.cluster.folder / "data/pg_hba.conf").write_text(f"{rules}local all {ADMINISTRATOR} trust\n")

    def url(self, role, database="portico"):
        place = urllib.parse.urlsplit(self.cluster.url)
        who = role if role == ADMINISTRATOR else f"{role}:{urllib.parse.quote(self.passwords[role])}"
        return place._replace(netloc=f"{who}@{place.netloc.rpartition('@')[2]}", path=f"/{database}").geturl()

    def psql(self, role, *arguments, database="portico"):
        return subprocess.run(
            ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--dbname", self.url(role, database), *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env=environment(),
        )  # fmt: skip

    def must(self, role, statement, database="portico"):
        finished = self.psql(role, "--command", statement, database=database)
        assert finished.returncode == 0, f"{role}: {statement}: {finished.stderr}"
        return finished.stdout.strip()

    def run_file(self, role, name, database="portico"):
        finished = self.psql(role, "--file", FOLDER / name, database=database)
        assert finished.returncode == 0, f"{role}: {name}: {finished.stderr}"


def environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def portico(folder, roles, role):
    """Portico on the database, as that role."""
    return Server(folder, {"database": {"url": roles.url(role)}})


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    roles = Roles()
    try:
        roles.start()
        portico(tmp_path_factory.mktemp("migrating"), roles, "portico_owner").run("migrate")
        roles.run_file("portico_owner", "grants.sql")
        yield roles
    finally:
        roles.cluster.end()


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
    assert {"statement_timeout=10000", "lock_timeout=5000", "idle_in_transaction_session_timeout=30000", "search_path=portico, pg_temp"} <= set(
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
        ["pg_dump", "--schema=portico", "--no-privileges", "--dbname", cluster.url("portico_backup")],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env=environment(),
    )  # fmt: skip
    assert dumped.returncode == 0, dumped.stderr
    tables = cluster.must(ADMINISTRATOR, "SELECT tablename FROM pg_tables WHERE schemaname = 'portico'").split()
    assert len(tables) >= 16
    for table in tables:
        assert f"COPY portico.{table} " in dumped.stdout


# Portico itself


def test_a_resident_signs_in_at_two_nodes_that_serve_as_the_serving_role(cluster, tmp_path):
    registrations, resident = Registrations(), next(residents())
    first_node = portico(tmp_path, cluster, "portico_serving")
    (tmp_path / "other").mkdir()
    common = {"database": {"url": cluster.url("portico_serving")}, "keys": {"master-file": str(tmp_path / "master.key")}}
    second_node = Server(tmp_path / "other", {**common, "issuer": first_node.issuer})
    try:
        first_node.start()
        second_node.start()
        first_node.apply_clients(list(registrations.metadata.values()))
        first_node.add_residents([resident])
        agency = registrations.agency(first_node, "first", scope="openid offline_access")
        request, tokens = agency.tokens(Visitor(first_node.issuer), resident, prompt="consent")
        agency.checked_id_token(tokens["id_token"], nonce=request.parameters["nonce"])
        assert agency.refresh(tokens["refresh_token"]).status_code == 200
        first_node.run("keys", "generate", "ES384")
        first_node.run("residents", "disable", resident.username)
        assert agency.userinfo(tokens["access_token"]).status_code == 401
        assert int(cluster.must("portico_serving", "SELECT count(*) FROM audit_event")) > 5
        for node in (first_node, second_node):
            assert "permission denied" not in node.log_text()
    finally:
        first_node.end()
        second_node.end()


def test_the_serving_role_waits_for_the_owner_where_the_schema_is_behind(cluster, tmp_path):
    """On a schema without tables; the search path of the database is the one in the URL."""
    cluster.must(ADMINISTRATOR, "CREATE SCHEMA behind AUTHORIZATION portico_owner; GRANT USAGE ON SCHEMA behind TO portico_serving")
    url = cluster.url("portico_serving") + "?options=-csearch_path%3Dbehind"
    started = Server(tmp_path, {"database": {"url": url}}).run("serve", check=False)
    assert started.returncode == 69 and "Run `portico migrate` as the role that owns the tables" in started.stderr, started.stderr


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
    for written_by_migrate in ("schema_migration", "schema_support"):
        assert needed.pop(written_by_migrate) and granted.pop(written_by_migrate) == {"SELECT"}
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
