#pragma once

// Swift has no conditional compilation by processor; the preprocessor knows what -march names.

// Lanes of the widest vector of floats that the processor computes with in one instruction.
#ifdef __AVX512F__
#define WINNOW_LANE_COUNT 16
#else
#define WINNOW_LANE_COUNT 8
#endif

typedef float winnow_vector __attribute__((__ext_vector_type__(WINNOW_LANE_COUNT)));
typedef unsigned int winnow_bits __attribute__((__ext_vector_type__(WINNOW_LANE_COUNT)));
typedef float winnow_eight __attribute__((__ext_vector_type__(8)));
typedef float winnow_sixteen __attribute__((__ext_vector_type__(16)));

// Lanes outside of the bounds become the bound; NaN stays NaN. In C, since Swift's comparisons of
// vectors begin as loops, and a dozen of them are too many for a kernel to be inlined.
#define WINNOW_BOUNDED(name, vector, count)                                              \
  static inline __attribute__((__always_inline__)) vector name(                         \
      vector lanes, float lowest, float highest) {                                      \
    typedef int bits __attribute__((__ext_vector_type__(count)));                       \
    vector low = lowest, high = highest;                                                \
    bits below = lanes < low;                                                           \
    vector raised = (vector)((below & (bits)low) | (~below & (bits)lanes));             \
    bits above = raised > high;                                                         \
    return (vector)((above & (bits)high) | (~above & (bits)raised));                    \
  }

WINNOW_BOUNDED(winnow_bounded_eight, winnow_eight, 8)
WINNOW_BOUNDED(winnow_bounded_sixteen, winnow_sixteen, 16)
