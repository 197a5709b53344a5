#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "support.h"

typedef struct {
  struct jpeg_error_mgr library;
  jmp_buf escape;
  codec_status status;
  codec_message *message;
} error_manager;

typedef struct {
  struct jpeg_progress_mgr library;
  const codec_limits *limits;
} progress_manager;

static void leave(j_common_ptr info, codec_status status) {
  error_manager *errors = (error_manager *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  snprintf(errors->message->text, sizeof errors->message->text, "%s", text);
  errors->status = status;
  longjmp(errors->escape, 1);
}

static void on_error(j_common_ptr info) {
  switch (info->err->msg_code) {
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
      leave(info, CODEC_TRUNCATED);
      break;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
      leave(info, CODEC_UNSUPPORTED);
      break;
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
      leave(info, CODEC_TOO_LARGE);
      break;
    default:
      leave(info, CODEC_CORRUPT);
  }
}

/// The rule for warnings: what leaves the pixels whole is ignored, the end of the input is
/// "truncated", anything else "corrupt". libjpeg itself would go on and fill up with grey.
static void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  enum { end_of_image = 0xd9 };
  switch (info->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_BOGUS_ICC:
    case JWRN_NOT_SEQUENTIAL:
      return;
    case JWRN_EXTRANEOUS_DATA:
      if (info->err->msg_parm.i[1] == end_of_image) return;
      leave(info, CODEC_CORRUPT);
      break;
    case JWRN_JPEG_EOF:
      leave(info, CODEC_TRUNCATED);
      break;
    default:
      leave(info, CODEC_CORRUPT);
  }
}

/// Called for each row of blocks of each scan.
static void on_progress(j_common_ptr info) {
  if (!info->is_decompressor) return;
  const codec_limits *limits = ((progress_manager *)info->progress)->limits;
  error_manager *errors = (error_manager *)info->err;
  if (((j_decompress_ptr)info)->input_scan_number > (int)limits->scans) {
    errors->status = codec_fail(
        errors->message, CODEC_TOO_LARGE, "more than %d scans", (int)limits->scans);
  } else if (codec_is_late(limits)) {
    errors->status = codec_fail(errors->message, CODEC_TOO_SLOW, "takes too long");
  } else {
    return;
  }
  longjmp(errors->escape, 1);
}

static void begin(
    j_decompress_ptr info, error_manager *errors, progress_manager *progress,
    codec_message *message) {
  memset(info, 0, sizeof *info);
  memset(errors, 0, sizeof *errors);
  memset(progress, 0, sizeof *progress);
  memset(message, 0, sizeof *message);
  info->err = jpeg_std_error(&errors->library);
  errors->library.error_exit = on_error;
  errors->library.emit_message = on_message;
  errors->message = message;
  progress->library.progress_monitor = on_progress;
}

static void open_input(
    j_decompress_ptr info, progress_manager *progress, const uint8_t *bytes, size_t length,
    const codec_limits *limits) {
  jpeg_create_decompress(info);
  info->progress = &progress->library;
  progress->limits = limits;
  info->mem->max_memory_to_use = (long)limits->memory;
  jpeg_mem_src(info, bytes, (unsigned long)length);
}

static uint32_t orientation_of(j_decompress_ptr info) {
  static const uint8_t prefix[6] = {'E', 'x', 'i', 'f', 0, 0};
  for (jpeg_saved_marker_ptr marker = info->marker_list; marker; marker = marker->next) {
    if (marker->data_length < sizeof prefix) continue;
    if (memcmp(marker->data, prefix, sizeof prefix) != 0) continue;
    return codec_exif_orientation(
        marker->data + sizeof prefix, marker->data_length - sizeof prefix);
  }
  return 1;
}

codec_status codec_jpeg_header(
    const uint8_t *bytes, size_t length, const codec_limits *limits, codec_header *header,
    codec_message *message) {
  struct jpeg_decompress_struct info;
  error_manager errors;
  progress_manager progress;
  begin(&info, &errors, &progress, message);
  memset(header, 0, sizeof *header);
  if (setjmp(errors.escape)) {
    jpeg_destroy_decompress(&info);
    return errors.status;
  }
  open_input(&info, &progress, bytes, length, limits);
  jpeg_save_markers(&info, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(&info, TRUE);
  header->width = info.image_width;
  header->height = info.image_height;
  header->channels = 3;
  header->orientation = orientation_of(&info);
  // Huffman codes have at least one bit, and a block has at least one code: 64 pixels a bit.
  uint64_t pixels = (uint64_t)info.image_width * info.image_height;
  header->impossible = !info.arith_code && pixels / 512 > length;
  jpeg_destroy_decompress(&info);
  return CODEC_OK;
}

uint32_t codec_jpeg_scaled(uint32_t side, uint32_t denominator) {
  return (uint32_t)(((uint64_t)side + denominator - 1) / denominator);
}

/// a · b / 255, rounded.
static inline uint32_t product255(uint32_t a, uint32_t b) {
  uint32_t scaled = a * b + 128;
  return ((scaled >> 8) + scaled) >> 8;
}

/// CMYK to RGB in place. Four-channel JPEGs in circulation store inverted inks, as Adobe's
/// programs write them: 255 is no ink.
static void rgb_from_inverted_cmyk(const uint8_t *inks, uint8_t *pixels, size_t count) {
  for (size_t index = 0; index < count; index++, inks += 4, pixels += 3) {
    uint32_t light = inks[3];
    for (int channel = 0; channel < 3; channel++) {
      pixels[channel] = (uint8_t)(light - product255(255 - inks[channel], light));
    }
  }
}

codec_status codec_jpeg_decode(
    const uint8_t *bytes, size_t length, const codec_limits *limits, uint32_t denominator,
    uint8_t *pixels, size_t capacity, codec_message *message) {
  struct jpeg_decompress_struct info;
  error_manager errors;
  progress_manager progress;
  begin(&info, &errors, &progress, message);
  if (setjmp(errors.escape)) {
    jpeg_destroy_decompress(&info);
    return errors.status;
  }
  open_input(&info, &progress, bytes, length, limits);
  jpeg_read_header(&info, TRUE);
  int inks = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
  info.dct_method = JDCT_ISLOW;
  info.scale_num = 1;
  info.scale_denom = denominator;
  jpeg_start_decompress(&info);

  size_t stride = (size_t)info.output_width * 3;
  if (info.output_components != (inks ? 4 : 3) || stride * info.output_height > capacity) {
    jpeg_destroy_decompress(&info);
    return codec_fail(message, CODEC_CORRUPT, "decoded size differs from the header's");
  }
  JSAMPARRAY ink_row = NULL;
  if (inks) {
    ink_row = info.mem->alloc_sarray(
        (j_common_ptr)&info, JPOOL_IMAGE, info.output_width * 4, 1);
  }
  while (info.output_scanline < info.output_height) {
    uint8_t *row = pixels + (size_t)info.output_scanline * stride;
    if (inks) {
      if (jpeg_read_scanlines(&info, ink_row, 1) != 1) break;
      rgb_from_inverted_cmyk(ink_row[0], row, info.output_width);
    } else {
      JSAMPROW rows[1] = {row};
      if (jpeg_read_scanlines(&info, rows, 1) != 1) break;
    }
  }
  // Reads on to the end marker: a file without one is truncated.
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return CODEC_OK;
}
