"""What every test may ask for: a running server, its registered agencies, a resident nobody used before, a fresh browser."""

import contextlib
import itertools
import os

import pytest

from portico_driver.postgres import Cluster, fresh_database
from portico_driver.registrations import Registrations, residents
from portico_driver.server import Server
from portico_driver.visitor import Visitor


@pytest.fixture(scope="session")
def registrations():
    return Registrations()


@pytest.fixture(scope="session")
def portico(tmp_path_factory, registrations):
    """One server for all tests that leave it as they found it. Tests that fail sign-ins on purpose start their own."""
    with running_server(tmp_path_factory.mktemp("portico"), registrations) as server:
        yield server


@pytest.fixture
def start_portico(tmp_path, registrations):
    """Start a server of one's own, with settings of one's own; it has the same agencies and no residents."""
    with contextlib.ExitStack() as running:
        numbers = itertools.count()

        def start(**settings):
            folder = tmp_path / f"portico{next(numbers)}"
            folder.mkdir()
            return running.enter_context(running_server(folder, registrations, settings))

        yield start


@contextlib.contextmanager
def running_server(folder, registrations, settings=None):
    with engine_settings() as engine:
        server = Server(folder, {**engine, **(settings or {})})
        try:
            server.start()
            server.apply_clients(list(registrations.metadata.values()))
            yield server
        finally:
            server.end()


@contextlib.contextmanager
def engine_settings():
    """The tests run on SQLite; with TEST_ENGINE=postgres each server gets a database of its own in the cluster of TEST_POSTGRES_URL."""
    if os.environ.get("TEST_ENGINE", "sqlite") == "sqlite":
        yield {}
        return
    with fresh_database(os.environ["TEST_POSTGRES_URL"]) as url:
        yield {"database": {"url": url}}


@pytest.fixture(scope="session")
def postgres_url():
    """A running PostgreSQL cluster: that of scripts/test, or one for this run."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    cluster = Cluster()
    try:
        yield cluster.start().url
    finally:
        cluster.end()


@pytest.fixture
def postgres_database(postgres_url):
    """The URL of an empty PostgreSQL database."""
    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def newcomers(portico):
    """Residents of the shared server, imported some at a time."""

    def row():
        source = residents()
        while True:
            batch = list(itertools.islice(source, 20))
            portico.add_residents(batch)
            yield from batch

    return row()


@pytest.fixture
def resident(newcomers):
    return next(newcomers)


@pytest.fixture
def other_resident(newcomers):
    return next(newcomers)


@pytest.fixture
def visitor(portico):
    return Visitor(portico.issuer)


@pytest.fixture
def agency(portico, registrations):
    """An agency by its name: agency("first")."""

    def named(name, **overrides):
        return registrations.agency(portico, name, **overrides)

    return named


@pytest.fixture
def first(agency):
    return agency("first")


@pytest.fixture
def second(agency):
    return agency("second")


@pytest.fixture
def strict(agency):
    return agency("strict")
