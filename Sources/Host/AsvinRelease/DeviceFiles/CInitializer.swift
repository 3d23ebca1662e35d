import AsvinCrypto
import AsvinHost
import AsvinManifest
import AsvinVerifier

/// A value of the C header, as an initializer.
struct CInitializer {
  let text: String

  /// An array of bytes.
  init(_ bytes: [UInt8]) {
    let digits = bytes.map { "0x\(hexadecimal([$0]))" }
    let lines = stride(from: 0, to: digits.count, by: 12).map {
      digits[$0..<min($0 + 12, digits.count)].joined(separator: ", ")
    }
    text = "{\(lines.joined(separator: ",\n  "))}"
  }

  /// An `asvin_key`.
  init(of key: PublicKey) {
    text = "{\(key.algorithm.cName),\n  \(CInitializer(key.array).text)}"
  }
}

extension SignatureAlgorithm {
  /// The constant in the C header.
  fileprivate var cName: String {
    switch self {
    case .ed25519: "ASVIN_ED25519"
    case .ecdsaP256: "ASVIN_ECDSA_P256"
    }
  }
}
