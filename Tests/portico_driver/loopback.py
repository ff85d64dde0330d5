"""Addresses on this machine, and waiting for something to answer there."""

import http.client
import socket
import time

HOST = "127.0.0.1"


def free_port():
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def wait_for(condition, what, seconds=20.0):
    """Ask again and again until the condition gives something true; return that."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.05)


def answers(port, path):
    """True when the server on the port answers the path with a status below 400."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def exchange(port, sent, seconds=10.0, close=True):
    """Send raw bytes on a connection of its own and return all that comes back until the server closes or goes quiet."""
    received = b""
    with socket.create_connection((HOST, port), timeout=seconds) as connection:
        connection.sendall(sent)
        if close:
            connection.shutdown(socket.SHUT_WR)
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except (TimeoutError, ConnectionResetError):
            pass
    return received
