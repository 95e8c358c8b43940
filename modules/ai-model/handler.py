"""Says which handwritten digit a picture shows."""

import base64
import struct
from pathlib import Path
from typing import Any

import cv2
import joblib
import numpy as np
from features import features
from numpy.typing import NDArray

MOST_PIXELS = 16_000_000
PNG_HEADER = struct.Struct(">8s4x4sII")
"""Signature, kind of the first chunk, width, height: https://www.w3.org/TR/png-3/#11IHDR"""

MODEL = joblib.load(Path(__file__).with_name("model.joblib"))  # once per container, not per call


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes `{"image": <PNG in base64>}`; answers the likeliest label and each label's probability."""
    picture = decoded(event.get("image"))
    likelihoods = MODEL.predict_proba([features(picture)])[0]
    return {
        "label": int(MODEL.classes_[likelihoods.argmax()]),
        "probabilities": {str(label): round(float(p), 4) for label, p in zip(MODEL.classes_, likelihoods, strict=True)},
    }


def decoded(image: object) -> NDArray[np.uint8]:
    """The picture in grey. Raises ValueError, before anything large is unpacked, if it can't be one."""
    if not isinstance(image, str):
        raise ValueError('the event needs "image": a PNG in base64')
    try:
        png = base64.b64decode(image, validate=True)
    except ValueError as error:
        raise ValueError(f'"image" is not base64: {error}') from error
    if len(png) < PNG_HEADER.size:
        raise ValueError('"image" is not a PNG')
    signature, chunk, width, height = PNG_HEADER.unpack_from(png)
    if (signature, chunk) != (b"\x89PNG\r\n\x1a\n", b"IHDR"):
        raise ValueError('"image" is not a PNG')
    if width * height > MOST_PIXELS:
        raise ValueError(f'"image" has {width} x {height} pixels, more than {MOST_PIXELS}')
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ValueError('"image" is a damaged PNG')
    return picture
