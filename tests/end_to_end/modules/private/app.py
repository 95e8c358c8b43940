from typing import Any

import lambda_images_private  # type: ignore[import-not-found]  # only the test's index has it


def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    return {"answer": str(lambda_images_private.ANSWER)}
