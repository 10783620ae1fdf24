#!/usr/bin/env python3
"""Plays deploy/compose.yaml without Docker. See deploy/checks/compose."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

import testbed
from messages import journal_pb2
from testbed import Inputs, TestBroker, Words, lead, records, say, wait_until

ROOT = Path(__file__).resolve().parents[2]
COMPOSE, CONTAINERFILE, SETUP = ROOT / "deploy/compose.yaml", ROOT / "deploy/Containerfile", ROOT / "deploy/setup"
PROGRAM = "my-program"


class Image:
    """What the Containerfile says of the image: instructions of its stages, one a line."""

    def __init__(self):
        text = re.sub(r"\\\n", " ", CONTAINERFILE.read_text())
        lines = [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]
        starts = [at for at, line in enumerate(lines) if line[0] == "FROM"]
        self.build, self.final = lines[starts[0]:starts[-1]], lines[starts[-1]:]

    def last(self, instruction):
        """Arguments of the final stage's last instruction of a kind, as a list."""
        found = [rest for name, rest in self.final if name == instruction]
        return yaml.safe_load(found[-1]) if found else []

    def environment(self):
        return dict(rest.split("=", 1) for name, rest in self.final if name == "ENV")

    @staticmethod
    def packages(stage):
        """What apt-get installs in a stage."""
        runs = " ".join(rest for name, rest in stage if name == "RUN")
        found = re.findall(r"apt-get install ([^&|;]*)", runs)
        return {word for words in found for word in words.split() if not word.startswith("-")}

    def faults(self, binary):
        """What keeps it from being built or run, as far as that shows without building."""
        for name, rest in self.build:
            if name == "COPY" and "--from" not in rest:
                absent = [source for source in rest.split()[:-1] if not (ROOT / source).exists()]
                yield from (f"the Containerfile copies {source}, which is not there" for source in absent)
        needed = re.search(r"packages=\((.*?)\)", SETUP.read_text())[1].split()
        for package in needed:
            if package.endswith("-dev") or package == "protobuf-compiler":
                if package not in self.packages(self.build):
                    yield f"deploy/setup builds with {package}, which the Containerfile's build stage does not install"
        is_static = any("--static-swift-stdlib" in rest for name, rest in self.build if name == "RUN")
        yield from self.missing_libraries(binary, is_static)
        sources = (ROOT / "Sources/Engine").rglob("*.swift")
        if any("TimeZone(" in file.read_text() for file in sources) and "tzdata" not in self.packages(self.final):
            yield "time zones are read from tzdata, which the Containerfile's final stage does not install"

    def missing_libraries(self, binary, is_static):
        """Libraries that no package of the final stage brings."""
        listed = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
        brought = closure(self.packages(self.final) | base_packages())
        for line in listed.splitlines():
            found = re.match(r"\s*(\S+) => (\S+)", line)
            if not found:
                continue
            library, path = found[1], os.path.realpath(found[2]) if found[2] != "not" else None
            if path is None:
                yield f"{library} is not on this machine either"
            elif "/swift/" in path:
                if not is_static:
                    yield f"{library} is Swift's own, and the Containerfile does not link it statically"
            elif not owners(path, found[2]) & brought:
                yield f"no package of the Containerfile's final stage brings {library}"


def owners(*paths):
    """Packages that a file belongs to; it may be known by its place before or after /usr was merged."""
    names = {name for path in paths for name in (path, path.removeprefix("/usr"), "/usr" + path)}
    found = subprocess.run(["dpkg", "-S", *names], capture_output=True, text=True).stdout
    return {name.split(":")[0] for line in found.splitlines() for name in line.split(": ")[0].split(", ")}


