"""Sets up the project with nothing but Python 3.11: `python3 tools/setup.py {run,test} [-- COMMAND ...]`.

Steps that are done already are skipped, by a stamp of the lock file in `.venv`. Only the standard library is used.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
UV = TOOLS / "uv" / "bin" / "uv"
MODEL = "nl_core_news_md"
PYTHON = (3, 11)


def main() -> int:
    """Set up, then replace this process by the command."""
    arguments = sys.argv[1:]
    kind, command = arguments[0], arguments[arguments.index("--") + 1 :] if "--" in arguments else []
    if sys.version_info[:2] != PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        return fail(
            f"Vraagbaak heeft Python 3.11 nodig; {sys.executable} is {found}. Zet python3.11 op het pad, of: make PYTHON=/pad/naar/python3.11"
        )
    os.chdir(ROOT)
    try:
        step("uv halen", stamp(TOOLS / "uv.stempel", "requirements-uv.txt"), get_uv)
        step("Omgeving maken", VENV / "bin" / "python", make_venv)
        step(
            "Pakketten installeren (de eerste keer duurt dit even)",
            stamp(VENV / "run.stempel", "requirements.txt", "pyproject.toml"),
            install,
        )
        if kind == "test":
            step(
                "Pakketten voor de tests",
                stamp(VENV / "test.stempel", "requirements-dev.txt", "requirements.txt"),
                install_dev,
            )
        step(f"Taalmodel {MODEL} ophalen (het kan ook zonder)", VENV / "taalmodel.stempel", get_language_model)
    except StepError as error:
        return fail(str(error))
    except OSError as error:
        return fail(f"{error.filename or ROOT}: {error.strerror}")
    if not command:
        return 0
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    sys.stdout.flush()
    os.execvp(command[0], command)


class StepError(Exception):
    """A step failed; the text says what and why in one line."""


class Stamp:
    """A file that remembers from which lock files something was made."""

    def __init__(self, path: Path, sources: "tuple[str, ...]") -> None:
        self.path = path
        self.digest = hashlib.sha256(b"".join((ROOT / source).read_bytes() for source in sources)).hexdigest()

    def exists(self) -> bool:
        return self.path.exists() and self.path.read_text() == self.digest

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.digest)


def stamp(path: Path, *sources: str) -> Stamp:
    """A stamp of lock files of the project."""
    return Stamp(path, sources)


def step(what: str, done, work) -> None:
    """Do a step unless it is done, and say what it is and how long it took."""
    if done.exists():
        return
    print(f"  … {what}", flush=True)
    start = time.monotonic()
    remark = work() or ""
    if isinstance(done, Stamp):
        done.write()
    print(f"  ✓ {what}{remark} {time.monotonic() - start:.1f} s", flush=True)


def get_uv() -> None:
    """uv, from the package index, into a folder of the project."""
    target = TOOLS / "uv"
    shutil.rmtree(target, ignore_errors=True)
    install = [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--no-deps",
        "--target",
        str(target),
        "-r",
        "requirements-uv.txt",
    ]
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        run([sys.executable, "-m", "pip", *install], "uv")
        return
    # Some systems ship Python without pip; a virtual environment brings its own.
    helper = TOOLS / "pip"
    try:
        run([sys.executable, "-m", "venv", str(helper)], "pip")
    except StepError as error:
        raise StepError(
            "Deze Python heeft pip noch ensurepip. Installeer het pakket python3.11-venv (Debian, Ubuntu) en probeer opnieuw."
        ) from error
    run([str(helper / "bin" / "python"), "-m", "pip", *install], "uv")


def make_venv() -> None:
    """An empty environment for this Python."""
    run([str(UV), "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], "de omgeving")


def install() -> None:
    """The locked packages, and the project itself as the command `vraagbaak`."""
    # --no-deps: the lock is complete, and Rasa's own upper bounds stop before Python 3.11 (docs/decisions/0001).
    pip("--require-hashes", "-r", "requirements.txt")
    pip("--no-build-isolation", "--editable", ".")


def install_dev() -> None:
    """What tests and linters need beside it."""
    pip("--require-hashes", "-r", "requirements-dev.txt")


def get_language_model() -> str:
    """One try: it is published outside the package index, and the project works without it."""
    command = [str(VENV / "bin" / "python"), "-m", "spacy", "download", MODEL]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=180, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        )
        found = done.returncode == 0
    except subprocess.TimeoutExpired:
        found = False
    (VENV / "taalmodel.stempel").write_text("gevonden" if found else "niet gevonden")
    return "" if found else ": niet bereikbaar, de eigen kleine pijplijn wordt gebruikt"


def pip(*arguments: str) -> None:
    """uv's pip, in the environment of the project.

    Packages are compiled here, once. Else each process does it again wherever Python may not write its own cache, and
    Rasa alone then takes fifteen seconds to import instead of five.
    """
    python = str(VENV / "bin" / "python")
    run(
        [str(UV), "pip", "install", "--quiet", "--compile-bytecode", "--python", python, "--no-deps", *arguments],
        "de pakketten",
    )


def run(command: "list[str]", what: str) -> None:
    """Run a command. Raises StepError with its last line when it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise StepError(f"Het installeren van {what} mislukte: {lines[-1] if lines else 'geen uitleg'}")


def fail(problem: str) -> int:
    """One clear line, and a status that says so."""
    print(f"Fout: {problem}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
