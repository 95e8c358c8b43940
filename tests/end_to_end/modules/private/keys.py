"""Fails unless the SSH agent has exactly one key. See https://www.rfc-editor.org/rfc/rfc9987#section-3.5"""

import os
import socket

with socket.socket(socket.AF_UNIX) as agent:
    agent.connect(os.environ["SSH_AUTH_SOCK"])
    agent.sendall(b"\0\0\0\1\x0b")
    answer = agent.makefile("rb").read(9)
assert (answer[4], int.from_bytes(answer[5:9], "big")) == (12, 1), answer
