"""Drives a server with wrk: one thread, keep-alive connections, each sending its next request when its answer is there.

wrk is written in C and costs a fraction of what the server does, so that it does not stand in the way on a small machine.
"""

import json
import os
import pathlib
import subprocess

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "wrk"


def run(url, script="constant", seconds=5, connections=16, variables=None):
    """The figures of wrk/report.lua. `variables` reach the script as BENCH_… in its environment."""
    environment = {**os.environ, "BENCH_SCRIPTS": str(SCRIPTS)}
    environment.update({f"BENCH_{name}": str(value) for name, value in (variables or {}).items()})
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPTS / f"{script}.lua"), url]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 60)
    lines = finished.stdout.strip().splitlines()
    if finished.returncode != 0 or not lines or not lines[-1].startswith("{"):
        raise RuntimeError(f"wrk failed: {finished.stderr or finished.stdout}")
    return json.loads(lines[-1])
