"""A receiver of webhooks for checks: verifies signatures, remembers what came in which order, and answers as told.
Python's standard library alone."""

import base64
import hashlib
import hmac
import http.server
import threading

from basics import free_port


class Receiver(http.server.ThreadingHTTPServer):
    """Takes webhooks and remembers them in the order in which they came."""

    daemon_threads = True

    def __init__(self):
        self.secret, self.status, self.bodies, self.wrong = b"", 204, {}, []
        # Names of messages as they came; those that were answered with another status than 2xx stand in both.
        self.came, self.refused = [], []
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", free_port()), Delivery)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"

    def expect_secret(self, text):
        self.secret = base64.b64decode(text.removeprefix("whsec_"))

    def handle_error(self, request, client_address):
        """A delivery that a kill cuts off is what is tried here."""

    def take(self, headers, body):
        """Remembers a message; returns the status of the answer."""
        name = headers["webhook-id"]
        signed = f"{name}.{headers['webhook-timestamp']}.".encode() + body
        own = "v1," + base64.b64encode(hmac.digest(self.secret, signed, hashlib.sha256)).decode()
        with self.lock:
            if own not in headers["webhook-signature"].split():
                self.wrong.append(f"the signature of {name}")
            if self.bodies.setdefault(name, body) != body:
                self.wrong.append(f"the bytes of {name} changed")
            self.came.append(name)
            if self.status >= 300:
                self.refused.append(name)
            return self.status

    def taken(self):
        """Names of messages that were taken, in the order in which they were first."""
        with self.lock:
            refused, found = list(self.refused), {}
            for name in self.came:
                if name in refused:
                    refused.remove(name)
                else:
                    found[name] = True
            return list(found)

    def judge(self, ids):
        """What is wrong with what came, if these decisions had to come in this order, each at least once."""
        place = {name.replace(".", "~"): index for index, name in enumerate(ids)}
        with self.lock:
            came, wrong = list(self.came), list(self.wrong)
        furthest = -1
        for name in came:
            if name not in place:
                wrong.append(f"{name} is none of the decisions")
            elif place[name] > furthest + 1:
                wrong.append(f"{name} came before its turn")
            furthest = max(furthest, place.get(name, 0))
        return wrong + [f"{name} did not come" for name in place if name not in set(came)]


class Delivery(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            # The sender was killed before it had sent all: nothing was taken.
            self.close_connection = True
            return
        self.send_response(self.server.take(self.headers, body))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass
