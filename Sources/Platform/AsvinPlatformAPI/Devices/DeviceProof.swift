/// The bytes that a device signs with its own key.
package enum DeviceProof {
  package static func enrolment(of name: String) -> [UInt8] { Array("asvin-platform-enrol\0\(name)".utf8) }

  package static func login(nonce: [UInt8], workspace: Int64, device: Int64) -> [UInt8] {
    Array("asvin-platform-login\0".utf8) + nonce + Array("\(workspace)/\(device)".utf8)
  }
}
