// The names of results: see asvin_reason.h.
#include "asvin_client.h"

const char *asvin_reason_text(int32_t result) {
  switch (result) {
    case ASVIN_REASON_ENVELOPE_TOO_LARGE: return "envelope-too-large";
    case ASVIN_REASON_ENVELOPE_MALFORMED: return "envelope-malformed";
    case ASVIN_REASON_MANIFEST_TOO_LARGE: return "manifest-too-large";
    case ASVIN_REASON_NOT_DETERMINISTIC: return "not-deterministic";
    case ASVIN_REASON_DUPLICATE_KEY: return "duplicate-key";
    case ASVIN_REASON_UNKNOWN_CRITICAL_FIELD: return "unknown-critical-field";
    case ASVIN_REASON_LIMIT_EXCEEDED: return "limit-exceeded";
    case ASVIN_REASON_KEY_SET_LINKS_UNSUPPORTED: return "key-set-links-unsupported";
    case ASVIN_REASON_UNSIGNED: return "unsigned";
    case ASVIN_REASON_UNTRUSTED_KEY: return "untrusted-key";
    case ASVIN_REASON_WRONG_SIGNED_TYPE: return "wrong-signed-type";
    case ASVIN_REASON_ALGORITHM_MISMATCH: return "algorithm-mismatch";
    case ASVIN_REASON_BAD_SIGNATURE: return "bad-signature";
    case ASVIN_REASON_THRESHOLD_NOT_REACHED: return "threshold-not-reached";
    case ASVIN_REASON_MANIFEST_MALFORMED: return "manifest-malformed";
    case ASVIN_REASON_UNSUPPORTED_FORMAT: return "unsupported-format";
    case ASVIN_REASON_WRONG_VENDOR: return "wrong-vendor";
    case ASVIN_REASON_WRONG_CLASS: return "wrong-class";
    case ASVIN_REASON_SEQUENCE_NOT_ABOVE_FLOOR: return "sequence-not-above-floor";
    case ASVIN_REASON_BASE_NOT_ALLOWED: return "base-not-allowed";
    case ASVIN_REASON_BASE_UNKNOWN: return "base-unknown";
    case ASVIN_REASON_KEY_SET_REQUIRED: return "key-set-required";
    case ASVIN_REASON_NO_USABLE_PAYLOAD: return "no-usable-payload";
    case ASVIN_REASON_SEQUENCE_TOO_FAR: return "sequence-too-far";
    case ASVIN_REASON_SLOT_UNKNOWN: return "slot-unknown";
    case ASVIN_REASON_COMPONENT_MISSING: return "component-missing";
    case ASVIN_REASON_PAYLOAD_TRUNCATED: return "payload-truncated";
    case ASVIN_REASON_PAYLOAD_TOO_LONG: return "payload-too-long";
    case ASVIN_REASON_PAYLOAD_DIGEST_MISMATCH: return "payload-digest-mismatch";
    case ASVIN_REASON_IMAGE_DIGEST_MISMATCH: return "image-digest-mismatch";
    case ASVIN_REASON_ATTACHMENT_DIGEST_MISMATCH: return "attachment-digest-mismatch";
    case ASVIN_REASON_LINK_DIGEST_MISMATCH: return "link-digest-mismatch";
    case ASVIN_REASON_PATCH_NOT_VERIFIED: return "patch-not-verified";
    case ASVIN_REASON_PATCH_INVALID: return "patch-invalid";
    case ASVIN_REASON_BASE_DIGEST_MISMATCH: return "base-digest-mismatch";
    case ASVIN_REASON_ARCHIVE_MALFORMED: return "archive-malformed";
    case ASVIN_REASON_ARCHIVE_TRUNCATED: return "archive-truncated";
    case ASVIN_REASON_ARCHIVE_NOT_CANONICAL: return "archive-not-canonical";
    case ASVIN_REASON_ARCHIVE_MEMBER_UNEXPECTED: return "archive-member-unexpected";
    case ASVIN_REASON_ARCHIVE_MEMBER_MISSING: return "archive-member-missing";
    case ASVIN_REASON_IMAGE_TOO_LARGE: return "image-too-large";
    case ASVIN_REASON_CHUNK_TOO_LARGE: return "chunk-too-large";
    case ASVIN_REASON_FLASH_FAILED: return "flash-failed";
    case ASVIN_REASON_FLASH_GEOMETRY_MISMATCH: return "flash-geometry-mismatch";
    case ASVIN_REASON_SLOT_IN_USE: return "slot-in-use";
    case ASVIN_REASON_NOT_CONFIRMED: return "not-confirmed";
    case ASVIN_DONE: return "done";
    case ASVIN_MISUSE: return "misuse";
    case ASVIN_SIGNED: return "signed";
    case ASVIN_CONFIRMED: return "confirmed";
    case ASVIN_TRIAL: return "trial";
    case ASVIN_REVERTED: return "reverted";
    case ASVIN_NOTHING: return "nothing";
    case ASVIN_AGAIN: return "again";
    case ASVIN_REFUSED: return "refused";
    case ASVIN_HELD: return "held";
    case ASVIN_GONE: return "gone";
    case ASVIN_LATER: return "later";
    case ASVIN_MALFORMED: return "malformed";
    default: return "unknown";
  }
}
