// Updates of a sketch on an ESP8266 or an ESP32 that are verified before a byte of them is used: polls asvin-platform, checks
// the signed envelope, fetches the image block by block, checks each block before it is written, and confirms the image after
// the restart. The page "Arduino" of the documentation describes the order of the calls and what happens without power.
//
//   #include <AsvinVerifiedUpdate.h>
//   #include "asvin_device.h"  // asvin-pack device-header -o asvin_device.h
//   static const AsvinIdentity identity = ASVIN_DEVICE_IDENTITY;
#pragma once
#include <Arduino.h>
#include <Client.h>

#include "AsvinBoard.h"
#include "AsvinConnection.h"
#include "AsvinNote.h"
#include "asvin_client.h"

// What `asvin-pack device-header` writes.
struct AsvinIdentity {
  uint8_t vendor[16];
  uint8_t deviceClass[16];
  asvin_key keys[8];
  uint32_t keyCount, keyThreshold;
  uint64_t sequence, features;
};
#define ASVIN_DEVICE_IDENTITY                                                                              \
  {ASVIN_DEVICE_VENDOR,        ASVIN_DEVICE_CLASS,    ASVIN_DEVICE_KEYS,    ASVIN_DEVICE_KEY_COUNT,      \
   ASVIN_DEVICE_KEY_THRESHOLD, ASVIN_DEVICE_SEQUENCE, ASVIN_DEVICE_FEATURES}

// What the platform knows the device by. The key is as long as ASVIN_KEY_BYTES; only a digest that it makes is sent, except by
// enrol().
struct AsvinAccount {
  uint64_t workspace;
  const char *name;
  const uint8_t *key;
};

enum class AsvinStatus : uint8_t {
  Waiting,    // the next poll is not due yet
  UpToDate,   // there is nothing to install
  Installed,  // a release is verified and in place: call restart()
  Undecided,  // the image that runs is on trial: call confirm() or reject()
  Later,      // the platform did not answer, or the connection broke: run() repeats it
  Held,       // the rollout is paused: run() continues later
  Refused,    // the platform does not know the name, or has another key
  Rejected,   // a release was not accepted, see reason(); what runs is unchanged
  Unusable    // the board cannot be updated, see problem()
};

class AsvinVerifiedUpdate {
 public:
  // The client is of the sketch: with TLS, the sketch sets whom it trusts. Nothing else uses it while run() runs.
  AsvinVerifiedUpdate(Client &client, const AsvinIdentity &identity);

  // ESP32: accepts patches too, with this memory: 4 128 bytes for a block, and 20 KiB for patches of the profile tiny or 40 KiB
  // for standard. Aligned to 8 bytes. Before begin().
  void usePatches(uint8_t *memory, uint32_t bytes);

  // Once in each start: notes the start, and finds out what runs. The texts and the key stay where they are. Does not use the
  // network.
  AsvinStatus begin(const char *host, uint16_t port, const AsvinAccount &account, const char *version);

  // Enrols the device under its key: once, and only over TLS, because the key is sent.
  AsvinStatus enrol(const char *customerKey, const char *deviceKey);

  // Whether the image that runs was installed and has neither been confirmed nor rejected.
  bool isOnTrial() const { return onTrial; }
  // The image works: it is kept, and nothing older is accepted from now on. Does nothing where no image is on trial.
  bool confirm();
  // The image does not work. An ESP32 restarts with the image before it; an ESP8266 has none, keeps this one and accepts the
  // next release. The platform gets a report in both cases.
  void reject();

  // In each loop. Returns at once where no poll is due; otherwise it takes as long as a download, and ends in any case.
  AsvinStatus run();
  // Starts what was installed. An ESP8266 copies it first, for some seconds: it must not lose power then.
  void restart();

  // Why the last release was rejected, as it was reported: a reason code, or 0.
  uint32_t reason() const { return lastReason; }
  // Why the board cannot be updated, or did not accept an image; nullptr where it can be and did.
  const char *problem() const { return trouble != nullptr ? trouble : board.problem(); }

 private:
  struct Step;
  template <typename Build>
  int32_t exchange(Build build, uint8_t *reply, uint32_t room, uint32_t *count);
  void setRunning(uint32_t bytes);
  void start(int32_t answer);
  AsvinStatus attempt();
  AsvinStatus update();
  AsvinStatus settle();
  int32_t poll(asvin_offer *offer);
  int32_t report(uint64_t rollout, const char *event, uint32_t reason);
  int32_t install(const asvin_offer &offer);
  int32_t fetch(uint64_t offset);
  int32_t hand(uint64_t rollout);
  AsvinStatus statusOf(int32_t answer);
  void schedule(AsvinStatus status);

  AsvinBoard board;
  AsvinNote note;
  AsvinConnection connection;
  const AsvinIdentity &identity;
  asvin_device device = {};
  asvin_client client = {};
  asvin_plan plan = {};
  asvin_update updating = {};
  const char *version = nullptr;
  const char *trouble = "begin() was not called";
  uint32_t lastReason = 0;
  uint32_t due = 0;  // when run() polls next, in milliseconds
  bool onTrial = false;
  bool isInstalled = false;
  uint8_t request[ASVIN_REQUEST_BYTES];
  uint8_t reply[384];
  uint8_t piece[256];
  // The reply of a poll; from then on a block of the stream.
  alignas(8) uint8_t block[4096 + 32];
};
