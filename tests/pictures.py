"""Pictures made in a test, with what a camera hides in them."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

EXIF_PLACE = b"GPS 33.4152 N 111.8315 W"


def jpeg(width: int, height: int, *, hidden: bytes = b"", orientation: int = 1, progressive: bool = False) -> bytes:
    """A real JPEG; `hidden` lies in a comment and in the camera's notes."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010E] = (EXIF_PLACE + hidden).decode()
    out = io.BytesIO()
    picture = Image.radial_gradient("L").convert("RGB").resize((width, height))
    picture.save(out, "JPEG", exif=notes, comment=hidden or b"a camera", progressive=progressive)
    return out.getvalue()


def png(width: int, height: int, *, hidden: bytes = b"") -> bytes:
    """A real PNG; `hidden` lies in a text chunk."""
    out = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").resize((width, height)).save(out, "PNG")
    plain = out.getvalue()
    body = b"Comment\0" + EXIF_PLACE + hidden
    chunk = struct.pack(">I", len(body)) + b"tEXt" + body + struct.pack(">I", zlib.crc32(b"tEXt" + body))
    return plain[:33] + chunk + plain[33:]
