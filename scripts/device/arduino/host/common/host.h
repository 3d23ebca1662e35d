// The machine that the sketch runs on: flash in a file, power that may be lost at any write, and time.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Ends the process where it uses the network while the other stack is in use.
extern bool isOnOtherStack;

// Bytes of flash, from the file `flash` of the folder.
extern uint8_t *hostFlash;
enum : uint32_t { hostFlashBytes = 1 << 20, hostSectorBytes = 4096 };

[[noreturn]] void hostFail(const char *what);
// Refuse what the flash of a chip would not do; lose power in the middle where the variable CUT counts down to it.
void hostErase(uint32_t address);
void hostWrite(uint32_t address, const void *bytes, size_t count);

// A small file of the folder, which is replaced as a whole; false where it is absent.
bool hostLoad(const char *name, void *bytes, size_t count);
void hostStore(const char *name, const void *bytes, size_t count);
void hostRemove(const char *name);

// Ends the process as a restart does.
[[noreturn]] void hostRestart();

// What the chip does before the sketch starts: which address the image runs from.
uint32_t hostStart();

// The version in the image that runs, and whether that image works.
const char *hostVersion();
bool hostWorks();
