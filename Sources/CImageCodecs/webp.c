#include <string.h>

#include <webp/decode.h>

#include "support.h"
#include "webp_lossless.h"

/// The container is read here, because libwebp's decoder takes no animations and no EXIF block.
typedef struct {
  const uint8_t *at;
  size_t length;
} span;

typedef struct {
  /// Size of the picture shown.
  uint32_t width, height;
  /// Place and size of the first frame in it: all of it, unless animated.
  uint32_t left, top, frame_width, frame_height;
  uint32_t orientation;
  /// From its alpha chunk on, if there is one, to the end of its pixels.
  span frame;
  WebPBitstreamFeatures features;
} container;

enum { chunk_header = 8, lossless_format = 2 };

static uint32_t read24(const uint8_t *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
}

static uint32_t read32(const uint8_t *at) { return read24(at) | (uint32_t)at[3] << 24; }

static int is(const uint8_t *tag, const char *name) { return memcmp(tag, name, 4) == 0; }

/// Takes the next chunk off `rest`. Returns 0 at the end, -1 for a chunk longer than the rest.
static int next_chunk(span *rest, const uint8_t **tag, span *payload) {
  if (rest->length < chunk_header) return 0;
  size_t size = read32(rest->at + 4);
  if (size > rest->length - chunk_header) return -1;
  *tag = rest->at;
  *payload = (span){rest->at + chunk_header, size};
  size_t step = chunk_header + size + (size & 1);
  if (step > rest->length) step = rest->length;
  rest->at += step;
  rest->length -= step;
  return 1;
}

static uint32_t orientation_of(span exif) {
  static const uint8_t prefix[6] = {'E', 'x', 'i', 'f', 0, 0};
  size_t skipped = 0;
  if (exif.length >= sizeof prefix && memcmp(exif.at, prefix, sizeof prefix) == 0) {
    skipped = sizeof prefix;
  }
  return codec_exif_orientation(exif.at + skipped, exif.length - skipped);
}

/// Finds the pixels of a still picture or of one frame, and the orientation.
static codec_status find_frame(span chunks, container *file, codec_message *message) {
  const uint8_t *tag, *alpha = NULL;
  span payload;
  int found;
  while ((found = next_chunk(&chunks, &tag, &payload)) > 0) {
    if (is(tag, "EXIF")) file->orientation = orientation_of(payload);
    if (file->frame.at) continue;
    if (is(tag, "ALPH") && !alpha) alpha = tag;
    if (is(tag, "VP8 ") || is(tag, "VP8L")) {
      const uint8_t *start = alpha && is(tag, "VP8 ") ? alpha : tag;
      file->frame = (span){start, (size_t)(payload.at + payload.length - start)};
    }
  }
  if (file->frame.at) return CODEC_OK;
  return codec_fail(
      message, CODEC_CORRUPT, found < 0 ? "a chunk is longer than the file says" : "no pixels");
}

/// The same for an animation, whose frames are chunks with chunks of their own.
static codec_status find_first_frame(span chunks, container *file, codec_message *message) {
  enum { frame_header = 16 };
  const uint8_t *tag;
  span payload;
  int found, frames = 0;
  uint32_t orientation = 1;
  while ((found = next_chunk(&chunks, &tag, &payload)) > 0) {
    if (is(tag, "EXIF")) orientation = orientation_of(payload);
    if (!is(tag, "ANMF") || frames++ > 0) continue;
    if (payload.length < frame_header) break;
    file->left = 2 * read24(payload.at);
    file->top = 2 * read24(payload.at + 3);
    file->frame_width = 1 + read24(payload.at + 6);
    file->frame_height = 1 + read24(payload.at + 9);
    span inner = {payload.at + frame_header, payload.length - frame_header};
    codec_status status = find_frame(inner, file, message);
    if (status != CODEC_OK) return status;
  }
  file->orientation = orientation;
  if (file->frame.at) return CODEC_OK;
  return codec_fail(
      message, CODEC_CORRUPT, found < 0 ? "a chunk is longer than the file says" : "no frame");
}

