// The verifier and installer of asvin-pack for firmware in C. No heap, no clock, no files: memory and flash are the
// caller's. A result is ASVIN_DONE, or a reason code of Sources/AsvinVerifier/Reason.swift; ASVIN_MISUSE where a pointer is
// missing or a function is called out of turn. Nothing here is safe to call from two threads.
#ifndef ASVIN_VERIFIER_H
#define ASVIN_VERIFIER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Results that are decisions differ in 11 bits or more from 0, from every reason code and from each other, and are no
// address of a usual microcontroller: a skipped instruction or a flipped bit does not make one of anything else. Compare
// with ==, never with "not 0".
#define ASVIN_DONE 0x5C6A5387
#define ASVIN_SIGNED 0x5687C966
#define ASVIN_MISUSE 1
#define ASVIN_ED25519 (-19)
#define ASVIN_ECDSA_P256 (-9)

// A region of flash. Each function returns 0 when it is done. An offset is of the region; read and write take at most 256
// bytes; what is written does not cross a 256-byte page, is erased, and is a multiple of write_bytes.
typedef struct asvin_flash {
  void *context;
  uint32_t capacity;     // bytes, a multiple of block_bytes
  uint32_t block_bytes;  // of an erase block: a power of two, 256 or more
  uint32_t write_bytes;  // a power of two, at most 256
  int32_t (*read)(void *context, uint32_t offset, uint8_t *bytes, uint32_t count);
  int32_t (*erase)(void *context, uint32_t offset);
  int32_t (*write)(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count);
} asvin_flash;

// A key that is trusted: 32 bytes of an Ed25519 point, or 64 of a P-256 point, X and then Y.
typedef struct asvin_key {
  int32_t algorithm;
  uint8_t bytes[64];
} asvin_key;

// Whether the 64 bytes at signature are one of head and then payload by a key: ASVIN_SIGNED for yes, anything else for no.
// NULL takes the built-in one.
typedef int32_t (*asvin_check)(
    void *context, const asvin_key *key, const uint8_t *signature, const uint8_t *head, uint32_t head_count,
    const uint8_t *payload, uint32_t payload_count);

// The device. It stays where it is while an update uses it.
typedef struct asvin_device {
  uint8_t vendor[16];        // UUIDv5 of the vendor's domain
  uint8_t device_class[16];  // UUIDv5 of the board's name in it
  const asvin_key *keys;
  uint32_t key_count;      // 1 to 8
  uint32_t key_threshold;  // how many must have signed
  asvin_check check;
  void *check_context;
  uint64_t factory_floor;     // the rollback floor that it left the factory with
  uint64_t factory_sequence;  // the sequence number of what it left the factory with
  uint64_t features;          // of patches: bit n for the instruction set n
  const asvin_flash *state;    // two erase blocks or more, write_bytes at most 128: what is known across restarts
  const asvin_flash *journal;  // as state: how far an update is
  const asvin_flash *running;  // the slot of what runs
  const asvin_flash *target;   // the slot that updates go to
  uint32_t running_bytes;     // bytes of the image that runs, and its SHA-256; 0 where they are not known
  uint8_t running_digest[32];
  uint8_t *memory;  // aligned to 8: a block of a sealed stream, 4128 bytes, and behind it what a patch is applied in
  uint32_t memory_bytes;
} asvin_device;

// What is to be fetched: payload number `payload` of slot 0, `stream_bytes` of it, as the platform sends it.
typedef struct asvin_plan {
  uint64_t sequence;
  uint64_t stream_bytes;
  uint32_t payload;
  uint32_t is_patch;
  uint32_t is_installed;  // 1 where the image runs already, or stands in the target slot to be tried
  uint8_t release[32];    // SHA-256 of the manifest
  uint64_t storage[26];
} asvin_plan;

// An update that is under way. It is not moved or copied meanwhile.
typedef struct asvin_update {
  uint64_t storage[256];
} asvin_update;

// To be called once in each start, before anything of an update runs: *runs_target is 1 where the target slot is to be
// tried, 0 where what was confirmed last is to run. Which slot that is, the bootloader keeps: it is told before
// asvin_confirm is called, and running and target change places then. What was on trial and not confirmed is reverted.
int32_t asvin_boot(const asvin_device *device, int32_t *runs_target);

// Keeps the update that is on trial, if one is, and raises the rollback floor to it.
int32_t asvin_confirm(const asvin_device *device);

// Gives up what is pending or on trial.
int32_t asvin_revert(const asvin_device *device);

// The rollback floor, and the sequence number of the last confirmed release.
int32_t asvin_floor(const asvin_device *device, uint64_t *floor, uint64_t *sequence);

// Verifies an envelope for the device, and says what to fetch.
int32_t asvin_verify(const asvin_device *device, const uint8_t *envelope, uint32_t count, asvin_plan *plan);

// Begins an update, or goes on with it: *offset is where in the stream the next byte is to come from. What is pending in
// the target slot is given up; ASVIN_MISUSE while an update is on trial. A device that takes whole images only calls the
// first, and links nothing for patches.
int32_t asvin_begin_image(asvin_update *update, const asvin_device *device, const asvin_plan *plan, uint64_t *offset);
int32_t asvin_begin(asvin_update *update, const asvin_device *device, const asvin_plan *plan, uint64_t *offset);

// Takes the next bytes of the stream, any number of them.
int32_t asvin_push(asvin_update *update, const uint8_t *bytes, uint32_t count);

// Says that there are no more; reads the slot back, and makes it what the next start is to try.
int32_t asvin_finish(asvin_update *update);

#ifdef __cplusplus
}
#endif
#endif
