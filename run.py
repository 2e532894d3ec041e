#!/usr/bin/env python3
"""Clearhead, from a fresh machine to a running clinic. Needs Python alone; sets up everything else.

    python3 run.py demo  [--port 8000] [--fresh]   a made-up clinic on this machine, in your browser
    python3 run.py test  [pytest options]          the whole test suite, on SQLite and on PostgreSQL
    python3 run.py setup                           install only: afterwards .venv/bin/clearhead works

The first run makes a folder .venv beside this file and installs pinned, hash-checked packages into it.
Nothing outside this folder changes, except that `test`, as root on Debian, installs Chromium and Pango.
"""
# This file stays readable for old versions of Python, so that they can say that they are too old.

import argparse
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python")
OLDEST, NEWEST = (3, 11), (3, 13)
SHELL = "/usr/bin/chromium-headless-shell"
CHROMIUM = (SHELL, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
PANGO = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
STARTED = time.time()


class Stopped(Exception):
    """What is missing and exactly what to do about it, in one sentence each."""


def say(text):
    """Show progress at once, also through a pipe."""
    print("[{:5.1f} s] {}".format(time.time() - STARTED, text), flush=True)


def run(command, what, **options):
    """Run a command that has to succeed; show what it said when it does not."""
    say(what)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode:
        said = done.stdout.decode(errors="replace").strip()
        raise Stopped("This failed: {}\n{}".format(" ".join(command), said))


def runs(command):
    """True when a command is there and succeeds."""
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def keep_bytecode():
    """Let every process started from here read what the first one compiled; kept in .venv, beside no source file."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", os.path.join(VENV, "bytecode"))


# ---- Python, the virtual environment, the packages ------------------------------------------------------------------


def check_python(again):
    """Stop with a remedy when this Python is too old, or newer than anything tried."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    this = ".".join(str(part) for part in sys.version_info[:3])
    needs = "Clearhead needs Python 3.11, 3.12 or 3.13, and this is Python {}.".format(this)
    for name in ("python3.13", "python3.12", "python3.11"):
        if runs([name, "--version"]):
            raise Stopped("{} Run instead: {} run.py {}".format(needs, name, again))
    raise Stopped(
        "{} On Debian 12 or later run: apt-get install python3 python3-venv, and then: "
        "/usr/bin/python3 run.py {}".format(needs, again)
    )


def make_venv():
    """Make .venv with uv if uv is there, else with Python's own module."""
    if os.path.exists(PYTHON):
        return
    uv = shutil.which("uv")
    if uv:
        run(
            [uv, "venv", "--quiet", "--no-project", "--allow-existing", "--python", sys.executable, VENV],
            "Making .venv",
        )
        return
    try:
        import ensurepip  # noqa: F401 - Debian ships venv without it
        import venv  # noqa: F401
    except ImportError:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        raise Stopped(
            "This Python cannot make virtual environments. On Debian run: apt-get install {}, "
            "and then the same command again.".format(package)
        ) from None
    run([sys.executable, "-m", "venv", VENV], "Making .venv")


def find_uv():
    """The path of uv, brought into .venv by pip if need be; None where it cannot be had."""
    beside = os.path.join(BIN, "uv")
    found = beside if os.path.exists(beside) else shutil.which("uv")
    if found:
        return found
    try:
        run([*pip(), "install", "--quiet", "--require-hashes", "-r", requirements("uv")], "Fetching the installer uv")
    except Stopped:
        say("uv cannot be had here; pip does the same, more slowly")
    return beside if os.path.exists(beside) else None


def pip():
    """Pip's command, inside .venv."""
    if not runs([PYTHON, "-m", "pip", "--version"]):
        run([PYTHON, "-m", "ensurepip"], "Putting pip into .venv")
    return [PYTHON, "-m", "pip"]


def requirements(level):
    """The path of one of the hash-pinned lists."""
    return os.path.join(ROOT, "requirements", level + ".txt")


def fingerprint(level):
    """Changes whenever an installation has to be done again."""
    seen = hashlib.sha256(ROOT.encode())
    for path in (requirements(level), os.path.join(ROOT, "pyproject.toml")):
        with open(path, "rb") as file:
            seen.update(file.read())
    return seen.hexdigest()


def installed(level):
    """True when .venv already holds exactly this."""
    try:
        with open(os.path.join(VENV, level + ".stamp")) as stamp:
            return stamp.read() == fingerprint(level) and os.path.exists(os.path.join(BIN, "clearhead"))
    except OSError:
        return False


def install(level):
    """Bring .venv to the pinned packages of this level, and put Clearhead itself into it."""
    if installed(level):
        return
    make_venv()
    uv = find_uv()
    tool = [uv, "pip", "install", "--quiet", "--python", PYTHON] if uv else [*pip(), "install", "--quiet"]
    with open(requirements(level)) as pins:
        count = sum(1 for line in pins if line[0].isalnum())
    listed = ["--require-hashes", "-r", requirements(level)]
    run(tool + listed, "Installing {} pinned packages with {}".format(count, "uv" if uv else "pip"))
    run([*tool, "--no-deps", "--no-build-isolation", "-e", ROOT], "Installing Clearhead itself")
    # The development list holds every pin of the core list.
    for done in ("core",) if level == "core" else ("core", "dev"):
        with open(os.path.join(VENV, done + ".stamp"), "w") as stamp:
            stamp.write(fingerprint(done))


# ---- demo -----------------------------------------------------------------------------------------------------------


def port_is_free(port):
    """True when a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def demo(port, fresh):
    """Install, then hand over to Clearhead's own demo."""
    if not 1024 <= port <= 65535:
        raise Stopped("Port {} cannot be used; take one from 1024 to 65535, such as: --port 8000".format(port))
    if not port_is_free(port):
        other = next((free for free in range(port + 1, 65536) if port_is_free(free)), 8000)
        raise Stopped("Port {} is taken. Run: python3 run.py demo --port {}".format(port, other))
    install("core")
    say("Starting the demo")
    command = [PYTHON, "-m", "clearhead", "demo", "--port", str(port)] + (["--fresh"] if fresh else [])
    os.chdir(ROOT)
    if os.name == "nt":
        return subprocess.call(command)
    return os.execv(PYTHON, command)


# ---- test -----------------------------------------------------------------------------------------------------------


def chromium():
    """The path of a Chromium, or None."""
    return next((path for path in CHROMIUM if os.path.exists(path)), shutil.which("chromium"))


def missing_debian_packages():
    """What the browser tests and the letters need and this machine lacks."""
    import ctypes

    missing = [] if os.path.exists(SHELL) else ["chromium-headless-shell"]
    for library, package in PANGO.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def ensure_debian_packages():
    """Install them as root on Debian; otherwise say what will be skipped or slower, and how to get it."""
    missing = missing_debian_packages()
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    may = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if not may:
        say("{} As root run: {}".format(without(missing), " ".join(command)))
        return
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    try:
        run(["apt-get", "update"], "Reading Debian's package lists", env=quiet)
        run(command, "Installing from Debian: " + " ".join(missing), env=quiet)
    except Stopped as failure:
        say("{}\n{}".format(without(missing), failure))


def without(missing):
    """What becomes of the tests that want these packages."""
    if missing == ["chromium-headless-shell"] and chromium():
        return "The browser tests take longer, with {}.".format(chromium())
    return "Their tests will be skipped: {}.".format(", ".join(missing))


def counted(report):
    """(run, failed, names and reasons of the skipped) from pytest's own report."""
    if not os.path.exists(report):
        return 0, 0, []
    cases = list(ElementTree.parse(report).iter("testcase"))
    skipped = [(case, case.find("skipped")) for case in cases]
    named = [(case.get("file"), case.get("name"), mark.get("message")) for case, mark in skipped if mark is not None]
    names = ["{}::{}: {}".format(*each) for each in named]
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    return len(cases) - len(names), failed, names


def run_pytest(database, options):
    """One pass of the suite on one database: exit code and counts."""
    say("Testing on {}".format(database))
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.xml")
        environment = dict(os.environ, CLEARHEAD_TEST_DATABASE=database.lower())
        command = [PYTHON, "-m", "pytest", "--junitxml", report, "-o", "junit_family=xunit1", *options]
        code = subprocess.call(command, cwd=ROOT, env=environment)
        return (code, *counted(report))


def test(options):
    """Both passes, then one plain account of what ran and what did not."""
    install("dev")
    ensure_debian_packages()
    # Four on two cores: those that drive a browser mostly wait for it.
    options = options or ["-q", "-n", "4", "--dist", "worksteal"]
    results = [(database, *run_pytest(database, options)) for database in ("SQLite", "PostgreSQL")]
    print()
    for database, _, ran, failed, skipped in results:
        print("{}: {} tests run, {} failed, {} skipped".format(database, ran, failed, len(skipped)))
        for name in skipped:
            print("    skipped {}".format(name))
    nothing_asked_for = 5  # pytest's code when a selection holds no test for this database
    codes = [code for _, code, _, _, _ in results]
    if all(code == nothing_asked_for for code in codes):
        return nothing_asked_for
    return max(0 if code == nothing_asked_for else code for code in codes)


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser("run.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", metavar="demo | test | setup")
    asked = commands.add_parser("demo", help="a made-up clinic on this machine")
    asked.add_argument("--port", type=int, default=8000)
    asked.add_argument("--fresh", action="store_true", help="throw the demo's old data away first")
    commands.add_parser("test", help="the whole test suite; further words go to pytest")
    commands.add_parser("setup", help="install only")
    given, rest = parser.parse_known_args()
    if rest and given.command != "test":
        parser.error("not understood: " + " ".join(rest))
    if given.command is None:
        print(__doc__.strip())
        return 0
    check_python(" ".join(sys.argv[1:]))
    keep_bytecode()
    if given.command == "demo":
        return demo(given.port, given.fresh)
    if given.command == "test":
        return test(rest)
    install("core")
    say("Ready: .venv/bin/clearhead help")
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except Stopped as stopped:
        raise SystemExit(str(stopped)) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
