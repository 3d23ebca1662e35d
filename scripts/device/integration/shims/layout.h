// The flash map of the trials, as on the pages: state, journal, two slots, and what a bootloader keeps.
#pragma once
#ifndef BLOCK
#define BLOCK 4096u
#endif
#define SLOT 65536u
#define STATE 0u
#define JOURNAL 16384u
#define OTHER 32768u
#define SLOT_0 65536u
#define SLOT_1 (SLOT_0 + SLOT)
#define ALL (SLOT_1 + SLOT)
