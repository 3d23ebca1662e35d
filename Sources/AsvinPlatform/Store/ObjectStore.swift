public import AsvinWire

/// Where images are kept, by what they are.
public protocol ObjectStore: Sendable {
  /// The bytes that have a digest; `nil` where there are none.
  ///
  /// - Throws: ``ObjectDamaged`` where what is kept under the digest has another: it is not given out.
  func object(_ digest: Digest) async throws -> [UInt8]?

  /// Keeps bytes, so that they are there after a power cut.
  ///
  /// - Returns: their digest.
  @discardableResult
  func put(_ bytes: [UInt8]) async throws -> Digest
}

/// What is kept under a digest has another one.
public struct ObjectDamaged: Error, Equatable, Sendable {
  /// The digest that it should have.
  public let digest: Digest

  /// An object whose bytes were changed.
  public init(_ digest: Digest) { self.digest = digest }
}
