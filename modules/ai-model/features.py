"""What the classifier sees of a picture: where its edges run, and in which direction."""

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 32
CELLS = 8


def features(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """256 numbers of a grey picture, dark on light or light on dark alike: the strength of its edges to the right,
    left, bottom and top, as means over 8 x 8 cells.
    """
    small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
    across, down = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
    if _background(small) > 0.5:
        across, down = -across, -down
    edges = (np.maximum(direction, 0) for direction in (across, -across, down, -down))
    return np.concatenate([cv2.resize(edge, (CELLS, CELLS), interpolation=cv2.INTER_AREA).ravel() for edge in edges])


def _background(picture: NDArray[np.float32]) -> float:
    """The brightness at the left and right border, where digits rarely reach."""
    return float(np.median(picture[:, [0, -1]]))
