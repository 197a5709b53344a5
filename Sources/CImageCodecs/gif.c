#include <string.h>

#include <gif_lib.h>

#include "support.h"

/// A GIF up to its first frame's pixels. giflib never jumps, so errors come back as codes.
typedef struct {
  const uint8_t *next;
  size_t left;
  /// Whether giflib wanted more bytes than there are.
  int ended;
  GifFileType *gif;
  /// Index of the palette that shows what is behind, -1 if none.
  int transparent;
  /// The picture: the screen, or more where the first frame sticks out of it.
  uint32_t width, height;
} reader;

static int on_read(GifFileType *gif, GifByteType *into, int count) {
  reader *input = gif->UserData;
  size_t wanted = (size_t)count;
  if (wanted > input->left) {
    input->ended = 1;
    wanted = input->left;
  }
  memcpy(into, input->next, wanted);
  input->next += wanted;
  input->left -= wanted;
  return (int)wanted;
}

static codec_status failure(const reader *input, int error, codec_message *message) {
  if (input->ended) return codec_fail(message, CODEC_TRUNCATED, "the file ends too early");
  const char *text = GifErrorString(error);
  if (!text) text = "not a GIF's structure";
  switch (error) {
    case D_GIF_ERR_EOF_TOO_SOON:
      return codec_fail(message, CODEC_TRUNCATED, "fewer pixels than the frame's size");
    case D_GIF_ERR_NOT_ENOUGH_MEM:
      return codec_fail(message, CODEC_TOO_LARGE, "%s", text);
    default:
      return codec_fail(message, CODEC_CORRUPT, "%s", text);
  }
}

static void end(reader *input) {
  if (input->gif) DGifCloseFile(input->gif, NULL);
  input->gif = NULL;
}

/// Skips an extension's blocks, however many; keeps the transparent index of a graphics control.
static int read_extension(reader *input) {
  int code = 0;
  GifByteType *block = NULL;
  if (DGifGetExtension(input->gif, &code, &block) != GIF_OK) return GIF_ERROR;
  while (block) {
    GraphicsControlBlock control;
    if (code == GRAPHICS_EXT_FUNC_CODE
        && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
      input->transparent = control.TransparentColor;
    }
    if (DGifGetExtensionNext(input->gif, &block) != GIF_OK) return GIF_ERROR;
  }
  return GIF_OK;
}

/// Reads up to the first frame's pixels. On failure nothing stays open.
static codec_status begin(
    reader *input, const uint8_t *bytes, size_t length, codec_message *message) {
  memset(input, 0, sizeof *input);
  memset(message, 0, sizeof *message);
  input->next = bytes;
  input->left = length;
  input->transparent = NO_TRANSPARENT_COLOR;
  int error = 0;
  input->gif = DGifOpen(input, on_read, &error);
  if (!input->gif) return failure(input, error, message);
  GifRecordType record = UNDEFINED_RECORD_TYPE;
  int result = DGifGetRecordType(input->gif, &record);
  while (result == GIF_OK && record == EXTENSION_RECORD_TYPE) {
    result = read_extension(input);
    if (result == GIF_OK) result = DGifGetRecordType(input->gif, &record);
  }
  if (result == GIF_OK && record == TERMINATE_RECORD_TYPE) {
    end(input);
    return codec_fail(message, CODEC_CORRUPT, "no frame");
  }
  if (result == GIF_OK) result = DGifGetImageDesc(input->gif);
  if (result != GIF_OK) {
    codec_status status = failure(input, input->gif->Error, message);
    end(input);
    return status;
  }
  const GifImageDesc *frame = &input->gif->Image;
  if (frame->Width <= 0 || frame->Height <= 0 || frame->Left < 0 || frame->Top < 0) {
    end(input);
    return codec_fail(message, CODEC_CORRUPT, "a frame without pixels");
  }
  // Screens of 0 × 0 and frames beyond the screen are found in the wild: nothing is cut off.
  uint32_t right = (uint32_t)frame->Left + (uint32_t)frame->Width;
  uint32_t bottom = (uint32_t)frame->Top + (uint32_t)frame->Height;
  input->width = (uint32_t)input->gif->SWidth > right ? (uint32_t)input->gif->SWidth : right;
  input->height = (uint32_t)input->gif->SHeight > bottom ? (uint32_t)input->gif->SHeight : bottom;
  return CODEC_OK;
}

