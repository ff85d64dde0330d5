"""When every connection to PostgreSQL is busy, a request is answered 503 with Retry-After at once, and none waits without end."""

import collections
import concurrent.futures
import contextlib
import subprocess

import pytest
import requests

from portico_driver import loopback
from portico_driver.postgres import query
from portico_driver.server import Server
from portico_driver.storm import fault_of

pytestmark = pytest.mark.chooses_its_engine

CROWD = 120
# Behind one connection for writes.
BOUND = 64


@contextlib.contextmanager
def table_held(url, table):
    """Nobody writes to the table meanwhile."""
    holder = subprocess.Popen(
        ["psql", "--no-psqlrc", "--quiet", "--dbname", url], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )  # fmt: skip
    try:
        holder.stdin.write(f"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE;\n")
        holder.stdin.flush()
        held = f"SELECT 1 FROM pg_locks WHERE relation = '{table}'::regclass AND mode = 'ExclusiveLock' AND granted"
        loopback.wait_for(lambda: query(url, held), f"{table} was held")
        yield
    finally:
        holder.communicate("ROLLBACK;\n", timeout=30)


def test_beyond_the_pool_requests_are_turned_away_and_the_rest_is_served(tmp_path, registrations, postgres_database):
    # Long enough that no waiting statement is given up while the crowd arrives.
    url = postgres_database + "?options=-clock_timeout%3D60s%20-cstatement_timeout%3D60s"
    server = Server(tmp_path, {"database": {"url": url, "connections": 2}})
    try:
        server.start()
        server.apply_clients(list(registrations.metadata.values()))
        agency = registrations.agency(server, "by-key")
        forms = [agency.authenticated({"grant_type": "client_credentials"})[0] for _ in range(CROWD)]

        def send(form):
            with requests.Session() as http:
                return http.post(server.metadata["token_endpoint"], data=form, timeout=60)

        assert server.metadata
        with concurrent.futures.ThreadPoolExecutor(CROWD) as pool:
            with table_held(postgres_database, "assertion_id"):
                waiting = [pool.submit(send, form) for form in forms]
                turned_away = CROWD - BOUND - 1
                loopback.wait_for(lambda: sum(each.done() for each in waiting) >= turned_away, "requests were turned away", seconds=30)
                assert requests.get(server.url("/livez"), timeout=5).status_code == 200
            answers = [each.result() for each in waiting]
        statuses = collections.Counter(answer.status_code for answer in answers)
        print(f"\n{CROWD} requests for one connection: {dict(statuses)}")
        assert statuses == {200: BOUND + 1, 503: turned_away}
        assert not any(fault_of(answer) for answer in answers)
    finally:
        server.end()
