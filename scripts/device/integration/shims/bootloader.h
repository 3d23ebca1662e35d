// MCUboot: its rule over flash of the host, or the real one, which scripts/device/integrations --mcuboot links.
#pragma once
// Swaps the images, or completes a swap that power loss cut short. Slot 0 holds what starts.
void bootloader_run(void);
