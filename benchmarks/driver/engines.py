"""The two engines a Portico can keep its data in, as the benchmark sees them: where the database is, what it costs, how large it is."""

import os
import pathlib
import sqlite3


class SQLite:
    """One file in the house's folder. Its work is done by the server's own threads, so it has no CPU of its own to count."""

    name = "SQLite"
    settings = {}

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "portico.db"

    def cpu_ms(self):
        return 0.0

    def retries(self):
        """There is one writer, so no write meets another."""
        return 0

    def settle(self):
        """The writer keeps its log short by itself, within the work that is measured."""

    def query(self, sql):
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def change(self, sql):
        connection = sqlite3.connect(self.path, timeout=60)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            with connection:
                connection.execute(sql)
        finally:
            connection.close()

    def tidy(self):
        """Nobody runs VACUUM or ANALYZE on it in life."""

    def size(self):
        """Bytes of the file; its log is not counted."""
        return os.stat(self.path).st_size


class Postgres:
    """A database of its own in the private cluster."""

    name = "PostgreSQL"

    def __init__(self, cluster):
        self.cluster = cluster
        self.uri = cluster.create_database()
        self.settings = {"PORTICO_DATABASE_URL": self.uri}

    def cpu_ms(self):
        return self.cluster.cpu_ms()

    def retries(self):
        """Transactions that were given up because another came before them; Portico runs them again."""
        return self.cluster.serialization_failures()

    def settle(self):
        """Writes to the tables' files what so far is only in the log. Called at the end of what is measured too: it is part of its cost."""
        self.cluster.checkpoint()

    def query(self, sql):
        return self.cluster.run(sql, self.uri)

    def change(self, sql):
        self.cluster.run(sql, self.uri)

    def tidy(self):
        """As autovacuum would, sooner or later."""
        self.cluster.run("VACUUM (ANALYZE)", self.uri)

    def size(self):
        return int(self.cluster.value("SELECT pg_database_size(current_database())", self.uri))
