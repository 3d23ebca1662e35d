#define _POSIX_C_SOURCE 200809L
#include "sockets.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static void close_connection(struct sockets *sockets) {
  if (sockets->descriptor >= 0) close(sockets->descriptor);
  sockets->descriptor = -1;
}

static int open_connection(struct sockets *sockets) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  struct addrinfo *found;
  close_connection(sockets);
  if (getaddrinfo(sockets->host, sockets->port, &hints, &found) != 0) return 0;
  for (const struct addrinfo *place = found; place != NULL && sockets->descriptor < 0; place = place->ai_next) {
    sockets->descriptor = socket(place->ai_family, place->ai_socktype, place->ai_protocol);
    if (sockets->descriptor >= 0 && connect(sockets->descriptor, place->ai_addr, place->ai_addrlen) != 0)
      close_connection(sockets);
  }
  freeaddrinfo(found);
  return sockets->descriptor >= 0;
}

static int write_all(int descriptor, const void *bytes, size_t count) {
  const char *place = bytes;
  while (count > 0) {
    const ssize_t sent = send(descriptor, place, count, MSG_NOSIGNAL);
    if (sent <= 0) return 0;
    place += sent;
    count -= (size_t)sent;
  }
  return 1;
}

// Reads up to the end of the head, and what follows it in the same packet.
static const char *read_head(struct sockets *sockets) {
  sockets->head_bytes = 0;
  while (sockets->head_bytes < sizeof sockets->head - 1) {
    const ssize_t got = recv(sockets->descriptor, sockets->head + sockets->head_bytes,
                             sizeof sockets->head - 1 - sockets->head_bytes, 0);
    if (got <= 0) return NULL;
    sockets->head_bytes += (uint32_t)got;
    sockets->head[sockets->head_bytes] = 0;
    char *const end = strstr((char *)sockets->head, "\r\n\r\n");
    if (end != NULL) {
      sockets->head_read = (uint32_t)(end + 4 - (char *)sockets->head);
      end[2] = 0;
      return (const char *)sockets->head;
    }
  }
  return NULL;
}

int32_t sockets_send(void *context, const asvin_request *request, uint32_t *status) {
  struct sockets *const sockets = context;
  char text[2048];
  if (!open_connection(sockets)) return 1;
  int count = snprintf(text, sizeof text,
                       "%s %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\nAccept: application/cbor\r\n"
                       "Authorization: %s\r\n%s%s%sContent-Type: application/cbor\r\nContent-Length: %lu\r\n\r\n",
                       request->method, request->path, sockets->host, sockets->port, request->authorization,
                       request->range == NULL ? "" : "Range: ", request->range == NULL ? "" : request->range,
                       request->range == NULL ? "" : "\r\n", (unsigned long)request->body_bytes);
  if (count < 0 || (size_t)count >= sizeof text) return 1;
  if (!write_all(sockets->descriptor, text, (size_t)count)
      || !write_all(sockets->descriptor, request->body, request->body_bytes))
    return 1;
  const char *const head = read_head(sockets);
  if (head == NULL || strncmp(head, "HTTP/1.1 ", 9) != 0) return 1;
  *status = (uint32_t)strtoul(head + 9, NULL, 10);
  sockets->left = 0;
  for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
    line += 2;
    if (strncasecmp(line, "content-length:", 15) == 0) sockets->left = strtoull(line + 15, NULL, 10);
  }
  return 0;
}

int32_t sockets_receive(void *context, uint8_t *bytes, uint32_t room) {
  struct sockets *const sockets = context;
  uint32_t count = sockets->left < room ? (uint32_t)sockets->left : room;
  const uint32_t kept = sockets->head_bytes - sockets->head_read;
  if (count == 0) {
    close_connection(sockets);
    return 0;
  }
  if (kept > 0) {
    if (count > kept) count = kept;
    memcpy(bytes, sockets->head + sockets->head_read, count);
    sockets->head_read += count;
  } else {
    const ssize_t got = recv(sockets->descriptor, bytes, count, 0);
    if (got <= 0) return -1;
    count = (uint32_t)got;
  }
  sockets->left -= count;
  return (int32_t)count;
}
