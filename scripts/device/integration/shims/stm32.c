// An STM32 with two banks of flash with ECC, at its real addresses. A load from a word that power loss cut short faults; the
// fault is the non-maskable interrupt.
#define _GNU_SOURCE
#include "stm32/shim_hal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "../integration.h"
#include "../trial.h"
#include "layout.h"

static int32_t handover;
static asvin_flash state, journal, slots[2];
static uint32_t here, is_locked = 1;
uint32_t shim_flags;
#ifdef SHIM_QUADWORD
uintptr_t shim_high;
#endif
static uintptr_t stepped;

HAL_StatusTypeDef HAL_FLASH_Unlock(void) { return is_locked = 0, HAL_OK; }
HAL_StatusTypeDef HAL_FLASH_Lock(void) { return is_locked = 1, HAL_OK; }
void __DSB(void) {}

// Loads from a host page fault where the page holds a word that cannot be read.
static void protect(uint32_t offset) {
  const uint32_t page = offset / 4096 * 4096;
  mprotect((void *)(uintptr_t)(FLASH_BASE + page), 4096, flash_is_readable(page, 4096) ? PROT_READ : PROT_NONE);
}
static void open_pages(uint32_t offset, uint32_t count) {
  const uint32_t page = offset / 4096 * 4096;
  mprotect((void *)(uintptr_t)(FLASH_BASE + page), offset + count - page, PROT_READ | PROT_WRITE);
}
static void protect_pages(uint32_t offset, uint32_t count) {
  for (uint32_t page = offset / 4096 * 4096; page < offset + count; page += 4096) protect(page);
}

HAL_StatusTypeDef HAL_FLASHEx_Erase(FLASH_EraseInitTypeDef *erase, uint32_t *failed) {
  if (is_locked || erase->NbPages != 1 || erase->Page >= FLASH_BANK_SIZE / FLASH_PAGE_SIZE) return HAL_ERROR;
  const uint32_t offset = (erase->Banks == FLASH_BANK_2 ? FLASH_BANK_SIZE : 0) + erase->Page * FLASH_PAGE_SIZE;
  open_pages(offset, FLASH_PAGE_SIZE);
  flash_erase(offset, FLASH_PAGE_SIZE);
  protect_pages(offset, FLASH_PAGE_SIZE);
  *failed = 0xFFFFFFFF;
  return HAL_OK;
}

#ifdef FLASH_TYPEPROGRAM_QUADWORD
HAL_StatusTypeDef HAL_FLASH_Program(uint32_t kind, uint32_t address, uint32_t data) {
  const void *const bytes = (const void *)(shim_high | data);
#else
HAL_StatusTypeDef HAL_FLASH_Program(uint32_t kind, uint32_t address, uint64_t data) {
  const void *const bytes = &data;
#endif
  if (is_locked || kind != SHIM_KIND) return HAL_ERROR;
  open_pages(address - FLASH_BASE, SHIM_UNIT);
  flash_write(address - FLASH_BASE, bytes, SHIM_UNIT);
  protect_pages(address - FLASH_BASE, SHIM_UNIT);
  return HAL_OK;
}

static void on_fault(int number, siginfo_t *about, void *context) {
  const uintptr_t address = (uintptr_t)about->si_addr;
  ucontext_t *const state_of = context;
  (void)number;
  if (address < FLASH_BASE || address >= FLASH_BASE + ALL) abort();
  if (!flash_is_readable((uint32_t)(address - FLASH_BASE), 1)) {
    shim_flags |= FLASH_FLAG_ECCD;
    if (!stm32_nmi()) abort();
  }
  stepped = address / 4096 * 4096;
  mprotect((void *)stepped, 4096, PROT_READ);
  state_of->uc_mcontext.gregs[REG_EFL] |= 0x100;
}

static void on_step(int number, siginfo_t *about, void *context) {
  (void)number, (void)about;
  protect((uint32_t)(stepped - FLASH_BASE));
  ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~0x100;
}

void board_make(const uint8_t *image, uint32_t count) {
  struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
  struct sigaction step = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGSEGV, &fault, NULL);
  sigaction(SIGTRAP, &step, NULL);
  static int is_mapped;
  if (is_mapped) open_pages(0, ALL);
  is_mapped = 1;
#ifdef SHIM_QUADWORD
  shim_high = (uintptr_t)&fault >> 32 << 32;
#endif
  flash_make((struct flash_kind){ALL, FLASH_PAGE_SIZE, SHIM_UNIT, 1});
  flash_write(SLOT_0, image, (count + 15) / 16 * 16);
  protect_pages(0, ALL);
  state = stm32_region(FLASH_BASE + STATE, 2 * FLASH_PAGE_SIZE);
  journal = stm32_region(FLASH_BASE + JOURNAL, 2 * FLASH_PAGE_SIZE);
  slots[0] = stm32_region(FLASH_BASE + SLOT_0, SLOT), slots[1] = stm32_region(FLASH_BASE + SLOT_1, SLOT);
}

const uint8_t *board_boot(void) {
  // After a loss of power the controller is reset.
  is_locked = 1;
  protect_pages(0, ALL);
  // The driver reports each word that cannot be read, and no other one.
  for (uint32_t unit = 0; unit < state.capacity; unit += SHIM_UNIT) {
    uint8_t bytes[SHIM_UNIT];
    if ((state.read(state.context, unit, bytes, SHIM_UNIT) == 0) != flash_is_readable(STATE + unit, SHIM_UNIT)) abort();
  }
  asvin_device loader = {.state = &state, .target_slot = 1};
  here = two_slot_choose(&loader, &handover);
  return flash_at(here == 0 ? SLOT_0 : SLOT_1);
}

static void start_next(uint32_t slot) { (void)slot; }

void board_open(struct firmware *firmware) {
  asvin_device *const device = &firmware->device;
  device->state = &state, device->journal = &journal;
  device->running = &slots[here], device->target = &slots[1 - here];
  device->running_slot = here, device->target_slot = 1 - here;
  firmware->start_next = start_next;
}

int32_t board_start(struct firmware *firmware) { return two_slot_start(firmware, handover); }
