import AsvinCrypto
import AsvinVerifier
import AsvinWire

/// The two places for a release; one runs, the other one is free.
enum Bank: String, Codable, CaseIterable {
  case a
  case b

  var other: Bank { self == .a ? .b : .a }

  /// Its number in the boot state.
  var slot: UInt32 { self == .a ? 0 : 1 }
}

/// What stands in a bank.
struct BankContent: Codable, Equatable {
  /// SHA-256 of the manifest; empty for what the device left the factory with.
  var release: String
  var version: String
  var sequence: UInt64
  var images: [BankImage]
}

/// An image in a bank.
struct BankImage: Codable, Equatable {
  var slot: UInt64
  var size: UInt64
  var digest: String
}

/// What stands in both banks. Which one runs, the boot state says by the sequence number that is confirmed.
struct Banks: Codable, Equatable {
  var a: BankContent?
  var b: BankContent?

  subscript(bank: Bank) -> BankContent? {
    get { bank == .a ? a : b }
    set { if bank == .a { a = newValue } else { b = newValue } }
  }

  /// The bank that holds a release by its sequence number.
  func bank(of sequence: UInt64) -> Bank? { Bank.allCases.first { self[$0]?.sequence == sequence } }
}

extension BankContent {
  /// As a verifier takes them.
  var installed: [InstalledImage] {
    images.compactMap { image in
      Digest(hexadecimal: image.digest).map { InstalledImage(slot: image.slot, size: image.size, digest: $0) }
    }
  }
}
