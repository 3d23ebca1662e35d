// A sketch that updates itself. Beside it: asvin_device.h, which `asvin-pack device-header -o asvin_device.h` writes, and
// account.h with the constants that are not defined here. On an ESP32, partitions.csv beside it is the partition table.
#ifdef ARDUINO_ARCH_ESP8266
#include <ESP8266WiFi.h>
#else
#include <WiFi.h>
#include <WiFiClientSecure.h>
#endif
#include <AsvinVerifiedUpdate.h>

#include "account.h"
#include "asvin_device.h"

static const AsvinIdentity identity = ASVIN_DEVICE_IDENTITY;
static WiFiClientSecure client;
static AsvinVerifiedUpdate updates(client, identity);

void setup() {
  Serial.begin(115200);
  WiFi.begin(WIFI_NAME, WIFI_PASSWORD);
  trustPlatform(client);
  updates.begin(PLATFORM_HOST, PLATFORM_PORT, DEVICE_ACCOUNT, FIRMWARE_VERSION);
  if (deviceWorks()) updates.confirm(); else updates.reject();
}

void loop() {
  if (WiFi.status() == WL_CONNECTED && updates.run() == AsvinStatus::Installed) updates.restart();
  delay(100);
}
