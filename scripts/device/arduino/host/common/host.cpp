#include "host.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "Arduino.h"
#include "WiFi.h"
#include "WiFiClientSecure.h"

// The sketch itself.
#include "VerifiedUpdate.ino"

enum { RESTART = 10, POWER_LOST = 99, FAILED = 70 };

bool isOnOtherStack;
uint8_t *hostFlash;
HostWiFi WiFi;
HostSerial Serial;

static const char *folder;
static long operations, cut;
static uint64_t skipped;
static char version[65], works[8];

void hostFail(const char *what) {
  fprintf(stderr, "host: %s\n", what);
  _exit(FAILED);
}

static void path(char *text, const char *name) { snprintf(text, 512, "%s/%s", folder, name); }

static void report() {
  printf("operations %ld reason %u problem %s\n", operations, updates.reason(),
         updates.problem() == nullptr ? "none" : updates.problem());
  fflush(stdout);
}

void hostRestart() {
  report();
  _exit(RESTART);
}

static bool isLast() { return ++operations == cut; }

static void losePower() {
  report();
  _exit(POWER_LOST);
}

void hostErase(uint32_t address) {
  if (address % hostSectorBytes != 0 || address >= hostFlashBytes) hostFail("an erase of no sector");
  const bool last = isLast();
  memset(hostFlash + address, 0xFF, last ? hostSectorBytes / 2 : hostSectorBytes);
  if (last) losePower();
}

void hostWrite(uint32_t address, const void *bytes, size_t count) {
  if (address > hostFlashBytes || count > hostFlashBytes - address) hostFail("a write outside of flash");
  for (size_t index = 0; index < count; index++)
    if (hostFlash[address + index] != 0xFF) hostFail("a write to bytes that are not erased");
  const bool last = isLast();
  const size_t done = last ? count / 2 : count;
  memcpy(hostFlash + address, bytes, done);
  if (!last) return;
  // The byte at which power was lost.
  hostFlash[address + done] &= static_cast<const uint8_t *>(bytes)[done] | 0x0F;
  losePower();
}

bool hostLoad(const char *name, void *bytes, size_t count) {
  char text[512];
  path(text, name);
  FILE *const file = fopen(text, "rb");
  if (file == nullptr) return false;
  const bool isRead = fread(bytes, 1, count, file) == count;
  fclose(file);
  return isRead;
}

void hostStore(const char *name, const void *bytes, size_t count) {
  char text[512], next[520];
  path(text, name);
  snprintf(next, sizeof next, "%s.next", text);
  FILE *const file = fopen(next, "wb");
  if (file == nullptr || fwrite(bytes, 1, count, file) != count || fclose(file) != 0 || rename(next, text) != 0)
    hostFail("a file cannot be written");
}

void hostRemove(const char *name) {
  char text[512];
  path(text, name);
  unlink(text);
}

const char *hostVersion() { return version; }
bool hostWorks() { return strcmp(works, "works") == 0; }

// Time: as it passes, multiplied by the variable SPEED, and with what was skipped.
uint32_t millis() {
  static const char *const speed = getenv("SPEED");
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const uint64_t passed = static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1000000;
  return static_cast<uint32_t>(passed * (speed == nullptr ? 1 : strtoul(speed, nullptr, 10)) + skipped);
}

void delay(unsigned long time) {
  if (time > 1) {
    skipped += time;
  } else {
    usleep(1000);
  }
}

void yield() {}
long random(long end) { return end > 0 ? rand() % end : 0; }

int WiFiClientSecure::connect(const char *host, uint16_t port) {
  const addrinfo hints = {0, AF_INET, SOCK_STREAM, 0, 0, nullptr, nullptr, nullptr};
  addrinfo *found;
  char service[8];
  stop();
  snprintf(service, sizeof service, "%u", port);
  if (getaddrinfo(host, service, &hints, &found) != 0) return 0;
  descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (::connect(descriptor, found->ai_addr, found->ai_addrlen) != 0) stop();
  freeaddrinfo(found);
  return descriptor >= 0 ? 1 : 0;
}

size_t WiFiClientSecure::write(const uint8_t *bytes, size_t count) {
  if (isOnOtherStack) hostFail("the network is used on the other stack");
  const ssize_t sent = descriptor < 0 ? -1 : send(descriptor, bytes, count, MSG_NOSIGNAL);
  return sent < 0 ? 0 : static_cast<size_t>(sent);
}

int WiFiClientSecure::available() {
  uint8_t bytes[2048];
  if (isOnOtherStack) hostFail("the network is used on the other stack");
  const ssize_t count = descriptor < 0 ? 0 : recv(descriptor, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 ? 0 : static_cast<int>(count);
}

int WiFiClientSecure::read(uint8_t *bytes, size_t count) {
  return descriptor < 0 ? -1 : static_cast<int>(recv(descriptor, bytes, count, MSG_DONTWAIT));
}

int WiFiClientSecure::read() {
  uint8_t byte;
  return read(&byte, 1) == 1 ? byte : -1;
}

void WiFiClientSecure::stop() {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

// A connection that the other side has closed is one until its last byte is read.
uint8_t WiFiClientSecure::connected() {
  uint8_t byte;
  if (descriptor < 0) return 0;
  const ssize_t count = recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count != 0;
}

// Usage: PROGRAM FOLDER LOOPS [enrol]: one start of the device. Ends with 10 where the sketch restarts it, and with 99 where
// power is lost.
int main(int count, char **arguments) {
  char text[512], head[129] = {};
  if (count < 3) return 64;
  folder = arguments[1];
  if (const char *const value = getenv("CUT")) cut = strtol(value, nullptr, 10);
  path(text, "flash");
  const int file = open(text, O_RDWR);
  hostFlash = static_cast<uint8_t *>(mmap(nullptr, hostFlashBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
  if (file < 0 || hostFlash == MAP_FAILED) hostFail("there is no flash");
  memcpy(head, hostFlash + hostStart() + 64, sizeof head - 1);
  if (sscanf(head, "firmware %64s %7s", version, works) != 2) hostFail("the image that runs does not start");
  srand(static_cast<unsigned>(getpid()));
  printf("start of %s\n", version);
  fflush(stdout);
#ifdef ARDUINO_ARCH_ESP32
  alignas(8) static uint8_t memory[4128 + 20 * 1024];
  if (getenv("PATCHES") != nullptr) updates.usePatches(memory, sizeof memory);
#endif
  setup();
  if (count > 3) printf("enrol %d\n", static_cast<int>(updates.enrol(HOST_CUSTOMER_KEY, HOST_WORKSPACE_KEY)));
  for (long left = strtol(arguments[2], nullptr, 10); left > 0; left--) {
    loop();
    skipped += 30000;
  }
  report();
  return 0;
}
