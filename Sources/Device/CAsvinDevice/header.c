#include "asvin_verifier.h"
