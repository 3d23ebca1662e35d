// HTTP/1.1 over a socket of the host, as far as the example needs it: a connection for each request.
#pragma once
#include "asvin_client.h"

struct sockets {
  const char *host, *port;
  int descriptor;  // -1 for none
  uint64_t left;   // bytes of the body that have not been read
  uint8_t head[2048];
  uint32_t head_bytes, head_read;  // of what follows the head in the same packet
};

int32_t sockets_send(void *context, const asvin_request *request, uint32_t *status);
int32_t sockets_receive(void *context, uint8_t *bytes, uint32_t room);
