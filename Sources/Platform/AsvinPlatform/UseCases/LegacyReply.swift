/// The reply that an ESP8266 of asvin's reads about firmware. Its client has 500 bytes for the document, in which
/// ArduinoJson 6.11 copies every key and every value: a reply that does not fit is asked for again, for ever.
package enum LegacyReply {
  /// Bytes of the document that a reply may use.
  package static let room = 440
  /// Digits of the longest id of firmware.
  private static let longestID = 19

  /// Bytes that ArduinoJson 6.11 uses on 32 bits for members: 16 for each, and its key and text with a zero byte.
  package static func bytes(_ members: [(key: String, value: String?)]) -> Int {
    members.reduce(0) { $0 + 16 + $1.key.utf8.count + 1 + ($1.value.map { $0.utf8.count + 1 } ?? 0) }
  }

  /// The members of the reply about firmware; `Firmware`, which holds another `cid`, is for the first generation.
  package static func bytes(id: String, version: String, contentID: String) -> Int {
    let digest = String(repeating: "0", count: 32)
    return bytes([
      ("cid", contentID), ("id", id), ("md", digest), ("version", version), ("Firmware", nil), ("cid", contentID),
    ])
  }

  /// Refuses firmware whose version leaves no room.
  ///
  /// - Throws: ``PlatformError/invalid(_:)``.
  static func check(_ firmware: Firmware) throws(PlatformError) {
    let id = String(repeating: "9", count: longestID)
    let contentID = String(repeating: "Q", count: max(firmware.image.contentID.utf8.count, 46))
    let used = bytes(id: id, version: firmware.version, contentID: contentID)
    guard used <= room else {
      throw .invalid(
        "the version '\(firmware.version)' is too long for the legacy devices in the groups: an ESP8266 has room for "
          + "\(firmware.version.utf8.count - (used - room)) bytes of it")
    }
  }
}
