// Why a release is refused: the reason codes that a device, the command line's JSON and the platform share. A code keeps its
// meaning for ever. The page "Reason codes" of the documentation describes each.
#ifndef ASVIN_REASON_H
#define ASVIN_REASON_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The envelope, before any signature is looked at.
#define ASVIN_REASON_ENVELOPE_TOO_LARGE 10
#define ASVIN_REASON_ENVELOPE_MALFORMED 11
#define ASVIN_REASON_MANIFEST_TOO_LARGE 12
#define ASVIN_REASON_NOT_DETERMINISTIC 13
#define ASVIN_REASON_DUPLICATE_KEY 14
#define ASVIN_REASON_UNKNOWN_CRITICAL_FIELD 15
#define ASVIN_REASON_LIMIT_EXCEEDED 16
#define ASVIN_REASON_KEY_SET_LINKS_UNSUPPORTED 17

// The signatures.
#define ASVIN_REASON_UNSIGNED 20
#define ASVIN_REASON_UNTRUSTED_KEY 21
#define ASVIN_REASON_WRONG_SIGNED_TYPE 22
#define ASVIN_REASON_ALGORITHM_MISMATCH 23
#define ASVIN_REASON_BAD_SIGNATURE 24
#define ASVIN_REASON_THRESHOLD_NOT_REACHED 25

// The manifest, once its signatures hold.
#define ASVIN_REASON_MANIFEST_MALFORMED 30
#define ASVIN_REASON_UNSUPPORTED_FORMAT 31

// The policy of the device.
#define ASVIN_REASON_WRONG_VENDOR 40
#define ASVIN_REASON_WRONG_CLASS 41
#define ASVIN_REASON_SEQUENCE_NOT_ABOVE_FLOOR 42
#define ASVIN_REASON_BASE_NOT_ALLOWED 43
#define ASVIN_REASON_BASE_UNKNOWN 44
#define ASVIN_REASON_KEY_SET_REQUIRED 45
#define ASVIN_REASON_NO_USABLE_PAYLOAD 46
#define ASVIN_REASON_SEQUENCE_TOO_FAR 47
#define ASVIN_REASON_SLOT_UNKNOWN 48
#define ASVIN_REASON_COMPONENT_MISSING 49

// Payloads and images.
#define ASVIN_REASON_PAYLOAD_TRUNCATED 50
#define ASVIN_REASON_PAYLOAD_TOO_LONG 51
#define ASVIN_REASON_PAYLOAD_DIGEST_MISMATCH 52
#define ASVIN_REASON_IMAGE_DIGEST_MISMATCH 53
#define ASVIN_REASON_ATTACHMENT_DIGEST_MISMATCH 54
#define ASVIN_REASON_LINK_DIGEST_MISMATCH 55
#define ASVIN_REASON_PATCH_NOT_VERIFIED 56
#define ASVIN_REASON_PATCH_INVALID 57
#define ASVIN_REASON_BASE_DIGEST_MISMATCH 58

// The archive of a bundle. A device does not report these.
#define ASVIN_REASON_ARCHIVE_MALFORMED 60
#define ASVIN_REASON_ARCHIVE_TRUNCATED 61
#define ASVIN_REASON_ARCHIVE_NOT_CANONICAL 62
#define ASVIN_REASON_ARCHIVE_MEMBER_UNEXPECTED 63
#define ASVIN_REASON_ARCHIVE_MEMBER_MISSING 64

// The device that installs.
#define ASVIN_REASON_IMAGE_TOO_LARGE 70
#define ASVIN_REASON_CHUNK_TOO_LARGE 71
#define ASVIN_REASON_FLASH_FAILED 72
#define ASVIN_REASON_FLASH_GEOMETRY_MISMATCH 73
#define ASVIN_REASON_SLOT_IN_USE 74

// An update that was started, and was not confirmed.
#define ASVIN_REASON_NOT_CONFIRMED 80

// Whether another payload of the same release may do: set the bit of the one that failed in excluded_payloads, and verify again.
#define ASVIN_IS_ABOUT_PAYLOAD(code) \
  (((code) >= ASVIN_REASON_NO_USABLE_PAYLOAD && (code) <= ASVIN_REASON_BASE_DIGEST_MISMATCH) \
   || (code) == ASVIN_REASON_CHUNK_TOO_LARGE || (code) == ASVIN_REASON_FLASH_GEOMETRY_MISMATCH)

// The name of a result, as in `asvin-pack verify --json` and in the platform's reports: "bad-signature" for 24. Results that are
// not reasons have names too: "done", "misuse", "confirmed". "unknown" for any other number.
const char *asvin_reason_text(int32_t result);

#ifdef __cplusplus
}
#endif
#endif
