// The account of the sketch on this machine: from the environment, so that one program is many devices.
#pragma once
#include <stdlib.h>
#include <string.h>

#include "host.h"

#define WIFI_NAME ""
#define WIFI_PASSWORD ""
#define PLATFORM_HOST "127.0.0.1"
#define PLATFORM_PORT static_cast<uint16_t>(strtoul(getenv("PORT"), nullptr, 10))
#define FIRMWARE_VERSION hostVersion()
#define HOST_CUSTOMER_KEY getenv("CUSTOMER_KEY")
#define HOST_WORKSPACE_KEY getenv("WORKSPACE_KEY")

// The key is the bytes of its text.
static const AsvinAccount DEVICE_ACCOUNT = {1, getenv("NAME"), reinterpret_cast<const uint8_t *>(getenv("KEY"))};

template <typename SecureClient>
void trustPlatform(SecureClient &) {}

static bool deviceWorks() { return hostWorks(); }
