"""Makes the variants that Pillow alone does not write, and what they must decode to.

Needs Pillow, NumPy, and libjpeg-turbo's cjpeg and djpeg (Debian: libjpeg-turbo-progs).
Run it here: python3 make_format_fixtures.py
As in make_image_fixtures.py every picture is computed and NAME.rgb holds the expected pixels.
"""

import io
import struct
import subprocess

import numpy as np
from PIL import Image, ImageOps

from make_image_fixtures import (
    chunk, expected_jpeg, jpeg, on_white, picture, png, write)

WIDTH, HEIGHT = 24, 16


def put(name, extension, data, pixels):
    write(f"{name}.{extension}", data)
    write(f"{name}.rgb", np.ascontiguousarray(pixels, dtype=np.uint8).tobytes())


# JPEG


def ppm(image):
    return b"P6 %d %d 255\n" % image.size + image.convert("RGB").tobytes()


def cjpeg(image, *options):
    return subprocess.run(
        ["cjpeg", "-quality", "90", *options], input=ppm(image), capture_output=True,
        check=True).stdout


def djpeg(data):
    """Arithmetic coding is not compiled into every Pillow."""
    out = subprocess.run(
        ["djpeg", "-dct", "int", "-ppm"], input=data, capture_output=True, check=True).stdout
    return out[-WIDTH * HEIGHT * 3:]


def segment(data, marker):
    """Start and end of a marker segment."""
    start = data.index(bytes([0xFF, marker]))
    return start, start + 2 + struct.unpack(">H", data[start + 2:start + 4])[0]


def make_jpegs():
    base = Image.fromarray(picture(WIDTH, HEIGHT))
    for name, options in (
            ("arithmetic", ["-arithmetic"]),
            ("arithmetic-progressive", ["-arithmetic", "-progressive"]),
            ("progressive-restarts", ["-progressive", "-restart", "1B"]),
            ("422", ["-sample", "2x1"]), ("440", ["-sample", "1x2"])):
        data = cjpeg(base, *options)
        write(f"jpeg-{name}.jpg", data)
        write(f"jpeg-{name}.rgb", djpeg(data))

    rgb = jpeg(base, quality=90, keep_rgb=True)
    write("jpeg-rgb.jpg", rgb)
    write("jpeg-rgb.rgb", expected_jpeg(rgb))

    # The same inks without Adobe's marker: they count as inverted all the same, as in Pillow.
    cmyk = jpeg(base.convert("CMYK"), quality=90, subsampling=0)
    start, end = segment(cmyk, 0xEE)
    plain = cmyk[:start] + cmyk[end:]
    write("jpeg-cmyk-plain.jpg", plain)
    write("jpeg-cmyk-plain.rgb", expected_jpeg(plain))

    # YCCK: the inks' own luminance and chrominance beside black. Pillow inverts what it writes.
    cyan, magenta, yellow, black = base.convert("CMYK").split()
    luminance, blue, red = Image.merge("RGB", (cyan, magenta, yellow)).convert("YCbCr").split()
    planes = [ImageOps.invert(plane) for plane in (luminance, blue, red)] + [black]
    ycck = bytearray(jpeg(Image.merge("CMYK", planes), quality=90, subsampling=0))
    ycck[segment(ycck, 0xEE)[1] - 1] = 2  # Adobe's transform byte
    shown = expected_jpeg(bytes(ycck))
    worst = np.abs(np.frombuffer(shown, np.uint8).astype(int)
                   - np.asarray(base).astype(int).ravel()).mean()
    assert worst < 8, worst
    write("jpeg-ycck.jpg", bytes(ycck))
    write("jpeg-ycck.rgb", shown)


# PNG


def make_pngs():
    source = np.random.default_rng(11)
    for interlaced in (False, True):
        suffix = "-interlaced" if interlaced else ""
        for depth in (8, 16):
            samples = source.integers(0, 1 << depth, (9, 11, 3))
            samples[2:5, 3:7] = samples[0, 0]
            key = chunk(b"tRNS", struct.pack(">HHH", *samples[0, 0]))
            eight = samples if depth == 8 else (samples * 255 + 32895) >> 16
            clear = (samples == samples[0, 0]).all(-1)
            shown = np.where(clear[..., None], 255, eight)
            put(f"png-rgb-key-{depth}{suffix}", "png", png(samples, 2, depth, interlaced, key),
                shown)


def tiff_orientation(value):
    return b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x0112, 3, 1, value) + bytes(4)


# WebP


