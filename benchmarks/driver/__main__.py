"""Measures Portico's release build beside the limits of this machine. benchmarks/README.md says what the figures mean.

    python3 -B benchmarks/driver --binaries .build/release
    python3 -B benchmarks/driver --binaries .build/release --json artefacts/bench.json --seconds 10
    python3 -B benchmarks/driver --only growth

Ends with 0 unless something could not be measured: a missed aim is a finding, not a failure.
"""

import argparse
import contextlib
import os
import pathlib
import platform
import signal
import sys
import time

import growth
from benchmark import UNTIL_IDLE, Benchmark, Limits, compare, run
from cluster import SETTINGS, Cluster
from house import House
from machine import cpu_name
from progress import tell
from report import Report

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main():
    # What was started is ended in either case.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    report = Report()
    report.facts["Machine"] = f"{cpu_name()}, {os.cpu_count()} CPUs, Linux {platform.release()}, load {os.getloadavg()[0]:.1f} at the start"
    report.facts["Method"] = f"wrk over loopback, {options.connections} connections; CPU as the kernel counts it"
    with contextlib.ExitStack() as stack:
        cluster = None
        if "postgres" in options.engines:
            cluster = stack.enter_context(Cluster(**options.settings))
            settings = ", ".join(f"{name}={value}" for name, value in {**SETTINGS, **options.settings}.items())
            report.facts["PostgreSQL"] = f"{cluster.value('SHOW server_version')}, {settings}, over a Unix socket; its CPU is that of all its processes"
        if "work" in options.parts:
            measure_work(options, report, cluster, stack)
        if "growth" in options.parts:
            run([growth.Growth(options, report, cluster).growth], report)
    print(report.tables)
    if options.json:
        options.json.write_text(report.as_json + "\n")
    return 1 if report.failures else 0


def measure_work(options, report, cluster, stack):
    limits = Limits(options, report, cluster)
    run(limits.steps, report)
    benchmarks = {}
    for engine in options.engines:
        tell(f"on {engine}")
        house = stack.enter_context(House(options.binaries / "portico", options.folder, cluster=cluster if engine == "postgres" else None))
        benchmarks[engine] = Benchmark(house, limits, options, report)
        run(benchmarks[engine].steps, report, benchmarks[engine].foundations)
    if len(benchmarks) == 2:
        compare(benchmarks["sqlite"], benchmarks["postgres"], limits, report)
    time.sleep(UNTIL_IDLE)
    run([benchmark.idle_again for benchmark in benchmarks.values()], report)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, default=ROOT / ".build" / "release", help="the folder with portico and bench-hashing")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures to FILE as well")
    parser.add_argument("--seconds", type=int, default=5, help="how long each kind of work is driven (default 5)")
    parser.add_argument("--connections", type=int, default=16, help="keep-alive connections (default 16)")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "artefacts" / "bench", help="on a real disk: databases are made below it")
    parser.add_argument("--engine", choices=["sqlite", "postgres"], help="one engine only")
    parser.add_argument("--growth", action="store_true", help="also how the cost grows with the number of residents (about ten minutes more)")
    parser.add_argument("--only", choices=["work", "growth"], help="one part only")
    parser.add_argument("--residents", type=sizes, default=growth.SIZES, metavar="N,N", help="numbers of residents to measure growth at")
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="a setting of PostgreSQL's to measure with; may be repeated")
    options = parser.parse_args()
    options.settings = dict(setting.split("=", 1) for setting in options.setting)
    options.engines = [options.engine] if options.engine else ["sqlite", "postgres"]
    options.parts = [options.only] if options.only else ["work", "growth"] if options.growth else ["work"]
    return options


def sizes(text):
    return sorted(int(number) for number in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
