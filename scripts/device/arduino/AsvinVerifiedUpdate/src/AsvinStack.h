// Where the verifier runs. A sketch on an ESP8266 has 4 KiB of stack, and a verification needs 5.4 KiB.
#pragma once
#include <stdint.h>

// Calls a function on a stack that is large enough. The function does not use the network, because TLS uses the same stack.
int32_t asvinOnLargeStack(int32_t (*function)(void *), void *context);

// The same for a lambda.
template <typename Function>
int32_t asvinOnLargeStack(Function function) {
  return asvinOnLargeStack([](void *context) -> int32_t { return (*static_cast<Function *>(context))(); }, &function);
}
