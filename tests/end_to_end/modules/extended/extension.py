#!/usr/bin/env python3
"""An external extension: it tells on port 8080, as web applications do, the id of the newest event.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
"""

import http.server
import json
import os
import threading
import urllib.request
from pathlib import Path

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2020-01-01/extension"
newest = ""


class Teller(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(newest.encode())

    def log_message(self, format: str, *arguments: object) -> None:
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Teller)
threading.Thread(target=server.serve_forever, daemon=True).start()
registration = urllib.request.Request(
    f"{API}/register",
    data=json.dumps({"events": ["INVOKE"]}).encode(),
    headers={"Lambda-Extension-Name": Path(__file__).name},
)
with urllib.request.urlopen(registration) as registered:
    identifier = {"Lambda-Extension-Identifier": registered.headers["Lambda-Extension-Identifier"]}
while True:
    with urllib.request.urlopen(urllib.request.Request(f"{API}/event/next", headers=identifier)) as event:
        newest = json.load(event)["requestId"]
