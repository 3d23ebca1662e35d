// Internal flash of an STM32 with an error-correcting code, through ST's HAL.
#include "integration.h"

#include STM32_HAL

// passage: read
static volatile uint32_t is_reading, is_unreadable;

// The handler of the non-maskable interrupt calls this. Two wrong bits raise the interrupt, and the load then continues.
int32_t stm32_nmi(void) {
  if (!__HAL_FLASH_GET_FLAG(FLASH_FLAG_ECCD)) return 0;
  __HAL_FLASH_CLEAR_FLAG(FLASH_FLAG_ECCD);
  is_unreadable = 1;
  // Two wrong bits in code or constants are not ours: the handler resets then.
  return (int32_t)is_reading;
}

static int32_t read_flash(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  const volatile uint8_t *const place = (const volatile uint8_t *)(uintptr_t)((uint32_t)(uintptr_t)context + offset);
  is_unreadable = 0;
  is_reading = 1;
  for (uint32_t index = 0; index < count; index++) bytes[index] = place[index];
  __DSB();
  is_reading = 0;
  return (int32_t)is_unreadable;
}
// passage end

// passage: write
#ifdef FLASH_TYPEPROGRAM_QUADWORD
enum { UNIT = 16 };  // U5
#else
enum { UNIT = 8 };  // G0, G4, L4, L5, WB
#endif

static int32_t write_flash(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  const uint32_t address = (uint32_t)(uintptr_t)context + offset;
  HAL_StatusTypeDef answer = HAL_FLASH_Unlock();
  for (uint32_t index = 0; index < count && answer == HAL_OK; index += UNIT) {
    // Aligned, and in RAM: the HAL reads words.
    uint64_t unit[UNIT / 8];
    __builtin_memcpy(unit, bytes + index, UNIT);
#ifdef FLASH_TYPEPROGRAM_QUADWORD
    answer = HAL_FLASH_Program(FLASH_TYPEPROGRAM_QUADWORD, address + index, (uint32_t)(uintptr_t)unit);
#else
    answer = HAL_FLASH_Program(FLASH_TYPEPROGRAM_DOUBLEWORD, address + index, unit[0]);
#endif
  }
  (void)HAL_FLASH_Lock();
  return answer == HAL_OK ? 0 : 1;
}

static int32_t erase_flash(void *context, uint32_t offset) {
  const uint32_t page = ((uint32_t)(uintptr_t)context + offset - FLASH_BASE) / FLASH_PAGE_SIZE;
  const uint32_t pages_of_bank = FLASH_BANK_SIZE / FLASH_PAGE_SIZE;
  FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_PAGES, .NbPages = 1};
  // With two banks, code runs from one while the other is erased. Pages are counted from the start of their bank.
  erase.Banks = page < pages_of_bank ? FLASH_BANK_1 : FLASH_BANK_2;
  erase.Page = page % pages_of_bank;
  uint32_t failed;
  HAL_StatusTypeDef answer = HAL_FLASH_Unlock();
  if (answer == HAL_OK) answer = HAL_FLASHEx_Erase(&erase, &failed);
  (void)HAL_FLASH_Lock();
  return answer == HAL_OK ? 0 : 1;
}

asvin_flash stm32_region(uint32_t address, uint32_t capacity) {
  return (asvin_flash){(void *)(uintptr_t)address, address, capacity, FLASH_PAGE_SIZE, UNIT, read_flash, erase_flash, write_flash};
}
// passage end
