"""Stands between the server and PostgreSQL's socket and counts bytes each way. For counting only: it costs time of its own."""

import pathlib
import selectors
import socket
import threading

NAME = ".s.PGSQL.5432"


class Relay:
    """with Relay(cluster.socket_folder, folder) as relay: … connect to the socket in `folder` instead."""

    def __init__(self, target, folder):
        self.target, self.path = pathlib.Path(target) / NAME, pathlib.Path(folder) / NAME
        self.to_database = self.from_database = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._listener.bind(str(self.path))
        self._listener.listen(64)
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping = True
        self._thread.join(10)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()
        self.path.unlink(missing_ok=True)

    @property
    def counts(self):
        return self.to_database, self.from_database

    def _run(self):
        while not self._stopping:
            for key, _ in self._selector.select(0.2):
                if key.data is None:
                    self._accept()
                else:
                    self._forward(key.fileobj, key.data)

    def _accept(self):
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.target))
        self._selector.register(client, selectors.EVENT_READ, (server, True))
        self._selector.register(server, selectors.EVENT_READ, (client, False))

    def _forward(self, source, data):
        other, is_client = data
        try:
            content = source.recv(262_144)
            other.sendall(content)
        except OSError:
            content = b""
        if not content:
            for end in (source, other):
                self._selector.unregister(end)
                end.close()
        elif is_client:
            self.to_database += len(content)
        else:
            self.from_database += len(content)
