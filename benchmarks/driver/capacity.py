"""What a number of residents needs, derived from what one operation costs. Every assumption has a name, a reason and an option.

    python3 -B benchmarks/driver/capacity.py --binaries .build/release
    python3 -B benchmarks/driver/capacity.py --binaries .build/release --sign-ins-a-year 60 --cores-a-node 16

The figures are measured afresh on a private PostgreSQL cluster (counting.py). docs/operations/capacity.md shows one run's.
"""

import argparse
import dataclasses
import json
import math
import os
import pathlib
import signal
import sys

import counting
import limits
import process
from cluster import SETTINGS, Cluster
from machine import cpu_name
from progress import tell
from report import number, table

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
POPULATIONS = [1_000_000, 10_000_000, 100_000_000]
SECONDS_A_YEAR = 365 * 86_400
GB = 1e9
MIB = 1 << 20


def assume(value, reason):
    return dataclasses.field(default=value, metadata={"reason": reason})


@dataclasses.dataclass
class Assumptions:
    """What nobody can measure before there are residents. Replace it by what is known of yours."""

    sign_ins_a_year: float = assume(24, "password sign-ins of one resident: twice a month")
    peak_factor: float = assume(10, "the busiest minutes, such as the last evening for tax returns, to the average of the year")
    attempts: float = assume(1.2, "passwords sent for one sign-in: each wrong one costs a hash as well")
    single_sign_ons: float = assume(3, "agencies visited in one session, the first included")
    refreshes: float = assume(4, "refreshes by an agency's app for one sign-in")
    offline_share: float = assume(0.25, "sign-ons that leave a refresh token behind")
    tokens: float = assume(2, "client_credentials tokens between agencies for one sign-in")
    agencies_a_resident: float = assume(6, "consents that a resident has")
    audit_years: float = assume(5, "how long audit records must be kept; nothing removes them before")
    target: float = assume(0.5, "share of the processors used at the peak: the rest is for what was not foreseen, and for a node that fails")
    cores_a_node: int = assume(8, "processors of one node")
    pool: int = assume(16, "database.connections of a node; one more listens")
    round_trip_ms: float = assume(0.3, "between a node and the database, within a data centre")
    session_hours: float = assume(12, "session.absolute-hours: sessions and the grants in them are kept as long")
    refresh_days: float = assume(30, "tokens.refresh-token-days")
    dead_rows: float = assume(2, "room that a table takes whose rows come and go, to the rows that live")
    log_days: float = assume(14, "how long the write-ahead log is kept, for recovery to a point in time")


@dataclasses.dataclass
class Figures:
    """One machine's, each for one operation."""

    hash_ms: float
    page_ms: float
    sign_in: counting.Count
    single_sign_on: counting.Count
    refresh: counting.Count
    token: counting.Count
    bytes_a_row: dict
    node_mib: float

    @property
    def parts(self):
        return {"sign_in": self.sign_in, "single_sign_on": self.single_sign_on, "refresh": self.refresh, "token": self.token}


