// Preloaded into the platform: kills it, as kill -9 does, instead of the Nth operation that changes its database.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long operations;

static int is_database(const char *path) { return strstr(path, "platform.sqlite") != NULL; }

static void count(int descriptor) {
  char link[64], path[PATH_MAX + 1];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, PATH_MAX);
  if (length <= 0) return;
  path[length] = 0;
  if (!is_database(path)) return;
  const char *when = getenv("KILL_AT");
  if (when != NULL && atomic_fetch_add(&operations, 1) + 1 == atol(when)) raise(SIGKILL);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
  REAL(pwrite64);
  count(descriptor);
  return real(descriptor, bytes, length, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
  REAL(pwrite);
  count(descriptor);
  return real(descriptor, bytes, length, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
  REAL(write);
  count(descriptor);
  return real(descriptor, bytes, length);
}

int fdatasync(int descriptor) {
  REAL(fdatasync);
  count(descriptor);
  return real(descriptor);
}

int fsync(int descriptor) {
  REAL(fsync);
  count(descriptor);
  return real(descriptor);
}

int ftruncate64(int descriptor, off64_t length) {
  REAL(ftruncate64);
  count(descriptor);
  return real(descriptor, length);
}
