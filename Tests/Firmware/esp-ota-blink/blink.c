// Blinks the LED on GPIO2 (an ESP-12 module's blue one, lit when low) and prints its name on UART0 at each start.
//
// Registers and their bits: Espressif, "ESP8266 Technical Reference", chapters on GPIO, UART and the watchdog.

#include <stdint.h>

#ifndef VERSION
#error "build it with scripts/firmware, which gives VERSION and HALF_PERIOD_MS"
#endif

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define UART_FIFO REGISTER(0x60000000)
#define UART_STATUS REGISTER(0x6000001C)
#define GPIO_OUT_SET REGISTER(0x60000304)
#define GPIO_OUT_CLEAR REGISTER(0x60000308)
#define GPIO_ENABLE_SET REGISTER(0x60000310)
#define GPIO2_MUX REGISTER(0x60000838)
#define WATCHDOG_CONTROL REGISTER(0x60000900)
#define WATCHDOG_FEED REGISTER(0x60000914)

enum {
  LED = 1u << 2,
  // Function 0 of the pad is GPIO2; the field is split over bits 4, 5 and 8.
  MUX_FUNCTION = 1u << 8 | 3u << 4,
  WATCHDOG_ENABLE = 1u << 0,
  WATCHDOG_FEED_WORD = 0x73,
  UART_TX_SHIFT = 16,
  UART_TX_MASK = 0xFF,
  UART_TX_FULL = 126,
  // The ROM leaves the processor at twice its 26 MHz crystal.
  CYCLES_PER_MS = 52000,
};

// In data RAM: instruction RAM can only be read in words.
static const char banner[] = "esp-ota-blink " VERSION "\r\n";

static uint32_t cycles(void) {
  uint32_t count;
  __asm__ volatile("rsr %0, ccount" : "=r"(count));
  return count;
}

static void wait(uint32_t milliseconds) {
  for (; milliseconds > 0; milliseconds--) {
    uint32_t start = cycles();
    while (cycles() - start < CYCLES_PER_MS) {
    }
    WATCHDOG_FEED = WATCHDOG_FEED_WORD;
  }
}

static void say(const char *text) {
  for (; *text != 0; text++) {
    while ((UART_STATUS >> UART_TX_SHIFT & UART_TX_MASK) >= UART_TX_FULL) {
    }
    UART_FIFO = (uint8_t)*text;
  }
}

void firmware(void) {
  WATCHDOG_CONTROL &= ~(uint32_t)WATCHDOG_ENABLE;
  GPIO2_MUX &= ~(uint32_t)MUX_FUNCTION;
  GPIO_ENABLE_SET = LED;
  say(banner);
  for (;;) {
    GPIO_OUT_CLEAR = LED;
    wait(HALF_PERIOD_MS);
    GPIO_OUT_SET = LED;
    wait(HALF_PERIOD_MS);
  }
}
