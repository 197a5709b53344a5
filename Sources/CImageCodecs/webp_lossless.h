#pragma once

#include "support.h"

/// Counts the groups of prefix codes of a lossless WebP stream.
///
/// libwebp keeps tables of up to 20 KB for each of up to 65,536 groups: a file of 300 KB can make it
/// use 365 MB, one of 26 MB 1.3 GB, for a picture of one megapixel. It has no limit for that, so they
/// are counted before it starts. This follows the stream only as far as the map of the groups and
/// stores no pixel: copies bring no new group.
///
/// - Parameters:
///   - stream: after signature and sizes, that is, from the first transform on.
///   - groups: how many the map asks for, 1 without a map.
codec_status codec_webp_code_groups(
    const uint8_t *stream, size_t length, uint32_t width, uint32_t height,
    const codec_limits *limits, uint32_t *groups, codec_message *message);
