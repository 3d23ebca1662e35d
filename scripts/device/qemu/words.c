// A plugin of QEMU that gives its Xtensa cores the flash of an ESP8266, which is read in aligned words only: a load of a byte
// or of two from START to END ends the run. The core itself refuses words that are not aligned.
// Arguments: start=ADDRESS,end=ADDRESS. QEMU's header is not in Debian: these are its functions of version 1, in QEMU 7.2.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin;
struct block;
struct instruction;

enum { NO_REGISTERS = 0, READS_AND_WRITES = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin, void (*)(plugin, struct block *));
size_t qemu_plugin_tb_n_insns(const struct block *);
struct instruction *qemu_plugin_tb_get_insn(const struct block *, size_t);
const void *qemu_plugin_insn_data(const struct instruction *);
uint64_t qemu_plugin_insn_vaddr(const struct instruction *);
void qemu_plugin_register_vcpu_mem_cb(
    struct instruction *, void (*)(unsigned, uint32_t, uint64_t, void *), int registers, int direction, void *);

int qemu_plugin_version = 1;
static uint64_t start, end;

static void loaded(unsigned core, uint32_t access, uint64_t address, void *instruction) {
  (void)core, (void)access;
  if (address < start || address >= end) return;
  fprintf(stderr, "a load at 0x%08x reads less than a word of flash, at 0x%08x\n", (unsigned)(uintptr_t)instruction,
          (unsigned)address);
  exit(4);
}

// l8ui, l16ui or l16si: the other loads are of words.
static int is_narrow(const uint8_t *code) {
  const uint8_t kind = code[1] >> 4;
  return (code[0] & 15) == 2 && (kind == 0 || kind == 1 || kind == 9);
}

static void translated(plugin self, struct block *block) {
  (void)self;
  for (size_t index = 0; index < qemu_plugin_tb_n_insns(block); index++) {
    struct instruction *instruction = qemu_plugin_tb_get_insn(block, index);
    if (!is_narrow(qemu_plugin_insn_data(instruction))) continue;
    void *place = (void *)(uintptr_t)qemu_plugin_insn_vaddr(instruction);
    qemu_plugin_register_vcpu_mem_cb(instruction, loaded, NO_REGISTERS, READS_AND_WRITES, place);
  }
}

int qemu_plugin_install(plugin self, const void *machine, int count, char **arguments) {
  (void)machine;
  for (int index = 0; index < count; index++) {
    if (strncmp(arguments[index], "start=", 6) == 0) start = strtoul(arguments[index] + 6, NULL, 0);
    if (strncmp(arguments[index], "end=", 4) == 0) end = strtoul(arguments[index] + 4, NULL, 0);
  }
  if (end <= start) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(self, translated);
  return 0;
}
