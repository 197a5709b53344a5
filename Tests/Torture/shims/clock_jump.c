// A clock that jumps: for LD_PRELOAD. A day back, ten years ahead and as it is, in turns of 50 ms, and
// all the time that programs may set dates by. The clocks that only run forward are left alone, as they
// are when a machine's date is set.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

static int real_clock(clockid_t clock, struct timespec *time) {
  static int (*original)(clockid_t, struct timespec *);
  if (!original) original = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  return original(clock, time);
}

static time_t jump(void) {
  struct timespec now;
  real_clock(CLOCK_MONOTONIC, &now);
  switch ((now.tv_sec * 20 + now.tv_nsec / 50000000) % 3) {
    case 0: return -86400;
    case 1: return 315360000;
    default: return 0;
  }
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = real_clock(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    time->tv_sec += jump();
  }
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
