package import AsvinHost
import AsvinVerifier
import AsvinManifest

/// A bundle that is open at its payloads: its envelope can be judged, nothing behind it has been read.
package struct OpenBundle {
  package let name: String
  package let file: InputFile
  package let reader: BundleReader
  package let envelope: [UInt8]

  package init(_ path: String, in environment: Environment) throws(Failure) {
    do {
      try self.init(environment.input(path), name: path)
    } catch {
      throw Failure(error, on: path)
    }
  }

  package init(_ file: InputFile, name: String) throws(Failure) {
    do {
      self.name = name
      self.file = file
      reader = try BundleReader(file)
      envelope = try reader.envelope()
    } catch {
      throw Failure(error, on: name)
    }
  }

  /// Verifies the envelope, then reads every member to the end, each against its size and digest.
  package func verify(
    _ acceptance: Acceptance, in environment: Environment,
    payload: (BundleMember, Span<UInt8>) throws -> Void = { _, _ in }
  ) throws(Failure) -> VerifiedRelease {
    try explaining(name) {
      let release = try acceptance.verify(envelope)
      let total = release.manifest.members.reduce(0) { $0 + $1.size }
      var done: UInt64 = 0
      try reader.readMembers(release.manifest.members) { member, piece in
        try payload(member, piece)
        done += UInt64(piece.count)
        environment.progress(done, total)
      }
      // What was appended meanwhile was not read.
      try file.requireUnchanged()
      return release
    }
  }
}