def installed(form):
    """What dpkg says of every package of this machine."""
    done = subprocess.run(["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def base_packages():
    """What every Debian image has."""
    rows = [line.split() for line in installed("${Package} ${Priority} ${Essential}\n")]
    return {row[0] for row in rows if row[1] == "required" or row[-1] == "yes"} | {"apt"}


def closure(packages):
    """Packages with all that they depend on."""
    depends = {}
    for line in installed("${Package}|${Depends}, ${Pre-Depends}\n"):
        name, text = line.split("|", 1)
        depends[name] = {re.split(r"[ :(]", one.strip())[0] for one in re.split(r"[,|]", text) if one.strip()}
    found, rest = set(), set(packages)
    while rest:
        package = rest.pop()
        found.add(package)
        rest |= depends.get(package, set()) - found
    return found


class Service:
    """A service of the image leadline, as compose would start it."""

    def __init__(self, name, spec, stage):
        self.name, self.spec, self.stage = name, spec, stage
        self.process = None
        entrypoint = spec.get("entrypoint") or stage.image.last("ENTRYPOINT")
        # An entrypoint of the service's own takes the image's command away.
        command = spec.get("command") or ([] if "entrypoint" in spec else stage.image.last("CMD"))
        self.arguments = [*entrypoint, *command]
        self.environment = {**stage.image.environment(), **(spec.get("environment") or {})}

    def needs(self):
        return {name: how["condition"] for name, how in self.spec.get("depends_on", {}).items()}

    def runs_on(self):
        return self.spec.get("restart", "no") != "no"

    def mounts(self):
        """Container path -> (folder here, whether it may only be read). What is no volume is the container's own."""
        own = {path: (f"{self.stage.work}/containers/{self.name}{path}", False) for path in ["/tmp", "/data", "/keys"]}
        for volume in self.spec.get("volumes", []):
            name, path, *mode = volume.split(":")
            if name not in self.stage.file["volumes"]:
                raise SystemExit(f"{self.name}: the volume {name} is not declared")
            own[path] = (f"{self.stage.work}/volumes/{name}", mode == ["ro"])
        return own

    def mapped(self, text):
        """Paths and the broker as they are here; `$$` is how compose writes a dollar."""
        if re.search(r"(?<!\$)\$(?!\$)", text):
            raise SystemExit(f"{self.name}: compose would replace a variable in {text!r}; write $$ for a dollar")
        text = text.replace("$$", "$")
        for path, (folder, _) in self.mounts().items():
            text = re.sub(rf"(?<![\w.]){path}(?=/|\W|$)", folder, text)
        return text.replace("kafka:9092", self.stage.address)

    def start(self, arguments=None):
        for folder, _ in self.mounts().values():
            os.makedirs(folder, exist_ok=True)
        environment = {"PATH": f"{self.stage.work}/bin:/usr/bin:/bin", "HOME": "/nonexistent"}
        environment |= {name: self.mapped(str(value)) for name, value in self.environment.items()}
        path = f"{self.stage.work}/{self.name}{'-exec' if arguments else ''}.log"
        self.words = Words(path)
        self.before = self.read_only()
        with open(path, "ab") as log:
            return subprocess.Popen(
                [self.mapped(argument) for argument in arguments or self.arguments], env=environment,
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.stage.work)

    def read_only(self):
        folders = [folder for folder, is_read_only in self.mounts().values() if is_read_only]
        return sorted((str(path), path.stat().st_mtime_ns) for folder in folders for path in Path(folder).rglob("*"))

    def perform(self, arguments=None):
        """Runs to its end; what it said."""
        process, command = self.start(arguments), shlex.join(arguments or self.arguments)
        try:
            code = process.wait(120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise SystemExit(f"{self.name}: {command} did not end in 120 s: {self.words.last()}")
        if code != 0:
            raise SystemExit(f"{self.name}: {command} ended with {code}: {self.words.last()}")
        if self.before != self.read_only():
            raise SystemExit(f"{self.name} wrote to a volume that it may only read")
        return self.words.text()

    def stop(self):
        self.process.terminate()
        grace = int(str(self.spec.get("stop_grace_period", "10s")).removesuffix("s"))
        try:
            code = self.process.wait(grace)
        except subprocess.TimeoutExpired:
            raise SystemExit(f"{self.name} did not stop within its stop_grace_period of {grace} s: {self.words.last()}")
        if code != 0:
            raise SystemExit(f"{self.name} ended with {code} on SIGTERM: {self.words.last()}")
        if self.before != self.read_only():
            raise SystemExit(f"{self.name} wrote to a volume that it may only read")


class Stage:
    """All services, and the broker in kafka's place."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.file, self.image = yaml.safe_load(COMPOSE.read_text()), Image()
        os.makedirs(f"{work}/bin")
        shutil.copy(options.binary, f"{work}/bin/leadline")
        self.broker, self.port = None, testbed.free_port()
        self.address = f"127.0.0.1:{self.port}"
        specs = self.file["services"].items()
        self.services = {name: Service(name, spec, self) for name, spec in specs if name != "kafka"}

    def check_kafka(self):
        """What the others are told of the broker must be what it says of itself."""
        environment = self.file["services"]["kafka"]["environment"]
        advertised = dict(re.findall(r"(\w+)://([^,]+)", environment["KAFKA_ADVERTISED_LISTENERS"]))
        known = set(re.findall(r"(\w+)://", environment["KAFKA_LISTENERS"]))
        known &= set(re.findall(r"(\w+):", environment["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"]))
        if not set(advertised) <= known:
            raise SystemExit(f"kafka advertises {sorted(set(advertised) - known)}, on which it does not listen")
        for service in self.services.values():
            address = service.environment.get("LEADLINE_KAFKA")
            if address and address not in advertised.values():
                raise SystemExit(f"{service.name} is told of {address}, which kafka does not advertise")

    def up(self):
        """Starts everything as early as compose may: what needs no broker before there is one."""
        waiting, done = dict(self.services), set()
        while waiting:
            able = [service for service in waiting.values() if set(service.needs()) <= done]
            if not able:
                if self.broker and "kafka" in done:
                    raise SystemExit(f"these services wait for each other: {sorted(waiting)}")
                if not self.broker:
                    self.broker = TestBroker(self.options.broker_program, self.work, self.port)
                done.add("kafka")
                continue
            for service in able:
                del waiting[service.name]
                for name, how in service.needs().items():
                    if name != "kafka" and (how == "service_started") != self.services[name].runs_on():
                        raise SystemExit(f"{service.name} does not wait for the end of {name}")
                if service.runs_on():
                    service.process = service.start()
                else:
                    service.perform()
                    say(f"{service.name}: done")
                done.add(service.name)
        partitions = int(re.search(r"--partitions (\d+)", " ".join(self.services["topics"].arguments))[1])
        wait_until(lambda: self.failed() or len(self.worked_on()) == partitions, 180, "partitions have no processor")
        if self.failed():
            raise SystemExit(f"{self.failed().name} ended by itself: {self.failed().words.last()}")

    def running(self):
        return [service for service in self.services.values() if service.process]

    def worked_on(self):
        return set().union(*(service.words.ready() for service in self.running()))

    def failed(self):
        return next((service for service in self.running() if service.process.poll() is not None), None)

    def stop(self):
        for service in self.running():
            service.stop()

    def comments(self):
        """Runs what the file's head tells people to run inside a service."""
        for line in COMPOSE.read_text().splitlines():
            found = re.match(r"#\s+docker compose -f deploy/compose.yaml exec (\S+) (.*?)(\s+#.*)?$", line)
            if found:
                service = self.services[found[1]]
                process, words = service.process, service.words
                said = service.perform(shlex.split(found[2]))
                service.process, service.words = process, words
                say(f"{found[1]}: {found[2]}: {said.strip().splitlines()[-1]}")
                yield found[2]

    def read(self, topic):
        return [record for of_partition in records(self.address, topic) for record in of_partition]

    def registrations(self):
        entries = [journal_pb2.Entry.FromString(record.value()) for record in self.read("journal") if record.key()]
        return sum(entry.input.WhichOneof("body") == "program_registered" for entry in entries)

    def decide(self, lead_id):
        """Sends a lead from outside and waits for what becomes of it."""
        inputs = Inputs(self.address, "/compose")
        body = dict(lead(lead_id, minor_units=8_000_000), vertical="manufacturing")
        inputs.send("leads", PROGRAM, "LeadSubmitted", lead_id, body)
        inputs.flush()

        def decision():
            for record in self.read("decisions"):
                if lead_id.encode() in record.value():
                    return dict(record.headers())["ce_type"].decode().removeprefix("leadline.v1.")
            return None

        return wait_until(decision, 60, f"{lead_id} is not decided")

    def close(self):
        for service in self.running():
            if service.process.poll() is None:
                service.process.kill()
        if self.broker:
            self.broker.close()


def play(stage):
    stage.check_kafka()
    ups = ["the first up", "up again, with the containers there", "up after down, with the volumes there"]
    for number, what in enumerate(ups):
        say(what)
        stage.up()
        if number == 0 and not any("policy apply" in command for command in list(stage.comments())):
            raise SystemExit("the head of compose.yaml does not say how a policy is applied")
        kind = stage.decide(f"lead-{number}")
        say(f"lead-{number}: {kind}")
        if kind != "LeadAssigned":
            raise SystemExit(f"lead-{number} went to nobody: {kind}")
        count = stage.registrations()
        if count != 1:
            raise SystemExit(f"the program is registered {count} times")
        stage.stop()
        if number == 1:
            shutil.rmtree(f"{stage.work}/containers")


def main():
    parser = testbed.options(__doc__, prog="deploy/checks/compose")
    options = parser.parse_args()
    faults = list(Image().faults(options.binary))
    for fault in faults:
        print(f"WRONG: {fault}", file=sys.stderr)
    with testbed.workplace("compose", options.keep) as work:
        stage = Stage(options, work)
        try:
            play(stage)
        finally:
            stage.close()
    if faults:
        sys.exit(1)
    say("compose.yaml starts on its first up, and again")


if __name__ == "__main__":
    main()
