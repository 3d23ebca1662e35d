// HTTP/1.1 for the requests of asvin_client.h, over a Client of the core: WiFiClient, WiFiClientSecure, NetworkClient and
// others. No heap of its own. Every wait ends.
#pragma once
#include <Arduino.h>
#include <Client.h>

#include "asvin_client.h"

class AsvinConnection {
 public:
  // How long the platform may be silent.
  static const uint32_t silenceSeconds = 15;
  // What a reply may last, beside a second for each KiB of it.
  static const uint32_t slowSeconds = 30;

  explicit AsvinConnection(Client &client) : client(client) {}
  void begin(const char *host, uint16_t port);

  // Sends a request and reads the head of its reply. Returns the status; 0 where there is none.
  uint32_t send(const asvin_request &request);
  // The next bytes of the body: how many, 0 at its end, less than 0 where the connection is broken.
  int32_t receive(uint8_t *bytes, uint32_t room);
  // Whether all of the body was received.
  bool isDone() const { return left == 0; }
  // The seconds of Retry-After; 0 where the reply has none.
  uint32_t retryAfter() const { return retrySeconds; }
  void stop();

 private:
  bool open();
  bool write(const char *text);
  bool writeRequest(const asvin_request &request);
  uint32_t readHead();
  void readField(const char *line);
  bool readLine(char *line, uint32_t room);
  bool waitForByte();
  bool isTooSlow() const;

  Client &client;
  const char *host = nullptr;
  uint16_t port = 0;
  bool isOpen = false;
  bool isKept = false;     // whether the connection may serve another request
  bool isChunked = false;
  bool hasLength = false;
  uint32_t left = 0;       // bytes of the body that have not been read
  uint32_t headBytes = 0;
  uint32_t bodyBytes = 0;  // that have been read
  uint32_t begun = 0;      // when the request was sent, in milliseconds
  uint32_t retrySeconds = 0;
};
