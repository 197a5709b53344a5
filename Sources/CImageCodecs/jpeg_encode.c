#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "support.h"

typedef struct {
  struct jpeg_error_mgr library;
  jmp_buf escape;
  codec_message *message;
} error_manager;

static void on_error(j_common_ptr info) {
  error_manager *errors = (error_manager *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  snprintf(errors->message->text, sizeof errors->message->text, "%s", text);
  longjmp(errors->escape, 1);
}

codec_status codec_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t quality, uint8_t *bytes,
    size_t capacity, size_t *length, codec_message *message) {
  struct jpeg_compress_struct info;
  error_manager errors;
  memset(&info, 0, sizeof info);
  memset(&errors, 0, sizeof errors);
  memset(message, 0, sizeof *message);
  // The library goes on in memory of its own where the caller's does not suffice.
  unsigned char *target = bytes;
  unsigned long written = (unsigned long)capacity;
  info.err = jpeg_std_error(&errors.library);
  errors.library.error_exit = on_error;
  errors.message = message;
  if (setjmp(errors.escape)) {
    jpeg_destroy_compress(&info);
    return CODEC_UNSUPPORTED;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &target, &written);
  info.image_width = width;
  info.image_height = height;
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, (int)quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row[1] = {(JSAMPROW)(pixels + (size_t)info.next_scanline * width * 3)};
    jpeg_write_scanlines(&info, row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  if (target != bytes) {
    free(target);
    return codec_fail(message, CODEC_TOO_LARGE, "more than %zu bytes", capacity);
  }
  *length = written;
  return CODEC_OK;
}
