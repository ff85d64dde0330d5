"""Generated residents, put straight into a database by SQL: hashing a million passwords is not what is to be measured.

Everyone has the same password and so may have the same hash, made once by Portico itself: its salt is inside, and its pepper is the house's.
Everything follows from the resident's number, so two runs make the same rows (times apart). In proportion to one resident:

    1 session that lives        so that sign-ons can be drawn from everybody; in life one in ten has one at a time
    2 consents                  one agency by sign-on alone, one that keeps a refresh token
    2 grants                    one in the session, one that outlives it
    2 refresh tokens            one that was used in the last seven days, one that stands
    1/10 authorization code     used, not yet forgotten
    6 audit events              four sign-ins and two grants, in the order of their time

Indexes stand while rows are added, so that they are as full as random keys leave them: made in one go they would be packed, and the next rows would
split their pages. Sessions were last seen, and consents last used, just now: that they still are is written once a minute and once in an hour of the clock, so that in a
small population it would be written for few of the sign-ons, and in a large one for all.
"""

import base64
import binascii
import hashlib
import os
import pathlib
import random
import re
import sqlite3
import string
import time
import uuid

from house import CALLBACK, CHALLENGE, KEEPER, KEEPER_SCOPE, PORTAL, PORTAL_SCOPE

AUDIT_EVENTS = 6
# The residents whose cookies and refresh tokens are known, drawn at random: more than one measurement gets through.
SAMPLE = 60_000

SAMPLE_TABLE = """
    CREATE TABLE bench_sample (n BIGINT NOT NULL PRIMARY KEY, resident_id TEXT NOT NULL, session_digest {blob} NOT NULL, refresh_digest {blob} NOT NULL)
"""

POSTGRES_FUNCTIONS = r"""
    CREATE FUNCTION bench_digest(text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
        'SELECT sha256(convert_to($1, ''UTF8''))';
    CREATE FUNCTION bench_id(text, text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
        'SELECT $1 || translate(rtrim(encode(substr(sha256(convert_to($2, ''UTF8'')), 1, 16), ''base64''), ''=''), ''+/'', ''-_'')';
"""
POSTGRES_SERIES = "WITH s(n) AS (SELECT * FROM generate_series(CAST(1 AS BIGINT), {count}))"
SQLITE_SERIES = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})"

STATEMENTS = pathlib.Path(__file__).resolve().parent / "population.sql"
CONSTANTS = {
    "resident": "bench_id('r_', 'resident ' || s.n)", "session": "COALESCE(b.session_digest, bench_digest('session ' || s.n))",
    "portal": PORTAL.client_id, "portal_scope": PORTAL_SCOPE, "keeper": KEEPER.client_id, "keeper_scope": KEEPER_SCOPE, "callback": CALLBACK,
    "challenge": CHALLENGE}