class Derivation:
    """The arithmetic, in the order in which it is read. `lines` are (what, how, result)."""

    def __init__(self, residents, assumed, figures):
        self.residents, self.a, self.f = residents, assumed, figures
        self.lines = []
        self.result = {"residents": residents}
        self.rate()
        self.nodes()
        self.database()
        self.log()
        self.disk()
        self.connections()

    def say(self, what, how, result):
        self.lines.append((what, how, result))

    def times(self, attribute):
        """(sum for one sign-in with all that follows from it, how it comes about)"""
        counts = {"sign_in": self.a.attempts, "single_sign_on": self.a.single_sign_ons, "refresh": self.a.refreshes, "token": self.a.tokens}
        terms = [(count, getattr(self.f.parts[part], attribute)) for part, count in counts.items()]
        total = sum(count * value for count, value in terms)
        return total, " + ".join(f"{count:g} × {short(value)}" for count, value in terms if count * value > total / 1000)

    def rate(self):
        a = self.a
        average = self.residents * a.sign_ins_a_year / SECONDS_A_YEAR
        self.average, self.peak = average, average * a.peak_factor
        self.say("sign-ins a second, on average", f"{self.residents:,} × {a.sign_ins_a_year:g} / {SECONDS_A_YEAR:,}", f"{average:,.2f}")
        self.say("at the peak", f"{average:,.2f} × {a.peak_factor:g}", f"{self.peak:,.1f}")
        self.result["sign-ins a second at the peak"] = f"{self.peak:,.1f}"

    def nodes(self):
        a, f = self.a, self.f
        hashing = a.attempts * f.hash_ms
        beyond, how = self.times("server_ms")
        cpu = hashing + f.page_ms + beyond
        cores = self.peak * cpu / 1000
        self.node_count = max(2, math.ceil(cores / a.target / a.cores_a_node) + 1)
        self.say("CPU of hashing for one sign-in, ms", f"{a.attempts:g} × {f.hash_ms:.1f}", f"{hashing:.1f}")
        self.say("everything else of the server's, ms", f"{f.page_ms:.2f} + {how}", f"{f.page_ms + beyond:.1f}")
        self.say("processors busy with Portico at the peak", f"{self.peak:,.1f} × {cpu:.1f} / 1000", f"{cores:,.1f}")
        self.say(
            f"nodes of {a.cores_a_node} processors", f"⌈{cores:,.1f} / {a.target:g} / {a.cores_a_node}⌉ + 1 spare, at least 2", f"{self.node_count:,}")
        memory = f.node_mib + a.cores_a_node * 64
        self.say("memory of a node, MiB", f"{f.node_mib:.0f} + {a.cores_a_node} workers × 64", f"{memory:,.0f}")
        self.result["processors busy with Portico"] = f"{cores:,.1f}"
        self.result[f"nodes of {a.cores_a_node} processors"] = f"{self.node_count:,}"
        self.result["memory of a node, MiB"] = f"{memory:,.0f}"

    def database(self):
        a = self.a
        cpu, how = self.times("database_ms")
        busy = self.peak * cpu / 1000
        self.say("CPU of the database for one sign-in, ms", how, f"{cpu:.2f}")
        self.say("processors for the database", f"{self.peak:,.1f} × {cpu:.2f} / 1000 / {a.target:g}", f"{busy / a.target:,.1f}")
        commits, how = self.times("writes")
        self.say("durable commits a second at the peak", f"{self.peak:,.1f} × ({how})", f"{self.peak * commits:,.0f}")
        self.result["processors for the database"] = f"{max(2, math.ceil(busy / a.target)):,}"
        self.result["durable commits a second"] = f"{self.peak * commits:,.0f}"

    def log(self):
        a = self.a
        size, how = self.times("wal_bytes")
        day = self.average * 86_400 * size
        self.say("write-ahead log of one sign-in, bytes", how, f"{size:,.0f}")
        self.say("log a second at the peak, MB", f"{self.peak:,.1f} × {size:,.0f} / 10⁶", f"{self.peak * size / 1e6:,.1f}")
        self.say("log a day, GB", f"{self.average:,.2f} × 86,400 × {size:,.0f} / 10⁹", f"{day / GB:,.1f}")
        self.result["log at the peak, MB a second"] = f"{self.peak * size / 1e6:,.1f}"
        self.result[f"log kept for {a.log_days:g} days, GB"] = f"{day * a.log_days / GB:,.0f}"

    def bytes_of(self, name):
        return sum(self.f.bytes_a_row[name])

    def disk(self):
        a = self.a
        events, how = self.times_of_rows("audit_event")
        audit = self.residents * a.sign_ins_a_year * events * self.bytes_of("audit_event")
        self.say("audit records of one sign-in", how, f"{events:.1f}")
        self.say(
            "audit trail a year, GB", f"{self.residents:,} × {a.sign_ins_a_year:g} × {events:.1f} × {self.bytes_of('audit_event'):.0f} / 10⁹", f"{audit / GB:,.0f}")
        standing = self.residents * (self.bytes_of("resident") + a.agencies_a_resident * self.bytes_of("consent"))
        self.say(
            "residents and their consents, GB",
            f"{self.residents:,} × ({self.bytes_of('resident'):.0f} + {a.agencies_a_resident:g} × {self.bytes_of('consent'):.0f}) / 10⁹", f"{standing / GB:,.1f}")
        passing = self.passing()
        index_bytes = self.residents * (self.f.bytes_a_row["resident"][1] + a.agencies_a_resident * self.f.bytes_a_row["consent"][1])
        total = a.audit_years * audit + standing + passing
        self.say(f"disk after {a.audit_years:g} years, GB", f"{a.audit_years:g} × {audit / GB:,.0f} + {standing / GB:,.1f} + {passing / GB:,.1f}", f"{total / GB:,.0f}")
        self.say("memory that keeps what sign-ins touch, GB", f"indexes {index_bytes / GB:,.1f} + {passing / GB:,.1f}", f"{(index_bytes + passing) / GB:,.1f}")
        self.result["audit trail a year, GB"] = f"{audit / GB:,.0f}"
        self.result[f"disk after {a.audit_years:g} years, GB"] = f"{total / GB:,.0f}"
        self.result["memory of the database, GB"] = f"{max(1, math.ceil(1.25 * (index_bytes + passing) / GB)):,}"

    def times_of_rows(self, name):
        counts = {"sign_in": 1, "single_sign_on": self.a.single_sign_ons, "refresh": self.a.refreshes, "token": self.a.tokens}
        terms = [(count, self.f.parts[part].rows.get(name, 0)) for part, count in counts.items()]
        return sum(count * rows for count, rows in terms), " + ".join(f"{count:g} × {rows:g}" for count, rows in terms if rows)

    def passing(self):
        """Bytes of what comes and goes, at the average rate: how many rows there are is how many come a second times how long they are kept."""
        a, rate = self.a, self.average
        hours, day = a.session_hours, 86_400
        bound = a.single_sign_ons * (1 - a.offline_share)
        offline = rate * a.single_sign_ons * a.offline_share * a.refresh_days * day
        rows = {
            "session": rate * hours * 3600, "access_grant": rate * bound * hours * 3600 + offline,
            "authorization_code": rate * a.single_sign_ons * 3660, "refresh_token": rate * a.refreshes * 7 * day + offline}
        self.say("sessions kept", f"{rate:,.2f} × {hours:g} × 3600", f"{rows['session']:,.0f}")
        self.say(
            "grants that outlive their session", f"{rate:,.2f} × {a.single_sign_ons:g} × {a.offline_share:g} × {a.refresh_days:g} × 86,400", f"{offline:,.0f}")
        self.say("other grants kept", f"{rate:,.2f} × {bound:g} × {hours:g} × 3600", f"{rows['access_grant'] - offline:,.0f}")
        self.say("codes kept", f"{rate:,.2f} × {a.single_sign_ons:g} × 3660", f"{rows['authorization_code']:,.0f}")
        self.say(
            "refresh tokens, those used in the last seven days included", f"{rate:,.2f} × {a.refreshes:g} × 7 × 86,400 + {offline:,.0f}",
            f"{rows['refresh_token']:,.0f}")
        size = a.dead_rows * sum(count * self.bytes_of(name) for name, count in rows.items())
        how = " + ".join(f"{count / 1e6:,.2f} × {self.bytes_of(name):.0f}" for name, count in rows.items())
        self.say("all of these, GB", f"{a.dead_rows:g} × ({how}) / 1000", f"{size / GB:,.1f}")
        return size

    def connections(self):
        a = self.a
        all_of_them = self.node_count * (a.pool + 1)
        cpu, _ = self.times("database_ms")
        trips, _ = self.times("round_trips")
        busy = self.peak * (cpu + trips * a.round_trip_ms) / 1000
        self.say("connections, all nodes", f"{self.node_count:,} × ({a.pool} + 1)", f"{all_of_them:,}")
        self.say(
            "of them busy at the peak", f"{self.peak:,.1f} × ({cpu:.2f} + {trips:.0f} round trips × {a.round_trip_ms:g}) / 1000", f"{busy:,.1f}")
        self.result["connections"] = f"{all_of_them:,}"
        self.result["of them busy at the peak"] = f"{busy:,.1f}"


