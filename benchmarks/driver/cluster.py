"""A private PostgreSQL cluster for the benchmark, made by scripts/postgres-cluster and removed at the end: its settings, statements and CPU."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from process import cpu_ms

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts" / "postgres-cluster"

# What an operator would set on a machine of this kind; everything else is PostgreSQL's own default.
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
# Unlike /tmp never in memory (FHS 5.15): a commit must reach a disk.
PARENT = "/var/tmp"
PSQL = ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"]
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Cluster:
    """with Cluster() as cluster: …"""

    def __init__(self, **settings):
        self.settings = {**SETTINGS, **settings}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portico-pg-", dir=PARENT))
        self.uri = None
        self._databases = 0
        self._session = None
        self._log_read = self._failures = 0

    def __enter__(self):
        try:
            self.uri = self._script("start")
            self.restart(**self.settings)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._end_session()
        if (self.folder / "portico-postgres-cluster").exists():
            self._script("stop")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self, **settings):
        """Starts it again, with further settings. Databases stay; sessions end."""
        for name, value in settings.items():
            self.run(f"ALTER SYSTEM SET {name} = '{value}'")
        self._end_session()
        self._script("restart")
        self._session = subprocess.Popen([*PSQL, "-d", self.uri], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def checkpoint(self):
        """In a session that is there already: starting one would be counted as well."""
        self._session.stdin.write("CHECKPOINT;\n\\echo done\n")
        self._session.stdin.flush()
        if self._session.stdout.readline().strip() != "done":
            raise RuntimeError("the private PostgreSQL cluster does not answer")

    def _end_session(self):
        if self._session is not None:
            self._session.communicate("\\quit\n", timeout=60)
            self._session = None

    def _script(self, command):
        finished = subprocess.run([SCRIPT, command, self.folder], capture_output=True, text=True, timeout=300)
        if finished.returncode != 0:
            raise RuntimeError(f"scripts/postgres-cluster {command}: {finished.stderr}")
        return finished.stdout.strip()

    def create_database(self):
        """The URI of a new, empty database."""
        self._databases += 1
        name = f"bench_{self._databases}"
        self.run(f"CREATE DATABASE {name}")
        return self.uri.rpartition("/")[0] + "/" + name

    def run(self, sql, uri=None, stdin=None, seconds=900):
        """The rows that `sql` answers with, each a list of texts."""
        finished = subprocess.run([*PSQL, "-d", uri or self.uri, "-c", sql], input=stdin or "", capture_output=True, text=True, timeout=seconds)
        if finished.returncode != 0:
            raise RuntimeError(f"psql: {finished.stderr.strip()}")
        return [line.split("\t") for line in finished.stdout.splitlines()]

    def value(self, sql, uri=None):
        return self.run(sql, uri)[0][0]

    def program(self, name):
        """One of the server's own programs, which Debian keeps beside the server and not on the PATH."""
        beside = pathlib.Path(f"/proc/{self.postmaster}/exe").resolve().parent / name
        return str(beside) if beside.exists() else name

    @property
    def socket_folder(self):
        return self.folder / "socket"

    @property
    def postmaster(self):
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def cpu_ms(self):
        """CPU time of the postmaster and of every process it has or had: sessions, checkpointer, log writer, autovacuum.

        Live ones by the scheduler's count. One that has ended was waited for by the postmaster, which keeps the sum, to a tick of 10 ms.
        """
        postmaster = self.postmaster
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        spent = cpu_ms(postmaster)
        for child in children:
            try:
                spent += cpu_ms(int(child))
            except OSError:
                continue  # it has just ended
        # After the name, which may hold anything but ends at the last bracket: state is field 3, cutime and cstime are 16 and 17.
        fields = pathlib.Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()
        return spent + (int(fields[13]) + int(fields[14])) * 1000 / TICKS_A_SECOND

    def serialization_failures(self):
        """How many transactions were given up so far because another came before them, by the server's log."""
        with open(self.folder / "log", errors="replace") as log:
            log.seek(self._log_read)
            self._failures += sum("could not serialize access" in line for line in iter(log.readline, ""))
            self._log_read = log.tell()
        return self._failures
