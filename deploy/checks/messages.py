"""The journal's messages for Python, made of the .proto files as they are now."""

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

SCHEMAS = Path(__file__).resolve().parents[2] / "Schemas"


def load():
    """Once imported, a module needs its file no more."""
    with tempfile.TemporaryDirectory() as folder:
        files = sorted(str(file) for file in (SCHEMAS / "leadline/v1").glob("*.proto"))
        subprocess.run(["protoc", "-I", str(SCHEMAS), f"--python_out={folder}", *files], check=True)
        sys.path.insert(0, folder)
        try:
            return importlib.import_module("leadline.v1.journal_pb2")
        finally:
            sys.path.remove(folder)


journal_pb2 = load()
