"""`portico database copy`: from SQLite to PostgreSQL and back, beside a running server, and through SIGKILL at any moment."""

import contextlib
import json
import os
import random
import sqlite3
import stat
import subprocess
import threading

import pytest

from portico_driver import loopback
from portico_driver.postgres import query
from portico_driver.registrations import EVERY_SCOPE, residents
from portico_driver.server import BINARY, plain_environment
from portico_driver.visitor import Visitor


def command(source, target, *flags):
    return [BINARY, "database", "copy", "--from", source, "--to", target, "--json", *flags]


def copy(source, target, *flags):
    return subprocess.run(command(source, target, *flags), capture_output=True, text=True, timeout=120, env=plain_environment())


def copied(source, target, *flags):
    """The report of a copy that must succeed."""
    finished = copy(source, target, *flags)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def sqlite_url(folder, name="portico.db"):
    return f"sqlite:{folder / name}"


def is_untouched(postgres):
    return query(postgres, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'") == [["0"]]


class Customer:
    """A resident who has a session and, through an agency, a refresh token."""

    def __init__(self, server, registrations, person):
        self.strict, self.first = (registrations.agency(server, name) for name in ("strict", "first"))
        self.visitor = Visitor(server.issuer)
        self.first.tokens(self.visitor, person)
        self.refresh_token = self.strict.tokens(self.visitor, person, scope=EVERY_SCOPE, prompt="consent")[1]["refresh_token"]

    def goes_on(self):
        """The session signs on silently; the refresh token is taken, and the one it gave last is kept."""
        assert self.visitor.open(self.first.request(prompt="none").url).error is None, "the session is gone"
        renewed = self.strict.refresh(self.refresh_token)
        assert renewed.status_code == 200, renewed.text
        self.refresh_token = renewed.json()["refresh_token"]


def customers(server, registrations, count):
    people = [person for person, _ in zip(residents(), range(count))]
    server.add_residents(people)
    return [Customer(server, registrations, person) for person in people]


def test_an_installation_moves_to_postgresql_and_back(start_portico, registrations, postgres_database):
    server = start_portico()
    people = customers(server, registrations, 3)
    sqlite = sqlite_url(server.folder)

    refused = copy(sqlite, postgres_database)
    assert refused.returncode == 1 and "--snapshot" in refused.stderr, refused.stderr
    assert is_untouched(postgres_database)

    keys = server.jwks()
    server.stop()
    there = copied(sqlite, postgres_database)
    rows = {table["table"]: table["rows"] for table in there["tables"]}
    assert rows["resident"] == rows["session"] == 3 and rows["refresh_token"] >= 3 and rows["audit_event"] > 0
    again = copy(sqlite, postgres_database)
    assert again.returncode == 1 and "not empty" in again.stderr, again.stderr

    server.write_settings({"database": {"url": postgres_database}})
    server.start()
    assert server.jwks() == keys
    for each in people:
        each.goes_on()
    for source, target in ((postgres_database, sqlite_url(server.folder, "back.db")), (sqlite, postgres_database)):
        refused = copy(source, target)
        assert refused.returncode == 1 and "Stop it" in refused.stderr, refused.stderr
    assert not (server.folder / "back.db").exists()

    server.stop()
    copied(postgres_database, sqlite_url(server.folder, "back.db"))
    assert stat.S_IMODE((server.folder / "back.db").stat().st_mode) == 0o600
    server.write_settings({"database": {"url": sqlite_url(server.folder, "back.db")}})
    server.start()
    for each in people:
        each.goes_on()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_snapshot_is_taken_while_the_server_works(engine, start_portico, registrations, postgres_database, tmp_path):
    """What the copy holds is one moment: its own comparison passes, though the source never rests."""
    server = start_portico(**({"database": {"url": postgres_database}} if engine == "postgres" else {}))
    source, target = sqlite_url(server.folder), postgres_database
    if engine == "postgres":
        source, target = postgres_database, sqlite_url(tmp_path, "snapshot.db")
    person = customers(server, registrations, 1)[0]
    stop, failures, rounds = threading.Event(), [], []

    def work():
        try:
            while not stop.is_set():
                person.goes_on()
                rounds.append(1)
        except Exception as failure:
            failures.append(failure)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        loopback.wait_for(lambda: failures or len(rounds) > 3, "some work", seconds=30)
        report = copied(source, target, "--snapshot")
        done = len(rounds)
        loopback.wait_for(lambda: failures or len(rounds) > done + 3, "work afterwards", seconds=30)
    finally:
        stop.set()
        worker.join()
    assert not failures, failures
    rows = {table["table"]: table["rows"] for table in report["tables"]}
    assert rows["resident"] == 1 and rows["refresh_token"] > 3
    resumed = copy(source, target, "--snapshot")
    assert resumed.returncode == 1 and "not empty" in resumed.stderr, resumed.stderr


@pytest.fixture
def large(start_portico):
    """The folder of a stopped installation with some thousand rows."""
    server = start_portico()
    server.add_residents([person for person, _ in zip(residents(), range(20))])
    server.stop()
    with contextlib.closing(sqlite3.connect(server.folder / "portico.db")) as database, database:
        database.execute(
            """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 15000)
            INSERT INTO resident SELECT printf('r_%021dA', i), 'name' || i, 'name' || i, NULL, '{}', 'active', NULL, i, i, NULL FROM n"""
        )
        database.execute("INSERT INTO session SELECT randomblob(32), id, 1, 1, 1, 1, 1, NULL, 9e12, '', '[]', 'é', randomblob(32) FROM resident")
        database.execute(
            """INSERT INTO access_grant SELECT 'g' || resident_id, resident_id, 'first', digest, '', '{}', NULL, 1, '', '[]', 1, 9e12, NULL, 0
            FROM session"""
        )
        database.execute("INSERT INTO refresh_token SELECT randomblob(32), id, 'first', '', 0, 1, 9e12, NULL, 9e12 FROM access_grant")
        database.execute("INSERT INTO audit_event (at, kind, actor, detail) SELECT 1, 'trial', id, '{}' FROM resident")
    return server


def run_and_kill(source, target):
    """A copy that is killed at some moment; whether it was."""
    process = subprocess.Popen(
        command(source, target), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=plain_environment()
    )
    try:
        process.communicate(timeout=random.uniform(0.02, 0.6))
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate(timeout=30)
        return True


def test_a_copy_killed_at_any_moment_ends_complete(large, postgres_database, tmp_path):
    source = sqlite_url(large.folder)
    expected = copied(source, sqlite_url(tmp_path, "whole.db"))["tables"]
    assert sum(table["rows"] for table in expected) > 75_000
    for origin, target in ((source, postgres_database), (postgres_database, sqlite_url(tmp_path, "back.db"))):
        killed = 0
        for _ in range(12):
            if not run_and_kill(origin, target):
                break
            killed += 1
        finished = copy(origin, target)
        # The last of them may have been killed, or have ended, after its work was done.
        assert finished.returncode == 0 or "not empty" in finished.stderr, finished.stderr
        assert killed > 0
    assert copied(sqlite_url(tmp_path, "back.db"), sqlite_url(tmp_path, "last.db"))["tables"] == expected


# Where the copy reaches the refresh tokens it waits for whoever holds the advisory lock 7.
WAIT_AT_THE_TOKENS = """
CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$;
CREATE FUNCTION place_wait() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.refresh_token') THEN
        CREATE TRIGGER wait_here BEFORE INSERT ON refresh_token FOR EACH STATEMENT EXECUTE FUNCTION wait_here();
    END IF;
END $$;
CREATE EVENT TRIGGER place_wait ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION place_wait();
"""


def test_a_killed_copy_is_served_by_nobody_and_resumed(large, postgres_database):
    query(postgres_database, WAIT_AT_THE_TOKENS)
    source = sqlite_url(large.folder)
    holder = subprocess.Popen(["psql", "--no-psqlrc", "--quiet", "--dbname", postgres_database], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        holder.stdin.write("SELECT pg_advisory_lock(7);\n")
        holder.stdin.flush()
        advisory = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        loopback.wait_for(lambda: query(postgres_database, advisory + " AND granted") == [["1"]], "the lock", seconds=20)
        process = subprocess.Popen(command(source, postgres_database), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=plain_environment())
        try:
            waiting = advisory + " AND objid = 7 AND NOT granted"
            loopback.wait_for(lambda: process.poll() is not None or query(postgres_database, waiting) == [["1"]], "the copy waited", seconds=60)
            assert process.poll() is None
        finally:
            process.kill()
            process.wait(timeout=30)
    finally:
        holder.communicate(timeout=30)
    query(postgres_database, "DROP EVENT TRIGGER place_wait; DROP FUNCTION wait_here() CASCADE")
    assert query(postgres_database, "SELECT COUNT(*) FROM resident") == [["15020"]]
    assert query(postgres_database, "SELECT COUNT(*) FROM refresh_token") == [["0"]]

    large.write_settings({"database": {"url": postgres_database}})
    for arguments in (["serve"], ["residents", "list"]):
        refused = large.run(*arguments, check=False)
        assert refused.returncode == 69 and "not finished" in refused.stderr, refused.stderr

    assert copied(source, postgres_database)["resumed"]
    assert query(postgres_database, "SELECT COUNT(*) FROM refresh_token") == [["15020"]]
    assert large.run_json("residents", "list")["residents"]
    large.start()


def test_a_killed_snapshot_begins_again(large, postgres_database):
    query(postgres_database, WAIT_AT_THE_TOKENS.replace("PERFORM pg_advisory_xact_lock(7)", "RAISE EXCEPTION 'no'"))
    source = sqlite_url(large.folder)
    failed = copy(source, postgres_database, "--snapshot")
    assert failed.returncode != 0
    query(postgres_database, "DROP EVENT TRIGGER place_wait; DROP FUNCTION wait_here() CASCADE")
    for flags in (["--snapshot"], []):
        refused = copy(source, postgres_database, *flags)
        assert refused.returncode == 1 and "empty target" in refused.stderr, refused.stderr
    query(postgres_database, "DROP SCHEMA public CASCADE")
    query(postgres_database, "CREATE SCHEMA public")
    assert not copied(source, postgres_database, "--snapshot")["resumed"]


def test_a_password_in_an_address_is_not_repeated(tmp_path):
    secret = "geheim" + os.urandom(8).hex()
    for target, code in ((f"postgres://a:{secret}@127.0.0.1:1/b", 69), (f"mysql://a:{secret}@127.0.0.1/b", 64)):
        finished = copy(sqlite_url(tmp_path, "none.db"), target)
        assert finished.returncode == code, finished.stderr
        assert secret not in finished.stderr + finished.stdout
    assert not list(tmp_path.iterdir())
