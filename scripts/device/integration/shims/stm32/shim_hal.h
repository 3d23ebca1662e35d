// Those names of ST's HAL that the integration uses: of the series L4, or with SHIM_QUADWORD of the series U5.
#pragma once
#include <stdint.h>

typedef enum { HAL_OK, HAL_ERROR } HAL_StatusTypeDef;
typedef struct {
  uint32_t TypeErase, Banks, Page, NbPages;
} FLASH_EraseInitTypeDef;

#define FLASH_BASE 0x08000000u
#define FLASH_BANK_1 1u
#define FLASH_BANK_2 2u
#define FLASH_BANK_SIZE 0x20000u
#define FLASH_TYPEERASE_PAGES 0u
#define FLASH_FLAG_ECCD 0x80000000u

extern uint32_t shim_flags;
#define __HAL_FLASH_GET_FLAG(flag) ((shim_flags & (flag)) != 0)
#define __HAL_FLASH_CLEAR_FLAG(flag) (shim_flags &= ~(flag))

HAL_StatusTypeDef HAL_FLASH_Unlock(void);
HAL_StatusTypeDef HAL_FLASH_Lock(void);
HAL_StatusTypeDef HAL_FLASHEx_Erase(FLASH_EraseInitTypeDef *erase, uint32_t *failed);
void __DSB(void);

#ifdef SHIM_QUADWORD
#define FLASH_PAGE_SIZE 8192u
#define FLASH_TYPEPROGRAM_QUADWORD 1u
#define SHIM_KIND FLASH_TYPEPROGRAM_QUADWORD
#define SHIM_UNIT 16u
// The HAL's addresses have 32 bits: the other half of a host's.
extern uintptr_t shim_high;
HAL_StatusTypeDef HAL_FLASH_Program(uint32_t kind, uint32_t address, uint32_t data);
#else
#define FLASH_PAGE_SIZE 2048u
#define FLASH_TYPEPROGRAM_DOUBLEWORD 0u
#define SHIM_KIND FLASH_TYPEPROGRAM_DOUBLEWORD
#define SHIM_UNIT 8u
HAL_StatusTypeDef HAL_FLASH_Program(uint32_t kind, uint32_t address, uint64_t data);
#endif
