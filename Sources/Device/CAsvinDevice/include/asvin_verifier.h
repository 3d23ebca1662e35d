// The verifier and installer of asvin-pack for firmware in C. No heap, no clock, no files: memory and flash are the
// caller's. A result is ASVIN_DONE, or a reason code of asvin_reason.h; ASVIN_MISUSE where a pointer is missing or a function
// is called out of turn. Nothing here is safe to call from two threads. Compiles from C99 and from C++11 on.
// The functions are in libasvin_verifier.a; those of a device that installs in place are in libasvin_in_place.a.
#ifndef ASVIN_VERIFIER_H
#define ASVIN_VERIFIER_H

#include <stddef.h>
#include <stdint.h>

#include "asvin_family.h"
#include "asvin_reason.h"

#ifdef __cplusplus
extern "C" {
#endif

// Results that are decisions differ in 11 bits or more from 0, from every reason code and from each other, and are no
// address of a usual microcontroller: a skipped instruction or a flipped bit does not turn another value into one. Compare
// with ==, never with "not 0".
#define ASVIN_DONE 0x5C6A5387
#define ASVIN_SIGNED 0x5687C966
#define ASVIN_CONFIRMED 0x5DE11CC9
#define ASVIN_TRIAL 0x58D9F071
#define ASVIN_REVERTED 0x562766B8
#define ASVIN_MISUSE 1
#define ASVIN_ED25519 (-19)
#define ASVIN_ECDSA_P256 (-9)

// The version of this header. asvin_version is that of the library: where they differ, the structures may differ too.
#define ASVIN_VERSION_MAJOR 0
#define ASVIN_VERSION_MINOR 1
#define ASVIN_VERSION_PATCH 0
#define ASVIN_VERSION ((uint32_t)(ASVIN_VERSION_MAJOR << 16 | ASVIN_VERSION_MINOR << 8 | ASVIN_VERSION_PATCH))
uint32_t asvin_version(void);

// The sequence number that `asvin-pack sign` derives from a version of three numbers, each below 4096.
#define ASVIN_SEQUENCE(major, minor, patch) ((uint64_t)(major) << 24 | (uint64_t)(minor) << 12 | (uint64_t)(patch))

// Bytes of a block of a sealed stream with the usual chunk of 4 KiB: a device needs as much memory for any update.
#define ASVIN_STREAM_BLOCK 4128u

// The patches that a device accepts: in place, and by the instruction set that they are made for.
#define ASVIN_FEATURE_IN_PLACE ((uint64_t)1)  // needs spare and checkpoint too
#define ASVIN_FEATURE_THUMB ((uint64_t)1 << 1)
#define ASVIN_FEATURE_A32 ((uint64_t)1 << 2)
#define ASVIN_FEATURE_AARCH64 ((uint64_t)1 << 3)
#define ASVIN_FEATURE_RISCV ((uint64_t)1 << 4)
#define ASVIN_FEATURE_XTENSA ((uint64_t)1 << 5)
#define ASVIN_FEATURE_AVR ((uint64_t)1 << 6)
#define ASVIN_FEATURE_X86 ((uint64_t)1 << 7)
#define ASVIN_FEATURES_ALL ((uint64_t)0xFF)

// The slot number of a bootloader that asks which slot to start: nothing runs yet.
#define ASVIN_NO_SLOT 0xFFFFFFFFu

// A region of flash. Each function returns 0 when it is done. An offset is of the region. read is asked for at most 256 bytes.
// write gets at most 512 bytes, a multiple of write_bytes, within a page of 512 bytes, which are erased: flash with smaller
// pages takes them one after the other. Erased bytes are 0xFF, or all of them 0x00, as on an STM32L0 or L1.
// read returns another value where a word cannot be read, as flash with ECC reports it for a word whose programming was cut
// off by a loss of power: that is not a failure of the flash. A driver that faults there has to catch the fault.
typedef struct asvin_flash {
  void *context;
  uint32_t start;        // where the region begins, in one numbering for all flash of the device: overlaps are refused
  uint32_t capacity;     // bytes, a multiple of block_bytes
  uint32_t block_bytes;  // of an erase block: a power of two, 512 or more; erase may erase several smaller ones
  uint32_t write_bytes;  // a power of two, at most 512
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

// The device. It stays where it is while an update uses it. What is 0 or NULL is not there, unless stated otherwise.
typedef struct asvin_device {
  uint8_t vendor[16];        // UUIDv5 of the vendor's domain
  uint8_t device_class[16];  // UUIDv5 of the board's name in it
  const asvin_key *keys;
  uint32_t key_count;      // 1 to 8
  uint32_t key_threshold;  // how many must have signed
  asvin_check check;
  void *check_context;
  uint64_t factory_floor;      // the lowest rollback floor: that of the factory, of this firmware, or of a hardware counter
  uint64_t factory_sequence;   // the sequence number of what it left the factory with
  uint64_t max_sequence_step;  // how far above the floor a release may be; 0 for 2^48
  uint64_t features;           // ASVIN_FEATURE_… of the patches that are accepted; 0 for all of them
  const asvin_flash *state;    // two erase blocks or more: what is known across restarts
  const asvin_flash *journal;  // as state: how far an update is
  const asvin_flash *running;  // the slot that this code really runs from, on trial or not; the base of patches
  const asvin_flash *target;   // the other slot, which updates go to
  const asvin_flash *spare;    // for patches in place, see asvin_begin_in_place: one or two erase blocks
  const asvin_flash *checkpoint;  // for patches in place: two halves of complete erase blocks
  uint32_t running_slot;       // the numbers of both, as the bootloader has them; ASVIN_NO_SLOT in a bootloader
  uint32_t target_slot;
  uint32_t factory_slot;       // what a bootloader starts where no state was ever written
  uint32_t trial_starts;       // how often an update is started before it is reverted, unless it is confirmed; 0 for 3
  uint32_t running_bytes;      // bytes of the image that really runs, and its SHA-256; 0 where they are not known: no patch
  uint8_t running_digest[32];
  uint8_t *memory;  // aligned to 8: a block of a sealed stream, then the memory of a patch
  uint32_t memory_bytes;
  uint32_t images_only;        // 1: patches and compressed images are not chosen, whatever the memory
  uint32_t excluded_payloads;  // bit n: payload n of this release has failed here, and the next best is chosen
  uint32_t slot;               // the component of a release that this is about; see asvin_activate
  const struct asvin_device *components;  // of a device with several components: all of them, by ascending slots
  uint32_t component_count;               // of them, 2 to 8; without effect where components is NULL
} asvin_device;

// What is to be fetched: a payload of a component, `stream_bytes` of it, as the platform sends it. It is as trusted as the
// verified manifest, and stays in RAM that only the firmware writes to: a plan that was kept in flash outside the
// processor, and changed there, would install an image that was not signed.
typedef struct asvin_plan {
  uint64_t sequence;
  uint64_t stream_bytes;
  uint32_t payload;  // which payload of the component, for excluded_payloads
  uint32_t number;   // which payload of all components, as the platform counts them
  uint32_t is_patch;
  uint32_t is_installed;  // 1 where the image runs already, or its release is pending
  uint32_t is_pending;    // 1 where the release is the next to be tried, or on trial
  uint32_t count;         // how many components the release has
  uint32_t is_sealed;     // 1 where each block is verified before it is written; 0 where only the slot is, after it
  uint64_t image_bytes;   // of the image in its slot
  uint8_t release[32];    // SHA-256 of the manifest
  uint64_t storage[26];
} asvin_plan;

// An update that is under way. It is not moved or copied meanwhile. A firmware that calls asvin_begin_image only may define
// ASVIN_IMAGES_ONLY for all its files, so that it is smaller.
#define ASVIN_IMAGE_UPDATE_BYTES 1344
typedef struct asvin_update {
#ifdef ASVIN_IMAGES_ONLY
  uint64_t storage[ASVIN_IMAGE_UPDATE_BYTES / 8];
#else
  uint64_t storage[368];
#endif
} asvin_update;

// An update in place that is under way: asvin_push and asvin_finish get its update.
typedef struct asvin_in_place_update {
  asvin_update update;
  uint64_t storage[160];
} asvin_in_place_update;

// Notes a start, and what really runs: running_slot, and where running_bytes is not 0, running_digest, which then decides.
// Call it once in each start, in the bootloader or in what it has started. A second call costs one of the trial starts.
//   ASVIN_CONFIRMED  what is confirmed is to run
//   ASVIN_TRIAL      the update is to run; it calls asvin_confirm when it works
//   ASVIN_REVERTED   what is confirmed is to run: an update was not started, or not confirmed, and is given up
// *slot is the slot that is to run. Where another one runs, set the bootloader to *slot and restart. After a reason code,
// no state could be read or written: continue with what runs. ASVIN_MISUSE where the slots have one number, memory is not
// aligned, two regions overlap, the capacity of state or running is not a multiple of its block_bytes, or state is too short.
int32_t asvin_boot(const asvin_device *device, uint32_t *slot) ASVIN_FOR_FAMILY(asvin_boot);

// Keeps the update that is on trial, and raises the rollback floor to it. First make the bootloader keep the slot, then call
// this: after a loss of power in between, the update is still on trial, and nothing older can be installed meanwhile.
// ASVIN_MISUSE where no update is on trial, or where something else runs.
int32_t asvin_confirm(const asvin_device *device);

// Gives up what is pending or on trial. Where the update is what runs, set the bootloader to the other slot and restart:
// until then, no update can begin.
int32_t asvin_revert(const asvin_device *device);

// The rollback floor, and the sequence number of the last confirmed release.
int32_t asvin_floor(const asvin_device *device, uint64_t *floor, uint64_t *sequence);

// SHA-256 of the first bytes of a region, 32 bytes: for running_digest. ASVIN_MISUSE where the region is shorter.
int32_t asvin_digest_region(const asvin_flash *region, uint32_t bytes, uint8_t *digest);

// Verifies an envelope for the device, and reports what to fetch. The envelope must not change meanwhile: it is in RAM that
// nothing else writes to.
int32_t asvin_verify(
    const asvin_device *device, const uint8_t *envelope, uint32_t count, asvin_plan *plan) ASVIN_FOR_FAMILY(asvin_verify);

// The release of a plan with is_installed = 1, whose image already runs and is confirmed: reads the image back, and raises
// floor and sequence number to the release. ASVIN_MISUSE where something else runs.
int32_t asvin_adopt(const asvin_device *device, const asvin_plan *plan);

// Reads back the image that a patch is for. asvin_begin does so too, before anything is erased; this is for a device that
// asks before it fetches.
int32_t asvin_check_base(const asvin_device *device, const asvin_plan *plan);

// Begins an update, or resumes it: *offset is where in the stream the next byte is to come from. An update that is refused
// leaves what is pending alone; one that begins gives it up, and ends any other asvin_update. ASVIN_MISUSE while an update
// is on trial, and where the target slot runs, or is what the next start runs. A device that accepts complete images only
// sets images_only, calls the first, and links nothing for patches.
//
// A code from 46 to 58, or 71, is about the payload: set its bit in excluded_payloads, and verify again.
int32_t asvin_begin_image(asvin_update *update, const asvin_device *device, const asvin_plan *plan, uint64_t *offset);
int32_t asvin_begin(asvin_update *update, const asvin_device *device, const asvin_plan *plan, uint64_t *offset);

// Patches in place: for a device whose image has one slot, and whose updater (a bootloader, or a firmware in a slot of its
// own) rewrites it. The updater sets target and target_slot to the slot of the image, running_slot to ASVIN_NO_SLOT, running
// to NULL, factory_slot to target_slot, and running_bytes and running_digest to the image in target, which is the base.
// spare and checkpoint are two more regions, with erase blocks of the same size as target's:
//   spare       as many erase blocks as a window of the patch: 1 or 2, as `asvin-pack sign --in-place` states
//   checkpoint  two halves, each of complete erase blocks and with room for the patch's memory and 32 bytes. `asvin-pack
//               delta --in-place --json` prints the bytes: with erase blocks of 4 KiB, 32 KiB for the profile tiny and 72 KiB
//               for standard
// Where one of them is NULL, no patch in place is chosen.
//
// asvin_begin_in_place is asvin_begin for such a device: it accepts patches in place and complete images, and refuses
// compressed images with a code about the payload. It begins or resumes. Before the first erase of target, it checks size
// and digest of the base, the sizes of all regions, and their erase blocks. Then it notes in the state that the image is
// gone: until asvin_finish, asvin_boot answers with ASVIN_CONFIRMED and *slot = ASVIN_NO_SLOT. Then there is nothing to
// start: the updater calls asvin_base, verifies, and calls this again, which resumes.
//
// An update in place has no fallback. One that is not confirmed is given up as any other one: asvin_boot answers with
// ASVIN_REVERTED and *slot = ASVIN_NO_SLOT, and the updater installs another release, as a complete image.
//
// ASVIN_MISUSE where a region is missing, overlaps another one, or has other erase blocks than target, and where target
// runs or is the fallback of an update on trial. A code from 46 to 58, 71 or 73 is about the payload, as for asvin_begin: 58
// where the base is not in target, 73 where the patch was made for another flash.
int32_t asvin_begin_in_place(
    asvin_in_place_update *update, const asvin_device *device, const asvin_plan *plan, uint64_t *offset);

// The image that an update in place is made from, while neither it nor its result is in target: for running_bytes and
// running_digest. ASVIN_MISUSE where no patch in place is under way.
int32_t asvin_base(const asvin_device *device, uint32_t *bytes, uint8_t *digest);

// Accepts the next bytes of the stream, any number of them.
int32_t asvin_push(asvin_update *update, const uint8_t *bytes, uint32_t count);

// Ends the stream, reads the slot back, and makes it what the next start is to try. Then set the bootloader to target_slot.
// Of a release of several components, it only reads the slot back: asvin_activate follows.
int32_t asvin_finish(asvin_update *update);

// A device with several components, which all start together or none: an array of asvin_device, one for each, with its own
// slot, running, target, running_bytes, running_digest and excluded_payloads. All else is the same in each, and components
// and component_count are the array. The first one is what asvin_boot, asvin_confirm, asvin_revert and asvin_floor get.
//
// Call asvin_verify_component for each component, instead of asvin_verify, before the first one begins. Then, one component after the other: skip it where
// asvin_check_target answers ASVIN_DONE, as after a restart; call asvin_copy where its is_installed is 1; otherwise begin,
// push and finish. Then call asvin_activate, which reads all of them back, and set the bootloader to target_slot. Where
// is_pending is 1, all of that is done. Patches in place are for devices of one component.
//
// asvin_activate needs the plans in the order of the components, and memory of the first one: 256 bytes for each.
int32_t asvin_verify_component(const asvin_device *device, const uint8_t *envelope, uint32_t count, asvin_plan *plan);
int32_t asvin_check_target(const asvin_device *device, const asvin_plan *plan);
int32_t asvin_copy(const asvin_device *device, const asvin_plan *plan);
int32_t asvin_activate(const asvin_device *device, const asvin_plan *plans);

#ifdef __cplusplus
}
#endif
#endif
