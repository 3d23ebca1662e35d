#pragma once

enum { WL_CONNECTED = 3 };

struct HostWiFi {
  void begin(const char *, const char *) {}
  int status() { return WL_CONNECTED; }
};
extern HostWiFi WiFi;
