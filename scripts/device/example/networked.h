// An example of a firmware that talks to the platform with asvin_client.h: what it keeps, and what it needs of its board.
#pragma once
#include "asvin_client.h"
#include "firmware.h"

struct networked {
  struct firmware firmware;
  asvin_client client;
  const char *version;  // of what runs
  uint8_t request[ASVIN_REQUEST_BYTES];
  uint8_t reply[2048];
  void *context;
  // Sends a request and reads the head of its reply: 0 when the status is there.
  int32_t (*send)(void *context, const asvin_request *request, uint32_t *status);
  // The next bytes of the reply's body: how many, 0 at its end, less than 0 where the connection is broken.
  int32_t (*receive)(void *context, uint8_t *bytes, uint32_t room);
  // Keeps the number of the rollout that is being installed, across restarts; and reads it, 0 for none.
  void (*remember)(void *context, uint64_t rollout);
  uint64_t (*remembered)(void *context);
};

// Enrols under the key that the device has made: once, over TLS. A device that its factory registered does not need it.
int32_t networked_enrol(struct networked *networked, const char *customer_key, const char *device_key);
// Once in each start, after firmware_start: reports what it has confirmed, or what was reverted.
int32_t networked_start(struct networked *networked, int32_t started);
// From time to time: ASVIN_DONE when an update is in the target slot, ASVIN_NOTHING where there is none.
int32_t networked_update(struct networked *networked);
