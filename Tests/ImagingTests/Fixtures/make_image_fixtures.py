"""Makes the pictures beside this script and what they must decode to.

Needs Pillow and NumPy. Run it here: python3 make_image_fixtures.py
Every picture is computed; none is a photograph. NAME.rgb holds the expected 8-bit RGB pixels.
PNGs come from the small writer below, because Pillow writes neither every depth nor interlacing.
"""

import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageOps  # noqa: F401

HERE = pathlib.Path(__file__).parent


def picture(width, height):
    """Gradients, edges and texture; integers only, so any language can repeat it."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    red = (x * 255) // max(width - 1, 1)
    green = (y * 255) // max(height - 1, 1)
    blue = ((x * 7) ^ (y * 13)) & 255
    disc = (x * 2 - width) ** 2 + (y * 2 - height) ** 2 < (min(width, height) ** 2) // 4
    pixels = np.stack([red, green, blue], -1)
    pixels[disc] = (250, 40, 10)
    return pixels.astype(np.uint8)


def write(name, data):
    (HERE / name).write_bytes(data)


def jpeg(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


def expected_jpeg(data):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    return np.asarray(image.convert("RGB")).tobytes()


def make_jpegs():
    base = Image.fromarray(picture(24, 16))
    variants = {
        "baseline": jpeg(base, quality=90),
        "full-chroma": jpeg(base, quality=90, subsampling=0),
        "progressive": jpeg(base, quality=90, progressive=True),
        "restarts": jpeg(base, quality=90, restart_marker_blocks=1),
        "grey": jpeg(base.convert("L"), quality=90),
        "cmyk": jpeg(base.convert("CMYK"), quality=90, subsampling=0),
    }
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        variants[f"orientation-{orientation}"] = jpeg(base, quality=90, exif=exif)
    for name, data in variants.items():
        write(f"jpeg-{name}.jpg", data)
        write(f"jpeg-{name}.rgb", expected_jpeg(data))


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]


def packed_rows(samples, depth):
    """Rows of samples [height, width, channels] as filter type 0 and packed bits."""
    rows = b""
    for row in samples:
        values = row.reshape(-1)
        if depth == 16:
            body = values.astype(">u2").tobytes()
        elif depth == 8:
            body = values.astype(np.uint8).tobytes()
        else:
            bits = "".join(format(int(value), f"0{depth}b") for value in values)
            bits += "0" * (-len(bits) % 8)
            body = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
        rows += b"\0" + body
    return rows


def png(samples, color_type, depth, interlaced, extra=b""):
    height, width, _ = samples.shape
    if interlaced:
        data = b"".join(
            packed_rows(samples[top::down, left::right], depth)
            for left, top, right, down in ADAM7 if samples[top::down, left::right].size)
    else:
        data = packed_rows(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))  # linear light: must be ignored
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + gamma + extra
            + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def on_white(rgb, alpha):
    mixed = rgb.astype(np.int64) * alpha + 255 * (255 - alpha)
    return ((mixed * 2 + 255) // 510).astype(np.uint8)


def to8(samples, depth):
    top = (1 << depth) - 1
    return (samples.astype(np.int64) * 510 + top) // (2 * top)


def make_pngs():
    width, height = 11, 9
    source = np.random.default_rng(7)
    for interlaced in (False, True):
        suffix = "-interlaced" if interlaced else ""
        for color_type, channels, depths, name in (
                (0, 1, (1, 2, 4, 8, 16), "grey"), (2, 3, (8, 16), "rgb"),
                (4, 2, (8, 16), "grey-alpha"), (6, 4, (8, 16), "rgba")):
            for depth in depths:
                samples = source.integers(0, 1 << depth, (height, width, channels))
                wide = to8(samples, depth)
                color = wide[..., :3] if channels >= 3 else np.repeat(wide[..., :1], 3, -1)
                if channels in (2, 4):
                    color = on_white(color, wide[..., -1:])
                write(f"png-{name}-{depth}{suffix}.png",
                      png(samples, color_type, depth, interlaced))
                write(f"png-{name}-{depth}{suffix}.rgb", color.astype(np.uint8).tobytes())
        for depth in (1, 2, 4, 8):
            palette = source.integers(0, 256, (1 << depth, 3))
            samples = source.integers(0, 1 << depth, (height, width, 1))
            body = palette.astype(np.uint8).tobytes()
            write(f"png-palette-{depth}{suffix}.png",
                  png(samples, 3, depth, interlaced, chunk(b"PLTE", body)))
            write(f"png-palette-{depth}{suffix}.rgb",
                  palette[samples[..., 0]].astype(np.uint8).tobytes())
        alpha = source.integers(0, 256, 16)
        palette = source.integers(0, 256, (16, 3))
        samples = source.integers(0, 16, (height, width, 1))
        extra = (chunk(b"PLTE", palette.astype(np.uint8).tobytes())
                 + chunk(b"tRNS", alpha.astype(np.uint8).tobytes()))
        write(f"png-palette-alpha{suffix}.png", png(samples, 3, 4, interlaced, extra))
        index = samples[..., 0]
        write(f"png-palette-alpha{suffix}.rgb",
              on_white(palette[index], alpha[index][..., None]).tobytes())
        samples = source.integers(0, 4, (height, width, 1))
        write(f"png-grey-key{suffix}.png",
              png(samples, 0, 2, interlaced, chunk(b"tRNS", struct.pack(">H", 2))))
        shown = np.where(samples == 2, 255, samples * 85)
        write(f"png-grey-key{suffix}.rgb", np.repeat(shown, 3, -1).astype(np.uint8).tobytes())


def make_resized():
    """Shorter side to 32 and the middle, as usual: full decode, bicubic, antialiased."""
    side = 32
    for width, height in ((97, 61), (61, 97), (300, 40), (20, 50), (32, 32), (33, 32)):
        image = Image.fromarray(picture(width, height))
        shorter = min(width, height)
        size = (max(side, side * width // shorter), max(side, side * height // shorter))
        left, top = round((size[0] - side) / 2), round((size[1] - side) / 2)
        cropped = image.resize(size, Image.BICUBIC).crop((left, top, left + side, top + side))
        name = f"resize-{width}x{height}"
        buffer = io.BytesIO()
        image.save(buffer, "PNG", optimize=True)
        write(f"{name}.png", buffer.getvalue())
        write(f"{name}.rgb", np.asarray(cropped).tobytes())
    image = Image.fromarray(picture(320, 240))
    data = jpeg(image, quality=85)
    cropped = Image.open(io.BytesIO(data)).resize((42, 32), Image.BICUBIC).crop((5, 0, 37, 32))
    write("resize-photo.jpg", data)
    write("limits-progressive.jpg", jpeg(image, quality=20, progressive=True))
    write("resize-photo.rgb", np.asarray(cropped).tobytes())


if __name__ == "__main__":
    make_jpegs()
    make_pngs()
    make_resized()
