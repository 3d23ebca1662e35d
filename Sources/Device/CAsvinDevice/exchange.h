// What the requests and the replies of asvin_client.h share.
#ifndef ASVIN_EXCHANGE_H
#define ASVIN_EXCHANGE_H

// Major types of CBOR (RFC 8949, 3.1). Tags (6) have no place in the protocol.
#define CBOR_UNSIGNED 0
#define CBOR_NEGATIVE 1
#define CBOR_BYTES 2
#define CBOR_TEXT 3
#define CBOR_ARRAY 4
#define CBOR_MAP 5
#define CBOR_TAG 6
#define CBOR_SIMPLE 7

// The replies that a request may have: asvin_client.expected.
#define EXPECTS_MESSAGE 1
#define EXPECTS_OFFER 2
#define EXPECTS_BYTES 3
#define EXPECTS_ENROLMENT 4

// The largest number that the platform accepts: messages have a form in JSON too, whose numbers are signed.
#define MOST_NUMBER UINT64_C(0x7FFFFFFFFFFFFFFF)

#endif
