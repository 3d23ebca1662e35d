// The device API of asvin-platform for firmware in C: builds each request into the caller's buffer, and reads each reply from
// the caller's bytes. No I/O, no heap, no clock. Connections, TLS, HTTP's head and time-outs are those of the firmware's own
// HTTP library. The page "Device protocol" of the documentation describes every byte.
//
//   1. Build a request. The texts and the body are then in the buffer.
//   2. Send it: `method path`, with the fields `Authorization: authorization`, `Accept: application/cbor` and, where range is
//      not NULL, `Range: range`. A body, if it has bytes, goes with `Content-Type: application/cbor` and its Content-Length.
//   3. Give status and body of the reply to asvin_client_reply. After ASVIN_AGAIN, build and send the same request again: the
//      platform has sent a new nonce. That happens with the first request, and after two minutes.
#ifndef ASVIN_CLIENT_H
#define ASVIN_CLIENT_H

#include "asvin_verifier.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ASVIN_KEY_BYTES 32        // of the symmetric key of a device
#define ASVIN_NAME_BYTES 128      // of a name, at most; of a workspace's device key as well
#define ASVIN_VERSION_BYTES 64    // of a version, at most
#define ASVIN_REQUEST_BYTES 1024  // a buffer of this size holds every request
#define ASVIN_ENVELOPE_BYTES 16384  // of an envelope, at most

// Results beside ASVIN_DONE and ASVIN_MISUSE. None is a reason code.
#define ASVIN_NOTHING 256    // there is no release for the device: poll again after Retry-After
#define ASVIN_AGAIN 257      // build and send the same request again
#define ASVIN_REFUSED 258    // the key, the name or the request is wrong
#define ASVIN_HELD 259       // the rollout is paused, or no longer includes the device: keep what was fetched, poll again
#define ASVIN_GONE 260       // the rollout has ended: discard what was fetched
#define ASVIN_LATER 261      // the platform is busy or has a fault: repeat the request after Retry-After
#define ASVIN_MALFORMED 262  // the reply is not one of this protocol

// The events of a device in a rollout.
#define ASVIN_EVENT_DOWNLOADING "downloading"
#define ASVIN_EVENT_INSTALLED "installed"  // the image is in the slot, and is tried at the next start
#define ASVIN_EVENT_CONFIRMED "confirmed"  // the image works, and asvin_confirm has kept it
#define ASVIN_EVENT_FAILED "failed"

// A device, as the platform knows it. Set the first five fields, and the last two if the device has a clock. The others
// are 0 at the start and belong to the client.
typedef struct asvin_client {
  uint64_t workspace;  // the number of its workspace
  const char *name;    // its own name: 1 to 128 printable ASCII characters
  const uint8_t *key;  // its symmetric key
  uint8_t *buffer;     // for a request; nothing else writes to it until the request is sent
  uint32_t room;
  uint32_t counter;
  uint8_t nonce[32];
  uint32_t expected;
  uint32_t is_fresh;
  // Of a device that knows its local time, for rollouts whose windows are in that: 1, and the minutes by which it is ahead of
  // UTC, from -1440 to 1440; others are not sent. Both may change between two polls.
  uint32_t has_utc_offset;
  int32_t utc_offset;
} asvin_client;

// A request. It points into the buffer.
typedef struct asvin_request {
  const char *method;
  const char *path;
  const char *authorization;
  const char *range;  // NULL for none
  const uint8_t *body;
  uint32_t body_bytes;
} asvin_request;

// What the platform offers. The envelope is in the body of the reply, and is as trusted as that: asvin_verify decides.
typedef struct asvin_offer {
  uint64_t rollout;  // for asvin_client_report. Keep it until the release is confirmed, across the restart
  const uint8_t *envelope;
  uint32_t envelope_bytes;
} asvin_offer;

// Each of these builds a request: ASVIN_DONE, or ASVIN_MISUSE where a text has a wrong length or the buffer is too small.
// Enrols the device under the key that it has, which is sent: only over TLS. The keys are the workspace's, as texts, or the two
// parts of an enrolment token: see asvin-pack enrolment-token create.
int32_t asvin_client_enrol(asvin_client *client, const asvin_device *device, const char *version, const char *customer_key,
                           const char *device_key, asvin_request *request);
// Asks what to install; sequence is that of the confirmed release, see asvin_floor.
int32_t asvin_client_poll(asvin_client *client, const asvin_device *device, const char *version, uint64_t sequence,
                          asvin_request *request);
// Fetches bytes of a plan's stream, for asvin_push: count bytes from an offset on, or for 0 all that follow. The body of the
// reply is those bytes; what arrived before a connection broke is right too. Give asvin_client_reply the status alone, then.
int32_t asvin_client_fetch(asvin_client *client, const asvin_plan *plan, uint64_t offset, uint64_t count,
                           asvin_request *request);
// Reports an event; reason is the reason code of a failure, and 0 for the other events.
int32_t asvin_client_report(asvin_client *client, uint64_t rollout, const char *event, uint32_t reason,
                            asvin_request *request);

// Reports that the device is busy, and asks again after a number of seconds, 604800 (a week) at most, or for 0 after an hour. This
// is not a failure.
int32_t asvin_client_postpone(asvin_client *client, uint64_t rollout, uint32_t seconds, asvin_request *request);

// Reads the reply to the request that was built last.
int32_t asvin_client_reply(asvin_client *client, uint32_t status, const uint8_t *body, uint32_t count);
// Reads the body of a poll's reply, where asvin_client_reply has answered ASVIN_DONE.
int32_t asvin_client_offer(const uint8_t *body, uint32_t count, asvin_offer *offer);

// SHA-256 (FIPS 180-4), and HMAC-SHA-256 (RFC 2104): 32 bytes each.
void asvin_digest(const uint8_t *bytes, uint32_t count, uint8_t *digest);
void asvin_message_code(const uint8_t *key, uint32_t key_bytes, const uint8_t *message, uint32_t count, uint8_t *code);

#ifdef __cplusplus
}
#endif
#endif
