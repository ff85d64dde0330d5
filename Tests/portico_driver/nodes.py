"""Several `portico serve` on one database, behind one address."""

import concurrent.futures
import contextlib
import urllib.parse

import requests.adapters

from . import loopback
from .balancer import Balancer
from .server import BINARY, Server


class Nodes(Server):
    """Nodes that share an issuer, a database and a master key. It is itself the operator's desk: it runs the commands; its address, the issuer,
    is the balancer's."""

    def __init__(self, folder, database_url, count, settings=None, binary=BINARY):
        common = {"database": {"url": database_url}, "server": {"trusted-proxies": [loopback.HOST]}, **(settings or {})}
        super().__init__(folder, common, binary)
        common |= {"issuer": self.issuer, "keys": {"master-file": str(self.folder / "master.key")}}
        self.nodes = []
        for number in range(count):
            place = self.folder / f"node{number}"
            place.mkdir()
            self.nodes.append(Server(place, common, binary))
        self.balancer = Balancer(self.port, [node.port for node in self.nodes])

    def start(self):
        for node in self.nodes:
            node.start()
        self.balancer.start()
        return self

    def start_at_once(self):
        """As on the first day: nothing is there, and each may be the one that makes it."""
        with concurrent.futures.ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(Server.start, self.nodes))
        self.balancer.start()
        return self

    def end(self):
        self.balancer.end()
        with contextlib.ExitStack() as each:
            for node in self.nodes:
                each.callback(node.end)

    def apply_clients(self, clients):
        super().apply_clients(clients)
        known = next(client for client in clients if "client_secret" in client)
        for node in self.nodes:
            loopback.wait_for(lambda: node.knows(known), f"a node knew {known['client_id']}", seconds=5)

    def log_text(self):
        return "\n".join(node.log_text() for node in self.nodes)

    def way(self):
        return Way(self)


@contextlib.contextmanager
def running_nodes(folder, registrations, database_url, count, settings=None, binary=BINARY):
    """Nodes that run and know the agencies."""
    nodes = Nodes(folder, database_url, count, settings, binary)
    try:
        nodes.start()
        nodes.apply_clients(list(registrations.metadata.values()))
        yield nodes
    finally:
        nodes.end()


class Way(requests.adapters.HTTPAdapter):
    """Takes requests for the issuer's address to one node, as the balancer would if it chose that one."""

    def __init__(self, nodes):
        super().__init__()
        self.nodes, self.node = nodes, nodes.nodes[0]

    def to(self, number):
        self.node = self.nodes.nodes[number % len(self.nodes.nodes)]
        return self

    def lead(self, *sessions):
        """Have these sessions take this way."""
        for session in sessions:
            session.mount(self.nodes.issuer, self)
        return self

    def get_connection_with_tls_context(self, request, verify, proxies=None, cert=None):
        return self.poolmanager.connection_from_host(loopback.HOST, self.node.port, "http")

    def add_headers(self, request, **_):
        request.headers["Host"] = urllib.parse.urlsplit(request.url).netloc
