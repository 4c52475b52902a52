"""A home's snapshot of random figures, and readers of it: made once, for none of these tests changes it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipeline.dashboard.routes import Dashboard, app_of
from pipeline.dashboard.sign_in import SignIn
from pipeline.serving import log_of

from .made_up import publish_made_up

MOMENT = datetime(2026, 3, 28, 8, 30, tzinfo=UTC)
LEAD, HEAD, STRANGER = "lead@example.gov.uk", "head@example.gov.uk", "stranger@example.gov.uk"
ACCESS = f'[people]\n"{LEAD}" = "all"\n"{HEAD}" = [100001, 100002]\n'
BY_PROXY = SignIn("proxy", header="X-Forwarded-Email")


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dashboard") / "published"
    publish_made_up(folder)
    return folder


@pytest.fixture
def served(published, tmp_path) -> Callable[..., TestClient]:
    """A browser without scripts of a dashboard, served to whoever `sign_in` lets in."""

    def client(
        sign_in: SignIn = SignIn(),
        folder: Path = published,
        access: str | None = ACCESS,
        base: str = "http://localhost",
        now: datetime = MOMENT,
        session_key: str = "",
    ) -> TestClient:
        if access is not None:
            (tmp_path / "access.toml").write_text(access)
        dashboard = Dashboard(folder, tmp_path / "access.toml", log_of(tmp_path), lambda: now, sign_in, session_key)
        return TestClient(app_of(dashboard), base_url=base, client=("127.0.0.1", 50000), follow_redirects=False)

    return client


@pytest.fixture
def anybody(served) -> TestClient:
    """Whoever reads made-up data, where nobody signs in."""
    return served()


def by(name: str) -> dict[str, str]:
    """The header by which a proxy tells who somebody is."""
    return {"X-Forwarded-Email": name}
