"""Put first on the path of a process and of all it starts: whatever it asks of the network beyond this machine is written down, and refused."""

import os
import sys

_ASKS = {
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
}
_HERE = ("127.", "::1", "localhost", "0.0.0.0", "::ffff:127.")


def _heard(event: str, args: tuple) -> None:
    if event not in _ASKS:
        return
    where = args[0] if event.startswith("socket.get") else args[1]
    host = where[0] if isinstance(where, tuple) else where
    if host is None or not isinstance(host, str) or host == "" or host.startswith(_HERE):
        return
    if not isinstance(where, tuple) and not event.startswith("socket.get"):
        return  # a socket of this machine's own, by its path
    handle = os.open(os.environ["A2N_HEARD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, f"{event} {host} by {' '.join(sys.orig_argv)[:200]}\n".encode())
    os.close(handle)
    raise ConnectionRefusedError(f"{host} is not this machine")


if os.environ.get("A2N_HEARD"):
    sys.addaudithook(_heard)
    handle = os.open(os.environ["A2N_HEARD"] + ".listening", os.O_WRONLY | os.O_CREAT, 0o600)
    os.close(handle)