def webp(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", **options)
    return buffer.getvalue()


def shown_webp(data):
    """On white, the background of an animation ignored."""
    rgba = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA")).astype(np.int64)
    return on_white(rgba[..., :3], rgba[..., 3:])


def riff_chunk(kind, body):
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def riff(*chunks):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunks_of(data):
    at = 12
    while at < len(data):
        size = struct.unpack("<I", data[at + 4:at + 8])[0]
        yield data[at:at + 4], data[at + 8:at + 8 + size]
        at += 8 + size + (size & 1)


def bitstream(data):
    """The chunks of a still file that hold pixels."""
    return b"".join(
        riff_chunk(kind, body) for kind, body in chunks_of(data)
        if kind in (b"ALPH", b"VP8 ", b"VP8L"))


def u24(value):
    return struct.pack("<I", value)[:3]


def extended(flags, width, height):
    return riff_chunk(b"VP8X", struct.pack("<I", flags) + u24(width - 1) + u24(height - 1))


def frame(image, left, top, data):
    width, height = image.size
    header = (u24(left // 2) + u24(top // 2) + u24(width - 1) + u24(height - 1) + u24(100)
              + b"\0")
    return riff_chunk(b"ANMF", header + bitstream(data))


def make_webps():
    base = Image.fromarray(picture(WIDTH, HEIGHT))
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    alpha = ((x * 11 + y * 5) % 256).astype(np.uint8)
    clear = base.convert("RGBA")
    clear.putalpha(Image.fromarray(alpha))
    palette = Image.fromarray((np.asarray(base) // 128 * 255).astype(np.uint8))
    stills = {
        "lossy": webp(base, quality=80),
        "lossy-alpha": webp(clear, quality=80, alpha_quality=100, exact=True),
        "lossy-alpha-coarse": webp(clear, quality=80, alpha_quality=20, exact=True),
        "lossless": webp(base, lossless=True),
        "lossless-alpha": webp(clear, lossless=True, exact=True),
        "lossless-palette": webp(palette, lossless=True),
        "profile": webp(base, quality=80, icc_profile=b"no profile at all", exif=b"junk",
                        xmp=b"<x/>"),
    }
    small = base.crop((4, 4, 14, 12))
    second = Image.new("RGB", small.size, (0, 255, 0))
    inner = {"lossy": webp(small, quality=80), "lossless": webp(small, lossless=True)}
    background = riff_chunk(b"ANIM", bytes([10, 20, 250, 255]) + b"\0\0")
    for name, data in inner.items():
        stills[f"animated-{name}"] = riff(
            extended(0x12, WIDTH, HEIGHT), background, frame(small, 6, 4, data),
            frame(second, 0, 0, webp(second, lossless=True)))
    full = io.BytesIO()
    clear.save(full, "WEBP", save_all=True, append_images=[base], duration=50, lossless=True,
               exact=True)
    stills["animated-whole"] = full.getvalue()
    for name, data in stills.items():
        if name.startswith("animated-l"):
            # Pillow's compositing, checked by its parts: white round the small picture.
            shown = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
            shown[4:12, 6:16] = shown_webp(inner[name.removeprefix("animated-")])
            assert (shown == shown_webp(data)).all()
        put(f"webp-{name}", "webp", data, shown_webp(data))


class Bits:
    """Numbers packed with the lowest bit first."""

    def __init__(self):
        self.value, self.count = 0, 0

    def put(self, value, width):
        self.value |= value << self.count
        self.count += width

    def bytes(self):
        return self.value.to_bytes((self.count + 7) // 8, "little")


def make_code_groups(side=40):
    """A lossless WebP with a group of codes for each block of 4 x 4 pixels; one flat colour."""
    bits = Bits()
    bits.put(0x2F, 8)
    bits.put(side - 1 | side - 1 << 14, 32)
    bits.put(0, 1)  # no transform
    bits.put(1, 1)
    bits.put(11, 4)  # the largest colour cache
    bits.put(1, 1)
    bits.put(0, 3)  # a map with blocks of 4 x 4

    def single():
        bits.put(0b0001, 4)  # a code of one symbol, 0

    bits.put(0, 1)  # the map: no colour cache
    # Green: a code of 8 bits for each of 256 symbols, lengths 0 and 8 being coded in one bit.
    order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8]
    bits.put(0, 1)
    bits.put(len(order) - 4, 4)
    for symbol in order:
        bits.put(int(symbol in (0, 8)), 3)
    bits.put(0, 1)
    for symbol in range(256 + 24):
        bits.put(int(symbol < 256), 1)
    for _ in range(4):
        single()
    groups = (side // 4) ** 2
    for group in range(groups):
        bits.put(int(f"{group:08b}"[::-1], 2), 8)
    for _ in range(groups * 5):
        single()
    bits.put(0, 64)
    data = riff(riff_chunk(b"VP8L", bits.bytes()))
    assert np.unique(shown_webp(data)).size == 1
    write("limits-groups.webp", data)


def make_turned():
    """Orientation 6 in a PNG and in a WebP; JPEGs have all eight."""
    pixels = picture(WIDTH, HEIGHT)
    turned = np.rot90(pixels, -1)
    exif = tiff_orientation(6)
    put("turned-png", "png", png(pixels, 2, 8, False, chunk(b"eXIf", exif)), turned)
    lossless = bitstream(webp(Image.fromarray(pixels), lossless=True))
    head = extended(8, WIDTH, HEIGHT)
    put("turned-webp", "webp", riff(head, lossless, riff_chunk(b"EXIF", exif)), turned)
    put("turned-webp-prefix", "webp",
        riff(head, lossless, riff_chunk(b"EXIF", b"Exif\0\0" + exif)), turned)


# GIF


def lzw(indices, bits):
    """Codes for single indices only, with a clear before they would have to grow."""
    minimum = max(bits, 2)
    width, clear = minimum + 1, 1 << minimum
    codes = []
    for place, index in enumerate(indices):
        if place % (clear - 2) == 0:
            codes.append(clear)
        codes.append(int(index))
    codes.append(clear + 1)
    value = sum(code << (place * width) for place, code in enumerate(codes))
    data = value.to_bytes((len(codes) * width + 7) // 8, "little")
    blocks = b"".join(
        bytes([len(data[at:at + 255])]) + data[at:at + 255] for at in range(0, len(data), 255))
    return bytes([minimum]) + blocks + b"\0"


def gif_image(indices, bits, left=0, top=0, local=None, interlaced=False):
    height, width = indices.shape
    rows = indices
    if interlaced:
        order = [row for start, step in ((0, 8), (4, 8), (2, 4), (1, 2))
                 for row in range(start, height, step)]
        rows = indices[order]
    flags = (0x80 | bits - 1 if local is not None else 0) | (0x40 if interlaced else 0)
    table = b"" if local is None else local.astype(np.uint8).tobytes()
    return (b"," + struct.pack("<HHHHB", left, top, width, height, flags) + table
            + lzw(rows.ravel(), bits))


def gif(size, palette, *parts, version=b"GIF89a"):
    flags, table = 0, b""
    if palette is not None:
        flags = 0x80 | (len(palette).bit_length() - 2)
        table = palette.astype(np.uint8).tobytes()
    return version + struct.pack("<HHBBB", *size, flags, 1, 0) + table + b"".join(parts) + b";"


def control(transparent):
    return b"!\xf9\x04" + struct.pack("<BHBB", 1, 10, transparent, 0)


def make_gifs():
    source = np.random.default_rng(5)
    width, height = 13, 11
    size = (width, height)

    def draw(bits, shape=(height, width)):
        return source.integers(0, 256, (1 << bits, 3)), source.integers(0, 1 << bits, shape)

    def on_page(shape, shown, left=0, top=0):
        page = np.full((*shape, 3), 255)
        page[top:top + shown.shape[0], left:left + shown.shape[1]] = shown
        return page

    for bits in (1, 2, 4, 8):
        palette, indices = draw(bits)
        put(f"gif-global-{bits}", "gif", gif(size, palette, gif_image(indices, bits)),
            palette[indices])
    palette, indices = draw(4)
    put("gif-87a", "gif", gif(size, palette, gif_image(indices, 4), version=b"GIF87a"),
        palette[indices])
    put("gif-interlaced", "gif", gif(size, palette, gif_image(indices, 4, interlaced=True)),
        palette[indices])
    clear = np.where((indices == 3)[..., None], 255, palette[indices])
    put("gif-transparent", "gif", gif(size, palette, control(3), gif_image(indices, 4)), clear)
    local, _ = draw(4)
    put("gif-local", "gif", gif(size, palette, gif_image(indices, 4, local=local)),
        local[indices])
    put("gif-local-only", "gif", gif(size, None, gif_image(indices, 4, local=local)),
        local[indices])
    put("gif-no-palette", "gif", gif(size, None, gif_image(indices, 4)),
        np.repeat(indices[..., None], 3, -1))
    short = palette[:4]
    beyond = np.where((indices < 4)[..., None], palette[indices], 0)
    put("gif-short-palette", "gif", gif(size, short, gif_image(indices, 4)), beyond)

    _, small = draw(4, (5, 6))
    put("gif-small-frame", "gif",
        gif(size, palette, control(2), gif_image(small, 4, 4, 3, interlaced=True)),
        on_page((height, width), np.where((small == 2)[..., None], 255, palette[small]), 4, 3))
    put("gif-frame-sticks-out", "gif", gif(size, palette, gif_image(small, 4, 10, 8)),
        on_page((13, 16), palette[small], 10, 8))
    put("gif-frame-outside", "gif", gif((4, 4), palette, gif_image(small, 4, 7, 5)),
        on_page((10, 13), palette[small], 7, 5))
    put("gif-no-screen", "gif", gif((0, 0), palette, gif_image(small, 4)), palette[small])
    comment = b"!\xfe\x03abc\x02de\0"
    loop = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    put("gif-animated", "gif",
        gif(size, palette, loop, comment, control(0x20), gif_image(indices, 4), control(1),
            gif_image(small, 4, 2, 2)),
        palette[indices])
    # Pillow's own compressor: codes of growing width, and runs.
    long = Image.fromarray(picture(40, 30)).quantize(64, dither=0)
    buffer = io.BytesIO()
    long.save(buffer, "GIF")
    put("gif-compressed", "gif", buffer.getvalue(), np.asarray(long.convert("RGB")))


if __name__ == "__main__":
    make_jpegs()
    make_pngs()
    make_webps()
    make_code_groups()
    make_turned()
    make_gifs()
