"""TLS to PostgreSQL: asked for where bytes leave the machine, and a server that is not ours is refused."""

import os
import shutil
import urllib.parse

import pytest

from portico_driver.certificates import make_certificates
from portico_driver.postgres import Cluster, fresh_database, query
from portico_driver.server import Server

pytestmark = pytest.mark.chooses_its_engine

# On this machine, but not by one of its usual names: Portico takes it for another machine. Nothing else listens there.
ADDRESS = "127.0.0.2"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder, "database", ADDRESS)
    return folder


@pytest.fixture(scope="module", params=["on", "off"], ids=["with TLS", "without TLS"])
def cluster(request, certificates):
    """A cluster that listens on the network, with or without TLS; and which of the two it is."""
    cluster = Cluster()
    try:
        cluster.start()
        data = cluster.folder / "data"
        for name in ("database.crt", "database.key"):
            shutil.copy(certificates / name, data / name)
            os.chmod(data / name, 0o600)
            shutil.chown(data / name, data.stat().st_uid, data.stat().st_gid)
        rules = data / "pg_hba.conf"
        rules.write_text("host all all 127.0.0.0/8 trust\n" + rules.read_text())
        for setting, value in (("listen_addresses", ADDRESS), ("ssl", request.param), ("ssl_cert_file", "database.crt"), ("ssl_key_file", "database.key")):
            query(cluster.url, f"ALTER SYSTEM SET {setting} = '{value}'")
        cluster.restart()
        yield cluster, request.param == "on"
    finally:
        cluster.end()


@pytest.fixture
def server_with(cluster, tmp_path):
    """A server on an empty database of the cluster, which it reaches over the network, with more parameters in the URI."""
    with fresh_database(cluster[0].url) as url:
        name = urllib.parse.urlsplit(url).path

        def server(parameters):
            return Server(tmp_path, {"database": {"url": f"postgres://postgres@{ADDRESS}{name}{parameters}"}})

        yield server


@pytest.mark.parametrize("parameters", ["", "?sslmode=verify-full&sslrootcert={}/authority.crt"], ids=["nothing said", "verify-full"])
def test_a_server_elsewhere_is_spoken_to_in_tls_or_not_at_all(parameters, cluster, certificates, server_with):
    cluster, has_tls = cluster
    server = server_with(parameters.format(certificates))
    try:
        if has_tls:
            server.start()
            used = query(cluster.url, "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'portico serve'")
            assert used == [["t"]]
        else:
            refused = server.run("serve", check=False)
            assert refused.returncode == 69 and "SSL" in refused.stderr, refused.stderr
    finally:
        server.end()


def test_a_server_whose_certificate_another_authority_issued_is_refused(cluster, server_with, tmp_path):
    _, has_tls = cluster
    strange = tmp_path / "strange"
    strange.mkdir()
    make_certificates(strange, "database", ADDRESS)
    refused = server_with(f"?sslmode=verify-full&sslrootcert={strange}/authority.crt").run("serve", check=False)
    assert refused.returncode == 69 and ("certificate verify failed" if has_tls else "SSL") in refused.stderr, refused.stderr
