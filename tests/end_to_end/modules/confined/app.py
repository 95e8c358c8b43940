"""Does what the event says, and tells what came of it."""

import os
import resource
import time
from pathlib import Path
from typing import Any

MIB = 1 << 20


def handle(event: dict[str, Any], context: Any) -> Any:
    match event["do"]:
        case "describe":
            return describe()
        case "write":
            return refusal_to_write(event["file"], event.get("mebibytes", 0))
        case "allocate":
            taken = b"x" * (event["mebibytes"] * MIB)
            time.sleep(event.get("seconds", 0))
            return len(taken)
        case "compute":
            end = time.monotonic() + event["seconds"]
            began = time.process_time()
            while time.monotonic() < end:
                pass
            return time.process_time() - began
        case "answer":
            return "x" * event["bytes"]
        case "sleep":
            time.sleep(event["seconds"])
        case "exit":
            print("the last words", flush=True)
            os._exit(3)


def describe() -> dict[str, Any]:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    disk = os.statvfs("/tmp")
    return {
        "user": os.getuid(),
        "group": os.getgid(),
        "capabilities": int(status["CapEff"], 16) | int(status["CapBnd"], 16),
        "may gain privileges": status["NoNewPrivs"].strip() != "1",
        "mebibytes of /tmp": disk.f_blocks * disk.f_frsize // MIB,
        "files": resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        "shared memory": os.path.exists("/dev/shm"),
        "home": os.path.expanduser("~"),
        "folder": os.getcwd(),
        "environment": dict(os.environ),
    }


def refusal_to_write(name: str, mebibytes: int) -> str | None:
    try:
        with open(name, "wb") as file:
            file.write(b"x")
            for _ in range(mebibytes):
                file.write(b"x" * MIB)
    except OSError as refused:
        return str(refused)
    finally:
        if name.startswith("/tmp/"):
            os.remove(name)
    return None
