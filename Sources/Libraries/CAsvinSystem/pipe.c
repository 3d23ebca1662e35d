#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "CAsvinSystem.h"

int asvin_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }
