/// The reply about firmware that an ESP8266 reads. Its client has a document of 500 bytes, into which ArduinoJson 6.11
/// copies every key and every value. If a reply does not fit, the client repeats the request for ever.
package enum LegacyReply {
  /// Bytes of the client's document that a reply may use.
  package static let room = 440
  /// Digits of the longest firmware id.
  private static let longestID = 19

  /// Returns the bytes that ArduinoJson 6.11 uses for members on a 32-bit machine: 16 for each member, and its key and text
  /// with a zero byte each.
  package static func bytes(_ members: [(key: String, value: String?)]) -> Int {
    members.reduce(0) { $0 + 16 + $1.key.utf8.count + 1 + ($1.value.map { $0.utf8.count + 1 } ?? 0) }
  }

  /// Returns the bytes of the reply about firmware. The member `Firmware`, which has another `cid`, is for the first
  /// generation of clients.
  package static func bytes(id: String, version: String, contentID: String) -> Int {
    let digest = String(repeating: "0", count: 32)
    return bytes([
      ("cid", contentID), ("id", id), ("md", digest), ("version", version), ("Firmware", nil), ("cid", contentID),
    ])
  }

  /// Refuses firmware with a version that does not fit.
  ///
  /// - Throws: ``PlatformError/invalid(_:)``.
  static func check(_ firmware: Firmware) throws(PlatformError) {
    let id = String(repeating: "9", count: longestID)
    let contentID = String(repeating: "Q", count: max(firmware.image.contentID.utf8.count, 46))
    let used = bytes(id: id, version: firmware.version, contentID: contentID)
    guard used <= room else {
      throw .invalid(
        "the version '\(firmware.version)' is too long for the legacy devices in the groups: an ESP8266 has space for "
          + "\(firmware.version.utf8.count - (used - room)) bytes")
    }
  }
}
