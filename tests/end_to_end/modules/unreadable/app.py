def handle(event: object, context: object) -> None:
    pass
