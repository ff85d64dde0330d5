"""`scripts/demo --check` brings up Portico and both agencies, finds that all three answer, and leaves nothing running."""

import subprocess

import pytest

from portico_driver import loopback
from portico_driver.server import REPOSITORY


def run_demo(folder, ports):
    return subprocess.run(
        [REPOSITORY / "scripts/demo", "--check", "--debug", "--no-install", "--no-build", "--data", folder, "--ports", ",".join(map(str, ports))],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.chooses_its_engine
def test_all_three_answer_twice_and_then_stop(tmp_path):
    ports = [loopback.free_port() for _ in range(3)]
    for _ in range(2):
        demo = run_demo(tmp_path / "data", ports)
        assert demo.returncode == 0 and "all three answer" in demo.stdout, demo.stdout + demo.stderr
        for port in ports:
            assert not loopback.answers(port, "/"), "something still runs"


def test_a_taken_port_is_said_in_words(portico, tmp_path):
    demo = run_demo(tmp_path / "data", [portico.port, loopback.free_port(), loopback.free_port()])
    assert demo.returncode == 1 and f"port {portico.port} on 127.0.0.1 is in use" in demo.stderr
