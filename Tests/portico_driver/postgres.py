"""A private PostgreSQL cluster, and databases in one."""

import contextlib
import csv
import os
import pathlib
import secrets
import signal
import subprocess
import tempfile
import urllib.parse

from .server import REPOSITORY

SCRIPT = REPOSITORY / "scripts/postgres-cluster"


class Cluster:
    """A cluster of one's own, which a test may stop, kill and start again."""

    def __init__(self):
        # Not below the test runner's own folder: the socket's path must be short, and for root the server runs as somebody else.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portico-postgres-", dir="/tmp"))
        self.url = None

    def start(self):
        self.url = self.run("start")
        return self

    def restart(self, mode="fast"):
        """With the mode "immediate" it crashes and recovers."""
        self.run("restart", mode)

    def halt(self, mode="fast"):
        self.run("halt", mode)

    def kill(self):
        """SIGKILL to the postmaster; its sessions end when they notice."""
        os.kill(int((self.folder / "data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def end(self):
        self.run("stop")

    def log_text(self):
        return (self.folder / "log").read_text(errors="replace")

    def run(self, command, *more):
        finished = subprocess.run([SCRIPT, command, self.folder, *more], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        assert finished.returncode == 0, f"postgres-cluster {command}: {finished.stderr}"
        return finished.stdout.strip()


@contextlib.contextmanager
def fresh_database(cluster_url):
    """The URL of a new, empty database in a running cluster; afterwards it is dropped, whoever still uses it."""
    name = f"portico_{secrets.token_hex(8)}"
    query(cluster_url, f"CREATE DATABASE {name}")
    try:
        yield urllib.parse.urlsplit(cluster_url)._replace(path=f"/{name}").geturl()
    finally:
        query(cluster_url, f"DROP DATABASE {name} WITH (FORCE)")


def query(url, statement):
    """The rows of a statement, each a list of texts; NULL is the empty text."""
    finished = subprocess.run(
        ["psql", "--no-psqlrc", "--csv", "--tuples-only", "--set", "ON_ERROR_STOP=1", "--dbname", url, "--command", statement],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
    )  # fmt: skip
    assert finished.returncode == 0, f"psql: {finished.stderr}"
    return list(csv.reader(finished.stdout.splitlines()))
