package import AsvinHost
package import AsvinManifest
import AsvinVerifier

/// A bundle whose manifest and signatures are read, and whose payloads are not.
package struct OpenBundle {
  package let name: String
  package let file: InputFile
  package let reader: BundleReader
  package let envelope: [UInt8]

  package init(_ path: String, in environment: Environment) throws(Failure) {
    try self.init(explaining(path) { try environment.input(path) }, name: path)
  }

  package init(_ file: InputFile, name: String) throws(Failure) {
    self.name = name
    self.file = file
    (reader, envelope) = try explaining(name) {
      let reader = try BundleReader(file)
      return (reader, try reader.envelope())
    }
  }

  /// Verifies the envelope, then reads every member to the end, each against its size and digest.
  ///
  /// - Returns: the release, and SHA-256 of the bundle.
  package func verify(
    _ acceptance: Acceptance, in environment: Environment,
    payload: (BundleMember, Span<UInt8>) throws -> Void = { _, _ in }
  ) throws(Failure) -> (release: VerifiedRelease, digest: Digest) {
    try explaining(name) {
      let release = try acceptance.verify(envelope)
      let total = release.manifest.members.reduce(0) { $0 + $1.size }
      var done: UInt64 = 0
      let digest = try reader.readMembers(release.manifest.members) { member, piece in
        try payload(member, piece)
        done += UInt64(piece.count)
        environment.progress(done, total)
      }
      // Bytes that were appended after the file was opened were not read.
      try file.requireUnchanged()
      return (release, digest)
    }
  }
}
