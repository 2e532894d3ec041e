"""run.py says what is missing and exactly what to do, before it changes anything."""

from __future__ import annotations

import builtins
import importlib.util
import re
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py as a module whose .venv would lie in an empty folder, and which may start nothing."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(module, "BIN", str(tmp_path / ".venv" / "bin"))
    monkeypatch.setattr(module, "PYTHON", str(tmp_path / ".venv" / "bin" / "python"))
    monkeypatch.setattr(module, "run", lambda command, what, **options: pytest.fail(f"started {command}"))
    return module


def test_alone_it_explains_itself_and_installs_nothing() -> None:
    done = subprocess.run([sys.executable, ROOT / "run.py"], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert all(f"run.py {word}" in done.stdout for word in ("demo", "test", "setup"))


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 14, 0)])
def test_a_python_outside_the_range_is_refused_with_one_that_is_there(run, monkeypatch, version) -> None:
    monkeypatch.setattr(run.sys, "version_info", version)
    monkeypatch.setattr(run, "runs", lambda command: command[0] == "python3.12")

    with pytest.raises(run.Stopped, match=re.escape("Run instead: python3.12 run.py demo --port 9000")):
        run.check_python("demo --port 9000")


def test_without_any_fitting_python_the_debian_packages_are_named(run, monkeypatch) -> None:
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(run, "runs", lambda command: False)

    with pytest.raises(run.Stopped, match="apt-get install python3 python3-venv"):
        run.check_python("test")


def test_a_missing_venv_module_names_the_exact_debian_package(run, monkeypatch) -> None:
    plain_import = builtins.__import__

    def without_ensurepip(name, *rest, **options):
        if name == "ensurepip":
            raise ImportError(name)
        return plain_import(name, *rest, **options)

    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    monkeypatch.setattr(builtins, "__import__", without_ensurepip)

    package = f"python3.{sys.version_info[1]}-venv"
    with pytest.raises(run.Stopped, match=f"apt-get install {re.escape(package)}"):
        run.make_venv()


def test_a_taken_port_is_refused_with_a_free_one(run) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(run.Stopped, match=rf"Port {port} is taken\. Run: python3 run\.py demo --port \d+"):
            run.demo(port, fresh=False)


@pytest.mark.parametrize("port", [-1, 0, 80, 65536])
def test_a_port_that_no_user_may_open_is_refused(run, port) -> None:
    with pytest.raises(run.Stopped, match="from 1024 to 65535"):
        run.demo(port, fresh=False)


def test_an_installation_is_done_again_only_when_the_pins_change(run, tmp_path, monkeypatch) -> None:
    pins = tmp_path / "pins.txt"
    pins.write_text("django==5.2.19")
    monkeypatch.setattr(run, "requirements", lambda level: str(pins))
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "clearhead").touch()
    assert not run.installed("core")
    (tmp_path / ".venv" / "core.stamp").write_text(run.fingerprint("core"))

    assert run.installed("core")
    pins.write_text("django==5.2.20")
    assert not run.installed("core")


def test_missing_debian_packages_are_named_to_whoever_may_not_install_them(run, monkeypatch, capsys) -> None:
    monkeypatch.setattr(run, "missing_debian_packages", lambda: ["chromium", "libpango-1.0-0"])
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000)

    run.ensure_debian_packages()

    said = capsys.readouterr().out
    assert "skipped: chromium, libpango-1.0-0" in said
    assert "apt-get install -y --no-install-recommends chromium libpango-1.0-0" in said


def test_without_the_lighter_browser_the_other_one_does_it_and_nothing_is_skipped(run, monkeypatch, capsys) -> None:
    monkeypatch.setattr(run, "missing_debian_packages", lambda: ["chromium-headless-shell"])
    monkeypatch.setattr(run, "chromium", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000)

    run.ensure_debian_packages()

    said = capsys.readouterr().out
    assert "take longer, with /usr/bin/chromium" in said
    assert "skipped" not in said


def test_skipped_tests_are_counted_and_named(run, tmp_path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase file="tests/a.py" name="one"/>'
        '<testcase file="tests/a.py" name="two"><skipped message="no Chromium here"/></testcase>'
        '<testcase file="tests/a.py" name="three"><failure/></testcase></testsuite></testsuites>'
    )

    assert run.counted(str(report)) == (2, 1, ["tests/a.py::two: no Chromium here"])
    assert run.counted(str(tmp_path / "none.xml")) == (0, 0, [])
