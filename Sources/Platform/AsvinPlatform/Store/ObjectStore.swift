package import AsvinHost
package import AsvinManifest

/// Where bundles and images are kept, by what they are, and uploads until they are whole.
package protocol ObjectStore: Sendable {
  /// The bytes that have a digest; `nil` where there are none. Whoever reads them gets these, or an error: what was
  /// changed behind the platform's back is not given out.
  ///
  /// - Throws: ``ObjectDamaged`` where what is kept under the digest has another; `FileError`.
  func object(_ digest: Digest) async throws -> (any ByteSource & Sendable)?

  /// Keeps bytes, so that they are there after a power cut.
  ///
  /// - Returns: their digest.
  /// - Throws: `FileError`.
  @discardableResult
  func put(_ bytes: [UInt8]) async throws -> Digest

  /// Bytes of an upload that have arrived.
  ///
  /// - Throws: `FileError`.
  func received(_ upload: ID<Upload>) async throws -> UInt64

  /// Adds bytes to an upload. Those of an earlier try behind the offset are forgotten.
  ///
  /// - Throws: ``UploadGap`` where bytes before the offset are missing; ``ServiceFault/full`` where the bytes would
  ///   touch the reserve of the disk; `FileError`.
  func append(_ bytes: [UInt8], to upload: ID<Upload>, at offset: UInt64) async throws

  /// What has arrived, to be judged.
  ///
  /// - Throws: `FileError`.
  func content(_ upload: ID<Upload>) async throws -> any ByteSource & Sendable

  /// Makes an upload an object, so that it is there after a power cut.
  ///
  /// - Throws: ``ObjectDamaged`` where it has another digest; `FileError`.
  func keep(_ upload: ID<Upload>, as digest: Digest) async throws

  /// The room on the file system that holds the objects and the uploads.
  ///
  /// - Throws: `FileError`.
  func room() async throws -> StorageRoom

  /// The uploads of which bytes are kept, and when the last ones arrived.
  ///
  /// - Throws: `FileError`.
  func spooledUploads() async throws -> [(upload: ID<Upload>, changed: Instant)]

  /// Removes an object. It is no error where there is none.
  ///
  /// - Throws: `FileError`.
  func remove(_ object: Digest) async throws

  /// Forgets what has arrived.
  ///
  /// - Throws: `FileError`.
  func discard(_ upload: ID<Upload>) async throws
}

/// What is kept under a digest has another one.
package struct ObjectDamaged: Error, Equatable, Sendable {
  /// The digest that it should have.
  package let digest: Digest

  /// An object whose bytes were changed.
  package init(_ digest: Digest) { self.digest = digest }
}

/// Bytes came for an upload whose earlier ones have not.
package struct UploadGap: Error, Equatable, Sendable {
  /// Bytes that have arrived.
  package let received: UInt64

  /// A gap behind so many bytes.
  package init(received: UInt64) { self.received = received }
}
