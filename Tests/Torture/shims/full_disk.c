// A disk that fills up: for LD_PRELOAD. Below the folder TORTURE_FOLDER, TORTURE_BYTES may be written;
// then every write there fails with ENOSPC, as does making a file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_llong written;

static long long allowed(void) {
  const char *bytes = getenv("TORTURE_BYTES");
  return bytes ? atoll(bytes) : 0;
}

static int is_below(const char *path) {
  const char *folder = getenv("TORTURE_FOLDER");
  size_t length = folder ? strlen(folder) : 0;
  return length && strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]);
}

static int is_full(int descriptor, size_t count) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (!is_below(path)) return 0;
  if (atomic_fetch_add(&written, (long long)count) + (long long)count <= allowed()) return 0;
  errno = ENOSPC;
  return 1;
}

#define ORIGINAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int descriptor, const void *bytes, size_t count) {
  return is_full(descriptor, count) ? -1 : ORIGINAL(write)(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  return is_full(descriptor, count) ? -1 : ORIGINAL(pwrite)(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  return is_full(descriptor, count) ? -1 : ORIGINAL(pwrite64)(descriptor, bytes, count, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
  size_t bytes = 0;
  for (int index = 0; index < count; index++) bytes += parts[index].iov_len;
  return is_full(descriptor, bytes) ? -1 : ORIGINAL(writev)(descriptor, parts, count);
}

int mkdir(const char *path, mode_t mode) {
  if (is_below(path) && atomic_load(&written) >= allowed()) {
    errno = ENOSPC;
    return -1;
  }
  return ORIGINAL(mkdir)(path, mode);
}
