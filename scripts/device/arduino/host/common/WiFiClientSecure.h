// The core's client, over a socket of this machine. There is no TLS: the library does not depend on it.
#pragma once
#include "Client.h"

class WiFiClientSecure : public Client {
 public:
  ~WiFiClientSecure() override { stop(); }
  int connect(const char *host, uint16_t port) override;
  size_t write(const uint8_t *bytes, size_t count) override;
  int available() override;
  int read() override;
  int read(uint8_t *bytes, size_t count) override;
  void stop() override;
  uint8_t connected() override;

 private:
  int descriptor = -1;
};