class Population:
    """`count` residents in `house`, which is furnished and not running. Afterwards `sessions` and `refresh_tokens` are the sample's, in random order."""

    def __init__(self, house, count, resting=False, seed=1):
        """With `resting`, every second session was last seen two hours ago, as were the consents of its resident."""
        self.house, self.count, self.resting = house, count, resting
        self.random = random.Random(seed)
        self.numbers = sorted(self.random.sample(range(1, count + 1), min(SAMPLE, count)))
        self.sessions = [token("pts_", f"session {number}") for number in self.numbers]
        self.refresh_tokens = [token("ptr_", f"refresh {number}") for number in self.numbers]
        self.loaded_at = int(time.time() * 1000)
        self.hour = self.loaded_at // 3_600_000

    def load(self):
        phc = self.house.engine.query("SELECT password_phc FROM resident")[0][0]
        if self.house.engine.name == "SQLite":
            self._load_sqlite(phc)
        else:
            self._load_postgres(phc)
        numbered = list(zip(self.numbers, self.sessions))
        self.resting_sessions = [session for number, session in numbered if self.resting and number % 2]
        self.sessions = [session for number, session in numbered if not (self.resting and number % 2)]
        self.random.shuffle(self.sessions)
        self.random.shuffle(self.resting_sessions)
        self.random.shuffle(self.refresh_tokens)

    def _statements(self, series, phc):
        now, hour = self.loaded_at, 3_600_000
        soon, used = str(now + 2 * hour), str(now)
        seen = soon
        if self.resting:
            seen, used = (f"CASE s.n % 2 WHEN 0 THEN {value} ELSE {now - 2 * hour} END" for value in (soon, used))
        values = {
            **CONSTANTS, "seen": seen, "used": used, "phc": phc, "residents": self.count, "events": AUDIT_EVENTS * self.count, "now": now, "soon": soon,
            "end": now + 12 * hour, "week": now + 168 * hour, "month": now + 720 * hour, "each_resident": series.format(count=self.count),
            "each_event": series.format(count=AUDIT_EVENTS * self.count)}
        text = re.sub(r"^--.*$", "", STATEMENTS.read_text(), flags=re.MULTILINE)
        return [string.Template(statement).substitute(values) for statement in text.split(";\n") if statement.strip()]

    def _load_sqlite(self, phc):
        connection = sqlite3.connect(self.house.engine.path, isolation_level=None)
        connection.create_function("bench_digest", 1, digest, deterministic=True)
        connection.create_function("bench_id", 2, identifier, deterministic=True)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"):
            connection.execute("PRAGMA " + pragma)
        connection.execute("DELETE FROM resident")
        connection.execute(SAMPLE_TABLE.format(blob="BLOB"))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO bench_sample VALUES (?, ?, ?, ?)", self._sample())
        for statement in self._statements(SQLITE_SERIES, phc):
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        # Or the first commits that are measured would write it.
        with open(self.house.engine.path, "rb") as file:
            os.fsync(file.fileno())

    def _load_postgres(self, phc):
        cluster, uri = self.house.engine.cluster, self.house.engine.uri
        cluster.run(POSTGRES_FUNCTIONS + "DELETE FROM resident;" + SAMPLE_TABLE.format(blob="BYTEA"), uri)
        lines = (f"{number}\t{resident}\t\\\\x{session.hex()}\t\\\\x{refresh.hex()}\n" for number, resident, session, refresh in self._sample())
        cluster.run("COPY bench_sample FROM STDIN", uri, stdin="".join(lines))
        for statement in self._statements(POSTGRES_SERIES, phc):
            # Foreign keys hold by the way the rows are made.
            cluster.run("SET session_replication_role = replica;" + statement, uri)
        cluster.run("DROP FUNCTION bench_digest; DROP FUNCTION bench_id", uri)
        cluster.run("VACUUM (ANALYZE)", uri)
        cluster.checkpoint()

    def _sample(self):
        return [
            (number, identifier("r_", f"resident {number}"), digest(session), digest(refresh))
            for number, session, refresh in zip(self.numbers, self.sessions, self.refresh_tokens)]

    def stay_in_the_hour(self):
        """Before a drive: the sample's consents were last used in this hour of the clock, and it does not end within the drive."""
        left = 3600 - time.time() % 3600
        if left < 15:
            time.sleep(left + 1)
        if int(time.time()) // 3600 == self.hour:
            return
        self.hour = int(time.time()) // 3600
        rested = "WHERE n % 2 = 0" if self.resting else ""
        self.house.engine.change(
            f"UPDATE consent SET last_used_at = {int(time.time() * 1000)} WHERE client_id = '{PORTAL.client_id}' "
            f"AND resident_id IN (SELECT resident_id FROM bench_sample {rested})")
        self.house.engine.tidy()

    def forget_later_rows(self):
        """Removes what was added since the load, so that a small population stays one. Refresh tokens that stand now are the ones that stay."""
        condition = f"> {self.loaded_at}"
        for statement in (
            f"DELETE FROM access_grant WHERE created_at {condition}", f"DELETE FROM session WHERE created_at {condition}",
            f"DELETE FROM refresh_token WHERE used_at {condition}", f"DELETE FROM audit_event WHERE at {condition}", "DELETE FROM failure_counter",
        ):
            self.house.engine.change(statement)
        self.house.engine.tidy()


def digest(text):
    return hashlib.sha256(text.encode()).digest()


def identifier(prefix, text):
    return prefix + base64.urlsafe_b64encode(digest(text)[:16]).rstrip(b"=").decode()


BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# No database that is kept ever holds these: what they are made from is new in every run.
RUN = uuid.uuid4().hex


def token(prefix, name):
    """A bearer token as Portico mints it: prefix, 32 bytes in base64url, a CRC-32 of both in six letters of base62."""
    text = prefix + base64.urlsafe_b64encode(digest(f"{RUN} {name}")).rstrip(b"=").decode()
    check, letters = binascii.crc32(text.encode()), ""
    for _ in range(6):
        check, letter = divmod(check, 62)
        letters = BASE62[letter] + letters
    return text + letters
