// What a program asks of the disk, in order: for LD_PRELOAD. A line a call goes to TORTURE_LOG.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORIGINAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note(const char *call, const char *path, const char *other) {
  static int log = -1;
  if (log < 0) {
    const char *name = getenv("TORTURE_LOG");
    log = name ? open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
    if (log < 0) return;
  }
  char line[9000];
  int length = snprintf(line, sizeof line, "%s\t%s\t%s\n", call, path, other);
  if (length > 0 && length < (int)sizeof line) {
    ssize_t ignored = ORIGINAL(write)(log, line, (size_t)length);
    (void)ignored;
  }
}

static void note_descriptor(const char *call, int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0 || path[0] != '/') return;
  path[length] = 0;
  note(call, path, "");
}

// Noted when it is done: what comes after it in the log came after it.
#define AFTER(call, result) \
  __typeof__(result) done = (result); \
  note_descriptor(call, descriptor); \
  return done

ssize_t write(int descriptor, const void *bytes, size_t count) {
  note_descriptor("write", descriptor);
  return ORIGINAL(write)(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  note_descriptor("write", descriptor);
  return ORIGINAL(pwrite)(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  note_descriptor("write", descriptor);
  return ORIGINAL(pwrite64)(descriptor, bytes, count, offset);
}

int fsync(int descriptor) { AFTER("sync", ORIGINAL(fsync)(descriptor)); }

int fdatasync(int descriptor) { AFTER("sync", ORIGINAL(fdatasync)(descriptor)); }

int syncfs(int descriptor) { AFTER("syncfs", ORIGINAL(syncfs)(descriptor)); }

int rename(const char *from, const char *to) {
  note("rename", from, to);
  return ORIGINAL(rename)(from, to);
}

int unlink(const char *path) {
  int result = ORIGINAL(unlink)(path);
  if (result == 0) note("unlink", path, "");
  return result;
}
