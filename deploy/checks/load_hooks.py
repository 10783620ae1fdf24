"""Receivers of webhooks for a measurement: some answer at once, some take a message and never answer."""

import asyncio
import multiprocessing
import time

from basics import free_port, wait_until


class Taking(asyncio.Protocol):
    """One connection: each whole request is counted and answered, or left hanging."""

    def __init__(self, taken):
        self.taken, self.buffer = taken, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length:]
            if head.startswith(b"post /hang"):
                return
            with self.taken.get_lock():
                self.taken.value += 1
            self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


def serve(port, taken):
    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Taking(taken), "127.0.0.1", port, backlog=1_024)
        await server.serve_forever()

    asyncio.run(main())


class Receivers:
    """A process that takes webhooks on one port."""

    def __init__(self):
        self.port, self.taken = free_port(), multiprocessing.Value("q", 0)
        self.process = multiprocessing.Process(target=serve, args=(self.port, self.taken), daemon=True)
        self.process.start()

    def url(self, kind, number):
        return f"http://127.0.0.1:{self.port}/{kind}/{number}"

    def wait_for(self, count, seconds):
        """Until so many more were taken; how long that took."""
        begun, wanted = time.monotonic(), self.taken.value + count
        wait_until(lambda: self.taken.value >= wanted, seconds, f"webhooks do not come: {self.taken.value} of {wanted}")
        return time.monotonic() - begun

    def close(self):
        self.process.terminate()
        self.process.join()
