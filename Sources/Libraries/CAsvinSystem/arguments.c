#include <stddef.h>

#include "CAsvinSystem.h"

static int count;
static char **values;

// glibc calls every constructor with the arguments of main.
__attribute__((constructor)) static void keep(int argument_count, char **argument_values) {
  count = argument_values == NULL ? 0 : argument_count;
  values = argument_values;
}

int asvin_argument_count(void) { return count; }

const char *asvin_argument(int index) { return index >= 0 && index < count ? values[index] : NULL; }
