#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

#include "support.h"

typedef struct {
  const uint8_t *next;
  size_t left;
  const codec_limits *limits;
  codec_status status;
  codec_message *message;
  png_structp png;
  png_infop info;
} reader;

static void on_error(png_structp png, png_const_charp text) {
  reader *input = png_get_error_ptr(png);
  if (input->message->text[0] == 0) {
    snprintf(input->message->text, sizeof input->message->text, "%s", text);
  }
  if (input->status == CODEC_OK) {
    // libpng's own words for pixel data that ends too early inside a complete file.
    int short_data = strstr(text, "Not enough image data") != NULL;
    input->status = short_data ? CODEC_TRUNCATED : CODEC_CORRUPT;
  }
  png_longjmp(png, 1);
}

/// libpng warns about ancillary chunks, which do not change a pixel here; whatever damages the
/// pixels is an error to it.
static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

/// Also where the clock is looked at: all work follows from input, a few kilobytes at a time, even
/// the unpacking of compressed data beyond the last pixel.
static void on_read(png_structp png, png_bytep into, size_t count) {
  reader *input = png_get_io_ptr(png);
  if (codec_is_late(input->limits)) {
    input->status = CODEC_TOO_SLOW;
    png_error(png, "takes too long");
  }
  if (count > input->left) {
    input->status = CODEC_TRUNCATED;
    png_error(png, "the file ends too early");
  }
  memcpy(into, input->next, count);
  input->next += count;
  input->left -= count;
}

static codec_status begin(
    reader *input, const uint8_t *bytes, size_t length, const codec_limits *limits,
    codec_message *message) {
  memset(input, 0, sizeof *input);
  memset(message, 0, sizeof *message);
  input->next = bytes;
  input->left = length;
  input->limits = limits;
  input->message = message;
  input->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, input, on_error, on_warning);
  input->info = input->png ? png_create_info_struct(input->png) : NULL;
  if (input->info) return CODEC_OK;
  png_destroy_read_struct(&input->png, NULL, NULL);
  return codec_fail(message, CODEC_TOO_LARGE, "no memory for the decoder");
}

static void end(reader *input) { png_destroy_read_struct(&input->png, &input->info, NULL); }

/// Reads the chunks before the pixels. Texts, profiles, gamma and the like are skipped unread.
static void read_header(reader *input) {
  png_structp png = input->png;
  size_t memory = input->limits->memory;
  png_set_read_fn(png, input, on_read);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_chunk_cache_max(png, 128);
  png_set_chunk_malloc_max(png, memory < 8000000 ? memory : 8000000);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
#ifdef PNG_READ_eXIf_SUPPORTED
  static const png_byte exif[5] = {'e', 'X', 'I', 'f', 0};
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, exif, 1);
#endif
  png_read_info(png, input->info);
}

static uint32_t channels_of(reader *input) {
  int alpha = png_get_color_type(input->png, input->info) & PNG_COLOR_MASK_ALPHA;
  return alpha || png_get_valid(input->png, input->info, PNG_INFO_tRNS) ? 4 : 3;
}

codec_status codec_png_header(
    const uint8_t *bytes, size_t length, const codec_limits *limits, codec_header *header,
    codec_message *message) {
  reader input;
  memset(header, 0, sizeof *header);
  codec_status begun = begin(&input, bytes, length, limits, message);
  if (begun != CODEC_OK) return begun;
  if (setjmp(png_jmpbuf(input.png))) {
    end(&input);
    return input.status;
  }
  read_header(&input);
  header->width = png_get_image_width(input.png, input.info);
  header->height = png_get_image_height(input.png, input.info);
  header->channels = channels_of(&input);
  header->orientation = 1;
#ifdef PNG_READ_eXIf_SUPPORTED
  png_uint_32 exif_length = 0;
  png_bytep exif = NULL;
  if (png_get_eXIf_1(input.png, input.info, &exif_length, &exif) && exif) {
    header->orientation = codec_exif_orientation(exif, exif_length);
  }
#endif
  // Deflate expands at most 1032 times.
  uint64_t row = png_get_rowbytes(input.png, input.info);
  header->impossible = row * header->height / 1032 > length;
  end(&input);
  return CODEC_OK;
}

codec_status codec_png_decode(
    const uint8_t *bytes, size_t length, const codec_limits *limits, uint8_t *pixels,
    size_t capacity, codec_message *message) {
  reader input;
  codec_status begun = begin(&input, bytes, length, limits, message);
  if (begun != CODEC_OK) return begun;
  if (setjmp(png_jmpbuf(input.png))) {
    end(&input);
    return input.status;
  }
  read_header(&input);
  size_t width = png_get_image_width(input.png, input.info);
  size_t height = png_get_image_height(input.png, input.info);
  size_t stride = width * channels_of(&input);
  png_set_expand(input.png);
  png_set_scale_16(input.png);
  png_set_gray_to_rgb(input.png);
  int passes = png_set_interlace_handling(input.png);
  png_read_update_info(input.png, input.info);
  if (png_get_rowbytes(input.png, input.info) != stride || stride * height > capacity) {
    end(&input);
    return codec_fail(message, CODEC_CORRUPT, "decoded size differs from the header's");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (size_t row = 0; row < height; row++) {
      png_read_row(input.png, pixels + row * stride, NULL);
    }
  }
  // Checks the last chunk's CRC and that the end chunk is there.
  png_read_end(input.png, NULL);
  end(&input);
  return CODEC_OK;
}
