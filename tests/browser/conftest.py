"""A browser of the distribution's, and the dashboard served to it on this machine as a process of its own."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from pipeline.edges.settings import make_home
from tests.dashboard.made_up import publish_made_up

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
PATIENCE = 180_000  # milliseconds: a machine that is busy with all tests at once is slow, and no less right


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """Where a made-up home of 60 schools is served."""
    if not Path(CHROMIUM).exists():
        pytest.skip("there is no Chromium: apt-get install chromium, or make browser, as root")
    home = make_home(tmp_path_factory.mktemp("browser") / "home", demo=True)
    publish_made_up(home.published, schools=60)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pipeline", "serve", "--home", str(home.folder), "--port", str(port)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, env=os.environ)
    try:
        transport = httpx2.HTTPTransport(retries=12)  # it waits longer before each
        assert b"http://localhost" in process.stdout.readline()
        with httpx2.Client(transport=transport, timeout=120) as client:
            client.get(f"http://127.0.0.1:{port}/health").raise_for_status()
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture(scope="session")
def browser(address):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def opened(browser, address):
    """A page to walk with; that nothing it asks for is elsewhere, and nothing in it went wrong, is held at the end."""
    contexts, elsewhere, wrong = [], [], []

    def page(width: int = 1280, height: int = 900, **asked):
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=address, accept_downloads=True, **asked
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        one = context.new_page()
        one.on(
            "request",
            lambda request: elsewhere.append(request.url) if not request.url.startswith((address, "data:")) else None,
        )
        one.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        one.on("pageerror", lambda error: wrong.append(str(error)))
        return one

    yield page
    for context in contexts:
        context.close()
    assert elsewhere == []
    assert wrong == []
