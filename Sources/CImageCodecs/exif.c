#include "codecs.h"

static uint32_t read16(const uint8_t *at, int big) {
  return big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

static uint32_t read32(const uint8_t *at, int big) {
  return big ? read16(at, 1) << 16 | read16(at + 2, 1) : read16(at + 2, 0) << 16 | read16(at, 0);
}

uint32_t codec_exif_orientation(const uint8_t *block, size_t length) {
  enum { orientation_tag = 0x0112, short_type = 3, entry_size = 12 };
  if (length < 8) return 1;
  int big;
  if (block[0] == 'M' && block[1] == 'M') {
    big = 1;
  } else if (block[0] == 'I' && block[1] == 'I') {
    big = 0;
  } else {
    return 1;
  }
  if (read16(block + 2, big) != 42) return 1;
  size_t directory = read32(block + 4, big);
  if (directory > length - 2) return 1;
  uint32_t count = read16(block + directory, big);
  size_t at = directory + 2;
  for (uint32_t index = 0; index < count; index++, at += entry_size) {
    if (length - at < entry_size) return 1;
    if (read16(block + at, big) != orientation_tag) continue;
    if (read16(block + at + 2, big) != short_type) return 1;
    uint32_t value = read16(block + at + 8, big);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
