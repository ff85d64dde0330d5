"""Measures Portico's release build beside the limits of this machine. benchmarks/README.md says what the figures mean.

    python3 -B benchmarks/driver --binaries .build/release
    python3 -B benchmarks/driver --binaries .build/release --json artefacts/bench.json --seconds 10

Ends with 0 unless something could not be measured: a missed aim is a finding, not a failure.
"""

import argparse
import os
import pathlib
import platform
import sys
import time

import aims
import limits
import process
import sign_ins
from browser import Browser
from house import House
from report import Report
from work import Workload

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# The arenas are given back ten seconds after the last hash, other free memory at the next housekeeping, once a minute.
UNTIL_IDLE = 75


def main():
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    report = Report()
    report.facts["Machine"] = f"{cpu_name()}, {os.cpu_count()} CPUs, Linux {platform.release()}, load {os.getloadavg()[0]:.1f} at the start"
    report.facts["Method"] = f"wrk over loopback, {options.connections} connections, {options.seconds} s a kind; server CPU as the kernel counts it"
    with House(options.binaries / "portico", options.folder) as house:
        run(Benchmark(house, options, report), report)
    print(report.tables)
    if options.json:
        options.json.write_text(report.as_json + "\n")
    return 1 if report.failures else 0


def run(benchmark, report):
    for step in benchmark.steps:
        tell(f"{step.__name__.replace('_', ' ')} …")
        try:
            step()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other figures are wanted all the same
            report.failures.append(f"{step.__name__.replace('_', ' ')}: {type(error).__name__}: {error}")
            if step in benchmark.foundations:
                return


class Benchmark:
    """The steps in their order. Later ones use what earlier ones measured."""

    def __init__(self, house, options, report):
        self.house, self.options, self.report = house, options, report
        self.limits = {}
        self.argon2 = {}
        self.capacity = None
        self.foundations = [self.furnishing, self.starting]
        self.steps = [
            self.furnishing, self.starting, self.signature_limit, self.commit_limit, self.hash_limit, self.answer_limit, self.full_rate_work,
            self.password_sign_in, self.tokens_beside_sign_ins, self.overload, self.idle_again]

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

    def signature_limit(self):
        self.limits["signature"] = limits.es256_ms()
        self.report.limit("OpenSSL, one ES256 signature", self.limits["signature"], 1000 / self.limits["signature"])

    def commit_limit(self):
        commit = limits.commit_ms(self.options.folder)
        self.limits["commit"] = commit["cpu_ms"]
        self.report.limit("SQLite, one durable commit (WAL, synchronous=FULL)", **commit)

    def hash_limit(self):
        self.argon2 = limits.argon2(self.options.binaries / "bench-hashing")
        for way, cost in self.argon2.items():
            self.report.limit(way, cost["cpu_ms_median"])
        kept = self.argon2["PasswordHasher, arena kept"]
        self.aim("hash, to bare Argon2 with a kept block", "ratio", kept["ratio_to_kept_block"], aims.HASH_RATIO)

    def answer_limit(self):
        browser = Browser(self.house.port)
        metadata = self.house.metadata()
        documents = {
            "discovery": browser.get("/.well-known/openid-configuration").body,
            "jwks": browser.get(metadata["jwks_uri"].removeprefix(self.house.issuer)).body}
        with limits.nginx(self.house.folder, documents) as (address, worker):
            for name in documents:
                answer = limits.nginx_answer(address, worker, name, self.options.seconds)
                self.report.limit(f"nginx, the bytes of {name} ({len(documents[name])})", **answer)
                self.limits.setdefault("answer", answer["cpu_ms"])

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
                self.report.failures.append(f"{kind.__name__.replace('_', ' ')}: {type(error).__name__}: {error}")
                continue
            self.report.cost(cost)
            if cost.name in aims.WORK:
                self.aim(cost.name, "CPU ms", cost.cpu_ms, aims.scaled(cost.name, self.limits))

    def password_sign_in(self):
        measured = sign_ins.measure_sign_in(self.house)
        self.capacity = measured.cost.rate
        self.report.cost(measured.cost)
        self.aim("password sign-in beyond its hash", "CPU ms", measured.beyond_ms, aims.BEYOND_HASH_MS)
        self.report.remarks.append(f"Of a sign-in's CPU its hash took {measured.hash_ms:.2f} ms, everything else {measured.beyond_ms:.3f} ms.")

    def tokens_beside_sign_ins(self):
        workload = Workload(self.house, self.options.seconds, self.options.connections)
        cost, done = sign_ins.measure_beside_sign_ins(self.house, workload)
        self.report.cost(cost)
        self.aim("p99 of the token endpoint beside sign-ins", "ms", cost.p99_ms, aims.TOKEN_P99_MS)
        self.report.remarks.append(f"Beside those tokens {done} sign-ins were answered; the pool was never idle.")

    def overload(self):
        outcome = sign_ins.measure_overload(self.house, self.capacity)
        self.report.remarks.append(
            f"Sign-ins at five times {self.capacity:.1f} a second: {outcome.offered} offered, {outcome.signed_in} signed in, {outcome.busy} answered 503 "
            f"(p99 {outcome.busy_p99_ms:.0f} ms; {outcome.without_retry_after} without Retry-After), other answers {outcome.other or 'none'}, "
            f"{outcome.lost} without an answer, {outcome.sessions_missing} acknowledged without a session.")
        self.report.facts["Overload"] = f"{outcome.lost + outcome.sessions_missing} lost of {outcome.offered}"

    def idle_again(self):
        time.sleep(UNTIL_IDLE)
        self.memory("idle again after all of this", is_aim=False)

    def memory(self, when, is_aim):
        anonymous, resident = process.memory_mib(self.house.pid)
        if is_aim:
            self.aim(f"anonymous memory, {when}", "MiB", anonymous, aims.ANONYMOUS_MIB)
            self.aim(f"resident memory, {when}", "MiB", resident, aims.RESIDENT_MIB)
        threads = process.thread_count(self.house.pid)
        self.report.remarks.append(f"Memory {when}: {anonymous:.1f} MiB anonymous, {resident:.1f} MiB resident, {threads} threads.")

    def aim(self, name, unit, measured, aim):
        self.report.aim(aims.Aim(name, unit, measured, aim))


def cpu_name():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def tell(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, default=ROOT / ".build" / "release", help="the folder with portico and bench-hashing")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures to FILE as well")
    parser.add_argument("--seconds", type=int, default=5, help="how long each kind of work is driven (default 5)")
    parser.add_argument("--connections", type=int, default=16, help="keep-alive connections (default 16)")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "artefacts" / "bench", help="on a real disk: databases are made below it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
