#include <cblas.h>
// The Glibc module leaves mallopt out; the tensor kernels tune the allocator with it.
#include <malloc.h>
