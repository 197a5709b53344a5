#include <string.h>

#include "webp_lossless.h"

enum {
  longest_code = 15,
  length_symbols = 24,
  distance_symbols = 40,
  largest_cache = 11,
  most_symbols = 256 + length_symbols + (1 << largest_cache),
};

typedef struct {
  const uint8_t *bytes;
  size_t length;
  /// Of the next bit; the lowest of a byte comes first.
  uint64_t place;
  const codec_limits *limits;
  codec_status status;
} reader;

/// A canonical prefix code: how many codes of each length, and their symbols in order.
typedef struct {
  uint32_t counts[longest_code + 1];
  uint32_t total;
  uint16_t symbols[most_symbols];
} prefix_code;

static void fail(reader *input, codec_status status) {
  if (input->status == CODEC_OK) input->status = status;
}

static uint32_t read_bits(reader *input, uint32_t count) {
  uint32_t value = 0;
  for (uint32_t index = 0; index < count; index++, input->place++) {
    if (input->place >> 3 >= input->length) {
      fail(input, CODEC_TRUNCATED);
      return 0;
    }
    value |= (uint32_t)(input->bytes[input->place >> 3] >> (input->place & 7) & 1) << index;
  }
  return value;
}

/// Orders the symbols by the lengths of their codes. Anything but a complete code fails, except a
/// single symbol, whose code has no bits, however long it claims to be.
static void make_code(
    reader *input, const uint8_t *lengths, uint32_t symbols, prefix_code *code) {
  uint32_t next[longest_code + 2] = {0};
  memset(code->counts, 0, sizeof code->counts);
  for (uint32_t symbol = 0; symbol < symbols; symbol++) code->counts[lengths[symbol]]++;
  code->counts[0] = 0;
  code->total = 0;
  int64_t open = 1;
  for (int length = 1; length <= longest_code; length++) {
    next[length + 1] = next[length] + code->counts[length];
    code->total += code->counts[length];
    open = 2 * open - code->counts[length];
    if (open < 0) break;
  }
  if (code->total == 0 || (open != 0 && code->total != 1)) {
    fail(input, CODEC_CORRUPT);
    return;
  }
  for (uint32_t symbol = 0; symbol < symbols; symbol++) {
    if (lengths[symbol]) code->symbols[next[lengths[symbol]]++] = (uint16_t)symbol;
  }
}

static uint32_t read_symbol(reader *input, const prefix_code *code) {
  if (input->status != CODEC_OK) return 0;
  if (code->total == 1) return code->symbols[0];
  uint32_t value = 0, first = 0, index = 0;
  for (int length = 1; length <= longest_code; length++) {
    value |= read_bits(input, 1);
    if (input->status != CODEC_OK) return 0;
    uint32_t count = code->counts[length];
    if (value < first + count) return code->symbols[index + value - first];
    index += count;
    first = (first + count) << 1;
    value <<= 1;
  }
  fail(input, CODEC_CORRUPT);
  return 0;
}

/// Lengths of codes, themselves in a prefix code, with runs.
static void read_lengths(reader *input, uint32_t symbols, uint8_t *lengths) {
  static const uint8_t order[19] = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  static const uint8_t run_bits[3] = {2, 3, 7}, run_least[3] = {3, 3, 11};
  uint8_t outer[19] = {0};
  uint32_t given = 4 + read_bits(input, 4);
  for (uint32_t index = 0; index < given && index < 19; index++) {
    outer[order[index]] = (uint8_t)read_bits(input, 3);
  }
  prefix_code code;
  make_code(input, outer, 19, &code);
  uint32_t left = symbols;
  if (read_bits(input, 1)) left = 2 + read_bits(input, 2 + 2 * read_bits(input, 3));
  if (left > symbols) fail(input, CODEC_CORRUPT);
  uint8_t before = 8;
  for (uint32_t symbol = 0; symbol < symbols && left > 0 && input->status == CODEC_OK; left--) {
    uint32_t value = read_symbol(input, &code);
    if (value < 16) {
      lengths[symbol++] = (uint8_t)value;
      if (value) before = (uint8_t)value;
      continue;
    }
    uint32_t run = read_bits(input, run_bits[value - 16]) + run_least[value - 16];
    if (run > symbols - symbol) {
      fail(input, CODEC_CORRUPT);
      return;
    }
    memset(lengths + symbol, value == 16 ? before : 0, run);
    symbol += run;
  }
}

