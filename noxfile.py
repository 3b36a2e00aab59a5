"""What contributors do, a command each: `nox -l` lists them, `nox -s tests` does one; words behind -- are handed on.

All work in the environment of nox itself (``pip install -e '.[dev]'``): nothing is installed twice, and no network is needed.
"""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "tests"]
nox.options.error_on_external_run = False


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, on all cores; `nox -s tests -- tests/test_query.py` some of them."""
    session.run("pytest", *(session.posargs or ["-n", "auto"]))


@nox.session
def explore(session: nox.Session) -> None:
    """The properties with new examples; what they find becomes a named test."""
    words = session.posargs or ["tests/test_properties.py"]
    session.run("pytest", "-n", "auto", *words, env={"HYPOTHESIS_PROFILE": "explore"})


@nox.session
def fuzz(session: nox.Session) -> None:
    """A minute for each fuzzer; what they find becomes a named test. It wants the extra `fuzz`."""
    session.run("python", "-m", "tests.fuzz", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """The share of branches that the tests take."""
    told = ("--cov=kbarchive", "--cov-branch", "--cov-report=term-missing:skip-covered")
    session.run("pytest", "-n", "auto", *told, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style; `nox -s lint -- --fix` mends what can be mended."""
    if "--fix" in session.posargs:
        session.run("ruff", "check", "--quiet", "--exit-zero", "--fix", ".")
        session.run("ruff", "format", ".")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, of the library and of how others use it."""
    session.run("mypy", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as a site, in build/docs; a warning is an error."""
    session.run("sphinx-build", "-q", "-W", "--keep-going", "-c", "docs/sphinx", "docs", "build/docs", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """How fast it parses and converts, beside the least that any program does."""
    for name in session.posargs or ["parse", "convert"]:
        session.run("python", "-m", "benchmarks", name)


@nox.session
def golden(session: nox.Session) -> None:
    """Writes anew what is made from the program and kept: golden records, commands, schemas, pictures. Look at the diff."""
    session.run("python", "-m", "tests.golden")
    session.run("python", "-m", "tests.reference")
    session.run("python", "-m", "tests.schemas")
    session.run("python", "docs/sphinx/pictures.py")


@nox.session
def manuals(session: nox.Session) -> None:
    """Man pages of both commands, in build/man."""
    session.run("python", "-m", "tests.manuals", *session.posargs)


@nox.session
def ci(session: nox.Session) -> None:
    """All of it, in clean environments, as CI does."""
    session.run(".ci/run")


@nox.session
def versions(session: nox.Session) -> None:
    """The tests with the lowest versions of all dependencies, and with the newest Python."""
    session.run(".ci/versions")
