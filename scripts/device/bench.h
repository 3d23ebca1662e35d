// What the bench and the applier's caller share. Read by C, by Swift, and the addresses by bench-patch too.
#pragma once

// The addresses at which bench-patch loads its files: in the board's 16 MiB of PSRAM, read byte by byte like flash in
// the memory map.
#define MAP_COUNTS 0x21000000
#define MAP_SPARE 0x21010000
#define MAP_CHECKPOINT 0x21020000
#define MAP_OLD 0x21100000
#define MAP_PATCH 0x21500000
#define MAP_NEW 0x21700000
// The other slot; in place, the slot.
#define MAP_SLOT 0x21B00000
// Bytes of each of the images, at most.
#define MAP_ROOM 0x400000

// Bytes of a page of flash, which a single write does not cross: see FlashRegion.
#define FLASH_PAGE 512

enum { PATCH_APPLIED, PATCH_REFUSED, PATCH_CUT };

struct Job {
  unsigned oldCount, patchCount;
  void *workspace;
  unsigned workspaceRoom;
  // Whether power came back in the middle.
  _Bool isResumed;

  // The answers.
  unsigned workspaceBytes, applierBytes, resultBytes, failedAt;
};

// The caller, as in a firmware. Without one, the bench is measured alone.
unsigned bench_apply(struct Job *job);

// Flash in place: see flash.c.
void flash_restart(unsigned cut_at);
void flash_erase(unsigned char *at);
void flash_write(unsigned char *at, const unsigned char *bytes, unsigned count);
_Bool flash_has_failed(void);
unsigned flash_operations(void);
_Bool flash_rule_is_broken(void);

// The board: see board.c.
void print(const char *text);
_Noreturn void leave(unsigned status);
