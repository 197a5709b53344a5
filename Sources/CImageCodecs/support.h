#pragma once

#include <stdarg.h>
#include <stdio.h>

#include "codecs.h"

/// What the shims share; not part of the module.

static inline int codec_is_late(const codec_limits *limits) {
  return limits->is_late && limits->is_late(limits->clock);
}

/// Notes why and returns the status, so that a failure is one line.
__attribute__((format(printf, 3, 4))) static inline codec_status codec_fail(
    codec_message *message, codec_status status, const char *format, ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(message->text, sizeof message->text, format, values);
  va_end(values);
  return status;
}
