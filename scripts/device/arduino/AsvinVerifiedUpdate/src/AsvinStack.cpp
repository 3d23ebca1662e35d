#include "AsvinStack.h"

#ifdef ARDUINO_ARCH_ESP8266

#include <Arduino.h>
#include <StackThunk.h>

// What the function of the other stack calls.
static int32_t (*called)(void *);
static void *calledWith;
static int32_t answer;

extern "C" {
void asvin_on_large_stack(void) { answer = called(calledWith); }
// The core's own second stack, which its TLS uses too: 6 200 bytes in the cores 2.7.4 and 3.
make_stack_thunk(asvin_on_large_stack);
void thunk_asvin_on_large_stack(void);
}

int32_t asvinOnLargeStack(int32_t (*function)(void *), void *context) {
  called = function;
  calledWith = context;
  stack_thunk_add_ref();
  // Two signatures with P-256 need more than the 3 s of this watchdog at 80 MHz. The other one still ends what hangs.
  ESP.wdtDisable();
  thunk_asvin_on_large_stack();
  ESP.wdtEnable(0U);
  stack_thunk_del_ref();
  return answer;
}

#else

int32_t asvinOnLargeStack(int32_t (*function)(void *), void *context) { return function(context); }

#endif
