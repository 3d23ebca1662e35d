#include "AsvinVerifiedUpdate.h"

#include <string.h>

#include "AsvinStack.h"

namespace {

// Attempts without a new byte, after which a download is left to the next poll.
const int attemptsWithoutBytes = 5;

// Starts of an image on an ESP8266, after which it counts as rejected.
const uint16_t mostStarts = 3;

// Seconds between polls where the platform names no time; after a failure of the network; and the limits of what it may name.
const uint32_t usualSeconds = 300, laterSeconds = 60, leastSeconds = 5, mostSeconds = 86400;

// The image was started and not confirmed; the target does not accept the image.
const uint32_t notConfirmed = ASVIN_REASON_NOT_CONFIRMED, flashFailed = ASVIN_REASON_FLASH_FAILED;

bool isReason(int32_t answer) { return answer > ASVIN_MISUSE && answer < 256; }

// Whether a code is about the payload, so that another one of the release may do.
bool isAboutPayload(int32_t answer) { return ASVIN_IS_ABOUT_PAYLOAD(answer); }

}  // namespace

AsvinVerifiedUpdate::AsvinVerifiedUpdate(Client &client, const AsvinIdentity &identity)
    : connection(client), identity(identity) {
  device.memory = block;
  device.memory_bytes = sizeof block;
  device.images_only = 1;
}

void AsvinVerifiedUpdate::usePatches(uint8_t *memory, uint32_t bytes) {
#ifdef ARDUINO_ARCH_ESP32
  device.memory = memory;
  device.memory_bytes = bytes;
  device.images_only = 0;
#else
  (void)memory;
  (void)bytes;
#endif
}

// Notes which image runs: its first bytes, or those that its own header counts.
void AsvinVerifiedUpdate::setRunning(uint32_t bytes) {
  device.running_bytes = bytes > 0 ? bytes : board.runningBytes();
  if (device.running_bytes > device.running->capacity || !board.digestRunning(device.running_bytes, device.running_digest))
    device.running_bytes = 0;
}

AsvinStatus AsvinVerifiedUpdate::begin(const char *host, uint16_t port, const AsvinAccount &account, const char *newVersion) {
  memcpy(device.vendor, identity.vendor, sizeof device.vendor);
  memcpy(device.device_class, identity.deviceClass, sizeof device.device_class);
  device.keys = identity.keys;
  device.key_count = identity.keyCount;
  device.key_threshold = identity.keyThreshold;
  device.factory_floor = device.factory_sequence = identity.sequence;
  device.features = identity.features;
  client.workspace = account.workspace;
  client.name = account.name;
  client.key = account.key;
  client.buffer = request;
  client.room = sizeof request;
  version = newVersion;
  connection.begin(host, port);
  trouble = board.begin(&device);
  if (trouble != nullptr) return AsvinStatus::Unusable;
  note.begin(board.note());
  setRunning(note.record.rollout != 0 ? note.record.bytes : 0);
  uint32_t slot = device.running_slot;
  const int32_t answer = asvinOnLargeStack([&] { return asvin_boot(&device, &slot); });
  start(answer);
  if (trouble != nullptr) return AsvinStatus::Unusable;
  if (slot != device.running_slot && board.startNext(slot)) ESP.restart();
  return onTrial ? AsvinStatus::Undecided : AsvinStatus::Waiting;
}

// Acts on what a start has found.
void AsvinVerifiedUpdate::start(int32_t answer) {
  uint64_t floor = 0, sequence = 0;
  switch (answer) {
    case ASVIN_TRIAL:
      onTrial = true;
      note.record.starts++;
      if (!note.save()) trouble = "the note cannot be written";
      if (!board.canRevert() && note.record.starts > mostStarts) reject();
      return;
    case ASVIN_CONFIRMED:
      if (asvinOnLargeStack([&] { return asvin_floor(&device, &floor, &sequence); }) != ASVIN_DONE) break;
      // A note about a release that is neither confirmed nor has failed is of an update that did not end.
      if (note.record.rollout != 0 && note.record.sequence != sequence && note.record.reason == 0) {
        note.clear();
        setRunning(0);
      }
      board.keep();
      return;
    case ASVIN_REVERTED:
      // On an ESP8266, an image that was never started is one that eboot did not copy: it is installed again.
      note.record.reason = board.canRevert() || note.record.starts > 0 ? notConfirmed : 0;
      if (note.record.reason == 0) note.record.rollout = 0;
      note.record.bytes = 0;
      note.save();
      setRunning(0);
      board.keep();
      return;
    default: break;
  }
  trouble = "the state in flash cannot be read or written";
}

bool AsvinVerifiedUpdate::confirm() {
  if (!onTrial) return trouble == nullptr;
  // In this order: where power is lost in between, the update is still on trial, in a slot that is kept.
  if (!board.keep()) return false;
  if (asvinOnLargeStack([&] { return asvin_confirm(&device); }) != ASVIN_DONE) return false;
  onTrial = false;
  return true;
}

