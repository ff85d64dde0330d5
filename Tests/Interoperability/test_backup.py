"""A backup while the server works, a restore after it, and what must not work again afterwards."""

import json
import os
import random
import shlex
import signal
import sqlite3
import stat
import subprocess
import time

import pytest

from portico_driver import loopback
from portico_driver.postgres import query
from portico_driver.registrations import EVERY_SCOPE, residents
from portico_driver.server import BINARY, plain_environment
from portico_driver.visitor import Arrival, Visitor

# Each test says itself which engine it is about.
pytestmark = pytest.mark.chooses_its_engine


@pytest.fixture
def server(start_portico):
    return start_portico()


def people(server, count):
    found = [person for person, _ in zip(residents(), range(count))]
    server.add_residents(found)
    return found


class Story:
    """One resident with a session, a code and refresh tokens, some of which are used after the backup."""

    def __init__(self, server, registrations):
        self.server, self.strict = server, registrations.agency(server, "strict")
        (self.resident,) = people(server, 1)
        self.visitor = Visitor(server.issuer)
        self.first = self.tokens()
        self.unused = self.tokens()
        self.request = self.strict.request()
        self.code = self.visitor.authorize(self.request.url, self.resident).code
        self.untouched_request = self.strict.request()
        self.untouched_code = self.visitor.authorize(self.untouched_request.url, self.resident).code

    def tokens(self):
        return self.strict.tokens(self.visitor, self.resident, scope=EVERY_SCOPE, prompt="consent")[1]

    def go_on(self):
        """What happens after the backup and is unknown to it."""
        assert self.strict.redeem(self.code, self.request.verifier).status_code == 200
        renewed = self.strict.refresh(self.first["refresh_token"])
        assert renewed.status_code == 200
        self.successor = renewed.json()["refresh_token"]

    def must_be_over(self):
        """Nothing of before works, and its resident begins anew without being asked what they allowed before."""
        attempts = {
            "the used code": self.strict.redeem(self.code, self.request.verifier),
            "the unused code": self.strict.redeem(self.untouched_code, self.untouched_request.verifier),
            "the used refresh token": self.strict.refresh(self.first["refresh_token"]),
            "its successor": self.strict.refresh(self.successor),
            "the unused refresh token": self.strict.refresh(self.unused["refresh_token"]),
        }
        for name, answer in attempts.items():
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), f"{name}: {answer.text}"
        assert self.strict.userinfo(self.unused["access_token"]).status_code == 401
        assert self.visitor.open(self.strict.request(prompt="none").url).error == "login_required"
        page = self.visitor.open(self.strict.request(scope="openid email").url)
        back = self.visitor.sign_in(page, self.resident)
        assert isinstance(back, Arrival) and back.code, "consent was asked for again"

    def must_work_anew(self):
        _, tokens = self.strict.tokens(Visitor(self.server.issuer), self.resident, scope=EVERY_SCOPE, prompt="consent")
        assert self.strict.userinfo(tokens["access_token"]).status_code == 200
        assert self.strict.refresh(tokens["refresh_token"]).status_code == 200


def test_what_was_used_after_the_backup_stays_used_after_the_restore(server, registrations):
    story = Story(server, registrations)
    _, other, barred = people(server, 3)
    backup = server.folder / "backup.db"
    made = server.run_json("backup", str(backup))
    assert made["schema_version"] > 0 and made["keep"]["apart"] == [str(server.folder / "master.key")]
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600 and made["bytes"] == backup.stat().st_size

    story.go_on()
    server.run("residents", "disable", barred.username)
    server.run("residents", "set-password", other.username)
    server.run("clients", "rotate-secret", "second")
    server.run("clients", "remove", "quiet")
    revoked = next(key["kid"] for key in server.jwks()["keys"] if key["alg"] == "ES256")
    server.run("keys", "revoke", revoked, "--replace")
    loopback.wait_for(lambda: revoked not in {key["kid"] for key in server.jwks()["keys"]}, "the key's revocation", seconds=5)

    refused = server.run("restore", str(backup), "--replace", check=False)
    assert refused.returncode == 1 and "stop the server" in refused.stderr
    server.stop()
    report = server.run_json("restore", str(backup), "--replace")
    kinds = [event["kind"] for event in report["undone"]["events"]]
    assert kinds == ["resident.disabled", "resident.password_changed", "client.secret_rotated", "client.removed", "key.revoked"]
    assert revoked in report["undone"]["events"][-1]["remedy"] and revoked in {key["kid"] for key in report["keys"]}
    assert report["undone"]["others"]["key.generated"] == 1

    server.start()
    assert revoked in {key["kid"] for key in server.jwks()["keys"]}
    story.must_be_over()
    story.must_work_anew()
    kept = report["kept_as"]
    assert rows(kept, "SELECT COUNT(*) FROM audit_event WHERE kind = 'key.revoked'") == [(1,)]
    assert not rows(kept, "SELECT 1 FROM epoch WHERE topic = 'restored'")
    server.run("keys", "revoke", revoked, "--replace")


