package import AsvinHost
package import AsvinManifest

/// The storage of bundles and images by their digests, and of uploads until they are complete.
package protocol ObjectStore: Sendable {
  /// Returns the bytes with a digest; `nil` if there are none. A read returns exactly these bytes or throws an error, so
  /// that bytes that another program changed are never served.
  ///
  /// - Throws: ``ObjectDamaged`` if the stored bytes have another digest; `FileError`.
  func object(_ digest: Digest) async throws -> (any ByteSource & Sendable)?

  /// Stores bytes durably.
  ///
  /// - Returns: the digest of the bytes.
  /// - Throws: `FileError`.
  @discardableResult
  func put(_ bytes: [UInt8]) async throws -> Digest

  /// Returns the number of bytes of an upload that have been received.
  ///
  /// - Throws: `FileError`.
  func received(_ upload: ID<Upload>) async throws -> UInt64

  /// Writes bytes of an upload at an offset. Bytes of an earlier attempt after the offset are discarded.
  ///
  /// - Throws: ``UploadGap`` if bytes before the offset are missing; ``ServiceFault/full`` if the bytes would use the
  ///   reserve of the disk; `FileError`.
  func append(_ bytes: [UInt8], to upload: ID<Upload>, at offset: UInt64) async throws

  /// Returns the received bytes for verification.
  ///
  /// - Throws: `FileError`.
  func content(_ upload: ID<Upload>) async throws -> any ByteSource & Sendable

  /// Turns an upload into an object durably.
  ///
  /// - Throws: ``ObjectDamaged`` if the upload has another digest; `FileError`.
  func keep(_ upload: ID<Upload>, as digest: Digest) async throws

  /// Returns the free space of the file system that holds the objects and the uploads.
  ///
  /// - Throws: `FileError`.
  func room() async throws -> StorageRoom

  /// Returns the uploads with stored bytes, and when their last bytes were received.
  ///
  /// - Throws: `FileError`.
  func spooledUploads() async throws -> [(upload: ID<Upload>, changed: Instant)]

  /// Returns the stored objects.
  ///
  /// - Throws: `FileError`.
  func storedObjects() async throws -> [StoredObject]

  /// Removes an object, if it exists.
  ///
  /// - Throws: `FileError`.
  func remove(_ object: Digest) async throws

  /// Removes the bytes of an upload.
  ///
  /// - Throws: `FileError`.
  func discard(_ upload: ID<Upload>) async throws
}

/// A stored object does not have its digest.
package struct ObjectDamaged: Error, Equatable, Sendable {
  /// The expected digest.
  package let digest: Digest

  package init(_ digest: Digest) { self.digest = digest }
}

/// An upload lacks bytes before the offset of a write.
package struct UploadGap: Error, Equatable, Sendable {
  /// The number of bytes received so far.
  package let received: UInt64

  package init(received: UInt64) { self.received = received }
}
