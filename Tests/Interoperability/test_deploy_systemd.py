"""deploy/systemd: systemd's own judgement of the unit, and Portico run under the restrictions that the unit asks for.

No systemd runs here, so the sandbox is bubblewrap's: the same read-only root, user without rights and system call filter.
"""

import re
import shutil
import stat
import subprocess
import tempfile
import textwrap

import pytest

from portico_driver import sandbox, server
from portico_driver.registrations import Registrations, residents
from portico_driver.server import REPOSITORY
from portico_driver.visitor import Visitor

pytestmark = pytest.mark.chooses_its_engine

FOLDER = REPOSITORY / "deploy/systemd"
UNIT = FOLDER / "portico.service"
# What `systemd-analyze security` of Debian 12 says; 0 is no exposure, 10 is all. deploy/README.md states it.
EXPOSURE = 1.2


def unit():
    """{name: [values]} of the unit's lines."""
    found = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A root on which the files lie where deploy/README.md puts them, with systemd's own units."""
    root = tmp_path_factory.mktemp("installed")
    sandbox.install(root)
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    for folder in ("usr/lib/sysusers.d", "etc"):
        (root / folder).mkdir()
    shutil.copy(UNIT, root / "usr/lib/systemd/system")
    shutil.copy(FOLDER / "portico.sysusers.conf", root / "usr/lib/sysusers.d/portico.conf")
    return root


def test_systemd_has_no_complaint_about_the_unit(installed):
    verified = run("systemd-analyze", "verify", "--man=no", f"--root={installed}", "portico.service")
    assert verified.returncode == 0 and not verified.stderr.strip() and not verified.stdout.strip(), verified.stderr + verified.stdout


def test_a_unit_with_a_fault_is_noticed(installed):
    faulty = installed / "usr/lib/systemd/system/faulty.service"
    faulty.write_text(UNIT.read_text().replace("/usr/lib/portico/portico", "/usr/lib/portico/missing").replace("ProtectHome=yes", "ProtectHome=indeed"))
    verified = run("systemd-analyze", "verify", "--man=no", f"--root={installed}", "faulty.service")
    faulty.unlink()
    assert "missing" in verified.stderr and "Failed to parse protect home value" in verified.stderr


