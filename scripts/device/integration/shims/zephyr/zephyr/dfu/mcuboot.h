// Those names of Zephyr's interface to MCUboot that the integration uses.
#pragma once
#include <stdbool.h>

#define BOOT_UPGRADE_TEST 0
#define BOOT_UPGRADE_PERMANENT 1

int boot_request_upgrade(int permanent);
int boot_write_img_confirmed(void);
bool boot_is_img_confirmed(void);
