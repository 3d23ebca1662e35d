#include "asvin_verifier.h"
#include "asvin_client.h"
