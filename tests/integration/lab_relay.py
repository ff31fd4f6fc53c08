"""lab_relay: stands between a client and PostgreSQL on Unix sockets, and cuts the connection where a test wants.

    with lab_relay.Relay(cluster.socket_folder, folder, policy) as relay:
        ... connect to folder

policy(number) is called for each new connection (0, 1, ...) and returns a Cut, or None: relay faithfully.
"""

import os
import socket
import threading

NAME = ".s.PGSQL.5432"


class Cut:
    """Where and how to cut, counted in what the client sends.

    after_bytes   when so many bytes have been passed on
    at            when this text has come; forward says whether it still reaches the server
    half_open     the client loses the connection, the server does not notice
    """

    def __init__(self, after_bytes=None, at=None, forward=True, half_open=False):
        self.after_bytes = after_bytes
        self.at = at
        self.forward = forward
        self.half_open = half_open
        self.seen = 0

    def split(self, data):
        """Returns (what is passed on, whether to cut then)."""
        if self.at is not None and self.at in data:
            where = data.index(self.at)
            return (data if self.forward else data[:where]), True
        if self.after_bytes is not None and self.seen + len(data) >= self.after_bytes:
            return data[:self.after_bytes - self.seen], True
        self.seen += len(data)
        return data, False


class Relay:
    def __init__(self, server_folder, folder, policy):
        self.server_path = os.path.join(server_folder, NAME)
        self.path = os.path.join(folder, NAME)
        self.policy = policy
        self.connections = 0
        self.cuts = 0
        self.held = []
        self.lock = threading.Lock()
        self.ending = False

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(20)
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ending = True
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for each in self.held:
            each.close()
        os.unlink(self.path)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                cut = self.policy(self.connections)
                self.connections += 1
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.server_path)
            except OSError:
                client.close()
                continue
            replies = threading.Event()
            threading.Thread(target=self.up, args=(client, server, cut, replies), daemon=True).start()
            threading.Thread(target=self.down, args=(server, client, replies), daemon=True).start()

    def up(self, client, server, cut, mute):
        try:
            while data := client.recv(65536):
                passed, end = cut.split(data) if cut else (data, False)
                if end:
                    mute.set()
                server.sendall(passed)
                if end:
                    self.cut(client, server, cut)
                    return
        except OSError:
            pass
        self.close(client, server)

    def cut(self, client, server, cut):
        with self.lock:
            self.cuts += 1
            if cut.half_open:
                self.held.append(server)
        self.close(client)
        if not cut.half_open:
            self.close(server)

    def down(self, server, client, mute):
        """Passes answers back; after a cut the client must not hear how it ended."""
        try:
            while data := server.recv(65536):
                if not mute.is_set():
                    client.sendall(data)
        except OSError:
            pass
        if not mute.is_set():
            self.close(client, server)

    @staticmethod
    def close(*sockets):
        for each in sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()
