// What the sketch remembers across a restart beside the verifier's state: which rollout is being installed.
#pragma once
#include "asvin_verifier.h"

class AsvinNote {
 public:
  // A record in flash. All zeros where nothing is being installed.
  struct Record {
    uint64_t rollout;   // 0 for none
    uint64_t sequence;  // of the release
    uint32_t bytes;     // of its image
    uint16_t starts;    // how often it was started without being confirmed
    uint16_t reason;    // why it is reported as failed; 0 for none
    uint32_t unused;
    uint32_t check;  // of the bytes before it
  };

  // Reads the last intact record of one erase block.
  void begin(const asvin_flash *flash);
  // Writes the record; false where flash fails.
  bool save();
  // Forgets the rollout.
  bool clear();

  Record record = {};

 private:
  const asvin_flash *flash = nullptr;
  uint32_t next = 0;  // where the next record goes
};