static codec_status failure(VP8StatusCode status, codec_message *message) {
  switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return codec_fail(message, CODEC_TRUNCATED, "the pixels end too early");
    case VP8_STATUS_OUT_OF_MEMORY:
      return codec_fail(message, CODEC_TOO_LARGE, "no memory for the decoder");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return codec_fail(message, CODEC_UNSUPPORTED, "a feature that libwebp does not decode");
    default:
      return codec_fail(message, CODEC_CORRUPT, "the pixels do not decode");
  }
}

static codec_status read_container(
    const uint8_t *bytes, size_t length, container *file, codec_message *message) {
  enum { riff_header = 12, extended_length = 10, animation_flag = 2 };
  memset(file, 0, sizeof *file);
  memset(message, 0, sizeof *message);
  file->orientation = 1;
  if (length < riff_header) return codec_fail(message, CODEC_TRUNCATED, "the file ends too early");
  // The size counts from the form type on. Bytes beyond it are not the picture's.
  size_t size = read32(bytes + 4);
  if (size < 4) return codec_fail(message, CODEC_CORRUPT, "a size of %zu bytes", size);
  if (size > length - chunk_header) {
    return codec_fail(
        message, CODEC_TRUNCATED, "%zu bytes of %zu", length, size + chunk_header);
  }
  span all = {bytes + riff_header, size - 4}, rest = all, first;
  const uint8_t *tag;
  if (next_chunk(&rest, &tag, &first) <= 0) {
    return codec_fail(message, CODEC_CORRUPT, "a chunk is longer than the file says");
  }
  int is_extended = is(tag, "VP8X"), is_animated = 0;
  if (is_extended) {
    if (first.length < extended_length) {
      return codec_fail(message, CODEC_CORRUPT, "the extended header is too short");
    }
    is_animated = first.at[0] & animation_flag;
    file->width = file->frame_width = 1 + read24(first.at + 4);
    file->height = file->frame_height = 1 + read24(first.at + 7);
  }
  codec_status found = is_animated ? find_first_frame(rest, file, message)
                                   : find_frame(is_extended ? rest : all, file, message);
  if (found != CODEC_OK) return found;

  VP8StatusCode status = WebPGetFeatures(file->frame.at, file->frame.length, &file->features);
  if (status != VP8_STATUS_OK) return failure(status, message);
  uint32_t width = (uint32_t)file->features.width, height = (uint32_t)file->features.height;
  if (!is_extended) {
    file->width = file->frame_width = width;
    file->height = file->frame_height = height;
  }
  // All of them are below 2^26, so nothing overflows.
  if (width != file->frame_width || height != file->frame_height
      || file->left + width > file->width || file->top + height > file->height) {
    return codec_fail(message, CODEC_CORRUPT, "the frame's size differs from the header's");
  }
  return CODEC_OK;
}

static int fills_picture(const container *file) {
  return file->frame_width == file->width && file->frame_height == file->height;
}

/// The part of the picture that no frame covers is transparent.
static uint32_t channels_of(const container *file) {
  return file->features.has_alpha || !fills_picture(file) ? 4 : 3;
}

codec_status codec_webp_header(
    const uint8_t *bytes, size_t length, const codec_limits *limits, codec_header *header,
    codec_message *message) {
  (void)limits;
  container file;
  memset(header, 0, sizeof *header);
  codec_status status = read_container(bytes, length, &file, message);
  if (status != CODEC_OK) return status;
  header->width = file.width;
  header->height = file.height;
  header->channels = channels_of(&file);
  header->orientation = file.orientation;
  // The modes of a lossy block of 256 pixels take more than a bit. Lossless pixels can take none.
  uint64_t pixels = (uint64_t)file.frame_width * file.frame_height;
  header->impossible =
      file.features.format != lossless_format && pixels / 2048 > file.frame.length;
  return CODEC_OK;
}

