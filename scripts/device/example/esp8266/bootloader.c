// What ROM and bootloader of an ESP8266 do: load the image of the slot that a word of flash names, and start it.
#include "board.h"
#include "flash.h"

enum { MAGIC = 0xE9, STACK_TOP = 0x3FFFC000, PIECE = 256 };

struct head {
  uint8_t magic, segments, mode, size_and_speed;
  uint32_t entry;
};

struct segment {
  uint32_t address, count;
};

void run(void) {
  uint32_t slot;
  struct head head;
  struct segment segment;
  if (!flash_open()) {
    print("power on: there is no flash\n");
    leave(2);
  }
  flash_read((void *)CHOICE, 0, (uint8_t *)&slot, sizeof slot);
  if (slot > 1) slot = 0;
  void *const image = (void *)(SLOTS + slot * STRIDE);
  flash_read(image, 0, (uint8_t *)&head, sizeof head);
  print_number("power on: slot", slot);
  if (head.magic != MAGIC) {
    print("power on: the slot holds no image\n");
    leave(2);
  }
  uint32_t offset = sizeof head;
  for (uint32_t left = head.segments; left > 0; left--) {
    flash_read(image, offset, (uint8_t *)&segment, sizeof segment);
    offset += sizeof segment;
    for (uint32_t done = 0; done < segment.count; done += PIECE) {
      const uint32_t rest = segment.count - done;
      flash_read(image, offset + done, (uint8_t *)segment.address + done, rest < PIECE ? rest : PIECE);
    }
    offset += segment.count;
  }
  // To the image, with the chip's own stack.
  __asm__ volatile("mov a1, %0\n jx %1" : : "r"(STACK_TOP), "r"(head.entry));
}