static void read_code(reader *input, uint32_t symbols, prefix_code *code) {
  uint8_t lengths[most_symbols] = {0};
  if (read_bits(input, 1)) {
    uint32_t count = 1 + read_bits(input, 1);
    lengths[read_bits(input, read_bits(input, 1) ? 8 : 1)] = 1;
    if (count == 2) lengths[read_bits(input, 8)] = 1;
  } else {
    read_lengths(input, symbols, lengths);
  }
  if (input->status == CODEC_OK) make_code(input, lengths, symbols, code);
}

/// A length or a distance: the symbol gives the highest bits, further bits the rest.
static uint32_t read_number(reader *input, uint32_t symbol) {
  if (symbol < 4) return symbol + 1;
  uint32_t bits = (symbol - 2) >> 1;
  return ((2 + (symbol & 1)) << bits) + read_bits(input, bits) + 1;
}

/// Bits of the colour cache, 0 for none.
static uint32_t read_cache(reader *input) {
  if (!read_bits(input, 1)) return 0;
  uint32_t bits = read_bits(input, 4);
  if (bits < 1 || bits > largest_cache) fail(input, CODEC_CORRUPT);
  return bits;
}

/// Passes over the picture of a transform, or the map, which have one group each. Returns the
/// largest number that red and green make of a pixel.
static uint32_t pass_over(reader *input, uint32_t width, uint32_t height) {
  uint32_t cache = read_cache(input);
  if (input->status != CODEC_OK) return 0;
  uint32_t greens = 256 + length_symbols + (cache ? 1u << cache : 0);
  const uint32_t symbols[5] = {greens, 256, 256, 256, distance_symbols};
  prefix_code codes[5];
  for (int index = 0; index < 5 && input->status == CODEC_OK; index++) {
    read_code(input, symbols[index], &codes[index]);
  }
  uint64_t left = (uint64_t)width * height;
  uint32_t largest = 0, looks = 0;
  while (left > 0 && input->status == CODEC_OK) {
    if ((++looks & 0xffff) == 0 && codec_is_late(input->limits)) fail(input, CODEC_TOO_SLOW);
    uint32_t green = read_symbol(input, &codes[0]);
    uint64_t count = 1;
    if (green < 256) {
      uint32_t red = read_symbol(input, &codes[1]);
      read_symbol(input, &codes[2]);
      read_symbol(input, &codes[3]);
      uint32_t number = red << 8 | green;
      if (number > largest) largest = number;
    } else if (green < 256 + length_symbols) {
      count = read_number(input, green - 256);
      read_number(input, read_symbol(input, &codes[4]));
    }
    left -= count < left ? count : left;
  }
  return largest;
}

static uint32_t blocks(uint32_t side, uint32_t bits) { return (side + (1u << bits) - 1) >> bits; }

/// Passes over the transforms. Returns the width that is left to code.
static uint32_t pass_transforms(reader *input, uint32_t width, uint32_t height) {
  enum { prediction, color, subtraction, palette };
  uint32_t seen = 0;
  while (input->status == CODEC_OK && read_bits(input, 1)) {
    uint32_t kind = read_bits(input, 2);
    if (seen >> kind & 1) fail(input, CODEC_CORRUPT);
    seen |= 1u << kind;
    if (kind == prediction || kind == color) {
      uint32_t bits = 2 + read_bits(input, 3);
      pass_over(input, blocks(width, bits), blocks(height, bits));
    } else if (kind == palette) {
      uint32_t colors = 1 + read_bits(input, 8);
      pass_over(input, colors, 1);
      width = blocks(width, colors > 16 ? 0 : colors > 4 ? 1 : colors > 2 ? 2 : 3);
    }
  }
  return width;
}

codec_status codec_webp_code_groups(
    const uint8_t *stream, size_t length, uint32_t width, uint32_t height,
    const codec_limits *limits, uint32_t *groups, codec_message *message) {
  reader input = {.bytes = stream, .length = length, .limits = limits, .status = CODEC_OK};
  *groups = 1;
  width = pass_transforms(&input, width, height);
  read_cache(&input);
  if (read_bits(&input, 1)) {
    uint32_t bits = 2 + read_bits(&input, 3);
    *groups = 1 + pass_over(&input, blocks(width, bits), blocks(height, bits));
  }
  switch (input.status) {
    case CODEC_OK:
      return CODEC_OK;
    case CODEC_TRUNCATED:
      return codec_fail(message, CODEC_TRUNCATED, "the pixels end too early");
    case CODEC_TOO_SLOW:
      return codec_fail(message, CODEC_TOO_SLOW, "takes too long");
    default:
      return codec_fail(message, input.status, "the pixels do not decode");
  }
}
