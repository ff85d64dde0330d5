"""deploy/nginx/portico.conf in front of two nodes, with TLS."""

import contextlib
import socket
import socketserver
import ssl
import threading

import pytest
import requests.adapters

from portico_driver import loopback
from portico_driver.nginx import NAME, Nginx
from portico_driver.registrations import Registrations, residents
from portico_driver.server import Server
from portico_driver.visitor import Visitor

pytestmark = pytest.mark.chooses_its_engine

FORGED = "203.0.113.9"
# Not the address of the proxy itself, which Portico would take for a hop.
RESIDENT = "127.0.0.2"


class Node(Server):
    """A server whose issuer is the proxy's address, where a stranger's certificate is met."""

    def __init__(self, folder, proxy, desk=None):
        folder.mkdir()
        home = desk.folder if desk else folder
        super().__init__(
            folder,
            {
                "issuer": proxy.origin, "database": {"url": f"sqlite:{home / 'portico.db'}"}, "keys": {"master-file": str(home / "master.key")},
                "server": {"trusted-proxies": [loopback.HOST]},
            },
        )  # fmt: skip
        self.issuer = proxy.origin


class FromAddress(requests.adapters.HTTPAdapter):
    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, **options, source_address=(RESIDENT, 0))


class Front:
    """nginx and the nodes behind it."""

    def __init__(self, folder):
        self.nginx = Nginx()
        first = Node(folder / "first", self.nginx)
        self.nodes = [first, Node(folder / "second", self.nginx, desk=first)]
        self.registrations = Registrations()

    def start(self):
        for node in self.nodes:
            node.start()
        self.nginx.start([node.port for node in self.nodes])
        self.nodes[0].apply_clients(list(self.registrations.metadata.values()))
        for node in self.nodes:
            loopback.wait_for(lambda: self.has_clients(node), "the node knew the agencies", seconds=5)
        return self

    def has_clients(self, node):
        asked = {"client_id": "first", "response_type": "code", "redirect_uri": "https://first.example/callback", "scope": "openid"}
        return requests.get(f"http://{loopback.HOST}:{node.port}/authorize", params=asked, timeout=10).status_code == 200

    def session(self, address=None):
        session = requests.Session()
        session.trust_env, session.verify = False, str(self.nginx.authority)
        if address:
            session.mount("https://", FromAddress())
        return session

    def visitor(self):
        visitor = Visitor(self.nginx.origin)
        visitor.session.verify = str(self.nginx.authority)
        return visitor

    def log_text(self):
        return "\n".join(node.log_text() for node in self.nodes)

    def end(self):
        self.nginx.end()
        for node in self.nodes:
            node.end()


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    # What the tests' own clients trust, they are told one by one or by this name.
    front = Front(tmp_path_factory.mktemp("front"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(front.nginx.authority))
        try:
            yield front.start()
        finally:
            front.end()


@pytest.fixture
def agency(front):
    agency = front.registrations.agency(front.nodes[0], "first")
    agency.http.verify = str(front.nginx.authority)
    return agency


def test_nginx_accepts_the_file_without_a_warning():
    nginx = Nginx()
    try:
        nginx.configure([loopback.free_port(), loopback.free_port()])
        content, words = nginx.check()
        assert content and "[warn]" not in words and "[emerg]" not in words, words
    finally:
        nginx.end()


def test_a_resident_signs_in_through_tls_at_two_nodes_and_the_cookies_stay_on_https(front, agency):
    resident, visitor = next(residents()), front.visitor()
    front.nodes[0].add_residents([resident])
    request, tokens = agency.tokens(visitor, resident)
    claims = agency.checked_id_token(tokens["id_token"], nonce=request.parameters["nonce"])
    assert claims["iss"] == front.nginx.origin
    assert agency.userinfo(tokens["access_token"]).json()["sub"] == claims["sub"]
    cookies = list(visitor.session.cookies)
    assert cookies and all(cookie.secure and cookie.name.startswith("__Host-") for cookie in cookies)
    for _ in range(6):
        assert visitor.open(agency.request(prompt="none").url).error is None
    served = {line.split('"node":"')[1].split('"')[0] for line in front.nginx.log_text().splitlines() if '"node":"127' in line}
    assert served == {f"{loopback.HOST}:{node.port}" for node in front.nodes}


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_an_address_that_a_client_invents_does_not_reach_portico(front, header):
    value = f"for={FORGED}" if header == "Forwarded" else FORGED
    before = len(front.log_text())
    answer = front.session(RESIDENT).get(front.nginx.origin + "/authorize?client_id=nobody", headers={header: value}, timeout=10)
    assert answer.status_code == 400
    refusal = loopback.wait_for(lambda: front.log_text()[before:] and [l for l in front.log_text().splitlines() if RESIDENT in l], "the refusal was logged")
    assert refusal and FORGED not in front.log_text()


def test_sent_past_nginx_from_a_trusted_address_the_same_header_is_believed(start_portico):
    """What the test above would see if nginx passed the header on."""
    server = start_portico(server={"trusted-proxies": [loopback.HOST]})
    requests.get(server.url("/authorize?client_id=nobody"), headers={"X-Forwarded-For": FORGED}, timeout=10)
    loopback.wait_for(lambda: FORGED in server.log_text(), "the forged address was logged")


def test_http_leads_to_https_under_the_issuers_name(front):
    plain = f"http://{NAME}:{front.nginx.plain_port}"
    answer = front.session().get(plain + "/authorize?a=b", allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (301, front.nginx.origin + "/authorize?a=b")
    # Another name is not answered at all.
    assert loopback.exchange(front.nginx.plain_port, b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n") == b""


def test_every_answer_says_once_that_only_https_is_to_be_used(front):
    from_portico = front.session().get(front.nginx.origin + "/", timeout=10)
    from_nginx = front.session().get(front.nginx.origin + "/livez", timeout=10)
    assert from_nginx.status_code == 404 and "Server" in from_nginx.headers and "/" not in from_nginx.headers["Server"]
    for answer in (from_portico, from_nginx):
        assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_pages_are_not_compressed_and_cached_only_as_they_say(front):
    page = front.session().get(front.nginx.origin + "/", headers={"Accept-Encoding": "gzip"}, timeout=10)
    assert "Content-Encoding" not in page.headers and page.headers["Cache-Control"] == "no-store"
    keys = front.session().get(metadata(front)["jwks_uri"], timeout=10)
    assert keys.headers["Cache-Control"].startswith("public, max-age=") and keys.headers["ETag"].startswith('"')
    again = front.session().get(keys.url, headers={"If-None-Match": keys.headers["ETag"]}, timeout=10)
    assert again.status_code == 304


def metadata(front):
    return front.session().get(front.nginx.origin + "/.well-known/openid-configuration", timeout=10).json()


def test_what_is_too_large_is_refused_and_what_is_just_not_is_portico_s_to_answer(front):
    post = front.session().post
    token, form = front.nginx.origin + "/token", {"Content-Type": "application/x-www-form-urlencoded"}
    assert post(token, data="a=" + "b" * 65_534, headers=form, timeout=10).json()["error"]
    assert post(token, data="a=" + "b" * 65_535, headers=form, timeout=10).status_code == 413
    get = front.session().get
    longest = front.nginx.origin + "/authorize?a=" + "b" * (8192 - len("/authorize?a="))
    assert get(longest, timeout=10).status_code == 400
    too_long = get(longest + "b", timeout=10)
    assert too_long.status_code == 414 and "Content-Security-Policy" in too_long.headers, "nginx answered in Portico's place"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_http2_is_spoken_old_tls_and_other_names_are_not(front):
    context = ssl.create_default_context(cafile=str(front.nginx.authority))
    context.set_alpn_protocols(["h2", "http/1.1"])
    assert handshake(front, context, NAME) == ("h2", "TLSv1.3")
    with pytest.raises(ssl.SSLError):
        context.check_hostname = False
        handshake(front, context, "elsewhere.example")
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(front.nginx.authority)
    # Nothing on this side stands in the way: the refusal is nginx's.
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        handshake(front, old, NAME)


def handshake(front, context, name):
    with socket.create_connection((loopback.HOST, front.nginx.port), timeout=10) as plain, context.wrap_socket(plain, server_hostname=name) as secured:
        return secured.selected_alpn_protocol(), secured.version()


def test_the_log_of_nginx_holds_no_query(front):
    front.session().get(front.nginx.origin + "/authorize?login_hint=sam.secret@example.org", timeout=10)
    log = front.nginx.folder / "portico.log"
    loopback.wait_for(lambda: '"path":"/authorize"' in log.read_text(), "the request was logged")
    assert "sam.secret" not in log.read_text()


def test_a_node_that_is_gone_is_not_noticed_by_residents(front, agency):
    resident = next(residents())
    resident.username, resident.claims = "later", {**resident.claims, "email": "later@example.org"}
    front.nodes[0].add_residents([resident])
    front.nodes[1].stop()
    try:
        _, tokens = agency.tokens(front.visitor(), resident)
        for _ in range(6):
            assert agency.refresh("none").status_code == 400
            assert agency.userinfo(tokens["access_token"]).status_code == 200
    finally:
        front.nodes[1].start()


class Deaf(socketserver.ThreadingTCPServer):
    """A node that breaks down over each request after it has read it."""

    allow_reuse_address = True
    answer = b""

    def __init__(self):
        self.received = []
        super().__init__((loopback.HOST, 0), DeafHandler)


class DeafHandler(socketserver.BaseRequestHandler):
    def handle(self):
        self.server.received.append(self.request.recv(65536).split(b" ")[0].decode())
        self.request.sendall(self.server.answer)


@pytest.mark.parametrize(
    ("method", "answer", "tries"),
    [("GET", b"", 2), ("POST", b"", 1), ("GET", b"HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n", 1)],
)
def test_what_may_have_been_done_is_not_done_again_at_another_node(method, answer, tries):
    nginx = Nginx()
    with contextlib.ExitStack() as running:
        running.callback(nginx.end)
        nodes = [running.enter_context(Deaf()) for _ in range(2)]
        for node in nodes:
            node.answer = answer
            threading.Thread(target=node.serve_forever, daemon=True).start()
            running.callback(node.shutdown)
        nginx.start([node.server_address[1] for node in nodes])
        response = requests.request(method, nginx.origin + "/token", data={"code": "one"}, verify=str(nginx.authority), timeout=20)
    assert response.status_code == (503 if answer else 502)
    assert response.headers["Strict-Transport-Security"] and response.headers.get("Retry-After") == ("5" if answer else None)
    assert [name for node in nodes for name in node.received] == [method] * tries
