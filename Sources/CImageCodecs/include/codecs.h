#pragma once

#include <stddef.h>
#include <stdint.h>

/// Thin, in-memory wrappers round the image libraries. No longjmp leaves them: whatever goes wrong
/// becomes a `codec_status` and a message. Nothing is decoded into memory that the caller did not
/// allocate, so the caller checks the header's size against its limits first.

typedef enum {
  CODEC_OK = 0,
  /// The bytes end before the picture does.
  CODEC_TRUNCATED,
  /// The bytes contradict themselves.
  CODEC_CORRUPT,
  /// A valid variant of the format that the library cannot decode.
  CODEC_UNSUPPORTED,
  /// Decoding needs more memory or scans than the limits allow.
  CODEC_TOO_LARGE,
  /// The caller's clock said that it takes too long.
  CODEC_TOO_SLOW,
} codec_status;

typedef struct {
  /// Size as stored, before any orientation is applied.
  uint32_t width, height;
  /// Interleaved 8-bit channels that decoding yields: 3 (RGB) or 4 (RGBA, not premultiplied).
  uint32_t channels;
  /// EXIF orientation 1...8; 1 when absent or invalid.
  uint32_t orientation;
  /// 1 if the size claimed cannot be coded in so few bytes: decoding would end as truncated.
  uint32_t impossible;
} codec_header;

typedef struct {
  /// Working memory a library may allocate beyond the caller's pixels, in bytes.
  size_t memory;
  /// Most scans of a progressive JPEG; each costs a pass over the whole picture.
  uint32_t scans;
  /// Asked again and again while a picture is decoded, with `clock`; anything but 0 stops it.
  int (*is_late)(void *clock);
  void *clock;
} codec_limits;

typedef struct {
  char text[256];
} codec_message;

codec_status codec_jpeg_header(
    const uint8_t *bytes, size_t length, const codec_limits *limits, codec_header *header,
    codec_message *message);

/// Size after decoding at 1/denominator (1, 2, 4 or 8): rounded up.
uint32_t codec_jpeg_scaled(uint32_t side, uint32_t denominator);

/// Decodes to RGB at 1/denominator of the size. `capacity` is the number of bytes at `pixels`.
codec_status codec_jpeg_decode(
    const uint8_t *bytes, size_t length, const codec_limits *limits, uint32_t denominator,
    uint8_t *pixels, size_t capacity, codec_message *message);

/// Encodes RGB as a baseline JPEG with half the colour resolution, as cameras do.
///
/// `capacity` is the number of bytes at `bytes`, of which `length` are written.
codec_status codec_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t quality, uint8_t *bytes,
    size_t capacity, size_t *length, codec_message *message);

codec_status codec_png_header(
    const uint8_t *bytes, size_t length, const codec_limits *limits, codec_header *header,
    codec_message *message);

/// Decodes to RGB or RGBA, as the header's `channels` says.
codec_status codec_png_decode(
    const uint8_t *bytes, size_t length, const codec_limits *limits, uint8_t *pixels,
    size_t capacity, codec_message *message);

codec_status codec_gif_header(
    const uint8_t *bytes, size_t length, const codec_limits *limits, codec_header *header,
    codec_message *message);

/// Decodes the first frame to RGB, on white.
codec_status codec_gif_decode(
    const uint8_t *bytes, size_t length, const codec_limits *limits, uint8_t *pixels,
    size_t capacity, codec_message *message);

codec_status codec_webp_header(
    const uint8_t *bytes, size_t length, const codec_limits *limits, codec_header *header,
    codec_message *message);

/// Decodes the picture, or the first frame of an animation, to RGB or RGBA, as the header's
/// `channels` says.
codec_status codec_webp_decode(
    const uint8_t *bytes, size_t length, const codec_limits *limits, uint8_t *pixels,
    size_t capacity, codec_message *message);

/// Orientation 1...8 in a TIFF-structured EXIF block (without the "Exif\0\0" prefix), 1 if none.
uint32_t codec_exif_orientation(const uint8_t *block, size_t length);
