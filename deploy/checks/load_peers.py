"""What a gateway is measured beside: FastAPI with PostgreSQL, which does the same submit and read; a bare route of the
server that the gateway is built on; and nchan, a server of feeds. Each is a context that gives the port and a function
that lists the processes which do the work."""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys

from basics import free_port, wait_until
from served import Client

APPLICATION = '''
import json, os
import asyncpg
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict

class Money(BaseModel):
    model_config = ConfigDict(extra="forbid")
    minorUnits: str
    currency: str

class Contact(BaseModel):
    model_config = ConfigDict(extra="forbid")
    email: str | None = None
    givenName: str | None = None

class Lead(BaseModel):
    model_config = ConfigDict(extra="forbid")
    leadId: str
    accountDomain: str | None = None
    country: str | None = None
    language: str | None = None
    product: str | None = None
    contact: Contact | None = None
    dealValue: Money | None = None

app = FastAPI()

@app.on_event("startup")
async def connect():
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE"], min_size=8, max_size=32)

@app.post("/v1/leads", status_code=202)
async def submit(lead: Lead):
    await app.state.pool.execute(
        "insert into leads (id, body, received) values ($1, $2, now())", lead.leadId, lead.model_dump_json())
    return {"event": lead.leadId, "status": "accepted", "lead": lead.leadId}

@app.get("/v1/leads/{lead}")
async def show(lead: str):
    row = await app.state.pool.fetchrow("select body, received from leads where id = $1", lead)
    if row is None:
        raise HTTPException(404)
    return {"lead": json.loads(row["body"]), "received": row["received"].isoformat()}
'''

NCHAN = '''
load_module {modules}/ngx_nchan_module.so;
user root;
worker_processes {cores};
worker_rlimit_nofile 65536;
daemon off;
pid {work}/nginx.pid;
error_log {work}/nginx.log;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {work}; proxy_temp_path {work}; fastcgi_temp_path {work};
    uwsgi_temp_path {work}; scgi_temp_path {work};
    nchan_max_reserved_memory 256M;
    server {{
        listen 127.0.0.1:{port};
        location = /publish {{ nchan_publisher; nchan_channel_id feed; nchan_message_buffer_length 1000; }}
        location = /v1/feed {{ nchan_subscriber eventsource; nchan_channel_id feed; }}
    }}
}}
'''
NCHAN_MODULE = "ngx_nchan_module.so"


def descendants(pid):
    found = [pid]
    for parent in found:
        for path in glob.glob(f"/proc/{parent}/task/*/children"):
            with contextlib.suppress(FileNotFoundError), open(path, encoding="ascii") as children:
                found += map(int, children.read().split())
    return found


def ended(child, signal_number, seconds):
    if child.poll() is None:
        child.send_signal(signal_number)
    child.wait(seconds)


@contextlib.contextmanager
def postgres(work, log):
    """A PostgreSQL of its own, durable at every commit; its address and the process to look under."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    folder, port = f"{work}/postgres", free_port()
    os.mkdir(folder, 0o700)
    user = pwd.getpwnam("postgres")
    os.chmod(work, 0o755)
    os.chown(folder, user.pw_uid, user.pw_gid)
    # It refuses to be run by root.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*as_user, f"{programs}/initdb", "-D", folder, "-A", "trust", "-U", "postgres"], check=True,
        stdout=subprocess.DEVNULL)
    database = subprocess.Popen(
        [*as_user, f"{programs}/postgres", "-D", folder, "-p", str(port), "-h", "127.0.0.1", "-k", folder,
         "-c", "synchronous_commit=on", "-c", "fsync=on", "-c", "shared_buffers=256MB", "-c", "max_connections=400"],
        stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        table = "create table leads (id text primary key, body jsonb not null, received timestamptz not null)"
        wait_until(lambda: subprocess.run(
            [f"{programs}/psql", "-q", "-c", table, address], capture_output=True).returncode == 0, 60,
            "PostgreSQL does not answer")
        yield address, database
    finally:
        # The server itself, not runuser: SIGINT is its fast way to stop.
        for child in descendants(database.pid)[1:2] if as_user else [database.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGINT)
        database.wait(60)


@contextlib.contextmanager
def fastapi(work):
    """FastAPI, one worker a core, with asyncpg's pool on that PostgreSQL."""
    tools = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "leadline-load")
    if not os.path.exists(f"{tools}/bin/uvicorn"):
        subprocess.run([sys.executable, "-m", "venv", tools], check=True)
        subprocess.run(
            [f"{tools}/bin/pip", "install", "--quiet", "--disable-pip-version-check", "fastapi==0.118.0",
             "uvicorn[standard]==0.37.0", "asyncpg==0.30.0"], check=True)
    with open(f"{work}/peer.log", "ab") as log, postgres(work, log) as (address, database):
        with open(f"{work}/application.py", "w", encoding="utf-8") as file:
            file.write(APPLICATION)
        port = free_port()
        application = subprocess.Popen(
            [f"{tools}/bin/uvicorn", "application:app", "--app-dir", work, "--host", "127.0.0.1", "--port", str(port),
             "--workers", str(os.cpu_count()), "--no-access-log", "--log-level", "warning"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, "DATABASE": address})
        try:
            wait_until(lambda: status(port, "/v1/leads/none") == 404, 60, f"FastAPI does not answer: see {work}/peer.log")
            yield port, lambda: descendants(application.pid) + descendants(database.pid)
        finally:
            ended(application, signal.SIGTERM, 30)


def status(port, path):
    with contextlib.suppress(OSError):
        return Client(port).ask("GET", path).status


@contextlib.contextmanager
def bare_route(binary, work, answer):
    """The server that the gateway is built on, with one route that answers these bytes."""
    with open(f"{work}/bare.json", "wb") as file:
        file.write(answer)
    port = free_port()
    child = subprocess.Popen([binary, str(port), file.name], stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: status(port, "/v1/leads/any") == 200, 30, "the bare route does not answer")
        yield port, lambda: [child.pid]
    finally:
        ended(child, signal.SIGTERM, 30)


def nchan_is_there():
    return shutil.which("nginx") is not None and os.path.exists(f"/usr/lib/nginx/modules/{NCHAN_MODULE}")


@contextlib.contextmanager
def nchan(work):
    """nginx with nchan, one worker a core. It keeps messages in memory and decides nothing."""
    port = free_port()
    with open(f"{work}/nginx.conf", "w", encoding="utf-8") as file:
        file.write(NCHAN.format(modules="/usr/lib/nginx/modules", cores=os.cpu_count(), work=work, port=port))
    child = subprocess.Popen(
        [shutil.which("nginx"), "-p", work, "-c", file.name, "-e", f"{work}/nginx.log"], stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: status(port, "/") == 404, 30, f"nginx does not answer: see {work}/nginx.log")
        yield port, lambda: descendants(child.pid)
    finally:
        ended(child, signal.SIGQUIT, 30)


def publish(client, event):
    """Has nchan pass an event on."""
    answer = client.ask("POST", "/publish", event)
    if answer.status not in (200, 201, 202):
        raise SystemExit(f"nchan does not take an event: {answer.status}")


def shares_of_memory(pids):
    """Memory of some processes in kB, what they share counted once."""
    total = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError), \
                open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
            total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return total