void AsvinVerifiedUpdate::reject() {
  if (!onTrial) return;
  if (!board.canRevert()) {
    // Only an image that counts as kept can be replaced, and there is no other one.
    note.record.reason = notConfirmed;
    if (note.save()) confirm();
    return;
  }
  uint32_t slot = device.running_slot;
  asvinOnLargeStack([&] {
    const int32_t answer = asvin_revert(&device);
    return answer == ASVIN_DONE ? asvin_boot(&device, &slot) : answer;
  });
  if (slot != device.running_slot && board.startNext(slot)) ESP.restart();
}

// Sends a request, once more with the nonce of a refusal. *count is the bytes of the reply; those of a stream stay unread.
template <typename Build>
int32_t AsvinVerifiedUpdate::exchange(Build build, uint8_t *body, uint32_t room, uint32_t *count) {
  int32_t answer = ASVIN_AGAIN;
  while (answer == ASVIN_AGAIN) {
    asvin_request built;
    answer = build(&built);
    if (answer != ASVIN_DONE) return answer;
    const uint32_t status = connection.send(built);
    if (status == 0) return ASVIN_LATER;
    int32_t got = status == 206 ? 0 : 1;
    *count = 0;
    while (got > 0 && *count < room) {
      got = connection.receive(body + *count, room - *count);
      if (got > 0) *count += static_cast<uint32_t>(got);
    }
    if (got < 0) return ASVIN_LATER;
    // Of a longer reply, the connection is not used again.
    if (status != 206 && !connection.isDone()) connection.stop();
    answer = asvin_client_reply(&client, status, body, *count);
  }
  return answer;
}

AsvinStatus AsvinVerifiedUpdate::enrol(const char *customerKey, const char *deviceKey) {
  uint32_t count;
  if (trouble != nullptr) return AsvinStatus::Unusable;
  const int32_t answer = exchange(
      [&](asvin_request *built) { return asvin_client_enrol(&client, &device, version, customerKey, deviceKey, built); }, reply,
      sizeof reply, &count);
  connection.stop();
  return answer == ASVIN_DONE ? AsvinStatus::UpToDate : statusOf(answer);
}

int32_t AsvinVerifiedUpdate::poll(asvin_offer *offer) {
  uint64_t floor = 0, sequence = 0;
  uint32_t count;
  int32_t answer = asvinOnLargeStack([&] { return asvin_floor(&device, &floor, &sequence); });
  if (answer != ASVIN_DONE) return answer;
  answer = exchange(
      [&](asvin_request *built) { return asvin_client_poll(&client, &device, version, sequence, built); }, device.memory,
      device.memory_bytes, &count);
  return answer == ASVIN_DONE ? asvin_client_offer(device.memory, count, offer) : answer;
}

int32_t AsvinVerifiedUpdate::report(uint64_t rollout, const char *event, uint32_t reason) {
  uint32_t count;
  return exchange([&](asvin_request *built) { return asvin_client_report(&client, rollout, event, reason, built); }, reply,
                  sizeof reply, &count);
}

// Fetches the stream from an offset on. A connection that breaks costs what has not arrived.
int32_t AsvinVerifiedUpdate::fetch(uint64_t offset) {
  int attempts = 0;
  while (offset < plan.stream_bytes) {
    uint32_t count;
    int32_t answer = exchange(
        [&](asvin_request *built) { return asvin_client_fetch(&client, &plan, offset, 0, built); }, reply, sizeof reply, &count);
    if (answer != ASVIN_DONE && answer != ASVIN_LATER) return answer;
    int32_t got = 0;
    while (answer == ASVIN_DONE && (got = connection.receive(piece, sizeof piece)) > 0) {
      const int32_t pushed =
          asvinOnLargeStack([&] { return asvin_push(&updating, piece, static_cast<uint32_t>(got)); });
      if (pushed != ASVIN_DONE) return pushed;
      offset += static_cast<uint64_t>(got);
      attempts = 0;
      yield();
    }
    connection.stop();
    if (offset < plan.stream_bytes && ++attempts == attemptsWithoutBytes) return ASVIN_LATER;
  }
  return asvinOnLargeStack([&] { return asvin_finish(&updating); });
}

// Hands a release that is in the target to the bootloader.
int32_t AsvinVerifiedUpdate::hand(uint64_t rollout) {
  note.record = AsvinNote::Record();
  note.record.rollout = rollout;
  note.record.sequence = plan.sequence;
  note.record.bytes = board.writtenBytes();
  if (note.save() && board.startNext(device.target_slot)) return ASVIN_DONE;
  asvinOnLargeStack([&] { return asvin_revert(&device); });
  note.clear();
  return flashFailed;
}

