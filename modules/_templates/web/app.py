"""Greets over HTTP."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/healthy")
def healthy() -> None:
    """Answers as soon as the server runs, which the Lambda Web Adapter waits for."""


@app.get("/greeting")
def greeting(name: str) -> dict[str, str]:
    """Takes whom to greet; without it, FastAPI answers 422."""
    return {"greeting": f"Hello, {name}!"}