def test_restore_makes_the_database_where_there_is_none(server, registrations):
    story = Story(server, registrations)
    server.run("backup", str(server.folder / "backup.db"))
    story.go_on()
    server.stop()
    for file in server.folder.glob("portico.db*"):
        file.unlink()
    report = server.run_json("restore", str(server.folder / "backup.db"))
    assert report["kept_as"] is None and report["undone"] is None
    server.start()
    story.must_be_over()


def test_a_damaged_database_is_replaced(server):
    server.run("backup", str(server.folder / "backup.db"))
    server.stop()
    (server.folder / "portico.db").write_bytes(b"\xff" * 50_000)
    report = server.run_json("restore", str(server.folder / "backup.db"), "--replace")
    server.start()
    assert open(report["kept_as"], "rb").read(3) == b"\xff\xff\xff"


def test_what_would_go_wrong_is_refused_and_changes_nothing(server, tmp_path):
    people(server, 1)
    folder = server.folder
    server.run("backup", str(folder / "backup.db"))
    assert server.run("backup", str(folder / "backup.db"), check=False).returncode == 1
    server.stop()
    good = (folder / "backup.db").read_bytes()
    (folder / "cut.db").write_bytes(good[: len(good) // 2])
    (folder / "text.db").write_bytes(b"no database at all\n" * 1000)
    (folder / "broken.db").write_bytes(good[:20480] + bytes(random.randbytes(4096)) + good[24576:])
    sqlite3.connect(folder / "foreign.db").executescript("CREATE TABLE x (y); INSERT INTO x VALUES (1);").close()
    before = (folder / "portico.db").read_bytes()
    for name in ("cut", "text", "broken", "foreign", "missing"):
        refused = server.run("restore", str(folder / f"{name}.db"), "--replace", check=False)
        assert refused.returncode in (1, 69), f"{name}: {refused.stdout}"
        assert refused.stderr.startswith("portico: "), refused.stderr
    assert server.run("restore", str(folder / "backup.db"), check=False).returncode == 1, "without --replace"
    assert server.run("restore", str(folder / "portico.db"), "--replace", check=False).returncode == 1, "itself"
    plan = server.run_json("restore", str(folder / "backup.db"), "--replace", "--dry-run")
    assert plan["dry_run"] and not plan["refused"] and plan["restored_at"] is None
    (folder / "master.key").rename(folder / "right.key")
    other = type(server)(tmp_path)
    other.run("residents", "add", "--username", "sam")
    (other.folder / "master.key").rename(folder / "master.key")
    wrong = server.run("restore", str(folder / "backup.db"), "--replace", check=False)
    assert wrong.returncode == 78 and "another master key" in wrong.stderr
    (folder / "right.key").rename(folder / "master.key")
    assert (folder / "portico.db").read_bytes() == before
    assert not list(folder.glob("*.restoring*")) and not list(folder.glob("*before-restore*"))
    server.start()


def test_a_dry_run_while_the_server_runs_says_that_it_must_stop(server):
    server.run("backup", str(server.folder / "backup.db"))
    plan = server.run("restore", str(server.folder / "backup.db"), "--replace", "--dry-run", "--json", check=False)
    assert plan.returncode == 1
    assert "stop the server" in " ".join(json.loads(plan.stdout)["refusals"])


# Killed in the middle


def fill(database, megabytes):
    """Make the database large enough that copying it takes a while."""
    with sqlite3.connect(database) as connection:
        lines = ((1, "system", json.dumps({"filling": "x" * 4000})) for _ in range(megabytes * 250))
        connection.executemany("INSERT INTO audit_event (at, kind, actor, detail) VALUES (?, 'resident.updated', ?, ?)", lines)
    connection.close()


def killed(server, *arguments, after):
    """A command that gets SIGKILL some time after it has begun, unless it has ended by then; whether it ended by itself."""
    process = subprocess.Popen(
        [BINARY, *arguments, "--config", server.settings_file], cwd=server.folder, env=plain_environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return process.wait(timeout=after) == 0
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        return False


def duration(work):
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def rows(database, statement):
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_a_killed_backup_leaves_no_backup(server):
    fill(server.folder / "portico.db", 40)
    whole = duration(lambda: server.run("backup", str(server.folder / "whole.db")))
    for number in range(8):
        file = server.folder / f"backup{number}.db"
        finished = killed(server, "backup", str(file), after=random.uniform(0.1, 1.0) * whole)
        if not finished and file.exists():
            # Killed after it had its name: then it is whole.
            assert rows(file, "PRAGMA integrity_check") == [("ok",)]
    last = server.folder / "backup0.db"
    last.unlink(missing_ok=True)
    server.run("backup", str(last))
    assert rows(last, "PRAGMA integrity_check") == [("ok",)]
    assert not list(server.folder.glob("backup0.db.part*"))


def test_a_killed_restore_leaves_the_former_state_or_the_restored_one(server):
    database, backup = server.folder / "portico.db", server.folder / "backup.db"
    fill(database, 15)
    server.run("backup", str(backup))
    server.run("residents", "add", "--username", "since-the-backup")
    server.stop()
    whole = duration(lambda: server.run("restore", str(backup), "--replace", "--dry-run"))
    seen = set()
    for _ in range(12):
        killed(server, "restore", str(backup), "--replace", after=random.uniform(0.05, 1.3) * whole)
        assert database.exists(), "neither the former database nor the restored one"
        connection = sqlite3.connect(database)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        is_former = connection.execute("SELECT COUNT(*) FROM resident").fetchone() == (1,)
        is_marked = connection.execute("SELECT 1 FROM epoch WHERE topic = 'restored'").fetchone() is not None
        connection.close()
        assert is_former != is_marked, "a restored database that is not marked, or a former one that is"
        seen.add(is_marked)
        if is_marked:
            kept = sorted(server.folder.glob("portico.db.before-restore-*"))[-1]
            assert rows(kept, "SELECT COUNT(*) FROM resident") == [(1,)], "the former database was not kept"
            os.replace(kept, database)
    server.run("restore", str(backup), "--replace")
    assert not list(server.folder.glob("*.restoring*"))
    server.start()


# PostgreSQL


def commands_of(explanation, title):
    (commands,) = (step["commands"] for step in explanation["steps"] if title in step["title"])
    return [command for command in commands if not command.startswith("#")]


def test_on_postgresql_backup_says_how_and_what_it_says_works(start_portico, postgres_database, registrations):
    """Dump, go on, restore beneath the running server, mark: the server notices, and what was used stays used."""
    server = start_portico(database={"url": postgres_database, "connections": 6})
    told = server.run("backup", "portico.dump", "--json", check=False)
    assert told.returncode == 1 and "No backup was made" in told.stderr
    explanation = server.run_json("backup", "--explain")
    assert json.loads(told.stdout) == explanation and explanation["made"] is False
    story = Story(server, registrations)
    for command in commands_of(explanation, "To back up one moment"):
        subprocess.run(command, shell=True, check=True, cwd=server.folder, timeout=120)
    story.go_on()
    service = registrations.agency(server, "service")
    rotated = server.run_json("clients", "rotate-secret", "service")["client_secret"]
    loopback.wait_for(lambda: service.token({"grant_type": "client_credentials"}).status_code == 401, "the new secret", seconds=5)

    for command in commands_of(explanation, "To restore"):
        subprocess.run(command, shell=True, check=True, cwd=server.folder, timeout=120)
    assert server.run_json("restore", "--mark-restored", "--dry-run")["restored_at"] is None
    assert not query(postgres_database, "SELECT 1 FROM epoch WHERE topic = 'restored'")
    (mark,) = commands_of(explanation, "After any restore")
    assert server.run_json(*shlex.split(mark)[1:])["restored_at"] > 0
    loopback.wait_for(lambda: service.token({"grant_type": "client_credentials"}).status_code == 200, "the former secret", seconds=10)
    service.secret = rotated
    assert service.token({"grant_type": "client_credentials"}).status_code == 401
    story.must_be_over()
    story.must_work_anew()
    assert query(postgres_database, "SELECT COUNT(*) FROM audit_event WHERE kind = 'database.restored'") == [["1"]]


def test_a_password_is_not_in_what_backup_says(tmp_path, start_portico):
    server = start_portico()
    server.stop()
    server.write_settings({"database": {"url": "postgres://portico:hush-hush@db.example/portico?sslmode=verify-full"}})
    told = server.run("backup", "--explain").stdout
    assert "hush-hush" not in told and "host=db.example" in told and "sslmode=verify-full" in told
    assert server.run("restore", "some.dump", check=False).returncode == 1
