"""`kbarchive serve`: the archive in the browser."""

from __future__ import annotations

import ipaddress
import logging
import socket
import sys
from functools import partial

import click

from kbarchive.cli.console import CONTEXT_SETTINGS, Number, say
from kbarchive.cli.opening import index_option, opened

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1", "[::1]")


@click.command(context_settings=CONTEXT_SETTINGS)
@index_option
@click.option("--host", default="127.0.0.1", metavar="NAME", help="Where to listen. Default: 127.0.0.1, this machine alone.")
@click.option("--port", type=Number(min=0, max=65535), default=8380, metavar="N", help="Default: 8380; 0 for any free one.")
@click.option("--allow-host", "names", multiple=True, metavar="NAME", help="A name it may be asked for by; * for any.")
@click.option(
    "--readers",
    type=Number(min=1, max=64),
    metavar="N",
    help="Processes that search and make pages. Default: one a core, at least 2.",
)
@click.option(
    "--seconds", type=Number(min=1, max=600), default=10, metavar="N", help="The longest a page may take. Default: 10."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors: no access log.")
def serve(
    index_dir: str | None, host: str, port: int, names: tuple[str, ...], readers: int | None, seconds: int, quiet: bool
) -> None:
    """Show the archive in the browser, until Ctrl-C.

    It listens on this machine alone, unless --host says otherwise, and only reads. The log on stderr tells what was asked
    for, without what was looked for and who asked. Needs the extra web: pip install 'kbarchive[web]'.

    \b
    Examples:
      kbarchive serve
      kbarchive serve --index sample --port 8000
      kbarchive serve --host 0.0.0.0 --allow-host kb.example.org

    \b
    Exit codes:
      0  stopped
      2  there is no index, the port is taken, or the extra is not installed
    """
    try:
        import uvicorn

        from kbarchive.web import Limits, create_app
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is missing; install it with: pip install 'kbarchive[web]'") from error
    from kbarchive.pipeline import cores
    from kbarchive.search import open_index

    with opened(index_dir, "kbarchive", "serving", quiet) as index:
        folder = index.location
    hosts = names or (_LOOPBACK_NAMES if _is_loopback(host) else ("*",))
    limits = Limits(seconds=seconds, readers=readers or max(2, cores()))
    app = create_app(partial(open_index, index_dir), limits, hosts, folder)
    _write_log(quiet)
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None, server_header=False))
    listening = _listening(host, port)
    if not quiet:
        address = f"[{host}]" if ":" in host else host
        say(f"open http://{address}:{listening.getsockname()[1]}/ and stop it with Ctrl-C")
    try:
        server.run([listening])
    except (KeyboardInterrupt, SystemExit) as end:
        # It has stopped in good order, and then says once more that it was told to.
        if not server.started:
            raise click.ClickException("the server did not start") from end


def _listening(host: str, port: int) -> socket.socket:
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        # asyncio sets this only for sockets made for TCP by name; without it the second part of an answer waits 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.ClickException(
            f"cannot listen on {host}, port {port}: {reason}; choose another --port or --host"
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _write_log(quiet: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S"))
    log = logging.getLogger("kbarchive.web")
    log.addHandler(handler)
    log.setLevel(logging.ERROR if quiet else logging.INFO)
    log.propagate = False
