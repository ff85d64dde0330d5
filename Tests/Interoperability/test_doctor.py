"""`portico doctor` on installations that are well, and on ones that are broken."""

import json
import os
import sqlite3

import pytest

from portico_driver.server import Server

# Each test says itself which engine it is about.
pytestmark = pytest.mark.chooses_its_engine


@pytest.fixture
def server(start_portico):
    return start_portico()


def examine(server, status):
    finished = server.run("doctor", "--json", check=False)
    assert finished.returncode == status, finished.stdout + finished.stderr
    return states(finished.stdout)


def states(printed):
    worst = {}
    rank = ["ok", "warn", "fail"]
    for finding in json.loads(printed)["findings"]:
        check, state = finding["check"], finding["state"]
        assert (finding["remedy"] is None) == (state == "ok"), finding
        worst[check] = max(worst.get(check, "ok"), state, key=rank.index)
    return worst


def test_an_installation_that_serves_is_well(server):
    found = examine(server, 0)
    assert set(found.values()) <= {"ok", "warn"} and found["keys.ring"] == found["database.integrity"] == "ok"
    assert server.run("doctor").stdout.split()[:3] == ["CHECK", "STATE", "FOUND"]


def test_each_broken_thing_is_found_and_the_rest_is_looked_at_all_the_same(server):
    server.stop()
    key, database = server.folder / "master.key", server.folder / "portico.db"
    os.chmod(key, 0o644)
    os.chmod(database, 0o644)
    found = examine(server, 1)
    assert found["keys.master-file"] == found["keys.ring"] == found["database.file"] == "fail"
    assert found["database.integrity"] == found["keys.active"] == "ok"
    key.unlink()
    os.chmod(database, 0o600)
    assert examine(server, 1)["keys.master-file"] == "fail"
    assert not key.exists()
    database.write_bytes(b"no database" * 1000)
    found = examine(server, 1)
    assert found["database.reachable"] == "fail" and found["settings.issuer"] == "warn"


def test_damage_and_missing_keys_are_found(server):
    server.stop()
    connection = sqlite3.connect(server.folder / "portico.db")
    connection.execute("DELETE FROM signing_key WHERE algorithm = 'RS256'")
    connection.execute("UPDATE audit_event SET at = at + 86400000")
    connection.commit()
    connection.close()
    found = examine(server, 1)
    assert found["keys.active"] == found["keys.ring"] == found["clock.last-event"] == "fail"


def test_nothing_is_made_where_nothing_is(tmp_path):
    server = Server(tmp_path)
    found = examine(server, 1)
    assert found["database.file"] == found["keys.master-file"] == "fail"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["portico.yaml"]


def test_settings_that_cannot_be_read_are_a_finding(tmp_path):
    server = Server(tmp_path)
    server.settings_file.write_text('{"sever": {"port": 1}}')
    assert examine(server, 1) == {"settings.file": "fail"}


def test_postgresql_is_looked_at(start_portico, postgres_database):
    server = start_portico(database={"url": postgres_database, "connections": 4})
    found = examine(server, 0)
    assert found["database.reachable"] == found["database.fsync"] == found["keys.ring"] == found["clock.database-server"] == "ok"


def test_a_postgresql_server_that_is_away_is_one_finding(tmp_path):
    server = Server(tmp_path, {"database": {"url": "postgres://portico:hush-hush@127.0.0.1:1/portico"}})
    os.chmod(server.settings_file, 0o644)
    found = examine(server, 1)
    assert found["database.reachable"] == found["settings.file"] == "fail" and "database.schema" not in found
    assert "hush-hush" not in server.run("doctor", check=False).stdout
