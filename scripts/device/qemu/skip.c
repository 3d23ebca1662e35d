// A firmware for the skip campaign: each case is prepared, then a call is made that must be refused. skip.py runs it in
// Unicorn, skips an instruction of the library within the call, and reads what the call answered. Its flash is RAM.
#include "asvin_verifier.h"

void *memcpy(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);

enum { BLOCK = 512, SLOT = 2 * BLOCK };

// What skip.py writes before it starts: a release, and how it is looked at.
struct input {
  uint32_t envelope_bytes, stream_bytes;
  uint8_t envelope[512], stream[SLOT + 64];
  uint8_t vendor[16], device_class[16], key[64];
  uint64_t floor;
  int32_t answer;  // of the check of signatures
};
volatile struct input input;

// What it reads: whether the call accepted what it must refuse, and what it answered.
volatile uint32_t accepted, answered;

static uint8_t state_bytes[2 * BLOCK], journal_bytes[2 * BLOCK], running_bytes[SLOT], target_bytes[SLOT];
static uint64_t memory[544 / 8];
static asvin_flash state, journal, running, target;
static asvin_key key;
static asvin_device device;
static asvin_plan plan;
static asvin_update update;
static uint64_t offset;

// Where a lost return leads, to address 0 and near it, a device has its vectors, and no code: udf.
__attribute__((section(".vectors"), used)) static const uint32_t vectors[64] = {
    [0 ... 63] = 0xDE00DE00,
};

// Between these two, an instruction of the library is skipped.
__attribute__((noinline)) void attack_begins(void) { __asm__ volatile("" ::: "memory"); }
__attribute__((noinline)) void attack_ends(void) { __asm__ volatile("" ::: "memory"); }
__attribute__((noinline)) _Noreturn void case_ends(void) { for (;;) __asm__ volatile("" ::: "memory"); }

static int32_t read_flash(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  memcpy(bytes, (const uint8_t *)context + offset, count);
  return 0;
}

static int32_t erase_flash(void *context, uint32_t offset) {
  memset((uint8_t *)context + offset, 0xFF, BLOCK);
  return 0;
}

static int32_t write_flash(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  memcpy((uint8_t *)context + offset, bytes, count);
  return 0;
}

// Signatures are the device's own business: what is tried is the decision, not the arithmetic.
static int32_t check(void *context, const asvin_key *key, const uint8_t *signature, const uint8_t *head,
                     uint32_t head_count, const uint8_t *payload, uint32_t payload_count) {
  (void)context, (void)key, (void)signature, (void)head, (void)head_count, (void)payload, (void)payload_count;
  return input.answer;
}

static asvin_flash flash(uint8_t *bytes, uint32_t capacity) {
  return (asvin_flash){bytes, (uint32_t)(uintptr_t)bytes, capacity, BLOCK, 8, read_flash, erase_flash, write_flash};
}

static void prepare(void) {
  memset(state_bytes, 0xFF, sizeof state_bytes);
  memset(journal_bytes, 0xFF, sizeof journal_bytes);
  memset(target_bytes, 0x5A, sizeof target_bytes);
  memset(running_bytes, 0x33, sizeof running_bytes);
  plan = (asvin_plan){0};
  state = flash(state_bytes, sizeof state_bytes);
  journal = flash(journal_bytes, sizeof journal_bytes);
  running = flash(running_bytes, sizeof running_bytes);
  target = flash(target_bytes, sizeof target_bytes);
  key.algorithm = ASVIN_ED25519;
  memcpy(key.bytes, (const void *)input.key, 32);
  memset(&device, 0, sizeof device);
  memcpy(device.vendor, (const void *)input.vendor, 16);
  memcpy(device.device_class, (const void *)input.device_class, 16);
  device.keys = &key, device.key_count = 1, device.key_threshold = 1, device.check = check;
  device.factory_floor = input.floor, device.factory_sequence = input.floor;
  device.state = &state, device.journal = &journal, device.running = &running, device.target = &target;
  device.running_slot = 0, device.target_slot = 1;
  device.memory = (uint8_t *)memory, device.memory_bytes = sizeof memory;
}

static int32_t verify(void) {
  return asvin_verify(&device, (const uint8_t *)input.envelope, input.envelope_bytes, &plan);
}

static int32_t push(void) {
  const int32_t answer = asvin_begin_image(&update, &device, &plan, &offset);
  return answer != ASVIN_DONE ? answer : asvin_push(&update, (const uint8_t *)input.stream, input.stream_bytes);
}