# MARK: Measuring


def measure(options):
    with Cluster(wal_keep_size="4GB", **options.settings) as cluster, counting.Counting(options, cluster, options.residents) as run:
        counts = run.run()
        house = run.populated.house
        house.start()
        page = run.populated.workload.sign_in_page()
        _, resident_mib = process.memory_mib(house.pid)
        version = cluster.value("SHOW server_version")
        tell("  one hash …")
        hash_ms = limits.argon2(options.binaries / "bench-hashing")["PasswordHasher, arena kept"]["cpu_ms_median"]
        by_name = {count.name: count for count in counts}
        figures = Figures(
            hash_ms=hash_ms, page_ms=page.cpu_ms, sign_in=by_name[counting.SIGN_IN], single_sign_on=by_name[counting.FIRST],
            refresh=by_name[counting.REFRESH], token=by_name[counting.TOKEN], bytes_a_row=run.bytes_a_row, node_mib=resident_mib)
        return figures, counts, version


# MARK: Printing


def tables(figures, counts, assumed, options, version):
    settings = ", ".join(f"{name}={value}" for name, value in {**SETTINGS, **options.settings}.items())
    yield (
        f"- Measured: {cpu_name()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} at the end; PostgreSQL {version} ({settings}) over a Unix socket, "
        f"{options.residents:,} generated residents, {options.connections} connections to the server\n"
        f"- One password hash (64 MiB, three passes): {figures.hash_ms:.1f} ms of CPU. The sign-in page: {figures.page_ms:.2f} ms. "
        f"Resident memory of the server after this: {figures.node_mib:.0f} MiB")
    yield table(
        ("one operation", "statements", "foreign keys checked", "writes", "reads", "round trips", "bytes sent", "bytes received", "rows added"),
        [(c.name, number(c.statements, 1), number(c.checks, 1), number(c.writes, 1), number(c.reads, 1), number(c.round_trips, 1), f"{c.bytes_sent:,.0f}",
          f"{c.bytes_received:,.0f}", ", ".join(f"{name} {count:g}" for name, count in c.rows.items()) or "none") for c in counts])
    yield table(
        ("one operation", "server CPU ms", "database CPU ms", "log, bytes", "of it whole pages", "run again", "failed"),
        [(c.name, number(c.server_ms, 3), number(c.database_ms, 3), f"{c.wal_bytes:,.0f}", f"{c.wal_page_bytes:,.0f}", number(c.retries, 3), f"{c.failed:.2%}")
         for c in counts])
    yield table(
        ("a row", "bytes in the table", "bytes in its indexes"),
        [(name, f"{heap:,.0f}", f"{indexes:,.0f}") for name, (heap, indexes) in figures.bytes_a_row.items()])
    yield table(
        ("assumption", "value", "why"),
        [(field.name, f"{getattr(assumed, field.name):.3g}", field.metadata["reason"]) for field in dataclasses.fields(assumed)])
    derivations = [Derivation(residents, assumed, figures) for residents in options.populations]
    for derivation in derivations:
        yield table((f"for {derivation.residents:,} residents", "arithmetic", "result"), derivation.lines)
    names = [name for name in derivations[0].result if name != "residents"]
    yield table(
        ("needed", *(f"{d.residents:,} residents" for d in derivations)), [(name, *(d.result[name] for d in derivations)) for name in names])


