"""PNG files of plain shapes, made without any library."""

import struct
import zlib

COLOURS = {
    "red": (214, 40, 40), "green": (60, 160, 70), "blue": (40, 80, 200), "yellow": (240, 210, 60),
    "black": (20, 20, 20), "white": (245, 245, 245), "purple": (130, 50, 160), "orange": (240, 140, 30),
}
SHAPES = ("circle", "square", "stripe", "cross", "ring", "corner")


def encode(width, height, rows):
    """A PNG of rows of RGB bytes."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data)
            + chunk(b"IEND", b""))


def covers(shape, x, y, side, size):
    """Whether a shape of `size` in the middle of a square of `side` covers a pixel."""
    across, down = abs(x - side / 2), abs(y - side / 2)
    distance = (across * across + down * down) ** 0.5
    if shape == "circle":
        return distance < size
    if shape == "square":
        return max(across, down) < size
    if shape == "stripe":
        return down < size / 2
    if shape == "cross":
        return min(across, down) < size / 4
    if shape == "ring":
        return size * 0.6 < distance < size
    return x + y < 2 * size


def picture(shape, colour, ground, number, side=48):
    """A picture of its own for each number: size and a speckle differ."""
    inner, outer = bytes(COLOURS[colour]), bytes(COLOURS[ground])
    size = side * (0.22 + 0.02 * (number % 8))
    rows = []
    for y in range(side):
        row = bytearray()
        for x in range(side):
            row += inner if covers(shape, x, y, side, size) else outer
        rows.append(row)
    spot = number * 7 % (side * side)
    rows[spot // side][spot % side * 3:spot % side * 3 + 3] = bytes((number % 256, number // 256, 99))
    return encode(side, side, [bytes(row) for row in rows])
