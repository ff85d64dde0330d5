"""A reverse proxy on loopback that hands each request to the next of several nodes, and counts what became of it."""

import collections
import http.client
import http.server
import itertools
import threading

from . import loopback

# RFC 9110 §7.6.1: these are about one connection.
OF_A_CONNECTION = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
REPEATABLE = {"GET", "HEAD"}


class Balancer:
    """Round robin by request. A node that refuses the connection is passed over; a request that a node may have carried out is repeated only
    when its method is safe, and is otherwise answered 502."""

    def __init__(self, port, nodes):
        """`nodes` are ports."""
        self.nodes = list(nodes)
        self.turn = itertools.count()
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.server = Listener((loopback.HOST, port), Handler)
        self.server.balancer = self
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def end(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join(timeout=10)
        self.server.server_close()

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def answer(self, method, path, headers, body):
        """The status, headers and content that the request gets."""
        first = next(self.turn)
        was_sent = False
        for step in range(len(self.nodes)):
            port = self.nodes[(first + step) % len(self.nodes)]
            connection = http.client.HTTPConnection(loopback.HOST, port, timeout=60)
            try:
                connection.connect()
            except OSError:
                self.count("refused connections")
                continue
            was_sent = True
            try:
                return self.answer_of_node(connection, method, path, headers, body, port)
            except (OSError, http.client.HTTPException):
                self.count("broken connections")
                if method not in REPEATABLE:
                    break
            finally:
                connection.close()
        status = 502 if was_sent else 503
        self.count(f"own {status}")
        return status, [("Content-Type", "text/plain"), ("Retry-After", "1"), ("X-Balancer", "no node answered")], b"no node answered\n"

    def answer_of_node(self, connection, method, path, headers, body, port):
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body or None)
        response = connection.getresponse()
        content = response.read()
        self.count(f"answers of {port}")
        passed = [(name, value) for name, value in response.getheaders() if name.lower() not in OF_A_CONNECTION]
        return response.status, passed, content


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """A client that went away before its answer."""
        self.balancer.count("clients gone")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def pass_on(self):
        balancer = self.server.balancer
        balancer.count("requests")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in OF_A_CONNECTION | {"x-forwarded-for"}]
        before = self.headers.get_all("X-Forwarded-For") or []
        headers.append(("X-Forwarded-For", ", ".join([*before, self.client_address[0]])))
        status, headers, content = balancer.answer(self.command, self.path, headers, body)
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = pass_on

    def log_message(self, *_):
        pass
