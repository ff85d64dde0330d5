"""What one operation asks of PostgreSQL, counted on the real server: statements, round trips, bytes, log, rows, and CPU on both sides.

Two passes over the same work. The first measures CPU and the log; the second counts, with pg_stat_statements loaded and a relay on the
socket, which cost time of their own. Residents are generated (population.py), and drawn at random from all of them.
"""

import contextlib
import statistics
import tempfile
import urllib.parse

from cluster import PARENT
from growth import Populated
from progress import tell
from relay import Relay

TOKEN, REFRESH, SIGN_IN, AGAIN, FIRST = (
    "client_credentials token", "refresh", "password sign-in beyond its hash", "single sign-on", "single sign-on, first in an hour")
KINDS = [TOKEN, REFRESH, SIGN_IN, AGAIN, FIRST]
TABLES = ["session", "consent", "access_grant", "authorization_code", "refresh_token", "audit_event", "failure_counter", "resident"]
ROUNDS = 3

# What Portico does by itself once a second or minute, and what the driver asks, is not the work's.
STATEMENTS = r"""
    SELECT COALESCE(sum(calls) FILTER (WHERE toplevel AND query !~ '^(BEGIN|COMMIT|ROLLBACK)'), 0),
        COALESCE(sum(calls) FILTER (WHERE NOT toplevel), 0), COALESCE(sum(calls) FILTER (WHERE query ~ '^BEGIN.*READ WRITE'), 0),
        COALESCE(sum(calls) FILTER (WHERE query ~ '^BEGIN.*READ ONLY'), 0)
    FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND query !~ '(pg_stat_statements|pg_wal|^SELECT topic, number FROM epoch|kept_until <=|expires_at <= |count\(\*\)|^CHECKPOINT)'
"""


class Count:
    """Figures of one kind of work, each for one operation: averages of one drive, or medians of several."""

    def __init__(self, name, **figures):
        self.name = name
        vars(self).update(figures)


class Counting:
    """with Counting(options, cluster, residents) as counting: counting.run()"""

    def __init__(self, options, cluster, residents):
        self.options, self.cluster, self.residents = options, cluster, residents
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        tell(f"  {self.residents:,} residents on postgres …")
        self.populated = Populated(self.options, self.stack, self.cluster, self.residents, resting=True)
        self.engine = self.populated.house.engine
        self.engine.change("CREATE EXTENSION pg_walinspect")
        self.bytes_a_row = {table: self._bytes_a_row(table) for table in TABLES if table != "failure_counter"}
        return self

    def __exit__(self, *_):
        self.stack.close()

    def run(self):
        measured = {name: [] for name in KINDS}
        for round in range(ROUNDS):
            for name in KINDS:
                tell(f"  CPU and log, round {round + 1}: {name} …")
                if name != FIRST:
                    self._drive(name, seconds=1)
                measured[name].append(self._measure(name))
        counted = self._count()
        results = []
        for name in KINDS:
            figures = {figure: statistics.median(vars(count)[figure] for count in measured[name]) for figure in vars(measured[name][0]) if figure != "name"}
            results.append(Count(name, **figures, **counted[name]))
        return results

    def _drive(self, name, **options):
        populated = self.populated
        drive = {
            TOKEN: populated.workload.client_credentials, REFRESH: populated.refresh, SIGN_IN: populated.sign_in, AGAIN: populated.single_sign_on,
            FIRST: populated.first_single_sign_on}[name]
        populated.drives += 1
        populated.population.stay_in_the_hour()
        return drive(**options)

    def _measure(self, name):
        """A page is logged whole when it first changes after a checkpoint: right behind one, as here, the log is as large as it gets."""
        self.populated.population.stay_in_the_hour()
        self.cluster.checkpoint()
        before = self._log_position()
        cost = self._drive(name, seconds=min(self.options.seconds, 3))
        after = self._log_position()
        written = after - before
        between = f"'0/0'::pg_lsn + {before}, '0/0'::pg_lsn + {after}"
        pages = int(self.engine.query(f"SELECT COALESCE(sum(fpi_size), 0)::bigint FROM pg_get_wal_stats({between})")[0][0])
        return Count(
            name, server_ms=cost.cpu_ms, database_ms=cost.database_ms, wal_bytes=written / cost.operations, wal_page_bytes=pages / cost.operations,
            retries=cost.retries, failed=cost.failed / (cost.operations + cost.failed))

    def _count(self):
        """One request at a time, so that no transaction is run again: that would be counted too."""
        house = self.populated.house
        house.stop()
        self.cluster.restart(shared_preload_libraries="pg_stat_statements")
        self.engine.change("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        self.engine.change("ALTER ROLE postgres SET pg_stat_statements.track = 'all'")
        counted = {}
        with tempfile.TemporaryDirectory(prefix="portico-relay-", dir=PARENT) as folder, Relay(self.cluster.socket_folder, folder) as relay:
            name = self.engine.uri.rpartition("/")[2]
            house.engine.settings["PORTICO_DATABASE_URL"] = f"postgresql://postgres@{urllib.parse.quote(folder, safe='')}/{name}"
            house.start()
            for name in KINDS:
                tell(f"  statements: {name} …")
                # The first drive prepares the statements on every connection.
                self._drive(name, seconds=1, connections=1)
                counted[name] = self._count_one(name, relay)
            house.stop()
        house.engine.settings["PORTICO_DATABASE_URL"] = self.engine.uri
        return counted

    def _count_one(self, name, relay):
        rows = self._rows()
        self.engine.query("SELECT pg_stat_statements_reset()")
        bytes_before = relay.counts
        cost = self._drive(name, seconds=2, connections=1)
        sent, received = (after - before for after, before in zip(relay.counts, bytes_before))
        statements, checks, writes, reads = (int(value) for value in self.engine.query(STATEMENTS)[0])
        added = {table: (after - before) / cost.operations for (table, after), before in zip(self._rows().items(), rows.values())}
        done = cost.operations
        # A transaction's beginning travels with its first statement, and nobody waits for the end of a read.
        return {
            "statements": statements / done, "checks": checks / done, "writes": writes / done, "reads": reads / done,
            "round_trips": (statements + writes) / done, "bytes_sent": sent / done, "bytes_received": received / done, "rows": {table: round(count, 1) for table, count in added.items() if round(count, 1)}}

    # MARK: Questions to the database

    def _log_position(self):
        return int(self.cluster.value("SELECT pg_current_wal_lsn() - '0/0'"))

    def _rows(self):
        return {table: int(self.engine.query(f"SELECT count(*) FROM {table}")[0][0]) for table in TABLES}

    def _bytes_a_row(self, table):
        """(table, indexes)"""
        heap, indexes, rows = self.engine.query(f"SELECT pg_table_size('{table}'), pg_indexes_size('{table}'), (SELECT count(*) FROM {table})")[0]
        return int(heap) / int(rows), int(indexes) / int(rows)
