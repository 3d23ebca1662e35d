// An example of a firmware that talks to the platform: it polls, verifies, fetches the sealed stream by range, installs, and
// reports. Nothing that the platform sends is trusted before asvin_verify or asvin_push has checked it.
#include "networked.h"

// Attempts without a new byte, after which a download is left to the next poll.
enum { ATTEMPTS = 8 };

// A request, as it is built again with another nonce.
struct step {
  enum { ENROL, POLL, FETCH, REPORT } kind;
  const char *customer_key, *device_key;
  const asvin_plan *plan;
  uint64_t offset;
  uint64_t rollout;
  const char *event;
  uint32_t reason;
};

static int32_t build(struct networked *networked, const struct step *step, asvin_request *request) {
  asvin_client *const client = &networked->client;
  const asvin_device *const device = &networked->firmware.device;
  uint64_t floor, sequence;
  client->buffer = networked->request;
  client->room = sizeof networked->request;
  switch (step->kind) {
    case ENROL:
      return asvin_client_enrol(client, device, networked->version, step->customer_key, step->device_key, request);
    case POLL:
      if (asvin_floor(device, &floor, &sequence) != ASVIN_DONE) return ASVIN_MISUSE;
      return asvin_client_poll(client, device, networked->version, sequence, request);
    case FETCH: return asvin_client_fetch(client, step->plan, step->offset, 0, request);
    default: return asvin_client_report(client, step->rollout, step->event, step->reason, request);
  }
}

// Sends a request, once more with the nonce of a refusal. *count is the bytes of the reply; those of a stream stay unread.
static int32_t exchange(struct networked *networked, const struct step *step, uint32_t *count) {
  int32_t answer = ASVIN_AGAIN;
  while (answer == ASVIN_AGAIN) {
    asvin_request request;
    uint32_t status;
    int32_t got = 1;
    answer = build(networked, step, &request);
    if (answer != ASVIN_DONE) return answer;
    if (networked->send(networked->context, &request, &status) != 0) return ASVIN_LATER;
    *count = 0;
    while (status != 206 && got > 0 && *count < sizeof networked->reply) {
      got = networked->receive(networked->context, networked->reply + *count, (uint32_t)sizeof networked->reply - *count);
      if (got > 0) *count += (uint32_t)got;
    }
    if (got < 0) return ASVIN_LATER;
    answer = asvin_client_reply(&networked->client, status, networked->reply, *count);
  }
  return answer;
}

static int32_t report(struct networked *networked, uint64_t rollout, const char *event, uint32_t reason) {
  struct step step = {.kind = REPORT, .rollout = rollout, .event = event, .reason = reason};
  uint32_t count;
  return exchange(networked, &step, &count);
}

int32_t networked_enrol(struct networked *networked, const char *customer_key, const char *device_key) {
  struct step step = {.kind = ENROL, .customer_key = customer_key, .device_key = device_key};
  uint32_t count;
  return exchange(networked, &step, &count);
}

int32_t networked_start(struct networked *networked, int32_t started) {
  const uint64_t rollout = networked->remembered(networked->context);
  if (rollout == 0) return ASVIN_DONE;
  // 80: the image did not confirm itself.
  const int32_t answer = started == ASVIN_REVERTED ? report(networked, rollout, ASVIN_EVENT_FAILED, 80)
                                                   : report(networked, rollout, ASVIN_EVENT_CONFIRMED, 0);
  // What was not received is reported at the next start.
  if (answer != ASVIN_LATER) networked->remember(networked->context, 0);
  return answer;
}

// Fetches a stream from an offset on. A connection that breaks costs what has not arrived.
static int32_t fetch(struct networked *networked, const asvin_plan *plan, uint64_t offset) {
  struct firmware *const firmware = &networked->firmware;
  int attempts = 0;
  while (offset < plan->stream_bytes) {
    struct step step = {.kind = FETCH, .plan = plan, .offset = offset};
    uint32_t count;
    int32_t answer = exchange(networked, &step, &count);
    if (answer == ASVIN_DONE) {
      int32_t got;
      while ((got = networked->receive(networked->context, firmware->piece, sizeof firmware->piece)) > 0) {
        answer = asvin_push(&firmware->update, firmware->piece, (uint32_t)got);
        if (answer != ASVIN_DONE) return answer;
        offset += (uint64_t)got;
        attempts = 0;
      }
    } else if (answer != ASVIN_LATER) {
      return answer;
    }
    if (offset < plan->stream_bytes && ++attempts == ATTEMPTS) return ASVIN_LATER;
  }
  return asvin_finish(&firmware->update);
}

int32_t networked_update(struct networked *networked) {
  struct firmware *const firmware = &networked->firmware;
  struct step poll = {.kind = POLL};
  asvin_offer offer;
  asvin_plan plan;
  uint64_t offset;
  uint32_t count;
  int32_t answer = exchange(networked, &poll, &count);
  if (answer != ASVIN_DONE) return answer;
  answer = asvin_client_offer(networked->reply, count, &offer);
  if (answer != ASVIN_DONE) return answer;
  // The next reply overwrites the body, and the envelope is verified again for each payload.
  if (offer.envelope_bytes > sizeof firmware->envelope) return ASVIN_MALFORMED;
  for (uint32_t index = 0; index < offer.envelope_bytes; index++) firmware->envelope[index] = offer.envelope[index];
  firmware->device.excluded_payloads = 0;
  for (;;) {
    const int32_t next = asvin_verify(&firmware->device, firmware->envelope, offer.envelope_bytes, &plan);
    // The reason of a payload that failed is more exact than that no other one is left.
    if (next == ASVIN_REASON_NO_USABLE_PAYLOAD && firmware->device.excluded_payloads != 0) break;
    answer = next;
    if (answer != ASVIN_DONE || plan.is_installed) break;
    answer = asvin_begin(&firmware->update, &firmware->device, &plan, &offset);
    if (answer == ASVIN_DONE) answer = report(networked, offer.rollout, ASVIN_EVENT_DOWNLOADING, 0);
    if (answer == ASVIN_DONE) answer = fetch(networked, &plan, offset);
    if (!ASVIN_IS_ABOUT_PAYLOAD(answer)) break;
    firmware->device.excluded_payloads |= 1u << plan.payload;
  }
  if (answer != ASVIN_DONE) {
    if (answer > 0 && answer < 256) report(networked, offer.rollout, ASVIN_EVENT_FAILED, (uint32_t)answer);
    return answer;
  }
  if (plan.is_installed && !plan.is_pending) {
    report(networked, offer.rollout, ASVIN_EVENT_CONFIRMED, 0);
    return ASVIN_NOTHING;
  }
  networked->remember(networked->context, offer.rollout);
  firmware->start_next(firmware->device.target_slot);
  // A report that is lost costs nothing: the confirmation counts.
  report(networked, offer.rollout, ASVIN_EVENT_INSTALLED, 0);
  return ASVIN_DONE;
}
