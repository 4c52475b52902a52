"""What somebody is sent when a task fails: by e-mail, over the loopback here."""

import socketserver
import threading
from email import message_from_string
from types import SimpleNamespace

import pytest

SAID = "School 100002 gets no list: the registers have 50 sessions, its own system says 80 <b>"


class Sink(socketserver.StreamRequestHandler):
    """As much of a mail server as a message needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line.strip().upper()[:4]
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.received.append(body.decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 so be it\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def received(dagbag, monkeypatch):
    """Messages sent while a connection and an address are set."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.received = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        monkeypatch.setenv("A2N_NOTIFY", "data.team@made-up.invalid")
        monkeypatch.setenv(
            "AIRFLOW_CONN_SMTP_DEFAULT",
            f"smtp://127.0.0.1:{port}/?disable_ssl=true&disable_tls=true&from_email=a2n%40made-up.invalid",
        )
        yield server.received
        server.shutdown()


def sent(dag, words: str, received: list[str], error: Exception) -> str:
    from shared import notices

    [notify] = notices(words)
    told = SimpleNamespace(task_id="tell_of_schools_without_list")
    notify({"dag": dag, "ti": told, "task_instance": told, "exception": error})
    [message] = received
    parts = message_from_string(message).walk()
    return "".join(part.get_payload(decode=True).decode() for part in parts if not part.is_multipart())


def test_a_notice_of_a_school_without_a_list_gives_the_reason_with_both_numbers(received, dagbag):
    from shared import TOLD

    text = sent(dagbag.dags["flag"], TOLD, received, RuntimeError(SAID))
    assert "The run of flag stopped at tell_of_schools_without_list." in text
    assert "50 sessions" in text and "says 80" in text
    assert "<b>" not in text


def test_what_any_other_task_fails_with_is_not_passed_on(received, dagbag):
    """It might quote a row."""
    text = sent(
        dagbag.dags["flag"], "Its log says which file, which rows and which rule.", received, RuntimeError(SAID)
    )
    assert "Its log says" in text and "100002" not in text


def test_only_tasks_that_fail_in_our_own_words_pass_them_on(dagbag):
    telling = {
        task.task_id for dag in dagbag.dags.values() for task in dag.tasks if task.task_id.startswith("tell_of_")
    }
    assert telling == {
        "tell_of_refusals",
        "tell_of_schools_without_list",
        "tell_of_homes",
        "tell_of_files_and_schools",
    }
