#pragma once
#define FS_PHYS_ADDR 0xC0000u
