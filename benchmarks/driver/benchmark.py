"""The steps of a run in their order. Later ones use what earlier ones measured."""

import time

import aims
import limits
import process
import sign_ins
from browser import Browser
from progress import tell
from work import Workload

# The arenas are given back ten seconds after the last hash, other free memory at the next housekeeping, once a minute.
UNTIL_IDLE = 75


def run(steps, report, foundations=()):
    """Runs the steps; one that fails is noted and the others are measured all the same, unless they stand on it."""
    for step in steps:
        name = step.__name__.replace("_", " ")
        tell(f"{name} …")
        try:
            step()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other figures are wanted
            report.failures.append(f"{name}: {type(error).__name__}: {error}")
            if step in foundations:
                return


class Limits:
    """What this machine can do at best. `values` are milliseconds of CPU by what they are the limit of."""

    def __init__(self, options, report, cluster=None):
        self.options, self.report, self.cluster = options, report, cluster
        self.values = {}
        self.steps = [self.signature_limit, self.commit_limit, *([self.postgres_limit] if cluster else []), self.hash_limit]

    def signature_limit(self):
        self.values["signature"] = limits.es256_ms()
        self.report.limit("OpenSSL, one ES256 signature", self.values["signature"], 1000 / self.values["signature"])

    def commit_limit(self):
        commit = limits.commit_ms(self.options.folder)
        self.values["commit"] = commit["cpu_ms"]
        self.report.limit("SQLite, one durable commit (WAL, synchronous=FULL)", **commit)

    def postgres_limit(self):
        for name, cost in limits.pgbench(self.cluster, self.options.folder).items():
            self.values[f"postgres {name}"] = cost["server_ms"] + cost["client_ms"]
            what = "one durable insert of a row" if name == "commit" else "one read of a row"
            self.report.limit(f"PostgreSQL, {what}: server", cost["server_ms"], cost["rate"])
            self.report.limit(f"PostgreSQL, {what}: pgbench", cost["client_ms"])

    def hash_limit(self):
        argon2 = limits.argon2(self.options.binaries / "bench-hashing")
        for way, cost in argon2.items():
            self.report.limit(way, cost["cpu_ms_median"])
        kept = argon2["PasswordHasher, arena kept"]
        self.report.aim(aims.Aim("hash, to bare Argon2 with a kept block", "ratio", kept["ratio_to_kept_block"], aims.HASH_RATIO))

    def answer_limit(self, house):
        browser = Browser(house.port)
        documents = {
            "discovery": browser.get("/.well-known/openid-configuration").body, "jwks": browser.get(house.path("jwks_uri")).body}
        with limits.nginx(house.folder, documents) as (address, worker):
            for name in documents:
                answer = limits.nginx_answer(address, worker, name, self.options.seconds)
                self.report.limit(f"nginx, the bytes of {name} ({len(documents[name])})", **answer)
                self.values.setdefault("answer", answer["cpu_ms"])


