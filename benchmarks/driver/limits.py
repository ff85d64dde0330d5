"""What this machine can do at best, measured in the same run: the limits that Portico's figures stand beside."""

import contextlib
import json
import os
import pathlib
import re
import resource
import sqlite3
import subprocess
import time

import process
import wrk
from house import free_port


def es256_ms():
    """CPU of one ES256 signature: openssl speed prints how many it makes in a second of its CPU time."""
    finished = subprocess.run(["openssl", "speed", "-mr", "-seconds", "3", "ecdsap256"], capture_output=True, text=True, timeout=60)
    found = re.search(r"^\+F4:\d+:256:([0-9.]+):", finished.stdout, re.MULTILINE)
    if not found:
        raise RuntimeError(f"openssl speed said nothing of ecdsap256: {finished.stderr}")
    return 1000 / float(found.group(1))


def argon2(binary):
    """bench-hashing's figures: CPU per hash by way, and the ratio to a kept block within a round."""
    finished = subprocess.run([binary, "--json", "--rounds", "6", "--hashes", "2", "--seconds", "2"], capture_output=True, text=True, timeout=600)
    if finished.returncode != 0:
        raise RuntimeError(f"bench-hashing failed: {finished.stderr}")
    return {cost["way"]: cost for cost in json.loads(finished.stdout)["cpu_per_hash"]}


def commit_ms(folder, commits=3000):
    """CPU of one SQLite commit of one row of 200 bytes, in WAL mode with synchronous=FULL."""
    path = pathlib.Path(folder) / "limit.db"
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE item (id BLOB NOT NULL PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID")
        keys, body = [os.urandom(32) for _ in range(commits)], b"a" * 200
        wall, cpu = time.monotonic(), time.process_time()
        for key in keys:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO item (id, body) VALUES (?, ?)", (key, body))
            connection.execute("COMMIT")
        return {"cpu_ms": (time.process_time() - cpu) * 1000 / commits, "rate": commits / (time.monotonic() - wall)}
    finally:
        connection.close()
        for file in path.parent.glob("limit.db*"):
            file.unlink()


# A row's key is random, as a digest is.
PGBENCH_TABLES = """
    CREATE TABLE item (id uuid NOT NULL PRIMARY KEY, body text NOT NULL);
    CREATE TABLE known (id int NOT NULL PRIMARY KEY, body text NOT NULL);
    INSERT INTO known SELECT n, repeat('a', 200) FROM generate_series(1, 10000) n;
"""
PGBENCH_SCRIPTS = {
    "commit": "INSERT INTO item VALUES (gen_random_uuid(), '" + "a" * 200 + "');\n",
    "read": "\\set id random(1, 10000)\nSELECT body FROM known WHERE id = :id;\n"}


def pgbench(cluster, folder, connections=8, seconds=4):
    """What PostgreSQL takes for one durable insert of a row, and for one read of a row, by pgbench over the same socket: CPU of both sides."""
    uri = cluster.create_database()
    cluster.run(PGBENCH_TABLES, uri)
    costs = {}
    for name, text in PGBENCH_SCRIPTS.items():
        script = pathlib.Path(folder) / f"pgbench-{name}.sql"
        script.write_text(text)
        command = [
            cluster.program("pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={connections}", f"--time={seconds}", f"--file={script}", uri]
        cluster.checkpoint()
        server, client = cluster.cpu_ms(), children_cpu_ms()
        finished = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
        client = children_cpu_ms() - client
        cluster.checkpoint()
        server = cluster.cpu_ms() - server
        script.unlink()
        found = re.search(r"transactions actually processed: (\d+)", finished.stdout)
        if finished.returncode != 0 or not found:
            raise RuntimeError(f"pgbench failed: {finished.stderr}")
        done = int(found.group(1))
        costs[name] = {"client_ms": client / done, "server_ms": server / done, "rate": done / seconds}
    return costs


def children_cpu_ms():
    """CPU time of the programs that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


NGINX = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    open_file_cache max=8;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    default_type application/json;
    add_header Cache-Control "public, max-age=300";
    add_header Access-Control-Allow-Origin "*";
    add_header X-Content-Type-Options nosniff;
    server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


@contextlib.contextmanager
def nginx(folder, documents):
    """nginx with one worker serving `documents` ({name: bytes}) as files; yields its address and the worker's process id."""
    folder = pathlib.Path(folder) / "nginx"
    (folder / "files").mkdir(parents=True)
    for name, content in documents.items():
        (folder / "files" / name).write_bytes(content)
    port = free_port()
    # Started by root, the worker would change to a user who may not look into the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, user=user))
    server = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}", worker_of(server)
    finally:
        process.stop(server)


def worker_of(server):
    children = pathlib.Path(f"/proc/{server.pid}/task/{server.pid}/children")
    for _ in range(200):
        if server.poll() is not None:
            raise RuntimeError("nginx did not start")
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.01)
    raise RuntimeError("nginx started no worker")


def nginx_answer(address, worker, name, seconds):
    """CPU of one answer by nginx's worker."""
    wrk.run(f"{address}/{name}", seconds=1)
    with process.Meter(worker) as used:
        figures = wrk.run(f"{address}/{name}", seconds=seconds)
    if figures["errors"]:
        raise RuntimeError(f"nginx answered {figures['errors']} requests with an error")
    return {"cpu_ms": used.cpu_ms / figures["requests"], "rate": figures["requests"] / figures["microseconds"] * 1e6}
