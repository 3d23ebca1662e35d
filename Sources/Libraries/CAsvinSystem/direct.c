#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "CAsvinSystem.h"

int asvin_open_direct(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_DIRECT);
  if (descriptor >= 0 || errno != EINVAL) return descriptor;
  // A file system in memory has no other copy of the bytes. Elsewhere, the cached pages are dropped.
  descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0) posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
  return descriptor;
}
