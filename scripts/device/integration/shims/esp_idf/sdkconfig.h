// A project writes its configuration here. The trials compile with -DCONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE and without.
#pragma once
