"""Attacks below OAuth: slow and malformed HTTP, smuggling, caching, other origins, encodings."""

import socket
import time

import pytest
import requests

from portico_driver import loopback
from portico_driver.agency import basic


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else None


def test_a78_a_slow_header_does_not_hold_up_others(portico):
    """Two hundred connections send a request line and then a byte now and then; the server goes on serving and drops them in the end."""
    slow = [socket.create_connection((loopback.HOST, portico.port), timeout=10) for _ in range(200)]
    try:
        for connection in slow:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-")
        for _ in range(3):
            time.sleep(0.3)
            for connection in slow:
                connection.sendall(b"a")
            assert requests.get(portico.url("/livez"), timeout=10).status_code == 200
        assert requests.get(portico.metadata["jwks_uri"], timeout=10).status_code == 200
    finally:
        for connection in slow:
            connection.close()


def test_a78_a_header_that_never_ends_is_given_up(portico):
    """The server closes the connection by itself, or answers 408, within the time it allows for a header."""
    with socket.create_connection((loopback.HOST, portico.port), timeout=90) as connection:
        connection.sendall(b"POST /token HTTP/1.1\r\nHost: x\r\n")
        answer = connection.recv(4096)
    assert answer == b"" or status_of(answer) in (400, 408)


REQUEST = b"POST /token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n%s\r\n%s"
SMUGGLED = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
AMBIGUOUS = {
    "length and chunks": REQUEST % (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + SMUGGLED),
    "two lengths": REQUEST % (b"Content-Length: 0\r\nContent-Length: %d\r\n" % len(SMUGGLED), SMUGGLED),
    "length with a sign": REQUEST % (b"Content-Length: +0\r\n", SMUGGLED),
    "length that is none": REQUEST % (b"Content-Length: 0x0\r\n", SMUGGLED),
    "unknown transfer encoding": REQUEST % (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n" + SMUGGLED),
    "chunk length with rubbish": REQUEST % (b"Transfer-Encoding: chunked\r\n", b"zz\r\n\r\n" + SMUGGLED),
    "space before the colon": REQUEST % (b"Content-Length : 0\r\n", SMUGGLED),
    "NUL in a header": b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x00b\r\n\r\n",
    "no protocol": b"GET /livez\r\n\r\n",
    "rubbish": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20 + b"\r\n\r\n",
}


@pytest.mark.parametrize("sent", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_a79_ambiguous_requests_are_refused_and_nothing_is_smuggled(portico, sent):
    answer = loopback.exchange(portico.port, sent)
    assert answer == b"" or status_of(answer) in (400, 501), answer[:200]
    assert answer.count(b"HTTP/1.") <= 1, "the bytes after a refused request were answered as a request"
    assert requests.get(portico.url("/livez"), timeout=10).status_code == 200


def test_a24_too_many_and_too_large_headers_are_refused(portico):
    many = b"GET /livez HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(5000)) + b"\r\n"
    large = b"GET /livez HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 300_000 + b"\r\n\r\n"
    for sent in (many, large):
        answer = loopback.exchange(portico.port, sent)
        assert answer == b"" or status_of(answer) in (400, 413, 431), answer[:100]


@pytest.mark.parametrize("path", ["/token", "/userinfo", "/", "/authorize", "/logout", "/sign-in", "/consent", "/nowhere"])
def test_a82_what_is_for_one_person_is_not_kept(portico, path):
    answer = requests.get(portico.url(path), timeout=10, allow_redirects=False)
    assert answer.headers["Cache-Control"] == "no-store", path
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/authorize", "/sign-in", "/consent", "/logout", "/", "/token", "/userinfo"])
def test_a83_no_other_origin_may_read_an_answer(portico, path):
    for method in ("GET", "POST", "OPTIONS"):
        answer = requests.request(method, portico.url(path), headers={"Origin": "https://evil.example"}, timeout=10, allow_redirects=False)
        assert answer.headers.get("Access-Control-Allow-Origin") not in ("*", "https://evil.example", "null")
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("body", [b"a=%zz", b"a=%", b"a=%ff%fe", b"a=\xff", b"a=%c0%af", b"a=%00", b"grant_type=client_credentials%00"])
def test_a86_malformed_forms_are_invalid_requests(portico, registrations, body):
    service = registrations.agency(portico, "service")
    headers = {"Authorization": basic(service.client_id, service.secret), "Content-Type": "application/x-www-form-urlencoded"}
    answer = requests.post(portico.metadata["token_endpoint"], data=body, headers=headers, timeout=10)
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request", answer.text


@pytest.mark.parametrize("path", ["/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../portico.yaml", "/assets/%2e%2e%2fportico.yaml", "/assets/..%5c"])
def test_files_outside_the_assets_cannot_be_read(portico, path):
    answer = loopback.exchange(portico.port, b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status_of(answer) in (400, 403, 404), answer[:200]
    assert b"root:" not in answer and b"master-file" not in answer


@pytest.mark.parametrize("path", ["/authorize", "/token", "/userinfo", "/jwks", "/logout", "/sign-in", "/.well-known/openid-configuration"])
@pytest.mark.parametrize("method", ["DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_not_allowed(portico, path, method):
    assert requests.request(method, portico.url(path), timeout=10, allow_redirects=False).status_code in (404, 405, 501)


def test_a_head_request_answers_without_a_body(portico):
    answer = requests.head(portico.url("/.well-known/openid-configuration"), timeout=10)
    assert answer.status_code in (200, 404, 405) and answer.content == b""
