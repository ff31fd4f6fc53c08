"""lab_postgres: what a monitor may take for PostgreSQL, on a Unix socket: a server of our own that misbehaves as told, a
faithful relay to the real one, or a pooler before it.

    with lab_postgres.Front(cluster.socket_folder, folder) as front:
        front.act = lambda session: session.greet() or session.error("42601", "no")
        front.act = None                 # the real one is back: what connects from now on is relayed
        front.freeze()                   # what is connected through it hears nothing any more, and is not closed

act(session) runs in a thread for each connection; the connection ends with it. PostgreSQL's protocol, version 3
(PostgreSQL documentation, "Frontend/Backend Protocol").
"""

import os
import queue
import re
import socket
import ssl
import struct
import threading

NAME = ".s.PGSQL.5432"
LIMIT_S = 60  # longer than any test: a thread of an ended test does not wait for ever


class Session:
    """The server's end of a connection."""

    def __init__(self, client):
        self.client = client
        self.client.settimeout(LIMIT_S)

    def receive(self, size):
        data = b""
        while len(data) < size:
            more = self.client.recv(size - len(data))
            if not more:
                raise ConnectionError("closed")
            data += more
        return data

    def startup(self):
        """The client's first message but those that ask for encryption, which is declined."""
        while True:
            length, code = struct.unpack(">II", self.receive(8))
            body = self.receive(length - 8)
            if code == 196608:
                return body
            self.client.sendall(b"N")

    def read(self):
        """(type, body) of the next message."""
        kind, length = struct.unpack(">cI", self.receive(5))
        return kind, self.receive(length - 4)

    def question(self):
        """The text of the next query."""
        while True:
            kind, body = self.read()
            if kind == b"Q":
                return body.rstrip(b"\0").decode()

    def send(self, kind, body=b"", length=None):
        self.client.sendall(kind + struct.pack(">I", length or len(body) + 4) + body)

    def greet(self):
        """Lets the client in, without a password."""
        self.startup()
        self.send(b"R", struct.pack(">I", 0))
        self.send(b"Z", b"I")

    def demand(self, rounds):
        """A password by SCRAM (RFC 5802), hashed so many times; the client's answer is waited for."""
        self.startup()
        self.send(b"R", struct.pack(">I", 10) + b"SCRAM-SHA-256\0\0")
        nonce = re.search(rb"r=([^,]+)", self.read()[1])[1]
        self.send(b"R", struct.pack(">I", 11) + b"r=%sX,s=c2FsdA==,i=%d" % (nonce, rounds))
        return self.read()

    def notice(self, text=b"x" * 1000, kind=b"N", state=b"01000"):
        self.send(kind, b"SWARNING\0VWARNING\0C" + state + b"\0M" + text + b"\0\0")

    def error(self, state, text):
        self.send(b"E", b"SERROR\0VERROR\0C%s\0M%s\0\0" % (state.encode(), text.encode()))

    def row(self, value):
        """One row of one column; None: NULL."""
        self.send(b"T", b"\0\1" + b"n\0" + struct.pack(">IhIhih", 0, 0, 20, 8, -1, 0))
        self.send(b"D", b"\0\1" + (struct.pack(">i", -1) if value is None else
                                   struct.pack(">i", len(value)) + value))

    def done(self, tag="SELECT 1"):
        self.send(b"C", tag.encode() + b"\0")

    def ready(self):
        self.send(b"Z", b"I")

    def answer(self, value=b"0", tag="SELECT 1"):
        """A whole answer: one row, or none for a command."""
        if value is not ...:
            self.row(value)
        self.done(tag)
        self.ready()

    def up_to_mark(self, mark):
        """Lets in, takes the settings, and tells a mark."""
        self.greet()
        self.question()
        self.answer(..., "SET")
        self.question()
        self.answer(mark)

    def up_to_copy(self):
        """As far as the first COPY of an empty stream, which is allowed."""
        self.up_to_mark(b"0")
        while "COPY" not in self.question():
            self.answer(b"0")
        self.send(b"G", struct.pack(">BhH", 1, 1, 1))


class Front:
    def __init__(self, server_folder, folder, secure=None):
        """secure: an SSL context; then it listens at port self.port of 127.0.0.1 and insists on TLS."""
        self.server_path = os.path.join(server_folder, NAME)
        self.path = os.path.join(folder, NAME)
        self.secure = secure
        self.encrypts = True
        self.act = None
        self.connections = 0
        self.frozen = threading.Event()
        self.open = []

    def __enter__(self):
        if self.secure:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.port = self.listener.getsockname()[1]
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.path)
            self.listener.listen(20)
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def cut(self):
        """Ends what is connected."""
        while self.open:
            close(self.open.pop())

    def freeze(self):
        """What is connected now stays so, and nothing is passed on any more, either way."""
        self.frozen.set()
        self.frozen = threading.Event()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(client)
            threading.Thread(target=self.serve, args=(client, self.act or self.relay), daemon=True).start()

    def serve(self, client, act):
        try:
            session = Session(client)
            if self.secure and not self.encrypts:
                session.startup()
            elif self.secure:
                session.receive(8)
                client.sendall(b"S")
                session.client = self.secure.wrap_socket(client, server_side=True)
            act(session)
        except (OSError, ssl.SSLError):
            pass
        close(client)

    def server(self):
        server = socket.socket(socket.AF_UNIX)
        self.open.append(server)
        server.connect(self.server_path)
        return server

    def relay(self, session):
        server, frozen = self.server(), self.frozen
        back = threading.Thread(target=self.pass_on, args=(server, session.client, frozen), daemon=True)
        back.start()
        self.pass_on(session.client, server, frozen)
        back.join()

    @staticmethod
    def pass_on(source, sink, frozen):
        try:
            while data := source.recv(65536):
                if frozen.is_set():
                    return threading.Event().wait(LIMIT_S)
                sink.sendall(data)
        except OSError:
            pass
        close(source, sink)

    # ---- a pooler in the mode of transactions, as pgbouncer is ----

    def pool(self, size):
        """Returns an act: sessions of size servers are lent to clients for one transaction each, in turn."""
        servers = queue.Queue()
        for _ in range(size):
            servers.put(None)

        def act(session):
            startup = session.startup()
            session.send(b"R", struct.pack(">I", 0))
            session.send(b"Z", b"I")
            while True:
                first = session.read()
                if first[0] == b"X":
                    return
                server = servers.get()
                try:
                    server = server or self.pooled(startup)
                    self.lend(session, server, first)
                except OSError:
                    server = close(server.client) if server else None
                    raise
                finally:
                    servers.put(server)
        return act

    def pooled(self, startup):
        server = Session(self.server())
        server.client.sendall(struct.pack(">II", len(startup) + 8, 196608) + startup)
        while server.read()[0] != b"Z":
            pass
        return server

    def lend(self, session, server, message):
        """Until the server says that no transaction is under way."""
        while True:
            server.send(*message)
            if message[0] in b"Qc" and self.pass_answer(session, server) == b"I":
                return
            message = session.read()

    @staticmethod
    def pass_answer(session, server):
        """Returns the state of the transaction; None: it waits for the data of a COPY."""
        while True:
            kind, body = server.read()
            session.send(kind, body)
            if kind in b"ZG":
                return body if kind == b"Z" else None


def close(*sockets):
    for each in sockets:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        each.close()
