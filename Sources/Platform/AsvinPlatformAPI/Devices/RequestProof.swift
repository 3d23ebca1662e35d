import AsvinCrypto
import AsvinHost
package import AsvinManifest

/// The value of `Authorization` with which a device proves a request by a symmetric key. See the page Device protocol.
package struct RequestProof: Equatable, Sendable {
  /// Whose key it is.
  package enum Owner: CaseIterable, Sendable {
    /// A device, by its name.
    case device
    /// A workspace, by one of its device keys. It only enrols a device.
    case workspace

    /// The scheme in the field.
    package var scheme: String { self == .device ? "Asvin-Device" : "Asvin-Workspace" }
    /// The first bytes of the message. They differ from those of every other use of a key.
    package var context: String { self == .device ? "asvin-platform-request\0" : "asvin-platform-enrolment\0" }
  }

  package var owner: Owner
  package var workspace: Int64
  /// The number of the request among those with its nonce, from 1.
  package var counter: UInt32
  package var nonce: FixedBytes<32>
  /// SHA-256 of the body.
  package var body: Digest
  /// HMAC-SHA-256 of ``message(_:_:)``.
  package var code: Digest
  /// The name of the device, or a device key of the workspace.
  package var name: String

  package init(
    owner: Owner, workspace: Int64, counter: UInt32, nonce: FixedBytes<32>, body: Digest, code: Digest = Digest(),
    name: String
  ) {
    (self.owner, self.workspace, self.counter, self.nonce) = (owner, workspace, counter, nonce)
    (self.body, self.code, self.name) = (body, code, name)
  }

  /// The bytes before the name: workspace, counter, nonce, body and code.
  private static let head = 8 + 4 + 32 + 32 + 32

  /// Reads a field; `nil` for another scheme, and for hexadecimal text that is malformed or too long.
  package init?(field: String) {
    guard let owner = Owner.allCases.first(where: { field.hasPrefix("\($0.scheme) ") }) else { return nil }
    let digits = field.utf8.dropFirst(owner.scheme.utf8.count + 1)
    guard digits.count % 2 == 0, (Self.head + 1...Self.head + PlatformLimit.proofNameBytes).contains(digits.count / 2)
    else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in digits {
      guard let value = Character(Unicode.Scalar(digit)).hexDigitValue.map({ UInt8($0) }), digit < 0x80 else {
        return nil
      }
      guard let first = high else {
        high = value
        continue
      }
      bytes.append(first << 4 | value)
      high = nil
    }
    let name = bytes[Self.head...]
    let number = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard name.allSatisfy({ (0x20...0x7E).contains($0) }), let workspace = Int64(exactly: number) else { return nil }
    self.init(
      owner: owner, workspace: workspace, counter: bytes[8..<12].reduce(0) { $0 << 8 | UInt32($1) },
      nonce: FixedBytes { bytes[12 + $0] }, body: Digest { bytes[44 + $0] }, code: Digest { bytes[76 + $0] },
      name: String(decoding: name, as: UTF8.self))
  }

  /// The text of the field.
  package var field: String {
    "\(owner.scheme) " + hexadecimal(numbers + nonce.array + body.array + code.array + Array(name.utf8))
  }

  private var numbers: [UInt8] { Self.bytes(of: workspace) + Self.bytes(of: counter) }

  /// The message whose code proves a request. Every part has a fixed length or states its length, except for the last one,
  /// so that no two requests have one message.
  ///
  /// - Parameters:
  ///   - method: in upper case.
  ///   - target: the path with its query, as in the request line.
  package func message(_ method: String, _ target: String) -> [UInt8] {
    Array(owner.context.utf8) + numbers + nonce.array + body.array + Self.counted(name) + Self.counted(method)
      + Array(target.utf8)
  }

  private static func counted(_ text: String) -> [UInt8] { [UInt8(clamping: text.utf8.count)] + Array(text.utf8) }

  private static func bytes<Number: FixedWidthInteger>(of number: Number) -> [UInt8] {
    stride(from: Number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> Number($0)) }
  }
}