class Benchmark:
    """One house on one engine. What it aims at was set for SQLite; on PostgreSQL the figures stand beside those of SQLite and its own limits."""

    def __init__(self, house, limits, options, report):
        self.house, self.limits, self.options, self.report = house, limits, options, report
        self.has_aims = house.engine.name == "SQLite"
        self.costs = {}
        self.capacity = None
        self.foundations = [self.furnishing, self.starting]
        self.steps = [
            self.furnishing, self.starting, self.limit_of_answers, self.full_rate_work, self.password_sign_in, self.tokens_beside_sign_ins,
            self.overload]

    def furnishing(self):
        self.house.furnish()
        self.house.start()
        self.house.stop()

    def starting(self):
        """The database exists by now: the time that counts for an upgrade or a restart."""
        times = []
        for _ in range(5):
            self.house.stop()
            times.append(self.house.start())
        self.aim("start to first answer, median of 5", "ms", sorted(times)[2], aims.START_MS)
        Browser(self.house.port).get("/.well-known/openid-configuration")
        time.sleep(3)
        self.memory("idle after the start", is_aim=True)

    def limit_of_answers(self):
        if "answer" not in self.limits.values:
            self.limits.answer_limit(self.house)

    def full_rate_work(self):
        workload = Workload(self.house, self.options.seconds, self.options.connections)
        for kind in (
            workload.empty_answer, workload.discovery, workload.keys, workload.client_credentials, workload.refresh, workload.single_sign_on,
            workload.sign_in_page,
        ):
            tell(f"  {kind.__name__.replace('_', ' ')} …")
            try:
                cost = kind()
            except Exception as error:  # noqa: BLE001
                self.report.failures.append(f"{self.house.engine.name}, {kind.__name__.replace('_', ' ')}: {type(error).__name__}: {error}")
                continue
            self.cost(cost)
            if cost.name in aims.WORK and self.has_aims:
                self.aim(cost.name, "CPU ms", cost.cpu_ms, aims.scaled(cost.name, self.limits.values))

    def password_sign_in(self):
        measured = sign_ins.measure_sign_in(self.house)
        self.capacity = measured.cost.rate
        self.cost(measured.cost)
        self.costs["password sign-in beyond its hash"] = measured.beyond
        self.aim("password sign-in beyond its hash", "CPU ms", measured.beyond.cpu_ms, aims.BEYOND_HASH_MS)
        self.remark(f"of a sign-in's CPU its hash took {measured.hash_ms:.2f} ms, everything else of the server's {measured.beyond.cpu_ms:.3f} ms")

    def tokens_beside_sign_ins(self):
        workload = Workload(self.house, self.options.seconds, self.options.connections)
        cost, done = sign_ins.measure_beside_sign_ins(self.house, workload)
        self.cost(cost)
        self.aim("p99 of the token endpoint beside sign-ins", "ms", cost.p99_ms, aims.TOKEN_P99_MS)
        self.remark(f"beside those tokens {done} sign-ins were answered; the pool was never idle")

    def overload(self):
        outcome = sign_ins.measure_overload(self.house, self.capacity)
        self.remark(
            f"sign-ins at five times {self.capacity:.1f} a second: {outcome.offered} offered, {outcome.signed_in} signed in, {outcome.busy} answered 503 "
            f"(p99 {outcome.busy_p99_ms:.0f} ms; {outcome.without_retry_after} without Retry-After), other answers {outcome.other or 'none'}, "
            f"{outcome.lost} without an answer, {outcome.sessions_missing} acknowledged without a session")
        self.report.facts[f"Overload on {self.house.engine.name}"] = f"{outcome.lost + outcome.sessions_missing} lost of {outcome.offered}"

    def idle_again(self):
        self.memory("idle again after all of this", is_aim=False)

    def memory(self, when, is_aim):
        anonymous, resident = process.memory_mib(self.house.pid)
        if is_aim:
            self.aim(f"anonymous memory, {when}", "MiB", anonymous, aims.ANONYMOUS_MIB)
            self.aim(f"resident memory, {when}", "MiB", resident, aims.RESIDENT_MIB)
        threads = process.thread_count(self.house.pid)
        self.remark(f"memory {when}: {anonymous:.1f} MiB anonymous, {resident:.1f} MiB resident, {threads} threads")

    def cost(self, cost):
        self.costs[cost.name] = cost
        self.report.cost(cost)

    def aim(self, name, unit, measured, aim):
        name = name if self.has_aims else f"{name}, on {self.house.engine.name}"
        self.report.aim(aims.Aim(name, unit, measured, aim))

    def remark(self, text):
        self.report.remarks.append(f"{self.house.engine.name}: {text}.")


def compare(sqlite, postgres, limits, report):
    """The same work on both engines, for what asks the database at all."""
    for name in ("client_credentials token", "refresh (access and ID token)", "single sign-on (3 requests)", "password sign-in beyond its hash"):
        if name not in sqlite.costs or name not in postgres.costs:
            continue
        here, there = sqlite.costs[name], postgres.costs[name]
        limit = aims.at_best(name, limits.values)
        report.compared.append({
            "name": name, "sqlite_ms": here.sum_ms, "server_ms": there.cpu_ms, "database_ms": there.database_ms, "sum_ms": there.sum_ms,
            "to_sqlite": there.sum_ms / here.sum_ms, "limit_ms": limit, "to_limit": limit and there.sum_ms / limit})