codec_status codec_gif_header(
    const uint8_t *bytes, size_t length, const codec_limits *limits, codec_header *header,
    codec_message *message) {
  (void)limits;
  reader input;
  memset(header, 0, sizeof *header);
  codec_status begun = begin(&input, bytes, length, message);
  if (begun != CODEC_OK) return begun;
  header->width = input.width;
  header->height = input.height;
  header->channels = 3;
  header->orientation = 1;
  // A code of 12 bits stands for at most 4,096 pixels. The rest of the screen costs no bytes.
  uint64_t pixels = (uint64_t)input.gif->Image.Width * (uint64_t)input.gif->Image.Height;
  header->impossible = pixels / 2731 > length;
  end(&input);
  return CODEC_OK;
}

/// Colours for all 256 indices: the frame's palette, else the screen's, else shades of grey.
/// Indices beyond a palette are black.
static void fill_palette(const GifFileType *gif, uint8_t palette[256][3]) {
  const ColorMapObject *map = gif->Image.ColorMap ? gif->Image.ColorMap : gif->SColorMap;
  for (int index = 0; index < 256; index++) {
    GifColorType color = {0, 0, 0};
    if (!map) {
      color.Red = color.Green = color.Blue = (GifByteType)index;
    } else if (index < map->ColorCount) {
      color = map->Colors[index];
    }
    palette[index][0] = color.Red;
    palette[index][1] = color.Green;
    palette[index][2] = color.Blue;
  }
}

/// Decodes the frame's rows, in the order they are stored, into their places.
static codec_status decode_rows(
    reader *input, const codec_limits *limits, uint8_t *pixels, codec_message *message) {
  static const size_t first[4] = {0, 4, 2, 1}, step[4] = {8, 8, 4, 2};
  const GifImageDesc *frame = &input->gif->Image;
  size_t width = (size_t)frame->Width, height = (size_t)frame->Height;
  uint8_t palette[256][3];
  fill_palette(input->gif, palette);
  int passes = frame->Interlace ? 4 : 1;
  for (int pass = 0; pass < passes; pass++) {
    size_t row = frame->Interlace ? first[pass] : 0;
    for (; row < height; row += frame->Interlace ? step[pass] : 1) {
      if (codec_is_late(limits)) return codec_fail(message, CODEC_TOO_SLOW, "takes too long");
      uint8_t *shown =
          pixels + (((size_t)frame->Top + row) * input->width + (size_t)frame->Left) * 3;
      // The row's indices go where its last pixels will be and are read before they are written
      // over, so no second buffer is needed.
      uint8_t *indices = shown + 2 * width;
      if (DGifGetLine(input->gif, indices, (int)width) != GIF_OK) {
        return failure(input, input->gif->Error, message);
      }
      for (size_t column = 0; column < width; column++) {
        uint8_t index = indices[column];
        if (index == input->transparent) {
          memset(shown + 3 * column, 255, 3);
        } else {
          memcpy(shown + 3 * column, palette[index], 3);
        }
      }
    }
  }
  return CODEC_OK;
}

codec_status codec_gif_decode(
    const uint8_t *bytes, size_t length, const codec_limits *limits, uint8_t *pixels,
    size_t capacity, codec_message *message) {
  reader input;
  codec_status status = begin(&input, bytes, length, message);
  if (status != CODEC_OK) return status;
  size_t size = (size_t)input.width * input.height * 3;
  if (size > capacity) {
    status = codec_fail(message, CODEC_CORRUPT, "decoded size differs from the header's");
  } else {
    // What the frame leaves free shows the page: white here, as for all transparency. The screen's
    // background colour is ignored, as browsers do.
    memset(pixels, 255, size);
    status = decode_rows(&input, limits, pixels, message);
  }
  end(&input);
  return status;
}
