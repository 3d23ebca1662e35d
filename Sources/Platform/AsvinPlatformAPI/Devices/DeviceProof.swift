package import AsvinManifest

/// The bytes that a device signs with its own key. Every part has a fixed length or states its length, so that two messages are
/// never the same bytes.
package enum DeviceProof {
  /// The message of an enrolment. It covers all that the platform stores about the device, so that a proof which was read once
  /// does not enrol a device in another workspace, with another class or version, or again.
  package static func enrolment(
    nonce: [UInt8], workspace: Int64, name: String, deviceClass: Identifier, version: String, key: [UInt8]
  ) -> [UInt8] {
    let head = Array("asvin-platform-enrol-device\0".utf8) + bytes(of: workspace) + nonce
    return head + deviceClass.array + key + counted(version) + counted(name)
  }

  /// The message by which a device replaces its key. Its present key and the new key sign it.
  package static func newKey(
    nonce: [UInt8], workspace: Int64, device: Int64, present: [UInt8], new: [UInt8]
  ) -> [UInt8] {
    Array("asvin-platform-new-key\0".utf8) + bytes(of: workspace) + bytes(of: device) + nonce + present + new
  }

  package static func login(nonce: [UInt8], workspace: Int64, device: Int64) -> [UInt8] {
    Array("asvin-platform-login\0".utf8) + nonce + Array("\(workspace)/\(device)".utf8)
  }

  /// The length in two bytes, and the text.
  private static func counted(_ text: String) -> [UInt8] {
    let count = UInt16(clamping: text.utf8.count)
    return [UInt8(count >> 8), UInt8(count & 0xFF)] + Array(text.utf8)
  }

  private static func bytes(of number: Int64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> Int64($0)) }
  }
}
