#include "AsvinConnection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

namespace {

// Bytes of a head, at most.
const uint32_t mostHeadBytes = 4096;

// The value of a field, where the line is one of that name.
const char *valueOf(const char *line, const char *name) {
  const size_t count = strlen(name);
  if (strncasecmp(line, name, count) != 0 || line[count] != ':') return nullptr;
  line += count + 1;
  while (*line == ' ' || *line == '\t') line++;
  return line;
}

// A number of decimal digits and nothing else, below 2^31.
bool readNumber(const char *text, uint32_t *number) {
  uint32_t value = 0;
  if (*text < '0' || *text > '9') return false;
  for (; *text >= '0' && *text <= '9'; text++) {
    if (value > 0x7FFFFFF) return false;
    value = value * 10 + static_cast<uint32_t>(*text - '0');
  }
  *number = value;
  return *text == 0;
}

}  // namespace

void AsvinConnection::begin(const char *newHost, uint16_t newPort) {
  host = newHost;
  port = newPort;
}

void AsvinConnection::stop() {
  if (isOpen) client.stop();
  isOpen = false;
  isKept = false;
}

bool AsvinConnection::open() {
  stop();
  isOpen = client.connect(host, port) == 1;
  return isOpen;
}

bool AsvinConnection::write(const char *text) {
  const size_t count = strlen(text);
  return client.write(reinterpret_cast<const uint8_t *>(text), count) == count;
}

bool AsvinConnection::writeRequest(const asvin_request &request) {
  char number[12];
  bool isSent = write(request.method) && write(" ") && write(request.path) && write(" HTTP/1.1\r\nHost: ") && write(host);
  snprintf(number, sizeof number, ":%u", static_cast<unsigned>(port));
  isSent = isSent && write(number) && write("\r\nAccept: application/cbor\r\nAuthorization: ") && write(request.authorization);
  if (request.range != nullptr) isSent = isSent && write("\r\nRange: ") && write(request.range);
  if (request.body != nullptr) {
    snprintf(number, sizeof number, "%lu", static_cast<unsigned long>(request.body_bytes));
    isSent = isSent && write("\r\nContent-Type: application/cbor\r\nContent-Length: ") && write(number);
  }
  isSent = isSent && write("\r\n\r\n");
  if (request.body_bytes > 0) isSent = isSent && client.write(request.body, request.body_bytes) == request.body_bytes;
  return isSent;
}

bool AsvinConnection::isTooSlow() const {
  // The reply may last for slowSeconds, and for a second more for each KiB of it.
  return (millis() - begun) / 1000 > slowSeconds + bodyBytes / 1024;
}

bool AsvinConnection::waitForByte() {
  const uint32_t start = millis();
  while (client.available() <= 0) {
    if (!client.connected() || millis() - start > silenceSeconds * 1000 || isTooSlow()) return false;
    delay(1);
  }
  return !isTooSlow();
}

// Reads a line without its end. What does not fit is dropped, because no field that counts is as long.
bool AsvinConnection::readLine(char *line, uint32_t room) {
  uint32_t count = 0;
  for (;;) {
    if (!waitForByte() || headBytes++ == mostHeadBytes) return false;
    const int byte = client.read();
    if (byte < 0) return false;
    if (byte == '\n') break;
    if (count + 1 < room) line[count++] = static_cast<char>(byte);
  }
  if (count > 0 && line[count - 1] == '\r') count--;
  line[count] = 0;
  return true;
}

void AsvinConnection::readField(const char *line) {
  const char *value;
  if ((value = valueOf(line, "Content-Length")) != nullptr) {
    hasLength = readNumber(value, &left);
  } else if (valueOf(line, "Transfer-Encoding") != nullptr) {
    isChunked = true;
  } else if ((value = valueOf(line, "Connection")) != nullptr) {
    isKept = isKept && strcasecmp(value, "close") != 0;
  } else if ((value = valueOf(line, "Retry-After")) != nullptr && !readNumber(value, &retrySeconds)) {
    retrySeconds = 0;
  }
}

uint32_t AsvinConnection::readHead() {
  char line[96];
  uint32_t status = 0;
  headBytes = bodyBytes = left = retrySeconds = 0;
  hasLength = isChunked = false;
  if (!readLine(line, sizeof line) || strncmp(line, "HTTP/1.", 7) != 0 || strlen(line) < 12) return 0;
  isKept = line[7] == '1';
  line[12] = 0;
  if (!readNumber(line + 9, &status) || status < 200 || status > 599) return 0;
  for (;;) {
    if (!readLine(line, sizeof line)) return 0;
    if (line[0] == 0) break;
    readField(line);
  }
  // The length of a body has to be known, because otherwise a connection that breaks would look like the end of it.
  if (status == 204) {
    left = 0;
  } else if (!hasLength || isChunked) {
    return 0;
  }
  return status;
}

uint32_t AsvinConnection::send(const asvin_request &request) {
  // A connection that was kept may have been closed meanwhile: then the request is sent over another one.
  for (bool isReused = isOpen && isKept && left == 0 && client.connected();; isReused = false) {
    if (!isReused && !open()) return 0;
    begun = millis();
    bodyBytes = headBytes = 0;
    const uint32_t status = writeRequest(request) ? readHead() : 0;
    if (status != 0) return status;
    const bool isEmpty = headBytes == 0;
    stop();
    if (!isReused || !isEmpty) return 0;
  }
}

int32_t AsvinConnection::receive(uint8_t *bytes, uint32_t room) {
  if (left == 0) {
    if (!isKept) stop();
    return 0;
  }
  if (waitForByte()) {
    const int count = client.read(bytes, left < room ? left : room);
    if (count > 0 && static_cast<uint32_t>(count) <= left && static_cast<uint32_t>(count) <= room) {
      left -= static_cast<uint32_t>(count);
      bodyBytes += static_cast<uint32_t>(count);
      return count;
    }
  }
  stop();
  return -1;
}