// One release, by the best payload that has not failed yet.
int32_t AsvinVerifiedUpdate::install(const asvin_offer &offer) {
  uint64_t offset = 0;
  memset(&plan, 0, sizeof plan);
  int32_t answer =
      asvinOnLargeStack([&] { return asvin_verify(&device, offer.envelope, offer.envelope_bytes, &plan); });
  if (answer != ASVIN_DONE) return answer;
  // The image already runs: the release counts from now on.
  if (plan.is_installed) return asvinOnLargeStack([&] { return asvin_adopt(&device, &plan); });
  board.prepareWriting();
  answer = asvinOnLargeStack([&] {
#ifdef ARDUINO_ARCH_ESP32
    if (!device.images_only) return asvin_begin(&updating, &device, &plan, &offset);
#endif
    return asvin_begin_image(&updating, &device, &plan, &offset);
  });
  if (answer == ASVIN_DONE) answer = report(offer.rollout, ASVIN_EVENT_DOWNLOADING, 0);
  if (answer == ASVIN_DONE) answer = fetch(offset);
  if (answer == ASVIN_DONE) answer = hand(offer.rollout);
  // What the network has interrupted is resumed.
  if (answer != ASVIN_LATER && answer != ASVIN_HELD) board.endWriting();
  return answer;
}

// Polls, and installs what the platform offers.
AsvinStatus AsvinVerifiedUpdate::update() {
  int32_t failed = 0;
  device.excluded_payloads = 0;
  for (;;) {
    asvin_offer offer;
    uint8_t release[sizeof plan.release];
    memcpy(release, plan.release, sizeof release);
    int32_t answer = poll(&offer);
    if (answer != ASVIN_DONE) return statusOf(answer);
    answer = install(offer);
    if (answer == ASVIN_DONE) {
      isInstalled = !plan.is_installed;
      // An ESP8266 does not report this before it has copied the image, because a loss of power would undo it, and the platform
      // offers a release again only until then. A report that is lost costs nothing: the confirmation counts.
      if (!isInstalled) {
        report(offer.rollout, ASVIN_EVENT_CONFIRMED, 0);
      } else if (board.canRevert()) {
        report(offer.rollout, ASVIN_EVENT_INSTALLED, 0);
      }
      return isInstalled ? AsvinStatus::Installed : AsvinStatus::UpToDate;
    }
    if (isAboutPayload(answer) && plan.stream_bytes > 0) {
      // The payloads that were excluded are of the release that was polled before.
      if (failed != 0 && memcmp(release, plan.release, sizeof release) != 0) return AsvinStatus::Later;
      failed = answer;
      device.excluded_payloads |= 1u << plan.payload;
      continue;
    }
    if (!isReason(answer)) return statusOf(answer);
    lastReason = static_cast<uint32_t>(failed != 0 ? failed : answer);
    report(offer.rollout, ASVIN_EVENT_FAILED, lastReason);
    return AsvinStatus::Rejected;
  }
}

// Reports how the last update ended.
AsvinStatus AsvinVerifiedUpdate::settle() {
  const uint32_t reason = note.record.reason;
  const int32_t answer =
      report(note.record.rollout, reason != 0 ? ASVIN_EVENT_FAILED : ASVIN_EVENT_CONFIRMED, reason);
  if (reason != 0) lastReason = reason;
  // What was not received is reported again.
  if (answer == ASVIN_LATER || answer == ASVIN_REFUSED || answer == ASVIN_MALFORMED) return statusOf(answer);
  return note.clear() ? AsvinStatus::UpToDate : AsvinStatus::Later;
}

AsvinStatus AsvinVerifiedUpdate::attempt() {
  if (note.record.rollout != 0) {
    const AsvinStatus status = settle();
    if (status != AsvinStatus::UpToDate) return status;
  }
  return update();
}

AsvinStatus AsvinVerifiedUpdate::statusOf(int32_t answer) {
  if (isReason(answer)) lastReason = static_cast<uint32_t>(answer);
  switch (answer) {
    case ASVIN_NOTHING:
    case ASVIN_GONE: return AsvinStatus::UpToDate;
    case ASVIN_HELD: return AsvinStatus::Held;
    case ASVIN_REFUSED: return AsvinStatus::Refused;
    default: return isReason(answer) ? AsvinStatus::Rejected : AsvinStatus::Later;
  }
}

// When to poll next: a random part of the time later, so that a fleet does not poll at one moment.
void AsvinVerifiedUpdate::schedule(AsvinStatus status) {
  uint32_t seconds = connection.retryAfter();
  if (seconds == 0) seconds = status == AsvinStatus::Later ? laterSeconds : usualSeconds;
  if (seconds < leastSeconds) seconds = leastSeconds;
  if (seconds > mostSeconds) seconds = mostSeconds;
  due = millis() + seconds * 1000 + static_cast<uint32_t>(random(static_cast<long>(seconds * 250)));
}

AsvinStatus AsvinVerifiedUpdate::run() {
  if (trouble != nullptr) return AsvinStatus::Unusable;
  if (isInstalled) return AsvinStatus::Installed;
  if (onTrial) return AsvinStatus::Undecided;
  if (static_cast<int32_t>(millis() - due) < 0) return AsvinStatus::Waiting;
  const AsvinStatus status = attempt();
  connection.stop();
  schedule(status);
  return status;
}

void AsvinVerifiedUpdate::restart() { ESP.restart(); }
