// What the sketch knows of its network, its platform and itself. The values here are examples: replace all of them.
#pragma once
#include <time.h>

#define WIFI_NAME "network"
#define WIFI_PASSWORD "password"
#define PLATFORM_HOST "updates.example.com"
#define PLATFORM_PORT 443
// The version of this sketch, as it is signed with `asvin-pack sign --fw-version`.
#define FIRMWARE_VERSION "1.0.0"

// 32 random bytes, which no other device has: `asvin-pack device register --key-file` registers them. The platform refuses 32
// equal bytes, so that this example is not a device.
static const uint8_t DEVICE_KEY[ASVIN_KEY_BYTES] = {0};
static const AsvinAccount DEVICE_ACCOUNT = {1, "device-1", DEVICE_KEY};

// The certificate of the authority that has signed the platform's.
static const char PLATFORM_AUTHORITY[] = R"(-----BEGIN CERTIFICATE-----
-----END CERTIFICATE-----
)";

// Sets whom TLS trusts. Certificates have a validity, so that the clock is set too.
template <typename SecureClient>
void trustPlatform(SecureClient &client) {
  configTime(0, 0, "pool.ntp.org");
#ifdef ARDUINO_ARCH_ESP8266
  static const BearSSL::X509List authorities(PLATFORM_AUTHORITY);
  client.setTrustAnchors(&authorities);
#else
  client.setCACert(PLATFORM_AUTHORITY);
#endif
}

// Whether this sketch does what it is for: an image that was updated is kept only then.
static bool deviceWorks() { return true; }
