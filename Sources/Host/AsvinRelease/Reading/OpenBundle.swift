import AsvinBundle
import AsvinVerifier
import AsvinManifest

/// A bundle that is open at its payloads: its envelope can be judged, nothing behind it has been read.
struct OpenBundle {
  let name: String
  let file: InputFile
  let reader: BundleReader
  let envelope: [UInt8]

  init(_ path: String, in surroundings: Surroundings) throws(Failure) {
    do {
      try self.init(surroundings.input(path), name: path)
    } catch {
      throw Failure(error, on: path)
    }
  }

  init(_ file: InputFile, name: String) throws(Failure) {
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
  func verify(
    _ acceptance: Acceptance, in surroundings: Surroundings,
    payload: (BundleMember, Span<UInt8>) throws -> Void = { _, _ in }
  ) throws(Failure) -> VerifiedRelease {
    do {
      let release = try acceptance.verify(envelope)
      let total = release.manifest.members.reduce(0) { $0 + $1.size }
      var done: UInt64 = 0
      try reader.readMembers(release.manifest.members) { member, piece in
        try payload(member, piece)
        done += UInt64(piece.count)
        surroundings.progress(done, total)
      }
      // What was appended meanwhile was not read.
      try file.requireUnchanged()
      return release
    } catch {
      throw Failure(error, on: name)
    }
  }
}
