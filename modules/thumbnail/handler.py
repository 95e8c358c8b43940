"""Makes a picture small."""

import base64
import io
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("GIF", "JPEG", "PNG", "WEBP")
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 2048

Image.MAX_IMAGE_PIXELS = None  # `opened` refuses less than this would


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes `{"image": <GIF, JPEG, PNG or WebP in base64>, "size": <longest side, or [width, height]>}`.

    Answers the thumbnail in base64 with its width, height and format: the picture's own proportions, within the
    size and never larger than it was; JPEG, or PNG if parts are transparent.
    """
    box = bounds(event.get("size"))
    picture = opened(event.get("image"))
    kind, mode = ("PNG", "RGBA") if picture.has_transparency_data else ("JPEG", "RGB")
    try:
        thumbnail = ImageOps.exif_transpose(picture).convert(mode)
    except (OSError, SyntaxError) as error:  # Pillow's words for a file that ends early, and for a broken PNG
        raise ValueError(f'"image" is damaged: {error}') from error
    thumbnail.thumbnail(box)
    output = io.BytesIO()
    thumbnail.save(output, kind, optimize=True)
    return {
        "thumbnail": base64.b64encode(output.getvalue()).decode(),
        "width": thumbnail.width,
        "height": thumbnail.height,
        "format": kind,
    }


def bounds(size: object) -> tuple[int, int]:
    """The box that the thumbnail has to fit in, in pixels."""
    sides = size if isinstance(size, list) else [size, size]
    if len(sides) != 2 or not all(type(side) is int and 1 <= side <= LONGEST_SIDE for side in sides):
        raise ValueError(f'"size" must be a number or [width, height], each from 1 to {LONGEST_SIDE}: {size!r}')
    return sides[0], sides[1]


def opened(image: object) -> Image.Image:
    """The picture, its pixels not unpacked yet. Raises ValueError if they would be too many."""
    if not isinstance(image, str):
        raise ValueError('the event needs "image": a picture in base64')
    try:
        content = base64.b64decode(image, validate=True)
    except ValueError as error:
        raise ValueError(f'"image" is not base64: {error}') from error
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise ValueError(f'"image" is none of {", ".join(FORMATS)}') from error
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError(f'"image" has {picture.width} x {picture.height} pixels, more than {MOST_PIXELS}')
    return picture
