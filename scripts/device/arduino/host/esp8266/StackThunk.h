// The core's second stack: here it is the same one, and the network must not be used on it.
#pragma once
#include "host.h"

inline void stack_thunk_add_ref() {}
inline void stack_thunk_del_ref() {}
#define make_stack_thunk(function) \
  void thunk_##function(void) {    \
    isOnOtherStack = true;         \
    function();                    \
    isOnOtherStack = false;        \
  }