// The answer to a bootloader: whether the slot of updates is to run.
static uint32_t starts_target(void) {
  uint32_t slot = 0;
  device.running_slot = ASVIN_NO_SLOT;
  const int32_t answer = asvin_boot(&device, &slot);
  return answer == ASVIN_TRIAL || (slot == 1 && (answer == ASVIN_CONFIRMED || answer == ASVIN_REVERTED));
}

static uint32_t floor_is_raised(void) {
  uint64_t floor = 0;
  return asvin_floor(&device, &floor, 0) == ASVIN_DONE && floor != input.floor;
}

static void install(void) {
  verify();
  push();
  asvin_finish(&update);
}

// Ends the case: what was answered, and whether the image that must be refused would be started.
static _Noreturn void end(int32_t answer, uint32_t is_accepted) {
  answered = (uint32_t)answer;
  accepted = is_accepted;
  case_ends();
}

_Noreturn void verify_case(void) {
  prepare();
  attack_begins();
  const int32_t answer = verify();
  attack_ends();
  end(answer, answer == ASVIN_DONE);
}

// After a release that was accepted: its remains on the stack must not make the next one accepted.
_Noreturn void verify_again_case(void) {
  prepare();
  input.answer = ASVIN_SIGNED;
  verify();
  input.answer = 0;
  attack_begins();
  const int32_t answer = verify();
  attack_ends();
  end(answer, answer == ASVIN_DONE);
}

// A firmware that installs what it has verified, with the fault anywhere.
_Noreturn void install_case(void) {
  prepare();
  attack_begins();
  int32_t answer = verify();
  if (answer == ASVIN_DONE) answer = push();
  if (answer == ASVIN_DONE) answer = asvin_finish(&update);
  attack_ends();
  end(answer, starts_target());
}

// The image that is read back is another one: a bit of the slot changes after the last byte was written.
_Noreturn void read_back_case(void) {
  prepare();
  verify();
  push();
  target_bytes[1] ^= 4;
  attack_begins();
  const int32_t answer = asvin_finish(&update);
  attack_ends();
  end(answer, answer == ASVIN_DONE || starts_target());
}

// A block of the stream is another.
_Noreturn void stream_case(void) {
  prepare();
  verify();
  asvin_begin_image(&update, &device, &plan, &offset);
  input.stream[1] ^= 4;
  attack_begins();
  int32_t answer = asvin_push(&update, (const uint8_t *)input.stream, input.stream_bytes);
  if (answer == ASVIN_DONE) answer = asvin_finish(&update);
  attack_ends();
  end(answer, answer == ASVIN_DONE || starts_target());
}

// The floor has risen since the release was verified.
_Noreturn void activate_case(void) {
  prepare();
  verify();
  push();
  device.factory_floor = input.floor + 10;
  attack_begins();
  const int32_t answer = asvin_finish(&update);
  attack_ends();
  end(answer, answer == ASVIN_DONE || starts_target());
}

// Nothing is pending.
_Noreturn void boot_case(void) {
  prepare();
  device.running_slot = ASVIN_NO_SLOT;
  attack_begins();
  const uint32_t is_started = starts_target();
  attack_ends();
  end(0, is_started);
}

// An update was given up: its slot and its number are still in the record.
_Noreturn void boot_reverted_case(void) {
  prepare();
  install();
  asvin_revert(&device);
  attack_begins();
  const uint32_t is_started = starts_target();
  attack_ends();
  end(0, is_started);
}

// The image before the update confirms it: while it is pending, and while it is on trial.
static _Noreturn void confirm(void) {
  device.running_slot = 0;
  attack_begins();
  const int32_t answer = asvin_confirm(&device);
  attack_ends();
  end(answer, answer == ASVIN_DONE || floor_is_raised());
}

_Noreturn void confirm_pending_case(void) {
  prepare();
  install();
  confirm();
}

_Noreturn void confirm_trial_case(void) {
  prepare();
  install();
  starts_target();
  confirm();
}

// Nothing is on trial.
_Noreturn void confirm_nothing_case(void) {
  prepare();
  confirm();
}

// A release as it should be: installed, tried, and confirmed by itself.
_Noreturn void good_case(void) {
  prepare();
  int32_t answer = verify();
  if (answer == ASVIN_DONE) answer = push();
  if (answer == ASVIN_DONE) answer = asvin_finish(&update);
  const uint32_t is_started = starts_target();
  device.running_slot = 1, device.target_slot = 0, device.running = &target, device.target = &running;
  if (answer == ASVIN_DONE) answer = asvin_confirm(&device);
  end(answer, answer == ASVIN_DONE && is_started && floor_is_raised());
}