def test_its_exposure_is_what_the_documents_say():
    assessed = run("systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT))
    assert assessed.returncode == 0, assessed.stderr
    exposure = float(re.search(r"Overall exposure level for portico.service: ([0-9.]+)", assessed.stdout)[1])
    assert exposure == EXPOSURE
    assert f"exposure {EXPOSURE}" in (REPOSITORY / "deploy/README.md").read_text()


def test_the_user_is_made_and_cannot_log_in(installed):
    made = run("systemd-sysusers", f"--root={installed}")
    assert made.returncode == 0, made.stderr
    line = next(line for line in (installed / "etc/passwd").read_text().splitlines() if line.startswith("portico:"))
    assert line.endswith(":/var/lib/portico:/usr/sbin/nologin")
    assert unit()["User"] == ["portico"] and unit()["StateDirectory"] == ["portico"]


def test_the_walk_through_makes_a_key_and_settings_that_portico_takes(tmp_path):
    text = (REPOSITORY / "deploy/README.md").read_text()
    making = next(line.strip() for line in text.splitlines() if "openssl rand" in line)
    assert run("bash", "-c", making.replace("/etc/portico/", f"{tmp_path}/")).returncode == 0
    key = tmp_path / "master.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 and re.fullmatch(r"[A-Za-z0-9_-]{43}\n", key.read_text())
    settings = re.search(r"Write `/etc/portico/portico.yaml`:\n\n((?:    .*\n)+)", text)[1]
    (tmp_path / "portico.yaml").write_text(textwrap.dedent(settings).replace("/etc/portico/", f"{tmp_path}/").replace("/var/lib/portico", str(tmp_path)))
    shown = run(str(server.BINARY), "config", "--json", "--config", str(tmp_path / "portico.yaml"))
    assert shown.returncode == 0 and "https://id.example.org" in shown.stdout.replace("\\/", "/"), shown.stderr


def test_it_is_stopped_by_the_signal_that_drains_and_given_longer_than_the_drain():
    drain = int(re.search(r"drainTime = Duration\.seconds\((\d+)\)", (REPOSITORY / "Sources/App/portico/Serving/Server.swift").read_text())[1])
    assert unit()["KillSignal"] == ["SIGTERM"] and int(unit()["TimeoutStopSec"][0]) > drain


# The restrictions, in force


@pytest.fixture(scope="module")
def root():
    root = sandbox.Root(sandbox.packages_of(server.BINARY))
    try:
        yield root
    finally:
        root.end()


@pytest.fixture(scope="module")
def system_calls():
    """The unit's SystemCallFilter, RestrictAddressFamilies and MemoryDenyWriteExecute as a program for the kernel."""
    with tempfile.NamedTemporaryFile(prefix="portico-filter-", suffix=".bpf") as file:
        # libseccomp's Python is Debian's, not the virtual environment's.
        made = run("/usr/bin/python3", str(REPOSITORY / "Tests/portico_driver/system_call_filter.py"), str(UNIT), file.name)
        assert made.returncode == 0, made.stderr
        yield file.name


@pytest.fixture
def confined(root, system_calls):
    with sandbox.running(root, filter=system_calls) as running:
        yield running


def test_a_resident_signs_in_under_the_system_call_filter_on_a_read_only_root(confined):
    registrations, resident = Registrations(), next(residents())
    confined.apply_clients(list(registrations.metadata.values()))
    confined.add_residents([resident])
    agency = registrations.agency(confined, "strict")
    request, tokens = agency.tokens(Visitor(confined.issuer), resident)
    agency.checked_id_token(tokens["id_token"], nonce=request.parameters["nonce"], algorithms=["ES256"])
    confined.run("keys", "generate", "RS256")
    confined.stop()


def test_the_filter_is_in_force(confined):
    status = confined.run_inside("/usr/bin/cat", "/proc/self/status").stdout
    assert re.search(r"^Seccomp:\s+2$", status, re.MULTILINE) and re.search(r"^CapBnd:\s+0+$", status, re.MULTILINE)
    # @privileged: Debian's chown asks the kernel and is refused, whoever owns the file.
    refused = confined.run_inside("/usr/bin/chown", str(sandbox.USER), "/var/lib/portico/portico.db")
    assert refused.returncode != 0 and "Operation not permitted" in refused.stderr


@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        ("mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE)", "done"),
        ("mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)", "PermissionError"),
        ("socket.socket(socket.AF_INET)", "done"), ("socket.socket(socket.AF_NETLINK)", "PermissionError"),
        ("os.nice(1)", "PermissionError"), ("os.setgroups([])", "PermissionError"),
    ],
)  # fmt: skip
def test_what_the_filter_lets_through(system_calls, attempt, outcome):
    """Tried with Python in place of Portico, outside the root, which has none."""
    program = f"""
import mmap, os, socket
try: {attempt}
except Exception as error: print(type(error).__name__)
else: print("done")
"""
    with open(system_calls, "rb") as file:
        tried = subprocess.run(
            ["bwrap", "--ro-bind", "/", "/", "--seccomp", str(file.fileno()), "/usr/bin/python3", "-c", program],
            pass_fds=[file.fileno()], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert tried.stdout.strip() == outcome, tried.stderr


def test_the_key_is_read_as_systemd_of_debian_12_lays_it_down(confined):
    """A regular file of mode 0400 that belongs to the service's user; the sandbox's key is one."""
    assert unit()["LoadCredential"] == ["master.key:/etc/portico/master.key"]
    assert unit()["Environment"] == ["PORTICO_KEYS_MASTER_FILE=%d/master.key"]
    assert stat.S_IMODE((confined.folder / "key/master.key").stat().st_mode) == 0o400


def test_an_administrator_runs_commands_and_the_files_stay_the_services(root, tmp_path):
    """As root, with the key that only root reads: SQLite gives the files that it makes to the database's owner."""
    with sandbox.running(root) as running:
        key = tmp_path / "master.key"
        shutil.copy(running.folder / "key/master.key", key)
        environment = {
            **server.plain_environment(), "PORTICO_DATABASE_URL": f"sqlite:{running.folder / 'state/portico.db'}", "PORTICO_KEYS_MASTER_FILE": str(key),
            "PORTICO_PASSWORD_MEMORY_KIB": "1024", "PORTICO_PASSWORD_ITERATIONS": "1",
        }  # fmt: skip
        for username in ("while-it-serves", "while-it-does-not"):
            added = subprocess.run(
                [server.BINARY, "residents", "add", "--username", username], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                env=environment, timeout=60,
            )  # fmt: skip
            assert added.returncode == 0, added.stderr
            if running.process.poll() is None:
                running.stop()
        owners = {file.stat().st_uid for file in (running.folder / "state").iterdir()}
        assert owners == {(running.folder / "state").stat().st_uid}
        running.start()
        assert "while-it-does-not" in running.run("residents", "list").stdout