/// Finds the lossless stream: the pixels themselves, or the alpha of lossy ones. `at` is NULL if
/// there is none.
static span lossless_stream(const container *file) {
  enum { signature_and_sizes = 5, alpha_header = 1, lossless_alpha = 1 };
  span chunks = file->frame, payload, none = {NULL, 0};
  const uint8_t *tag;
  if (next_chunk(&chunks, &tag, &payload) <= 0) return none;
  size_t skipped;
  if (is(tag, "VP8L")) {
    skipped = signature_and_sizes;
  } else if (is(tag, "ALPH") && payload.length > 0 && (payload.at[0] & 3) == lossless_alpha) {
    skipped = alpha_header;
  } else {
    return none;
  }
  if (payload.length < skipped) return none;
  return (span){payload.at + skipped, payload.length - skipped};
}

/// Checks what libwebp is going to allocate; it offers no limit of its own.
static codec_status check_memory(
    const container *file, const codec_limits *limits, codec_message *message) {
  // Its tables for a group of codes, at their largest.
  enum { group_bytes = 20600 };
  uint64_t pixels = (uint64_t)file->frame_width * file->frame_height, needed = 0;
  if (file->features.format == lossless_format) {
    needed = pixels * 4;
  } else if (file->features.has_alpha) {
    needed = pixels * 5;
  }
  span stream = lossless_stream(file);
  if (stream.at && needed <= limits->memory) {
    uint32_t groups;
    codec_status status = codec_webp_code_groups(
        stream.at, stream.length, file->frame_width, file->frame_height, limits, &groups,
        message);
    if (status != CODEC_OK) return status;
    needed += (uint64_t)groups * group_bytes;
  }
  if (needed <= limits->memory) return CODEC_OK;
  return codec_fail(
      message, CODEC_TOO_LARGE, "needs %llu bytes to decode, the limit is %zu",
      (unsigned long long)needed, limits->memory);
}

/// Hands the file over in parts, so that the clock can be looked at between them.
static codec_status decode_parts(
    span frame, const codec_limits *limits, WebPDecoderConfig *config, codec_message *message) {
  enum { parts = 16, smallest_part = 1 << 16 };
  WebPIDecoder *decoder = WebPIDecode(NULL, 0, config);
  if (!decoder) return codec_fail(message, CODEC_TOO_LARGE, "no memory for the decoder");
  // A part that ends within the code tables is read again with the next: hence few parts.
  size_t step = frame.length / parts > smallest_part ? frame.length / parts : smallest_part;
  VP8StatusCode status = VP8_STATUS_SUSPENDED;
  size_t given = 0;
  int late = 0;
  while (status == VP8_STATUS_SUSPENDED && given < frame.length) {
    late = codec_is_late(limits);
    if (late) break;
    given = frame.length - given > step ? given + step : frame.length;
    status = WebPIUpdate(decoder, frame.at, given);
  }
  WebPIDelete(decoder);
  if (late) return codec_fail(message, CODEC_TOO_SLOW, "takes too long");
  return status == VP8_STATUS_OK ? CODEC_OK : failure(status, message);
}

codec_status codec_webp_decode(
    const uint8_t *bytes, size_t length, const codec_limits *limits, uint8_t *pixels,
    size_t capacity, codec_message *message) {
  container file;
  codec_status status = read_container(bytes, length, &file, message);
  if (status != CODEC_OK) return status;
  status = check_memory(&file, limits, message);
  if (status != CODEC_OK) return status;
  size_t channels = channels_of(&file), stride = file.width * channels;
  WebPDecoderConfig config;
  if (stride > INT32_MAX || stride * file.height > capacity || !WebPInitDecoderConfig(&config)) {
    return codec_fail(message, CODEC_CORRUPT, "decoded size differs from the header's");
  }
  if (!fills_picture(&file)) memset(pixels, 0, stride * file.height);
  size_t start = file.top * stride + file.left * channels;
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels + start;
  config.output.u.RGBA.stride = (int)stride;
  config.output.u.RGBA.size = stride * file.height - start;
  return decode_parts(file.frame, limits, &config, message);
}
