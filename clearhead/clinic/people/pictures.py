"""A photograph that is safe to keep: known by its bytes, of a sensible size, and with nothing in it but the picture.

What a camera writes beside the picture (the place, the time, the owner, a smaller picture) is left out; how it was
held is kept, or a portrait would lie on its side. A file that is not read through to its end is refused.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST_BYTES = 2_000_000
LEAST_SIDE_PX, MOST_SIDE_PX = 64, 4096
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
MARK, SCAN, END = 0xFF, 0xDA, b"\xff\xd9"
SIZES = frozenset({0xC0, 0xC1, 0xC2})
"""Frames that browsers show: baseline, extended, progressive."""
TABLES = frozenset({0xC4, 0xDB, 0xDD})
JFIF, EXIF, ADOBE = 0xE0, 0xE1, 0xEE
ORIENTATION = 0x0112
PICTURE_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"})


class NotAPhoto(Exception):
    """This file is not kept, and why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes that are kept, what they are, and how large the picture is."""

    image: bytes
    media_type: str
    width_px: int
    height_px: int


def read_picture(data: bytes) -> Picture:
    """The picture in these bytes with everything else left out, or NotAPhoto."""
    if len(data) > MOST_BYTES:
        raise NotAPhoto(_("The photo is larger than 2 MB. Take a smaller one."))
    try:
        picture = _jpeg(data) if data.startswith(JPEG) else _png(data) if data.startswith(PNG) else None
    except (IndexError, struct.error) as fault:
        raise NotAPhoto(_("The file is damaged or cut short. Take the photo again.")) from fault
    if picture is None:
        raise NotAPhoto(_("This is neither a JPEG nor a PNG picture."))
    if not all(LEAST_SIDE_PX <= side <= MOST_SIDE_PX for side in (picture.width_px, picture.height_px)):
        raise NotAPhoto(
            _("The photo is %(width)s by %(height)s pixels; each side has to be between %(least)s and %(most)s.")
            % {"width": picture.width_px, "height": picture.height_px, "least": LEAST_SIDE_PX, "most": MOST_SIDE_PX}
        )
    return picture


def _jpeg(data: bytes) -> Picture:
    """Tables, the frame and the scans are kept; of the camera's notes only the orientation."""
    kept, size, turned = [data[:2]], None, 1
    for marker, whole in _segments(data):
        if marker in SIZES:
            height, width = struct.unpack(">HH", whole[5:9])
            size = (width, height)
        if marker in SIZES | TABLES | {JFIF, ADOBE, SCAN}:
            kept.append(whole)
        elif marker == EXIF:
            turned = _orientation(whole[4:]) or turned
    if size is None:
        raise NotAPhoto(_("This kind of JPEG cannot be shown. Take the photo with another program."))
    if turned != 1:
        kept.insert(1, _turned(turned))
    return Picture(b"".join([*kept, END]), "image/jpeg", *size)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every segment up to the end of the picture; a scan with the coded bytes that follow it."""
    at = 2
    while True:
        if data[at] != MARK:
            raise NotAPhoto(_("The file is damaged or cut short. Take the photo again."))
        if data[at : at + 2] == END:
            return
        marker = data[at + 1]
        stop = at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        if stop > len(data):
            raise IndexError
        if marker == SCAN:
            stop = _scan_end(data, stop)
        yield marker, data[at:stop]
        at = stop


def _scan_end(data: bytes, at: int) -> int:
    """Where the coded bytes of a scan stop: at the next mark that is neither a stuffed zero nor a restart."""
    while True:
        at = data.find(MARK, at)
        if at < 0:
            raise IndexError
        following = data[at + 1]
        if following not in {0x00, *range(0xD0, 0xD8)}:
            return at
        at += 2


def _orientation(exif: bytes) -> int:
    """How the camera was held, 1 to 8; 0 where it does not say."""
    if not exif.startswith(b"Exif\0\0"):
        return 0
    tiff = exif[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        first = struct.unpack(f"{order}I", tiff[4:8])[0]
        count = struct.unpack(f"{order}H", tiff[first : first + 2])[0]
        for entry in range(count):
            tag, _kind, _many, value = struct.unpack(f"{order}HHIH", tiff[first + 2 + 12 * entry :][:10])
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _turned(orientation: int) -> bytes:
    """The smallest note a camera can leave: how it was held, and nothing more."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(data: bytes) -> Picture:
    """The chunks that make the picture, each with a sound check sum."""
    kept, at = [PNG], len(PNG)
    width, height = struct.unpack(">II", data[16:24])
    if data[12:16] != b"IHDR":
        raise NotAPhoto(_("The file is damaged or cut short. Take the photo again."))
    while True:
        length = struct.unpack(">I", data[at : at + 4])[0]
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] != zlib.crc32(kind + body):
            raise NotAPhoto(_("The file is damaged or cut short. Take the photo again."))
        if kind in PICTURE_CHUNKS:
            kept.append(data[at : at + 12 + length])
        if kind == b"IEND":
            return Picture(b"".join(kept), "image/png", width, height)
        at += 12 + length