def short(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    assumed = Assumptions(**{field.name: getattr(options, field.name) for field in dataclasses.fields(Assumptions)})
    figures, counts, version = measure(options)
    print("\n\n".join(tables(figures, counts, assumed, options, version)))
    if options.json:
        options.json.write_text(json.dumps({
            "assumptions": vars(assumed), "counts": [vars(count) for count in counts], "hash_ms": figures.hash_ms, "page_ms": figures.page_ms,
            "bytes_a_row": figures.bytes_a_row, "needed": [Derivation(n, assumed, figures).result for n in options.populations]}, indent=2) + "\n")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, default=ROOT / ".build" / "release", help="the folder with portico and bench-hashing")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "artefacts" / "bench")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures to FILE as well")
    parser.add_argument("--seconds", type=int, default=3, help="how long each kind of work is driven (default and most: 3)")
    parser.add_argument("--connections", type=int, default=16, help="to the server, while CPU is measured")
    parser.add_argument("--residents", type=int, default=100_000, help="generated residents to measure with")
    parser.add_argument("--populations", type=lambda text: [int(n) for n in text.split(",")], default=POPULATIONS, help="numbers of residents to derive for")
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="a setting of PostgreSQL's to measure with; may be repeated")
    for field in dataclasses.fields(Assumptions):
        parser.add_argument(
            "--" + field.name.replace("_", "-"), type=field.type, default=field.default, help=f"{field.metadata['reason']} ({field.default:.3g})")
    options = parser.parse_args()
    options.settings = dict(setting.split("=", 1) for setting in options.setting)
    return options


if __name__ == "__main__":
    main()
