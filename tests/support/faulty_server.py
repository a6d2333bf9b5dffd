"""A server on the local machine that misbehaves on request."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer:
    """What the server does with one request."""

    def __init__(
        self, body=b"", status=200, headers=(), *, cut=None, stall=None, drip=None, piece=1
    ):
        self.body = body
        self.status = status
        self.headers = {"Content-Type": "application/zip", "Content-Length": str(len(body))}
        self.headers.update(headers)
        self.cut = len(body) if cut is None else cut
        self.stall = stall
        # Seconds between pieces of so many bytes.
        self.drip = drip
        self.piece = piece


class Raw:
    """Bytes that need not be an answer of HTTP: a head, then a piece again and again."""

    def __init__(self, head, piece=b"", *, pause=0.0):
        self.head = head
        self.piece = piece
        self.pause = pause


class Server:
    """Answers each path with the given answers in turn, the last one for ever.

    With a `certificate`, a file that holds the private key as well, it is a server of TLS.
    """

    Answer = Answer
    Raw = Raw

    def __init__(self, certificate=None):
        self.answers = {}
        self.requests = []
        self._released = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.requests.append((self.path, dict(self.headers)))
                queue = server.answers.get(self.path, [Answer(status=404)])
                answer = queue.pop(0) if len(queue) > 1 else queue[0]
                (server.answer_raw if isinstance(answer, Raw) else server.answer)(self, answer)

            def log_message(self, *args):
                pass

        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._httpd.daemon_threads = True
        self._scheme = "http" if certificate is None else "https"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._httpd.socket = context.wrap_socket(self._httpd.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._httpd.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def answer(self, handler, answer):
        if answer.stall == "before":
            self._released.wait(10)
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            if value is not None:
                handler.send_header(name, value)
        handler.end_headers()
        try:
            if answer.drip:
                for i in range(0, answer.cut, answer.piece):
                    handler.wfile.write(answer.body[i : i + answer.piece])
                    handler.wfile.flush()
                    if self._released.wait(answer.drip):
                        return
            else:
                handler.wfile.write(answer.body[: answer.cut])
                handler.wfile.flush()
        except OSError:
            return  # the client has seen enough
        if answer.stall == "within":
            self._released.wait(10)

    def answer_raw(self, handler, answer):
        try:
            handler.wfile.write(answer.head)
            while answer.piece and not self._released.wait(answer.pause):
                handler.wfile.write(answer.piece)
        except OSError:
            pass  # the client has seen enough

    def url(self, path):
        return f"{self._scheme}://127.0.0.1:{self._httpd.server_port}{path}"

    @property
    def paths(self):
        return [path for path, _ in self.requests]

    def close(self):
        self._released.set()
        self._httpd.shutdown()
        self._thread.join()
        self._httpd.server_close()
