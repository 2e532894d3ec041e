"""Write core.txt, dev.txt and uv.txt anew: hash-pinned exports of pyproject.toml, without addresses.

    python3 requirements/pin.py             keep the pins of a uv.lock that lies about, else take the newest that fit
    python3 requirements/pin.py --upgrade   take the newest that fit

Needs uv and the network. uv.lock itself is not committed: it would record the address of a package registry.
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXPORTS = {
    "core.txt": ["--no-dev", "--group", "build"],
    "dev.txt": ["--group", "dev"],
    "uv.txt": ["--only-group", "uv"],
}
FINGERPRINT = "# made by requirements/pin.py from pyproject.toml, dependencies sha256:"
PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>\S+)(?: ; .+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def fingerprint(pyproject: str) -> str:
    """Sha256 of everything in pyproject.toml that decides what is installed."""
    read = tomllib.loads(pyproject)
    deciding = {
        "dependencies": read["project"]["dependencies"],
        "optional": read["project"]["optional-dependencies"],
        "groups": read["dependency-groups"],
        "python": read["project"]["requires-python"],
        "build": read["build-system"]["requires"],
    }
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


def strange_lines(export: str) -> list[str]:
    """Lines that are neither a pin, nor a hash, nor our own first line: an address, a path, an unpinned name."""
    lines = [line for line in export.splitlines() if not line.startswith(FINGERPRINT)]
    return [line for line in lines if not PINNED.match(line) and not HASH.match(line)]


def export(options: list[str]) -> str:
    """The pins and hashes that uv resolved, nothing else."""
    command = ["uv", "export", "--frozen", "--format", "requirements-txt", "--no-emit-project"]
    command += ["--no-annotate", "--no-header", *options]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def main() -> int:
    """Resolve once, write three files, refuse to leave an address in one of them."""
    subprocess.run(["uv", "lock", *sys.argv[1:]], cwd=ROOT, check=True)
    mark = FINGERPRINT + fingerprint((ROOT / "pyproject.toml").read_text())
    for name, options in EXPORTS.items():
        text = f"{mark}\n{export(options)}"
        if strange := strange_lines(text):
            print(f"{name} not written, these lines do not belong: {strange}", file=sys.stderr)
            return 1
        (ROOT / "requirements" / name).write_text(text)
        print(f"requirements/{name}: {sum(1 for line in text.splitlines() if PINNED.match(line))} packages")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
