// The version of the library, and the layout that it relies on.
#include "asvin_verifier.h"

// An array of a negative size is an error, in every C.
#define DEMAND(what, holds) typedef char asvin_demand_##what[(holds) ? 1 : -1]

// The library reads these in place.
DEMAND(key, sizeof(asvin_key) == 68 && offsetof(asvin_key, bytes) == 4);
DEMAND(vendor, offsetof(asvin_device, vendor) == 0 && offsetof(asvin_device, device_class) == 16);
DEMAND(regions, offsetof(asvin_device, checkpoint) - offsetof(asvin_device, state) == 5 * sizeof(void *));
DEMAND(storage, offsetof(asvin_plan, storage) % 8 == 0 && offsetof(asvin_in_place_update, update) == 0);
DEMAND(block, ASVIN_STREAM_BLOCK == 4096 + 32);

uint32_t asvin_version(void) { return ASVIN_VERSION; }
