"""deploy/container: no engine runs here, so the runtime stage is rebuilt from its own list of packages and run without rights."""

import json
import re
import shlex
import subprocess

import pytest

from portico_driver import sandbox, server
from portico_driver.registrations import Registrations, residents
from portico_driver.server import REPOSITORY
from portico_driver.visitor import Visitor

pytestmark = pytest.mark.chooses_its_engine

CONTAINERFILE = REPOSITORY / "deploy/container/Containerfile"
# Linked against by nothing and wanted all the same.
WITHOUT_LIBRARY = {"ca-certificates"}


def instructions():
    """(name, rest) of every instruction; continued lines are joined."""
    text = re.sub(r"^\s*#.*\n", "", CONTAINERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


def stages():
    found = []
    for name, rest in instructions():
        if name == "FROM":
            found.append([])
        if found:
            found[-1].append((name, rest))
    return found


def runtime(wanted):
    return [rest for name, rest in stages()[-1] if name == wanted]


def runtime_packages():
    installing = next(rest for rest in runtime("RUN") if "apt-get install" in rest)
    words = shlex.split(re.search(r"apt-get install ([^&]*)", installing)[1])
    return [word for word in words if not word.startswith("-")]


def runtime_environment():
    return dict(shlex.split(part)[0].split("=", 1) for rest in runtime("ENV") for part in shlex.split(rest))


# What is in it


def test_the_image_is_built_apart_from_what_it_runs_on_and_gets_only_the_installed_tree():
    build, last = stages()
    assert ("COPY", "--from=build /installed/ /") in last
    assert [rest for name, rest in last if name in ("COPY", "ADD")] == ["--from=build /installed/ /"]
    assert any("--static-swift-stdlib" in rest and "scripts/install-tree" in rest for name, rest in build if name == "RUN")


def test_it_runs_as_a_numbered_user_without_rights_and_is_stopped_by_a_signal_that_portico_heeds():
    assert runtime("USER") == [f"{sandbox.USER}:{sandbox.USER}"]
    assert [name for name, _ in stages()[-1]].index("USER") > [name for name, _ in stages()[-1]].index("COPY")
    assert runtime("STOPSIGNAL") == ["SIGTERM"]
    assert json.loads(runtime("ENTRYPOINT")[0]) == ["/usr/bin/portico"] and json.loads(runtime("CMD")[0]) == ["serve"]


def test_its_environment_names_settings_that_exist_and_no_secret():
    known = {each["environment"] for each in settings(runtime_environment())}
    assert set(runtime_environment()) <= known
    assert not re.search(r"(?i)password|secret=|token=", " ".join(rest for name, rest in instructions() if name in ("ENV", "ARG")))


def test_keys_databases_and_earlier_builds_stay_out_of_the_build():
    ignored = (CONTAINERFILE.parent / "Containerfile.dockerignore").read_text().split("\n")
    assert {".git", ".build*", "keys/local", "**/*.db", "**/master.key", "portico.yaml", "demo-data"} <= set(ignored)


def test_its_packages_are_those_of_the_libraries_that_the_program_is_linked_against():
    assert sandbox.packages_of(server.BINARY) - {"libc6"} == set(runtime_packages()) - WITHOUT_LIBRARY

    stated = re.search(r"From Debian it\s+needs `([^`]*)`", (REPOSITORY / "deploy/README.md").read_text())[1]
    assert set(stated.split()) == set(runtime_packages()) - WITHOUT_LIBRARY


def settings(environment):
    shown = subprocess.run(
        [server.BINARY, "config", "--json"], cwd="/", env={**server.plain_environment(), **environment}, capture_output=True, text=True, timeout=60
    )
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)["settings"]


# How it runs


@pytest.fixture(scope="module")
def root():
    root = sandbox.Root(runtime_packages())
    try:
        yield root
    finally:
        root.end()


@pytest.fixture
def contained(root):
    """`portico serve` on the packages of the image, its first process, as its user, with its environment, on a read-only root."""
    environment = {**runtime_environment(), "PORTICO_SERVER_HOST": "127.0.0.1"}
    with sandbox.running(root, environment=environment) as server_inside:
        yield server_inside


def test_a_resident_signs_in_at_a_server_on_a_read_only_root_without_rights(contained):
    registrations, resident = Registrations(), next(residents())
    contained.apply_clients(list(registrations.metadata.values()))
    contained.add_residents([resident])
    agency = registrations.agency(contained, "first")
    request, tokens = agency.tokens(Visitor(contained.issuer), resident)
    agency.checked_id_token(tokens["id_token"], nonce=request.parameters["nonce"])
    contained.stop()


def test_in_there_nothing_can_be_written_but_the_state(contained):
    for place in ("/", "/usr/lib/portico", "/etc/portico", "/run/portico", "/tmp"):
        assert contained.run_inside("/usr/bin/touch", f"{place}/trace").returncode != 0, place
    assert contained.run_inside("/usr/bin/touch", "/var/lib/portico/trace").returncode == 0
    status = contained.run_inside("/usr/bin/cat", "/proc/self/status").stdout
    assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE) and re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
    assert re.search(rf"^Uid:\s+{sandbox.USER}\s", status, re.MULTILINE)


def test_the_health_check_says_what_readyz_says(contained):
    command = json.loads(runtime("HEALTHCHECK")[0].split("CMD", 1)[1])
    contained.environment = {**contained.environment, "PORTICO_SERVER_PORT": str(contained.port)}
    assert contained.run_inside(*command).returncode == 0
    contained.stop()
    assert contained.run_inside(*command).returncode != 0
