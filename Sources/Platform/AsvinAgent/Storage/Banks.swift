import AsvinCrypto
import AsvinVerifier
import AsvinManifest

/// The two places for a release; one runs, the other one is free.
enum Bank: String, Codable, CaseIterable, Sendable {
  case a
  case b

  var other: Bank { self == .a ? .b : .a }

  /// Its number in the boot state.
  var slot: UInt32 { self == .a ? 0 : 1 }
}

/// What a bank holds.
struct BankContent: Codable, Equatable, Sendable {
  /// SHA-256 of the manifest; empty for the factory image.
  var release: String
  var version: String
  var sequence: UInt64
  var images: [BankImage]
  /// The rollout that the release came from.
  var rollout: Int64?
  /// Whether it was confirmed once: what the floor is rebuilt from if the boot record is lost.
  var isConfirmed: Bool?
}

/// An image in a bank.
struct BankImage: Codable, Equatable, Sendable {
  var slot: UInt64
  var size: UInt64
  var digest: String
}

/// What both banks hold. Which one runs, the boot record says.
struct Banks: Codable, Equatable, Sendable {
  var a: BankContent?
  var b: BankContent?

  subscript(bank: Bank) -> BankContent? {
    get { bank == .a ? a : b }
    set { if bank == .a { a = newValue } else { b = newValue } }
  }

  /// The bank that holds a release by its sequence number.
  func bank(of sequence: UInt64) -> Bank? { Bank.allCases.first { self[$0]?.sequence == sequence } }

  /// The confirmed release with the highest sequence number: what runs, as far as the banks know.
  var newestConfirmed: BankContent? {
    Bank.allCases.compactMap { self[$0] }.filter { $0.isConfirmed == true }.max { $0.sequence < $1.sequence }
  }
}

extension BankContent {
  /// The images as a verifier takes them.
  var installed: [InstalledImage] {
    images.compactMap { image in
      Digest(hexadecimal: image.digest).map { InstalledImage(slot: image.slot, size: image.size, digest: $0) }
    }
  }
}
